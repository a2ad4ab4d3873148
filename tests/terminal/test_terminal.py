"""The app in a real terminal: what is typed outlives the process, and quitting is clean."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte
import pytest

pytestmark = pytest.mark.slow

COLUMNS, ROWS = 120, 40


class Terminal:
    """The app in a pseudo-terminal, and the screen as a person sees it."""

    def __init__(self, home: Path, columns: int = COLUMNS, rows: int = ROWS) -> None:
        environment = os.environ | {"TUTOR_HOME": str(home), "TERM": "xterm-256color"}
        environment["LANG"] = "C.UTF-8"
        for name in ("COLUMNS", "LINES"):  # the terminal's own size counts
            environment.pop(name, None)
        self.child = pexpect.spawn(
            sys.executable, ["-m", "tutor"], env=environment, dimensions=(rows, columns)
        )
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    def text(self) -> str:
        """The screen now."""
        try:
            while True:
                self._stream.feed(self.child.read_nonblocking(1 << 16, timeout=0.05))
        except (pexpect.TIMEOUT, pexpect.EOF):
            pass
        return "\n".join(self._screen.display)

    def wait(self, wanted: str | Callable[[str], bool], seconds: float = 60) -> str:
        """Wait until the screen shows it; the deadline is generous, slow machines pass too."""
        shows = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if shows(text := self.text()):
                return text
            time.sleep(0.05)
        raise AssertionError(f"never shown: {wanted}\n{self.text()}")

    def send(self, keys: str) -> None:
        """Type."""
        self.child.send(keys)

    def open_exercise(self, alias: str) -> None:
        """Find an item by its alias and open it."""
        self.wait("Tensors")
        self.send("/")
        time.sleep(0.5)
        self.send(alias)
        self.wait(alias)
        time.sleep(0.5)
        self.send("\r")
        self.wait("def my_reshape")


CTRL_Q, CTRL_END = "\x11", "\x1b[1;5F"


@pytest.mark.parametrize("end", ["kill -9", "hangup", "quit"])
def test_what_was_typed_is_there_again_after_any_end(end: str, tmp_path: Path) -> None:
    app = Terminal(tmp_path)
    app.open_exercise("T4.b")
    app.send("\x1b[17~")  # F6: on to the editor
    time.sleep(0.5)
    app.send(CTRL_END + "\r# kept beyond the end")
    app.wait("# kept beyond the end")
    time.sleep(1.0)  # saved as typed, behind the screen
    if end == "quit":
        app.send(CTRL_Q)
        app.child.expect(pexpect.EOF)
        app.child.close()
        assert app.child.exitstatus == 0
    else:
        app.child.kill(signal.SIGKILL if end == "kill -9" else signal.SIGHUP)
        app.child.close(force=True)
    again = Terminal(tmp_path)
    again.wait("Continue")
    again.send("c")
    again.wait("# kept beyond the end")
    again.send(CTRL_Q)
    again.child.expect(pexpect.EOF)


def test_a_tiny_terminal_asks_for_room(tmp_path: Path) -> None:
    app = Terminal(tmp_path, columns=30, rows=8)
    app.wait(lambda text: bool(text.strip()))
    time.sleep(1)
    assert "Traceback" not in app.text()
    app.send(CTRL_Q)
    app.child.expect(pexpect.EOF)
    app.child.close()
    assert app.child.exitstatus == 0
