"""Search over everything a course holds: pure, over an index of plain rows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.content.checks import step_key
from tutor.content.source import ContentError

if TYPE_CHECKING:
    from tutor.content.loader import Course


@dataclass(frozen=True)
class Found:
    """One thing that can be opened: a lesson, or an item or a step of it."""

    kind: str  # lesson, exercise, question or step: a key of the catalogue
    lesson: str
    title: str
    alias: str = ""
    item: str = ""
    step: str = ""
    text: str = ""  # what else is searched, lower case


def names(course: Course) -> list[Found]:
    """What the index knows without opening a lesson: titles and aliases."""
    found = []
    for unit in course.units:
        for entry in unit.lessons:
            about = f"{entry.id} {unit.title}".lower()
            found.append(Found("lesson", entry.id, entry.title, entry.alias, text=about))
            for item in entry.exercises:
                found.append(Found("exercise", entry.id, item.title, item.alias, item.id))
            for item in entry.questions:
                found.append(Found("question", entry.id, item.title, item.alias or "", item.id))
    return found


def steps(course: Course) -> list[Found]:
    """Every step of every lesson that can be read; slow, as each lesson is opened for it."""
    found = []
    for entry in course.entries():
        with contextlib.suppress(ContentError):
            for step in course.lesson(entry.id).steps:
                text = step.text.lower()
                found.append(
                    Found("step", entry.id, step.title, entry.alias, step=step_key(step), text=text)
                )
    return found


def search(rows: Iterable[Found], query: str, most: int = 50) -> list[Found]:
    """Rows that have every word of ``query``, best first: alias, then title, then text."""
    words = query.lower().split()
    if not words:
        return []
    ranked = []
    for at, row in enumerate(rows):
        ranks = [_rank(row, word) for word in words]
        if all(rank < _NOT_FOUND for rank in ranks):
            phrase = query.lower().strip() in row.title.lower()
            ranked.append((max(ranks), not phrase, at, row))
    return [row for *_, row in sorted(ranked, key=lambda r: r[:3])[:most]]


_NOT_FOUND = 9


def _rank(row: Found, word: str) -> int:
    alias, title = row.alias.lower(), row.title.lower()
    if alias == word:
        return 0
    if alias.startswith(word):
        return 1
    if title.startswith(word) or f" {word}" in title:
        return 2
    if word in title or word in row.item:
        return 3
    return 4 if word in row.text else _NOT_FOUND
