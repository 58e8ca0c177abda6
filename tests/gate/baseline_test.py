"""tests/baseline in a small project: what it fails for, and that only --accept writes."""

import os
import shutil
import subprocess
import unittest
from pathlib import Path

from ci_job_test import ROOT, SCENARIO, WORSE
from fakes import Ended, GateTest


class Baseline(GateTest):
    def setUp(self) -> None:
        super().setUp()
        for folder in ("tests", "data/ci", "data/scenarios"):
            (self.folder / folder).mkdir(parents=True)
        for script in ("tests/baseline", "data/ci/switchyard-ci"):
            shutil.copy2(ROOT / script, self.folder / script)
        self.scenario = self.folder / "data" / "scenarios" / "small.toml"
        self.scenario.write_text(SCENARIO)
        self.kept = self.folder / "tests" / "baselines" / "small.json"
        self.assertEqual(self.run_it("--accept").code, 0)

    def run_it(self, *arguments: str) -> Ended:
        ended = subprocess.run(
            [self.folder / "tests" / "baseline", *arguments], cwd="/", env=os.environ,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def refused(self, scenario: str) -> Ended:
        """Fails with a hint, leaves the baseline alone, and passes once it is accepted."""
        before = self.kept.read_bytes()
        self.scenario.write_text(scenario)
        ended = self.run_it()
        self.assertEqual(ended.code, 1)
        self.assertIn("rerun with --accept", ended.stderr)
        self.assertEqual(self.kept.read_bytes(), before)
        self.assertEqual(self.run_it("--accept").code, 0)
        self.assertNotEqual(self.kept.read_bytes(), before)
        self.assertEqual(self.run_it().code, 0)
        return ended

    def test_without_changes_it_says_so_in_one_line(self) -> None:
        line = "switchyard-ci: pass (exit 0): 1 judged, all pass\n"
        self.assertEqual(self.run_it(), Ended(0, line, ""))
        self.assertEqual(self.run_it("data/scenarios/small.toml"), Ended(0, line, ""))

    def test_a_worse_strategy_is_refused_with_its_figures(self) -> None:
        ended = self.refused(WORSE)
        self.assertRegex(ended.stdout, r"(?m)^! latency_ns\.mean .* beyond, worse$")

    def test_another_seed_is_refused(self) -> None:
        self.assertIn("  seed: 1 -> 2\n", self.refused("seed = 2\n" + SCENARIO).stdout)

    def test_a_candidate_more_is_refused_though_no_figure_changed(self) -> None:
        ended = self.refused(SCENARIO + '[[candidates]]\nrouters = ["primary_only"]\n')
        self.assertRegex(ended.stdout, r'(?m)^\+ +"name": "primary_only"')

    def test_a_better_strategy_is_refused_too(self) -> None:
        self.refused(WORSE)
        ended = self.refused(SCENARIO)
        self.assertRegex(ended.stdout, r"(?m)^! latency_ns\.mean .* beyond, better$")

    def test_accepting_shows_what_changes(self) -> None:
        self.scenario.write_text(WORSE)
        ended = self.run_it("--accept")
        self.assertRegex(ended.stdout, r"(?m)^! latency_ns\.mean .* beyond, worse$")

    def test_a_scenario_without_baseline_and_a_baseline_without_scenario_fail(self) -> None:
        other = self.scenario.with_name("other.toml")
        other.write_text(SCENARIO)
        ended = self.run_it()
        self.assertEqual(ended.code, 2)
        self.assertIn("report other: there is no baseline", ended.stdout)
        self.run_it("--accept")
        other.unlink()
        ended = self.run_it()
        self.assertEqual(ended.code, 3)
        self.assertIn("report other: no scenario of that name", ended.stdout)


if __name__ == "__main__":
    unittest.main()
