"""The command with programs whose figures are written before: its page, its errors, Ctrl-C."""

import os
import signal
import subprocess
import time
import unittest

from fakes import TIMES, ReportTest, document


class Page(ReportTest):
    def test_on_standard_output_without_a_word_beside(self) -> None:
        ended = self.report()
        self.assertEqual((ended.code, ended.stderr), (0, ""))
        # The recording's median is 40 us, its 99th percentile 90 us.
        self.assertIn("`one.csv` (40.0 µs at the server, so 400 ns; its 99th percentile is 90.0 "
                      "µs)", ended.stdout)  # fmt: skip
        self.assertIn("| one.csv | 4 | 40.0 µs | 90.0 µs |", ended.stdout)
        self.assertIn("Median of 2 processes", ended.stdout)
        self.assertEqual(len((self.folder / "log").read_text().splitlines()), 2)

    def test_in_a_file_and_nothing_else_left(self) -> None:
        page = self.folder / "page.md"
        ended = self.report("--out", page)
        self.assertEqual((ended.code, ended.stdout, ended.stderr), (0, "", ""))
        self.assertEqual(page.read_text(), self.report().stdout)
        self.assertEqual(list((self.folder / "temporary").iterdir()), [])

    def test_another_threshold(self) -> None:
        self.assertIn("less than 3 % of the median", self.report("--threshold", "3%").stdout)

    def test_a_quick_look_takes_less_time_but_what_is_said_holds(self) -> None:
        self.report("--quick", "--min-time", "0.5")
        log = (self.folder / "log").read_text()
        self.assertEqual(log.count("--benchmark_min_time=0.5s"), 2)
        self.report("--quick")
        log = (self.folder / "log").read_text()
        self.assertEqual(log.count("--benchmark_min_time=0.002s"), 2)

    def test_a_recording_without_durations_is_left_out(self) -> None:
        keys = self.folder / "keys.csv"
        keys.write_text("t,session,op\n0,a,r\n")
        self.assertIn("how long requests took: keys.csv.", self.report("--recording", keys).stdout)


class WithoutDjango(ReportTest):
    def test_no_such_python(self) -> None:
        self.assertIn(f"Left out: there is no {self.folder}/none; on Debian, `apt-get install "
                      "python3-django` brings it.", self.report().stdout)  # fmt: skip

    def test_a_python_without_it_is_asked_once(self) -> None:
        python = self.program("python", f"""echo asked >> '{self.folder}/asked'
echo "No module named 'django'"
exit 3""")  # fmt: skip
        ended = self.report("--python", python)
        self.assertEqual(ended.code, 0)
        self.assertIn("has no Django (No module named 'django'); on Debian", ended.stdout)
        self.assertEqual((self.folder / "asked").read_text(), "asked\n")

    def test_a_python_that_fails_is_no_missing_django(self) -> None:
        python = self.program("python", "echo no settings >&2; exit 1")
        ended = self.report("--python", python)
        self.assertEqual((ended.code, ended.stdout), (1, ""))
        self.assertIn("ended with exit code 1: no settings", ended.stderr)

    def test_a_python_that_talks_of_something_else(self) -> None:
        for said in ("hello", "[]", '{"ns": 3}'):
            ended = self.report("--python", self.program("python", f"echo '{said}'"))
            self.assertEqual((ended.code, ended.stdout), (1, ""))
            self.assertIn("Django's cost was not told", ended.stderr)


class Failures(ReportTest):
    def failure(self, *arguments: str) -> str:
        page = self.folder / "page.md"
        page.write_text("as before\n")
        ended = self.report("--out", page, *arguments)
        self.assertEqual((ended.code, ended.stdout), (1, ""))
        self.assertEqual(len(ended.stderr.splitlines()), 1, ended.stderr)
        self.assertEqual(page.read_text(), "as before\n")
        return ended.stderr

    def test_programs_that_were_not_built(self) -> None:
        for program in (self.bench, self.command):
            program.unlink()
            said = self.failure()
            self.assertIn(f"{program} is missing; build it with", said)
            self.assertIn("--target switchyard-bench switchyard-command", said)
            program.write_text("data")
            self.assertIn("is no executable file", self.failure())
            program.unlink()
            self.program(str(program.relative_to(self.folder)), "exit 5")

    def test_a_benchmark_that_crashes(self) -> None:
        self.program("build/bench/switchyard-bench", "kill -SEGV $$")
        self.assertIn("signal 11 (Segmentation fault)", self.failure())

    def test_results_that_cannot_be_read(self) -> None:
        self.results.write_text(document(TIMES)[:-100])
        self.assertIn("no results of switchyard-bench", self.failure())

    def test_a_number_of_nodes_that_is_not_measured(self) -> None:
        self.assertIn("decide/bound/5 was not measured", self.failure("--nodes", "4,5"))

    def test_recordings_and_scenarios(self) -> None:
        self.assertIn("there is no such recording", self.failure("--recording", "gone.csv"))
        self.assertIn("there is no such scenario", self.failure("--scenario", "gone.toml"))
        (self.folder / "compared.json").write_text("{}")
        self.assertIn("no report of 'switchyard compare'", self.failure())
        self.recording.write_text("t,session,op\n0,a,r\n")
        self.assertIn("no recording tells how long", self.failure())
        self.program("build/sim/switchyard", "echo damaged >&2; exit 2")
        self.assertIn("ended with exit code 2: damaged", self.failure())

    def test_a_page_that_cannot_be_written(self) -> None:
        (self.folder / "taken").mkdir()
        ended = self.report("--out", self.folder / "taken")
        self.assertEqual(ended.code, 1)
        ended = self.report("--out", self.folder / "none" / "page.md")
        self.assertEqual(ended.code, 2)
        self.assertIn("there is no such folder", ended.stderr)

    def test_wrong_commands(self) -> None:
        for wrong in (["--nodes", "four"], ["--nodes", ""], ["--processes", "0"],
                      ["--threshold", "5"], ["--nosuch"], ["more"]):  # fmt: skip
            self.assertEqual(self.report(*wrong).code, 2, wrong)


class Interrupt(ReportTest):
    def test_leaves_no_file_and_no_process(self) -> None:
        started = self.folder / "started"
        self.program("build/bench/switchyard-bench", f"""echo $$ > {started}.new
mv {started}.new {started}
exec sleep 1000""")  # fmt: skip
        page = self.folder / "page.md"
        report = subprocess.Popen([*self.arguments(), "--out", page], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True,
                                  env=self.environment())  # fmt: skip
        while not started.exists():
            self.assertIsNone(report.poll())
            time.sleep(0.01)
        report.send_signal(signal.SIGINT)
        stdout, stderr = report.communicate(timeout=60)
        self.assertEqual(report.returncode, 128 + signal.SIGINT)
        self.assertEqual((stdout, stderr), ("", "overhead-report: interrupted\n"))
        self.assertFalse(page.exists())
        self.assertEqual(list((self.folder / "temporary").iterdir()), [])
        with self.assertRaises(ProcessLookupError):
            os.kill(int(started.read_text()), 0)


if __name__ == "__main__":
    unittest.main()
