"""A row that can be stood on, chosen and judged: options, items to order, sides to match."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Row(Horizontal):
    """One row: a sign, its key, its text, and beneath it what is to be said of it later.

    Args:
        key: the key that chooses it, as shown.
        text: its text, drawn.
        index: which one it is.
    """

    DEFAULT_CSS = """
    Row {
        height: auto;
        padding: 0 1;
        pointer: pointer;
        & > .row--sign { width: 2; color: $accent; text-style: bold; }
        & > .row--key { width: 4; color: $quiet; }
        & > Vertical { width: 1fr; height: auto; }
        & > Vertical > Static { height: auto; }
        & > Vertical > .row--note { color: $quiet; display: none; padding-bottom: 1; }
        &.-chosen > Vertical > .row--note { color: $foreground; }
        &.-noted > Vertical > .row--note { display: block; }
        &:hover { background: $panel; }
        &.-right > .row--sign { color: $text-success; }
        &.-wrong > .row--sign { color: $text-error; }
    }
    .-closed Row { pointer: default; }
    .-closed Row:hover { background: transparent; }
    .-closed Row:last-of-type > Vertical > .row--note { padding-bottom: 0; }
    *:focus > Row.-here, *:focus-within > Row.-here {
        background: $panel;
        text-style: bold;
    }
    """

    @dataclass
    class Clicked(Message):
        """The mouse chose it."""

        row: Row

        @property
        def control(self) -> Row:
            """The row."""
            return self.row

    def __init__(self, key: str, text: Content, index: int, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.index = index
        self._key = key
        self._text = text

    def compose(self) -> ComposeResult:
        """Sign, key, text and note."""
        yield Static("", classes="row--sign")
        yield Static(self._key, classes="row--key")
        with Vertical():
            yield Static(self._text, classes="row--text")
            yield Static("", classes="row--note")

    def on_click(self, event: events.Click) -> None:
        """Tell who is around."""
        event.stop()
        self.post_message(self.Clicked(self))

    def sign(self, sign: str) -> None:
        """Show a sign before it."""
        self.query_one(".row--sign", Static).update(Content(sign))

    def put_key(self, key: str) -> None:
        """Show another key."""
        self.query_one(".row--key", Static).update(Content(key))

    def put_text(self, text: Content) -> None:
        """Show another text."""
        self._text = text
        self.query_one(".row--text", Static).update(text)

    def judge(self, sign: str, tone: str, note: Content) -> None:
        """Show how it stands: a sign, ``-right``, ``-wrong`` or no tone, and the reason."""
        self.sign(sign)
        if tone:
            self.add_class(tone)
        self.query_one(".row--note", Static).update(note)
        self.set_class(bool(note), "-noted")
