"""Loads a user's Django settings and puts queries to the routers that they name."""

import os
import re
import stat
import sys
import traceback

import simulated_connections


LONGEST_TEXT = 1000  # of an error's own


class SettingsError(Exception):
    """What is wrong, in a sentence, with the traceback if their code failed."""


class Sleeps:
    def __init__(self):
        self.count = 0

    def __call__(self):
        self.count += 1


def _import_path(settings):
    """The module's dotted name and the folders that it needs on the path."""
    path = os.path.abspath(settings)
    try:
        is_folder = stat.S_ISDIR(os.stat(path).st_mode)
    except FileNotFoundError:
        raise SettingsError(
            f"{settings}: there is no such file; give the path of a Django settings module"
        ) from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"{settings}: {getattr(error, 'strerror', error)}") from None
    if os.path.basename(path) == "__init__.py":
        path, is_folder = os.path.dirname(path), True
    if not is_folder and not path.endswith(".py"):
        raise SettingsError(f"{settings}: a settings module is a Python file, its name ends in .py")
    if is_folder and not os.path.isfile(os.path.join(path, "__init__.py")):
        raise SettingsError(
            f"{settings}: this folder is no settings module, as it has no __init__.py; give the "
            "path of the file"
        )
    folder, name = os.path.split(path if is_folder else path[: -len(".py")])
    if "." in name:
        kind = "folder" if is_folder else "file"
        raise SettingsError(
            f"{settings}: Python can't import it, since a module's name has no dot; name the "
            f"{kind} {name.replace('.', '_')}{'' if is_folder else '.py'}, for example"
        )
    # A folder with a dot in its name is no package, whatever is in it.
    while os.path.isfile(os.path.join(folder, "__init__.py")) and "." not in os.path.basename(folder):
        folder, package = os.path.split(folder)
        name = package + "." + name
    project = folder
    while project != os.path.dirname(project):
        if os.path.isfile(os.path.join(project, "manage.py")):
            return name, [folder, project]
        project = os.path.dirname(project)
    return name, [folder]


def _user_frames(error, folders):
    """Where the error came from in the user's own code, if anywhere; with paths that are the same
    on every machine."""
    frames = []
    for frame in traceback.extract_tb(error.__traceback__):
        for folder in folders:
            if frame.filename.startswith(folder + os.sep):
                path = frame.filename[len(folder) + 1 :]
                frames.append((f"{path}:{frame.lineno}, in {frame.name}", frame.line))
                break
    return frames


def _traceback(error, folders):
    """The innermost lines, outermost first, as Python orders them."""
    lines = []
    for at, code in _user_frames(error, folders)[-6:]:
        lines.append(f"  {at}: {code}")
    return "\n".join(lines)


def _in_short(error, folders):
    """`ValueError: what it says (routers.py:12, in db_for_read)`."""
    name = type(error).__name__
    text = " ".join(_text_of(error, str)[:LONGEST_TEXT].split())
    at = "".join(f" ({frame})" for frame, _ in _user_frames(error, folders)[-1:])
    return _without_addresses(f"{name}: {text}" if text else name) + at


def _text_of(value, how):
    """As str() or repr() makes it, which are the user's code too."""
    try:
        return how(value)
    except BaseException:
        return ""


def _without_addresses(text):
    """Where an object lies in memory differs from run to run."""
    return re.sub(" at 0x[0-9a-f]+", "", text)


class Failure:
    """How often a router broke in one place."""

    def __init__(self, short, trace, writes):
        self.count = 0
        self.short = short
        self.trace = trace
        self.writes = writes


class Host:
    """One user's routers, in one run."""

    def __init__(self, order, world, state):
        self._world = world
        self._failures = {}
        self._prints = world[0]
        self._sleeps = world[1]
        self._notes = []
        self._state = state
        name, self._folders = _import_path(order["settings"])
        self._settings_name = os.path.basename(order["settings"].rstrip("/"))
        sys.path[:0] = self._folders
        os.environ["DJANGO_SETTINGS_MODULE"] = name
        try:
            import django
        except ImportError:
            raise SettingsError(
                "Django is not installed for the system's Python; install it with: "
                "apt-get install python3-django"
            ) from None
        self._load(order)

    def _load(self, order):
        from django.apps import apps
        from django.conf import settings
        from django.db import connections
        from django.db.utils import ConnectionRouter

        try:
            self.databases = list(connections.databases)
            apps_listed = list(settings.INSTALLED_APPS)
            listed = order["routers"] or settings.DATABASE_ROUTERS
        except BaseException as error:
            raise self._broken("could not be loaded", error) from error
        for alias in self.databases:
            if not isinstance(alias, str):
                raise SettingsError(
                    f"{self._settings_name}: DATABASES has the name {alias!r}, which is no text"
                )
        simulated_connections.install(self._state)
        self._load_apps(apps_listed, apps)
        router = ConnectionRouter(listed)
        try:
            loaded = router.routers
        except BaseException as error:
            raise self._broken("names routers that could not be loaded", error) from error
        self.routers = [type(one).__name__ for one in loaded]
        if not loaded:
            self._notes.append(
                f"{self._settings_name} names no DATABASE_ROUTERS: everything goes to the object's "
                "own database or to 'default'"
            )
        self.for_read = router.db_for_read
        self.for_write = router.db_for_write
        self.nodes = {alias: number for number, alias in enumerate(self.databases)}
        self._make_models(order["tables"], apps)

    def _load_apps(self, listed, apps):
        """Those that can't be loaded are left out, for the sake of the others' models."""
        from django.apps import AppConfig

        left = []
        for entry in listed:
            try:
                AppConfig.create(entry)
                left.append(entry)
            except BaseException as error:
                self._without(repr(entry), error)
        for entries in (left, []):
            try:
                return apps.populate(entries)
            except BaseException as error:
                self._without("all applications", error)
                apps.app_configs.clear()
                apps.apps_ready = apps.models_ready = apps.ready = apps.loading = False

    def _without(self, what, error):
        self._notes.append(
            f"{what} of INSTALLED_APPS could not be loaded ({_in_short(error, self._folders)}), so "
            "routers get models that are made from the recording's table names instead"
        )

    def _broken(self, what, error):
        return SettingsError(
            f"{self._settings_name} {what}: {_in_short(error, self._folders)}"
        )

    def _make_models(self, tables, apps):
        """A model for each table: the user's own, or one made from the table's name."""
        own = apps.get_models(include_auto_created=True)
        known = {model._meta.db_table: model for model in own}
        known.update(self._cache_models())
        labels = sorted((config.label for config in apps.get_app_configs()), key=len, reverse=True)
        self.models = []
        self.instances = []
        for table in [*tables, "recorded_row"]:
            model = known.get(table.rpartition(".")[2]) or self._made_model(table, labels, apps)
            self.models.append(model)
            try:
                self.instances.append(model())
            except BaseException as error:
                self._notes.append(
                    f"{model.__name__}() fails ({_in_short(error, self._folders)}), so its "
                    "calls carry no instance"
                )
                self.instances.append(None)

    def _cache_models(self):
        """What Django shows routers in place of a model for its cache in a table."""
        from django.conf import settings
        from django.core.cache.backends.db import DatabaseCache

        own_class = f"{DatabaseCache.__module__}.{DatabaseCache.__name__}"
        for cache in settings.CACHES.values():
            if cache.get("BACKEND") == own_class:
                table = cache.get("LOCATION", "")
                yield table, DatabaseCache(table, {}).cache_model_class

    def _made_model(self, table, labels, apps):
        from django.db import models

        name = table.rpartition(".")[2].strip('"`')
        label = next((one for one in labels if name.startswith(one + "_")), name.partition("_")[0])
        rest = name[len(label) + 1 :] or name
        title = "".join(word.capitalize() for word in rest.split("_")) or "Table"
        if not title.isidentifier():
            title = "Table" + str(len(self.models))
        while title.lower() in apps.all_models.get(label, {}):
            title += str(len(self.models))
        options = {"app_label": label or "recorded", "db_table": name, "managed": False}
        members = {"__module__": "recorded", "Meta": type("Meta", (), options)}
        return type(title, (models.Model,), members)

    def failed(self, error, writes):
        """A router raised; the query fails, as it would under Django."""
        last = error.__traceback__
        while last is not None and last.tb_next is not None:
            last = last.tb_next
        at = last and (last.tb_frame.f_code.co_filename, last.tb_lineno)
        key = type(error), at, writes
        failure = self._failures.get(key)
        if failure is None:
            failure = self._failures[key] = Failure(
                _in_short(error, self._folders), _traceback(error, self._folders), writes
            )
        failure.count += 1

    def unknown(self, answer, writes):
        """A router named what is no database that can be queried."""
        from django.core.exceptions import ImproperlyConfigured
        from django.utils.connection import ConnectionDoesNotExist

        if isinstance(answer, str) and answer in self.nodes:
            error = ImproperlyConfigured(f"the database '{answer}' has no ENGINE in DATABASES")
        else:
            name = _text_of(answer, repr) or f"of type {type(answer).__name__}"
            error = ConnectionDoesNotExist(f"The connection {name} doesn't exist.")
        self.failed(error, writes)

    def without_engine(self):
        """The databases that no query can be sent to."""
        from django.db import connections

        empty = (None, "", "django.db.backends.dummy")
        return [a for a in self.databases if connections.databases[a].get("ENGINE") in empty]

    def account(self):
        """Sentences about the run."""
        notes = list(self._notes)
        told, rest = list(self._failures.values())[:5], list(self._failures.values())[5:]
        for failure in told:
            action = "db_for_write" if failure.writes else "db_for_read"
            notes.append(
                f"{action} failed {failure.count} times, and the queries with it: {failure.short}"
                + ("\n" + failure.trace if failure.trace else "")
            )
        if rest:
            count = sum(failure.count for failure in rest)
            notes.append(f"it failed {count} times in {len(rest)} other ways")
        for stream, prints in zip(("standard output", "standard error"), self._prints):
            prints.end()
            if prints.lines:
                notes.append(
                    f"it prints to {stream}, {prints.lines} lines, the first: {prints.first}"
                )
        if self._sleeps.count:
            notes.append(f"it sleeps, which was left out {self._sleeps.count} times")
        return notes
