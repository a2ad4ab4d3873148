"""Lesson Markdown to tokens: GFM with ``$...$`` and ``$$...$$``, formulas already drawn.

No widgets here: the prose widget takes ``parser`` as its factory and shows ``math_block`` tokens,
whose ``content`` is rows of text.
"""

from __future__ import annotations

from itertools import takewhile

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from tutor.text import maths

MATHS_BLOCK = "math_block"
_OF_FACTORS = tuple("0123456789)]}")  # what a factor ends in, {{a computed one}} too


def parser() -> MarkdownIt:
    """A parser whose inline formulas have become text and whose blocks hold drawn rows."""
    made = MarkdownIt("gfm-like", {"linkify": False})
    # A price ("$5") and a prompt ("$ ls") are no formulas.
    dollarmath_plugin(made, allow_space=False, allow_digits=False, allow_labels=False)
    made.core.ruler.push("draw_maths", _draw)
    return made


def formulas(markdown: str) -> list[tuple[str, bool]]:
    """Every formula of a text with whether it stands in a sentence, in order."""
    plain = MarkdownIt("gfm-like", {"linkify": False})
    dollarmath_plugin(plain, allow_space=False, allow_digits=False, allow_labels=False)
    found = []
    for token in plain.parse(markdown):
        if token.type == MATHS_BLOCK:
            found.append((token.content, False))
        for child in token.children or ():
            if child.type == "math_inline":
                found.append((child.content, True))
    return found


def swallowed(markdown: str) -> list[str]:
    """What two stars of a product would set in italics: of ``2*3 + 4*5`` it is ``3 + 4``."""
    found = []
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(markdown):
        parts = token.children or []
        for i, opened in enumerate(parts):
            if opened.type != "em_open" or opened.markup != "*" or not i:
                continue
            if parts[i - 1].content[-1:] in _OF_FACTORS:
                inner = takewhile(lambda part: part.type != "em_close", parts[i + 1 :])
                found.append("".join(part.content for part in inner))
    return found


def _draw(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == MATHS_BLOCK:
            token.content = "\n".join(maths.block(token.content))
        if token.children:
            token.children = [_as_text(child) for child in token.children]


def _as_text(token: Token) -> Token:
    if token.type != "math_inline":
        return token
    drawn = Token("text", "", 0)
    drawn.content = maths.inline(token.content)
    return drawn
