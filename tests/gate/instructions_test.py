"""Counts of instructions: the rule with a stand-in for valgrind, and that real counts repeat."""

import os
import stat
import unittest
from pathlib import Path

from fakes import Ended, GateTest
from gating.instructions import Counter
from gating.processes import Processes

# Writes the total that the driver prints, as callgrind would.
VALGRIND = """#!/bin/sh
out=${2#--callgrind-out-file=}
shift 2
said=$("$@") || exit $?
printf 'version: 1\\nsummary: 1\\nfn=(1)\\n1 5\\ntotals: %s\\n' "${said#* }" > "$out"
echo "${said% *}"
"""


def executable(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


class Rule(GateTest):
    def driver(self, name: str, per_decision: int, cases: str = "a b", start: int = 5000) -> Path:
        return executable(
            self.folder / name,
            f"""#!/bin/sh
if [ "$1" = --list ]; then printf '%s\\n' {cases}; exit; fi
[ "$2" = 16 ] || exit 7
echo "$1" $(({start} + {per_decision} * $3))
""",
        )

    def counted(self, base: Path, candidate: Path, *more: str) -> Ended:
        executable(self.folder / "valgrind", VALGRIND)
        environment = {"PATH": f"{self.folder}:{os.environ['PATH']}"}
        return self.gate("--instructions", base, candidate, *more, environment=environment)

    def test_equal_counts_pass_and_the_blind_spot_is_named(self) -> None:
        ended = self.counted(self.driver("x", 200), self.driver("y", 200))
        self.assertEqual(ended.code, 0)
        self.assertRegex(ended.stdout, r"pass +\+0\.00% +2000000 +2000000 +a")
        self.assertIn("counted, not timed", ended.stdout)

    def test_half_a_percent_more_passes_and_what_is_above_does_not(self) -> None:
        base = self.driver("x", 200)
        self.assertEqual(self.counted(base, self.driver("y", 201)).code, 0)
        ended = self.counted(base, self.driver("y", 202))
        self.assertEqual(ended.code, 1)
        self.assertRegex(ended.stdout, r"regression +\+1\.00%")

    def test_less_is_a_note(self) -> None:
        ended = self.counted(self.driver("x", 200), self.driver("y", 190))
        self.assertEqual(ended.code, 0)
        self.assertRegex(ended.stdout, r"pass +-5\.00% .* fewer than before")

    def test_what_the_start_costs_does_not_count(self) -> None:
        slow_start = self.driver("y", 200, start=900_000)
        self.assertEqual(self.counted(self.driver("x", 200), slow_start).code, 0)

    def test_a_case_gone_fails_the_harness_and_a_new_one_is_listed(self) -> None:
        more, less = self.driver("x", 200, "a b"), self.driver("y", 200, "a")
        ended = self.counted(more, less)
        self.assertEqual(ended.code, 3)
        self.assertIn("the candidate's driver lacks b", ended.stdout)
        ended = self.counted(less, more)
        self.assertEqual(ended.code, 0)
        self.assertIn("Only the candidate has: b", ended.stdout)

    def test_chosen_cases_and_none(self) -> None:
        base = self.driver("x", 200)
        ended = self.counted(base, base, "--cases", "^b$", "--decisions", "100")
        self.assertRegex(ended.stdout, r"20000 +20000 +b\n1 pass")
        self.assertEqual(self.counted(base, base, "--cases", "nosuch").code, 3)

    def test_a_crash_and_no_baseline(self) -> None:
        base = self.driver("x", 200)
        broken = executable(self.folder / "y", "#!/bin/sh\n[ $1 = --list ] && echo a && echo b\n")
        self.assertEqual(self.counted(base, broken).code, 3)
        self.assertEqual(self.counted(self.folder / "gone", base).code, 2)
        self.assertEqual(self.counted(base, self.folder / "gone").code, 3)


class Repeats(GateTest):
    def test_two_runs_of_the_driver_count_the_same(self) -> None:
        driver = Path(os.environ["SWITCHYARD_DECISIONS"])
        processes = Processes(300, os.cpu_count() or 1)
        self.addCleanup(processes.stop)
        pattern = "^(round_robin|d_choices|peak_ewma|d_choices.causal)$"
        found = Counter(16, 2000, pattern, self.folder, processes).compare(driver, driver)
        self.assertEqual(found.failure, "")
        self.assertEqual(len(found.cases), 4)
        for case in found.cases:
            self.assertLess(abs(case.change), 1e-5, case.name)
            # Nothing decides in less, so it is decisions that were counted.
            self.assertGreater(case.base, 2000 * 20)
            self.assertEqual(case.note, "")

    def test_the_driver_says_what_is_wrong(self) -> None:
        driver = os.environ["SWITCHYARD_DECISIONS"]
        processes = Processes(60)
        self.addCleanup(processes.stop)
        wrong: list[list[str]] = [["nosuch", "16", "10"], ["ordered", "1", "10"],
                                  ["ordered", "16", "x"], []]  # fmt: skip
        for arguments in wrong:
            ended = processes.run([driver, *arguments])
            self.assertEqual(ended.code, 2, arguments)
            self.assertIn("switchyard-decisions: ", ended.stderr)


if __name__ == "__main__":
    unittest.main()
