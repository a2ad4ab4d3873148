"""A course as the rest of the program holds it: an index at hand, bodies when asked for."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from tutor.content.files import read_lesson, read_quiz, read_template
from tutor.content.index import ItemEntry
from tutor.content.model import Exercise, Lesson, Misconception, Question
from tutor.content.source import ContentError, Problem, Trail, open_source
from tutor.text.messages import say


class UnknownItem(KeyError):
    """No such id or alias; ``suggestion`` is the nearest one there is, or ``""``."""

    def __init__(self, name: str, suggestion: str = "") -> None:
        super().__init__(name)
        self.name = name
        self.suggestion = suggestion

    def __str__(self) -> str:
        near = say("content.did_you_mean", near=self.suggestion) if self.suggestion else ""
        return say("content.unknown_item", name=self.name, near=near)


@dataclass(frozen=True)
class LessonEntry:
    """A lesson as the index knows it. A broken one is listed too, with its ``problems``."""

    id: str
    alias: str
    title: str
    minutes: int
    unit: str
    path: Path
    quiz: Path | None
    exercises: tuple[ItemEntry, ...]
    questions: tuple[ItemEntry, ...]  # those of its steps, then those of its quiz
    problems: tuple[Problem, ...] = ()
    formerly: tuple[str, ...] = ()
    line: int = 1

    @property
    def items(self) -> tuple[ItemEntry, ...]:
        """Exercises, then questions."""
        return self.exercises + self.questions


@dataclass(frozen=True)
class Unit:
    """A unit of the course, with its lessons in order."""

    id: str
    alias: str
    title: str
    about: str
    lessons: tuple[LessonEntry, ...]


Named: TypeAlias = tuple[LessonEntry, ItemEntry | None]


@dataclass(frozen=True)
class Course:
    """What ``load_course`` returns. Ids and aliases are accepted alike, in any case."""

    root: Path
    title: str
    units: tuple[Unit, ...]
    problems: tuple[Problem, ...]
    misconceptions: Mapping[str, Misconception]
    names: Mapping[str, Named]  # every id, alias and former id, in lower case
    _lessons: dict[Path, Lesson] = field(default_factory=dict, repr=False, compare=False)
    _quizzes: dict[Path, tuple[Question, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def entries(self) -> Iterator[LessonEntry]:
        """Every lesson of every unit, in order."""
        for unit in self.units:
            yield from unit.lessons

    def unit(self, name: str) -> Unit:
        """Return a unit by id or alias; raises UnknownItem."""
        for unit in self.units:
            if name.casefold() in (unit.id.casefold(), unit.alias.casefold()):
                return unit
        raise UnknownItem(name, _closest(name, [unit.id for unit in self.units]))

    def entry(self, name: str) -> LessonEntry:
        """Return the index entry of a lesson; raises UnknownItem."""
        return self._named(name, lesson=True)[0]

    def item_entry(self, name: str) -> ItemEntry:
        """Return the index entry of an exercise or question; raises UnknownItem."""
        item = self._named(name, lesson=False)[1]
        assert item is not None
        return item

    def lesson_of(self, item: str) -> LessonEntry:
        """Return the lesson that holds an exercise or question; raises UnknownItem."""
        return self._named(item, lesson=False)[0]

    def lesson(self, name: str) -> Lesson:
        """Return a lesson, read now or before.

        Raises:
            UnknownItem: there is no such lesson.
            ContentError: its file has problems.
        """
        return self._lesson(self.entry(name))

    def questions(self, lesson: str) -> tuple[Question, ...]:
        """Return the questions of a lesson's quiz file; none if it has no quiz.

        Raises:
            UnknownItem: there is no such lesson.
            ContentError: the quiz file has problems.
        """
        return self._questions(self.entry(lesson))

    def item(self, name: str) -> Exercise | Question:
        """Return an exercise or question.

        Raises:
            UnknownItem: there is none of that name.
            ContentError: the file that holds it has problems.
        """
        entry, item = self._named(name, lesson=False)
        assert item is not None
        return self._body(entry, item)

    def exercise(self, name: str) -> Exercise:
        """Return an exercise; raises as ``item`` does."""
        found = self.item(name)
        if not isinstance(found, Exercise):
            raise UnknownItem(name, self._suggest(name, "exercise"))
        return found

    def question(self, name: str) -> Question:
        """Return a question; raises as ``item`` does."""
        found = self.item(name)
        if isinstance(found, Exercise):
            raise UnknownItem(name, self._suggest(name, "question"))
        return found

    def template(self, name: str) -> Question:
        """Return a question as its author wrote it, computed values unfilled.

        Raises as ``item`` does.
        """
        question = self.question(name)
        entry, item = self._named(name, lesson=False)
        assert item is not None
        path = entry.quiz if item.in_quiz and entry.quiz else entry.path
        found: Question = read_template(path, item.trail)
        return found if found.id == question.id else question

    def items(self) -> list[Exercise | Question]:
        """Every exercise and question of the files that can be read, in the course's order."""
        found = []
        for entry in self.entries():
            for item in entry.items:
                if self.names.get(item.id.casefold()) == (entry, item):
                    try:
                        found.append(self._body(entry, item))
                    except ContentError:
                        continue  # its problems are listed in the entry
        return found

    def problem(self, name: str, trail: Trail, message: str, *, line: int = 1) -> Problem:
        """Place a message at a field of a lesson or an item, at a line of the field's text.

        ``course.problem("T4.b", ("solutions", 0), "does not pass", line=3)`` names the file's own
        line of the third line of the first solution.
        """
        entry, item = self._named(name)
        before: Trail = item.trail if item else ()
        path = entry.quiz if item and item.in_quiz and entry.quiz else entry.path
        return open_source(path).problem((*before, *trail), message, line=line)

    def place(self, name: str, trail: Trail, line: int = 1) -> str:
        """Where a field stands, as ``lessons/unit/file.yaml:line``; empty where that is unknown."""
        try:
            problem = self.problem(name, trail, "", line=line)
        except (UnknownItem, ContentError):
            return ""
        return f"{problem.path.relative_to(self.root)}:{problem.line}"

    def _lesson(self, entry: LessonEntry) -> Lesson:
        if entry.path not in self._lessons:
            self._refuse_broken(entry, entry.path)
            self._lessons[entry.path] = read_lesson(entry.path)
        return self._lessons[entry.path]

    def _questions(self, entry: LessonEntry) -> tuple[Question, ...]:
        if entry.quiz is None:
            return ()
        if entry.quiz not in self._quizzes:
            self._refuse_broken(entry, entry.quiz)
            self._quizzes[entry.quiz] = read_quiz(entry.quiz).questions
        return self._quizzes[entry.quiz]

    def _body(self, entry: LessonEntry, item: ItemEntry) -> Exercise | Question:
        if item.in_quiz:
            return self._questions(entry)[int(item.trail[1])]
        step = self._lesson(entry).steps[int(item.trail[1])]
        body = step.exercise if item.kind == "exercise" else step.question
        assert body is not None
        assert not isinstance(body, str)
        return body

    def _refuse_broken(self, entry: LessonEntry, path: Path) -> None:
        problems = [problem for problem in entry.problems if problem.path == path]
        if problems:
            raise ContentError(problems)

    def _named(self, name: str, *, lesson: bool | None = None) -> Named:
        found = self.names.get(name.strip().casefold())
        if found is None or (lesson is not None and (found[1] is None) != lesson):
            kind = {True: "lesson", False: "item", None: ""}[lesson]
            raise UnknownItem(name, self._suggest(name, kind))
        return found

    def _suggest(self, name: str, kind: str) -> str:
        known: dict[str, str] = {}  # as it is compared -> as it is written
        for entry, item in self.names.values():
            one = item or entry
            which = item.kind if item else "lesson"
            fits = kind in ("", which) or (kind == "item" and item is not None)
            if fits or (kind == "question" and which not in ("exercise", "lesson")):
                known[one.id.casefold()] = one.id
                known[one.alias.casefold()] = one.alias
        return known.get(_closest(name.casefold(), [each for each in known if each]), "")


def _closest(name: str, known: list[str]) -> str:
    return next(iter(difflib.get_close_matches(name, known, n=1)), "")
