"""Some applications have a database of their own; what belongs to no such app is left to others."""

OWN_DATABASE = {"auth": "users", "sessions": "users", "reports": "archive"}


class ByApp:
    def db_for_read(self, model, **hints):
        return OWN_DATABASE.get(model._meta.app_label)

    db_for_write = db_for_read

    def allow_relation(self, first, second, **hints):
        return OWN_DATABASE.get(first._meta.app_label) == OWN_DATABASE.get(second._meta.app_label)
