"""What stands in for database connections: nothing here ever connects."""

VENDORS = {
    "postgis": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "oracle": "oracle",
    "sqlite": "sqlite",
    "spatialite": "sqlite",
}


class Cursor:
    """Takes any statement and has no rows."""

    description = None
    lastrowid = None
    rowcount = 0

    def execute(self, *arguments):
        pass

    executemany = callproc = execute

    def fetchone(self):
        return None

    def fetchmany(self, size=None):
        return []

    def fetchall(self):
        return []

    def __iter__(self):
        return iter(())

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        return False


class Driver:
    """What a database's driver would give for a connection."""

    def commit(self):
        pass

    rollback = close = commit


def _connection_class(state):
    """Django's own connection, with its transactions and savepoints, over a driver that does nothing.
    What models ask of it while they are made is SQLite's, whose module is there whether or not the
    driver of the real database is."""
    from django.db import OperationalError
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.sqlite3.base import DatabaseWrapper

    class Connection(DatabaseWrapper):
        _has_own_block = False
        _is_connecting = False

        @property
        def vendor(self):
            engine = self.settings_dict["ENGINE"]
            for part, vendor in VENDORS.items():
                if part in engine:
                    return vendor
            return engine.rpartition(".")[2]

        def _is_in_recorded(self):
            # Django's atomic() opens on `default` unless it is told otherwise.
            return self.alias == "default" and state.in_transaction() and not self._is_connecting

        @property
        def in_atomic_block(self):
            return self._has_own_block or self._is_in_recorded()

        @in_atomic_block.setter
        def in_atomic_block(self, value):
            self._has_own_block = value

        def get_autocommit(self):
            return super().get_autocommit() and not self._is_in_recorded()

        def is_usable(self):
            return state.is_up(self.alias)

        def ensure_connection(self):
            self._fail_if_down()
            super().ensure_connection()

        def connect(self):
            self._is_connecting = True  # which Django refuses within a transaction
            try:
                super().connect()
            finally:
                self._is_connecting = False

        def _fail_if_down(self):
            if not self.is_usable():
                raise OperationalError(f"could not connect to '{self.alias}': it is down")

        def get_connection_params(self):
            return {}

        def get_new_connection(self, parameters):
            self._fail_if_down()
            return Driver()

        def init_connection_state(self):
            pass

        def create_cursor(self, name=None):
            return Cursor()

        def make_debug_cursor(self, cursor):
            return self.make_cursor(cursor)  # it would ask the driver to quote

        def _set_autocommit(self, autocommit):
            pass

        def _start_transaction_under_autocommit(self):
            pass

        def close(self):
            BaseDatabaseWrapper.close(self)  # SQLite's never closes what is in memory

    return Connection


def install(state):
    """Has `connections[alias]` make stand-ins, which tell what `state` knows of the simulation. As
    under Django each thread, so each session, has its own."""
    from django.db import utils

    made_of = _connection_class(state)

    def create_connection(handler, alias):
        # Later versions of Django have done this when they read the settings.
        for fill in ("ensure_defaults", "prepare_test_settings"):
            if hasattr(handler, fill):
                getattr(handler, fill)(alias)
        return made_of(handler.databases[alias], alias)

    utils.ConnectionHandler.create_connection = create_connection
