"""data/ci/switchyard-ci as a CI job runs it, in a repository of its own, with real reports and
counts and with benchmarks whose times are written before."""

import os
import re
import subprocess
import unittest
import xml.etree.ElementTree as ET
from pathlib import Path

from fakes import GATE, Ended, FakePrograms, GateTest, noisy, steady

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "data" / "ci" / "switchyard-ci"

SCENARIO = """\
[workload.synthetic]
requests = 2000
read_share = 0.9
arrivals = { law = "poisson", rate = 1500.0 }
read_service = { law = "exponential", mean = "1ms" }
write_service = { law = "exponential", mean = "1ms" }
[databases.default]
workers = 1
[databases.replica-1]
workers = 1
[databases.replica-2]
workers = 1
[[candidates]]
name = "d_choices"
routers = ["d_choices"]
[[candidates]]
routers = ["round_robin"]
"""
# Looks at one replica instead of two.
WORSE = SCENARIO.replace('["d_choices"]', '[{ use = "d_choices", d = 1 }]')


class JobTest(GateTest):
    """Has a repository with a scenario, on a branch of main."""

    def setUp(self) -> None:
        super().setUp()
        self.checkout = self.folder / "checkout"
        (self.checkout / "scenarios").mkdir(parents=True)
        self.write("scenarios/quick.toml", SCENARIO)
        self.write(".gitignore", "/build/\n/switchyard-results/\n")
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit()

    def write(self, name: str, text: str) -> Path:
        path = self.checkout / name
        path.write_text(text)
        return path

    def git(self, *arguments: str) -> str:
        who = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        return subprocess.run(
            ["git", *who, *arguments], cwd=self.checkout, check=True, capture_output=True, text=True
        ).stdout

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "test")

    def job(self, *arguments: str, script: Path = SCRIPT, **variables: str | Path) -> Ended:
        environment = {
            **{name: value for name, value in os.environ.items() if name != "GITHUB_STEP_SUMMARY"},
            "SWITCHYARD_SCENARIOS": "scenarios/*.toml",
            "SWITCHYARD_GATE": str(GATE),
            "SWITCHYARD_BASE": "main",
            **{name: str(value) for name, value in variables.items()},
        }
        ended = subprocess.run(
            [script, *arguments], cwd=self.checkout, env=environment, capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def stored(self) -> None:
        ended = self.job("store")
        self.assertEqual(ended.code, 0, ended.stderr)

    def result(self, name: str) -> str:
        return (self.checkout / "switchyard-results" / name).read_text()

    def cases_of(self, name: str) -> dict[str, list[str]]:
        """What each testcase of a file holds, by class and name."""
        root = ET.fromstring(self.result(f"junit/{name}.xml"))
        return {
            f"{case.get('classname')} {case.get('name')}": [child.tag for child in case]
            for case in root.iter("testcase")
        }


class Reports(JobTest):
    def test_unchanged_passes_in_one_line(self) -> None:
        self.stored()
        ended = self.job("check")
        self.assertEqual(ended, Ended(0, "switchyard-ci: pass (exit 0): 1 judged, all pass\n", ""))
        self.assertIn(
            "| pass | report quick | 2 candidates identical |", self.result("summary.md")
        )
        self.assertEqual(
            self.cases_of("report-quick"),
            {"switchyard.report-quick d_choices": [], "switchyard.report-quick round_robin": []},
        )

    def test_a_worsened_strategy_is_a_regression_with_its_reason_everywhere(self) -> None:
        self.write("scenarios/other.toml", SCENARIO)
        self.stored()
        self.write("scenarios/quick.toml", WORSE)
        summary = self.folder / "step-summary"
        summary.write_text("before\n")
        ended = self.job("check", GITHUB_STEP_SUMMARY=summary)
        self.assertEqual(ended.code, 1)
        self.assertRegex(ended.stdout, r"(?m)^! latency_ns\.mean .* beyond, worse$")
        self.assertTrue(
            ended.stdout.endswith(
                "switchyard-ci: regression (exit 1)\n"
                "  regression: report quick: 1 of 2 candidates changed beyond tolerance\n"
                "  pass: 1 more\n"
            ),
            ended.stdout,
        )
        self.assertEqual(summary.read_text(), "before\n" + self.result("summary.md"))
        self.assertIn("### Switchyard: regression (exit 1)", summary.read_text())
        self.assertIn("`routers`: `d_choices` → `d_choices(d=1)`", summary.read_text())
        self.assertIn("failure", self.cases_of("report-quick")["switchyard.report-quick d_choices"])
        self.assertEqual(
            self.cases_of("report-quick")["switchyard.report-quick round_robin"], []
        )

    def test_tolerances_say_what_matters(self) -> None:
        self.stored()
        self.write("scenarios/quick.toml", WORSE)
        rules = self.checkout / "tolerances.toml"
        rules.write_text('[tolerances]\n"*" = 1e15\n')
        self.assertEqual(self.job("check", SWITCHYARD_TOLERANCES=rules).code, 0)
        rules.write_text('[tolerances]\n"*" = 1e15\n"latency_ns.mean" = 0\n')
        self.assertEqual(self.job("check", SWITCHYARD_TOLERANCES=rules).code, 1)

    def test_without_a_baseline_nothing_is_judged(self) -> None:
        ended = self.job("check")
        self.assertEqual(ended.code, 2)
        self.assertIn("not judged: report quick: there is no baseline", ended.stdout)
        self.assertEqual(
            self.cases_of("report-quick"), {"switchyard.report-quick verdict": ["skipped"]}
        )

    def test_what_fails_outweighs_what_is_worse_and_both_are_told(self) -> None:
        self.write("scenarios/broken.toml", SCENARIO)
        self.stored()
        self.write("scenarios/broken.toml", "[workload\n")
        self.write("scenarios/quick.toml", WORSE)
        self.write("scenarios/young.toml", SCENARIO)
        ended = self.job("check")
        self.assertEqual(ended.code, 3)
        self.assertRegex(
            ended.stdout, r"harness failure: report broken: switchyard: \S*broken\.toml:1:"
        )
        self.assertIn("regression: report quick: 1 of 2", ended.stdout)
        self.assertIn("not judged: report young: ", ended.stdout)
        self.assertEqual(
            self.cases_of("report-broken"), {"switchyard.report-broken verdict": ["error"]}
        )

    def test_a_damaged_baseline_fails_the_harness(self) -> None:
        self.stored()
        self.write("switchyard-baselines/quick.json", "{ <<<<<<< main\n")
        ended = self.job("check")
        self.assertEqual(ended.code, 3)
        self.assertIn("quick.json:1:3: is no sound JSON", ended.stdout)

    def test_a_baseline_without_scenario_fails_unless_others_are_asked_for(self) -> None:
        self.write("scenarios/gone.toml", SCENARIO)
        self.stored()
        (self.checkout / "scenarios" / "gone.toml").unlink()
        ended = self.job("check")
        self.assertEqual(ended.code, 3)
        self.assertIn(
            "report gone: no scenario of that name; if it is gone for good, remove "
            "switchyard-baselines/gone.json",
            ended.stdout,
        )
        self.assertEqual(self.job("check", "scenarios/quick.toml").code, 0)

    def test_nothing_of_an_earlier_run_is_left(self) -> None:
        self.write("scenarios/other.toml", SCENARIO)
        self.stored()
        self.job("check")
        self.job("check", "scenarios/quick.toml")
        junit = self.checkout / "switchyard-results" / "junit"
        self.assertEqual([path.name for path in junit.iterdir()], ["report-quick.xml"])


class Storing(JobTest):
    def test_it_shows_what_changes_and_leaves_the_rest(self) -> None:
        self.write("scenarios/other.toml", SCENARIO)
        ended = self.job("store")
        self.assertEqual(
            ended.stdout,
            "report other: new\nreport quick: new\n"
            "switchyard-ci: written to switchyard-baselines: other quick\n",
        )
        self.write("scenarios/quick.toml", WORSE)
        ended = self.job("store")
        self.assertEqual(ended.code, 0)
        self.assertRegex(ended.stdout, r"(?m)^! latency_ns\.mean ")
        self.assertTrue(
            ended.stdout.endswith("switchyard-ci: written to switchyard-baselines: quick\n")
        )
        self.assertEqual(self.job("check").code, 0)
        self.assertEqual(
            self.job("store").stdout,
            "switchyard-ci: 2 baselines in switchyard-baselines, all as they were\n",
        )

    def test_all_or_nothing_is_written(self) -> None:
        self.stored()
        before = self.checkout.joinpath("switchyard-baselines/quick.json").read_bytes()
        self.write("scenarios/quick.toml", WORSE)
        self.write("scenarios/zz-broken.toml", "[workload\n")
        ended = self.job("store")
        self.assertEqual(ended.code, 3)
        self.assertIn("zz-broken.toml:1:", ended.stderr)
        self.assertIn("no baseline was written", ended.stderr)
        baselines = self.checkout / "switchyard-baselines"
        self.assertEqual([path.name for path in baselines.iterdir()], ["quick.json"])
        self.assertEqual((baselines / "quick.json").read_bytes(), before)


class Benchmarks(JobTest):
    """The build copies what a file in the checkout names."""

    BUILD = "mkdir -p build && cp \"$(cat program)\" build/program"

    def branch(self, base: Path | str, change: Path | str) -> None:
        self.write("program", f"{base}\n")
        self.commit()
        self.git("checkout", "--quiet", "-b", "change")
        self.write("program", f"{change}\n")
        self.commit()

    def check(self, **variables: str | Path) -> Ended:
        ended = self.job("check", SWITCHYARD_BUILD=self.BUILD, SWITCHYARD_SCENARIOS="", **variables)
        self.assertEqual(len(self.git("worktree", "list").splitlines()), 1)
        return ended

    def counted(self, change: str) -> Ended:
        self.branch(os.environ["SWITCHYARD_DECISIONS"], change)
        return self.check(
            SWITCHYARD_DRIVER="build/program",
            SWITCHYARD_GATE_OPTIONS="--cases ^d_choices$ --decisions 2000",
        )

    def test_the_same_build_passes(self) -> None:
        ended = self.counted(os.environ["SWITCHYARD_DECISIONS"])
        self.assertEqual(ended.code, 0, ended.stdout)
        self.assertTrue(ended.stdout.endswith("pass (exit 0): 1 judged, all pass\n"))

    def test_a_slower_build_is_a_regression(self) -> None:
        ended = self.counted(os.environ["SWITCHYARD_DECISIONS_SLOWED"])
        self.assertEqual(ended.code, 1, ended.stdout)
        self.assertRegex(ended.stdout, r"  regression: benchmarks: regression \+\d.* d_choices")
        self.assertIn("failure", self.cases_of("benchmarks")["gate.instructions d_choices"])
        self.assertIn("| regression | +", self.result("summary.md"))

    def timed(self, fakes: FakePrograms) -> Ended:
        self.branch(fakes.base, fakes.candidate)
        return self.check(SWITCHYARD_BENCH="build/program")

    def test_times_are_judged_and_reports_beside_them(self) -> None:
        self.stored()
        self.write("scenarios/quick.toml", WORSE)
        fakes = FakePrograms(self.folder, steady(), noisy(1.1))
        self.branch(fakes.base, fakes.candidate)
        ended = self.job(
            "check", SWITCHYARD_BUILD=self.BUILD, SWITCHYARD_BENCH="build/program"
        )
        self.assertEqual(ended.code, 1)
        self.assertIn("  regression: report quick: 1 of 2 candidates", ended.stdout)
        self.assertRegex(
            ended.stdout, r"  regression: benchmarks: regression 1\.10\d .* gate/a/16 confirmed by"
        )
        self.assertEqual(fakes.runs("b"), 40)

    def test_a_program_that_crashes_fails_the_harness(self) -> None:
        fakes = FakePrograms(
            self.folder, steady(), noisy(1), candidate_extra="echo no such table >&2; exit 4"
        )
        ended = self.timed(fakes)
        self.assertEqual(ended.code, 3)
        self.assertIn("harness failure: benchmarks: Failed: ", ended.stdout)
        self.assertIn("no such table", ended.stdout)

    def test_a_base_without_such_a_program_is_no_baseline(self) -> None:
        fakes = FakePrograms(self.folder, steady(), noisy(1))
        self.branch("/dev/null", fakes.candidate)
        self.BUILD = "mkdir -p build; grep -q null program || cp \"$(cat program)\" build/program"
        ended = self.check(SWITCHYARD_BENCH="build/program")
        self.assertEqual(ended.code, 2)
        self.assertIn("not judged: benchmarks: Not judged: there is no baseline", ended.stdout)

    def test_a_build_that_fails_is_told_with_the_end_of_its_log(self) -> None:
        self.branch("/no/such/program", "/dev/null")
        ended = self.check(SWITCHYARD_BENCH="build/program")
        self.assertEqual(ended.code, 3)
        self.assertIn("/no/such/program", ended.stdout)
        self.assertIn("SWITCHYARD_BUILD failed in the checkout of the base", ended.stdout)
        self.assertEqual(
            self.cases_of("benchmarks"), {"switchyard.benchmarks verdict": ["error"]}
        )

    def test_a_history_that_was_not_fetched_is_told(self) -> None:
        ended = self.check(SWITCHYARD_BENCH="build/program", SWITCHYARD_BASE="origin/main")
        self.assertEqual(ended.code, 3)
        self.assertIn("has the whole history been fetched? fatal: ", ended.stdout)

    def test_a_gate_that_is_not_there_is_no_pass(self) -> None:
        fakes = FakePrograms(self.folder, steady(), noisy(1))
        self.branch(fakes.base, fakes.candidate)
        ended = self.check(SWITCHYARD_BENCH="build/program", SWITCHYARD_GATE="no-such-gate")
        self.assertEqual(ended.code, 3)
        self.assertIn("no-such-gate", ended.stdout)


class Use(JobTest):
    def test_wrong_use_is_no_verdict(self) -> None:
        wrongs = [[], ["judge"], ["check", "--nosuch"], ["check", "a/s.toml", "b/s.toml"],
                  ["check", "odd name.toml"]]  # fmt: skip
        for wrong in wrongs:
            self.assertEqual(self.job(*wrong).code, 3, wrong)
        for verb in ("check", "store"):
            self.assertEqual(self.job(verb, SWITCHYARD_SCENARIOS="").code, 3)

    def test_the_examples_set_what_there_is(self) -> None:
        known = set(re.findall(r"SWITCHYARD\w*", self.job("--help").stdout))
        self.assertIn("SWITCHYARD_BUILD", known)
        for name in ("github-actions.yml", "gitlab-ci.yml"):
            text = (SCRIPT.parent / name).read_text()
            # Where the example itself gets Switchyard from, and how it is built.
            own = {"SWITCHYARD_REPOSITORY", "SWITCHYARD_COMMIT"}
            text = text.replace("-DSWITCHYARD_BUILD_", "")
            self.assertEqual(set(re.findall(r"\bSWITCHYARD_\w+", text)) - own - known, set(), name)
            self.assertEqual(set(re.findall(r"switchyard-ci (\w+)\n", text)), {"store", "check"})

    def test_installed_it_finds_its_commands(self) -> None:
        prefix = self.folder / "prefix"
        subprocess.run(
            ["cmake", "--install", os.environ["SWITCHYARD_BUILD_FOLDER"], "--prefix", prefix],
            check=True, stdout=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip
        fakes = FakePrograms(self.folder, steady(), noisy(1))
        self.write("program", str(fakes.base))
        self.commit()
        ended = self.job(
            "check", script=prefix / "bin" / "switchyard-ci", SWITCHYARD="", SWITCHYARD_GATE="",
            SWITCHYARD_BENCH="build/program", SWITCHYARD_BUILD=Benchmarks.BUILD,
        )  # fmt: skip
        self.assertEqual(ended.code, 2, ended.stdout + ended.stderr)
        self.assertIn("not judged: report quick: there is no baseline", ended.stdout)
        self.assertIn("pass: 1 more", ended.stdout)
        self.assertTrue((prefix / "share" / "switchyard" / "ci" / "gitlab-ci.yml").is_file())


if __name__ == "__main__":
    unittest.main()
