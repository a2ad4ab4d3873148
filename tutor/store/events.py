"""An event: one thing that happened, written once and never changed.

Every event carries its own checksum, so that a line in a mirror file or a row salvaged from a
damaged one can be trusted by itself.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

ATTEMPT = "attempt"  # code was judged
ANSWER = "answer"  # a question was answered
REVIEW = "review"  # the learner's own rating of the last answer, instead of the derived one
HINT = "hint"
REVEAL = "reveal"  # the solution was shown before a pass
STEP = "step"  # a step of a lesson was seen
PLACE = "place"  # where the learner is
DRAFT = "draft"  # code as it was submitted
SETTING = "setting"
UNDO = "undo"
RESET = "reset"

# Outcomes that are no attempt: the untouched starter, and faults of ours. Kept as words because
# this room does not import the evaluator; a test holds them equal to `Outcome.counts`.
UNCOUNTED = frozenset({"not_attempted", "internal"})

ROLLOVER = timedelta(hours=4)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_encoder = msgspec.json.Encoder(order="deterministic")


class NewEvent(msgspec.Struct, frozen=True):
    """Something that happened and is not written yet.

    ``item`` is the id of an exercise or a question; of the lesson for ``step`` and ``place``; of
    any of them for ``reset``. ``at`` is filled in by the store when it is left out.
    """

    kind: str
    item: str = ""
    body: dict[str, Any] = {}
    item_rev: int = 1
    at: datetime | None = None


class Event(msgspec.Struct, frozen=True):
    """One row of the log; field order is the order of the export."""

    id: str  # ULID: sorts after everything its device knew when it was written
    device: str
    seq: int  # counts the device's own events from 1
    kind: str
    v: int  # version of the body's form
    at_ms: int  # UTC
    tz_min: int  # local time's offset then
    day: date  # local study day, frozen when written
    item: str
    item_rev: int
    body: dict[str, Any]
    crc: int = 0

    def intact(self) -> bool:
        """True when the content is what the checksum says."""
        return self.crc == checksum(self)


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces: equal values give equal bytes."""
    return _encoder.encode(value)


def checksum(event: Event) -> int:
    """CRC-32 over every other field; enough against rot, and no claim against a forger."""
    return zlib.crc32(
        canonical(
            (
                event.id,
                event.device,
                event.seq,
                event.kind,
                event.v,
                event.at_ms,
                event.tz_min,
                event.day,
                event.item,
                event.item_rev,
                event.body,
            )
        )
    )


def sealed(event: Event) -> Event:
    """The event with its checksum."""
    return msgspec.structs.replace(event, crc=checksum(event))


def to_line(event: Event) -> str:
    """One line of JSON, without its end."""
    return canonical(event).decode()


_line_decoder = msgspec.json.Decoder(Event)


def from_line(line: str | bytes) -> Event:
    """The event of one line.

    Raises:
        ValueError: When the line is not an event, or its checksum disagrees.
    """
    event = _line_decoder.decode(line)
    if not event.intact():
        raise ValueError(f"event {event.id}: the checksum does not match the content")
    return event


def new_id(now_ms: int, last: str = "") -> str:
    """A ULID that sorts after ``last``, whatever the clock says.

    Where the clock has not passed ``last``, the next millisecond is taken with fresh random bits:
    adding one to the random part, as many generators do, would give two machines that know the
    same last event the same next id.
    """
    stamp = max(now_ms, 0)
    if last:
        stamp = max(stamp, ulid_ms(last) + 1)
    number = (stamp << 80) | int.from_bytes(os.urandom(10), "big")
    return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def ulid_ms(ulid: str) -> int:
    """Milliseconds since 1970 in a ULID's first ten signs; 0 for an id of another make."""
    try:
        stamp = 0
        for sign in ulid[:10]:
            stamp = stamp << 5 | CROCKFORD.index(sign)
        return stamp
    except ValueError:
        return 0


def study_day(at: datetime, rollover: timedelta = ROLLOVER) -> date:
    """The local day that ``at`` belongs to; a day ends at 04:00, when people are asleep.

    The subtraction is on the wall clock, so a day of 23 or 25 hours is still one day.

    Args:
        at: Aware, in the learner's local time.
        rollover: When a new day starts, after midnight.
    """
    return (at.replace(tzinfo=None) - rollover).date()


def living(events: Sequence[Event]) -> list[Event]:
    """The events in order of id, without the undone ones and without the undoings.

    An undo may itself be undone. It reaches back only, so there are no circles.
    """
    dead = undone(event for event in events if event.kind == UNDO)
    ordered = sorted(events, key=lambda event: event.id)
    return [event for event in ordered if event.kind != UNDO and event.id not in dead]


def undone(undos: Any) -> set[str]:
    """Ids of the events that ``undos`` (an iterable of undo events) take back."""
    dead: set[str] = set()
    # Latest first: whether an undo holds is settled by what came after it.
    for undo in sorted(undos, key=lambda event: event.id, reverse=True):
        target = undo.body.get("event")
        if undo.id not in dead and isinstance(target, str) and target < undo.id:
            dead.add(target)
    return dead
