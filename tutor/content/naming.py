"""Every id, alias and former id of a course, each belonging to one lesson or item only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tutor.content.course import LessonEntry, Named, Unit
from tutor.content.index import ItemEntry
from tutor.content.source import Problem
from tutor.text.messages import say


def name_all(units: list[Unit], names: dict[str, Named]) -> list[Unit]:
    """Enter every id and alias into ``names``; what was there before closes the later file."""
    named = []
    for unit in units:
        lessons = []
        for entry in unit.lessons:
            clashes = list(_clashes(entry, names))
            if clashes:
                entry = replace(entry, problems=tuple(sorted({*entry.problems, *clashes})))
            lessons.append(entry)
            _enter(entry, names)
        named.append(replace(unit, lessons=tuple(lessons)))
    return named


def _clashes(entry: LessonEntry, names: dict[str, Named]) -> Iterator[Problem]:
    mine: dict[str, Named] = {}
    for name, named in _names_of(entry):
        other = names.get(name.casefold()) or mine.get(name.casefold())
        if other is not None and other != named:
            path, line = _place(*other)
            message = say("content.same_name", name=name, path=path, line=line)
            here, row = _place(*named)
            yield Problem(here, row, 1, message)
        mine.setdefault(name.casefold(), named)


def _enter(entry: LessonEntry, names: dict[str, Named]) -> None:
    for name, named in _names_of(entry):
        names.setdefault(name.casefold(), named)


def _names_of(entry: LessonEntry) -> Iterator[tuple[str, Named]]:
    for item in (None, *entry.items):
        one = item or entry
        for name in (one.id, one.alias, *one.formerly):
            if name:
                yield name, (entry, item)


def _place(entry: LessonEntry, item: ItemEntry | None) -> tuple[Path, int]:
    if item is None:
        return entry.path, entry.line
    return (entry.quiz if item.in_quiz and entry.quiz else entry.path), item.line
