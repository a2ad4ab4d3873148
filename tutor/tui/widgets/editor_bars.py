"""The two lines that appear under a code editor when they are wanted: find, and a note on tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static
from textual.widgets.text_area import Selection

from tutor.text.messages import say
from tutor.tui.widgets import indent
from tutor.tui.widgets.link import KeyLink
from tutor.tui.widgets.look import key

if TYPE_CHECKING:
    from tutor.tui.widgets.editor import CodeEditor


class FindBar(Horizontal):
    """Finds text in the editor it belongs to, as it is typed.

    Args:
        editor: where to look.
        needle: what to look for at first.
    """

    DEFAULT_CSS = """
    FindBar {
        dock: bottom;
        height: 1;
        background: $panel;
        padding: 0 1;
        & > Static { width: auto; padding-right: 2; }
        & > #find-count { color: $foreground 70%; }
        & > Input, & > Input:focus {
            width: 1fr; height: 1; border: none; padding: 0; background: $panel;
        }
        & > KeyLink { padding-right: 2; }
        & > #find-close { padding-right: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("find.next", "f3,down", "go(1)"),
        key("find.previous", "shift+f3,up", "go(-1)"),
        key("find.close", "escape,ctrl+f", "close"),
    ]

    def __init__(self, editor: CodeEditor, needle: str = "") -> None:
        super().__init__()
        self.editor = editor
        self._needle = needle

    def compose(self) -> ComposeResult:
        """A word, the field, the count, three links."""
        yield Static(say("widgets.find.title"))
        yield Input(self._needle, compact=True)
        yield Static("", id="find-count")
        yield KeyLink("", say("widgets.find.previous"), "go(-1)")
        yield KeyLink("", say("widgets.find.next"), "go(1)")
        yield KeyLink("", say("widgets.find.close"), "close", id="find-close")

    def on_mount(self) -> None:
        """Take the keyboard."""
        self.take_over()

    def take_over(self) -> None:
        """Put the keyboard into the field."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _look_as_typed(self, event: Input.Changed) -> None:
        event.stop()
        self.go(0)

    @on(Input.Submitted)
    def _look_further(self, event: Input.Submitted) -> None:
        event.stop()
        self.go(1)

    def go(self, step: int) -> None:
        """Select the occurrence ``step`` on from the cursor; 0 stays on one that is selected."""
        needle = self.query_one(Input).value
        places = indent.occurrences(self.editor.text.split("\n"), needle)
        count = self.query_one("#find-count", Static)
        if not places:
            count.update(say("widgets.find.none") if needle else "")
            return
        index = _next(places, min(self.editor.selection), step)
        row, column = places[index]
        self.editor.selection = Selection((row, column), (row, column + len(needle)))
        count.update(say("widgets.find.count", n=index + 1, total=len(places)))

    def action_go(self, step: int) -> None:
        """Go on, or back."""
        self.go(step)

    def action_close(self) -> None:
        """Give the keyboard back to the editor."""
        self.editor.focus()
        self.remove()


class EditorNote(Horizontal):
    """Says that tabs and spaces mix, for as long as they do.

    Args:
        editor: the editor in which they mix.
    """

    DEFAULT_CSS = """
    EditorNote {
        dock: bottom;
        height: 1;
        background: $panel;
        padding: 0 1;
        & > Static { width: 1fr; }
        & > KeyLink { width: auto; padding-right: 0; }
    }
    """

    def __init__(self, editor: CodeEditor) -> None:
        super().__init__()
        self.editor = editor

    def compose(self) -> ComposeResult:
        """The fact, and the way out."""
        yield Static(say("widgets.editor.tabs_mix"))
        yield KeyLink("^T", say("widgets.editor.to_spaces"), "to_spaces")

    def action_to_spaces(self) -> None:
        """Write the indentation with spaces."""
        self.editor.action_tabs_to_spaces()


def _next(places: list[tuple[int, int]], here: tuple[int, int], step: int) -> int:
    """Index of the place to go to from ``here``; round the end, and round the beginning."""
    if step < 0:
        return max((i for i, at in enumerate(places) if at < here), default=len(places) - 1)
    on = [i for i, at in enumerate(places) if at > here or (step == 0 and at == here)]
    return on[0] if on else 0
