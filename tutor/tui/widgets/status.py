"""The last line of each screen: the few keys that matter, and how things stand."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widgets import Static

from tutor.tui.keymap import RANK

_GAP = "   "


class StatusBar(Horizontal):
    """Keys at the left, each of them under the mouse too; the state at the right."""

    DEFAULT_CSS = """
    StatusBar {
        dock: bottom;
        height: 1;
        padding: 0 2;
        color: $quiet;
    }
    StatusBar > #keys { width: 1fr; text-wrap: nowrap; text-overflow: clip; }
    StatusBar > #state { width: auto; padding-left: 2; text-wrap: nowrap; }
    """

    def compose(self) -> ComposeResult:
        """Two lines of text, side by side."""
        yield Static(id="keys")
        yield Static(id="state")

    def on_mount(self) -> None:
        """Follow the bindings of this screen."""
        self.query_one("#keys", Static).auto_links = False  # keys look like keys, not like links
        self.screen.bindings_updated_signal.subscribe(self, self._follow)

    def on_resize(self) -> None:
        """Fit as many keys as there is room for."""
        self.call_after_refresh(self._draw_keys)

    def show_state(self, text: str, *, trouble: bool = False) -> None:
        """Say how things stand, at the right end of the line."""
        state = self.query_one("#state", Static)
        state.update(Content.styled(text, "bold $text-warning") if trouble else Content(text))
        self.call_after_refresh(self._draw_keys)

    def _follow(self, _screen: Screen[object]) -> None:
        self.call_after_refresh(self._draw_keys)

    def _draw_keys(self) -> None:
        if not self.is_attached or self.screen is not self.app.screen:
            return
        keys = self.query_one("#keys", Static)
        keys.update(fit_keys(self._shown(), keys.size.width))

    def _shown(self) -> list[tuple[str, str, str]]:
        """Key as displayed, its word, the key itself; once for each action, help last."""
        bindings = [
            active.binding
            for active in self.screen.active_bindings.values()
            if active.binding.show and active.enabled and not self._typed(active.binding.key)
        ]
        bindings.sort(key=lambda binding: (binding.action == "help", RANK.get(binding.id, -1)))
        shown: dict[str, tuple[str, str, str]] = {}
        for binding in bindings:
            display = self.app.get_key_display(binding)
            shown.setdefault(binding.action, (display, binding.description, binding.key))
        return list(shown.values())

    def _typed(self, key: str) -> bool:
        """Whether the focused widget takes the key as text; Textual knows it of all keys but /."""
        focused = self.screen.focused
        return key == "slash" and focused is not None and focused.check_consume_key(key, "/")


def fit_keys(keys: list[tuple[str, str, str]], width: int) -> Content:
    """Lay out as many keys as fit; the last one, help, keeps its place before the others do."""
    kept = list(keys)
    while len(kept) > 1 and _width(kept) > width:
        del kept[-2]
    parts: list[Content | str | tuple[str, str | Style]] = []
    for display, word, key in kept:
        if parts:
            parts.append(_GAP)
        click = Style.from_meta({"@click": f"app.simulate_key('{key}')"})
        label = Content.assemble((display, "bold $accent"), " ", word)
        parts.append(label.stylize(click))
    return Content.assemble(*parts)


def _width(keys: list[tuple[str, str, str]]) -> int:
    return sum(cell_len(f"{display} {word}") for display, word, _ in keys) + len(_GAP) * (
        len(keys) - 1
    )
