"""How sure the learner is, said before the answer is judged, or not said at all."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from tutor.text.messages import say

LEVELS = (0.5, 0.7, 0.9, 0.99)


class SureRow(Horizontal):
    """Four levels, none of which is taken at first."""

    DEFAULT_CSS = """
    SureRow {
        height: 1;
        margin: 1 0 0 0;
        padding: 0 1;
        & > Static { width: auto; padding-right: 2; color: $quiet; }
        & > .sure--level { pointer: pointer; }
        & > .sure--level:hover { text-style: underline; }
        & > .-chosen { color: $accent; text-style: bold; }
        &:disabled > .sure--level { pointer: default; text-style: none; }
        &:disabled > .-chosen { text-style: bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._at: int | None = None

    def compose(self) -> ComposeResult:
        """The question, the levels, the keys."""
        yield Static(say("widgets.sure.ask"))
        for index, level in enumerate(LEVELS):
            yield Static(f"{level:.0%}", id=f"sure-{index}", classes="sure--level")
        yield Static(Content(say("widgets.sure.keys")), id="sure-keys")

    @property
    def value(self) -> float | None:
        """The level taken, None when nothing was said."""
        return None if self._at is None else LEVELS[self._at]

    def step(self, by: int) -> None:
        """Take the next level up or down; past the end nothing is taken."""
        places = [None, *range(len(LEVELS))]
        self._take(places[(places.index(self._at) + by) % len(places)])

    def on_click(self, event: events.Click) -> None:
        """Take the level that was clicked, or take it back."""
        for index in range(len(LEVELS)):
            if event.widget is self.query_one(f"#sure-{index}"):
                event.stop()
                self._take(None if index == self._at else index)

    def close(self) -> None:
        """Take nothing any more."""
        self.disabled = True
        self.query_one("#sure-keys").display = False
        self.display = self._at is not None

    def _take(self, at: int | None) -> None:
        self._at = at
        for index in range(len(LEVELS)):
            self.query_one(f"#sure-{index}").set_class(index == at, "-chosen")
