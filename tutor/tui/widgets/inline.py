"""A line of Markdown (code, stress, formulas) and a block of Python, as text for a label."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from textual.content import Content
from textual.highlight import highlight

from tutor.text.markdown import parser
from tutor.tui.widgets.prose import CodeColours

_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}


@cache
def _parser() -> MarkdownIt:
    return parser()


def inline(text: str) -> Content:
    """Return a sentence or two with its code, stress and formulas drawn; line breaks stay."""
    parts: list[str | tuple[str, str]] = []
    styles: list[str] = []
    for token in _parser().parseInline(text.strip())[0].children or ():
        if token.type.endswith("_open"):
            styles.append(_STYLES.get(token.tag, ""))
        elif token.type.endswith("_close"):
            styles.pop()
        elif token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif token.type == "code_inline":
            parts.append((token.content, " ".join(["bold $code", *styles])))
        else:
            parts.append((token.content, " ".join(styles)))
    return Content.assemble(*parts)


def python(code: str) -> Content:
    """Return a block of Python in the three tones of the prose."""
    return highlight(code.strip("\n"), language="python", theme=CodeColours)
