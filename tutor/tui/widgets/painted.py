"""How the editor draws: Python's colours for what is seen, marked lines, no line drawn twice.

Textual's TextArea asks tree-sitter about the whole program and draws every visible line anew at
each key. Here the spans of a block of lines are asked for when one of them is drawn, and a drawn
line is kept for as long as its text, its colours and its mark are the same.
"""

from __future__ import annotations

from typing import Any, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import LanguageDoesNotExist

from tutor.tui.widgets.colours import TONES, LineSpans
from tutor.tui.widgets.look import marks

_MARK_WIDTH = 2  # cells left of the line numbers
_ROOM_FOR_A_MESSAGE = 16


class PaintedTextArea(TextArea):
    """A TextArea of Python in which lines can be marked."""

    DEFAULT_CSS = """
    PaintedTextArea {
        border: none;
        padding: 0;
        background: $background;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 1;
        &:focus { border: none; }
        .code--keyword { color: $accent; }
        .code--literal { color: $text-success; }
        .code--comment { color: $foreground 60%; text-style: italic; }
        .code--name { text-style: bold; }
        .code--plain { color: $foreground; }
        .code--marked { background: $error 20%; }
        .code--sign { color: $text-error; text-style: bold; }
        &:ansi {
            .code--comment { color: ansi_default; text-style: dim; }
            .code--marked { background: ansi_default; text-style: underline; }
        }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "code--keyword",
        "code--literal",
        "code--comment",
        "code--name",
        "code--plain",
        "code--marked",
        "code--sign",
    }

    def __init__(self, text: str = "", **options: Any) -> None:
        self.line_marks: dict[int, str] = {}
        self._tones_known = False
        super().__init__(text, **options)
        self._line_cache: LRUCache[tuple[object, ...], Strip] = LRUCache(1024)
        try:
            self.language = "python"
        except (LanguageDoesNotExist, ValueError):
            # No grammar, or one that this tree-sitter cannot read: the code stays uncoloured.
            self.language = None

    # --- marks -------------------------------------------------------------------------------

    def mark_line(self, line: int, message: str = "") -> None:
        """Mark a line, counted from 1, with a message beside it, and bring it into view."""
        row = min(max(line, 1), self.document.line_count) - 1
        self.line_marks[row] = " ".join(message.split())
        self.call_after_refresh(self._bring_into_view, row)
        self.refresh()

    def clear_marks(self) -> None:
        """Take all marks away."""
        if self.line_marks:
            self.line_marks.clear()
            self.refresh()

    def _bring_into_view(self, row: int) -> None:
        top = self.scroll_offset.y
        if not top <= row < top + self.scrollable_content_region.height:
            self.scroll_to_region(Region(0, row, 1, 1), animate=False, force=True, center=True)

    @property
    def gutter_width(self) -> int:
        """Cells left of the code: the mark, the line number, two spaces."""
        width = super().gutter_width
        return width + _MARK_WIDTH if width else 0

    # --- colours -----------------------------------------------------------------------------

    def _build_highlight_map(self) -> None:
        query, document = self._highlight_query, self.document
        if query is None:
            self._highlights.clear()
            return
        self._highlights = LineSpans(
            lambda first, last: document.query_syntax_tree(query, (first, 0), (last + 1, 0))
        )

    def _set_theme(self, theme: str) -> None:
        super()._set_theme(theme)
        self._tones_known = False

    def notify_style_update(self) -> None:
        """Forget drawn lines and tones: the app's colours changed."""
        super().notify_style_update()
        self._tones_known = False

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines of a region, with the tones of the theme as it is now."""
        if not self._tones_known:
            self._theme.syntax_styles = {
                capture: self._ink(f"code--{tone}") for capture, tone in TONES.items()
            }
            self._line_cache.clear()
            self._tones_known = True
        return super().render_lines(crop)

    def _ink(self, name: str) -> Style:
        """Colour and weight of a component class, blended with the ground but without it."""
        style = self.get_component_rich_style(name)
        return Style(
            color=style.color,
            bold=style.bold,
            italic=style.italic,
            dim=style.dim,
            underline=style.underline,
        )

    # --- lines -------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw one line of the widget, or take it as it was drawn before."""
        if self.placeholder and not self.text:
            return super().render_line(y)
        where = self._line_at(y)
        if where is None or self._drawn_specially(where[0]):
            return self._drawn(y, where)
        row, section = where
        spans = tuple(self._highlights[row]) if self._highlights else ()
        known = (
            row,
            section,
            self.document[row],
            spans,
            self.line_marks.get(row),
            self.gutter_width,
            self.size,
            self.scroll_offset.x,
            max(self.virtual_size.width, self.region.width),  # how far its ground is drawn
        )
        strip = self._line_cache.get(known)
        if strip is None:
            strip = self._line_cache[known] = self._drawn(y, where)
        return strip

    def _line_at(self, y: int) -> tuple[int, int] | None:
        """The row of the program, and the part of it when it wraps, at a line of the widget."""
        places = self.wrapped_document._offset_to_line_info
        place = y + self.scroll_offset.y
        return places[place] if 0 <= place < len(places) else None

    def _drawn_specially(self, row: int) -> bool:
        """Whether the row holds a cursor, a selection or a matched bracket."""
        first, last = sorted(self.selection)
        bracket = self._matching_bracket_location
        return first[0] <= row <= last[0] or (bracket is not None and bracket[0] == row)

    def _drawn(self, y: int, where: tuple[int, int] | None) -> Strip:
        strip = self._render_line(y)
        message = None if where is None else self.line_marks.get(where[0])
        if where is None or message is None:
            return strip
        return self._marked(strip, where[0], message if where[1] == 0 else "")

    def _marked(self, strip: Strip, row: int, message: str) -> Strip:
        """Put the sign left of the number, the background behind, the message at the end."""
        marked = self.get_component_rich_style("code--marked")
        ground = Style(bgcolor=marked.bgcolor, underline=marked.underline)
        sign = self._ink("code--sign")
        width = self.size.width
        strip = strip.crop(0, width)
        plain = {self._theme.base_style, self._theme.cursor_line_style}
        plain_grounds = {style.bgcolor for style in plain if style} | {None}
        painted = Strip(
            [
                Segment(text, (style or Style()) + ground)
                if style is None or style.bgcolor in plain_grounds
                else Segment(text, style)
                for text, style, _ in strip.crop(_MARK_WIDTH)
            ]
        )
        head = Strip([Segment(f"{marks(self).here:<{_MARK_WIDTH}}", ground + sign)])
        whole = Strip.join([head, painted]).adjust_cell_length(width, ground)
        end = self.gutter_width + cell_len(self.document[row]) - self.scroll_offset.x + 2
        room = width - end - 1
        if not message or room < _ROOM_FOR_A_MESSAGE or self.scroll_offset.x:
            return whole
        if cell_len(message) > room:
            message = message[: room - 1] + marks(self).more[:1]
        note = Strip([Segment(message, ground + sign)])
        return Strip.join([whole.crop(0, end), note, whole.crop(end + note.cell_length)])
