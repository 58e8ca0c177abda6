"""What stands in for database connections: nothing here ever connects."""


class Connection:
    """What stands in for a database connection: routers look at these before they decide."""

    def __init__(self, alias, settings, state):
        self.alias = alias
        self.settings_dict = settings
        self._state = state

    def __getattr__(self, name):
        # Models ask for features and limits while they are made. SQLite's are there whether or not
        # the driver of the real database is.
        from django.db.backends.sqlite3.base import DatabaseWrapper

        self._other = self.__dict__.get("_other") or DatabaseWrapper(
            {**self.settings_dict, "NAME": ":memory:"}, self.alias
        )
        return getattr(self._other, name)

    @property
    def in_atomic_block(self):
        # Django's atomic() opens on `default` unless it is told otherwise.
        return self.alias == "default" and self._state.in_transaction()

    def ensure_connection(self):
        from django.db import OperationalError

        if not self.is_usable():
            raise OperationalError(f"could not connect to '{self.alias}': it is down")

    connect = ensure_connection

    def is_usable(self):
        return self._state.is_up(self.alias)

    def cursor(self):
        self.ensure_connection()
        return Cursor()

    def close(self):
        pass


class Cursor:
    """Takes any statement and has no rows."""

    def execute(self, *arguments):
        pass

    def fetchone(self):
        return None

    def fetchall(self):
        return []

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        return False


def install(state):
    """Has `connections[alias]` give stand-ins, which tell what `state` knows of the simulation."""
    from django.db import utils

    made = {}

    def connection(handler, alias):
        if alias not in handler.databases:
            raise utils.ConnectionDoesNotExist(f"The connection '{alias}' doesn't exist.")
        if alias not in made:
            made[alias] = Connection(alias, handler.databases[alias], state)
        return made[alias]

    utils.ConnectionHandler.__getitem__ = connection
