"""The drill as plain lines on standard input and output: for pipes and for screen readers.

No colour, no signs, nothing that moves: options have numbers, answers are typed, a line that
begins with a colon is a command. The study core is the one behind the screen.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING

from tutor.asking import asked_now
from tutor.content.fresh import is_template
from tutor.content.model import Exercise, Fix, Question
from tutor.evaluator.outcome import Verdict
from tutor.plain.session import PlainDrill
from tutor.settings import load_settings
from tutor.store.db import local_now, open_store
from tutor.study.schedule import project, study_day
from tutor.study.session import Drill, Mode

if TYPE_CHECKING:
    from tutor.content.loader import Course
    from tutor.paths import Folders


def run_plain_drill(
    course: Course, folders: Folders, *, mode: Mode | None = None, cap: int | None = None
) -> int:
    """Drill on standard input and output; 0 at the end.

    Args:
        course: what can be asked.
        folders: where the learner's records and settings are.
        mode: what to practise instead of what is due.
        cap: most items; the setting where it is left out.
    """
    settings = load_settings(folders.config).settings
    for stream in (sys.stdout, sys.stdin):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                errors="replace"
            )  # a sign that cannot be written is no reason to stop
    with closing(open_store(folders, project=project)) as store, closing(_Checker(course)) as check:
        if store.health.message:
            _tell(store.health.message)
        snapshot = store.snapshot()
        day = study_day(local_now())
        drill = Drill.start(
            course, snapshot, day=day, cap=cap or settings.reviews_a_day, mode=mode, random=Random()
        )
        PlainDrill(
            drill,
            course,
            store,
            check,
            read=_read,
            tell=_tell,
            clock=time.monotonic,
            ask_sure=settings.ask_sure,
            fresh=check.fresh,
        ).run()
    return 0


def _tell(text: str) -> None:
    print(text, flush=True)


def _read(prompt: str) -> str:
    try:
        if sys.stdin.isatty():
            return input(prompt)
        if prompt:
            _tell(prompt.rstrip())  # what comes through a pipe brings no line end to the screen
        return input()
    except KeyboardInterrupt:
        print()
        raise EOFError from None


class _Checker:
    """The evaluator, started when the first code is to be checked."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._runner: asyncio.Runner | None = None

    def __call__(self, item: Exercise | Fix, code: str) -> Verdict:
        """The verdict on code."""
        runner = self._running()
        return runner.run(self._evaluator.check(item, code))

    def fresh(self, question: Question, seed: int) -> Question:
        """The question with the numbers of ``seed``."""
        if not is_template(question):
            return question
        runner = self._running()
        return runner.run(asked_now(self._course, self._evaluator, question, seed))

    def _running(self) -> asyncio.Runner:
        from tutor.evaluator.client import Evaluator

        if self._runner is None:
            self._runner = asyncio.Runner()
            self._evaluator = Evaluator()
            self._evaluator.place = self._course.place
            self._runner.run(self._evaluator.start())
        return self._runner

    def close(self) -> None:
        """End the evaluator's processes."""
        if self._runner is not None:
            self._runner.run(self._evaluator.close())
            self._runner.close()
