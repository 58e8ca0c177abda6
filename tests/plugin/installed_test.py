"""The installed package as a user with a router of their own meets it: the examples are built
against it as their page says, and have the results of the strategies whose rules they follow."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]

# A replica fails for a while, and the primary for good.
SCENARIO = """\
[workload.synthetic]
requests = 20000
sessions = 200
read_share = 0.85
arrivals = { law = "poisson", rate = 4000.0 }
read_service = { law = "exponential", mean = "1ms" }
write_service = { law = "exponential", mean = "1ms" }
keys = { law = "zipf", count = 1000, exponent = 0.99 }
[databases.default]
workers = 4
[databases.replica-1]
workers = 2
[databases.replica-2]
workers = 2
[databases.replica-3]
workers = 2
[replication]
delay = { law = "exponential", mean = "3ms" }
[[faults]]
at = "1s"
lasts = "1s"
node = "replica-2"
kind = "down"
[[faults]]
at = "3s"
node = "default"
kind = "down"
[failover]
detect_after = "100ms"
promote_after = "200ms"
[run]
timeout = "1s"
replications = 3
threads = 4
"""
# Beside each library the strategy that it is like.
PAIRS = [
    ('{ use = "c/build/fewest.so" }', '{ use = "least_outstanding", tie = "first" }'),
    (
        '{ use = "./c/build/fewest.so", include_primary = true }',
        '{ use = "least_outstanding", tie = "first", include_primary = true }',
    ),
    ('{ use = "cpp/build/two_choices.so" }', '"d_choices"'),
    ('{ use = "cpp/build/two_choices.so", d = 3 }', '{ use = "d_choices", d = 3 }'),
]
BEHIND = ["", 'guards = ["sticky_primary"]\n', "instances = 5\n"]


def scenario() -> str:
    text = SCENARIO
    for k, behind in enumerate(BEHIND):
        for i, pair in enumerate(PAIRS):
            for kind, use in zip(("library", "built in"), pair):
                text += f'[[candidates]]\nname = "{kind} {k}{i}"\nrouters = [{use}]\n{behind}'
    return text


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        cls.prefix = cls.folder / "prefix"
        cls.run_in(
            cls.folder,
            ["cmake", "--install", os.environ["SWITCHYARD_BUILD_FOLDER"], "--prefix", cls.prefix],
        )
        cls.command = cls.prefix / "bin" / "switchyard"
        for name in ("c", "cpp"):
            shutil.copytree(cls.prefix / "share/switchyard/routers" / name, cls.folder / name)
            cls.build(cls.folder / name)

    @staticmethod
    def run_in(folder: Path, command: list[Any], code: int = 0) -> str:
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
        if ended.returncode != code:
            raise AssertionError(f"{command}: exit {ended.returncode}\n{ended.stdout}{ended.stderr}")
        return ended.stdout if code == 0 else ended.stdout + ended.stderr

    @classmethod
    def configure(cls, folder: Path, *options: str, code: int = 0) -> str:
        prefix = f"-DCMAKE_PREFIX_PATH={cls.prefix}"
        return cls.run_in(folder, ["cmake", "-G", "Ninja", "-B", "build", prefix, *options], code)

    @classmethod
    def build(cls, folder: Path) -> None:
        cls.configure(folder)
        cls.run_in(folder, ["cmake", "--build", "build"])

    def project(self, name: str, lines: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        (folder / "CMakeLists.txt").write_text(
            f"cmake_minimum_required(VERSION 3.16)\nproject({name} LANGUAGES CXX)\n{lines}"
        )
        return folder

    def compare(self, arguments: list[str]) -> list[dict[str, Any]]:
        text = self.run_in(self.folder, [self.command, "compare", *arguments, "--json", "-"])
        candidates: list[dict[str, Any]] = json.loads(text)["candidates"]
        return candidates

    def test_the_examples_have_the_results_of_the_strategies_that_they_are_like(self) -> None:
        (self.folder / "scenario.toml").write_text(scenario())
        candidates = self.compare(["scenario.toml"])
        self.assertEqual(len(candidates), 2 * len(PAIRS) * len(BEHIND))
        by_name = {candidate["name"]: candidate for candidate in candidates}
        different = set()
        for name, candidate in by_name.items():
            if not name.startswith("library"):
                continue
            other = by_name[name.replace("library", "built in")]
            with self.subTest(name):
                self.assertEqual(candidate["fingerprint"], other["fingerprint"])
            self.assertIn(".so", candidate["routers"][0])
            different.add(candidate["fingerprint"])
        # No rule is like another.
        self.assertEqual(len(different), len(PAIRS) * len(BEHIND))

    def test_libraries_are_named_on_the_command_line_and_described(self) -> None:
        (self.folder / "one.toml").write_text(SCENARIO + "[[candidates]]\nrouters = []\n")
        library, built_in = self.compare(
            ["one.toml", "--router", "./cpp/build/two_choices.so:d=3", "--router", "d_choices:d=3"]
        )
        self.assertEqual(library["fingerprint"], built_in["fingerprint"])
        self.assertEqual(library["routers"], ["two_choices.so(d=3)"])
        text = self.run_in(self.folder, [self.command, "routers", "c/build/fewest.so"])
        self.assertIn("include_primary = false", text)

    def test_the_header_is_strict_c_and_cpp(self) -> None:
        include = self.prefix / "include" / "switchyard"
        for compiler, languages in (("cc", ["c99", "c17"]), ("c++", ["c++11", "c++20"])):
            source = self.folder / ("header.c" if compiler == "cc" else "header.cpp")
            source.write_text("#include <switchyard_router.h>\n")
            for language in languages:
                self.run_in(
                    self.folder,
                    [compiler, f"-std={language}", *WARNINGS, "-I", include, "-fsyntax-only",
                     source],
                )  # fmt: skip

    def test_a_library_is_built_by_hand(self) -> None:
        include = self.prefix / "include" / "switchyard"
        self.run_in(
            self.folder / "c",
            ["cc", "-shared", "-fPIC", "-O2", "-I", include, "fewest.c", "-o", "by_hand.so"],
        )
        text = self.run_in(self.folder / "c", [self.command, "routers", "by_hand.so"])
        self.assertTrue(text.startswith("fewest\n"))

    def test_the_interface_needs_no_other_library(self) -> None:
        cache = (self.folder / "c" / "build" / "CMakeCache.txt").read_text()
        self.assertIn("Switchyard_DIR", cache)
        for package in ("fmt_DIR", "Boost_DIR", "tomlplusplus_DIR"):
            self.assertNotIn(package, cache)

    def test_the_whole_package_is_there_without_components(self) -> None:
        folder = self.project(
            "whole",
            "find_package(Switchyard REQUIRED)\n"
            "add_executable(whole main.cpp)\n"
            "target_link_libraries(whole PRIVATE Switchyard::switchyard Switchyard::router_abi)\n",
        )
        (folder / "main.cpp").write_text(
            "#include <routers/catalogue.h>\n#include <switchyard_router.h>\n"
            'int main() { return switchyard::find_strategy("MasterSlave").is_bound ? 1 : 0; }\n'
        )
        # With what the library was built with, so that sanitizers fit.
        cache = (Path(os.environ["SWITCHYARD_BUILD_FOLDER"]) / "CMakeCache.txt").read_text()
        same = re.findall(r"^(CMAKE_CXX_(?:COMPILER|FLAGS)):\w+=(.*)$", cache, re.MULTILINE)
        self.configure(folder, *(f"-D{name}={value}" for name, value in same))
        self.run_in(folder, ["cmake", "--build", "build"])
        self.run_in(folder, ["build/whole"])

    def test_an_unknown_component_is_an_error(self) -> None:
        folder = self.project("unknown", "find_package(Switchyard REQUIRED COMPONENTS router_api)\n")
        self.assertIn("router_abi and library, not router_api", self.configure(folder, code=1))


if __name__ == "__main__":
    unittest.main()
