"""Choosing what to practise: it is found by typing, and what is chosen is what is asked."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from tests.tui.pretend import SMALL, House, settled, text_of
from tutor.store.events import NewEvent
from tutor.study.session import Cram, Due
from tutor.tui.screens.drill import DrillScreen
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.practise import PractiseScreen


async def choosing(pilot: Pilot[Any]) -> PractiseScreen:
    await settled(pilot)
    await pilot.press("r")
    await settled(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, PractiseScreen)
    return screen


def modes(screen: PractiseScreen) -> list[object]:
    return [choice.mode for choice in screen._shown]


async def test_everything_that_can_be_practised_is_listed(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        screen = await choosing(pilot)
        found = modes(screen)
        assert found[:3] == [Due(), Cram(), Cram(unit="start")]
        assert Cram(lesson="start.first") in found
        assert Cram(objective="start.adding") in found


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("weakest", Cram()),
        ("s1 lesson", Cram(lesson="start.first")),
        ("starting unit", Cram(unit="start")),
    ],
)
async def test_typing_narrows_the_list_and_enter_drills_it(
    house: House, typed: str, wanted: Cram
) -> None:
    with house.store() as store:
        store.record(NewEvent("answer", "start.first.q1", {"right": True}))
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        screen = await choosing(pilot)
        await pilot.press(*("space" if letter == " " else letter for letter in typed))
        await settled(pilot)
        assert modes(screen) == [wanted]
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, DrillScreen)
        assert "of" in text_of(app)


async def test_the_day_of_an_exam_may_be_typed_and_no_day_of_the_past(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        screen = await choosing(pilot)
        await pilot.press(*("minus" if letter == "-" else letter for letter in "2026-06-01"))
        await settled(pilot)
        (choice,) = screen._shown
        assert isinstance(choice.mode, Cram)
        assert choice.mode.exam is not None
        assert "exam" in text_of(app)
        for _ in range(10):
            await pilot.press("backspace")
        await pilot.press(*("minus" if letter == "-" else letter for letter in "2020-06-01"))
        await settled(pilot)
        assert screen._shown == []
        assert "Nothing fits" in text_of(app)
        assert screen.query_one("#choices", OptionList).highlighted is None
        await pilot.press("enter")  # nothing is chosen, so nothing happens
        await settled(pilot)
        assert app.screen is screen


async def test_escape_leads_back_to_home(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await choosing(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, HomeScreen)
