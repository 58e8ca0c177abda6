"""Where no window can open, the program says so, and still tells what needs none."""
import os
import subprocess
import unittest


def switchyard_gui(*arguments, **variables):
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return subprocess.run([os.environ["SWITCHYARD_GUI"], *arguments], capture_output=True,
                          text=True, env=environment | variables, check=False)


class NoDisplay(unittest.TestCase):
    def check_refused(self, result, *words):
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertTrue(result.stderr.startswith("switchyard-gui: "), result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def test_bad_arguments_are_told(self):
        self.check_refused(switchyard_gui("--nonsense"), "'nonsense'", "--help")
        self.check_refused(switchyard_gui("-platform"), "'-platform'")
        self.check_refused(switchyard_gui("--report", "out.html"), "one scenario")

    def test_a_missing_display_is_told(self):
        self.check_refused(switchyard_gui(), "no display", "--report")
        self.check_refused(switchyard_gui(DISPLAY=":4711"), "no display")
        self.check_refused(switchyard_gui("-platform", "nowhere"), "no display")

    def test_help_and_version_need_none(self):
        shown = switchyard_gui("--help")
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        self.assertTrue(shown.stdout.startswith("Usage: switchyard-gui [options]"), shown.stdout)
        self.assertIn("--report", shown.stdout)
        self.assertNotIn("ui-map", shown.stdout)
        shown = switchyard_gui("--version")
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        self.assertRegex(shown.stdout, r"^switchyard-gui \d+\.\d+\.\d+\n$")

    def test_qt_options_are_left_to_qt(self):
        shown = switchyard_gui("--version", "-platform", "offscreen", "-style", "fusion")
        self.assertEqual(shown.returncode, 0, shown.stderr)

    def test_a_map_that_cannot_be_written_is_told(self):
        refused = switchyard_gui("-platform", "offscreen", "--ui-map", "/no/such/map")
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertIn("switchyard-gui: /no/such/map: cannot be written", refused.stderr)


if __name__ == "__main__":
    unittest.main()
