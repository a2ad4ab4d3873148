"""Lesson Markdown for a line-by-line reader: formulas drawn, everything else as it is written."""

from __future__ import annotations

from tutor.text import maths
from tutor.text.markdown import formulas


def plain(markdown: str) -> str:
    """Return Markdown with its formulas as text and nothing else changed."""
    text = markdown.strip("\n")
    for latex, in_sentence in formulas(markdown):
        if in_sentence:
            text = text.replace(f"${latex}$", maths.inline(latex), 1)
        else:
            rows = "\n".join(f"    {row}" for row in maths.block(latex))
            text = text.replace(f"$${latex}$$", f"\n{rows}\n", 1)
    return text
