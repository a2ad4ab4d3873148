"""The result panel: every outcome in its own words, hints one at a time, nothing given away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from textual.widgets import Static

from tests.tui.stage import Stage
from tutor.content.model import Exercise, Probe
from tutor.evaluator.outcome import Difference, Outcome, Verdict
from tutor.tui.widgets.hints import HintLadder
from tutor.tui.widgets.outcomes import LOOKS, word
from tutor.tui.widgets.output import MAX_LINES, OutputView, readable
from tutor.tui.widgets.result import ResultPanel
from tutor.tui.widgets.solution import SolutionView

EXERCISE = Exercise(
    id="tensors.my-reshape",
    alias="T4.b",
    title="my_reshape",
    task="Write it.",
    starter="...",
    solutions=(
        "def my_reshape(x, shape):\n    return x.view(shape)\n",
        "def my_reshape(x, shape):\n    return x.contiguous().view(shape)\n",
    ),
    probes=(Probe(name="shares memory when it can"),),
    hints=("Think about *storage*.", "Ask `x.is_contiguous()`.", "`return x.view(___)`"),
)
WRONG = Verdict(
    Outcome.WRONG,
    "A view was possible here, but you copied.",
    probe="shares memory when it can",
    misconception="reshape-copies",
    line=2,
    ms=420,
    call="my_reshape(torch.zeros(3, 2), (2, 3))",
    difference=Difference(
        "value",
        "y",
        "tensor([[1., 1., 1.],\n        [1., 1., 1.]])",
        "tensor([[0., 0., 0.],\n        [0., 0., 0.]])",
        "6 of 6 elements differ",
        "transposed?",
    ),
    notes=("y shares no storage with x",),
    traceback="line 2, in my_reshape\n    return x.clone().view(shape)",
    original="RuntimeError: view size is not compatible",
    output="hello\nworld\n",
    passed_probes=2,
    probes=3,
)
PASSED = Verdict(Outcome.PASSED, "It does what was asked.", ms=20)
OWN = "def my_reshape(x, shape):\n    return x.clone().view(shape)\n"


@dataclass(frozen=True)
class Record:
    passed: bool = False
    hints_used: int = 0
    revealed: bool = False


def stage(**options: Any) -> Stage:
    said = (ResultPanel.HintAsked, ResultPanel.RevealAsked, ResultPanel.Retry)
    return Stage(ResultPanel, *said, **options)


def panel_of(app: Stage) -> ResultPanel:
    panel = app.query_one(ResultPanel)
    panel.focus()
    return panel


# --- the verdict -------------------------------------------------------------------------------


def test_no_two_outcomes_look_or_read_alike() -> None:
    assert len({word(outcome) for outcome in Outcome}) == len(Outcome)
    assert len({look.sign for look in LOOKS.values()}) == len(Outcome)
    assert len({look.ascii_sign for look in LOOKS.values()}) == len(Outcome)
    assert all(look.ascii_sign.isascii() for look in LOOKS.values())
    assert all(look.tone.startswith("$") for look in LOOKS.values())


@pytest.mark.parametrize("outcome", list(Outcome))
async def test_every_outcome_is_a_sign_a_word_and_the_sentence(outcome: Outcome) -> None:
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        panel_of(app).show_verdict(Verdict(outcome, "The sentence, with `code`."), EXERCISE)
        await pilot.pause()
        assert f"{LOOKS[outcome].sign}  {word(outcome)}" in app.shown
        assert "The sentence, with code." in app.shown


async def test_a_verdict_tells_all_that_it_knows() -> None:
    app = stage()
    async with app.run_test(size=(100, 40)) as pilot:
        panel_of(app).show_verdict(WRONG, EXERCISE)
        await pilot.pause()
        for text in (
            "Not yet",
            "2 of 3 checks passed",
            "line 2",
            "A view was possible here",
            "reshape always gives a copy.",
            "shares memory when it can  y",
            "expected  tensor([[1., 1., 1.],",
            "                  [1., 1., 1.]])",
            "got       tensor([[0., 0., 0.],",
            "6 of 6 elements differ",
            "transposed?",
            "my_reshape(torch.zeros(3, 2), (2, 3))",
            "y shares no storage with x",
            "printed",
            "hello",
        ):
            assert text in app.shown, text
        assert "view size is not compatible" not in app.shown


async def test_the_traceback_and_torchs_own_words_open_and_close() -> None:
    app = stage()
    async with app.run_test(size=(100, 50)) as pilot:
        panel_of(app).show_verdict(WRONG, EXERCISE)
        await pilot.press("t")
        await pilot.pause()
        assert "line 2, in my_reshape" in app.shown
        assert "RuntimeError: view size is not compatible" in app.shown
        await pilot.click("#result-details")
        await pilot.pause()
        assert "RuntimeError" not in app.shown


@pytest.mark.parametrize("way", ["key", "mouse"])
async def test_the_failing_call_is_copied(way: str) -> None:
    app = stage()
    async with app.run_test(size=(100, 40)) as pilot:
        panel_of(app).show_verdict(WRONG, EXERCISE)
        await pilot.pause()
        await (pilot.press("c") if way == "key" else pilot.click("#result-copy_call"))
        assert app.copied == [WRONG.call]


async def test_markup_in_a_verdict_is_only_text() -> None:
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        difference = Difference("value", "result", "[bold]1[/]", "[link=x]2", "[red]", "[/b]")
        verdict = Verdict(
            Outcome.WRONG,
            "x[0] [bold]no[/] [",
            call="f([1])",
            difference=difference,
            notes=("[/]",),
        )
        panel_of(app).show_verdict(verdict, EXERCISE)
        await pilot.pause()
        for text in ("x[0] [bold]no[/] [", "[bold]1[/]", "[link=x]2", "f([1])"):
            assert text in app.shown


async def test_a_run_that_was_no_submission_passes_nothing() -> None:
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        panel = panel_of(app)
        panel.show_idle(EXERCISE, Record(hints_used=1))
        panel.show_verdict(Verdict(Outcome.PASSED, "", output="3\n"), None, Record(hints_used=1))
        await pilot.pause()
        assert "Ran through" in app.shown
        assert "Passed" not in app.shown
        assert "Think about storage" in app.shown
        await pilot.press("s")
        await pilot.pause()
        assert not app.query(SolutionView)
        assert "Show the solution?" in app.shown


async def test_signs_are_ascii_where_the_terminal_has_no_unicode() -> None:
    app = stage(ascii=True)
    async with app.run_test(size=(80, 40)) as pilot:
        panel_of(app).show_verdict(WRONG, EXERCISE, Record(hints_used=1))
        await pilot.pause()
        head = [line for line in app.shown.splitlines() if "Not yet" in line]
        assert head[0].strip().startswith("x  Not yet")
        assert head[0].isascii()


# --- running -----------------------------------------------------------------------------------


async def test_a_run_shows_its_time_how_to_stop_it_and_what_it_prints() -> None:
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        panel = panel_of(app)
        panel.show_verdict(WRONG, EXERCISE)
        panel.show_running()
        panel.append_output("first\nsec")
        panel.append_output("ond\n")
        await pilot.pause(0.1)
        assert "running  0 s   Esc cancels" in app.shown
        assert "A view was possible" not in app.shown
        assert app.query_one(OutputView).text == "first\nsecond"


async def test_nothing_moves_where_nothing_may_move() -> None:
    app = stage(still=True)
    async with app.run_test(size=(80, 24)) as pilot:
        panel_of(app).show_running()
        await pilot.pause()
        before = app.shown
        await pilot.pause(0.3)
        assert app.shown == before


# --- hints and solution ------------------------------------------------------------------------


async def test_hints_come_one_at_a_time_and_each_is_told() -> None:
    app = stage()
    async with app.run_test(size=(80, 50)) as pilot:
        panel_of(app).show_verdict(WRONG, EXERCISE)
        await pilot.pause()
        assert "h hint 1 of 3" in app.shown
        await pilot.press("h")
        await pilot.click("#result-hint")
        await pilot.pause()
        assert "Think about storage." in app.shown
        assert "x.is_contiguous()" in app.shown
        assert "h hint 3 of 3" in app.shown
        await pilot.press("h", "h", "h")
        await pilot.pause()
        assert [message.n for message in app.heard] == [1, 2, 3]
        assert "hint" not in app.shown


async def test_hints_asked_for_earlier_are_there_again() -> None:
    app = stage()
    async with app.run_test(size=(80, 40)) as pilot:
        panel_of(app).show_idle(EXERCISE, Record(hints_used=2))
        await pilot.pause()
        assert app.query_one(HintLadder).shown == 2
        assert "h hint 3 of 3" in app.shown


async def test_a_new_verdict_keeps_the_hints_that_are_open() -> None:
    app = stage()
    async with app.run_test(size=(80, 50)) as pilot:
        panel = panel_of(app)
        panel.show_verdict(WRONG, EXERCISE, Record())
        await pilot.press("h")
        panel.show_running()
        panel.show_verdict(WRONG, EXERCISE, Record())
        await pilot.pause()
        assert "Think about storage." in app.shown


async def test_the_solution_before_a_pass_is_given_up_for_and_only_when_confirmed() -> None:
    app = stage()
    async with app.run_test(size=(120, 60)) as pilot:
        panel_of(app).show_verdict(WRONG, EXERCISE, own=OWN)
        await pilot.press("s")
        await pilot.pause()
        assert "Show the solution?" in app.shown
        await pilot.press("n")
        await pilot.pause()
        assert not app.query(SolutionView)
        assert app.heard == []
        await pilot.press("s", "y")
        await pilot.pause()
        assert "x.contiguous()" in app.shown
        assert "x.clone()" in app.shown
        (message,) = app.heard
        assert isinstance(message, ResultPanel.RevealAsked)
        await pilot.press("s", "s")
        await pilot.pause()
        assert len(app.heard) == 1


async def test_the_solution_after_a_pass_costs_nothing() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        panel_of(app).show_verdict(PASSED, EXERCISE, own=OWN)
        await pilot.press("s")
        await pilot.pause()
        assert "x.contiguous()" in app.shown
        assert app.heard == []


@pytest.mark.parametrize(("width", "beside"), [(120, True), (60, False)])
async def test_the_solution_stands_beside_ones_own_where_there_is_room(
    width: int, beside: bool
) -> None:
    app = stage()
    async with app.run_test(size=(width, 40)) as pilot:
        panel_of(app).show_verdict(PASSED, EXERCISE, own=OWN)
        await pilot.press("s")
        await pilot.pause()
        await pilot.pause()
        both = [line for line in app.shown.splitlines() if line.count("def my_reshape") == 2]
        assert bool(both) is beside


async def test_after_a_fault_of_ours_the_check_can_be_asked_for_again() -> None:
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        panel = panel_of(app)
        panel.show_verdict(WRONG, EXERCISE)
        await pilot.press("r")
        assert app.heard == []
        panel.show_verdict(Verdict(Outcome.INTERNAL, "That is our fault."), EXERCISE)
        await pilot.press("r")
        await pilot.pause()
        assert [type(message) for message in app.heard] == [ResultPanel.Retry]


async def test_keys_of_the_panel_do_nothing_before_there_is_anything() -> None:
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        panel_of(app)
        await pilot.press("h", "s", "c", "t", "r", "y", "n")
        assert app.heard == []
        assert app.copied == []
        assert "Nothing has been checked yet." in app.shown


# --- output ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("[bold]x[/]", "[bold]x[/]"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b[2J\x1b[Hhome", "home"),
        ("bell\x07", "bell␇"),
        ("10%\r 50%\r100%", "100%"),
        ("a\tb", "a       b"),
        ("\u202eabc", "\ufffdabc"),
        ("한국어", "한국어"),
    ],
)
def test_what_was_printed_is_shown_as_text(printed: str, shown: str) -> None:
    assert readable(printed) == shown


def test_what_was_printed_is_ascii_where_it_must_be() -> None:
    assert readable("é\x07", ascii_only=True) == "??"


async def test_an_endless_output_shows_its_end_and_says_what_is_missing() -> None:
    app = Stage(OutputView)
    async with app.run_test(size=(80, 24)) as pilot:
        view = app.query_one(OutputView)
        view.append("".join(f"{n}\n" for n in range(MAX_LINES + 500)))
        view.append("x" * 1_000_000)
        await pilot.pause(0.2)
        lines = view.text.splitlines()
        assert len(lines) == MAX_LINES + 1
        assert lines[0] == "(501 earlier lines are not shown)"
        assert len(lines[-1]) < 3000


async def test_idle_text_is_there_only_while_idle() -> None:
    app = stage()
    async with app.run_test(size=(80, 24)) as pilot:
        panel = panel_of(app)
        panel.show_verdict(WRONG, EXERCISE)
        await pilot.pause()
        assert not app.query_one("#result-idle", Static).display
        panel.show_idle(EXERCISE)
        await pilot.pause()
        assert app.query_one("#result-idle", Static).display
        assert "Not yet" not in app.shown


# --- looks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theme", "size"), [("dark", (80, 24)), ("light", (120, 40)), ("high-contrast", (80, 24))]
)
async def test_a_wrong_answer_looks_as_before(
    theme: str, size: tuple[int, int], looks_as_before: Any
) -> None:
    app = stage(theme=theme)
    async with app.run_test(size=size) as pilot:
        panel_of(app).show_verdict(WRONG, EXERCISE, own=OWN)
        await pilot.pause()
        await pilot.pause()
        looks_as_before(app)


async def test_printed_text_can_be_selected_and_copied() -> None:
    app = Stage(lambda: OutputView("first line\nsecond line\n"))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        await pilot.mouse_down(OutputView, offset=(7, 0))
        await pilot.hover(OutputView, offset=(6, 1))
        await pilot.mouse_up(OutputView, offset=(6, 1))
        await pilot.pause()
        assert app.screen.get_selected_text() == "line\nsecond"
