"""Home: what a person sees first, and where it leads."""

from __future__ import annotations

import shutil
from pathlib import Path

from textual.widgets import Input, OptionList

from tests.tui.pretend import SMALL, House, settled, text_of
from tutor.store.events import NewEvent
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.problem import ProblemScreen
from tutor.tui.screens.search import SearchScreen


async def test_home_shows_the_course_and_where_to_begin(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        shown = text_of(app)
        assert "A small course" in shown
        assert "Start" in shown
        assert "S1  First steps: adding one" in shown
        assert "nothing is due today" in shown
        assert "0 of 4" in shown


async def test_progress_is_told_in_words(house: House) -> None:
    with house.store() as store:
        store.record(
            NewEvent("attempt", "start.add-one", {"outcome": "passed", "ms": 1}),
            NewEvent("answer", "start.first.q1", {"right": True, "ms": 1}),
            NewEvent("answer", "start.first.q2", {"right": False, "ms": 1}),
        )
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert "2 of 4" in text_of(app)


async def test_a_broken_lesson_says_where_and_the_rest_opens(house: House, tmp_path: Path) -> None:
    house.course = tmp_path / "course"
    shutil.copytree(Path(__file__).parent / "course", house.course)
    broken = house.course / "lessons/start/02-second.yaml"
    broken.write_text(broken.read_text().replace("minutes: 3", "minuts: 3"))
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        shown = text_of(app)
        assert "cannot be opened" in shown
        assert "lessons/start/02-second.yaml:1:1: " in shown
        app.open_lesson("start.second")
        await settled(pilot)
        assert isinstance(app.screen, ProblemScreen)
        assert "minuts" in text_of(app)
        await pilot.press("escape")
        assert isinstance(app.screen, HomeScreen)


async def test_search_finds_by_alias_title_and_goes_back_with_escape(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"add one")
        await pilot.pause()
        assert isinstance(app.screen, SearchScreen)
        found = app.screen.query_one("#found", OptionList)
        assert "Add one" in str(found.options[0].prompt)
        app.screen.query_one(Input).value = "nothing like this"
        await pilot.pause()
        assert "Nothing has" in text_of(app)
        await pilot.press("escape")
        assert isinstance(app.screen, HomeScreen)


async def test_a_window_that_is_too_small_gets_a_plain_line(house: House) -> None:
    app = house.app()
    async with app.run_test(size=(50, 12)) as pilot:
        await settled(pilot)
        assert "a little more room" in text_of(app)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "A small course" in text_of(app)


async def test_q_leaves_from_home_with_status_zero(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("q")
    assert app.return_code == 0
