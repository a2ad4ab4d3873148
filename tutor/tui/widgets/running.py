"""The line that says that code runs or waits to, for how long, and how to stop it."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from tutor.text.messages import say
from tutor.tui.widgets.look import keeps_still, speaks_ascii, waits_for_sandbox

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_ASCII_FRAMES = "-\\|/"


class RunningLine(Static):
    """Counts the seconds of a run; turns a sign where things may move.

    Args:
        clock: seconds that only go forward.
    """

    DEFAULT_CSS = "RunningLine { height: auto; display: none; &.-some { display: block; } }"

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, id: str | None = None):
        super().__init__(id=id)
        self._clock = clock
        self._started = 0.0
        self._ticks = 0
        self._timer: Timer | None = None

    def start(self, started: float | None = None) -> None:
        """Begin to count, from ``started`` on the same clock."""
        self.stop()
        self._started = self._clock() if started is None else started
        self._ticks = 0
        self.add_class("-some")
        self._tick()
        self._timer = self.set_interval(1.0 if keeps_still(self) else 0.1, self._tick)

    def stop(self) -> None:
        """Say nothing."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.remove_class("-some")

    def _tick(self) -> None:
        frames = _ASCII_FRAMES if speaks_ascii(self) else _FRAMES
        still = keeps_still(self)
        sign = frames[0] if still else frames[self._ticks % len(frames)]
        self._ticks += 1
        seconds = max(0.0, self._clock() - self._started)
        elapsed = say(
            "widgets.result.whole_seconds" if still else "widgets.result.seconds", seconds=seconds
        )
        doing = "waiting" if waits_for_sandbox(self) else "running"
        self.update(
            Content.assemble(
                (sign, "$accent"),
                "  ",
                (say(f"widgets.result.{doing}"), "bold"),
                (f"  {elapsed}   ", "$quiet"),
                (say("widgets.result.escape"), "bold $accent"),
                (" " + say("widgets.result.cancels"), "$quiet"),
            )
        )
