"""``tutor new``: files that load and run as they are, with ``[TODO: ...]`` where words are missing.

What is made is text; nothing that exists is written over. An exercise is a step of a lesson, so it
is put at the end of the lesson's file, which stays as it is otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from yaml.nodes import SequenceNode

from tutor.content.course import Course, LessonEntry, Unit, UnknownItem
from tutor.content.source import ContentError, node_at, open_source
from tutor.paths import atomic_write
from tutor.text.messages import say

_TEMPLATES = Path(__file__).parent / "templates"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# The alphabet first, then a1, b1, ...: nobody has that many exercises in a lesson.
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class CannotMake(Exception):
    """Why there is nothing new; a sentence for the author."""


@dataclass(frozen=True)
class Made:
    """A file with something new in it."""

    path: Path
    alias: str
    line: int  # where the new part begins


def new_lesson(course: Course, name: str) -> Made:
    """Make the file of a lesson ``<unit>.<name>``. Raises CannotMake."""
    unit_name, _, stem = name.rpartition(".")
    unit = _unit(course, unit_name, name)
    _check_name(course, stem, f"{unit.id}.{stem}")
    folder = course.root / "lessons" / unit.id
    path = folder / f"{_next(r'([0-9]+)', [file.name for file in _files(folder)]):02}-{stem}.yaml"
    aliases = [entry.alias for entry in course.entries()]
    alias = f"{unit.alias}{_next(re.escape(unit.alias) + '([0-9]+)$', aliases)}"
    text = _template("lesson", id=f"{unit.id}.{stem}", alias=alias, title=_title(stem))
    return _write(path, text, alias)


def new_quiz(course: Course, name: str) -> Made:
    """Make the quiz file of a lesson, given by id or alias. Raises CannotMake."""
    entry = _lesson(course, name)
    path = course.root / "quizzes" / entry.path.relative_to(course.root / "lessons")
    taken = {item.alias for item in entry.items}
    free = [n for n in range(1, len(taken) + 3) if f"{entry.alias}.q{n}" not in taken]
    text = _template(
        "quiz",
        id=entry.id,
        alias=entry.alias,
        n=str(free[0]),
        m=str(free[1]),
        objective=_objective(course, entry),
    )
    return _write(path, text, f"{entry.alias}.q{free[0]}")


def new_exercise(course: Course, name: str) -> Made:
    """Put an exercise ``<lesson>.<name>`` at the end of its lesson. Raises CannotMake."""
    lesson, _, stem = name.rpartition(".")
    entry = _lesson(course, lesson)
    unit = entry.id.partition(".")[0]
    _check_name(course, stem, f"{unit}.{stem}")
    taken = {item.alias for item in entry.items}
    alias = next(
        f"{entry.alias}.{letter}" for letter in _LETTERS if f"{entry.alias}.{letter}" not in taken
    )
    step = _template(
        "exercise",
        id=f"{unit}.{stem}",
        alias=alias,
        title=_title(stem),
        function=stem.replace("-", "_"),
        objective=_objective(course, entry),
    )
    return _append(entry.path, step, alias)


KINDS: dict[str, Callable[[Course, str], Made]] = {
    "lesson": new_lesson,
    "quiz": new_quiz,
    "exercise": new_exercise,
}


def _unit(course: Course, unit: str, name: str) -> Unit:
    try:
        return course.unit(unit)
    except UnknownItem:
        known = ", ".join(f"{one.id}.{name.rpartition('.')[2]}" for one in course.units)
        raise CannotMake(say("validate.new.no_unit", unit=unit, known=known)) from None


def _lesson(course: Course, name: str) -> LessonEntry:
    try:
        return course.entry(name)
    except UnknownItem as error:
        raise CannotMake(say("validate.new.no_lesson", name=name, why=error)) from None


def _check_name(course: Course, stem: str, full: str) -> None:
    if not _NAME.fullmatch(stem):
        raise CannotMake(say("validate.new.bad_name", name=stem))
    if full.casefold() in course.names:
        raise CannotMake(say("validate.new.taken", name=full))


def _objective(course: Course, entry: LessonEntry) -> str:
    try:
        return course.lesson(entry.id).objectives[0].id
    except ContentError as error:
        raise CannotMake(str(error)) from None


def _title(stem: str) -> str:
    return stem.replace("-", " ").capitalize()


def _next(pattern: str, names: Iterable[str]) -> int:
    """One more than the largest number that the pattern finds."""
    return 1 + max((int(m[1]) for name in names if (m := re.match(pattern, name))), default=0)


def _template(kind: str, **values: str) -> str:
    text = (_TEMPLATES / f"{kind}.yaml").read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _files(folder: Path) -> Collection[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _write(path: Path, text: str, alias: str) -> Made:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise CannotMake(say("validate.new.exists", path=path)) from None
    except OSError as fault:
        message = say("validate.new.cannot_write", path=path, why=fault.strerror)
        raise CannotMake(message) from None
    return Made(path, alias, 1)


def _append(path: Path, step: str, alias: str) -> Made:
    source = open_source(path)
    steps = node_at(source.root, ("steps",))
    if not isinstance(steps, SequenceNode) or steps.flow_style:
        raise CannotMake(say("validate.new.steps", path=path))
    lines = source.text.split("\n")
    row = min(steps.end_mark.line, len(lines))
    while row and not lines[row - 1].strip():
        row -= 1
    indent = " " * steps.start_mark.column
    new = [(indent + line).rstrip() for line in step.rstrip("\n").split("\n")]
    lines[row:row] = ["", *new]
    mode = path.stat().st_mode
    try:
        atomic_write(path, "\n".join(lines).rstrip("\n") + "\n")
    except OSError as fault:
        message = say("validate.new.cannot_write", path=path, why=fault.strerror)
        raise CannotMake(message) from None
    path.chmod(mode & 0o777)
    return Made(path, alias, row + 2)
