"""The outline of a lesson: its pages, how each stands, and where one is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tutor.tui.lesson_flow import Mark, Page
from tutor.tui.widgets.look import marks


class Outline(OptionList):
    """A list of pages; choosing one posts ``OptionSelected`` with the page's index."""

    DEFAULT_CSS = """
    Outline { padding: 0 1; }
    Outline > .option-list--option { padding: 0; }
    """

    def show(self, pages: Sequence[Page], standing: Sequence[Mark], here: int) -> None:
        """Draw the pages with their marks; ``here`` is the one on the screen."""
        signs = marks(self)
        sign = {"done": signs.done, "tried": signs.dot, "new": " "}
        width = max(self.size.width - 2, 12)
        rows = []
        for at, (page, mark) in enumerate(zip(pages, standing, strict=True)):
            lead = signs.here if at == here else " "
            title = _cut(page.title, width - 4, signs.more)
            style = "bold $accent" if at == here else "$quiet" if mark == "done" else ""
            line = Content.assemble(
                (f"{lead} ", "bold $accent"), (f"{sign[mark]} ", "$quiet"), (title, style)
            )
            rows.append(Option(line))
        self.set_options(rows)
        self.highlighted = here


def _cut(text: str, width: int, more: str) -> str:
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - cell_len(more)).rstrip() + more
