"""The structs that are read from the store, and the form in which rows are derived from events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, Protocol, TypeVar

import msgspec

from tutor.store.events import Event

RatingWord = Literal["again", "hard", "good", "easy"]


class ItemState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was done with one exercise or question, since its last reset."""

    item: str = ""
    attempts: int = 0  # judged submissions and answers; an untouched starter is none
    right: int = 0
    wrong: int = 0
    passed: bool = False  # right at least once
    last_outcome: str = ""  # an outcome of the evaluator, or "right" / "wrong" for a question
    last_day: date | None = None
    hints_used: int = 0  # since the last time it was right
    revealed: bool = False  # since the last time it was right
    misconceptions: dict[str, Meeting] = {}
    last_event: str = ""  # id of the last attempt or answer
    last_draft: str = ""  # id of the last draft event
    # Filled by Store.state, not by Store.states: they are as large as what was printed.
    last_verdict: dict[str, Any] | None = None
    last_output: str = ""


class Meeting(msgspec.Struct, frozen=True, omit_defaults=True):
    """A misconception that showed in one item."""

    times: int
    first: date
    last: date
    event: str = ""  # where it showed last
    right_days: int = 0  # days on which the item was right since; two and it is gone
    right_last: date | None = None


class Memory(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the scheduler knows of one item after a review."""

    stability: float  # days until recall falls to 90 %
    difficulty: float  # 1 to 10
    last: date
    due: date
    reps: int  # reviews, at most one a study day
    lapses: int  # forgotten after it had been known
    failed: bool = False  # wrong the last time
    relearning: bool = False  # fsrs's own state after a lapse
    tested: int = 0  # reviews at least a day after the one before
    recalled: int = 0  # ... that were right


class CardRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item in the schedule. ``before`` is the memory that the last day's rating went on."""

    item: str
    memory: Memory
    rating: RatingWord
    results: tuple[str, ...] = ()  # ids of that day's answers, for an override to name
    rev: int = 1  # of the item, when it was last reviewed
    before: Memory | None = None

    @property
    def due(self) -> date:
        """The study day on which it is to be asked again."""
        return self.memory.due

    @property
    def last(self) -> date:
        """The study day of its last review."""
        return self.memory.last

    @property
    def stability(self) -> float:
        """Days until recall falls to 90 %."""
        return self.memory.stability

    @property
    def difficulty(self) -> float:
        """From 1 to 10."""
        return self.memory.difficulty

    @property
    def reps(self) -> int:
        """Reviews, at most one a study day."""
        return self.memory.reps

    @property
    def lapses(self) -> int:
        """How often it was forgotten after it had been known."""
        return self.memory.lapses

    @property
    def state(self) -> Literal["review", "relearning"]:
        """``relearning`` when it was wrong the last time, until it is right again."""
        return "relearning" if self.memory.failed else "review"


class DayRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One study day."""

    day: date
    answers: int = 0
    right: int = 0
    steps: int = 0  # of lessons, seen
    ms: int = 0  # at work: the gaps between events, short ones only
    at_ms: int = 0  # the last event
    sure: dict[str, tuple[int, int]] = {}  # stated confidence in percent -> answers, right ones


class SeenRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which steps of one lesson were seen."""

    steps: tuple[str, ...] = ()


class Place(msgspec.Struct, frozen=True):
    """Where the learner was last."""

    lesson: str
    step: str
    item: str = ""


class Draft(msgspec.Struct, frozen=True):
    """The learner's text in one editor. ``cursor`` is row and column, from 0."""

    item: str
    text: str
    cursor: tuple[int, int] = (0, 0)
    output: str = ""  # of the last ungraded run


class Health(msgspec.Struct, frozen=True):
    """Whether answers are being kept, and the banner's sentence when something is the matter."""

    recording: bool = True
    message: str = ""


class Merged(msgspec.Struct, frozen=True):
    """What a merge did."""

    added: int = 0
    known: int = 0  # here already, the same
    differing: tuple[str, ...] = ()  # ids that are here with another content; ours were kept
    broken: tuple[str, ...] = ()  # ids whose content is not what their checksum says; left out


class Snapshot(msgspec.Struct, frozen=True):
    """What a drill starts from."""

    cards: Mapping[str, CardRow] = {}
    states: Mapping[str, ItemState] = {}
    opened: frozenset[str] = frozenset()  # ids of lessons of which a step was seen


Row = TypeVar("Row", bound=msgspec.Struct)


class Fold(Protocol[Row]):
    """How the rows of one derived table follow from events.

    Each event belongs to one item and one day, so each row follows from the events of one
    partition alone, taken in order of id. The store may then add an event by one ``step``, or
    drop a row and go through its events again; both give the same bytes, because ``step`` is pure
    and rows are written as canonical JSON. ``step`` never sees an undo, nor what was undone.
    """

    @property
    def name(self) -> str:
        """The table's name, for good."""

    @property
    def version(self) -> int:
        """Raised when ``step`` changes: the rows are then rebuilt."""

    @property
    def by(self) -> Literal["item", "day"]:
        """What the rows are kept by."""

    @property
    def row(self) -> type[Row]:
        """The struct of a row."""

    def step(self, row: Row | None, event: Event) -> Row | None:
        """The row after ``event``; None where there is to be none."""


Projector = tuple[Fold[Any], ...]
