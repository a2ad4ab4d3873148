"""The hint ladder: one hint more at each asking, the earlier ones stay."""

from __future__ import annotations

from textual.containers import Vertical

from tutor.tui.widgets.demo import Demo
from tutor.tui.widgets.prose import Prose


class HintLadder(Vertical):
    """The hints that have been asked for.

    Args:
        hints: all of them, from a nudge to the key line; Markdown.
        shown: how many were asked for before.
    """

    DEFAULT_CSS = """
    HintLadder {
        height: auto;
        & > Prose { height: auto; padding: 0 0 0 3; border-left: outer $accent; margin: 0 0 1 0; }
        & > Prose > MarkdownParagraph { margin: 0; }
        & > Prose MarkdownFence { margin: 0; }
    }
    """

    def __init__(self, hints: tuple[str, ...] = (), shown: int = 0, *, id: str | None = None):
        super().__init__(id=id)
        self._hints: tuple[str, ...] = ()
        self.shown = 0
        self._first = (hints, shown)

    def on_mount(self) -> None:
        """Show what was asked for before."""
        self.show(*self._first)

    @property
    def total(self) -> int:
        """How many hints there are."""
        return len(self._hints)

    def show(self, hints: tuple[str, ...], shown: int) -> None:
        """Show the first ``shown`` of ``hints``."""
        shown = min(shown, len(hints))
        if hints == self._hints and shown == self.shown:
            return
        self.remove_children()
        self._hints, self.shown = hints, shown
        self.mount_all(Prose(hint) for hint in hints[:shown])

    def more(self) -> int | None:
        """Show one hint more; return its number from 1, None when there is none left."""
        if self.shown == self.total:
            return None
        self.mount(Prose(self._hints[self.shown]))
        self.shown += 1
        return self.shown


_SAMPLE = (
    "Think about *storage*: who else reads these six numbers?",
    "Ask `x.is_contiguous()`, and what it means for `x.view(...)`.",
    "The key line:\n\n```\nreturn x.view(shape) if ___ else x.clone().view(shape)\n```",
)

if __name__ == "__main__":
    Demo(lambda: HintLadder(_SAMPLE, 2)).run()
