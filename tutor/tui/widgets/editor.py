"""The code editor: Python's indentation, comments, finding, and a draft told as it is typed.

Escape always leads out of it, so Tab may indent. Keys that it does not use itself (F5, Ctrl+R)
reach the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from textual import events, on
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from tutor.tui.widgets import indent
from tutor.tui.widgets.demo import Demo
from tutor.tui.widgets.editor_bars import EditorNote, FindBar
from tutor.tui.widgets.in_order import KeysInOrder
from tutor.tui.widgets.look import key
from tutor.tui.widgets.painted import PaintedTextArea

Cursor = tuple[int, int]
Bar = TypeVar("Bar", FindBar, EditorNote)


class CodeEditor(KeysInOrder, PaintedTextArea):
    """An editor of one Python program.

    Its find bar and its note about tabs appear at the bottom of the container it is in.

    Args:
        text: what it holds at first.
        cursor: where the cursor is at first: row and column from 0.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        key("editor.find", "ctrl+f", "find"),
        key("editor.find-next", "f3", "find_next(1)"),
        key("editor.find-previous", "shift+f3", "find_next(-1)"),
        # Ctrl+/ is the byte 0x1f, which terminals without Kitty's protocol report as Ctrl+_.
        key("editor.comment", "ctrl+underscore,ctrl+slash", "toggle_comments"),
        key("editor.indent", "tab", "indent"),
        key("editor.dedent", "shift+tab", "dedent"),
        key("editor.spaces", "ctrl+t", "tabs_to_spaces"),
    ]

    @dataclass
    class Edited(Message):
        """The learner changed the text. A newer one replaces one that waits."""

        editor: CodeEditor
        text: str
        cursor: Cursor

        @property
        def control(self) -> CodeEditor:
            """The editor that was typed in."""
            return self.editor

        def can_replace(self, message: Message) -> bool:
            """A draft is saved as it is now, not as it was."""
            return isinstance(message, CodeEditor.Edited) and message.editor is self.editor

    @dataclass
    class Left(Message):
        """Escape was pressed: the editor has let go of the keyboard."""

        editor: CodeEditor

        @property
        def control(self) -> CodeEditor:
            """The editor that was left."""
            return self.editor

    def __init__(
        self,
        text: str = "",
        *,
        cursor: Cursor = (0, 0),
        read_only: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(
            text,
            soft_wrap=False,
            tab_behavior="indent",
            show_line_numbers=True,
            read_only=read_only,
            max_checkpoints=500,
            id=id,
            classes=classes,
        )
        self.busy = False
        """Set by the screen while code runs: Escape then goes to the screen, which cancels."""
        self._told = text
        self._first_cursor = cursor

    def on_mount(self) -> None:
        """Put the cursor where it was left."""
        self.cursor_blink = self.app.animation_level != "none"
        self.move_cursor(self._first_cursor)

    # --- what the screen says to it ----------------------------------------------------------

    @property
    def cursor(self) -> Cursor:
        """Row and column of the cursor, from 0."""
        return self.cursor_location

    def restore(self, text: str, cursor: Cursor = (0, 0)) -> None:
        """Show a program as it was left. This is no edit, and undo does not go behind it."""
        self._told = text
        self.clear_marks()
        self.load_text(text)
        self.move_cursor(cursor, center=True)

    # --- keys --------------------------------------------------------------------------------

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.prevent_default()  # TextArea would walk on to the next widget: nowhere, if alone
            if not self.busy:
                event.stop()
                self.leave()
        elif event.key == "tab":
            event.prevent_default()  # the binding indents; TextArea would replace a selection
        elif event.key == "enter" and not self.read_only:
            event.stop()
            event.prevent_default()
            self._restart_blink()
            start, end = sorted(self.selection)
            opened = indent.indent_after(self.document[start[0]][: start[1]])
            self.replace(f"\n{opened}", start, end, maintain_selection_offset=False)

    def leave(self) -> None:
        """Let go of the keyboard, so that the screen's single-letter keys work."""
        self.screen.set_focus(None)
        self.post_message(self.Left(self))

    def action_delete_left(self) -> None:
        """Backspace: at an indentation it takes the whole step."""
        row, column = self.cursor
        count = indent.step_back(self.document[row][:column])
        if self.read_only or not self.selection.is_empty or count == 1:
            super().action_delete_left()
        else:
            self.delete((row, column - count), (row, column), maintain_selection_offset=False)

    def action_indent(self) -> None:
        """Tab: indent the selected lines, or go to the next tab stop."""
        if self.read_only:
            return
        start, end = self.selection
        if start[0] != end[0]:
            self._change_lines(indent.shift_right)
        else:
            spaces = " " * self._find_columns_to_next_tab_stop()
            self.replace(spaces, start, end, maintain_selection_offset=False)

    def action_dedent(self) -> None:
        """Shift+Tab: take one indent from the selected lines, or from this one."""
        self._change_lines(indent.shift_left)

    def action_toggle_comments(self) -> None:
        """Comment the selected lines out, or in again."""
        self._change_lines(indent.toggle_comments)

    def action_tabs_to_spaces(self) -> None:
        """Write every indentation with spaces."""
        if self.read_only:
            return
        cursor = self.cursor
        self.history.checkpoint()
        text = indent.tabs_to_spaces(self.text)
        self.replace(text, (0, 0), self.document.end, maintain_selection_offset=False)
        self.move_cursor(cursor)

    def _change_lines(self, change: Callable[[list[str]], list[str]]) -> None:
        """Change the lines of the selection as one step of undo, keeping what is selected."""
        if self.read_only:
            return
        start, end = self.selection
        first, last = sorted((start[0], end[0]))
        if first != last and max(start, end)[1] == 0:
            last -= 1  # a selection that ends before a line does not mean that line
        before = [self.document[row] for row in range(first, last + 1)]
        after = change(before)
        if after == before:
            return
        self.history.checkpoint()
        self.replace("\n".join(after), (first, 0), (last, len(before[-1])))
        moved = [
            new_end - old_end
            for new_end, old_end in zip(map(len, after), map(len, before), strict=True)
        ]

        def shifted(place: Cursor) -> Cursor:
            row, column = place
            return (row, max(0, column + moved[row - first])) if row <= last else place

        self.selection = Selection(shifted(start), shifted(end))
        self.history.checkpoint()

    # --- finding -----------------------------------------------------------------------------

    def action_find(self) -> None:
        """Open the find bar with what is selected, or go to it."""
        bar = self._sibling(FindBar)
        if bar is not None:
            bar.take_over()
        elif isinstance(self.parent, Widget):
            selected = self.selected_text
            self.parent.mount(FindBar(self, selected if "\n" not in selected else ""))

    def action_find_next(self, step: int) -> None:
        """Go to the next occurrence, or to the previous one."""
        bar = self._sibling(FindBar)
        if bar is None:
            self.action_find()
        else:
            bar.go(step)

    def _sibling(self, kind: type[Bar]) -> Bar | None:
        for sibling in self.siblings:
            if isinstance(sibling, kind) and sibling.editor is self:
                return sibling
        return None

    # --- what it tells -----------------------------------------------------------------------

    @on(TextArea.Changed)
    def _tell(self, event: TextArea.Changed) -> None:
        """Pass on what the learner typed; a restored text is no news."""
        event.stop()
        text = self.text
        if text == self._told:
            return
        self._told = text
        self.clear_marks()
        self.post_message(self.Edited(self, text, self.cursor))
        self._note_mixed_tabs(text)

    def _note_mixed_tabs(self, text: str) -> None:
        note = self._sibling(EditorNote)
        mixed = "\t" in text and indent.tabs_and_spaces_mix(text)
        if note is not None and not mixed:
            note.remove()
        elif note is None and mixed and isinstance(self.parent, Widget):
            self.parent.mount(EditorNote(self))


def _show(editor: CodeEditor) -> None:
    editor.focus()
    editor.mark_line(4, "NameError: name 'y' is not defined")


_SAMPLE = '''\
# Average the last dimension, in a way that can be differentiated.
def average(x: torch.Tensor, weight=1.0):
    """Return the weighted mean of each row."""
    total = (x * weight).sum(dim=-1) / y
    return total / x.size(-1)
'''

if __name__ == "__main__":
    Demo(lambda: CodeEditor(_SAMPLE), then=_show).run()
