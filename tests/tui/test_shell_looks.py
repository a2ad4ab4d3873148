"""How the screens look: one SVG each. After a wanted change: ``pytest --snapshot-update``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.tui.pretend import SMALL, WIDE, House, settled
from tutor.store.events import NewEvent
from tutor.tui.app import TutorApp
from tutor.tui.screens.lesson import LessonScreen
from tutor.tui.widgets.editor import CodeEditor

Looks = Callable[[TutorApp], None]
EACH = pytest.mark.parametrize(
    ("size", "theme"),
    [(SMALL, "dark"), (SMALL, "light"), (WIDE, "dark"), (WIDE, "light")],
    ids=["80x24-dark", "80x24-light", "120x40-dark", "120x40-light"],
)
CODE = {
    "before": "",
    "wrong": "def add_one(x):\n    return x - 1\n",
    "passed": "def add_one(x):\n    return x + 1\n",
}


@EACH
async def test_home(
    house: House, looks_as_before: Looks, size: tuple[int, int], theme: str
) -> None:
    with house.store() as store:
        store.record(
            NewEvent("attempt", "start.add-one", {"outcome": "passed", "ms": 1}),
            NewEvent("step", "start.first", {"lesson": "start.first", "step": "yours"}),
            NewEvent("place", "start.first", {"lesson": "start.first", "step": "yours"}),
        )
    app = house.app(theme=theme)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        looks_as_before(app)


@EACH
async def test_lesson_text(
    house: House, looks_as_before: Looks, size: tuple[int, int], theme: str
) -> None:
    app = house.app(theme=theme)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        app.open_lesson("start.first")
        await settled(pilot)
        looks_as_before(app)


@EACH
@pytest.mark.parametrize("stage", CODE)
async def test_exercise(
    house: House, looks_as_before: Looks, size: tuple[int, int], theme: str, stage: str
) -> None:
    app = house.app(theme=theme)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        app.open_lesson("start.first", "", "S1.a")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, LessonScreen)
        if CODE[stage]:
            editor = screen.query_one("#editor", CodeEditor)
            editor.replace(CODE[stage], (0, 0), editor.document.end)
            await settled(pilot)
            await pilot.press("f5")
            await settled(pilot)
            await pilot.app.workers.wait_for_complete()
            await settled(pilot)
        looks_as_before(app)


@EACH
async def test_help(
    house: House, looks_as_before: Looks, size: tuple[int, int], theme: str
) -> None:
    app = house.app(theme=theme)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("f1")
        await settled(pilot)
        looks_as_before(app)
