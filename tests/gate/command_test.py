"""The command with programs whose times are written before: verdicts and exit codes."""

import json
import math
import unittest
from pathlib import Path

from fakes import FakePrograms, GateTest, Times, noise, noisy, steady


def slow_at_first(round_number: int) -> dict[str, float]:
    ratio = 1.1 if round_number <= 10 else 1
    return {"gate/a/16": 100 * ratio * (1 + noise(round_number))}


def restless(round_number: int) -> dict[str, float]:
    """From a quarter faster to a third slower."""
    return {"gate/a/16": 100 * math.exp(30 * noise(round_number))}


def several(*times: Times) -> Times:
    return lambda number: {name: t for some in times for name, t in some(number).items()}


class Verdicts(GateTest):
    def test_unchanged_passes_after_ten_rounds(self) -> None:
        fakes = FakePrograms(self.folder, steady(), noisy(1))
        ended = self.gate(fakes.base, fakes.candidate)
        self.assertEqual(ended.code, 0)
        self.assertRegex(ended.stdout, r"pass +1\.00\d .* 10 +gate/a/16")
        self.assertEqual([fakes.runs(side) for side in "abc"], [10, 10, 10])
        self.assertEqual(ended.stderr, "")

    def test_ten_percent_is_a_regression_confirmed_by_thirty_fresh_pairs(self) -> None:
        fakes = FakePrograms(self.folder, steady(), noisy(1.1))
        ended = self.gate(fakes.base, fakes.candidate)
        self.assertEqual(ended.code, 1)
        self.assertRegex(ended.stdout, r"regression +1\.10\d .* 10\+30 +gate/a/16 +confirmed by 30")
        self.assertEqual(fakes.runs("c"), 40)

    def test_what_looked_slower_and_is_not_passes_with_a_note(self) -> None:
        fakes = FakePrograms(self.folder, steady(), slow_at_first)
        ended = self.gate(fakes.base, fakes.candidate)
        self.assertEqual(ended.code, 0)
        # The ratio shown is that of the fresh pairs, which the first ones have not chosen.
        self.assertRegex(
            ended.stdout, r"pass +1\.00\d .* not confirmed by 30 fresh pairs; ratio 1\.10\d in"
        )

    def test_faster_passes(self) -> None:
        fakes = FakePrograms(self.folder, steady(), noisy(0.8))
        self.assertEqual(self.gate(fakes.base, fakes.candidate).code, 0)

    def test_delta_says_what_matters(self) -> None:
        fakes = FakePrograms(self.folder, steady(), noisy(1.1))
        self.assertEqual(self.gate(fakes.base, fakes.candidate, "--delta", "25%").code, 0)

    def test_inconclusive_is_an_answer_and_no_failure_unless_required(self) -> None:
        fakes = FakePrograms(self.folder, steady(), restless)
        ended = self.gate(fakes.base, fakes.candidate)
        self.assertEqual(ended.code, 0)
        self.assertRegex(ended.stdout, r"inconclusive .* 30 +gate/a/16 +after 30 pairs")
        (self.folder / "c.runs").unlink()
        self.assertEqual(self.gate(fakes.base, fakes.candidate, "--require").code, 1)

    def test_decided_benchmarks_leave_the_later_rounds(self) -> None:
        same = noisy(1, "gate/a+b/16")
        fakes = FakePrograms(
            self.folder,
            several(steady("gate/a+b/16"), steady("gate/slow/16")),
            several(same, noisy(1.1, "gate/slow/16")),
        )
        ended = self.gate(fakes.base, fakes.candidate)
        self.assertEqual(ended.code, 1)
        filters = [line.split("--benchmark_filter=")[1].split()[0] for line in fakes.log()]
        self.assertEqual(filters[:3], ["^gate/"] * 3)
        self.assertEqual(set(filters[3:30]), {r"^(gate/a\+b/16|gate/slow/16)$"})
        self.assertEqual(set(filters[30:]), {"^(gate/slow/16)$"})

    def test_a_new_benchmark_is_only_listed(self) -> None:
        fakes = FakePrograms(self.folder, steady(), several(noisy(1), steady("gate/new/16")))
        ended = self.gate(fakes.base, fakes.candidate)
        self.assertEqual(ended.code, 0)
        self.assertIn("Only the candidate has: gate/new/16", ended.stdout)

    def test_the_order_is_random_and_the_seed_s(self) -> None:
        orders = []
        for number, seed in enumerate(("7", "7", "8")):
            folder = self.folder / str(number)
            folder.mkdir()
            fakes = FakePrograms(folder, steady(), noisy(1))
            ended = self.gate(fakes.base, fakes.candidate, "--seed", seed)
            self.assertIn(f"seed {seed}", ended.stdout)
            orders.append("".join(line[0] for line in fakes.log()))
        self.assertEqual(orders[0], orders[1])
        self.assertNotEqual(orders[0], orders[2])
        rounds = [orders[0][i : i + 3] for i in range(0, 30, 3)]
        self.assertTrue(all(sorted(one) == ["a", "b", "c"] for one in rounds))
        self.assertGreater(len(set(rounds)), 1)


class Control(GateTest):
    def test_a_base_slower_than_its_copy_or_faster_leaves_everything_unjudged(self) -> None:
        for ratio in (1.1, 0.9):
            folder = self.folder / str(ratio)
            folder.mkdir()
            fakes = FakePrograms(folder, steady(), noisy(1.1), control=noisy(ratio))
            ended = self.gate(fakes.base, fakes.candidate)
            self.assertEqual(ended.code, 2)
            self.assertIn("the base differs from a copy of itself in gate/a/16", ended.stdout)
            self.assertNotIn("regression", ended.stdout)

    def test_it_must_be_confirmed_too(self) -> None:
        fakes = FakePrograms(self.folder, steady(), noisy(1), control=slow_at_first)
        self.assertEqual(self.gate(fakes.base, fakes.candidate).code, 0)
        # The candidate was decided after 10; the control took 30 more.
        self.assertEqual(fakes.runs("a"), 40)

    def test_it_is_a_copy_of_bytes(self) -> None:
        # Its results come from a path of its own, and it is no link.
        fakes = FakePrograms(self.folder, steady(), noisy(1), extra='[ -L "$0" ] && kind=link')
        marks = self.folder / "marks"
        text = fakes.base.read_text().replace("cp ", f'echo "$side $kind" >> {marks}\ncp ')
        fakes.base.write_text(text)
        self.gate(fakes.base, fakes.candidate)
        self.assertEqual(set(marks.read_text().splitlines()), {"a ", "b link"})


class NotJudged(GateTest):
    def test_no_baseline(self) -> None:
        fakes = FakePrograms(self.folder, steady(), noisy(1))
        ended = self.gate(self.folder / "gone", fakes.candidate)
        self.assertEqual(ended.code, 2)
        self.assertIn("there is no baseline", ended.stdout)
        ended = self.gate(self.folder / "gone", fakes.candidate, "--require")
        self.assertEqual(ended.code, 1)

    def test_another_compiler_or_library(self) -> None:
        fakes = FakePrograms(
            self.folder, steady(), noisy(1.1), candidate_context={"compiler": "Clang 14.0.6"}
        )
        for number in range(1, 61):
            path = self.folder / "b" / f"{number}.json"
            document = json.loads(path.read_text())
            document["context"] = {"compiler": "GNU 12.2.0"}
            path.write_text(json.dumps(document))
        ended = self.gate(fakes.base, fakes.candidate)
        self.assertEqual(ended.code, 2)
        self.assertIn("compiler 'GNU 12.2.0' and 'Clang 14.0.6'", ended.stdout)


class HarnessFailures(GateTest):
    def failing(self, candidate_extra: str) -> str:
        fakes = FakePrograms(self.folder, steady(), noisy(1), candidate_extra=candidate_extra)
        ended = self.gate(fakes.base, fakes.candidate)
        self.assertEqual(ended.code, 3)
        return ended.stdout

    def test_a_crash(self) -> None:
        self.assertIn("signal 11 (Segmentation fault)", self.failing("kill -SEGV $$"))

    def test_an_exit_code_with_its_last_words(self) -> None:
        said = self.failing("echo first >&2; echo no such table >&2; exit 4")
        self.assertIn("ended with exit code 4: no such table", said)

    def test_nothing_written(self) -> None:
        self.assertIn("wrote no results", self.failing("exit 0"))

    def test_an_empty_file_as_when_no_benchmark_matches(self) -> None:
        self.assertIn("the candidate lacks gate/a/16", self.failing(': > "$out"; exit 0'))

    def test_nothing_measured_on_either_side_is_no_pass(self) -> None:
        fakes = FakePrograms(self.folder, lambda _: {}, lambda _: {})
        ended = self.gate(fakes.base, fakes.candidate)
        self.assertEqual(ended.code, 3)
        self.assertIn("nothing was measured", ended.stdout)

    def test_a_renamed_benchmark(self) -> None:
        fakes = FakePrograms(self.folder, steady(), noisy(1, "gate/b/16"))
        ended = self.gate(fakes.base, fakes.candidate)
        self.assertEqual(ended.code, 3)
        self.assertIn("the candidate lacks gate/a/16; renamed? only the candidate has gate/b/16",
                      ended.stdout)  # fmt: skip

    def test_a_crash_in_a_later_round_withdraws_all_verdicts(self) -> None:
        fakes = FakePrograms(self.folder, steady(), noisy(1.1), rounds=15)
        ended = self.gate(fakes.base, fakes.candidate)
        self.assertEqual(ended.code, 3)
        self.assertRegex(ended.stdout, r"not judged +1\.10")

    def test_a_program_that_hangs(self) -> None:
        fakes = FakePrograms(self.folder, steady(), noisy(1), candidate_extra="sleep 100")
        ended = self.gate(fakes.base, fakes.candidate, "--timeout", "0.5")
        self.assertEqual(ended.code, 3)
        self.assertIn("not done after 0.5 s", ended.stdout)

    def test_no_candidate(self) -> None:
        fakes = FakePrograms(self.folder, steady(), noisy(1))
        self.assertEqual(self.gate(fakes.base, self.folder / "gone").code, 3)
        (self.folder / "data").write_text("no program")
        self.assertEqual(self.gate(fakes.base, self.folder / "data").code, 3)

    def test_a_wrong_command_is_no_verdict_either(self) -> None:
        wrongs: list[list[str]] = [[], ["one"], ["a", "b", "--delta", "5"],
                                   ["a", "b", "--filter", "("], ["a", "b", "--control", "c"],
                                   ["--nosuch"]]  # fmt: skip
        for wrong in wrongs:
            ended = self.gate(*wrong)
            self.assertEqual(ended.code, 3, wrong)
            self.assertEqual(len(ended.stderr.splitlines()), 1)

    def test_an_output_that_cannot_be_written(self) -> None:
        fakes = FakePrograms(self.folder, steady(), noisy(1))
        ended = self.gate(fakes.base, fakes.candidate, "--json", self.folder)
        self.assertEqual(ended.code, 3)
        self.assertIn("cannot be written", ended.stderr)
        # What can be known before is not measured for.
        runs = fakes.runs("c")
        ended = self.gate(fakes.base, fakes.candidate, "--json", self.folder / "none" / "report")
        self.assertEqual(ended.code, 3)
        self.assertEqual(fakes.runs("c"), runs)


class Versions(GateTest):
    def min_times(self, refuse: str) -> list[str]:
        extra = f"""case "$*" in {refuse}) echo "flag --benchmark_min_time" >&2; exit 1 ;; esac"""
        fakes = FakePrograms(self.folder, steady(), noisy(1), extra=extra)
        self.assertEqual(self.gate(fakes.base, fakes.candidate, "--min-time", "0.5").code, 0)
        return [line.split("min_time=")[1].split()[0] for line in fakes.log() if line[0] == "c"]

    def test_1_8_is_told_seconds_with_their_unit(self) -> None:
        self.assertEqual(self.min_times("*min_time=0.5\\ *"), ["0.5s"] * 10)

    def test_1_7_refuses_the_unit_once_and_then_has_its_way(self) -> None:
        self.assertEqual(self.min_times("*min_time=0.5s\\ *"), ["0.5s"] + ["0.5"] * 10)

    def test_flags_in_the_environment_do_not_reach_the_benchmarks(self) -> None:
        extra = '[ -z "$BENCHMARK_REPETITIONS" ] || exit 9'
        fakes = FakePrograms(self.folder, steady(), noisy(1), extra=extra)
        environment = {"BENCHMARK_REPETITIONS": "5"}
        self.assertEqual(
            self.gate(fakes.base, fakes.candidate, environment=environment).code, 0
        )


class FromJson(GateTest):
    def pairs(self, count: int, candidate: Times) -> list[Path]:
        fakes = FakePrograms(self.folder, steady(), candidate, rounds=count)
        return [fakes.folder / side for side in "bca"]

    def test_sixty_pairs_are_judged_by_the_same_rule(self) -> None:
        base, candidate, control = self.pairs(60, noisy(1.1))
        ended = self.gate("--from-json", base, candidate, "--control", control)
        self.assertEqual(ended.code, 1)
        self.assertRegex(ended.stdout, r"regression .* 10\+30")
        self.assertEqual(self.gate("--from-json", base, control).code, 0)

    def test_pairs_made_with_a_control_that_fired(self) -> None:
        base, candidate, _ = self.pairs(60, noisy(1.1))
        ended = self.gate("--from-json", base, base, "--control", candidate)
        self.assertEqual(ended.code, 2)

    def test_too_few_fresh_pairs_leave_it_open(self) -> None:
        base, candidate, _ = self.pairs(15, noisy(1.1))
        ended = self.gate("--from-json", base, candidate)
        self.assertEqual(ended.code, 0)
        self.assertRegex(ended.stdout, "inconclusive .* looks slower, too few fresh pairs")

    def test_nine_pairs_are_no_judgement(self) -> None:
        base, candidate, _ = self.pairs(9, noisy(1))
        self.assertEqual(self.gate("--from-json", base, candidate).code, 2)

    def test_a_filter_and_one_that_nothing_passes(self) -> None:
        base, candidate, _ = self.pairs(10, several(noisy(1), noisy(1, "other")))
        self.assertEqual(self.gate("--from-json", base, candidate, "--filter", "gate").code, 0)
        self.assertEqual(self.gate("--from-json", base, candidate, "--filter", "none").code, 3)

    def test_folders_that_do_not_match(self) -> None:
        base, candidate, _ = self.pairs(12, noisy(1))
        (candidate / "12.json").unlink()
        self.assertEqual(self.gate("--from-json", base, candidate).code, 3)
        (base / "3.json").unlink()
        self.assertEqual(self.gate("--from-json", base, candidate).code, 3)

    def test_no_baseline(self) -> None:
        _, candidate, _ = self.pairs(10, noisy(1))
        (self.folder / "empty").mkdir()
        for base in ("gone", "empty"):
            self.assertEqual(self.gate("--from-json", self.folder / base, candidate).code, 2)


if __name__ == "__main__":
    unittest.main()
