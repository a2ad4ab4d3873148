"""The plain drill: lines in, lines out, the same records as on the screen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tutor.content.loader import Course, load_course
from tutor.content.model import Choice, Exercise, Fix, Match, Multi, Option, Order, Output, Question
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.plain.answers import read_given, shown
from tutor.plain.prose import plain
from tutor.plain.session import PlainDrill
from tutor.store.db import NotSaved
from tutor.store.events import NewEvent
from tutor.store.rows import Snapshot
from tutor.study.grading import mixed_items, mixed_rights, shuffled
from tutor.study.session import Cram, Drill

COURSE = Path(__file__).parent / "tui" / "course"
DAY = date(2026, 3, 2)
SOLUTION = ["def add_one(x):", "    return x + 1", "."]


class Records:
    def __init__(self, *, full: bool = False) -> None:
        self.events: list[NewEvent] = []
        self.full = full

    def record(self, *new: NewEvent) -> None:
        self.events += new
        if self.full:
            raise NotSaved("Not saved: the disk is full.")

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events if event.kind != "draft"]


class Talk:
    """A drill over typed lines; ``said`` is everything that was shown."""

    def __init__(
        self, items: list[str], *, ask_sure: bool = False, records: Records | None = None
    ) -> None:
        self.course: Course = load_course(COURSE)
        chosen = [self.course.item(id) for id in items]
        self.drill = Drill(chosen, Snapshot(), day=DAY, random=Random(1))
        self.records = records or Records()
        self.ask_sure = ask_sure
        self.said = ""
        self.now = 0.0

    def run(self, *lines: str) -> str:
        waiting: Iterator[str] = iter(lines)

        def read(prompt: str) -> str:
            self.said += prompt
            self.now += 2.0
            try:
                return next(waiting)
            except StopIteration:
                raise EOFError from None

        def tell(text: str) -> None:
            self.said += text + "\n"

        PlainDrill(
            self.drill,
            self.course,
            self.records,
            self.check,
            read=read,
            tell=tell,
            clock=lambda: self.now,
            ask_sure=self.ask_sure,
        ).run()
        assert next(waiting, None) is None, "not every line was read"
        return self.said

    def check(self, item: Exercise | Fix, code: str) -> Verdict:
        if "x + 1" in code:
            return Verdict(Outcome.PASSED, "It does what was asked.")
        return Verdict(Outcome.WRONG, "You took one away.", misconception="minus-for-plus")

    def number_of(self, text: str, id: str = "start.first.q2") -> str:
        question = self.course.question(id)
        assert isinstance(question, Choice)
        texts = [option.text for option in shuffled(question, self.drill.seed)]
        return str(texts.index(text) + 1)


def test_a_right_answer_is_said_recorded_and_dated() -> None:
    talk = Talk(["start.first.q1"])
    said = talk.run("3", "")
    assert "1 of 1.  S1  First steps: adding one" in said
    assert "    print(1 + 2)" in said
    assert "Right." in said
    assert "One and two are three." in said
    assert "It comes back in 2 days." in said
    assert "1 of 1 right at the first answer." in said
    (event,) = talk.records.events
    assert (event.kind, event.item, event.body["right"]) == ("answer", "start.first.q1", True)
    assert event.body["ms"] == 2000


def test_a_wrong_choice_says_its_reason_its_belief_and_what_is_right() -> None:
    talk = Talk(["start.first.q2"])
    said = talk.run(talk.number_of("minus"))
    for text in (
        "1. ",
        "2. ",
        "Not right.",
        "It takes away.",
        "Subtracting one adds one",
        "Right would be: plus",
        "Plus adds.",
    ):
        assert text in said, text
    assert talk.records.events[0].body["misconception"] == "minus-for-plus"


@pytest.mark.parametrize("typed", ["", "plus", "3", "1 2", "0"])
def test_what_is_no_option_says_the_form_and_does_not_count(typed: str) -> None:
    talk = Talk(["start.first.q2"])
    said = talk.run(typed, talk.number_of("plus"), "")
    assert said.count("Type the number of one option.") == 2
    assert "Right." in said
    assert talk.records.kinds() == ["answer"]


@pytest.mark.parametrize(
    ("typed", "sure"), [("", None), ("90", 0.9), ("99 %", 0.99), ("lots", None), ("100", None)]
)
def test_how_sure_one_is_may_be_left_unsaid(typed: str, sure: float | None) -> None:
    talk = Talk(["start.first.q1"], ask_sure=True)
    said = talk.run("3", typed, "")
    assert said.index("How sure are you?") < said.index("Right.")
    assert talk.records.events[0].body.get("sure") == sure


@pytest.mark.parametrize("typed", ["easy", "4"])
def test_a_rating_can_be_chosen(typed: str) -> None:
    talk = Talk(["start.first.q1"])
    said = talk.run("3", "perhaps", typed, "")
    assert "Type again, hard, good or easy" in said
    assert "It comes back in 8 days." in said
    assert talk.records.kinds() == ["answer", "review"]


def test_undo_asks_again_and_skip_leaves_for_another_day() -> None:
    talk = Talk(["start.first.q1", "start.first.q2"])
    said = talk.run("7", ":undo", ":skip", ":help", ":quit")
    assert said.count("print(1 + 2)") == 2
    assert "Taken back." in said
    assert "Commands: :skip leaves" in said
    assert "Nothing was answered." in said
    assert talk.records.kinds() == ["answer", "undo"]


def test_code_is_typed_checked_and_tried_again() -> None:
    talk = Talk(["start.add-one"])
    said = talk.run("def add_one(x):", "    return x - 1", ".", *SOLUTION, "")
    assert "You took one away." in said
    assert "It does what was asked." in said
    assert talk.records.kinds() == ["attempt", "attempt"]
    assert [e.body["outcome"] for e in talk.records.events if e.kind == "attempt"] == [
        "wrong",
        "passed",
    ]


def test_a_colon_inside_code_is_code() -> None:
    talk = Talk(["start.add-one"])
    talk.run("x = [1]", ":quit", ".", *SOLUTION, "")
    assert talk.records.kinds() == ["attempt", "attempt"]


def test_the_solution_is_shown_when_code_is_given_up() -> None:
    talk = Talk(["start.add-one"])
    said = talk.run(":solution")
    assert "return x + 1" in said
    assert talk.records.kinds() == ["reveal"]


def test_the_end_of_the_input_is_the_end_of_the_session() -> None:
    talk = Talk(["start.first.q1", "start.first.q2"])
    said = talk.run("3")
    assert "1 of 1 right at the first answer." in said


def test_nothing_due_says_so() -> None:
    assert "Nothing is due yet." in Talk([]).run()


def test_an_answer_that_is_not_saved_is_told_and_the_drill_goes_on() -> None:
    talk = Talk(["start.first.q1", "start.first.q2"], records=Records(full=True))
    said = talk.run("3", "")
    assert "Not saved: the disk is full." in said
    assert "Which one adds?" in said


def test_no_line_holds_a_control_character() -> None:
    talk = Talk(["start.first.q1", "start.first.q2", "start.add-one"])
    said = talk.run("7", "", talk.number_of("plus"), "", *SOLUTION, "")
    assert all(sign == "\n" or sign.isprintable() for sign in said)


# --- answers by kind ---------------------------------------------------------------------------

MULTI = Multi(
    id="demo.multi",
    prompt="Which?",
    options=(Option(text="a", why="-", right=True), Option(text="b", why="-")),
)
ORDER = Order(id="demo.order", prompt="Order.", items=("one", "two", "three"))
MATCH = Match(id="demo.match", prompt="Match.", pairs={"x": "1", "y": "2"})
LINES = Output(id="demo.lines", prompt="What?", code="print(1)\nprint(2)", output="1\n2\n")


def given(question: Question, *lines: str) -> Any:
    waiting = iter(lines)
    return read_given(question, 1, lambda prompt: next(waiting), "")


def test_a_multi_takes_several_numbers() -> None:
    assert given(MULTI, "2, 1") == {"a", "b"}
    assert given(MULTI, "1 1") is None


def test_an_order_is_typed_by_the_numbers_that_were_shown() -> None:
    order = mixed_items(ORDER, 1)
    wanted = " ".join(str(order.index(n) + 1) for n in (1, 2, 3))
    assert given(ORDER, wanted) == (1, 2, 3)
    assert given(ORDER, "1 2") is None
    listed = shown(ORDER, 1).splitlines()
    assert f"1. {ORDER.items[order[0] - 1]}" in listed


@pytest.mark.parametrize("form", ["1{x}2{y}", "1{x} 2{y}", "1 {x}, 2 {y}", "2{y} 1{x}"])
def test_a_match_is_typed_as_numbers_with_letters(form: str) -> None:
    rights = mixed_rights(MATCH, 1)
    letters = {left: "ab"[rights.index(right)] for left, right in MATCH.pairs.items()}
    assert given(MATCH, form.format(**letters)) == MATCH.pairs


@pytest.mark.parametrize("typed", ["", "1a", "1a 2", "3a 1b", "1c 2a", "ab"])
def test_half_a_match_is_none(typed: str) -> None:
    assert given(MATCH, typed) is None


def test_several_lines_are_read_as_several() -> None:
    assert given(LINES, "1", "2") == "1\n2"
    assert "Type the 2 lines that are printed." in shown(LINES, 1)


def test_formulas_are_drawn_and_the_rest_stays() -> None:
    assert (
        plain("`x` is $2 \\times 3$ and costs 5 dollars")
        == "`x` is 2\N{MULTIPLICATION SIGN}3 and costs 5 dollars"
    )


# --- the door ----------------------------------------------------------------------------------


def drill(*words: str, stdin: str, home: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tutor", "--course", str(COURSE), "drill", "--plain", *words],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"TUTOR_HOME": str(home), "PYTHONIOENCODING": "utf-8"} | env,
        timeout=300,
    )


def test_a_session_through_a_pipe_is_remembered(tmp_path: Path) -> None:
    first = drill("--unit", "start", stdin="3\n\n\n:quit\n", home=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "Right." in first.stdout
    assert "\x1b" not in first.stdout
    later = drill(stdin="", home=tmp_path)
    assert later.returncode == 0
    assert "The next review comes in 2 days." in later.stdout


def test_a_unit_that_there_is_not_is_a_usage_error(tmp_path: Path) -> None:
    done = drill("--unit", "nowhere", stdin="", home=tmp_path)
    assert done.returncode == 2
    assert "nowhere" in done.stderr


def test_a_terminal_without_unicode_is_no_reason_to_stop(tmp_path: Path) -> None:
    done = drill("--unit", "start", stdin="3\n", home=tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr


def test_a_unit_can_be_crammed_by_its_alias() -> None:
    course = load_course(COURSE)
    drill = Drill.start(course, Snapshot(), day=DAY, mode=Cram(unit=course.units[0].id))
    assert drill.total == 4
