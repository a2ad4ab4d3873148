"""Questions within a lesson and in its quiz: asked, graded, recorded, and found answered again."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import OptionList, Static

from tutor.asking import asked_now
from tutor.content.model import Exercise, Fix, Question, QuestionPart
from tutor.evaluator.outcome import Verdict
from tutor.study.recording import answered, attempted
from tutor.text.messages import say
from tutor.tui import records
from tutor.tui.lesson_flow import Page, first_open, next_lesson
from tutor.tui.screens import lesson_after as after
from tutor.tui.widgets.editor import CodeEditor
from tutor.tui.widgets.question import QuestionView
from tutor.tui.widgets.questions.coding import CodeBody
from tutor.tui.widgets.questions.options import OptionsBody
from tutor.tui.widgets.questions.typed import Lines, TypedBody
from tutor.tui.widgets.result import ResultPanel

if TYPE_CHECKING:
    from tutor.tui.screens.lesson import LessonScreen


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
            screen = self.lesson
            then = next_lesson(screen.tutor.course, screen.lesson.id)
            learner = screen.tutor.learner
            await self._replace(*after.after_lesson(screen.lesson, screen.pages, learner, then))
        elif isinstance(page.task, QuestionPart):
            await self._ask(page.task)
        else:
            await self._replace()

    def first(self) -> Widget | None:
        """The widget that should have the keyboard, if there is something to do here."""
        return next(
            (widget for widget in self.query("*").results(Widget) if widget.focusable), None
        )

    @property
    def is_open(self) -> bool:
        """Whether something here waits for the learner."""
        return bool(self.query(".choices")) or any(not v.done for v in self.query(QuestionView))

    async def ask_again(self) -> None:
        """Ask the question on the screen anew, as if it had not been answered."""
        view = self.query(QuestionView).first()
        await self._ask(view.question, anew=True)
        self.lesson.show_pane("read")

    # --- asking ----------------------------------------------------------------------------

    async def _ask(self, question: Question, heading: str = "", *, anew: bool = False) -> None:
        recorder = self.lesson.tutor.recorder
        draft = await recorder.call(lambda store: store.draft(question.id))
        before = await recorder.call(lambda store: records.last_answer(store, question.id))
        if anew:
            before = None
        self._seed = int(before["seed"]) if before else random.randrange(2**31)
        tutor = self.lesson.tutor
        view = QuestionView(
            await asked_now(tutor.course, tutor.evaluator, question, self._seed),
            self._seed,
            check=self._check,
            code=draft.text if draft and isinstance(question, Fix) else "",
        )
        await self._replace(*([Static(heading, classes="quiet")] if heading else []), view)
        if before is not None:
            self.call_after_refresh(_show_answered, view, before["given"])
            await self._open_code(question)

    async def _replace(self, *widgets: Widget) -> None:
        await self.remove_children()
        await self.mount_all(widgets)

    async def _check(
        self, item: Fix | Exercise, code: str, on_output: Callable[[str], None]
    ) -> Verdict | None:
        from tutor.evaluator.client import RunCancelled

        evaluator = self.lesson.tutor.evaluator
        if evaluator is None:
            self.notify(say("tui.lesson.not_ready"), severity="warning")
            return None
        try:
            return await evaluator.check(item, code, on_output=on_output)
        except RunCancelled:
            return None

    @on(CodeBody.CancelAsked)
    async def _cancel(self, event: CodeBody.CancelAsked) -> None:
        event.stop()
        evaluator = self.lesson.tutor.evaluator
        if evaluator is not None:
            await evaluator.cancel()

    @on(QuestionView.Answered)
    async def _answered(self, event: QuestionView.Answered) -> None:
        event.stop()
        from tutor.study.grading import grade

        recorder, question = self.lesson.tutor.recorder, event.question
        if event.verdict is not None:
            new = attempted(question, event.verdict, code=event.given, sure=event.sure)
        else:
            graded = grade(question, event.given)
            event.view.show_graded(graded)
            new = answered(
                question,
                graded,
                given=event.given,
                seconds=event.seconds,
                seed=self._seed,
                sure=event.sure,
            )
        if new:
            await recorder.record(*new)
            await self.lesson.tutor.look_again()
            await self._open_code(question)
            # The code makes the room for the question narrower; the verdict is at its end.
            read = self.lesson.query_one("#read")
            self.call_after_refresh(read.scroll_end, animate=False)

    async def _open_code(self, question: Question) -> None:
        """Predict first, then run: the code of an answered question may be played with."""
        inline = self._page is not None and self._page.kind == "question"
        if inline and question.code and not isinstance(question, Fix):
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

    @on(CodeEditor.Edited)
    def _edited(self, event: CodeEditor.Edited) -> None:
        event.stop()
        item = self.query(QuestionView).first().question.id
        self.lesson.tutor.recorder.draft_soon(item, event.text, event.cursor)

    @on(CodeEditor.Left)
    def _left(self, event: CodeEditor.Left) -> None:
        event.stop()
        self.lesson.rest()

    @on(ResultPanel.RevealAsked)
    async def _revealed(self, event: ResultPanel.RevealAsked) -> None:
        event.stop()
        await self.lesson.tutor.recorder.record(records.reveal(event.item))
        await self.lesson.tutor.look_again()

    # --- the quiz, and afterwards ----------------------------------------------------------

    async def _show_quiz(self) -> None:
        page = self._page
        assert page is not None
        total = len(page.questions)
        if self._quiz_at < total:
            question = page.questions[self._quiz_at]
            # A quiz asks; an answer of last time is no reason not to ask again.
            heading = say("tui.quiz.of", n=self._quiz_at + 1, total=total)
            await self._ask(question, heading, anew=True)
            self.lesson.record_place(question.id)
        else:
            await self._replace(*after.after_quiz(page, self.lesson.tutor.learner.states))
        self.lesson.show_pane("read")

    @on(OptionList.OptionSelected, ".choices")
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        screen, page = self.lesson, self._page
        if event.option_id == after.AGAIN:
            self._quiz_at = 0
            await self._show_quiz()
        elif event.option_id == after.DRILL:
            screen.tutor.open_drill()
        elif event.option_id == after.HOME:
            screen.leave()
        elif page is not None and page.kind == "quiz":
            await screen.action_next_step()
        elif then := next_lesson(screen.tutor.course, screen.lesson.id):
            screen.tutor.open_lesson(then.id)


def _show_answered(view: QuestionView, given: Any) -> None:
    """Show a question as it was left: answered, with its verdict."""
    from tutor.study.grading import grade

    for options in view.query(OptionsBody):
        chosen = set(given) if isinstance(given, list) else {given}
        options.chosen = {at for at, one in enumerate(options.options) if one.id in chosen}
    for typed in view.query(TypedBody):
        field = typed.field
        if isinstance(field, Lines):
            field.text = str(given)
        else:
            field.value = str(given)
    form = {list: tuple if not view.query(OptionsBody) else set}.get(type(given), lambda same: same)
    view.show_graded(grade(view.question, form(given)))
