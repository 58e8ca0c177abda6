"""The real program in a window of a real (virtual) display, handled by mouse and keyboard.

Where things are is read from what `switchyard-gui --ui-map` writes, by the names of the widgets.
"""
import json
import os
import subprocess
import tempfile
import time

PATIENCE_S = 20


class Window:
    """REQUIRES $SWITCHYARD_GUI and a display; everything is kept in a folder of its own."""

    def __init__(self, *arguments):
        self.folder = tempfile.TemporaryDirectory()
        self.map = os.path.join(self.folder.name, "map.json")
        environment = dict(os.environ, QT_QPA_PLATFORM="xcb", QT_SCALE_FACTOR="1",
                           LC_ALL="C.UTF-8", XDG_CONFIG_HOME=self.folder.name)
        self.process = subprocess.Popen(
            [os.environ["SWITCHYARD_GUI"], "--ui-map", self.map, *arguments],
            env=environment, cwd=self.folder.name)
        self.wait(lambda state: "run" in state)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def state(self):
        try:
            with open(self.map, encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def wait(self, holds):
        """The first state for which that holds."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"the program ended with {self.process.returncode}")
            state = self.state()
            if state and holds(state):
                return state
            time.sleep(0.05)
        raise AssertionError(f"waited in vain; what is seen is "
                             f"{[name for name in self.state() if '/' not in name]}")

    def point(self, name, share=0.5):
        """Moves the mouse onto the middle of a widget, or that share of the way across."""
        place = self.wait(lambda state: name in state and state[name]["enabled"])[name]
        run_xdotool("mousemove", place["x"] + int(share * place["width"]),
                    place["y"] + place["height"] // 2)

    def click(self, name, button=1):
        self.point(name)
        run_xdotool("click", button)

    def drag(self, name, start, end):
        self.point(name, start)
        run_xdotool("mousedown", 1)
        # Not in one jump, which is no dragging.
        for step in range(1, 6):
            self.point(name, start + (end - start) * step / 5)
        run_xdotool("mouseup", 1)

    def keys(self, *keys):
        run_xdotool("key", *keys)

    def type(self, text):
        run_xdotool("type", text)

    def named(self, part, text):
        """The map's name of what has that text, among the rows, headings or tabs of a widget."""
        state = self.wait(lambda state: any(
            name.startswith(part) and isinstance(value, dict) and value.get("text") == text
            for name, value in state.items()))
        return next(name for name, value in state.items()
                    if name.startswith(part) and value.get("text") == text)

    def wait_for_run(self):
        return self.wait(lambda state: not state["_running"] and "comparison/row 0" in state)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.folder.cleanup()


def run_xdotool(*words):
    subprocess.run(["xdotool", *map(str, words)], check=True)
