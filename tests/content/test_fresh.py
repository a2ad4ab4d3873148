"""Questions with fresh numbers: what a seed gives, what is refused, and what stands without it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tutor.asking import asked_now
from tutor.content.fresh import drawn, is_template, program
from tutor.content.loader import load_course
from tutor.content.model import Numeric
from tutor.evaluator.client import Evaluator
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.study.grading import grade

HEAD = """\
title: A course
units: [{id: boxes, alias: B, title: Boxes, about: Boxes.}]
"""
LESSON = """\
id: boxes.one
alias: B1
title: One
minutes: 1
objectives: [{id: boxes.add, text: Add}]
steps: [{title: A step, text: Add.}]
"""
QUIZ = """\
lesson: boxes.one
questions:
  - kind: numeric
    id: boxes.one.sum
    alias: B1.q1
    objectives: [boxes.add]
    draw: {a: "random.randint(2, 9)", b: "random.randint(0, 3)"}
    sample: {a: 5, b: 2}
    prompt: "{{a = 5}} + {{b = 2}}?"
    answer: 7
    key: a + b
    why: "{{a = 5}} and {{b = 2}} are {{a + b = 7}}."
    wrong:
      - {answer: "3", key: a - b, say: "That is {{a = 5}} less {{b = 2}}."}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in (
        ("lessons/course.yaml", HEAD),
        ("lessons/misconceptions.yaml", "[]\n"),
        ("lessons/boxes/01-one.yaml", LESSON),
        ("quizzes/boxes/01-one.yaml", QUIZ),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def sandboxed(root: Path, *seeds: int) -> list[Numeric]:
    async def ask() -> list[Any]:
        course, evaluator = load_course(root), Evaluator()
        await evaluator.start()
        question = course.question("B1.q1")
        try:
            return [await asked_now(course, evaluator, question, seed) for seed in seeds]
        finally:
            await evaluator.close()

    return asyncio.run(ask())


def test_without_a_draw_it_is_the_question_as_it_is_written(root: Path) -> None:
    question = load_course(root).question("B1.q1")
    assert is_template(question)
    assert question.prompt == "5 + 2?"
    assert question.why == "5 and 2 are 7."
    assert grade(question, "7").right


def test_a_seed_gives_its_own_numbers_and_always_the_same(root: Path) -> None:
    asked = sandboxed(root, *range(12), 3)
    assert asked[3] == asked[-1]
    assert len({question.prompt for question in asked}) > 4
    for question in asked:
        a, b = (int(part) for part in question.prompt.rstrip("?").split(" + "))
        assert question.answer == a + b
        assert question.why == f"{a} and {b} are {a + b}."
        assert b != 0  # else a - b would be right, and say nothing
        assert grade(question, str(a + b)).right
        assert grade(question, str(a - b)).say == f"That is {a} less {b}."


def test_a_template_in_which_a_wrong_idea_is_always_right_says_so(root: Path) -> None:
    quiz = root / "quizzes/boxes/01-one.yaml"
    quiz.write_text(QUIZ.replace("key: a - b", "key: b + a"))
    (question,) = sandboxed(root, 1)
    assert question.prompt == "5 + 2?"  # as it is written, rather than not at all


class Broken:
    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict

    async def run(self, source: str, *, alone: bool = True) -> Verdict:
        return self.verdict


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict(Outcome.INTERNAL, "down"),
        Verdict(Outcome.PASSED, "ran", output=""),
        Verdict(Outcome.PASSED, "ran", output='{"answer": null}\n'),
        Verdict(Outcome.PASSED, "ran", output='{"answer": 1, "values": {}, "wrong": []}\n'),
    ],
)
async def test_where_nothing_can_be_drawn_it_is_asked_as_it_is_written(
    root: Path, verdict: Verdict
) -> None:
    course = load_course(root)
    question = course.question("B1.q1")
    assert await asked_now(course, Broken(verdict), question, 1) == question
    assert await asked_now(course, None, question, 1) == question


def test_what_is_printed_is_read_as_data_only(root: Path) -> None:
    template = load_course(root).template("B1.q1")
    assert isinstance(template, Numeric)
    assert "{{a = 5}}" in template.prompt
    assert "random.randint(2, 9)" in program(template, 1)
    told = '{"answer": 9, "wrong": [1], "values": {"a": "6", "b": "3", "a + b": "9"}}'
    question = drawn(template, f"noise\n{told}\n")
    assert (question.prompt, question.answer, question.wrong[0].answer) == ("6 + 3?", 9.0, "1")
