"""A lesson whose file has a mistake: where it is and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tutor.text.messages import say
from tutor.tui.keymap import DIALOG
from tutor.tui.screens.base import TutorScreen

if TYPE_CHECKING:
    from tutor.content.loader import Problem


class ProblemScreen(TutorScreen[None]):
    """Shown in place of a lesson that cannot be read.

    Args:
        lesson: id of the lesson.
        problems: what was found, each with its file, line and column.
    """

    HELP_KEY = "problem"
    CSS_PATH = "problem.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(DIALOG)

    def __init__(self, lesson: str, problems: Sequence[Problem]) -> None:
        super().__init__()
        self._lesson = lesson
        self._problems = problems

    def body(self) -> ComposeResult:
        """Every problem, a line each: whoever repairs the file wants all of them."""
        with VerticalScroll(id="problem"):
            yield Static(say("tui.problem.title", lesson=self._lesson), id="problem-title")
            for problem in self._problems:
                yield Static(str(problem), markup=False, classes="found")
            yield Static(say("tui.problem.rest"), classes="quiet")

    def action_close(self) -> None:
        """Back to where one came from."""
        self.dismiss()
