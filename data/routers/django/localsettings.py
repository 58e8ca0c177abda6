"""Settings as an application has them; nothing connects to these databases.

Another router of this folder takes its place with --router django:settings=…,routers=….
"""


def _database(host):
    return {"ENGINE": "django.db.backends.postgresql", "NAME": "shop", "HOST": host}


DATABASES = {
    "default": _database("primary.example"),
    "replica-1": _database("replica-1.example"),
    "replica-2": _database("replica-2.example"),
}
DATABASE_ROUTERS = ["restauth.MasterSlave"]
