"""What CONTRIBUTING.md says of adding a lesson is so."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tutor.content.loader import load_course
from tutor.content.proofs.course import Report, Scope, prove
from tutor.content.proofs.handed import Tools
from tutor.evaluator.client import Evaluator
from tutor.study.grading import grade

GUIDE = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
PLACE = "lessons/tensors/09-doubling.yaml"
EARLIER = """
id: tensors.eighth
alias: T8
title: The lesson before
minutes: 5
objectives: [{id: tensors.before, text: Nothing yet}]
steps: [{title: Nothing, text: Nothing.}]
"""
real = pytest.mark.asyncio(loop_scope="session")


def snippet(first_words: str) -> str:
    """The indented block of the guide that begins so."""
    lines = GUIDE.splitlines()
    start = next(n for n, line in enumerate(lines) if line.strip().startswith(first_words))
    indent = len(lines[start]) - len(lines[start].lstrip())
    end = start
    while end < len(lines) and (not lines[end].strip() or lines[end].startswith(" " * indent)):
        end += 1
    return textwrap.dedent("\n".join(lines[start:end])).strip() + "\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    unit = "{id: tensors, alias: T, title: Tensors, about: Memory.}"
    folder = tmp_path / "lessons" / "tensors"
    folder.mkdir(parents=True)
    (tmp_path / "lessons" / "course.yaml").write_text(f"title: A course\nunits: [{unit}]\n")
    (folder / "08-eighth.yaml").write_text(EARLIER)
    return tmp_path


async def proved(root: Path, evaluator: Evaluator) -> Report:
    return await prove(load_course(root), Tools(evaluator, grade), Scope(frozenset([root / PLACE])))


@real
async def test_the_lesson_of_the_guide_is_proved(course: Path, evaluator: Evaluator) -> None:
    (course / PLACE).write_text(snippet("id: tensors.doubling"))
    report = await proved(course, evaluator)
    assert report.findings == ()
    assert report.fresh == ()


@real
async def test_weakened_as_the_guide_proposes_it_is_refused(
    course: Path, evaluator: Evaluator
) -> None:
    text = snippet("id: tensors.doubling").replace("torch.randn(3, 2)", "torch.zeros(3, 2)")
    (course / PLACE).write_text(text)
    told = " ".join(one.message for one in (await proved(course, evaluator)).findings)
    claim = "2 of 4 slips in the solution are refused"
    assert claim in " ".join(GUIDE.split())
    assert claim.replace("the solution", "this solution") in told


def test_its_commands_make_what_it_says(course: Path) -> None:
    for command in snippet("tutor new lesson").splitlines():
        words = ["-m", "tutor", "--course", str(course), *command.split()[1:]]
        done = subprocess.run([sys.executable, *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert PLACE in done.stdout
    assert load_course(course).exercise("T9.a").id == "tensors.double-it"
