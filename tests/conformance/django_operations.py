"""The recorded operations, to be performed on databases that all hold ROWS."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Model

from django_shop.models import Book, Person, Pet

NOW = "2030-01-01 00:00:00"
ROWS = {
    # The first edits the only book and wrote it, the third has the pet.
    "django_shop_person": [(1, "Ann"), (2, "Bob"), (3, "Cid")],
    "django_shop_pet": [(1, 3)],
    "django_shop_book": [(1, "Routes", 1)],
    "django_shop_book_authors": [(1, 1, 1)],
    "auth_user": [(1, "", None, 0, "user", "", "", 0, 1, NOW, "")],
    "django_session": [("0123456789abcdef", "e30:1", NOW)],
    "cache": [("other", "gAROLg==", NOW)],
}

# What is prepared before it is watched, and then done with what that returned.
Operation = tuple[Callable[[], object], Callable[[object], object]]


def _just(action: Callable[[], object]) -> Operation:
    return (lambda: None, lambda _: action())


def _on(model: type[Model], key: int, alias: str, action: Callable[[Model], object]) -> Operation:
    """On an object that was loaded from a database."""
    return (lambda: model.objects.using(alias).get(pk=key), action)


def _assign(book: Book, person: Person) -> None:
    book.editor = person


def _set(instance: Model, **fields: object) -> Model:
    for name, value in fields.items():
        setattr(instance, name, value)
    return instance


def _twice(queryset):
    return len(queryset), len(queryset)


def _in_atomic(action: Callable[[], object], **arguments: object) -> Operation:
    def act() -> None:
        with transaction.atomic(**arguments):
            action()

    return _just(act)


def _create_then_get() -> None:
    Person.objects.create(id=9, name="New")
    Person.objects.get(id=9)


def _cursor() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select 1")


def _new_session() -> None:
    session = SessionStore()
    session["a"] = 1
    session.save()


def _book_and(person_from: str, person: int) -> Callable[[], tuple[Book, Person]]:
    return lambda: (Book.objects.using("default").get(pk=1),
                    Person.objects.using(person_from).get(pk=person))  # fmt: skip


people = Person.objects
READ = "replica"

OPERATIONS: dict[str, Operation] = {
    "Model.objects.get": _just(lambda: people.get(pk=1)),
    "list(qs.filter)": _just(lambda: list(people.filter(name="Ann"))),
    "qs.count / exists / aggregate": _just(lambda: (people.count(), people.exists())),
    "len(qs); second len (cached)": _just(lambda: _twice(people.all())),
    "qs.iterator": _just(lambda: list(people.all().iterator())),
    "select_related": _just(lambda: list(Book.objects.select_related("editor"))),
    "prefetch_related": _just(lambda: list(Book.objects.prefetch_related("authors"))),
    "in_bulk": _just(lambda: people.in_bulk([1, 2])),
    "raw()": _just(lambda: list(people.raw("select * from django_shop_person"))),
    "raw INSERT iterated": _just(lambda: list(people.raw(
        "insert into django_shop_person (name) values ('x') returning id, name"))),
    "connection.cursor() SELECT": _just(_cursor),
    "Model.objects.create": _just(lambda: people.create(name="New")),
    "Model().save()": _just(lambda: Person(name="New").save()),
    "obj(from replica).save()": _on(Person, 1, READ, lambda p: _set(p, name="x").save()),
    "obj(from replica).save(update_fields)": _on(
        Person, 1, READ, lambda p: _set(p, name="x").save(update_fields=["name"])),
    "obj(from replica).refresh_from_db()": _on(Person, 1, READ, lambda p: p.refresh_from_db()),
    "obj(no state).refresh_from_db()": (lambda: Person(pk=1), lambda p: p.refresh_from_db()),
    "deferred field access": (lambda: Book.objects.using(READ).defer("title").get(pk=1),
                              lambda b: b.title),
    "fk access b.editor": _on(Book, 1, READ, lambda b: b.editor),
    "fk access b(default).editor": _on(Book, 1, "default", lambda b: b.editor),
    "reverse fk list(p.edited.all())": _on(Person, 1, READ, lambda p: list(p.edited.all())),
    "m2m list(b.authors.all())": _on(Book, 1, READ, lambda b: list(b.authors.all())),
    "reverse fk p.edited.create": _on(Person, 1, READ, lambda p: p.edited.create(title="New")),
    "m2m b.authors.create": _on(Book, 1, READ, lambda b: b.authors.create(name="New")),
    "m2m b.authors.add": (_book_and("default", 2), lambda bp: bp[0].authors.add(bp[1])),
    "m2m b.authors.remove": (_book_and("default", 1), lambda bp: bp[0].authors.remove(bp[1])),
    "m2m b.authors.set([q])": (_book_and("default", 2), lambda bp: bp[0].authors.set([bp[1]])),
    "m2m b.authors.clear": _on(Book, 1, "default", lambda b: b.authors.clear()),
    "assign b(default).editor=p(replica)": (_book_and(READ, 2), lambda bp: _assign(*bp)),
    "Book(editor=p(replica))": _on(Person, 1, READ, lambda p: Book(title="New", editor=p)),
    "get_or_create (exists)": _just(lambda: people.get_or_create(name="Ann")),
    "get_or_create (creates)": _just(lambda: people.get_or_create(name="New")),
    "update_or_create (exists)": _just(
        lambda: people.update_or_create(name="Ann", defaults={"name": "x"})),
    "update_or_create (creates)": _just(
        lambda: people.update_or_create(name="New", defaults={"name": "x"})),
    "bulk_create": _just(lambda: people.bulk_create([Person(name="x"), Person(name="y")])),
    "bulk_update": _on(
        Person, 1, READ, lambda p: people.bulk_update([_set(p, name="x")], ["name"])),
    "qs.update": _just(lambda: people.filter(pk=1).update(name="x")),
    "qs.delete (no match)": _just(lambda: people.filter(pk=99).delete()),
    "qs.delete (1 match)": _just(lambda: people.filter(pk=2).delete()),
    "select_for_update outside atomic": _just(lambda: list(people.select_for_update())),
    "select_for_update in atomic()": _in_atomic(lambda: list(people.select_for_update())),
    "atomic(): create then get": _in_atomic(_create_then_get),
    "atomic(using=replica): create": _in_atomic(lambda: people.create(name="New"), using=READ),
    "full_clean (no unique)": _just(lambda: Person(name="x").full_clean()),
    "Book(editor_id=1).full_clean()": _just(
        lambda: Book(title="x", editor_id=1).full_clean(exclude=["id"])),
    "User(username dup).full_clean()": _just(
        lambda: User(username="user", password="x").full_clean()),
    "obj(default).delete()": _on(Person, 2, "default", lambda p: p.delete()),
    "obj(from replica).delete()": _on(Person, 1, READ, lambda p: p.delete()),
    "session.save (new)": _just(_new_session),
    "session.load": _just(lambda: SessionStore("0123456789abcdef").load()),
    "session.exists": _just(lambda: SessionStore().exists("0123456789abcdef")),
    "db cache set": _just(lambda: cache.set("key", "value")),
    "db cache get": _just(lambda: cache.get("other")),
    "ContentType.get_for_model (uncached)": _just(
        lambda: ContentType.objects.get_for_model(Person)),
    "User.objects.create_user": _just(lambda: User.objects.create_user("new", password="x")),
    "using(default).get": _just(lambda: people.using("default").get(pk=1)),
}

# Others that the simulator knows and the recorded cases lack.
MORE: dict[str, Operation] = {
    "qs.delete of what nothing refers to": _just(lambda: Pet.objects.filter(pk=1).delete()),
    "obj.delete of what nothing refers to": _on(Pet, 1, "default", lambda pet: pet.delete()),
    "obj.delete of what others refer to": _on(Person, 1, "default", lambda p: p.delete()),
    "m2m b.authors.set, nothing new": _on(Book, 1, "default", lambda b: b.authors.set([1])),
    "m2m b.authors.set, one more": _on(Book, 1, "default", lambda b: b.authors.set([1, 2])),
    "m2m b.authors.set, one fewer": _on(Book, 1, "default", lambda b: b.authors.set([])),
}
