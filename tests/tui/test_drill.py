"""The drill: what is asked is recorded once, can be rated and undone, and ends with a recap."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from tests.tui.pretend import SMALL, WIDE, House, settled, text_of
from tutor.store.events import NewEvent
from tutor.study.session import Cram, Mode
from tutor.tui.app import TutorApp
from tutor.tui.screens.drill import DrillScreen
from tutor.tui.screens.home import HomeScreen
from tutor.tui.widgets.editor import CodeEditor
from tutor.tui.widgets.exercise import ExerciseView
from tutor.tui.widgets.question import QuestionView
from tutor.tui.widgets.result import ResultPanel

ALL = Cram(unit="start")
RIGHT = {"start.first.q1": "3", "start.first.q2": "plus", "start.first.q3": "minus"}
SOLUTION = "def add_one(x):\n    return x + 1\n"


async def open_drill(pilot: Pilot[Any], mode: Mode | None = ALL) -> DrillScreen:
    await settled(pilot)
    screen = DrillScreen(mode, random=Random(1))
    pilot.app.push_screen(screen)
    await settled(pilot)
    return screen


async def answer(pilot: Pilot[Any], *, right: bool = True) -> str:
    """Answer whatever is asked, and return its id."""
    screen = pilot.app.screen
    exercises = screen.query(ExerciseView)
    if exercises:
        item = exercises.first().exercise.id
        code = SOLUTION if right else SOLUTION.replace("+", "-")
        screen.query_one(CodeEditor).load_text(code)
        await pilot.press("f5")
    else:
        view = screen.query_one(QuestionView)
        item = view.question.id
        if view.question.kind == "choice":
            texts = [option.text for option in screen.query_one("OptionsBody").options]  # type: ignore[attr-defined]
            wanted = texts.index(RIGHT[item])
            await pilot.press(str((wanted if right else 1 - wanted) + 1))
        else:
            await pilot.press(RIGHT[item] if right else "7", "enter")
    await settled(pilot)
    return item


async def skip_to(pilot: Pilot[Any], kind: type[QuestionView] | type[ExerciseView]) -> None:
    while not pilot.app.screen.query(kind):
        await pilot.press("f6")
        await settled(pilot)


def recorded(house: House, kind: str) -> list[Any]:
    with house.store() as store:
        return store.events(kind=kind)


def due_dates(house: House) -> dict[str, str]:
    with house.store() as store:
        return {item: card.due.isoformat() for item, card in store.cards().items()}


async def test_a_whole_session_is_recorded_once_an_item_and_ends_with_a_recap(
    house: House,
) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await open_drill(pilot)
        assert "0 of 4" in text_of(app)
        asked = []
        for done in range(1, 5):
            asked.append(await answer(pilot))
            assert f"{done} of 4" in text_of(app)
            await pilot.press("enter")
            await settled(pilot)
        shown = text_of(app)
        assert "4 of 4 right at the first answer." in shown
        assert "Learned" in shown
        assert "Which one adds?" in shown
        assert "What comes back when" in shown
    assert sorted(asked) == sorted([*RIGHT, "start.add-one"])
    assert sorted(event.item for event in recorded(house, "answer")) == sorted(RIGHT)
    assert [event.item for event in recorded(house, "attempt")] == ["start.add-one"]


async def test_an_answer_is_recorded_with_what_was_given_and_how_sure_one_was(
    house: House,
) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await open_drill(pilot)
        await skip_to(pilot, QuestionView)
        await pilot.press("f8", "f8")
        item = await answer(pilot)
    (event,) = recorded(house, "answer")
    assert event.item == item
    assert event.body["right"] is True
    assert event.body["sure"] == 0.7
    assert event.body["given"]
    assert "seed" in event.body


async def test_keys_pressed_in_a_hurry_record_one_answer(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await open_drill(pilot)
        while app.screen.query_one(QuestionView).question.kind != "choice":
            await pilot.press("f6")
            await settled(pilot)
        for key in ("1", "2", "1", "2"):
            app.simulate_key(key)
        await settled(pilot)
    assert len(recorded(house, "answer")) == 1


async def test_a_wrong_answer_says_why_and_comes_back_soon(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await open_drill(pilot)
        await skip_to(pilot, QuestionView)
        await answer(pilot, right=False)
        shown = text_of(app)
        assert "Not right" in shown
        assert "It comes back" in shown
    (event,) = recorded(house, "answer")
    assert event.body["right"] is False


async def test_every_rating_shows_its_date_and_the_chosen_one_holds(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await open_drill(pilot)
        await skip_to(pilot, QuestionView)
        item = await answer(pilot)
        shown = text_of(app)
        for word in ("1 again", "2 hard", "3 good", "4 easy"):
            assert word in shown
        before = due_dates(house)[item]
        await pilot.press("4")
        await settled(pilot)
        assert due_dates(house)[item] > before
        await pilot.click("#rating-again")
        await settled(pilot)
        assert due_dates(house)[item] < before or before == due_dates(house)[item]
    assert [event.body["rating"] for event in recorded(house, "review")] == ["easy", "again"]


async def test_undo_takes_the_answer_back_and_asks_again(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await open_drill(pilot)
        await skip_to(pilot, QuestionView)
        item = await answer(pilot, right=False)
        await pilot.press("u")
        await settled(pilot)
        view = app.screen.query_one(QuestionView)
        assert view.question.id == item
        assert not view.done
        await answer(pilot)
    with house.store() as store:
        state = store.state(item)
    assert (state.right, state.wrong) == (1, 0)


async def test_skip_records_nothing_and_undo_brings_it_back(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_drill(pilot)
        first = screen._drill.current if screen._drill else None
        await pilot.press("f6")
        await settled(pilot)
        assert screen._drill
        assert screen._drill.current != first
        await pilot.press("u")
        await settled(pilot)
        assert screen._drill.current == first
    assert recorded(house, "answer") == []


async def test_an_exercise_stays_until_it_passes(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await open_drill(pilot)
        await skip_to(pilot, ExerciseView)
        await answer(pilot, right=False)
        assert "You took one away." in text_of(app)
        assert not app.screen.has_class("-rated")
        await answer(pilot)
        assert app.screen.query_one(ExerciseView).done
        assert app.screen.has_class("-rated")
    assert [e.body["outcome"] for e in recorded(house, "attempt")] == ["wrong", "passed"]


async def test_giving_an_exercise_up_is_recorded_and_goes_on(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await open_drill(pilot)
        await skip_to(pilot, ExerciseView)
        await pilot.press("f2")
        await settled(pilot)
        assert "Which operator adds?" in text_of(app)
        await answer(pilot, right=False)
        app.screen.query_one(ResultPanel).focus()
        await pilot.press("s", "y")
        await settled(pilot)
        assert "return x + 1" in text_of(app)
        await pilot.press("enter")
        await settled(pilot)
        assert not app.screen.query(ExerciseView)
    assert [event.item for event in recorded(house, "reveal")] == ["start.add-one"]
    assert [event.body["n"] for event in recorded(house, "hint")] == [1]


async def test_escape_stops_a_check_and_does_not_leave(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_drill(pilot)
        await skip_to(pilot, ExerciseView)
        screen.query_one(CodeEditor).load_text("hang")
        await pilot.press("f5")
        await pilot.pause()
        assert "Esc cancels" in text_of(app)
        await pilot.press("escape")
        await settled(pilot)
        assert app.screen is screen
        assert "Esc cancels" not in text_of(app)
    assert recorded(house, "attempt") == []


async def test_a_draft_of_the_drill_is_kept_and_leaves_the_lessons_alone(house: House) -> None:
    with house.store() as store:
        store.save_draft("start.add-one", "mine", (0, 0))
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await open_drill(pilot)
        await skip_to(pilot, ExerciseView)
        assert "mine" not in app.screen.query_one(CodeEditor).text
        await pilot.press(*"half")
        await settled(pilot)
        text = app.screen.query_one(CodeEditor).text
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await open_drill(pilot)
        await skip_to(pilot, ExerciseView)
        assert app.screen.query_one(CodeEditor).text == text
    with house.store() as store:
        draft = store.draft("start.add-one")
        assert draft
        assert draft.text == "mine"


async def test_a_question_answered_wrong_is_due_before_one_answered_right(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await open_drill(pilot)
        await skip_to(pilot, QuestionView)
        wrong = await answer(pilot, right=False)
        await pilot.press("enter")
        await settled(pilot)
        await skip_to(pilot, QuestionView)
        right = await answer(pilot)
    dates = due_dates(house)
    assert dates[wrong] < dates[right]


async def test_nothing_due_says_so_and_offers_practice(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await open_drill(pilot, mode=None)
        assert "Nothing is due yet." in text_of(app)
        options = app.screen.query_one(OptionList)
        assert "Practise Starting" in text_of(app)
        assert options.has_focus
        await pilot.press("enter")
        await settled(pilot)
        assert "0 of 4" in text_of(app)


async def test_when_the_next_review_is_due_is_said(house: House) -> None:
    with house.store() as store:
        store.record(NewEvent("answer", "start.first.q1", {"right": True, "ms": 1}))
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        screen = DrillScreen(Cram(lesson="start.second"), random=Random(1))
        app.push_screen(screen)
        await settled(pilot)
        shown = text_of(app)
        assert "Nothing is due today. The next review comes" in shown
        assert "Practise what is weakest" in shown


async def test_escape_goes_back_and_keeps_what_was_answered(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await open_drill(pilot)
        await skip_to(pilot, QuestionView)
        await answer(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, HomeScreen)
    assert len(recorded(house, "answer")) == 1


async def test_an_answer_that_could_not_be_read_is_not_recorded(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await open_drill(pilot)
        while app.screen.query_one(QuestionView).question.kind != "output":
            await pilot.press("f6")
            await settled(pilot)
        await pilot.press("space", "enter")
        await settled(pilot)
        assert not app.screen.query_one(QuestionView).done
    assert recorded(house, "answer") == []


@pytest.mark.parametrize(("size", "theme"), [(SMALL, "dark"), (WIDE, "light")])
async def test_the_drill_looks_as_before(
    house: House, size: tuple[int, int], theme: str, looks_as_before: Any
) -> None:
    app = house.app(theme=theme)
    async with app.run_test(size=size) as pilot:
        await open_drill(pilot)
        while app.screen.query_one(QuestionView).question.kind != "choice":
            await pilot.press("f6")
            await settled(pilot)
        await answer(pilot, right=False)
        await pilot.pause()
        looks_as_before(app)


async def test_the_recap_looks_as_before(house: House, looks_as_before: Any) -> None:
    app: TutorApp = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await open_drill(pilot)
        for _ in range(4):
            await answer(pilot)
            await pilot.press("enter")
            await settled(pilot)
        looks_as_before(app)
