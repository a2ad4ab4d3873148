"""Every stored output and every key of a question is what torch really gives."""

from __future__ import annotations

import re

import pytest

from tutor.content.loader import load_course
from tutor.content.model import Blank, Numeric, Output, Shape
from tutor.evaluator.client import Evaluator
from tutor.paths import default_course_root
from tutor.study.grading import grade

real = pytest.mark.asyncio(loop_scope="session")

COURSE = load_course(default_course_root())
QUESTIONS = {i.alias or i.id: i for i in COURSE.items() if isinstance(i, (Output, Shape, Numeric))}
EXAMPLES = {
    f"{entry.alias}: {step.title}": step.example
    for unit in COURSE.units
    for entry in unit.lessons
    for step in COURSE.lesson(entry.id).steps
    if step.example
}
# What lesson code and questions may take for granted.
PREAMBLE = "import math\nimport numpy as np\nimport torch\nfrom torch import nn\n"


def without_warnings(output: str) -> str:
    """What a program printed itself: a warning is two lines, its text and the line of code."""
    return re.sub(r"^exercise\.py:\d+: \w+Warning: .*\n(?:  .*\n)?", "", output, flags=re.MULTILINE)


@real
@pytest.mark.parametrize("title", EXAMPLES)
async def test_every_example_prints_what_is_stored(title: str, evaluator: Evaluator) -> None:
    example = EXAMPLES[title]
    verdict = await evaluator.run(example.code)
    assert verdict.passed, verdict
    assert without_warnings(verdict.output).rstrip() == example.output.rstrip()


@real
@pytest.mark.parametrize("alias", QUESTIONS)
async def test_every_key_is_what_runs(alias: str, evaluator: Evaluator) -> None:
    question = QUESTIONS[alias]
    if isinstance(question, Numeric):
        verdict = await evaluator.run(f"{PREAMBLE}print({question.key})")
        assert float(verdict.output) == pytest.approx(question.answer, rel=1e-6, abs=1e-12)
        return
    verdict = await evaluator.run(PREAMBLE + question.code)
    assert verdict.passed, verdict
    key = question.output if isinstance(question, Output) else question.answer
    assert verdict.output.rstrip() == key.rstrip()


def test_every_right_answer_is_right_and_every_listed_wrong_one_is_named() -> None:
    for question in COURSE.items():
        if not isinstance(question, (Output, Shape, Numeric, Blank)):
            continue
        right = {
            "output": lambda q: q.output,
            "shape": lambda q: q.answer,
            "numeric": lambda q: repr(q.answer),
            "blank": lambda q: q.answers[0],
        }[question.kind](question)
        assert grade(question, right).right, question.id
        for wrong in question.wrong:
            graded = grade(question, wrong.answer)
            assert not graded.right, (question.id, wrong.answer)
            assert not graded.invalid, (question.id, wrong.answer)
            assert graded.misconception == wrong.misconception, (question.id, wrong.answer)
