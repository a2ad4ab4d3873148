"""An exercise by itself, as a drill asks it: task, editor, result."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message

from tutor.content.model import Exercise, Fix, Probe
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.text.messages import say
from tutor.tui.widgets.demo import Demo
from tutor.tui.widgets.link import KeyLink
from tutor.tui.widgets.look import key
from tutor.tui.widgets.prose import Prose
from tutor.tui.widgets.questions.coding import Check, CodeBody
from tutor.tui.widgets.result import ResultPanel


class ExerciseView(Vertical):
    """Asks one exercise. As high as its content: put it into a container that scrolls.

    Args:
        exercise: what is asked.
        check: checks the code in the evaluator.
        code: the learner's draft; the starter when left out.
        clock: seconds that only go forward.
    """

    DEFAULT_CSS = """
    ExerciseView {
        height: auto;
        & > Prose { height: auto; padding: 0 1; }
        & > #exercise-next { display: none; margin: 1 0 0 1; }
        &.-done > #exercise-next { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [key("question.next", "enter,n,space", "next")]

    @dataclass
    class Judged(Message):
        """The evaluator has judged the code; ``seconds`` is from seeing the exercise."""

        view: ExerciseView
        exercise: Exercise
        code: str
        verdict: Verdict
        seconds: float

    @dataclass
    class Next(Message):
        """The learner has read the verdict and wants to go on."""

        view: ExerciseView

    def __init__(
        self,
        exercise: Exercise,
        *,
        check: Check,
        code: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.exercise = exercise
        self._check = check
        self._draft = code
        self._clock = clock
        self._shown_at = clock()
        self.done = False

    def compose(self) -> ComposeResult:
        """Task, code, and the way on."""
        yield Prose(self.exercise.task)
        yield CodeBody(self.exercise, self._check, self._draft)
        yield KeyLink("Enter", say("widgets.question.next"), "next", id="exercise-next")

    def on_mount(self) -> None:
        """Be ready to edit."""
        self.query_one(CodeBody).take_keyboard()

    @on(CodeBody.Judged)
    def _judged(self, event: CodeBody.Judged) -> None:
        event.stop()
        if self.done:
            return
        seconds = max(0.0, self._clock() - self._shown_at)
        self.post_message(self.Judged(self, self.exercise, event.code, event.verdict, seconds))
        if event.verdict.passed:
            self.query_one(CodeBody).close(right=True)
            self._finish()

    @on(ResultPanel.RevealAsked)
    def _given_up(self) -> None:
        self._finish()  # the message goes on to the screen, which records it

    def _finish(self) -> None:
        self.done = True
        self.add_class("-done")
        self.can_focus = True
        self.focus(scroll_visible=False)

    def action_next(self) -> None:
        """Go on."""
        if self.done:
            self.post_message(self.Next(self))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter, n and Space mean nothing here until there is somewhere to go."""
        return self.done if action == "next" else True


_SAMPLE = Exercise(
    id="demo.mean",
    alias="D1.a",
    title="mean",
    task="Write `mean(x)`: the mean of a tensor, without calling `mean`.",
    starter="def mean(x):\n    ...\n",
    solutions=("def mean(x):\n    return x.sum() / x.numel()\n",),
    probes=(Probe(name="a few numbers", call="mean(x)"),),
    hints=("How many numbers are there?", "`x.numel()` counts them."),
)


async def _pretend(item: Exercise | Fix, code: str, print_to: Callable[[str], None]) -> Verdict:
    print_to("checked\n")
    if "numel" in code:
        return Verdict(Outcome.PASSED, "It does what was asked.", output="checked\n")
    return Verdict(Outcome.WRONG, "That is not the mean.", output="checked\n")


if __name__ == "__main__":
    Demo(lambda: VerticalScroll(ExerciseView(_SAMPLE, check=_pretend))).run()
