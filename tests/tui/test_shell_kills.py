"""Killed between a key and its verdict, or between a verdict and the next screen."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from tests.tui.pretend import COURSE
from tests.tui.test_shell_terminal import Terminal
from tutor.paths import Folders
from tutor.store.db import Store
from tutor.tui.parts import open_learner

pytestmark = pytest.mark.slow

F5 = "\x1b[15~"
RIGHT = "def add_one(x):\n    return x + 1\n"
ROUNDS = 6


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def tutor(home: Path) -> Iterator[Callable[[], Terminal]]:
    started: list[Terminal] = []

    def start() -> Terminal:
        started.append(Terminal(home, "-m", "tutor", "--course", str(COURSE)))
        return started[-1]

    yield start
    for terminal in started:
        terminal.child.close(force=True)


def progress(home: Path) -> Store:
    return open_learner(Folders.under(home))


def opened(tutor: Callable[[], Terminal], item: str, title: str, shown: str) -> Terminal:
    terminal = tutor()
    terminal.shows("A small course")
    terminal.child.send("/")
    terminal.shows("Search lessons")
    terminal.child.send(item)
    terminal.shows(title)
    terminal.child.send("\r")
    terminal.shows(shown)
    return terminal


def check_whole(home: Path, kind: str, before: int) -> int:
    """The event is there once or not at all, with all that belongs to it; return how many are."""
    with progress(home) as store:
        events = store.events(kind=kind)
        assert len(events) - before in (0, 1)
        if kind == "attempt":
            for event in events:  # the code that was judged is written with its verdict
                drafts = store.events("start.add-one", "draft")
                assert any(one.id < event.id for one in drafts)
                assert event.body["outcome"] == "passed"
        kept = store.derived()
        store.rebuild()
        assert store.derived() == kept
        return len(events)


@pytest.mark.parametrize("after_the_verdict", [False, True], ids=["before", "after"])
def test_an_exercise_is_recorded_once_or_not_at_all(
    tutor: Callable[[], Terminal], home: Path, after_the_verdict: bool
) -> None:
    random = Random(5)
    with progress(home) as store:
        store.save_draft("start.add-one", RIGHT)
    attempts = 0
    for _ in range(ROUNDS):
        terminal = opened(tutor, "S1.a", "Add one", "return x + 1")
        terminal.shows("sandbox")
        terminal.child.send(F5)
        if after_the_verdict:
            terminal.shows("Passed")
        time.sleep(random.random() * 0.12)
        terminal.child.kill(signal.SIGKILL)
        terminal.ends()
        attempts = check_whole(home, "attempt", attempts)
    assert attempts or not after_the_verdict  # else the kills came too early to prove anything


def test_an_answer_is_recorded_once_or_not_at_all(
    tutor: Callable[[], Terminal], home: Path
) -> None:
    random = Random(6)
    answers = 0
    for _ in range(ROUNDS):
        terminal = opened(tutor, "S1.q1", "What does this print", "print(1 + 2)")
        terminal.child.send("3\r")
        time.sleep(random.random() * 0.12)
        terminal.child.kill(signal.SIGKILL)
        terminal.ends()
        answers = check_whole(home, "answer", answers)
