"""Each recorded ORM operation, performed by the Django that is installed.

django_ops.json holds what a router that sends reads to `replica` and writes to `default` was asked
for, and where each statement ran. django_deciding_calls.json holds the number of the call whose
answer decided that, found by a router that answers each call with another database; 0: `default`,
of which nobody was asked. The C++ tests read the same two files.

Usage: python3 django_operations_test.py [--accept]   (--accept: write the second file anew)
"""

from __future__ import annotations

import json
import random
import sys
import unittest
from pathlib import Path

try:
    import django_world as world
    from django_operations import MORE, OPERATIONS, ROWS
except ImportError as missing:
    if (missing.name or "").partition(".")[0] != "django":
        raise
    raise unittest.SkipTest("there is no Django") from missing

HERE = Path(__file__).parent
DECIDING = HERE / "django_deciding_calls.json"
CONTROL = {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"}
RANDOM_ANSWERS = 20


def look(name: str, answer: world.Answer) -> world.Seen:
    world.fill(ROWS)
    prepare, act = (OPERATIONS | MORE)[name]
    prepared = prepare()
    return world.perform(lambda: act(prepared), answer)


def number_of(alias: str) -> int | str:
    """Of the call that decided: databases other than `default` are named by the application."""
    if alias in world.ANSWERS:
        return world.ANSWERS.index(alias) + 1
    return 0 if alias == "default" else alias


def deciding_calls(name: str) -> dict[str, object]:
    seen = look(name, lambda number, _kind: world.ANSWERS[number - 1])
    calls = [[kind, bool(hints)] for kind, _model, hints in seen.calls if kind != "REL"]
    statements = [[number_of(alias), verb] for alias, verb in seen.statements]
    return {"operation": name, "calls": calls, "statements": statements}


def all_deciding_calls() -> list[dict[str, object]]:
    return [deciding_calls(name) for name in OPERATIONS | MORE]


class DjangoOperations(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        if world.django.VERSION[:2] != (3, 2):
            raise unittest.SkipTest("the cases are of Django 3.2")
        world.build()
        cls.deciding = {case["operation"]: case for case in json.loads(DECIDING.read_text())}

    def test_routers_are_asked_and_statements_run_as_recorded(self) -> None:
        recorded = json.loads((HERE / "django_ops.json").read_text())
        self.assertEqual([case["op"] for case in recorded], list(OPERATIONS))
        for case in recorded:
            with self.subTest(case["op"]):
                seen = look(case["op"], lambda _, kind: "replica" if kind == "R" else "default")
                self.assertEqual(seen.calls, case["router_calls"])
                # The recorded cases leave out how transactions end.
                begun = [one for one in seen.statements if one[1] not in ("COMMIT", "ROLLBACK")]
                self.assertEqual(begun, case["sql"])
                self.assertEqual(seen.error, case["error"])

    def test_the_same_calls_decide_as_the_simulator_is_told(self) -> None:
        for case in all_deciding_calls():
            with self.subTest(case["operation"]):
                self.assertEqual(case, self.deciding[case["operation"]])
        self.assertEqual(len(self.deciding), len(OPERATIONS | MORE))

    def test_random_answers_send_statements_where_their_deciding_calls_say(self) -> None:
        draws = random.Random(1)
        for name in OPERATIONS | MORE:
            told = [[number, verb] for number, verb in self.deciding[name]["statements"]
                    if verb not in CONTROL]  # fmt: skip
            for _ in range(RANDOM_ANSWERS):
                answers = draws.choices(world.ANSWERS[:3], k=world.MOST_CALLS)
                seen = look(name, lambda number, _kind, answers=answers: answers[number - 1])
                ran = [one for one in seen.statements if one[1] not in CONTROL]
                expected = [[answers[number - 1] if number else "default", verb]
                            for number, verb in told]  # fmt: skip
                with self.subTest(name, answers=answers):
                    self.assertEqual(ran, expected)


if __name__ == "__main__":
    if sys.argv[1:] == ["--accept"]:
        world.build()
        lines = ",\n".join(json.dumps(case) for case in all_deciding_calls())
        DECIDING.write_text(f"[\n{lines}\n]\n")
    else:
        unittest.main()
