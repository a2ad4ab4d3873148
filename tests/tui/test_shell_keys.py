"""Keys that arrive all at once, as over a slow line, act in the order in which they were typed."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tests.tui.pretend import SMALL, House, settled
from tutor.tui.widgets.editor import CodeEditor

BURSTS = {
    "a slip and its repair": (["t", "h", "e", "x", "backspace", "r", "e"], "there"),
    "a new line and back": (["a", ":", "enter", "b", "enter", "backspace", "c"], "a:\n    b\nc"),
    "to the start of the line": (["b", "home", "a"], "ab"),
    "indented and out again": (["tab", "shift+tab", "a"], "a"),
    "deleted words": (["a", "b", "left", "delete", "c"], "ac"),
}


async def burst(pilot: Pilot[Any], keys: list[str]) -> None:
    """Hand all keys to the app before it can act on the first."""
    for key in keys:
        event = events.Key(key, key if len(key) == 1 else None)
        event.set_sender(pilot.app)
        pilot.app.post_message(event)
    await settled(pilot)


@pytest.mark.parametrize("name", BURSTS)
async def test_the_editor_keeps_the_order(house: House, name: str) -> None:
    keys, text = BURSTS[name]
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        app.open_lesson("start.first", "", "S1.a")
        await settled(pilot)
        editor = app.screen.query_one("#editor", CodeEditor)
        editor.load_text("")
        await pilot.press("e")
        await burst(pilot, keys)
        assert editor.text == text


async def test_an_answer_keeps_the_order(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        app.open_lesson("start.first", "guess-first")
        await settled(pilot)
        line = app.screen.query_one(Input)
        line.focus()
        await burst(pilot, ["7", "x", "backspace", "5", "left", "left", "1"])
        assert line.value == "175"


def test_every_field_in_which_one_writes_keeps_the_order() -> None:
    from tutor.tui.widgets.in_order import KeysInOrder
    from tutor.tui.widgets.questions.typed import Line, Lines

    for field in (CodeEditor, Line, Lines):
        assert issubclass(field, KeysInOrder)
        assert issubclass(field, Input | TextArea)
