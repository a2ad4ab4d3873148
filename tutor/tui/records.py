"""What the lesson screen writes down beside answers and attempts, and reads back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from tutor.content.model import Exercise, Question
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.store.events import ANSWER, HINT, PLACE, REVEAL, STEP, NewEvent
from tutor.store.rows import Draft, ItemState

if TYPE_CHECKING:
    from tutor.store.db import Store

Cursor = tuple[int, int]


def been_at(lesson: str, step: str, item: str = "") -> tuple[NewEvent, ...]:
    """A step was seen, and the learner is there now."""
    body = {"lesson": lesson, "step": step}
    place = {**body, "item": item} if item else body
    return NewEvent(STEP, lesson, body), NewEvent(PLACE, lesson, place)


def checked(
    store: Store, item: str, events: Sequence[NewEvent], source: str, cursor: Cursor
) -> None:
    """Record a check, and keep the draft as it is: the learner may have typed on meanwhile."""
    draft = store.draft(item) or Draft(item, source, cursor)
    if events:
        store.record(*events)
    store.save_draft(item, draft.text, draft.cursor, output="")


def ran(store: Store, item: str, verdict: Verdict, source: str, cursor: Cursor) -> None:
    """Keep what an ungraded run showed beside the draft, until the next check."""
    draft = store.draft(item) or Draft(item, source, cursor)
    output = msgspec.json.encode(verdict).decode()
    store.save_draft(item, draft.text, draft.cursor, output=output)


def hint(item: Exercise, n: int) -> NewEvent:
    """The ``n``-th hint was shown."""
    return NewEvent(HINT, item.id, {"n": n}, item.rev)


def reveal(item: Exercise | Question) -> NewEvent:
    """The solution was shown before a pass."""
    return NewEvent(REVEAL, item.id, {}, item.rev)


def last_answer(store: Store, item: str) -> dict[str, Any] | None:
    """The body of the last answer to a question; None when there is none that still stands."""
    last = store.state(item).last_event
    for event in store.events(item=item, kind=ANSWER):
        if event.id == last and "given" in event.body:
            return {"seed": 0, **event.body}
    return None


def last_shown(draft: Draft | None, state: ItemState) -> tuple[Verdict, bool] | None:
    """What was shown last, and whether it was graded; a run is kept until the next check."""
    run = _kept_run(draft.output) if draft else None
    if run is not None:
        return run, False
    checked = _verdict_of(state.last_verdict)
    return (checked, True) if checked is not None else None


def _kept_run(text: str) -> Verdict | None:
    if not text:
        return None
    try:
        return msgspec.json.decode(text, type=Verdict)
    except msgspec.DecodeError:
        return Verdict(Outcome.PASSED, "", output=text)


def _verdict_of(stored: object) -> Verdict | None:
    """A verdict from an attempt's body; None when another version wrote what cannot be read."""
    if not isinstance(stored, dict):
        return None
    try:
        return msgspec.convert(stored, Verdict)
    except msgspec.ValidationError:
        return None
