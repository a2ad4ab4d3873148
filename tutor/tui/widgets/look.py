"""What a widget may ask of the app around it, with an answer when that app is a demo or a test."""

from __future__ import annotations

from collections.abc import Mapping

from textual.binding import Binding
from textual.widget import Widget

from tutor.content.model import Misconception
from tutor.text.messages import say
from tutor.tui.symbols import UNICODE, Symbols


def marks(widget: Widget) -> Symbols:
    """Return the marks that the terminal can draw."""
    found = getattr(widget.app, "symbols", UNICODE)
    return found if isinstance(found, Symbols) else UNICODE


def speaks_ascii(widget: Widget) -> bool:
    """Whether only ASCII may be drawn."""
    return marks(widget).done.isascii()


def keeps_still(widget: Widget) -> bool:
    """Whether nothing may move: the learner said so, or each frame goes over SSH."""
    return bool(getattr(widget.app, "still", widget.app.animation_level == "none"))


def waits_for_sandbox(widget: Widget) -> bool:
    """Whether code that was handed in has no process to run in yet."""
    return bool(getattr(getattr(widget.app, "evaluator", None), "waiting", False))


def misconceptions(widget: Widget) -> Mapping[str, Misconception]:
    """Return the wrong beliefs that the app's course knows, by id."""
    found = getattr(getattr(widget.app, "course", None), "misconceptions", {})
    return found if isinstance(found, Mapping) else {}


def key(id: str, keys: str, action: str, *, show: bool = False, priority: bool = False) -> Binding:
    """Return a binding whose words are in the catalogue under ``widgets.keys.<id>``."""
    return Binding(keys, action, say(f"widgets.keys.{id}"), show=show, priority=priority, id=id)
