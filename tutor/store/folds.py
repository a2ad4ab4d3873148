"""The folds that need no theory of learning: what was done with an item, what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import msgspec

from tutor.store.events import (
    ANSWER,
    ATTEMPT,
    DRAFT,
    HINT,
    RESET,
    REVEAL,
    STEP,
    UNCOUNTED,
    Event,
)
from tutor.store.rows import ItemState, Meeting, SeenRow


def result_of(event: Event) -> bool | None:
    """True for right, False for not; None where the event is no counted result."""
    if event.kind == ANSWER:
        return bool(event.body.get("right"))
    if event.kind == ATTEMPT:
        outcome = event.body.get("outcome")
        return None if outcome in UNCOUNTED else outcome == "passed"
    return None


@dataclass(frozen=True)
class ItemFold:
    """What was done with each exercise and question."""

    name: ClassVar[str] = "item"
    version: ClassVar[int] = 1
    by: ClassVar[Literal["item"]] = "item"
    row: ClassVar[type[ItemState]] = ItemState

    def step(self, row: ItemState | None, event: Event) -> ItemState | None:
        """The item's state after ``event``."""
        state = row or ItemState(item=event.item)
        if event.kind == RESET:
            return None
        if event.kind == HINT:
            shown = event.body.get("n", 1)
            return msgspec.structs.replace(state, hints_used=max(state.hints_used, shown))
        if event.kind == REVEAL:
            return msgspec.structs.replace(state, revealed=True)
        if event.kind == DRAFT:
            return msgspec.structs.replace(state, last_draft=event.id)
        right = result_of(event)
        return row if right is None else _judged(state, event, right)


def _judged(state: ItemState, event: Event, right: bool) -> ItemState:
    outcome = event.body.get("outcome") or ("right" if right else "wrong")
    return msgspec.structs.replace(
        state,
        attempts=state.attempts + 1,
        right=state.right + right,
        wrong=state.wrong + (not right),
        passed=state.passed or right,
        last_outcome=str(outcome),
        last_day=event.day,
        hints_used=0 if right else state.hints_used,
        revealed=state.revealed and not right,
        misconceptions=_met(state.misconceptions, event, right),
        last_event=event.id,
    )


def _met(known: dict[str, Meeting], event: Event, right: bool) -> dict[str, Meeting]:
    """The misconceptions of one item, with those that ``event`` shows or helps to overcome."""
    met = dict(known)
    if right:
        for name, meeting in known.items():
            # A right answer on the day of the mistake is not yet knowledge.
            if event.day not in (meeting.last, meeting.right_last):
                met[name] = msgspec.structs.replace(
                    meeting, right_days=meeting.right_days + 1, right_last=event.day
                )
    shown = event.body.get("misconception")
    if isinstance(shown, str) and shown and not right:
        before = met.get(shown)
        met[shown] = Meeting(
            times=before.times + 1 if before else 1,
            first=before.first if before else event.day,
            last=event.day,
            event=event.id,
        )
    return met


@dataclass(frozen=True)
class SeenFold:
    """Which steps of each lesson were seen; the item of a step event is its lesson."""

    name: ClassVar[str] = "seen"
    version: ClassVar[int] = 1
    by: ClassVar[Literal["item"]] = "item"
    row: ClassVar[type[SeenRow]] = SeenRow

    def step(self, row: SeenRow | None, event: Event) -> SeenRow | None:
        """The lesson's seen steps after ``event``."""
        if event.kind == RESET:
            return None
        if event.kind != STEP:
            return row
        steps = row.steps if row else ()
        step = str(event.body.get("step", ""))
        return row if step in steps else SeenRow(steps=(*steps, step))
