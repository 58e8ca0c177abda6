"""Each recorded case of Django's ConnectionRouter and of DATABASES, tried on the installed Django.

django_chain.json holds what each gave, or what it raised. The C++ tests read the same file.
"""

from __future__ import annotations

import json
import sys
import types
import unittest
from pathlib import Path

try:
    import django.db.utils
    from django.conf import settings
except ImportError as missing:
    raise unittest.SkipTest("there is no Django") from missing

CASES = json.loads((Path(__file__).parent / "django_chain.json").read_text())

if not settings.configured:
    settings.configure(DATABASE_ROUTERS=[])


class Model:
    """All that the router passes on."""


class Instance:
    def __init__(self, db):
        self._state = types.SimpleNamespace(db=db)


class MasterSlave:
    def db_for_read(self, model, **hints):
        return "slave"


class MultipleMasterSlave:
    def db_for_write(self, model, **hints):
        return "master"


class InitArgs:
    def __init__(self, x):
        pass


class NoHints:
    def db_for_read(self, model):
        return "a"


class Raises:
    def db_for_read(self, model, **hints):
        raise AttributeError("boom")


def module_of_routers():
    routers = types.ModuleType("common.routers")
    routers.MasterSlave = MasterSlave
    routers.InitArgs = InitArgs
    common = types.ModuleType("common")
    common.routers = routers
    common.__path__ = []
    return {"common": common, "common.routers": routers}


def answers(method, value):
    """A router with this one method, which always gives the value."""
    return type("Router", (), {method: lambda self, *arguments, **hints: value})()


def chain(*routers):
    return django.db.utils.ConnectionRouter(list(routers))


def read(*values, **hints):
    return chain(*(answers("db_for_read", v) for v in values)).db_for_read(Model, **hints)


def relation(values, first, second):
    routers = chain(*(answers("allow_relation", value) for value in values))
    return routers.allow_relation(Instance(first), Instance(second))


def migrate(*values, method="allow_migrate"):
    return chain(*(answers(method, value) for value in values)).allow_migrate("a", "app")


def write_by(routers):
    return django.db.utils.ConnectionRouter(routers).db_for_write(Model)


def databases(value):
    return django.db.utils.ConnectionHandler(value)


def engine(value, alias):
    return databases(value)[alias].settings_dict["ENGINE"]


ROUTERS = {
    "['nope']": ["nope"],
    "['nope.X']": ["nope.X"],
    "['common.routers.Nope']": ["common.routers.Nope"],
    "['']": [""],
    "['common.routers.']": ["common.routers."],
    "['common..routers.X']": ["common..routers.X"],
    "'common.routers.MasterSlave'": "common.routers.MasterSlave",
    "('common.routers.MasterSlave',)": ("common.routers.MasterSlave",),
    "[None]": [None],
    "[5]": [5],
    "['os.sep']": ["os.sep"],
}
MEMORY = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}

TRIALS = {
    "read []": lambda: read(),
    "read [] instance db=a": lambda: read(instance=Instance("a")),
    "read [] instance db=None": lambda: read(instance=Instance(None)),
    "read [] instance db=''": lambda: read(instance=Instance("")),
    "read [] instance=None": lambda: read(instance=None),
    "read [None-router] inst a": lambda: read(None, instance=Instance("a")),
    "read [''-router]": lambda: read(""),
    "read [0-router, b]": lambda: read(0, "b"),
    "read [False,b]": lambda: read(False, "b"),
    "read [a,b]": lambda: read("a", "b"),
    "read [None,b]": lambda: read(None, "b"),
    "read [no-method,b]": lambda: chain(object(), answers("db_for_read", "b")).db_for_read(Model),
    "read [write-only router] inst a": lambda: chain(answers("db_for_write", "b")).db_for_read(
        Model, instance=Instance("a")
    ),
    "write [read-only router] inst a (= MasterSlave)": lambda: chain(MasterSlave()).db_for_write(
        Model, instance=Instance("a")
    ),
    "read [a] overrides instance b": lambda: read("a", instance=Instance("b")),
    "read [5] (non-string truthy)": lambda: read(5),
    "read [unknown alias] (not checked by router)": lambda: read("nosuch"),
    "read [raises AttributeError, b]": lambda: chain(
        Raises(), answers("db_for_read", "b")
    ).db_for_read(Model),
    "read [router without **hints], no hint": lambda: chain(NoHints()).db_for_read(Model),
    "read [router without **hints], instance hint": lambda: chain(NoHints()).db_for_read(
        Model, instance=Instance("b")
    ),
    "rel [] a,a": lambda: relation([], "a", "a"),
    "rel [] a,b": lambda: relation([], "a", "b"),
    "rel [] None,None": lambda: relation([], None, None),
    "rel [] a,None": lambda: relation([], "a", None),
    "rel [True] a,b": lambda: relation([True], "a", "b"),
    "rel [False] a,a": lambda: relation([False], "a", "a"),
    "rel [None,False] a,a": lambda: relation([None, False], "a", "a"),
    "rel [0] a,a (0 is not None)": lambda: relation([0], "a", "a"),
    "rel [''] a,a": lambda: relation([""], "a", "a"),
    "rel [False,True]": lambda: relation([False, True], "a", "a"),
    "migrate []": lambda: migrate(),
    "migrate [None]": lambda: migrate(None),
    "migrate [None,False]": lambda: migrate(None, False),
    "migrate [0]": lambda: migrate(0),
    "migrate [True,False]": lambda: migrate(True, False),
    "migrate [router with only allow_syncdb] (ignored since 1.9)": lambda: migrate(
        False, method="allow_syncdb"
    ),
    "DATABASE_ROUTERS=None -> settings": lambda: write_by(None),
    "router given as class object (not instantiated)": lambda: chain(
        MultipleMasterSlave
    ).db_for_write(Model),
    "router class needs ctor args": lambda: write_by(["common.routers.InitArgs"]),
    "same class twice -> two instances": lambda: two_instances(),
    "routers cached": lambda: cached(),
    "DATABASES={}": lambda: list(databases({})),
    "DATABASES={'default':{}}": lambda: databases({"default": {}}).databases,
    "DATABASES={'master-a':{}} (seed example shape)": lambda: list(databases({"master-a": {}})),
    "DATABASES=[]": lambda: list(databases([])),
    "DATABASES={} engine": lambda: engine({}, "default"),
    "unknown alias": lambda: databases({"default": MEMORY})["nosuch"],
    "{'default':{}} then query default": lambda: query({"default": {}}, "default"),
    "{'default':{},'b':{}} then query b": lambda: query({"default": {}, "b": {}}, "b"),
    "bad ENGINE": lambda: databases({"default": {"ENGINE": "django.db.backends.nosuch"}})["default"],
    "ENGINE=''": lambda: query({"default": {"ENGINE": ""}}, "default"),
    "sqlite without NAME": lambda: query(
        {"default": {"ENGINE": "django.db.backends.sqlite3"}}, "default"
    ),
    "alias is int key": lambda: databases({"default": MEMORY, 1: MEMORY})[1],
    "DATABASES['b']=None": lambda: databases({"default": MEMORY, "b": None})["b"],
}
for text, routers in ROUTERS.items():
    name = f"DATABASE_ROUTERS={text}: "
    TRIALS[name + "construct"] = lambda r=routers: bool(django.db.utils.ConnectionRouter(r))
    TRIALS[name + "first use (write)"] = lambda r=routers: write_by(r)


def two_instances():
    first, second = django.db.utils.ConnectionRouter(["common.routers.MasterSlave"] * 2).routers
    return first is not second


def cached():
    router = django.db.utils.ConnectionRouter(["common.routers.MasterSlave"])
    return router.routers is router.routers


def query(value, alias):
    with databases(value)[alias].cursor() as cursor:
        cursor.execute("SELECT 1")


def outcome(trial):
    try:
        return {"result": trial()}
    except Exception as error:
        kind = type(error)
        return {"error": f"{kind.__module__}.{kind.__qualname__}", "message": str(error)}


class Chain(unittest.TestCase):
    def setUp(self):
        sys.modules.update(module_of_routers())
        self.addCleanup(lambda: [sys.modules.pop(name) for name in module_of_routers()])

    def test_every_case_gives_what_was_recorded(self):
        compared = 0
        for case in CASES:
            with self.subTest(case["case"]):
                expected = {key: value for key, value in case.items() if key != "case"}
                self.assertEqual(outcome(TRIALS[case["case"]]), expected)
            compared += 1
        self.assertEqual(compared, 76)
        print(f"{compared} cases of the chain compared", file=sys.stderr)

    def test_there_is_no_trial_without_a_case(self):
        self.assertEqual(set(TRIALS), {case["case"] for case in CASES})


if __name__ == "__main__":
    unittest.main()
