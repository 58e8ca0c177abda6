"""data/record/django_orm.py in a running Django: what it calls each recorded operation, and that all
of them are recorded as tests/data/django-orm.jsonl has it.

Usage: python3 django_recorder_test.py --example FILE   (writes what it records of all of them)
"""

from __future__ import annotations

import json
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "data" / "record"))

try:
    import django_world as world
    from django_operations import MORE, OPERATIONS, ROWS

    import django_orm
except ImportError as missing:
    if (missing.name or "").partition(".")[0] != "django":
        raise
    raise unittest.SkipTest("there is no Django") from missing

CALLED_OTHERWISE = {
    # Of whose behalf it is done is not known; both are alike to the letter.
    "m2m list(b.authors.all())": ["related.get"],
    "User(username dup).full_clean()": ["exists"],
    "session.load": ["get"],
    # Here all is in one database, so that what was created is found.
    "atomic(): create then get": ["atomic.begin", "create", "get", "atomic.commit"],
    # A transaction on another database than `default` is not noted.
    "atomic(using=replica): create": ["create"],
}


def perform_all(path: str) -> dict[str, list[dict[str, object]]]:
    """The lines of each operation."""
    world.build()
    django_orm.record(path)
    lines = {}
    for name, (prepare, act) in (OPERATIONS | MORE).items():
        django_orm._Recorder.file.truncate(0)
        # Its own statements are none of the application's.
        for alias in world.ALIASES:
            world.connections[alias].execute_wrappers.remove(django_orm._RECORDER.statement)
        world.fill(ROWS)
        prepared = prepare()
        for alias in world.ALIASES:
            world.connections[alias].execute_wrappers.append(django_orm._RECORDER.statement)
        world.perform(lambda act=act, prepared=prepared: act(prepared), lambda *_: "default")
        lines[name] = [json.loads(line) for line in Path(path).read_text().splitlines()]
    return lines


def without_times(line: dict[str, object]) -> dict[str, object]:
    kept = {key: value for key, value in line.items() if key not in ("time", "session")}
    if "statements" in line:
        kept["statements"] = [letter for letter, _took in line["statements"]]
    return kept


class DjangoRecorder(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        with tempfile.TemporaryDirectory() as folder:
            cls.recorded = perform_all(f"{folder}/orm.jsonl")

    def test_tables_keys_and_related_objects_are_those_that_the_simulator_is_tested_with(self):
        text = (HERE.parent / "data" / "django-orm.jsonl").read_text()
        expected = [without_times(json.loads(line)) for line in text.splitlines()]
        lines = [without_times(line) for lines in self.recorded.values() for line in lines]
        self.assertEqual(lines, expected)

    def test_operations_are_recorded_by_their_names(self) -> None:
        named = json.loads((HERE / "django_named_operations.json").read_text()) | CALLED_OTHERWISE
        self.assertEqual(list(self.recorded), list(OPERATIONS | MORE))
        for name, lines in self.recorded.items():
            expected = named[name] if isinstance(named[name], list) else []
            with self.subTest(name):
                self.assertEqual([line["orm"] for line in lines], expected)
                times = [line["time"] for line in lines]
                self.assertEqual(times, sorted(times))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--example"]:
        with tempfile.TemporaryDirectory() as folder:
            recorded = perform_all(f"{folder}/orm.jsonl")
        Path(sys.argv[2]).write_text(
            "".join(json.dumps(line) + "\n" for lines in recorded.values() for line in lines))
    else:
        unittest.main()
