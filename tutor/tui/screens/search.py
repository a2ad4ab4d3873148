"""`/`: find a lesson, an exercise, a question or a step, and open it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tutor.text.messages import say
from tutor.tui.find import Found, search
from tutor.tui.keymap import DIALOG


class SearchScreen(ModalScreen[Found | None]):
    """A line to type in and what it finds; dismissed with what was chosen.

    Args:
        rows: everything that can be found; more may be added while the screen is open.
    """

    HELP_KEY = "search"
    CSS_PATH = "search.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *DIALOG,
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    def __init__(self, rows: list[Found]) -> None:
        super().__init__()
        self._rows = rows
        self._found: list[Found] = []

    def compose(self) -> ComposeResult:
        """The line, the list, and a word when nothing is found."""
        with Vertical(id="search"):
            yield Input(placeholder=say("tui.search.placeholder"), id="query")
            yield OptionList(id="found", compact=True)
            yield Static(id="nothing")

    def action_close(self) -> None:
        """Back, with nothing chosen."""
        self.dismiss(None)

    def action_move(self, by: int) -> None:
        """Move in the list while the cursor stays in the line."""
        found = self.query_one("#found", OptionList)
        if by > 0:
            found.action_cursor_down()
        else:
            found.action_cursor_up()

    @on(Input.Changed, "#query")
    def _look(self, event: Input.Changed) -> None:
        self._found = search(self._rows, event.value)
        found = self.query_one("#found", OptionList)
        found.set_options([Option(_line(row)) for row in self._found])
        found.highlighted = 0 if self._found else None
        nothing = bool(event.value.strip()) and not self._found
        words = say("tui.search.none", query=event.value.strip()) if nothing else ""
        self.query_one("#nothing", Static).update(Content(words))

    @on(Input.Submitted, "#query")
    def _enter(self) -> None:
        at = self.query_one("#found", OptionList).highlighted
        if at is not None:
            self.dismiss(self._found[at])

    @on(OptionList.OptionSelected, "#found")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[event.option_index])


def _line(row: Found) -> Content:
    return Content.assemble(
        (f"{row.alias:<8}", "bold $accent"),
        row.title,
        (f"   {say('tui.search.kind.' + row.kind)}", "$quiet"),
    )
