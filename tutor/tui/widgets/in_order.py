"""Typed text in the order in which it was typed.

Textual's TextArea and Input take letters themselves, while Backspace, the arrows and Delete are
bindings that run after the key has travelled up to the app and back. When several keys arrive at
once, as they do over a slow line, letters overtake the Backspace before them and it deletes the
wrong one. A widget with this mixin runs its own bindings on the spot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

if TYPE_CHECKING:
    from textual.widget import Widget as Mixed
else:
    Mixed = object  # a second Widget among the bases would hide the first one's component classes


class KeysInOrder(Mixed):
    """Mixin, to be named before the widget that it is mixed into."""

    async def on_event(self, event: events.Event) -> None:
        """Run a binding of the widget itself before any later key is looked at."""
        if isinstance(event, events.Key) and await self._ran_own(event.key):
            event.stop()
            return
        await super().on_event(event)

    async def _ran_own(self, key: str) -> bool:
        bindings = self._bindings.copy()
        bindings.apply_keymap(self.app._keymap)
        for binding in bindings.key_to_bindings.get(key, ()):
            if not binding.priority and await self.app.run_action(binding.action, self):
                return True
        return False
