"""Progress and wrong ideas on the screen: what is shown is what the store says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.tui.pretend import NOW, SMALL, WIDE, House, settled, text_of
from tutor.store.events import NewEvent
from tutor.tui.screens.drill import DrillScreen
from tutor.tui.screens.ideas import IdeasScreen
from tutor.tui.screens.lesson import LessonScreen
from tutor.tui.screens.progress import ProgressScreen


def answered(item: str, right: bool, days_ago: int, **body: Any) -> NewEvent:
    at = NOW - timedelta(days=days_ago)
    return NewEvent("answer", f"start.first.{item}", {"right": right, "ms": 4000, **body}, at=at)


@pytest.fixture
def studied(house: House) -> House:
    with house.store() as store:
        store.record(
            NewEvent("step", "start.first", {"step": "hello"}, at=NOW - timedelta(days=9)),
            answered("q2", False, 9, misconception="minus-for-plus", sure=1.0),
            answered("q1", True, 8, sure=0.8),
            answered("q2", True, 5, sure=0.5),
            answered("q2", True, 1, sure=0.8),
            answered("q3", False, 1, misconception="minus-for-plus"),
        )
    return house


async def test_home_opens_progress_and_escape_leads_back(studied: House) -> None:
    app = studied.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("p")
        await settled(pilot)
        assert isinstance(app.screen, ProgressScreen)
        shown = text_of(app)
        assert "Reviews" in shown
        assert "in a row" in shown
        await pilot.press("escape")
        await settled(pilot)
        assert not isinstance(app.screen, ProgressScreen)


async def test_nothing_done_yet_is_said(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("p")
        await settled(pilot)
        assert "Nothing is recorded yet" in text_of(app)


async def test_a_wrong_idea_is_shown_with_its_moment_and_can_be_practised(studied: House) -> None:
    app = studied.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("m")
        await settled(pilot)
        assert isinstance(app.screen, IdeasScreen)
        shown = text_of(app)
        assert "Not behind you yet" in shown
        assert "2026-03-01" in shown
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, DrillScreen)
        await pilot.press("escape")
        await settled(pilot)
        await pilot.press("o")
        await settled(pilot)
        assert isinstance(app.screen, LessonScreen)


async def test_without_wrong_ideas_the_screen_says_how_it_fills(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("m")
        await settled(pilot)
        assert "None so far" in text_of(app)


@pytest.mark.parametrize("key", ["p", "m"])
@pytest.mark.parametrize(
    ("size", "theme"), [(SMALL, "dark"), (WIDE, "light")], ids=["80x24-dark", "120x40-light"]
)
async def test_it_looks_as_before(
    studied: House, looks_as_before: Any, size: tuple[int, int], theme: str, key: str
) -> None:
    app = studied.app(theme=theme)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press(key)
        await settled(pilot)
        looks_as_before(app)
