"""Records the operations of Django's ORM in a running application, for `switchyard`.

A log of SQL does not tell how often an operation asked its routers, nor which answer counted; this
does. Copy it beside your settings and call it once, in the `ready()` of an AppConfig:

    import django_orm
    django_orm.record("orm.jsonl")

Each process appends its own lines. Made for Django 3.2: methods of QuerySet, Model, Atomic and of
what else asks routers are replaced by some that note what they do. SQL in a cursor of `default` is
noted too; what the application runs on a database that it names itself is noted as such, and left
out later. Keys of single objects are written, no other values.
"""

import functools
import json
import os
import threading
import time

from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache.backends.db import DatabaseCache
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models import Model, QuerySet
from django.db.models.fields import related_descriptors
from django.db.models.fields.related import ForeignKey
from django.db.models.query import RawQuerySet
from django.db.transaction import Atomic

_LETTERS = {"SELECT": "r", "WITH": "r", "INSERT": "w", "UPDATE": "w", "DELETE": "w", "REPLACE": "w"}


class _Operation:
    def __init__(self, name, method):
        self.name, self.method = name, method
        self.start = time.time()
        self.statements = []
        self.verbs = set()


class _Recorder(threading.local):
    """What a thread does: a session."""

    lock = threading.Lock()
    file = None

    def __init__(self):
        self.operation = None  # the one under way, to which statements belong
        self.ended = []  # lines of operations within it

    def note(self, name, start, table=None, key=None, related_to=None, statements=()):
        line = {"orm": name, "time": start, "session": f"{os.getpid()}.{threading.get_ident()}"}
        if table is not None:
            line["table"] = table
        if key is not None:
            line["key"] = _as_key(key)
        if related_to is not None:
            line["object"] = {"table": related_to._meta.db_table}
            if related_to.pk is not None:
                line["object"]["key"] = _as_key(related_to.pk)
        if statements:
            line["statements"] = statements
        self.ended.append(line)
        if self.operation is None:
            self.ended.sort(key=lambda line: line["time"])
            with self.lock:
                print(*map(json.dumps, self.ended), sep="\n", file=self.file, flush=True)
            self.ended.clear()

    def statement(self, execute, sql, params, many, context):
        start, begun = time.time(), time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = round(time.perf_counter() - begun, 9)
            verb = sql.split(None, 1)[0].upper()
            letter = _LETTERS.get(verb)  # none of BEGIN, SAVEPOINT and their like
            if letter and self.operation is not None:
                is_locking = verb == "SELECT" and "FOR UPDATE" in sql
                self.operation.statements.append(["l" if is_locking else letter, took])
                self.operation.verbs.add(verb)
            elif letter:
                alias = context["connection"].alias
                name = "cursor" if letter == "r" else "cursor.write"
                self.note(name if alias == "default" else f"using:{alias}", start,
                          statements=[[letter, took]])  # fmt: skip

    def perform(self, method, name_of, key_of, this, args, kwargs):
        outer = self.operation
        if outer is None:
            name = name_of(this, kwargs)
        else:  # other objects that are read along come by an operation of their own
            name = "prefetch" if outer.method is method is _FETCH_ALL else None
        if name is None:
            return method(this, *args, **kwargs)
        self.operation = operation = _Operation(name, method)
        key = this.pk if isinstance(this, Model) else None
        try:
            result = method(this, *args, **kwargs)
            key = key_of(this, result) if key is None else key
            return result
        finally:
            self.operation = outer
            if operation.statements:  # else it was answered from memory
                model, related_to = _asked_about(this, args, kwargs)
                table = model._meta.db_table if hasattr(model, "_meta") else None
                self.note(_as_it_went(operation), operation.start, table, key, related_to,
                          operation.statements)  # fmt: skip


_FETCH_ALL = QuerySet._fetch_all
_RECORDER = _Recorder()


def _as_key(key):
    return key if isinstance(key, int) else str(key)


def _asked_about(this, args, kwargs):
    """The model that routers are asked about, and the object that it is related to."""
    if isinstance(this, Model):
        return type(this), None
    if isinstance(this, ForeignKey):  # of validate(value, instance)
        return this.remote_field.model, args[1] if args[1:] else kwargs.get("model_instance")
    if isinstance(this, DatabaseCache):
        return this.cache_model_class, None
    if hasattr(this, "through"):  # the manager of a set of objects
        return this.through, this.instance
    if hasattr(this, "instance"):
        return this.model, this.instance
    return getattr(this, "model", None), getattr(this, "_hints", {}).get("instance")


def _as_it_went(operation):
    """The name of what an operation has become: which statements it needs depends on the rows."""
    name, verbs = operation.name, operation.verbs
    writes = verbs - {"SELECT", "WITH"}
    if name in ("raw", "using:default"):
        return name.replace(":", "_") + (".write" if writes else "")
    if name in ("get_or_create", "update_or_create"):
        return name + (".creates" if "INSERT" in verbs else ".exists")
    if name in ("delete", "delete_object") and verbs == {"DELETE"}:
        return name + ".fast"
    if name == "m2m.set" and len(writes) < 2:
        return name + (".adds" if "INSERT" in verbs else ".removes" if writes else ".same")
    return name


def _replace(owner, attribute, name_of, key_of=lambda this, result: None):
    method = getattr(owner, attribute)

    @functools.wraps(method)
    def performed(this, *args, **kwargs):
        return _RECORDER.perform(method, name_of, key_of, this, args, kwargs)

    setattr(owner, attribute, performed)


def _named(name):
    return lambda _this, _kwargs: name


def _of_queryset(name):
    def name_of(queryset, _kwargs):
        if queryset._db is not None:
            return f"using:{queryset._db}"
        if name not in ("get", "list", "count", "exists", "aggregate"):
            return name
        if queryset.query.select_for_update:
            return "select_for_update"
        if queryset._known_related_objects:
            return "related.list"
        return "related.get" if queryset._hints.get("instance") is not None else name

    return name_of


def _of_object(name):
    def name_of(this, kwargs):
        if kwargs.get("using") is not None:
            return f"using:{kwargs['using']}"
        return name if name != "save" else "save.new" if this._state.adding else "save.loaded"

    return name_of


def _replace_in_managers(factory, names, key_of):
    """The managers of relations are classes that Django makes when they are first needed."""
    make = getattr(related_descriptors, factory)

    @functools.wraps(make)
    def made(*args, **kwargs):
        manager = make(*args, **kwargs)
        for attribute, name in names.items():
            _replace(manager, attribute, _named(name), key_of)
        return manager

    setattr(related_descriptors, factory, made)


def _replace_iterator():
    """The statement is sent with the first row; what is done with rows is another operation."""
    iterator = QuerySet.iterator

    @functools.wraps(iterator)
    def iterated(this, *args, **kwargs):
        rows, end = iterator(this, *args, **kwargs), object()
        first = _RECORDER.perform(lambda _: next(rows, end), _of_queryset("iterator"),
                                  lambda *_: None, this, (), {})  # fmt: skip
        if first is not end:
            yield first
            yield from rows

    QuerySet.iterator = iterated


def _replace_atomic():
    """The application's own: operations open transactions as well, which are part of them."""
    enter, leave = Atomic.__enter__, Atomic.__exit__

    def is_outermost(this):
        is_default = this.using in (None, "default")
        is_own = _RECORDER.operation is None
        return is_default and is_own and not connections["default"].in_atomic_block

    def entered(this):
        if is_outermost(this):
            _RECORDER.note("atomic.begin", time.time())
        return enter(this)

    def left(this, kind, value, trace):
        failed = kind is not None or connections["default"].needs_rollback
        start = time.time()
        try:
            return leave(this, kind, value, trace)
        finally:
            if is_outermost(this):
                _RECORDER.note("atomic.rollback" if failed else "atomic.commit", start)

    Atomic.__enter__, Atomic.__exit__ = entered, left


def record(path):
    _Recorder.file = open(path, "a", encoding="utf-8")
    for name in ("count", "exists", "aggregate", "in_bulk", "bulk_create", "bulk_update", "update",
                 "delete"):  # fmt: skip
        _replace(QuerySet, name, _of_queryset(name))
    for name in ("get", "create"):
        _replace(QuerySet, name, _of_queryset(name), lambda _, made: getattr(made, "pk", None))
    for name in ("get_or_create", "update_or_create"):
        _replace(QuerySet, name, _of_queryset(name), lambda _, made: made[0].pk)
    _replace(QuerySet, "_fetch_all", _of_queryset("list"))
    _replace(RawQuerySet, "_fetch_all", _named("raw"))
    _replace_iterator()
    for method, name in (("save", "save"), ("delete", "delete_object"),
                         ("refresh_from_db", "refresh_from_db")):  # fmt: skip
        _replace(Model, method, _of_object(name), lambda this, _: this.pk)
    _replace(ForeignKey, "validate", _named("validate.related"))
    names = ("create", "add", "remove", "clear", "set")
    _replace_in_managers("create_forward_many_to_many_manager",
                         {name: f"m2m.{name}" for name in names},
                         lambda this, _: this.instance.pk)  # fmt: skip
    _replace_in_managers("create_reverse_many_to_one_manager", {"create": "related.create"},
                         lambda _, made: made.pk)  # fmt: skip
    # The first save of a session looks for a free key and saves anew.
    _replace(SessionStore, "save", lambda this, _: "session.save" if this.session_key else None)
    _replace(DatabaseCache, "_base_set", _named("cache.set"))
    _replace(DatabaseCache, "get_many", _named("cache.get"))
    if apps.is_installed("django.contrib.contenttypes"):
        from django.contrib.contenttypes.models import ContentTypeManager

        _replace(ContentTypeManager, "get_for_model", _named("content_type"))
    _replace_atomic()

    def connected(connection, **_):
        if _RECORDER.statement not in connection.execute_wrappers:
            connection.execute_wrappers.append(_RECORDER.statement)

    connection_created.connect(connected, weak=False)
    for connection in connections.all():
        connected(connection)
