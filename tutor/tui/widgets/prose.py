"""Lesson prose: Markdown with formulas, quiet code blocks, and no boxes."""

from __future__ import annotations

import ast

from markdown_it.token import Token
from pygments.token import Token as Lexed  # type: ignore[import-untyped]
from textual.app import App, ComposeResult
from textual.content import Content
from textual.highlight import HighlightTheme, highlight
from textual.widgets import Markdown, Static
from textual.widgets.markdown import MarkdownBlock, MarkdownFence

from tutor.text.markdown import MATHS_BLOCK, parser
from tutor.tui.widgets.look import speaks_ascii


class CodeColours(HighlightTheme):
    """Three tones: words of the language, literals, comments. All else is plain text."""

    STYLES = {  # noqa: RUF012 - the base class declares it so
        Lexed.Comment: "$quiet italic",
        Lexed.Keyword: "$accent",
        Lexed.Keyword.Constant: "$accent",
        Lexed.Operator.Word: "$accent",
        Lexed.Literal.Number: "$text-success",
        Lexed.Literal.String: "$text-success",
        Lexed.Name.Function: "bold",
        Lexed.Name.Class: "bold",
    }


class Fence(MarkdownFence):
    """A block of code in the prose; Python unless it says otherwise."""

    @classmethod
    def highlight(cls, code: str, language: str, ansi: bool = False, dark: bool = False) -> Content:
        """Colour the code with our three tones, in every theme."""
        if language == "text" or (not language and not _is_python(code)):
            return Content(code)
        return highlight(code, language=language or "python", theme=CodeColours)


def _is_python(code: str) -> bool:
    """Whether a block that does not name its language can be read as Python."""
    try:
        ast.parse(code)
    except (SyntaxError, ValueError):
        return False
    return True


class Formula(MarkdownBlock):
    """A formula that stands by itself, as rows of text."""

    def __init__(self, markdown: Markdown, token: Token) -> None:
        super().__init__(markdown, token)
        self.set_content(Content(token.content))


class Prose(Markdown):
    """Text of a lesson. Give it Markdown; it draws formulas itself."""

    DEFAULT_CSS = """
    Prose { padding: 0; background: transparent; }
    Prose > MarkdownParagraph { margin: 0 0 1 0; }
    Prose MarkdownHeader {
        margin: 0 0 1 0;
        color: $accent;
        background: transparent;
        text-style: bold;
        content-align: left top;
    }
    Prose MarkdownFence {
        margin: 0 0 1 0;
        background: transparent;
        color: $code;
        overflow: hidden;
    }
    /* A long line is folded: half of a sentence out of sight would be worse. */
    Prose MarkdownFence > Label { padding: 0 0 0 2; width: 1fr; }
    Prose Formula { padding: 0 0 0 2; margin: 0 0 1 0; text-wrap: nowrap; width: auto; }
    Prose MarkdownBulletList, Prose MarkdownOrderedList { margin: 0 0 1 0; padding: 0 0 0 1; }
    Prose MarkdownBulletList MarkdownParagraph, Prose MarkdownOrderedList MarkdownParagraph {
        margin: 0;
    }
    Prose MarkdownBullet { color: $accent; }
    Prose MarkdownBlock > .code_inline { color: $code; background: transparent; text-style: bold; }
    Prose MarkdownBlock:light > .code_inline { color: $code; background: transparent; }
    Prose MarkdownBlock:dark > .code_inline { color: $code; background: transparent; }
    Prose MarkdownBlockQuote {
        background: transparent;
        border-left: outer $accent;
        margin: 0 0 1 0;
        padding: 0 0 0 2;
    }
    Prose MarkdownTable { background: transparent; margin-bottom: 1; }
    Prose MarkdownTable:light { background: transparent; }
    Prose MarkdownTableContent { keyline: none; grid-gutter: 0 2; }
    Prose MarkdownTableContent > .header { color: $quiet; padding: 0; }
    Prose MarkdownTableContent > .cell { padding: 0; }
    """

    def __init__(
        self, text: str = "", *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(text, id=id, classes=classes, parser_factory=parser, open_links=False)
        if speaks_ascii(self):
            self.BULLETS = ["- ", "* ", "+ "]

    BLOCKS = {**Markdown.BLOCKS, "fence": Fence, "code_block": Fence}  # noqa: RUF012

    def unhandled_token(self, token: Token) -> MarkdownBlock | None:
        """Show formulas; everything else that Textual does not know stays unseen."""
        return Formula(self, token) if token.type == MATHS_BLOCK else None


class _Demo(App[None]):
    def compose(self) -> ComposeResult:
        yield Static()
        yield Prose(_SAMPLE)


_SAMPLE = r"""
A view reads the *same* storage: `x.view(2, 3)` costs **nothing**. An index lands at
$o + \sum_k i_k s_k$, that is

$$
o + \sum_{k=1}^{d} i_k s_k
$$

- copy: new memory
- share: the same memory

```
x = torch.zeros(2, 3)   # six numbers
```

| you write | whose memory |
|---|---|
| `torch.tensor(x)` | its own |
"""

if __name__ == "__main__":
    _Demo().run()
