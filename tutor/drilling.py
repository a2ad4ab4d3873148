"""What both drills, on the screen and in plain text, ask of the study session. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import date
from typing import TYPE_CHECKING

from tutor.content.model import Exercise, Question
from tutor.store.rows import RatingWord
from tutor.study.session import Drill

if TYPE_CHECKING:
    from tutor.content.loader import Course

WORDS: tuple[RatingWord, ...] = ("again", "hard", "good", "easy")


def dates_by_rating(drill: Drill) -> Mapping[RatingWord, date] | None:
    """When each rating of the last answer would bring its item back; None without an answer."""
    if drill.last is None or drill.rating is None:
        return None
    item = drill.last.id
    dates: dict[RatingWord, date] = {}
    for word in WORDS:
        trial = copy(drill)  # its state is immutable, so a rated copy leaves the drill alone
        trial.override(word)
        dates[word] = next(day for day, items in trial.recap().due if item in items)
    return dates


def title_of(item: Exercise | Question) -> str:
    """What an item is called in a list: an exercise's title, the first line of a prompt."""
    if isinstance(item, Exercise):
        return item.title
    return item.prompt.strip().partition("\n")[0]


def lesson_title(course: Course, item: str) -> str:
    """The lesson that an item belongs to, with its alias."""
    entry = course.lesson_of(item)
    return f"{entry.alias}  {entry.title}"


def draft_name(item: Exercise | Question) -> str:
    """Under which name a drill's draft is kept: the lesson's own draft stays as it was left."""
    return f"{item.id}#drill"
