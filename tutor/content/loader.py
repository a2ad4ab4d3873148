"""From the two folders of a course to a ``Course``. Never raises for what is in them."""

from __future__ import annotations

from pathlib import Path

from tutor.content.checks import step_key
from tutor.content.course import Course, LessonEntry, Named, Unit, UnknownItem
from tutor.content.files import head_from, lesson_from, quiz_from, read_misconceptions, worded
from tutor.content.index import FileIndex, IndexCache, ItemEntry, index_source
from tutor.content.model import CourseHead, Misconception, UnitHead
from tutor.content.naming import name_all
from tutor.content.phrases import nearest
from tutor.content.source import ContentError, Problem, Source, elements, open_source, pairs
from tutor.text.messages import say

__all__ = [
    "ContentError",
    "Course",
    "ItemEntry",
    "LessonEntry",
    "Problem",
    "Unit",
    "UnknownItem",
    "load_course",
    "step_key",
]


def load_course(root: Path, *, cache: Path | None = None) -> Course:
    """Return the course under ``root``, which holds ``lessons`` and ``quizzes``.

    Files are indexed and checked; bodies are read when they are asked for. Whatever is wrong is
    in ``Course.problems`` or in the ``problems`` of a lesson.

    Args:
        root: The course's folder.
        cache: A folder in which the index of sound files is remembered between starts.
    """
    problems: list[Problem] = []
    remembered = IndexCache(cache, root)
    title, heads = _read_heads(root, problems)
    units = [_read_unit(root, head, remembered, problems) for head in heads]
    _orphans(root, units, problems)
    names: dict[str, Named] = {}
    units = name_all(units, names)
    remembered.save()
    registry = _read_registry(root, problems)
    return Course(
        root=root,
        title=title,
        units=tuple(units),
        problems=tuple(sorted(problems)),
        misconceptions=registry,
        names=names,
    )


def _read_heads(root: Path, problems: list[Problem]) -> tuple[str, list[UnitHead]]:
    """Title and units of ``course.yaml``; of a broken one whatever can be told."""
    path = root / "lessons" / "course.yaml"
    inside = _inside(root / "lessons", problems)
    if inside is None:
        problems.append(Problem(root, 1, 1, say("content.no_lessons")))
        return say("content.untitled"), []
    head: CourseHead | None = None
    source: Source | None = None
    try:
        source = open_source(path)
        head = head_from(source, problems)
    except ContentError as error:
        problems.extend(error.problems)
    folders = [one.name for one in inside if one.is_dir() and one.name[0] not in "._"]
    if head is not None and source is not None:
        return head.title, _sound_heads(head, source, folders, problems)
    title, heads = _guessed_heads(source)
    listed = {one.id for one in heads}
    heads += [UnitHead(name, "", name, "") for name in folders if name not in listed]
    return title, heads


def _sound_heads(
    head: CourseHead, source: Source, folders: list[str], problems: list[Problem]
) -> list[UnitHead]:
    """The units, each once; folders without a unit and units without a folder are told."""
    kept: dict[str, UnitHead] = {}
    for number, unit in enumerate(head.units):
        if unit.id in kept:
            message = say("content.same_unit", value=unit.id)
            problems.append(source.problem(("units", number, "id"), message))
        elif unit.id not in folders:
            near = nearest(unit.id, folders)
            message = say("content.no_folder", id=unit.id, near=near)
            problems.append(source.problem(("units", number, "id"), message))
        if any(unit.alias == other.alias for other in kept.values()):
            message = say("content.same_unit", value=unit.alias)
            problems.append(source.problem(("units", number, "alias"), message))
        kept.setdefault(unit.id, unit)
    for name in folders:
        if name not in kept:
            message = say("content.unlisted_folder", name=name)
            problems.append(source.problem(("units",), message))
    return list(kept.values())


def _guessed_heads(source: Source | None) -> tuple[str, list[UnitHead]]:
    if source is None:
        return say("content.untitled"), []
    top = pairs(source.root)
    heads: list[UnitHead] = []
    for node in elements(top.get("units")):
        words = {key: str(value.value) for key, value in pairs(node).items()}
        name = words.get("id", "")
        if name and "/" not in name and name[0] != "." and name not in {one.id for one in heads}:
            title = words.get("title", name)
            heads.append(UnitHead(name, words.get("alias", ""), title, words.get("about", "")))
    title = str(top["title"].value) if "title" in top else say("content.untitled")
    return title, [worded(one) for one in heads]


def _read_registry(root: Path, problems: list[Problem]) -> dict[str, Misconception]:
    path = root / "lessons" / "misconceptions.yaml"
    if not path.exists():
        return {}  # a small course may do without
    try:
        return {one.id: one for one in read_misconceptions(path)}
    except ContentError as error:
        problems.extend(error.problems)
        return {}


def _read_unit(root: Path, head: UnitHead, cache: IndexCache, problems: list[Problem]) -> Unit:
    entries = []
    for path in _yaml_files(root / "lessons" / head.id, problems):
        quiz = root / "quizzes" / path.relative_to(root / "lessons")
        entries.append(_read_entry(head.id, path, quiz if quiz.exists() else None, cache))
    return Unit(head.id, head.alias, head.title, head.about, tuple(entries))


def _read_entry(unit: str, path: Path, quiz: Path | None, cache: IndexCache) -> LessonEntry:
    lesson, problems = _index(path, cache, quiz=False)
    items = list(lesson.items)
    if quiz:
        index, more = _index(quiz, cache, quiz=True)
        problems += more
        items += index.items
        mine = {name.casefold() for name in (lesson.id, lesson.alias, *lesson.formerly)}
        if index.lesson and lesson.id and index.lesson.casefold() not in mine:
            problems += _at(quiz, 1, say("content.other_lesson", says=index.lesson, is_=lesson.id))
    asked = {name.casefold() for item in items for name in (item.id, item.alias)}
    for name, number in lesson.asked:
        if name.casefold() not in asked:
            aliases = [item.alias for item in items if item.kind != "exercise" and item.alias]
            message = say("content.no_question", name=name, near=nearest(name, aliases))
            problems.append(open_source(path).problem(("steps", number, "question"), message))
    stem = path.stem.lstrip("0123456789").lstrip("-_") or path.stem
    return LessonEntry(
        id=lesson.id or f"{unit}.{stem}",
        alias=lesson.alias,
        title=lesson.title or stem,
        minutes=lesson.minutes,
        unit=unit,
        path=path,
        quiz=quiz,
        exercises=tuple(item for item in items if item.kind == "exercise"),
        questions=tuple(item for item in items if item.kind != "exercise"),
        problems=tuple(sorted(problems)),
        formerly=lesson.formerly,
        line=lesson.line,
    )


def _index(path: Path, cache: IndexCache, *, quiz: bool) -> tuple[FileIndex, list[Problem]]:
    kept = cache.get(path)
    if kept is not None:
        return kept, []
    problems: list[Problem] = []
    try:
        source = open_source(path)
    except ContentError as error:
        return FileIndex(), list(error.problems)
    (quiz_from if quiz else lesson_from)(source, problems)
    index = index_source(source)
    if not problems:
        cache.put(path, index)
    return index, problems


def _at(path: Path, line: int, message: str) -> list[Problem]:
    return [Problem(path, line, 1, message)]


def _orphans(root: Path, units: list[Unit], problems: list[Problem]) -> None:
    """Tell of quiz files beside which there is no lesson."""
    quizzes = {entry.quiz for unit in units for entry in unit.lessons}
    folder = root / "quizzes"
    for unit in _inside(folder, problems) or ():
        for path in _yaml_files(unit, problems):
            if path not in quizzes:
                wanted = root / "lessons" / path.relative_to(folder)
                problems += _at(path, 1, say("content.orphan_quiz", path=wanted))


def _yaml_files(folder: Path, problems: list[Problem]) -> list[Path]:
    found = _inside(folder, problems) or []
    return [path for path in found if path.suffix in (".yaml", ".yml") and path.name[0] not in "._"]


def _inside(folder: Path, problems: list[Problem]) -> list[Path] | None:
    """What a folder holds, sorted; None for what is no folder, or cannot be looked into."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as fault:
        problems += _at(folder, 1, say("content.unreadable", why=fault.strerror))
        return None
