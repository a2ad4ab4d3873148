"""An app around one widget, which notes what the widget says."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget

from tutor.content.model import Misconception
from tutor.tui.symbols import ASCII, UNICODE
from tutor.tui.widgets.demo import Demo

BELIEFS = {
    "reshape-copies": Misconception(
        id="reshape-copies",
        title="`reshape` always gives a copy.",
        because="Often it does.",
        truth="It copies only when it must.",
        lesson="tensors.view-reshape",
    )
}


class Stage(Demo[VerticalScroll]):
    """Shows a widget in a container that scrolls, and keeps its messages of the given kinds.

    Args:
        make: makes the widget.
        hear: kinds of messages to keep; each is also handed to ``react``.
        react: called with each of them.
    """

    def __init__(
        self,
        make: Callable[[], Widget],
        *hear: type[Message],
        react: Callable[[Any], None] = lambda message: None,
        theme: str = "dark",
        ascii: bool = False,
        still: bool = True,
    ) -> None:
        super().__init__(lambda: VerticalScroll(make(), can_focus=False), theme)
        self.heard: list[Any] = []
        self.copied: list[str] = []
        self.symbols = ASCII if ascii else UNICODE
        self.still = still
        self.course = SimpleNamespace(misconceptions=BELIEFS)
        self._hear = hear
        self._react = react

    async def _dispatch_message(self, message: Message) -> None:
        if isinstance(message, self._hear):
            self.heard.append(message)
            self._react(message)
        await super()._dispatch_message(message)

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)
        super().copy_to_clipboard(text)

    @property
    def shown(self) -> str:
        """What is on the screen, as lines of text."""
        strips = self.screen._compositor.render_strips()
        return "\n".join("".join(s.text for s in line).rstrip() for line in strips)
