"""Django with many like databases in memory, and what it asks of its router and runs where.

A router's answers are given by a function, so that it can be seen which of them decides what.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import django
from django.conf import settings

MOST_CALLS = 8
ANSWERS = [f"answer-{number}" for number in range(1, MOST_CALLS + 1)]
ALIASES = ["default", "replica", *ANSWERS]

settings.configure(
    SECRET_KEY="none of it is secret",
    DATABASES={
        alias: {"ENGINE": "django.db.backends.sqlite3", "NAME": f"file:{alias}?mode=memory"}
        for alias in ALIASES
    },
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes",
                    "django.contrib.sessions", "django_shop"],  # fmt: skip
    DATABASE_ROUTERS=["django_world.Router"],
    CACHES={"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache",
                        "LOCATION": "cache"}},  # fmt: skip
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections, transaction  # noqa: E402


@dataclass
class Seen:
    """Of one operation: what the router was asked, and the statements with where they ran."""

    calls: list[list[object]] = field(default_factory=list)
    statements: list[list[str]] = field(default_factory=list)
    error: str | None = None


# What the router answers to its call of this number, from 1 on, to a read ("R") or a write ("W").
Answer = Callable[[int, str], str]


class _Watch:
    """Between begin() and end() all is noted, and the router answers as it is told."""

    def __init__(self) -> None:
        self.seen: Seen | None = None
        self.answer: Answer = lambda _number, _kind: "default"
        self.asked = 0

    def begin(self, answer: Answer) -> None:
        self.seen, self.answer, self.asked = Seen(), answer, 0

    def end(self) -> Seen:
        seen, self.seen = self.seen, None
        assert seen is not None
        return seen

    def ask(self, kind: str, model: type, hints: dict[str, object]) -> str:
        if self.seen is None:
            return "default"
        self.asked += 1
        self.seen.calls.append([kind, model.__name__, {k: _name(v) for k, v in hints.items()}])
        return self.answer(self.asked, kind)

    def relate(self, one: object, other: object) -> bool:
        if self.seen is not None:
            self.seen.calls.append(["REL", _name(one), _name(other)])
        return True

    def ran(self, alias: str, sql: str) -> None:
        if self.seen is not None:
            self.seen.statements.append([alias, sql.split()[0]])


WATCH = _Watch()


def _name(thing: object) -> str:
    return f"{type(thing).__name__}@{thing._state.db}"


class Router:
    def db_for_read(self, model, **hints):
        return WATCH.ask("R", model, hints)

    def db_for_write(self, model, **hints):
        return WATCH.ask("W", model, hints)

    def allow_relation(self, one, other, **hints):
        return WATCH.relate(one, other)


def _watch(alias: str) -> None:
    """All that is sent to a database; Django sends COMMIT and ROLLBACK through its driver."""
    connection = connections[alias]

    def executed(execute, sql, params, many, context):
        WATCH.ran(alias, sql)
        return execute(sql, params, many, context)

    connection.execute_wrappers.append(executed)
    for verb in ("commit", "rollback"):
        driven = getattr(connection, f"_{verb}")

        def ended(driven=driven, verb=verb):
            WATCH.ran(alias, verb.upper())
            return driven()

        setattr(connection, f"_{verb}", ended)


def build() -> None:
    for alias in ALIASES:
        call_command("migrate", database=alias, run_syncdb=True, verbosity=0)
        call_command("createcachetable", database=alias)
        # A row may refer to one that was written to another database.
        connections[alias].cursor().execute("PRAGMA foreign_keys = OFF")
        _watch(alias)


def fill(rows: dict[str, list[tuple]]) -> None:
    """The same rows, and no others, in the tables of all databases."""
    for alias in ALIASES:
        connection = connections[alias]
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names():
                if table not in ("django_migrations", "django_content_type"):
                    cursor.execute(f'DELETE FROM "{table}"')
            for table, values in rows.items():
                for row in values:
                    places = ", ".join(["%s"] * len(row))
                    cursor.execute(f'INSERT INTO "{table}" VALUES ({places})', row)
    ContentType.objects.clear_cache()


def perform(operation: Callable[[], object], answer: Answer) -> Seen:
    WATCH.begin(answer)
    error = None
    try:
        operation()
    except Exception as raised:  # of any kind: it is part of what is recorded
        error = f"{type(raised).__name__}: {raised}"
    seen = WATCH.end()
    seen.error = error
    assert not any(transaction.get_connection(alias).in_atomic_block for alias in ALIASES)
    return seen
