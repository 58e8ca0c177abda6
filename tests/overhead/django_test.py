"""RestAuth's rules as Django asks them; with Django itself, where it is installed."""

import importlib.util
import os
import subprocess
import sys
import unittest
from collections.abc import Callable
from pathlib import Path

from overhead.asking_django import parse
from overhead.django_cost import names_of_databases

BENCH = Path(__file__).resolve().parents[2] / "bench"
# Uniform draws: one of five is missing from so many once in 10^96.
DRAWS = 1000

HAS_DJANGO = importlib.util.find_spec("django") is not None


@unittest.skipUnless(HAS_DJANGO, "Django is not installed (python3-django)")
class Choices(unittest.TestCase):
    DATABASES = ("default", "master-1", "masterful", "old-master", "replica")

    @classmethod
    def setUpClass(cls) -> None:
        from django.conf import settings

        databases = {name: {"ENGINE": "django.db.backends.dummy"} for name in cls.DATABASES}
        settings.configure(DATABASES=databases)

    def chosen(self, action: str, router: str) -> set[str]:
        from django.db.utils import ConnectionRouter

        # By its path, as in DATABASE_ROUTERS.
        asked: Callable[[type], str] = getattr(
            ConnectionRouter([f"overhead.django_routers.{router}"]), action
        )
        return {asked(object) for _ in range(DRAWS)}

    def test_reads_reach_every_database(self) -> None:
        for router in ("MasterSlave", "MultipleMasterSlave"):
            self.assertEqual(self.chosen("db_for_read", router), set(self.DATABASES))

    def test_master_slave_writes_to_default_only(self) -> None:
        self.assertEqual(self.chosen("db_for_write", "MasterSlave"), {"default"})

    def test_multiple_master_slave_writes_to_names_that_begin_with_master_only(self) -> None:
        self.assertEqual(
            self.chosen("db_for_write", "MultipleMasterSlave"), {"master-1", "masterful"}
        )

    def test_the_one_that_does_nothing(self) -> None:
        for action in ("db_for_read", "db_for_write"):
            self.assertEqual(self.chosen(action, "NullRouter"), {"default"})


class Cost(unittest.TestCase):
    def run_cost(self, *flags: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *flags, "-m", "overhead.django_cost", "4", "10", "3"],
            capture_output=True, text=True, check=False, timeout=120,
            env={**os.environ, "PYTHONPATH": str(BENCH)},
        )  # fmt: skip

    @unittest.skipUnless(HAS_DJANGO, "Django is not installed (python3-django)")
    def test_every_router_is_asked_to_read_and_to_write(self) -> None:
        ended = self.run_cost()
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        told = parse(ended.stdout)
        self.assertEqual(list(told.ns), ["none", "null", "MasterSlave", "MultipleMasterSlave"])
        for actions in told.ns.values():
            self.assertEqual(set(actions), {"read", "write"})

    def test_without_django_it_says_so(self) -> None:
        # Without its site-packages, no Python has Django.
        ended = self.run_cost("-S")
        self.assertEqual((ended.returncode, ended.stderr), (3, ""))
        self.assertEqual(ended.stdout, "No module named 'django'\n")

    def test_databases_are_named_as_in_the_benchmarks(self) -> None:
        self.assertEqual(names_of_databases(4), ["default", "master-1", "replica-2", "replica-3"])
        self.assertEqual(len(set(names_of_databases(64))), 64)


if __name__ == "__main__":
    unittest.main()
