"""A question: its prompt, the place to answer it, how sure one is, and the verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from tutor.content.model import Choice, Fix, Match, Multi, Option, Order, Question
from tutor.evaluator.outcome import Verdict
from tutor.study.grading import Graded, grade, shuffled
from tutor.text.messages import say
from tutor.tui.widgets.demo import Demo
from tutor.tui.widgets.inline import python
from tutor.tui.widgets.link import KeyLink
from tutor.tui.widgets.look import key
from tutor.tui.widgets.prose import Prose
from tutor.tui.widgets.questions.body import AnswerBody
from tutor.tui.widgets.questions.coding import Check, CodeBody, Symptom
from tutor.tui.widgets.questions.graded import GradedView
from tutor.tui.widgets.questions.matching import MatchBody
from tutor.tui.widgets.questions.options import OptionsBody
from tutor.tui.widgets.questions.ordering import OrderBody
from tutor.tui.widgets.questions.sure import SureRow
from tutor.tui.widgets.questions.typed import TypedBody
from tutor.tui.widgets.result import ResultPanel


class QuestionView(Vertical):
    """Asks one question of any kind. It grades nothing: ``show_graded`` tells it the verdict.

    As high as its content: put it into a container that scrolls.

    Args:
        question: what is asked.
        seed: of the order of options and items.
        check: runs the code of a ``fix`` question; without it such a question shows its prompt
            only, and the code is edited elsewhere.
        code: the learner's draft of a ``fix`` question.
        ask_sure: offer to say how sure one is.
        clock: seconds that only go forward.
    """

    DEFAULT_CSS = """
    QuestionView {
        height: auto;
        & > Prose { height: auto; padding: 0 1; }
        & > .question--code { height: auto; padding: 0 1 1 4; color: $code; }
        & > GradedView { display: none; }
        &.-said > GradedView { display: block; }
        & > #question-next { display: none; margin: 1 0 0 1; }
        &.-done > #question-next { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        # The widgets in which one types take F7 and + for themselves; F7 and F8 come before them.
        key("question.less-sure", "f7", "sure(-1)", priority=True),
        key("question.more-sure", "f8", "sure(1)", priority=True),
        key("question.sure-signs-less", "minus", "sure(-1)"),
        key("question.sure-signs-more", "plus", "sure(1)"),
        key("question.answer", "f5,ctrl+r", "answer"),
        key("question.next", "enter,n,space", "next"),
    ]

    @dataclass
    class Answered(Message):
        """The learner has answered; ``given`` is in the form that ``study.grading`` takes.

        ``seconds`` is from seeing the question; ``sure`` is 0 to 1, or None when it was not said;
        ``verdict`` is the evaluator's, of a ``fix`` question. Posted once, but for an answer that
        could not be read and for a fix that has not passed, which may be tried again.
        """

        view: QuestionView
        question: Question
        given: Any
        seconds: float
        sure: float | None
        verdict: Verdict | None = None

        @property
        def control(self) -> QuestionView:
            """Where it was answered."""
            return self.view

    @dataclass
    class Next(Message):
        """The learner has read the verdict and wants to go on."""

        view: QuestionView

        @property
        def control(self) -> QuestionView:
            """Where the question was."""
            return self.view

    def __init__(
        self,
        question: Question,
        seed: int = 0,
        *,
        check: Check | None = None,
        code: str = "",
        ask_sure: bool | None = None,
        clock: Callable[[], float] = time.monotonic,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.question = question
        self._seed = seed
        self._check = check
        self._draft = code
        self._ask_sure = ask_sure
        self._clock = clock
        self._shown_at = clock()
        self._waiting = False  # for the verdict on an answer that was posted
        self.done = False

    def compose(self) -> ComposeResult:
        """Prompt, code, answer, confidence, verdict."""
        question = self.question
        yield Prose(question.prompt)
        if question.code and not isinstance(question, Fix):
            yield Static(python(question.code), classes="question--code")
        if isinstance(question, Fix):
            yield Symptom(question)
        body = self._body()
        if body is not None:
            yield body
            if self._asks_sure():
                yield SureRow()
        yield GradedView()
        yield KeyLink("Enter", say("widgets.question.next"), "next", id="question-next")

    def on_mount(self) -> None:
        """Start the clock, and be ready for the answer."""
        self._shown_at = self._clock()
        self.take_keyboard()

    def take_keyboard(self) -> None:
        """Put the keyboard where the question is answered."""
        for body in self.query(AnswerBody):
            body.take_keyboard()

    def _body(self) -> AnswerBody | None:
        question = self.question
        if isinstance(question, Choice | Multi):
            return OptionsBody(question, self._options(question))
        if isinstance(question, Order):
            return OrderBody(question, self._seed)
        if isinstance(question, Match):
            return MatchBody(question, self._seed)
        if isinstance(question, Fix):
            return CodeBody(question, self._check, self._draft) if self._check else None
        return TypedBody(question)

    def _options(self, question: Choice | Multi) -> tuple[Option, ...]:
        return shuffled(question, self._seed)

    def _asks_sure(self) -> bool:
        if self._ask_sure is not None:
            return self._ask_sure
        return bool(getattr(getattr(self.app, "settings", None), "ask_sure", True))

    # --- the answer --------------------------------------------------------------------------

    @on(AnswerBody.Given)
    def _given(self, event: AnswerBody.Given) -> None:
        event.stop()
        if not self._waiting and not self.done:
            self._waiting = True
            self._post(event.given)

    @on(CodeBody.Judged)
    def _judged(self, event: CodeBody.Judged) -> None:
        event.stop()
        if self.done:
            return
        self._post(event.code, event.verdict)
        if event.verdict.outcome.counts:
            for row in self.query(SureRow):
                row.close()  # only what is said before the first verdict is a forecast
        if event.verdict.passed:
            self._finish(right=True)

    @on(ResultPanel.RevealAsked)
    def _given_up(self) -> None:
        self.done = True  # the message goes on to the screen, which records it
        self.add_class("-done")

    def _post(self, given: Any, verdict: Verdict | None = None) -> None:
        seconds = max(0.0, self._clock() - self._shown_at)
        sure = next((row.value for row in self.query(SureRow) if not row.disabled), None)
        self.post_message(self.Answered(self, self.question, given, seconds, sure, verdict))

    def show_graded(self, graded: Graded) -> None:
        """Show the verdict; one that could not be read leaves the question open."""
        self._waiting = False
        self.add_class("-said")
        view = self.query_one(GradedView)
        if graded.invalid:
            view.invalid(graded.say)
            self.take_keyboard()
            return
        view.show(self.question, graded)
        self._finish(right=graded.right)

    def _finish(self, *, right: bool) -> None:
        self.done = True
        for body in self.query(AnswerBody):
            body.close(right=right)
        for row in self.query(SureRow):
            row.close()
        self.add_class("-done")
        self.can_focus = True
        self.focus(scroll_visible=False)
        link = self.query_one("#question-next")
        link.call_after_refresh(link.scroll_visible, animate=False)

    # --- keys --------------------------------------------------------------------------------

    def action_sure(self, by: int) -> None:
        """Be surer, or less sure."""
        for row in self.query(SureRow):
            if not row.disabled:
                row.step(by)

    def action_answer(self) -> None:
        """Hand the answer in."""
        for body in self.query(AnswerBody):
            body.submit()

    def action_next(self) -> None:
        """Go on."""
        if self.done:
            self.post_message(self.Next(self))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys to the screen while they mean nothing here."""
        if action == "next":
            return self.done
        if action == "sure":
            return any(not row.disabled for row in self.query(SureRow)) and not self.done
        return not (action == "answer" and self.done)


_SAMPLE = Choice(
    id="demo.view",
    prompt="`a` is a $2 \\times 3$ tensor. Which of these *never* copies?",
    code="import torch\n\na = torch.zeros(2, 3)\n",
    options=(
        Option(text="`a.view(3, 2)`", why="`view` shares or fails.", id="a", right=True),
        Option(text="`a.reshape(3, 2)`", why="`reshape` copies when it must.", id="b"),
        Option(text="`a.clone()`", why="`clone` copies, always.", id="c"),
    ),
    why="A view costs nothing, if it can be had.",
)


def _answer_by(view: QuestionView) -> Callable[[QuestionView.Answered], None]:
    return lambda event: view.show_graded(grade(event.question, event.given))


if __name__ == "__main__":

    class _Asking(VerticalScroll):
        def on_question_view_answered(self, event: QuestionView.Answered) -> None:
            _answer_by(event.view)(event)

    Demo(lambda: _Asking(QuestionView(_SAMPLE, 1))).run()
