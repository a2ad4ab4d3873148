"""The author's solutions beside the learner's own code."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tutor.text.messages import say
from tutor.tui.widgets.demo import Demo
from tutor.tui.widgets.inline import python

SIDE_BY_SIDE = 88  # cells: two columns of code that is 40 wide


class SolutionView(Vertical):
    """Shows solutions: at the learner's side where there is room, else above theirs.

    Args:
        solutions: the author's, the first one first.
        own: the learner's code, "" to leave it out.
    """

    DEFAULT_CSS = """
    SolutionView {
        height: auto;
        padding: 0 0 1 0;
        & .solution--title { color: $quiet; height: 1; }
        & .solution--code { height: auto; padding: 0 1 1 3; color: $code; }
        & > .solution--pair { height: auto; layout: vertical; }
        & > .solution--pair > Vertical { height: auto; width: 1fr; }
        &.-beside > .solution--pair { layout: horizontal; }
    }
    """

    def __init__(self, solutions: tuple[str, ...], own: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._solutions = solutions
        self._own = own

    def compose(self) -> ComposeResult:
        """The first solution and the learner's code as a pair, then the other solutions."""
        first, *others = self._solutions
        with Horizontal(classes="solution--pair"):
            with Vertical():
                yield from _titled(say("widgets.solution.one"), first)
            if self._own.strip():
                with Vertical():
                    yield from _titled(say("widgets.solution.own"), self._own)
        for other in others:
            yield from _titled(say("widgets.solution.other"), other)

    def on_resize(self) -> None:
        """Choose the layout by the room there is."""
        self.set_class(self.size.width >= SIDE_BY_SIDE, "-beside")


def _titled(title: str, code: str) -> ComposeResult:
    yield Static(title, classes="solution--title")
    yield Static(python(code), classes="solution--code")


_SOLUTIONS = ("def f(x):\n    return x.mean()\n", "def f(x):\n    return x.sum() / x.numel()\n")

if __name__ == "__main__":
    Demo(lambda: SolutionView(_SOLUTIONS, "def f(x):\n    return sum(x) / len(x)\n")).run()
