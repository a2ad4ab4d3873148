"""Everything that ships is proved: `tutor validate`, a lesson at a time."""

from __future__ import annotations

import pytest

from tutor.content.loader import Course, load_course
from tutor.content.proofs.course import Scope, prove
from tutor.content.proofs.handed import Tools
from tutor.content.proofs.written import written
from tutor.evaluator.client import Evaluator
from tutor.paths import default_course_root
from tutor.study.grading import grade

LESSONS = [entry.alias for entry in load_course(default_course_root()).entries()]


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("alias", LESSONS)
async def test_every_lesson_and_its_quiz_are_proved(
    alias: str, course: Course, evaluator: Evaluator
) -> None:
    entry = course.entry(alias)
    files = frozenset(file for file in (entry.path, entry.quiz) if file)
    report = await prove(course, Tools(evaluator, grade), Scope(files), jobs=2)
    assert report.findings == (), "\n".join(map(str, report.findings))
    tallies = [tally for tally in report.tallies.values() if tally.mutants]
    assert len(tallies) == len(entry.exercises)
    assert sum(t.killed for t in tallies) >= 0.9 * sum(t.mutants for t in tallies)


def test_the_course_holds_together(course: Course) -> None:
    assert sorted(map(str, written(course))) == []
