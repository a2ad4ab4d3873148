"""The app around a widget's demo: our themes (F12 turns to the next one), and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tutor.tui import themes

W = TypeVar("W", bound=Widget)


class Demo(App[None], Generic[W]):
    """Shows one widget, made by ``make``.

    Args:
        make: makes the widget.
        theme: name of one of our themes.
        then: called with the widget once it is shown.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f12", "next_theme", "theme", priority=True)]
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        make: Callable[[], W],
        theme: str = "dark",
        then: Callable[[W], None] = lambda widget: None,
    ) -> None:
        super().__init__()
        self._make = make
        self._then = then
        for known in themes.THEMES:
            self.register_theme(known)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables, until a theme sets them."""
        return themes.DEFAULTS

    def compose(self) -> ComposeResult:
        """The widget alone."""
        self._shown = self._make()
        yield self._shown

    def on_mount(self) -> None:
        """Go on with the demo when the widget has its size."""
        self.call_after_refresh(lambda: self._then(self._shown))

    def action_next_theme(self) -> None:
        """Show the widget in the next theme."""
        names = [theme.name for theme in themes.THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
