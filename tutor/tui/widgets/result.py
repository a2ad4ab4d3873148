"""The result panel: nothing yet, running, or a verdict with hints and solution beneath."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from tutor.content.model import Exercise, Fix, Misconception
from tutor.evaluator.outcome import Difference, Outcome, Verdict
from tutor.text.messages import say
from tutor.tui.widgets.demo import Demo
from tutor.tui.widgets.hints import HintLadder
from tutor.tui.widgets.look import key
from tutor.tui.widgets.offers import GiveUp, Offers
from tutor.tui.widgets.output import OutputView
from tutor.tui.widgets.running import RunningLine
from tutor.tui.widgets.solution import SolutionView
from tutor.tui.widgets.verdict import VerdictView

Item: TypeAlias = Exercise | Fix


class Standing(Protocol):
    """What the panel asks of the record of an item; the store's ItemState has it."""

    @property
    def passed(self) -> bool:
        """Right at least once."""

    @property
    def hints_used(self) -> int:
        """How many hints were asked for."""

    @property
    def revealed(self) -> bool:
        """Whether the solution was shown before a pass."""


_KEYS = {"hint": "h", "solution": "s", "copy_call": "c", "details": "t", "retry": "r"}


class ResultPanel(Vertical, can_focus=True):
    """Shows what came of the learner's code, and offers what may come next.

    As high as its content: put it into a container that scrolls.

    Args:
        beliefs: misconceptions by id, for their titles; those of the app's course when left out.
    """

    DEFAULT_CSS = """
    ResultPanel {
        height: auto;
        padding: 0 1;
        & > #result-idle { color: $quiet; height: auto; }
        &.-asking > GiveUp { display: block; }
        & > #result-printed { color: $quiet; height: 1; display: none; }
        &.-printed > #result-printed { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("result.hint", "h", "hint"),
        key("result.solution", "s", "solution"),
        key("result.copy", "c", "copy_call"),
        key("result.details", "t", "details"),
        key("result.retry", "r", "retry"),
        key("result.yes", "y", "confirm(True)"),
        key("result.no", "n", "confirm(False)"),
    ]

    @dataclass
    class _About(Message):
        panel: ResultPanel
        item: Item

        @property
        def control(self) -> ResultPanel:
            """The panel it comes from."""
            return self.panel

    @dataclass
    class HintAsked(_About, namespace="result_panel"):
        """A hint was shown; ``n`` is its number from 1."""

        n: int

    @dataclass
    class RevealAsked(_About, namespace="result_panel"):
        """The solution was shown before a pass: given up, which is recorded."""

    @dataclass
    class Retry(_About, namespace="result_panel"):
        """After a fault of ours: check the same code once more."""

    def __init__(
        self,
        beliefs: Mapping[str, Misconception] | None = None,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._beliefs = beliefs
        self._item: Item | None = None
        self._own = ""
        self._solution: SolutionView | None = None
        self._open = False  # whether the solution may be shown without asking

    def compose(self) -> ComposeResult:
        """Everything that may show, in reading order."""
        yield Static(say("widgets.result.idle"), id="result-idle")
        yield RunningLine(id="result-running")
        yield VerdictView(self._beliefs, id="result-verdict")
        yield HintLadder(id="result-hints")
        yield Offers(_KEYS, id="result-actions")
        yield GiveUp(id="result-confirm")
        yield Static(say("widgets.output.title"), id="result-printed")
        yield OutputView(id="result-output")

    def on_mount(self) -> None:
        """Begin without a result."""
        self._offer()

    # --- what the screen says to it ----------------------------------------------------------

    def show_idle(self, item: Item | None = None, state: Standing | None = None) -> None:
        """Show that nothing has run yet, and the hints that were asked for earlier."""
        self._begin(item, state)
        self.query_one(VerdictView).clear()
        self.query_one(OutputView).clear()
        self._shown("idle")

    def show_running(self, started: float | None = None) -> None:
        """Show that code runs, since ``started`` on the monotonic clock."""
        self.query_one(VerdictView).clear()
        self.query_one(OutputView).clear()
        self._close_solution()
        self.query_one(RunningLine).start(started)
        self._shown("running")
        self._to_top()

    def append_output(self, text: str) -> None:
        """Show more of what is being printed."""
        self.add_class("-printed")
        self.query_one(OutputView).append(text)

    def show_verdict(
        self,
        verdict: Verdict,
        item: Item | None = None,
        state: Standing | None = None,
        *,
        own: str = "",
    ) -> None:
        """Show a verdict.

        Args:
            verdict: what is true of the submission.
            item: what was submitted for; None for a run that was not a submission.
            state: the learner's record of the item.
            own: the learner's code, to stand beside a solution.
        """
        self._begin(item, state)
        self._own = own
        self._open = self._open or (item is not None and verdict.passed)
        self.query_one(VerdictView).show(verdict, graded=item is not None)
        self.query_one(OutputView).show(verdict.output)
        self.set_class(bool(verdict.output.strip()), "-printed")
        self._shown("verdict")
        self._to_top()

    def _to_top(self) -> None:
        self.call_after_refresh(self.scroll_visible, animate=False, top=True)

    def _begin(self, item: Item | None, state: Standing | None) -> None:
        self.query_one(RunningLine).stop()
        self._close_solution()
        if item is None and state is not None:
            item = self._item  # a run that was not a submission, beside the same exercise
        same = item is not None and item is self._item
        self._open = (same and self._open) or bool(state and (state.passed or state.revealed))
        self._item = item
        ladder = self.query_one(HintLadder)
        known = max(state.hints_used if state else 0, ladder.shown if same else 0)
        ladder.show(item.hints if isinstance(item, Exercise) else (), known)

    def _shown(self, what: str) -> None:
        self.query_one("#result-idle").display = what == "idle"
        if what != "verdict":
            self.remove_class("-printed")
        self.remove_class("-asking")
        self._offer()

    def _offer(self) -> None:
        """Show the links for what can be done now."""
        ladder, view = self.query_one(HintLadder), self.query_one(VerdictView)
        verdict = view.verdict
        running = self.query_one(RunningLine).has_class("-some")
        hint = say("widgets.result.hint", n=ladder.shown + 1, total=ladder.total)
        if self._solution is not None:
            solution = "hide_solution"
        else:
            solution = "solution" if self._open else "show_me"
        details = "hide_details" if view.details else "details"
        fault = verdict is not None and verdict.outcome is Outcome.INTERNAL
        offers = {
            "hint": hint if ladder.shown < ladder.total else "",
            "solution": say(f"widgets.result.{solution}") if self._item else "",
            "copy_call": say("widgets.result.copy") if verdict and verdict.call else "",
            "details": say(f"widgets.result.{details}") if view.has_details else "",
            "retry": say("widgets.result.retry") if fault and self._item else "",
        }
        self.query_one(Offers).show({} if running or self.has_class("-asking") else offers)

    # --- what the learner does ---------------------------------------------------------------

    def action_hint(self) -> None:
        """Show the next hint."""
        if self._item is None:
            return
        number = self.query_one(HintLadder).more()
        if number is not None:
            self.post_message(self.HintAsked(self, self._item, number))
        self._offer()

    def action_solution(self) -> None:
        """Show or hide the solution; before a pass, ask first."""
        if self._item is None:
            return
        if self._solution is not None:
            self._close_solution()
        elif self._open:
            self._show_solution()
        else:
            self.add_class("-asking")
            self.query_one("#result-confirm").scroll_visible(animate=False)
        self._offer()

    def action_confirm(self, given_up: bool) -> None:
        """Answer the question whether to give up."""
        if not self.has_class("-asking") or self._item is None:
            return
        self.remove_class("-asking")
        if given_up:
            self._open = True
            self.post_message(self.RevealAsked(self, self._item))
            self._show_solution()
        self._offer()

    def action_copy_call(self) -> None:
        """Copy the failing call to the clipboard."""
        verdict = self.query_one(VerdictView).verdict
        if verdict is not None and verdict.call:
            self.app.copy_to_clipboard(verdict.call)
            self.notify(say("widgets.result.copied"), timeout=3)

    def action_details(self) -> None:
        """Open or close the traceback and torch's own words."""
        self.query_one(VerdictView).toggle_details()
        self._offer()

    def action_retry(self) -> None:
        """Ask for the same check once more, after a fault of ours."""
        verdict = self.query_one(VerdictView).verdict
        if self._item and verdict is not None and verdict.outcome is Outcome.INTERNAL:
            self.post_message(self.Retry(self, self._item))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave y and n to the screen unless they answer something."""
        return self.has_class("-asking") if action == "confirm" else True

    def _show_solution(self) -> None:
        if self._item is not None:
            self._solution = view = SolutionView(self._item.solutions, self._own)
            self.mount(view, after="#result-confirm")
            view.call_after_refresh(view.scroll_visible, animate=False)

    def _close_solution(self) -> None:
        if self._solution is not None:
            self._solution.remove()
            self._solution = None


def _demo() -> Demo[VerticalScroll]:
    verdict = Verdict(
        Outcome.WRONG,
        "A view was possible here, but you copied.",
        call="my_reshape(torch.zeros(3, 2), (2, 3))",
        difference=Difference("value", "y", "tensor([1., 1.])", "tensor([0., 0.])"),
        output="copied\n",
    )
    panel = ResultPanel()
    return Demo(lambda: VerticalScroll(panel), then=lambda _: panel.show_verdict(verdict))


if __name__ == "__main__":
    _demo().run()
