"""F1: what this screen is for, and its keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.text.messages import say
from tutor.tui.keymap import DIALOG


class HelpScreen(ModalScreen[None]):
    """Help for the screen beneath, its keys as they are now set.

    Args:
        topic: name of the screen's help in the catalogue.
        active: the bindings that were active when help was asked for.
    """

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *DIALOG,
        Binding("q,f1,question_mark", "close", show=False, priority=True),
    ]

    def __init__(self, topic: str, active: Mapping[str, ActiveBinding]) -> None:
        super().__init__()
        self._topic = topic
        self._active = active

    def compose(self) -> ComposeResult:
        """A title, a paragraph, the keys."""
        with VerticalScroll(id="help"):
            yield Static(say(f"tui.help.{self._topic}.title"), id="help-title")
            yield Static(say(f"tui.help.{self._topic}.text"), id="help-text")
            yield Static(self._keys(), id="help-keys")
            palette = self._display("app.palette")
            yield Static(say("tui.help.mouse", palette=palette), classes="quiet")
            yield Static(say("tui.help.close"), classes="quiet")

    def action_close(self) -> None:
        """Back to the screen beneath."""
        self.dismiss()

    def _keys(self) -> Content:
        named: dict[str, tuple[list[str], str]] = {}
        for active in self._active.values():
            binding = active.binding
            if binding.id and (text := binding.tooltip or binding.description):
                keys, _ = named.setdefault(binding.id, ([], text))
                display = self.app.get_key_display(binding)
                if display not in keys:
                    keys.append(display)
        joined: dict[str, list[str]] = {}
        for keys, text in named.values():
            joined.setdefault(text, []).extend(keys)
        lines = [
            Content.assemble((f"{'  '.join(keys):<14}", "bold $accent"), text)
            for text, keys in joined.items()
        ]
        return Content("\n").join(lines)

    def _display(self, id: str) -> str:
        shown = [
            self.app.get_key_display(active.binding)
            for active in self._active.values()
            if active.binding.id == id
        ]
        return ", ".join(shown)
