"""What all screens have: status line, banner, help, a plain word when there is no room."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from tutor.text.messages import say
from tutor.tui.widgets.status import StatusBar

if TYPE_CHECKING:
    from tutor.tui.app import TutorApp

Result = TypeVar("Result")


class TutorScreen(Screen[Result]):
    """Base of the app's screens. ``HELP_KEY`` names its help in the catalogue."""

    HELP_KEY: ClassVar[str] = ""

    @property
    def tutor(self) -> TutorApp:
        """The app, by its own type."""
        from tutor.tui.app import TutorApp

        assert isinstance(self.app, TutorApp)
        return self.app

    def compose(self) -> ComposeResult:
        """The screen's own widgets between the banner and the status line."""
        yield Static(say("tui.room"), id="room")
        yield Static(id="banner")
        yield from self.body()
        yield StatusBar()

    def body(self) -> ComposeResult:
        """Widgets of this screen; subclasses give them."""
        yield from ()

    def on_screen_resume(self) -> None:
        """Show what may have changed while another screen was on top."""
        self.learner_changed()

    def on_screen_suspend(self) -> None:
        """Another screen comes on top, or this one goes."""
        self.keep()

    def keep(self) -> None:
        """Write down what is only on the screen; called before it is left, and before quitting."""

    def learner_changed(self) -> None:
        """Called when the store or the evaluator has something new to show."""
        self.show_banner()
        self.show_state()

    def show_banner(self) -> None:
        """Show what the learner must know about their records, or nothing."""
        banner = self.query_one("#banner", Static)
        banner.update(self.tutor.banner)
        banner.set_class(bool(self.tutor.banner), "-shown")

    def show_state(self) -> None:
        """Show due reviews, the sandbox and whether all is saved."""
        text, trouble = self.tutor.standing()
        self.query_one(StatusBar).show_state(text, trouble=trouble)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Keep the cursor still where each blink would cross a slow line."""
        # By name: importing the editor's class would bring tree-sitter before the first frame.
        if self.tutor.still and hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False
