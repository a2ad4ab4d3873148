"""The app in a real pseudo-terminal: it starts, it is killed, it crashes, it quits."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pyte
import pytest

from tests.tui.pretend import COURSE
from tutor.paths import Folders
from tutor.tui.parts import open_learner

CRASHING = """
import sys
from pathlib import Path
from tutor.paths import Folders
from tutor.tui import app

def fail():
    raise RuntimeError("a fault of ours")

app.TutorApp.on_mount = lambda self: self.set_timer(0.5, fail)
sys.exit(app.run_app(Path(sys.argv[1]), Folders.under(Path(sys.argv[2]))))
"""


class Terminal:
    """A program in a pseudo-terminal, and the screen as a person sees it."""

    def __init__(self, home: Path, *command: str) -> None:
        self.home = home
        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        env = {**os.environ, "TUTOR_HOME": str(home), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        self.child = pexpect.spawn(
            sys.executable, list(command), env=env, dimensions=(24, 80), timeout=60
        )

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, seen: Callable[[], bool]) -> None:
        """Read what the program draws until something is seen; patient with slow machines."""
        end = time.monotonic() + 60
        while not seen():
            assert time.monotonic() < end, self.text
            self.read()

    def read(self) -> None:
        try:
            drawn = self.child.read_nonblocking(65536, timeout=0.2)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return
        self.raw += drawn
        self.stream.feed(drawn)

    def shows(self, words: str) -> None:
        self.until(lambda: words in self.text)

    def ends(self) -> int:
        self.until(lambda: not self.child.isalive())
        self.read()
        self.child.close()
        return self.child.exitstatus if self.child.exitstatus is not None else -1


@pytest.fixture
def tutor(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    started: list[Terminal] = []

    def start(*command: str) -> Terminal:
        given = command or ("-m", "tutor", "--course", str(COURSE))
        started.append(Terminal(tmp_path / "home", *given))
        return started[-1]

    yield start
    for terminal in started:
        terminal.child.close(force=True)


def test_it_opens_and_quits_and_leaves_the_terminal_as_it_was(
    tutor: Callable[..., Terminal],
) -> None:
    terminal = tutor()
    terminal.shows("A small course")
    terminal.child.send("q")
    assert terminal.ends() == 0
    assert terminal.raw.rindex(b"\x1b[?1049l") > terminal.raw.rindex(b"\x1b[?1049h")
    assert b"\x1b[?25h" in terminal.raw  # the cursor is back


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_what_was_typed_survives_a_kill_and_a_closed_terminal(
    tutor: Callable[..., Terminal], how: signal.Signals
) -> None:
    terminal = tutor()
    terminal.shows("A small course")
    terminal.child.send("/")
    terminal.shows("Search lessons")
    terminal.child.send("S1.a")
    terminal.shows("Add one")
    terminal.child.send("\r")
    terminal.shows("Your task")
    terminal.child.send("e")
    terminal.shows("    ...")
    terminal.shows("F2 hint")  # inside the editor: what is typed now goes there
    terminal.child.send("return 4242")
    terminal.shows("return 4242")
    with open_learner(Folders.under(terminal.home)) as store:
        end = time.monotonic() + 30
        while (draft := store.draft("start.add-one")) is None or "4242" not in draft.text:
            assert time.monotonic() < end
            terminal.read()
    os.kill(terminal.child.pid, how)
    terminal.ends()

    again = tutor()
    again.shows("Continue")
    again.child.send("c")
    again.shows("Your task")
    again.child.send("e")
    again.shows("return 4242")


def test_asked_to_end_it_gives_the_terminal_back(tutor: Callable[..., Terminal]) -> None:
    terminal = tutor()
    terminal.shows("A small course")
    terminal.child.kill(signal.SIGTERM)
    assert terminal.ends() == 0
    assert b"\x1b[?1049l" in terminal.raw


def test_a_fault_of_ours_ends_with_a_sentence_and_status_three(
    tutor: Callable[..., Terminal], tmp_path: Path
) -> None:
    terminal = tutor("-c", CRASHING, str(COURSE), str(tmp_path / "home"))
    assert terminal.ends() == 3
    shown = " ".join(terminal.raw.rpartition(b"\x1b[?1049l")[2].decode().split())
    assert "Something went wrong in the tutor itself" in shown
    assert "Traceback" not in shown
    log = (tmp_path / "home" / "state" / "tutor.log").read_text()
    assert "a fault of ours" in log
    assert "Traceback" in log
