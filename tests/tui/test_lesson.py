"""A lesson: reading, running, being checked, answering, and coming back."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from tests.tui.pretend import SMALL, WIDE, House, settled, text_of
from tutor.text.messages import say
from tutor.tui.app import TutorApp
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.lesson import LessonScreen
from tutor.tui.widgets.editor import CodeEditor
from tutor.tui.widgets.question import QuestionView

RIGHT = "def add_one(x):\n    return x + 1\n"
MINUS = "def add_one(x):\n    return x - 1\n"


async def opened(
    pilot: Pilot[Any], lesson: str = "start.first", step: str = "", item: str = ""
) -> LessonScreen:
    app = pilot.app
    assert isinstance(app, TutorApp)
    await settled(pilot)
    app.open_lesson(lesson, step, item)
    await settled(pilot)
    assert isinstance(app.screen, LessonScreen)
    return app.screen


def editor(screen: LessonScreen) -> CodeEditor:
    return screen.query_one("#editor", CodeEditor)


async def write(pilot: Pilot[Any], screen: LessonScreen, code: str) -> None:
    """Type over everything, as one paste."""
    area = editor(screen)
    area.replace(code, (0, 0), area.document.end)
    await settled(pilot)


async def checked(pilot: Pilot[Any]) -> None:
    await pilot.press("f5")
    await pilot.app.workers.wait_for_complete()
    await settled(pilot)


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_prose_is_read_with_its_formulas_drawn(house: House, size: tuple[int, int]) -> None:
    app = house.app()
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        shown = text_of(app)
        assert "What one is" in shown
        assert "Its square is 1²=1" in shown
        assert "╶─╴" in shown
        assert "$" not in shown
        assert "1 of 6" in shown


async def test_n_and_p_turn_the_pages_and_stop_at_the_ends(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        await pilot.press("p")
        assert screen.at == 0
        await pilot.press("n")
        assert screen.page.title == "See it"
        await pilot.press("right")
        assert screen.page.title == "Guess first"
        await pilot.press("escape", "left")
        assert screen.page.title == "See it"


async def test_the_outline_leads_to_any_page(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await opened(pilot)
        await pilot.press("o", "down", "down", "down", "enter")
        await settled(pilot)
        assert screen.page.title == "Yours"


async def test_an_example_runs_and_its_note_comes_after(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, step="see-it")
        assert "Two, as it should be" not in text_of(app)
        await pilot.press("ctrl+r")
        await settled(pilot)
        shown = text_of(app)
        assert "Two, as it should be" in shown
        assert "Ran through" in shown


async def test_restore_brings_the_original_code_and_undo_the_learners(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await opened(pilot, step="see-it")
        await write(pilot, screen, "print(5)\n")
        await pilot.press("x")
        await settled(pilot)
        assert editor(screen).text == "print(1 + 1)\n"
        editor(screen).action_undo()
        assert editor(screen).text == "print(5)\n"


async def test_a_wrong_answer_names_the_belief_and_marks_the_line(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await opened(pilot, item="S1.a")
        await write(pilot, screen, MINUS)
        await checked(pilot)
        shown = text_of(app)
        assert "You took one away" in shown
        assert "Subtracting one adds one" in shown
        assert "line 2" in shown
    with house.store() as store:
        state = store.state("start.add-one")
        assert (state.attempts, state.passed) == (1, False)
        assert "minus-for-plus" in state.misconceptions


async def test_a_pass_is_recorded_and_shown_in_the_outline(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await opened(pilot, item="S1.a")
        await write(pilot, screen, RIGHT)
        await checked(pilot)
        shown = text_of(app)
        assert "Passed" in shown
        assert "✓ Yours" in shown
    with house.store() as store:
        assert store.state("start.add-one").passed


async def test_the_untouched_starter_is_no_attempt(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, item="S1.a")
        await checked(pilot)
        assert "Not attempted" in text_of(app)
    with house.store() as store:
        assert store.state("start.add-one").attempts == 0


async def test_escape_stops_a_run_before_it_goes_anywhere(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await opened(pilot, step="see-it")
        await write(pilot, screen, "hang\n")
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert "running" in text_of(app)
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, LessonScreen)
        assert "running" not in text_of(app)
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, HomeScreen)


async def test_leaving_the_editor_takes_one_escape_and_the_lesson_another(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, item="S1.a")
        await pilot.press("e")
        assert screen.focused is editor(screen)
        await pilot.press("n")  # typed, not turned
        assert editor(screen).text == "def add_one(x):\n    n\n"  # in place of the dots
        await pilot.press("escape")
        await pilot.pause()
        assert screen.pane == "read"
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, HomeScreen)


async def test_hints_come_one_at_a_time_and_stay_known(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, item="S1.a")
        await pilot.press("h")
        await settled(pilot)
        assert "Which operator adds?" in text_of(app)
        assert "cross" not in text_of(app)
        await pilot.press("f2")
        await settled(pilot)
        assert "cross" in text_of(app)
        await screen.go(0)
        await settled(pilot)
    with house.store() as store:
        assert store.state("start.add-one").hints_used == 2


async def test_hints_and_solution_stay_with_their_exercise(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await opened(pilot, item="S1.a")
        await pilot.press("h")
        await settled(pilot)
        await pilot.press("ctrl+r")
        await settled(pilot)
        assert "Which operator adds?" in text_of(app)
        await screen.go(1)
        await pilot.press("ctrl+r")
        await settled(pilot)
        shown = text_of(app)
        assert "Ran through" in shown
        assert "solution" not in shown
        assert "hint" not in shown


async def test_giving_up_is_asked_and_recorded(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, item="S1.a")
        await pilot.press("s")
        await settled(pilot)
        shown = text_of(app)
        assert "return x + 1" not in shown
        assert say("widgets.result.yes") in shown
        assert say("widgets.result.no") in shown
        await pilot.press("y")
        await settled(pilot)
        assert "return x + 1" in text_of(app)
    with house.store() as store:
        assert store.state("start.add-one").revealed


async def test_everything_is_as_it_was_on_return_and_nothing_runs_again(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await opened(pilot, item="S1.a")
        await write(pilot, screen, MINUS)
        await checked(pilot)
        editor(screen).move_cursor((1, 7))
        await pilot.press("ctrl+q")

    again = house.app()
    async with again.run_test(size=WIDE) as pilot:
        await settled(pilot)
        assert "Continue" in text_of(again)
        await pilot.press("c")
        await settled(pilot)
        screen = again.screen
        assert isinstance(screen, LessonScreen)
        assert screen.page.title == "Yours"
        assert editor(screen).text == MINUS
        assert editor(screen).cursor == (1, 7)
        assert "You took one away" in text_of(again)
        assert house.evaluator.asked == []


async def test_continue_leads_back_to_the_page_one_just_left(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        await pilot.press("n", "escape")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)
        assert "Continue" in text_of(app)
        await pilot.press("c")
        await settled(pilot)
        assert isinstance(app.screen, LessonScreen)
        assert app.screen.page.title == "See it"


async def test_the_output_of_an_example_is_there_on_return(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await opened(pilot, step="see-it")
        await pilot.press("ctrl+r")
        await settled(pilot)
        await screen.go(0)
        await screen.go(1)
        await settled(pilot)
        assert "Ran through" in text_of(app)
        assert house.evaluator.asked == ["run"]


async def test_a_prediction_comes_before_the_code_can_run(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await opened(pilot, step="guess-first")
        await pilot.press("ctrl+r")
        await settled(pilot)
        assert house.evaluator.asked == []
        screen.query_one(Input).value = "3"
        await pilot.press("enter")
        await settled(pilot)
        assert "One and two are three" in text_of(app)
        await pilot.press("ctrl+r")
        await settled(pilot)
        assert house.evaluator.asked == ["run"]
    with house.store() as store:
        state = store.state("start.first.q1")
        assert (state.attempts, state.right) == (1, 1)


async def test_an_answered_question_is_found_answered_and_can_be_asked_again(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await opened(pilot, step="guess-first")
        screen.query_one(Input).value = "4"
        await pilot.press("enter")
        await settled(pilot)
        await screen.go(0)
        await screen.go(2)
        await settled(pilot)
        assert screen.query_one(QuestionView).done
        assert screen.query_one(Input).value == "4"
        await pilot.press("x")
        await settled(pilot)
        assert not screen.query_one(QuestionView).done
    with house.store() as store:
        assert store.state("start.first.q1").attempts == 1


async def test_the_quiz_asks_one_after_another_and_sums_up(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, step="quiz")
        for number in (1, 2):
            assert f"Question {number} of 2" in text_of(app)
            view = screen.query_one(QuestionView)
            right = next(o.id for o in view._options(view.question) if o.text == "plus")
            await pilot.press(str([o.id for o in view._options(view.question)].index(right) + 1))
            await settled(pilot)
            await pilot.press("n")
            await settled(pilot)
        shown = text_of(app)
        assert "1 of 2 answered right" in shown
        assert "Which one takes away?" in shown
    with house.store() as store:
        assert store.state("start.first.q2").right == 1
        assert store.state("start.first.q3").wrong == 1


async def test_the_quiz_goes_on_where_it_was_left(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, step="quiz")
        await pilot.press("1")
        await settled(pilot)
        await pilot.press("n")
        await settled(pilot)
        await pilot.press("ctrl+q")
    again = house.app()
    async with again.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("c")
        await settled(pilot)
        assert "Question 2 of 2" in text_of(again)


async def test_after_the_last_page_the_next_lesson_is_one_key_away(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, step="end")
        shown = text_of(app)
        assert "0 of 1 exercise passed" in shown
        assert "Still open: Yours" in shown
        assert isinstance(screen.focused, OptionList)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, LessonScreen)
        assert app.screen.lesson.id == "start.second"


async def test_narrow_panes_turn_with_one_key_and_the_result_comes_by_itself(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, item="S1.a")
        await pilot.press("f6")
        assert screen.pane == "code"
        await write(pilot, screen, RIGHT)
        await checked(pilot)
        assert screen.pane == "result"
        assert "Passed" in text_of(app)
        await pilot.press("escape")
        assert screen.pane == "code"


async def test_growing_and_shrinking_the_window_keeps_the_page(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, item="S1.a")
        await write(pilot, screen, MINUS)
        await pilot.resize_terminal(140, 45)
        await settled(pilot)
        assert "return x - 1" in text_of(app)
        await pilot.resize_terminal(40, 10)
        await settled(pilot)
        assert "a little more room" in text_of(app)
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert screen.page.title == "Yours"
        assert editor(screen).text == MINUS
