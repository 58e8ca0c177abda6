"""The page, from figures made up so that each share can be worked out by hand."""

import unittest
from collections.abc import Mapping

from fakes import TIMES, document
from overhead.decisions import parse
from overhead.figures import Asked, Costs, Django, Figures, Latency, Simulated
from overhead.page import page


def costs(**changed: float) -> Costs:
    """Of a process; `quick_4` stands for decide/quick/4."""
    times = {**TIMES, **{f"decide/{key.replace('_', '/')}": ns for key, ns in changed.items()}}
    return parse(document(times), "made-up", [4, 16])


def asked(factor: float = 1) -> Asked:
    ns = {"none": (100, 110), "null": (200, 210), "MasterSlave": (1200, 250),
          "MultipleMasterSlave": (1200, 2210)}  # fmt: skip
    return Asked("3.11.2", "3.2.25",
                 {name: {"read": factor * read, "write": factor * write}
                  for name, (read, write) in ns.items()})  # fmt: skip


def figures(processes: list[Costs], django: Django | None = None) -> Figures:
    return Figures(
        nodes=[4, 16],
        threshold=0.01,
        costs=processes,
        recordings=[Latency("long.csv", 5, 1e6, 1e7), Latency("short_one.csv", 7, 50_000, 250_000)],
        without_durations=[],
        scenario="two.toml",
        simulated=[
            Simulated("fast", "quick", 5, 100_000, 2e6),
            Simulated("other", "", 5, 3e6, 4e6),
        ],
        django=django or Django(missing="there is none"),
    )


def tables(text: str) -> Mapping[str, list[list[str]]]:
    """Rows by the heading of their section, the heads of tables included."""
    found: dict[str, list[list[str]]] = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("| ") and "---" not in line:
            found.setdefault(heading, []).append(line.strip("| ").split(" | "))
    return found


def answer_of(text: str) -> str:
    return text.split("\n\n")[1]


class Answer(unittest.TestCase):
    def test_cheapest_and_dearest_as_shares_of_the_recording_with_the_shortest_median(self) -> None:
        # A limit of 1 % of 50 us: 500 ns. `slow` takes 350 and 1000 ns with feedback.
        answer = answer_of(page(figures([costs()])))
        self.assertIn("less than 1 % of the median request of `short_one.csv` (50.0 µs at the "
                      "server, so 500 ns; its 99th percentile is 250 µs)", answer)  # fmt: skip
        self.assertIn("The cheapest, `quick` among 4 nodes, takes 10 ns a request: 0.020 % of the "
                      "median and 0.0040 % of the 99th percentile.", answer)  # fmt: skip
        self.assertIn("The dearest, `slow` among 16 nodes, takes 1.00 µs a request: 2.0 % of the "
                      "median and 0.40 % of the 99th percentile.", answer)  # fmt: skip

    def test_bounds_are_neither_the_cheapest_nor_beyond_the_threshold(self) -> None:
        self.assertNotIn("bound", answer_of(page(figures([costs()]))))

    def test_some_are_not_negligible(self) -> None:
        answer = answer_of(page(figures([costs()])))
        self.assertIn("Mostly yes, but not for every strategy.", answer)
        self.assertIn("Not negligible: `slow` among 16 nodes (2.0 %).", answer)
        self.assertIn("All others stay below that among 4 and 16 nodes.", answer)

    def test_a_strategy_beyond_it_twice_is_named_once(self) -> None:
        answer = answer_of(page(figures([costs(slow_4=550)])))
        self.assertIn("`slow` among 4 nodes (1.2 %) and 16 nodes (2.0 %).", answer)

    def test_all_are_negligible(self) -> None:
        answer = answer_of(page(figures([costs(slow_16=399)])))
        self.assertTrue(answer.startswith("**Is it negligible? Yes.**"), answer)
        self.assertIn("All strategies stay below that", answer)
        self.assertNotIn("Not negligible:", answer)

    def test_the_threshold_itself_is_not_negligible(self) -> None:
        answer = answer_of(page(figures([costs(slow_16=400)])))
        self.assertIn("Not negligible: `slow` among 16 nodes (1.0 %).", answer)

    def test_none_is_negligible(self) -> None:
        many = {f"{name}_{n}": 600.0 for name in ("quick", "slow") for n in (4, 16)}
        answer = answer_of(page(figures([costs(**many)])))
        self.assertTrue(answer.startswith("**Is it negligible? No.**"), answer)
        self.assertNotIn("stay below", answer)

    def test_processes_on_either_side_leave_it_open(self) -> None:
        answer = answer_of(page(figures([costs(slow_16=390), costs(slow_16=420)])))
        self.assertTrue(answer.startswith("**Is it negligible? Yes, as far as can be told.**"))
        self.assertIn("Too close to tell, as processes lie on either side: `slow` among 16 nodes "
                      "(1.0 %).", answer)  # fmt: skip

    def test_django_is_judged_by_the_same_measure(self) -> None:
        def judged(*factors: float) -> str:
            processes = {4: [asked(factor) for factor in factors]}
            return answer_of(page(figures([costs()], Django(processes=processes))))

        self.assertIn("Django takes 1.20 µs to ask the same `MasterSlave`", judged(1))
        self.assertIn("2.4 % of the median and 0.48 % of the 99th percentile, by this measure not "
                      "negligible.", judged(1))  # fmt: skip
        self.assertIn("by this measure negligible.", judged(0.1))
        # 2210 of 50,000 and of 250,000.
        self.assertIn("The dearest, `MultipleMasterSlave` about a write among 4 databases, takes "
                      "2.21 µs: 4.4 % and 0.88 %.", judged(1))  # fmt: skip
        self.assertIn("by this measure too close to tell.", judged(0.4, 0.42))


class Tables(unittest.TestCase):
    def test_median_lowest_and_highest_of_processes(self) -> None:
        processes = [costs(quick_4=ns) for ns in (14, 11, 250)]
        rows = tables(page(figures(processes)))["Strategies"]
        self.assertEqual(rows[1], ["`quick`", "14 (11–250)", "20 (20–20)", "–", "–"])
        self.assertEqual(rows[2][3:], ["50 (50–50)", "100 (100–100)"])
        self.assertEqual(rows[3][0:2], ["`bound` (bound)", "<1 (<1–<1)"])

    def test_a_request_is_summed_within_its_process(self) -> None:
        # Requests of 350 and 650 ns, median 500; the medians of the parts make that here too, but
        # the spread does not come from parts.
        processes = [costs(), costs(slow_4=600)]
        self.assertEqual(figures(processes).request("slow", 4).median, 500)
        self.assertEqual(figures(processes).request("slow", 4).highest, 650)

    def test_shares_of_each_recording_in_bold_from_the_threshold_on(self) -> None:
        text = tables(page(figures([costs()])))
        short = text["Shares of a request of short\\_one.csv"]
        self.assertEqual(short[2], ["`slow`", "0.70 %", "**2.0 %**", "0.14 %", "0.40 %"])
        self.assertEqual(short[3][:3], ["`bound` (bound)", "<0.0020 %", "**10 %**"])
        self.assertEqual(text["Shares of a request of long.csv"][2],
                         ["`slow`", "0.035 %", "0.10 %", "0.0035 %", "0.010 %"])  # fmt: skip

    def test_simulated_requests_beside_the_nearest_number_of_nodes(self) -> None:
        text = page(figures([costs()]))
        rows = tables(text)["Simulated requests of two.toml"]
        self.assertEqual(rows[1], ["fast", "100 µs", "2.00 ms", "10 ns", "0.010 %", "<0.001 %"])
        self.assertEqual(rows[2], ["other", "3.00 ms", "4.00 ms", "–", "–", "–"])
        self.assertIn("takes among 4 nodes (the scenario has 5)", text)

    def test_recordings_without_durations_are_named(self) -> None:
        some = figures([costs()])
        some.without_durations = ["keys.csv"]
        self.assertIn("do not tell how long requests took: keys.csv.", page(some))

    def test_conditions(self) -> None:
        self.assertIn("2 cores of 2000 MHz, load 1.5 to 1.5 meanwhile, compiler GNU 12.2.0, build "
                      "type Release.", page(figures([costs()])))  # fmt: skip

    def test_the_benchmarks_own_share(self) -> None:
        self.assertIn("is 9.0 (9.0–9.0) ns a decision", page(figures([costs()])))


class OfDjango(unittest.TestCase):
    def test_why_it_was_left_out(self) -> None:
        text = page(figures([costs()]))
        self.assertIn("## Django\n\nLeft out: there is none.", text)
        self.assertNotIn("Django takes", text)

    def test_raw_figures_and_the_rule_alone(self) -> None:
        some = figures([costs()], Django(processes={4: [asked()]}))
        rows = tables(page(some))["Django"]
        self.assertEqual(rows[1], ["no router", "4", "100 (100–100)", "110 (110–110)", "–", "–"])
        # 1200 - 200 and 250 - 210.
        self.assertEqual(rows[3], ["`MasterSlave`", "4", "1200 (1200–1200)", "250 (250–250)",
                                   "1000 (1000–1000)", "40 (40–40)"])  # fmt: skip

    def test_beside_the_same_strategy_here(self) -> None:
        times = {**TIMES, "decide/MasterSlave/4": 25.0, "decide/MasterSlave/16": 25.0}
        ours = parse(document(times), "made-up", [4, 16])
        rows = tables(page(figures([ours], Django(processes={4: [asked()]}))))["Django"]
        # 0.9 x 1200 + 0.1 x 250 is 1105; 0.9 x 1000 + 0.1 x 40 is 904, 36 times 25; 1105 is 2.2 %
        # of 50,000 and 0.44 % of 250,000.
        self.assertEqual(rows[-1], ["`MasterSlave`", "4", "1.10 µs", "904 ns", "25 ns", "36×",
                                    "2.2 %", "0.44 %"])  # fmt: skip


if __name__ == "__main__":
    unittest.main()
