"""Questions within a lesson, its quiz, and what comes after the last page."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.content.model import Fix, Question, QuestionPart
from tutor.text.messages import say
from tutor.tui import records
from tutor.tui.glance import is_done
from tutor.tui.lesson_flow import Page, first_open, next_lesson
from tutor.tui.widgets.question import QuestionView

if TYPE_CHECKING:
    from tutor.tui.screens.lesson import LessonScreen

_NEXT, _DRILL, _HOME, _AGAIN = "next", "drill", "home", "again"


class AskPane(Vertical):
    """Beneath the prose: one question, or a summary with what to do next."""

    def __init__(self) -> None:
        super().__init__(id="ask")
        self._page: Page | None = None
        self._quiz_at = 0
        self._seed = 0

    @property
    def lesson(self) -> LessonScreen:
        """The screen around."""
        from tutor.tui.screens.lesson import LessonScreen

        assert isinstance(self.screen, LessonScreen)
        return self.screen

    async def show(self, page: Page, question: Question | None = None) -> None:
        """Ask what the page asks; of the quiz, the given question or the first open one."""
        self._page = page
        if page.kind == "quiz":
            states = self.lesson.tutor.learner.states
            self._quiz_at = (
                page.questions.index(question) if question else first_open(page.questions, states)
            )
            await self._show_quiz()
        elif page.kind == "end":
            await self._replace(*self._what_next())
        elif isinstance(page.task, QuestionPart) and not isinstance(page.task, Fix):
            await self._ask(page.task)
        else:
            await self._replace(*_fix(page))

    def first(self) -> Widget | None:
        """The widget that should have the keyboard, if there is something to answer here."""
        for widget in self.query("*").results(Widget):
            if widget.focusable:
                return widget
        return None

    # --- asking ----------------------------------------------------------------------------

    async def _ask(self, question: Question, heading: str = "") -> None:
        self._seed = random.randrange(2**31)  # order of options; kept with the answer
        widgets: list[Widget] = [Static(heading, classes="quiet")] if heading else []
        await self._replace(*widgets, QuestionView(question, self._seed))

    async def _replace(self, *widgets: Widget) -> None:
        await self.remove_children()
        await self.mount_all(widgets)

    @on(QuestionView.Answered)
    async def _answered(self, event: QuestionView.Answered) -> None:
        event.stop()
        from tutor.study.grading import grade

        graded = grade(event.question, event.given)
        view = self.query_one(QuestionView)
        view.show_graded(graded)
        if graded.invalid:
            return
        tutor = self.lesson.tutor
        await tutor.recorder.record(
            records.answer(
                event.question,
                event.given,
                graded,
                seconds=event.seconds,
                seed=self._seed,
                sure=event.sure,
            )
        )
        await tutor.look_again()
        if self._page is not None and self._page.kind == "question" and event.question.code:
            await self.lesson.work.open()
            self.lesson.draw()

    @on(QuestionView.Next)
    async def _next(self, event: QuestionView.Next) -> None:
        event.stop()
        if self._page is not None and self._page.kind == "quiz":
            self._quiz_at += 1
            await self._show_quiz()
        else:
            await self.lesson.action_next_step()

    # --- the quiz --------------------------------------------------------------------------

    async def _show_quiz(self) -> None:
        page = self._page
        assert page is not None
        total = len(page.questions)
        if self._quiz_at < total:
            question = page.questions[self._quiz_at]
            await self._ask(question, say("tui.quiz.of", n=self._quiz_at + 1, total=total))
            self.lesson.record_place(question.id)
            self.lesson.show_pane("read")
            return
        await self._replace(*self._summary(page))
        self.lesson.show_pane("read")

    def _summary(self, page: Page) -> list[Widget]:
        states = self.lesson.tutor.learner.states
        total = len(page.questions)
        missed = [
            question
            for question in page.questions
            if (state := states.get(question.id)) is None or state.last_outcome == "wrong"
        ]
        if not missed:
            words: list[Widget] = [Static(say("tui.quiz.perfect", total=total), classes="loud")]
        else:
            right = total - len(missed)
            words = [
                Static(say("tui.quiz.summary", right=right, total=total), classes="loud"),
                Static(say("tui.quiz.wrong")),
                *(Static(Content(f"  {_first_line(q)}"), classes="quiet") for q in missed),
            ]
        choices = OptionList(
            Option(say("tui.keys.lesson.next.long"), id=_NEXT),
            Option(say("tui.quiz.again"), id=_AGAIN),
            compact=True,
            classes="choices",
        )
        return [*words, choices]

    # --- after the lesson ------------------------------------------------------------------

    def _what_next(self) -> list[Widget]:
        screen = self.lesson
        tutor, states = screen.tutor, screen.tutor.learner.states
        words: list[Widget] = [
            Static(say("tui.end.title", alias=screen.lesson.alias), classes="loud")
        ]
        exercises = [page for page in screen.pages if page.kind == "exercise"]
        questions = [page.item for page in screen.pages if page.kind == "question"]
        questions += [q.id for page in screen.pages for q in page.questions]
        for name, items in (("exercises", [p.item for p in exercises]), ("questions", questions)):
            if items:
                done = sum(is_done(states.get(item)) for item in items)
                words.append(Static(say(f"tui.end.{name}", n=len(items), done=done)))
        still = [page.title for page in exercises if not is_done(states.get(page.item))]
        if still:
            words.append(Static(say("tui.end.open", titles=", ".join(still)), classes="quiet"))
        options = []
        after = next_lesson(tutor.course, screen.lesson.id)
        if after is None:
            words.append(Static(say("tui.end.last")))
        else:
            text = say("tui.end.next", alias=after.alias, title=after.title)
            options.append(Option(text, id=_NEXT))
        if tutor.learner.due:
            options.append(Option(say("tui.end.drill", n=tutor.learner.due), id=_DRILL))
        options.append(Option(say("tui.end.home"), id=_HOME))
        return [*words, OptionList(*options, compact=True, classes="choices")]

    @on(OptionList.OptionSelected)
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        if not event.option_list.has_class("choices"):
            return
        event.stop()
        screen, page = self.lesson, self._page
        if event.option_id == _AGAIN:
            self._quiz_at = 0
            await self._show_quiz()
        elif event.option_id == _DRILL:
            screen.tutor.open_drill()
        elif event.option_id == _HOME:
            screen.dismiss()
        elif page is not None and page.kind == "quiz":
            await screen.action_next_step()
        elif after := next_lesson(screen.tutor.course, screen.lesson.id):
            screen.tutor.open_lesson(after.id)


def _fix(page: Page) -> list[Widget]:
    if not isinstance(page.task, Fix):
        return []
    return [QuestionView(page.task, 0)]


def _first_line(question: Question) -> str:
    return question.prompt.strip().partition("\n")[0]
