"""A question as it is asked now: fresh numbers for a template, anything else as it is."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from tutor.content.fresh import drawn, is_template, program
from tutor.content.model import Numeric, Question

if TYPE_CHECKING:
    from tutor.content.loader import Course
    from tutor.evaluator.outcome import Verdict

_log = logging.getLogger(__name__)


class Runs(Protocol):
    """What runs the program of a template; the evaluator does."""

    async def run(self, source: str, *, alone: bool = ...) -> Verdict:
        """Run a program, ungraded."""


async def asked_now(
    course: Course, evaluator: Runs | None, question: Question, seed: int
) -> Question:
    """The question with the numbers of ``seed``.

    Where they cannot be drawn (no evaluator, a mistake in the template) it is asked with the
    numbers that its author wrote down; the reason goes to the log.
    """
    if evaluator is None or not is_template(question):
        return question
    template = course.template(question.id)
    assert isinstance(template, Numeric)
    verdict = await evaluator.run(program(template, seed), alone=False)
    if verdict.passed:
        try:
            return drawn(template, verdict.output)
        except (ValueError, KeyError, TypeError) as error:
            _log.error("the draw of %s printed %r: %s", question.id, verdict.output, error)
            return question
    _log.error("the draw of %s: %s %s", question.id, verdict.message, verdict.original)
    return question
