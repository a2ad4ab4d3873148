"""Numeric, shape, output and blank: an answer that is typed, on one line or on several."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, TextArea

from tutor.content.model import Blank, Numeric, Output, Shape
from tutor.text.messages import say
from tutor.tui.widgets.in_order import KeysInOrder
from tutor.tui.widgets.link import KeyLink
from tutor.tui.widgets.look import key
from tutor.tui.widgets.questions.body import AnswerBody

Typed = Numeric | Shape | Output | Blank
_HIGHEST = 12


class Line(KeysInOrder, Input):
    """One line of text."""


class Lines(KeysInOrder, TextArea):
    """A few lines of text; Enter on the last expected one hands them in, Escape leads out.

    Args:
        expected: how many lines there will be.
    """

    BINDINGS: ClassVar[list[BindingType]] = [key("typed.answer", "f5,ctrl+r", "answer")]

    def __init__(self, expected: int) -> None:
        super().__init__(soft_wrap=False, tab_behavior="focus", compact=True)
        self.expected = expected

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter" and self.cursor_location[0] >= self.expected - 1:
            event.stop()
            event.prevent_default()
            self.action_answer()
        elif event.key == "escape":
            event.prevent_default()  # it goes on to the body

    def action_answer(self) -> None:
        """Hand in what is typed."""
        body = self.parent
        if isinstance(body, TypedBody):
            body.submit()


class TypedBody(AnswerBody):
    """A line to type in; several for an output of several lines.

    Args:
        question: what is asked.
    """

    DEFAULT_CSS = """
    TypedBody {
        padding: 0 1;
        & > Input, & > Input:focus {
            height: 1; border: none; padding: 0 1; background: $panel; width: 1fr; max-width: 72;
        }
        & > Lines, & > Lines:focus {
            border: none; padding: 0 1; background: $panel; max-width: 100; height: 3;
        }
        & > KeyLink { margin: 1 0 0 0; }
        & > *:disabled { opacity: 100%; }
    }
    """

    def __init__(self, question: Typed) -> None:
        super().__init__()
        self._form = say(f"widgets.question.form.{question.kind}")
        lines = question.output.strip("\n").count("\n") + 1 if isinstance(question, Output) else 1
        self._expected = lines

    def compose(self) -> ComposeResult:
        """The field, and a word to click."""
        if self._expected > 1:
            yield Lines(self._expected)
            words = say("widgets.question.answer_lines", n=self._expected)
        else:
            yield Line(placeholder=self._form, compact=True, select_on_focus=False)
            words = say("widgets.question.answer")
        yield KeyLink("Enter", words, "answer")

    def on_mount(self) -> None:
        """Give several lines the room they need."""
        for area in self.query(Lines):
            area.styles.height = min(self._expected + 1, _HIGHEST)

    @property
    def field(self) -> Input | Lines:
        """Where it is typed."""
        return self.query_one("Lines" if self._expected > 1 else "Input", Input | Lines)  # type: ignore[arg-type]

    def given(self) -> Any | None:
        """What was typed; None while that is nothing."""
        field = self.field
        text = field.text if isinstance(field, TextArea) else field.value
        return text if text.strip() else None

    def take_keyboard(self) -> None:
        """Type here."""
        self.field.focus()

    def on_key(self, event: events.Key) -> None:
        """Escape leads out of the field first; the next one is the screen's."""
        if event.key == "escape" and self.field.has_focus:
            event.stop()
            self.screen.set_focus(None)

    def action_answer(self) -> None:
        """Hand in what is typed."""
        self.submit()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.submit()

    def close(self, *, right: bool) -> None:
        """Leave what was typed to be read."""
        super().close(right=right)
        self.field.disabled = True
        self.query(KeyLink).remove()
