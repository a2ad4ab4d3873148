"""Fix, and an exercise in a drill: code in an editor, checked by the evaluator until it passes."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from tutor.content.model import Exercise, Fix
from tutor.evaluator.outcome import Verdict
from tutor.text.messages import say
from tutor.tui.widgets.editor import CodeEditor
from tutor.tui.widgets.link import KeyLink
from tutor.tui.widgets.look import key
from tutor.tui.widgets.questions.body import AnswerBody
from tutor.tui.widgets.result import ResultPanel

# Checks the code, and tells what it prints meanwhile. None when the run was cancelled.
Check: TypeAlias = Callable[[Fix | Exercise, str, Callable[[str], None]], Awaitable[Verdict | None]]
_LEAST, _MOST = 4, 16


class Symptom(Vertical):
    """What the broken code prints, and what it must print."""

    DEFAULT_CSS = """
    Symptom {
        height: auto;
        padding: 0 1 1 1;
        & > .symptom--title { color: $quiet; }
        & > .symptom--text { padding-left: 3; height: auto; }
    }
    """

    def __init__(self, question: Fix) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Both, one under the other."""
        for title, text in (("prints", self._question.symptom), ("must", self._question.output)):
            yield Static(say(f"widgets.question.{title}"), classes="symptom--title")
            yield Static(text.rstrip("\n"), classes="symptom--text", markup=False)


class CodeBody(AnswerBody):
    """An editor and the result beneath it.

    Args:
        item: what the code is for.
        check: runs the code in the evaluator.
        code: the learner's draft; the code to begin with when left out.
    """

    DEFAULT_CSS = """
    CodeBody > .code--editor { height: auto; }
    CodeBody > ResultPanel { margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("code.check", "f5,ctrl+r", "check"),
        key("code.cancel", "escape", "cancel"),
        key("code.hint", "f2", "hint", show=True),
    ]

    @dataclass
    class Judged(Message):
        """The evaluator has judged the code."""

        body: CodeBody
        code: str
        verdict: Verdict

    @dataclass
    class CancelAsked(Message):
        """Escape was pressed while the code ran."""

        body: CodeBody

    def __init__(self, item: Fix | Exercise, check: Check, code: str = "") -> None:
        super().__init__()
        self._item = item
        self._check = check
        self._code = code or (item.code if isinstance(item, Fix) else item.starter)
        self.busy = False

    def compose(self) -> ComposeResult:
        """The editor in a container of its own, for its find bar."""
        with Vertical(classes="code--editor"):
            yield CodeEditor(self._code)
        yield KeyLink("F5", say("widgets.question.check"), "check")
        yield ResultPanel()

    def on_mount(self) -> None:
        """Give the editor the room that the code needs."""
        rows = self._code.count("\n") + 2
        self.query_one(".code--editor").styles.height = min(max(rows, _LEAST), _MOST)
        panel = self.query_one(ResultPanel)
        panel.show_idle(self._item)
        panel.display = bool(getattr(self._item, "hints", ()))

    def given(self) -> Any | None:
        """The code as it stands."""
        return self.query_one(CodeEditor).text

    def take_keyboard(self) -> None:
        """Edit."""
        self.query_one(CodeEditor).focus()

    def submit(self) -> None:
        """Run the code through the evaluator."""
        self.action_check()

    def action_check(self) -> None:
        """Run the code through the evaluator; a second asking changes nothing."""
        if not self.busy:
            self.run_worker(self._judge(), group="check")

    def action_hint(self) -> None:
        """Show the next hint, also from inside the editor."""
        panel = self.query_one(ResultPanel)
        panel.display = True
        panel.action_hint()

    def action_cancel(self) -> None:
        """Stop what runs."""
        self.post_message(self.CancelAsked(self))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is the screen's while nothing runs; no hint is offered where there is none."""
        if action == "hint":
            return bool(getattr(self._item, "hints", ()))
        return self.busy if action == "cancel" else True

    async def _judge(self) -> None:
        editor, panel = self.query_one(CodeEditor), self.query_one(ResultPanel)
        code = editor.text
        self._set_busy(True)
        editor.clear_marks()
        panel.display = True
        panel.show_running(time.monotonic())
        try:
            verdict = await self._check(self._item, code, panel.append_output)
        finally:
            self._set_busy(False)
        if verdict is None:
            panel.show_idle(self._item)
            return
        panel.show_verdict(verdict, self._item, own=code)
        if verdict.line is not None and not verdict.passed:
            editor.mark_line(verdict.line, verdict.message.partition("\n")[0])
        self.post_message(self.Judged(self, code, verdict))

    def _set_busy(self, busy: bool) -> None:
        self.busy = self.query_one(CodeEditor).busy = busy

    @on(ResultPanel.Retry)
    def _retry(self, event: ResultPanel.Retry) -> None:
        event.stop()
        self.action_check()

    def close(self, *, right: bool) -> None:
        """The code stays as it passed."""
        self.query_one(CodeEditor).read_only = True
        self.query(KeyLink).first().display = False
