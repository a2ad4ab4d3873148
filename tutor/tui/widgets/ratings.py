"""How well it was known, and when each rating would bring it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor.drilling import WORDS
from tutor.store.rows import RatingWord
from tutor.text.days import when
from tutor.text.messages import say


class RatingRow(Horizontal):
    """Four ratings with their keys and dates; the one that holds is marked."""

    DEFAULT_CSS = """
    RatingRow {
        height: auto;
        padding: 0 1;
        & > Static { width: auto; height: 2; padding-right: 4; color: $quiet; pointer: pointer; }
        & > Static:hover { text-style: underline; }
        & > .-holds { color: $foreground; text-style: bold; }
        & > #rating-lead { pointer: default; text-style: none; }
    }
    """

    @dataclass
    class Chosen(Message):
        """The learner rates the last answer."""

        rating: RatingWord

    def compose(self) -> ComposeResult:
        """A lead, then the four."""
        yield Static(say("widgets.rating.lead"), id="rating-lead")
        for word in WORDS:
            yield Static(id=f"rating-{word}")

    def show(self, dates: Mapping[RatingWord, date], today: date, holds: RatingWord) -> None:
        """Show when each rating would bring the item back, and which one holds."""
        for number, word in enumerate(WORDS, 1):
            label = self.query_one(f"#rating-{word}", Static)
            name = say(f"widgets.rating.{word}")
            label.update(
                Content.assemble(
                    (f"{number} ", "bold $accent"), name, "\n  ", when(dates[word], today)
                )
            )
            label.set_class(word == holds, "-holds")

    def on_click(self, event: events.Click) -> None:
        """Rate by the mouse."""
        for word in WORDS:
            if event.widget is self.query_one(f"#rating-{word}"):
                event.stop()
                self.post_message(self.Chosen(word))
