"""What can be done now, each with its key and under the mouse; and a question with yes and no."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal, ItemGrid, Vertical
from textual.widgets import Static

from tutor.text.messages import say
from tutor.tui.widgets.link import KeyLink

_COLUMN = 22  # cells of "s show the solution", and room


class Offers(ItemGrid):
    """Shows those actions that have words at the moment, in as many columns as there is room for.

    Args:
        keys: action -> its key, in the order of the line.
    """

    DEFAULT_CSS = """
    Offers { height: auto; margin-bottom: 1; grid-gutter: 0 2; }
    Offers > KeyLink { padding-right: 0; width: 1fr; }
    """

    def __init__(self, keys: Mapping[str, str], *, id: str | None = None) -> None:
        super().__init__(id=id, min_column_width=_COLUMN)
        self._keys = keys

    def compose(self) -> ComposeResult:
        """A link for each action."""
        for action, letter in self._keys.items():
            yield KeyLink(letter, "", action, id=f"result-{action}")

    def show(self, words: Mapping[str, str]) -> None:
        """Show the actions with these words; one without words is not on offer."""
        for action, letter in self._keys.items():
            link = self.query_one(f"#result-{action}", KeyLink)
            link.say(letter, words.get(action, ""))
            link.display = bool(words.get(action))
        self.display = any(words.values())


class GiveUp(Vertical):
    """Asks whether to give up; the widget around has ``action_confirm`` for the answer."""

    DEFAULT_CSS = """
    GiveUp {
        height: auto;
        margin-bottom: 1;
        display: none;
        & > Static { height: auto; text-style: bold; }
        & > Horizontal { height: 1; }
    }
    """

    def compose(self) -> ComposeResult:
        """The question, yes, no."""
        yield Static(say("widgets.result.give_up"))
        with Horizontal():
            yield KeyLink("y", say("widgets.result.yes"), "confirm(True)")
            yield KeyLink("n", say("widgets.result.no"), "confirm(False)")
