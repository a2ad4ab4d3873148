"""What a program printed, as plain text: no markup, no control characters, not too much."""

from __future__ import annotations

import re
from collections import deque
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from tutor.text.messages import say
from tutor.tui.widgets.demo import Demo
from tutor.tui.widgets.look import marks, speaks_ascii

MAX_LINES = 2000
MAX_COLUMNS = 2000
# Colours and cursor movements (CSI), titles and links (OSC), and the short escapes.
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
# Signs that turn the direction of what follows, and so could show a line that was not printed.
_TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_PICTURES = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t\r"},
    0x7F: "\u2421",
    **dict.fromkeys(range(128, 160), "�"),
    **{ord(sign): "\ufffd" for sign in _TURNING},
}
_PLAIN = dict.fromkeys(_PICTURES, "?")


def readable(line: str, *, ascii_only: bool = False) -> str:
    """Return one printed line as a terminal would leave it, with control characters as symbols."""
    line = line.rstrip("\r").rpartition("\r")[2]  # a progress bar writes over itself
    line = _ESCAPE.sub("", line).expandtabs(8).translate(_PLAIN if ascii_only else _PICTURES)
    return line.encode("ascii", "replace").decode() if ascii_only else line


class Printed:
    """Printed text as lines, the last ``MAX_LINES`` of them, none longer than ``MAX_COLUMNS``."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=MAX_LINES)
        self.dropped = 0
        self._open = False  # the last line has not ended yet

    def add(self, text: str) -> None:
        """Take more of the output, cut anywhere."""
        for piece in text.splitlines(keepends=True) if "\n" in text else (text,):
            self._add_piece(piece.rstrip("\n"), ended=piece.endswith("\n"))

    def _add_piece(self, piece: str, *, ended: bool) -> None:
        if self._open:
            self.lines[-1] = (self.lines[-1] + piece)[:MAX_COLUMNS]
        else:
            self.dropped += len(self.lines) == MAX_LINES
            self.lines.append(piece[:MAX_COLUMNS])
        self._open = not ended


class OutputView(ScrollView, can_focus=True):
    """Shows what was printed; as high as its lines, up to its ``max-height``."""

    ALLOW_SELECT = True
    DEFAULT_CSS = """
    OutputView {
        height: auto;
        max-height: 14;
        background: $panel;
        color: $foreground;
        overflow-x: auto;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 1;
        display: none;
        &.-some { display: block; }
        &:focus { background-tint: $foreground 4%; }
    }
    """
    INDENT: ClassVar[int] = 1

    def __init__(self, text: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._printed = Printed()
        self._lines: list[str] = []
        self._first_text = text
        self._waiting = False

    def on_mount(self) -> None:
        """Show what it was made with."""
        self.show(self._first_text)

    @property
    def text(self) -> str:
        """What is shown."""
        return "\n".join(self._lines)

    def clear(self) -> None:
        """Show nothing."""
        self._printed = Printed()
        self._show_lines()

    def show(self, text: str) -> None:
        """Show this instead of what was shown."""
        self._printed = Printed()
        self._printed.add(text)
        self._show_lines()
        self.scroll_to(0, 0, animate=False)

    def append(self, text: str) -> None:
        """Show more, as it is printed; stays at the end unless the learner has scrolled away."""
        self._printed.add(text)
        if not self._waiting:
            # A program may print a thousand times a second; the screen follows 20 times.
            self._waiting = True
            self.set_timer(0.05, self._show_more)

    def _show_more(self) -> None:
        at_end = self.is_vertical_scroll_end
        self._show_lines()
        if at_end:
            self.scroll_end(animate=False, x_axis=False)

    def _show_lines(self) -> None:
        self._waiting = False
        ascii_only = speaks_ascii(self)
        lines = [readable(line, ascii_only=ascii_only) for line in self._printed.lines]
        if self._printed.dropped:
            lines.insert(0, say("widgets.output.dropped", n=self._printed.dropped))
        cut = marks(self).more
        self._lines = [f"{line}{cut}" if len(line) >= MAX_COLUMNS else line for line in lines]
        width = max((cell_len(line) for line in self._lines), default=0)
        self.virtual_size = Size(width + 2 * self.INDENT, len(self._lines))
        self.set_class(any(self._lines), "-some")
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as there are lines."""
        bar = 1 if self.virtual_size.width > width else 0
        return len(self._lines) + bar

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        row, left = y + self.scroll_offset.y, self.scroll_offset.x
        style = self.rich_style
        line = " " * self.INDENT + self._lines[row] if row < len(self._lines) else ""
        segments = [Segment(line, style)]
        span = self.text_selection.get_span(row) if self.text_selection else None
        if span is not None and line:
            start, end = (
                span[0] + self.INDENT,
                len(line) if span[1] == -1 else span[1] + self.INDENT,
            )
            chosen = self.screen.get_component_rich_style("screen--selection")
            segments = [
                Segment(line[:start], style),
                Segment(line[start:end], style + chosen),
                Segment(line[end:], style),
            ]
        strip = Strip(segments).crop_extend(left, left + self.size.width, style)
        return strip.apply_offsets(left - self.INDENT, row)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, for copying."""
        return selection.extract(self.text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw what is selected."""
        self.refresh()


_SAMPLE = "plain\n[bold]no markup[/]\n\x1b[31mred\x1b[0m, a bell \x07\n 10%\r100%\n한국어\tends\n"

if __name__ == "__main__":
    Demo(lambda: OutputView(_SAMPLE)).run()
