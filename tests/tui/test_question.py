"""Questions of every kind, answered by key, by arrows and by mouse."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.tui.stage import Stage
from tutor.content.model import (
    Blank,
    Choice,
    Fix,
    Match,
    Multi,
    Numeric,
    Option,
    Order,
    Output,
    Question,
    Shape,
)
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.study.grading import grade, right_answer, shuffled
from tutor.tui.widgets.editor import CodeEditor
from tutor.tui.widgets.question import QuestionView
from tutor.tui.widgets.result import ResultPanel

OPTIONS = (
    Option(text="`a.view(6)`", why="`view` shares or fails.", right=True),
    Option(
        text="`a.reshape(6)`", why="`reshape` copies when it must.", misconception="reshape-copies"
    ),
    Option(text="`a.clone()`", why="`clone` copies, always."),
)
CHOICE = Choice(
    id="demo.choice",
    prompt="Which of these *never* copies?",
    code="a = torch.zeros(2, 3)",
    options=OPTIONS,
    why="A view costs nothing.",
)
MULTI = Multi(
    id="demo.multi",
    prompt="Which can copy?",
    options=(
        Option(text="view", why="It fails instead."),
        Option(text="reshape", why="When it must.", right=True),
        Option(text="clone", why="Always.", right=True),
    ),
)
NUMERIC = Numeric(id="demo.numeric", prompt="What is $1/4$?", answer=0.25, key="1 / 4", why="So.")
SHAPE = Shape(id="demo.shape", prompt="Which shape?", code="print(x.shape)", answer="(3, 1)")
OUTPUT = Output(id="demo.output", prompt="What is printed?", code="print(1 + 2)", output="3\n")
LINES = Output(
    id="demo.lines", prompt="What is printed?", code="print(1)\nprint(2)", output="1\n2\n"
)
BLANK = Blank(id="demo.blank", prompt="`x.___()` makes it whole.", answers=("contiguous",))
ORDER = Order(id="demo.order", prompt="Order a step.", items=("zero_grad", "loss", "backward"))
MATCH = Match(
    id="demo.match",
    prompt="Match.",
    pairs={"view": "shares or fails", "reshape": "shares if it can", "clone": "copies"},
)
FIX = Fix(
    id="demo.fix",
    prompt="Repair it.",
    code="x = 1\nprint(x)\n",
    symptom="1\n",
    output="2\n",
    solutions=("x = 2\nprint(x)\n",),
)
SEED = 1


class Checker:
    """Stands in for the evaluator: what contains ``= 2`` passes."""

    def __init__(self) -> None:
        self.asked = 0
        self.gate: asyncio.Event | None = None

    async def __call__(self, item: Any, code: str, say: Callable[[str], None]) -> Verdict | None:
        self.asked += 1
        say("checked\n")
        if self.gate is not None:
            await self.gate.wait()
        if "= 2" in code:
            return Verdict(Outcome.PASSED, "It prints 2.")
        return Verdict(Outcome.WRONG, "It still prints 1.", line=1)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def asks(question: Question, *, graded: bool = True, **options: Any) -> Stage:
    def react(message: Any) -> None:
        answered = isinstance(message, QuestionView.Answered)
        if graded and answered and not isinstance(message.question, Fix):
            message.view.show_graded(grade(message.question, message.given))

    return Stage(
        lambda: QuestionView(question, SEED, **options),
        QuestionView.Answered,
        QuestionView.Next,
        ResultPanel.RevealAsked,
        react=react,
    )


def answers(app: Stage) -> list[Any]:
    return [message for message in app.heard if isinstance(message, QuestionView.Answered)]


def place(question: Choice | Multi, text: str) -> int:
    """On which line an option is shown, from 1."""
    return [option.text for option in shuffled(question, SEED)].index(text) + 1


# --- choice and multi --------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["digit", "letter", "arrows", "mouse"])
async def test_a_choice_is_answered_at_once(by: str) -> None:
    app = asks(CHOICE)
    wanted = place(CHOICE, "`a.clone()`")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        if by == "digit":
            await pilot.press(str(wanted))
        elif by == "letter":
            await pilot.press("abc"[wanted - 1])
        elif by == "arrows":
            await pilot.press(*["down"] * (wanted - 1), "enter")
        else:
            await pilot.click(app.query("Row")[wanted - 1])
        await pilot.pause()
        (answer,) = answers(app)
        assert answer.given == "c"


async def test_after_a_choice_every_option_has_its_reason() -> None:
    app = asks(CHOICE)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press(str(place(CHOICE, "`a.reshape(6)`")))
        await pilot.pause()
        shown = app.shown
        for text in (
            "view shares or fails.",
            "reshape copies when it must.",
            "clone copies, always.",
            "Not right",
            "reshape always gives a copy.",
            "A view costs nothing.",
        ):
            assert text in shown, text
        (right,) = [line for line in shown.splitlines() if "a.view(6)" in line]
        (wrong,) = [line for line in shown.splitlines() if "a.reshape(6)" in line]
        (other,) = [line for line in shown.splitlines() if "a.clone()" in line]
        assert "✓" in right
        assert "✗" in wrong
        assert not {"✓", "✗"} & set(other)


async def test_an_answer_counts_once_however_often_it_is_given() -> None:
    app = asks(CHOICE)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press("1", "2", "3", "b")
        await pilot.click(app.query("Row")[0])
        await pilot.pause()
        assert len(answers(app)) == 1


async def test_no_second_answer_while_the_first_is_being_graded() -> None:
    app = asks(CHOICE, graded=False)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press("1", "2")
        assert len(answers(app)) == 1


async def test_keys_beyond_the_options_are_left_to_the_screen() -> None:
    app = asks(CHOICE)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press("4", "9", "0", "d", "z", "n")
        assert app.heard == []


async def test_a_multi_takes_several_and_is_handed_in_with_enter() -> None:
    app = asks(MULTI)
    first, second = place(MULTI, "reshape"), place(MULTI, "clone")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press("1", "2", "3")
        await pilot.press(str(place(MULTI, "view")))
        assert answers(app) == []
        await pilot.press("enter")
        await pilot.pause()
        assert answers(app)[0].given == {"b", "c"}
        assert "Right" in app.shown
        assert {first, second} < {1, 2, 3}


async def test_a_multi_is_toggled_with_space_and_the_mouse() -> None:
    app = asks(MULTI)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press("space", "down", "space", "space")
        await pilot.click(app.query("Row")[2])
        await pilot.click("OptionsBody KeyLink")
        await pilot.pause()
        ids = [option.id for option in shuffled(MULTI, SEED)]
        assert answers(app)[0].given == {ids[0], ids[2]}


# --- typed -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "typed", "right"),
    [
        (NUMERIC, "1/4", True),
        (NUMERIC, "-0.25", False),
        (SHAPE, "(3, 1)", True),
        (SHAPE, "(1, 3)", False),
        (OUTPUT, "3", True),
        (OUTPUT, "4", False),
        (BLANK, "contiguous", True),
        (BLANK, "view", False),
    ],
)
async def test_a_typed_answer_is_handed_in_with_enter(
    question: Question, typed: str, right: bool
) -> None:
    app = asks(question)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press(*typed, "enter")
        await pilot.pause()
        (answer,) = answers(app)
        assert answer.given == typed
        if right:
            assert "✓  Right" in app.shown
        else:
            assert "✗  Not right" in app.shown
            assert right_answer(question) in app.shown


async def test_an_unreadable_answer_says_the_form_and_does_not_count() -> None:
    app = asks(NUMERIC)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press(*"about a quarter", "enter")
        await pilot.pause()
        view = app.query_one(QuestionView)
        assert not view.done
        assert grade(NUMERIC, "about a quarter").say[:20] in app.shown
        await pilot.press(*["backspace"] * 20, *"0.25", "enter")
        await pilot.pause()
        assert view.done
        assert "✓  Right" in app.shown


async def test_nothing_typed_is_no_answer() -> None:
    app = asks(NUMERIC)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press("enter", "space", "enter")
        assert app.heard == []


@pytest.mark.parametrize("by", ["enter", "f5", "mouse"])
async def test_an_output_of_several_lines_is_typed_in_lines(by: str) -> None:
    app = asks(LINES)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press("1", "enter")
        assert answers(app) == []
        await pilot.press("2")
        if by == "mouse":
            await pilot.click("TypedBody KeyLink")
        else:
            await pilot.press(by)
        await pilot.pause()
        assert answers(app)[0].given == "1\n2"
        assert "✓  Right" in app.shown


@pytest.mark.parametrize("question", [NUMERIC, LINES])
async def test_escape_leaves_the_field_so_that_the_screens_keys_work(question: Question) -> None:
    app = asks(question)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press("escape")
        assert app.focused is None


# --- order and match ---------------------------------------------------------------------------


async def _sort(app: Stage, step: Callable[[int, int], Any]) -> None:
    """Bring the items into order, one exchange of neighbours after the other."""
    from tutor.tui.widgets.questions.ordering import OrderBody

    body = app.query_one(OrderBody)
    for end in range(len(body.order) - 1, 0, -1):
        for at in range(end):
            if body.order[at] > body.order[at + 1]:
                await step(at, at + 1)


@pytest.mark.parametrize("by", ["space", "shift", "mouse"])
async def test_items_are_carried_into_order(by: str) -> None:
    app = asks(ORDER)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()

        async def step(start: int, end: int) -> None:
            if by == "mouse":
                await pilot.click(app.query("Row")[start])
                await pilot.click(app.query("Row")[end])
            else:
                await pilot.press(*["up"] * 3, *["down"] * start)
                carry = ["space", "down", "space"] if by == "space" else ["shift+down"]
                await pilot.press(*carry)

        await _sort(app, step)
        await pilot.press("enter")
        await pilot.pause()
        assert answers(app)[0].given == (1, 2, 3)
        assert "✓  Right" in app.shown


async def test_a_wrong_order_says_what_belongs_where() -> None:
    app = asks(ORDER)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "belongs at" in app.shown


@pytest.mark.parametrize("by", ["letters", "arrows", "mouse"])
async def test_sides_are_matched(by: str) -> None:
    from tutor.tui.widgets.questions.matching import MatchBody

    app = asks(MATCH)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        body = app.query_one(MatchBody)
        for number, right in enumerate(MATCH.pairs.values()):
            index = body._rights.index(right)
            if by == "letters":
                await pilot.press(str(number + 1), "abc"[index])
            elif by == "arrows":
                await pilot.press("right", *["up"] * 3, *["down"] * index, "space")
            else:
                await pilot.click(app.query(".match--left > Row")[number])
                await pilot.click(app.query(".match--right > Row")[index])
        await pilot.press("enter")
        await pilot.pause()
        assert answers(app)[0].given == MATCH.pairs
        assert "✓  Right" in app.shown


async def test_a_match_is_not_handed_in_before_all_are_joined() -> None:
    app = asks(MATCH)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press("1", "a", "f5", "2", "b", "f5")
        assert app.heard == []


# --- fix ---------------------------------------------------------------------------------------


async def test_a_fix_is_checked_until_it_passes() -> None:
    check = Checker()
    app = asks(FIX, check=check)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert "it must print" in app.shown
        await pilot.press("f5")
        await pilot.pause()
        await pilot.pause()
        assert "It still prints 1." in app.shown
        assert app.query_one(CodeEditor).line_marks
        await pilot.press("end", "backspace", "2", "f5")
        await pilot.pause()
        await pilot.pause()
        assert [answer.verdict.outcome for answer in answers(app)] == ["wrong", "passed"]
        assert app.query_one(QuestionView).done
        await pilot.press("enter")
        assert isinstance(app.heard[-1], QuestionView.Next)


async def test_a_fix_that_is_being_checked_is_not_checked_twice() -> None:
    check = Checker()
    app = asks(FIX, check=check)
    async with app.run_test(size=(80, 40)) as pilot:
        check.gate = asyncio.Event()
        await pilot.pause()
        await pilot.press("f5", "f5")
        await pilot.click("CodeBody > KeyLink")
        assert check.asked == 1
        check.gate.set()
        await pilot.pause()


async def test_a_fix_can_be_given_up_and_one_goes_on() -> None:
    app = asks(FIX, check=Checker())
    async with app.run_test(size=(80, 60)) as pilot:
        await pilot.pause()
        await pilot.press("f5")
        await pilot.pause()
        await pilot.pause()
        app.query_one(ResultPanel).focus()
        await pilot.press("s", "y")
        await pilot.pause()
        assert "x = 2" in app.shown
        assert isinstance(app.heard[-1], ResultPanel.RevealAsked)
        assert app.query_one(QuestionView).done


async def test_without_a_checker_a_fix_only_says_what_is_asked() -> None:
    app = asks(FIX)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert "Repair it." in app.shown
        assert "it must print" in app.shown
        assert not app.query(CodeEditor)


# --- confidence, time, going on ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "sure"),
    [
        ([], None),
        (["f8"], 0.5),
        (["f8"] * 3, 0.9),
        (["f7"], 0.99),
        (["f7", "f8"], None),
        (["plus", "plus", "minus"], 0.5),
    ],
)
async def test_how_sure_one_is_may_be_said_and_may_be_left_unsaid(
    keys: list[str], sure: float | None
) -> None:
    app = asks(CHOICE)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press(*keys, "1")
        await pilot.pause()
        assert answers(app)[0].sure == sure


@pytest.mark.parametrize("question", [NUMERIC, LINES])
async def test_confidence_is_said_while_typing_too(question: Question) -> None:
    app = asks(question)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press("1", "f8", "f8", "+", "1")
        await pilot.click("#sure-2")
        await pilot.press("f5")
        await pilot.pause()
        (answer,) = answers(app)
        assert (answer.given, answer.sure) == ("1+1", 0.9)


async def test_confidence_is_not_asked_when_the_learner_does_not_want_it() -> None:
    app = asks(CHOICE, ask_sure=False)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert "How sure" not in app.shown
        await pilot.press("f8", "1")
        await pilot.pause()
        assert answers(app)[0].sure is None


async def test_confidence_cannot_be_changed_after_the_verdict() -> None:
    app = asks(CHOICE)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press("f8", "1")
        await pilot.pause()
        before = app.shown
        await pilot.press("f8", "plus")
        await pilot.pause()
        assert app.shown == before


async def test_time_is_counted_from_seeing_the_question() -> None:
    clock = Clock()
    app = asks(CHOICE, clock=clock)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        clock.now += 12.5
        await pilot.press("1")
        await pilot.pause()
        assert answers(app)[0].seconds == 12.5


@pytest.mark.parametrize("by", ["enter", "n", "space", "mouse"])
async def test_one_goes_on_after_the_verdict_and_not_before(by: str) -> None:
    app = asks(CHOICE)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press("n")
        assert app.heard == []
        await pilot.press("1")
        await pilot.pause()
        if by == "mouse":
            await pilot.click("#question-next")
        else:
            await pilot.press(by)
        await pilot.pause()
        assert isinstance(app.heard[-1], QuestionView.Next)


# --- looks -------------------------------------------------------------------------------------

KEYS: dict[str, list[str]] = {
    "choice": ["2"],
    "multi": ["1", "enter"],
    "output": ["f8", "f8", "4", "enter"],
    "order": ["enter"],
    "match": ["1", "a", "2", "b", "3", "c", "enter"],
}
LOOKS = {"choice": CHOICE, "multi": MULTI, "output": OUTPUT, "order": ORDER, "match": MATCH}


@pytest.mark.parametrize("kind", list(LOOKS))
@pytest.mark.parametrize("answered", [False, True], ids=["asked", "answered"])
async def test_a_question_looks_as_before(kind: str, answered: bool, looks_as_before: Any) -> None:
    app = asks(LOOKS[kind])
    async with app.run_test(size=(80, 24)) as pilot:
        app.theme = "light" if kind in ("multi", "match") else "dark"
        await pilot.pause()
        if answered:
            await pilot.press(*KEYS[kind])
        await pilot.pause()
        await pilot.pause()
        looks_as_before(app)
