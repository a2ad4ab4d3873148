"""A word that can be clicked and says its key: the mouse's way to what a key does."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.widgets import Static


class KeyLink(Static):
    """A key and what it does. A click runs the action on the nearest widget around that has it.

    Args:
        keys: the key as it is shown, "" for none.
        words: what it does.
        action: the action's name with its arguments, e.g. ``go(-1)``.
    """

    DEFAULT_CSS = """
    KeyLink {
        width: auto;
        height: 1;
        padding-right: 3;
        color: $foreground 80%;
        pointer: pointer;
        &:hover { color: $accent; text-style: underline; }
        &:ansi { color: ansi_default; }
    }
    """

    def __init__(
        self,
        keys: str,
        words: str,
        action: str,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        self._action = action
        super().__init__(self._written(keys, words), id=id, classes=classes)

    def say(self, keys: str, words: str) -> None:
        """Show another key or other words."""
        self.update(self._written(keys, words))

    async def on_click(self, event: events.Click) -> None:
        """Do what the key would do."""
        event.stop()
        name = f"action_{self._action.partition('(')[0]}"
        for around in self.ancestors:
            if hasattr(around, name):
                await self.app.run_action(self._action, around)
                return

    @staticmethod
    def _written(keys: str, words: str) -> Content:
        if not keys:
            return Content(words)
        return Content.assemble((keys, "bold $accent"), " ", words)
