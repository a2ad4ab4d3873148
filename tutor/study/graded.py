"""What is true of an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tutor.content.model import WrongAnswer


@dataclass(frozen=True)
class Graded:
    """The grading of one answer."""

    right: bool
    misconception: str | None = None  # the wrong belief that the author listed for this answer
    slip: str | None = None  # a slip recognised without being listed: sign, complement, ...
    say: str = ""  # a sentence about this very answer
    detail: tuple[str, ...] = ()  # reasons of options that were chosen or missed, pairs, places
    invalid: bool = False  # could not be read: not counted; `say` tells the form expected


def unread(say: str) -> Graded:
    """An answer that could not be read."""
    return Graded(right=False, say=say, invalid=True)


def listed(wrong: Iterable[WrongAnswer], same: Callable[[str], bool]) -> Graded | None:
    """Return the author's words for the listed wrong answer that is the ``same`` as the given."""
    for one in wrong:
        if same(one.answer):
            return Graded(right=False, misconception=one.misconception, say=one.say)
    return None
