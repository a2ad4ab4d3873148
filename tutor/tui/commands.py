"""What the palette offers: every action that the screen beneath has now, and the themes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand
from textual.screen import Screen

from tutor.text.messages import say
from tutor.tui import themes

if TYPE_CHECKING:
    from tutor.tui.app import TutorApp


def commands(app: TutorApp, screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Yield the commands for a screen, each action once, with its key."""
    told: set[str] = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.id and active.enabled and binding.action not in told:
            told.add(binding.action)
            words = binding.tooltip or binding.description
            run = partial(app.run_action, binding.action, active.node)
            title = words[:1].upper() + words[1:]
            yield SystemCommand(title, app.get_key_display(binding), run)
    for theme in themes.THEMES:
        choose = partial(app.choose_theme, theme.name)
        yield SystemCommand(say(f"tui.themes.{theme.name}"), say("tui.themes.help"), choose)
