"""What the widgets for the kinds of question have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from textual.containers import Vertical
from textual.message import Message


class AnswerBody(Vertical):
    """The part of a question in which it is answered."""

    DEFAULT_CSS = """
    AnswerBody { height: auto; }
    AnswerBody > KeyLink { margin: 1 0 0 1; }
    """
    closed = False
    """Whether the answer has counted."""

    @dataclass
    class Given(Message):
        """The learner has answered."""

        body: AnswerBody
        given: Any

        @property
        def control(self) -> AnswerBody:
            """Where the answer was given."""
            return self.body

    def submit(self) -> None:
        """Hand the answer in as it stands, if there is one."""
        given = self.given()
        if given is not None and not self.closed:
            self.post_message(self.Given(self, given))

    def given(self) -> Any | None:
        """The answer as it stands, in the form that grading takes; None while there is none."""
        raise NotImplementedError

    def take_keyboard(self) -> None:
        """Put the keyboard where the answer is given."""
        self.focus()

    def close(self, *, right: bool) -> None:
        """The answer has counted: take no other, and show what there is to show at its place."""
        self.closed = True
        self.can_focus = False
        self.add_class("-closed")
