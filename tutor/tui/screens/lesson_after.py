"""What is said after the quiz and after the last page, and what one may do then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.content.course import LessonEntry
from tutor.content.model import Lesson
from tutor.store.rows import ItemState
from tutor.text.messages import say
from tutor.tui.glance import is_done
from tutor.tui.learner import Learner
from tutor.tui.lesson_flow import Page

NEXT, DRILL, HOME, AGAIN = "next", "drill", "home", "again"

States = Mapping[str, ItemState]


def after_quiz(page: Page, states: States) -> list[Widget]:
    """How many were right, and which were not."""
    total = len(page.questions)
    missed = [
        question
        for question in page.questions
        if (state := states.get(question.id)) is None or state.last_outcome == "wrong"
    ]
    words: list[Widget] = []
    if missed:
        words.append(_loud(say("tui.quiz.summary", right=total - len(missed), total=total)))
        words.append(Static(say("tui.quiz.wrong")))
        for question in missed:
            first_line = question.prompt.strip().partition("\n")[0]
            words.append(_quiet(f"  {first_line}"))
    else:
        words.append(_loud(say("tui.quiz.perfect", total=total)))
    options = [
        Option(say("tui.keys.lesson.next.long"), id=NEXT),
        Option(say("tui.quiz.again"), id=AGAIN),
    ]
    return [*words, _choices(options)]


def after_lesson(
    lesson: Lesson, pages: Sequence[Page], learner: Learner, then: LessonEntry | None
) -> list[Widget]:
    """What was done of the lesson, what is still open, and where to go."""
    states = learner.states
    exercises = [page for page in pages if page.kind == "exercise"]
    questions = [page.item for page in pages if page.kind == "question"]
    questions += [question.id for page in pages for question in page.questions]
    words: list[Widget] = [_loud(say("tui.end.title", alias=lesson.alias))]
    for name, items in (("exercises", [page.item for page in exercises]), ("questions", questions)):
        if items:
            done = sum(is_done(states.get(item)) for item in items)
            words.append(Static(say(f"tui.end.{name}", n=len(items), done=done)))
    still = [page.title for page in exercises if not is_done(states.get(page.item))]
    if still:
        words.append(_quiet(say("tui.end.open", titles=", ".join(still))))
    options = []
    if then is None:
        words.append(Static(say("tui.end.last")))
    else:
        options.append(Option(say("tui.end.next", alias=then.alias, title=then.title), id=NEXT))
    if learner.due:
        options.append(Option(say("tui.end.drill", n=learner.due), id=DRILL))
    options.append(Option(say("tui.end.home"), id=HOME))
    return [*words, _choices(options)]


def _choices(options: list[Option]) -> OptionList:
    return OptionList(*options, classes="choices")


def _loud(text: str) -> Static:
    return Static(Content(text), classes="loud")


def _quiet(text: str) -> Static:
    return Static(Content(text), classes="quiet")
