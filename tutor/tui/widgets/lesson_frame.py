"""What frames a lesson: its heading, the tabs of a narrow terminal, the pane with the prose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from tutor.content.model import Lesson
from tutor.text.messages import say
from tutor.tui.glance import bar
from tutor.tui.widgets.look import marks

_BAR = 10


class LessonHeading(Horizontal):
    """The lesson's name at the left, how far one is at the right."""

    DEFAULT_CSS = """
    LessonHeading { height: 1; }
    LessonHeading > #lesson-title { width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    LessonHeading > #progress { width: auto; color: $quiet; padding-left: 2; }
    """

    def compose(self) -> ComposeResult:
        """Two labels."""
        yield Static(id="lesson-title")
        yield Static(id="progress")

    def show(self, lesson: Lesson, n: int, total: int) -> None:
        """Show that page ``n`` of ``total`` is on the screen."""
        title = Content.assemble((lesson.alias, "bold $accent"), "  ", (lesson.title, "bold"))
        self.query_one("#lesson-title", Static).update(title)
        filled, rest = bar(n, total, _BAR, marks(self))
        words = say("tui.lesson.of", n=n, total=total)
        progress = Content.assemble(words, "  ", (filled, "$accent"), (rest, "$quiet 40%"))
        self.query_one("#progress", Static).update(progress)


class PaneTabs(Static):
    """Names of the panes; a click runs ``show_pane`` of the screen."""

    def on_mount(self) -> None:
        """Tabs look like tabs, not like links."""
        self.auto_links = False

    def show(self, panes: Sequence[str], here: str) -> None:
        """Show the panes there are, ``here`` being the one in view."""
        tabs = []
        for pane in panes:
            style = "bold $accent underline" if pane == here else "$quiet"
            click = Style.from_meta({"@click": f"screen.show_pane('{pane}')"})
            tabs.append(Content.styled(say(f"tui.lesson.{pane}"), style).stylize(click))
        self.update(Content("   ").join(tabs))


class ReadPane(VerticalScroll, inherit_bindings=False):
    """The prose. Its keys scroll; left and right are left to the screen, for the steps."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", show=False),
        Binding("down", "scroll_down", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown,space", "page_down", show=False),
        Binding("home", "scroll_home", show=False),
        Binding("end", "scroll_end", show=False),
    ]
