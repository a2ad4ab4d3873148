"""Running and checking a page's code, and writing down what came out. No widgets here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.evaluator.outcome import Verdict
from tutor.study.recording import attempted
from tutor.tui import records
from tutor.tui.lesson_flow import Page

if TYPE_CHECKING:
    from tutor.evaluator.client import Evaluator
    from tutor.tui.recorder import Recorder


async def check(
    evaluator: Evaluator,
    recorder: Recorder,
    page: Page,
    source: str,
    cursor: records.Cursor,
    *,
    hints: int,
    on_output: Callable[[str], None],
) -> Verdict | None:
    """Check the code of an exercise and record the attempt; None when it was cancelled."""
    from tutor.evaluator.client import RunCancelled

    exercise = page.exercise
    assert exercise is not None
    try:
        verdict = await evaluator.check(exercise, source, on_output=on_output)
    except RunCancelled:
        return None
    events = attempted(exercise, verdict, code=source, hints=hints)
    await recorder.save(lambda store: records.checked(store, page.item, events, source, cursor))
    return verdict


async def run(
    evaluator: Evaluator,
    recorder: Recorder,
    page: Page,
    source: str,
    cursor: records.Cursor,
    *,
    on_output: Callable[[str], None],
) -> Verdict | None:
    """Run code ungraded and keep what it showed; None when it was cancelled."""
    from tutor.evaluator.client import RunCancelled

    try:
        verdict = await evaluator.run(
            source, on_output=on_output, limits=page.limits, files=page.files
        )
    except RunCancelled:
        return None
    await recorder.save(lambda store: records.ran(store, page.item, verdict, source, cursor))
    return verdict
