"""What a lesson is made of on the screen: pages, their marks, and what comes after. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from tutor.content.checks import step_key
from tutor.content.model import (
    Example,
    Exercise,
    Lesson,
    Limits,
    Question,
    QuestionPart,
    Step,
    Visual,
)
from tutor.text.messages import say
from tutor.tui.glance import ItemSoFar, is_done

if TYPE_CHECKING:
    from tutor.content.loader import Course, LessonEntry

Kind: TypeAlias = Literal["text", "example", "visual", "question", "exercise", "quiz", "end"]
Mark: TypeAlias = Literal["done", "tried", "new"]
QUIZ, END = "quiz", "end"


@dataclass(frozen=True)
class Page:
    """One screen of a lesson.

    ``key`` names it in the learner's records; it follows from the title, so a reworded title is a
    new page and nothing else is disturbed. ``item`` is what drafts and outputs are kept under.
    """

    key: str
    title: str
    kind: Kind
    text: str = ""
    item: str = ""
    task: Example | Visual | Exercise | Question | None = None
    questions: tuple[Question, ...] = ()  # of the quiz page

    @property
    def code(self) -> str:
        """The code that this page starts from; empty when it has none."""
        if isinstance(self.task, Exercise):
            return self.task.starter
        return self.task.code if self.task is not None else ""

    @property
    def exercise(self) -> Exercise | None:
        """The exercise that a check of this page's code is held against."""
        return self.task if isinstance(self.task, Exercise) else None

    @property
    def limits(self) -> Limits:
        """Limits of an ungraded run: those of the exercise it belongs to."""
        return self.exercise.limits if self.exercise else Limits()

    @property
    def files(self) -> bool:
        """Whether an ungraded run may have a small writable folder."""
        return self.exercise is not None and self.exercise.files

    @property
    def gap(self) -> tuple[int, int] | None:
        """Row and column of the first ``...`` that stands by itself in the page's code."""
        for row, line in enumerate(self.code.splitlines()):
            if line.strip() == "...":
                return row, line.index("...")
        return None


def pages(lesson: Lesson, questions: Sequence[Question]) -> tuple[Page, ...]:
    """The lesson's steps, then the questions that no step used, then what comes after."""
    by_name = {name: q for q in questions for name in (q.id, q.alias) if name}
    used: set[str] = set()
    keys: set[str] = {QUIZ, END}
    made = []
    for step in lesson.steps:
        page = _page(lesson, step, _key(step, keys), by_name)
        if isinstance(page.task, QuestionPart):
            used.add(page.task.id)
        made.append(page)
    rest = tuple(q for q in questions if q.id not in used)
    if rest:
        made.append(Page(QUIZ, say("tui.lesson.quiz"), "quiz", questions=rest))
    made.append(Page(END, say("tui.lesson.end"), "end"))
    return tuple(made)


def where(pages: Sequence[Page], *, step: str = "", item: str = "") -> tuple[int, Question | None]:
    """The page of a step or an item, and the question of the quiz when it is one."""
    for at, page in enumerate(pages):
        if item and item in (page.item, getattr(page.task, "alias", None)):
            return at, None
        for question in page.questions:
            if item and item in (question.id, question.alias):
                return at, question
    for at, page in enumerate(pages):
        if step and page.key == step:
            return at, None
    return 0, None


def mark(page: Page, states: Mapping[str, ItemSoFar], seen: Iterable[str]) -> Mark:
    """How a page stands, for the outline."""
    items = [q.id for q in page.questions] or [page.item]
    if page.kind in ("question", "exercise", "quiz"):
        known = [states[item] for item in items if item in states]
        if len(known) == len(items) and all(map(is_done, known)):
            return "done"
        return "tried" if any(s.attempts or s.right for s in known) else "new"
    return "done" if page.key in seen else "new"


def next_lesson(course: Course, lesson_id: str) -> LessonEntry | None:
    """The lesson after this one, over the borders of units; None after the last."""
    entries = list(course.entries())
    ids = [entry.id for entry in entries]
    if lesson_id not in ids or ids.index(lesson_id) + 1 == len(ids):
        return None
    return entries[ids.index(lesson_id) + 1]


def first_open(questions: Sequence[Question], states: Mapping[str, ItemSoFar]) -> int:
    """Index of the first question not answered yet; their number when all have been."""
    for at, question in enumerate(questions):
        state = states.get(question.id)
        if state is None or not state.attempts:
            return at
    return len(questions)


def _key(step: Step, taken: set[str]) -> str:
    base = key = step_key(step)
    count = 2
    while key in taken:
        key, count = f"{base}-{count}", count + 1
    taken.add(key)
    return key


def _page(lesson: Lesson, step: Step, key: str, by_name: Mapping[str, Question]) -> Page:
    own = f"{lesson.id}/{key}"  # a step's own code has no id; its draft is kept under this
    if step.exercise is not None:
        return Page(key, step.title, "exercise", step.text, step.exercise.id, step.exercise)
    if step.question is not None:
        asked = step.question
        question = by_name[asked] if isinstance(asked, str) else asked
        return Page(key, step.title, "question", step.text, question.id, question)
    if step.example is not None:
        return Page(key, step.title, "example", step.text, own, step.example)
    if step.visual is not None:
        return Page(key, step.title, "visual", step.text, own, step.visual)
    return Page(key, step.title, "text", step.text)
