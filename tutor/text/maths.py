"""LaTeX to terminal text, through TeXicode, which is imported with the first formula.

A formula in a sentence must fit in one row, so fractions and limits are first written on a line;
a formula of its own may take several rows. What cannot be drawn is shown as it was written, and
``trouble`` says why: ``tutor validate`` refuses such formulas, so a learner should never see one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tutor.text.messages import say

WIDEST = 76  # cells: what is left of 80 beside the margins

# Commands that TeXicode 1.0.5 lacks and that have a plain spelling.
_SPELLED = (
    (re.compile(r"\\operatorname\*?\s*\{"), r"\\mathrm{"),
    (re.compile(r"\\[lr]Vert\b|\\\|"), "||"),
    (re.compile(r"\\[lr]vert\b"), "|"),
    (re.compile(r"\\arg(max|min)\b"), r"\\mathrm{arg\1}"),
    (re.compile(r"\\[dt]frac\b"), r"\\frac"),
    (re.compile(r"\^\s*(\{\s*)?\\top\b(?(1)\s*\})"), "^T"),
)
_CARET = "\u02c6"
# Big operators, on one line with their limits beside them.
_ON_A_LINE = ((re.compile(r"\\sum(?![a-z])"), "Σ"), (re.compile(r"\\prod(?![a-z])"), "Π"))


def inline(latex: str) -> str:
    """Return a formula as one row of text, or as it was written when there is no such row."""
    return _in_one_row(latex) or latex.strip()


def block(latex: str) -> list[str]:
    """Return the rows of a formula that stands by itself."""
    rows = _rows(latex)
    if rows is None:
        return latex.strip().splitlines()
    indent = min((len(row) - len(row.lstrip()) for row in rows if row.strip()), default=0)
    return [row[indent:].rstrip() for row in rows]


def trouble(latex: str, *, inline: bool) -> str:
    """Say why a formula cannot be shown well; empty when it can."""
    rows = _rows(latex)
    if rows is None:
        return say("text.maths.unknown", latex=latex.strip())
    if inline:
        row = _in_one_row(latex)
        if not row:
            return say("text.maths.rows", latex=latex.strip(), n=len(rows))
        rows = (row,)
    if max(map(len, rows), default=0) > WIDEST:
        return say("text.maths.wide", latex=latex.strip(), n=WIDEST)
    return ""


@lru_cache(maxsize=512)
def _rows(latex: str) -> tuple[str, ...] | None:
    """Rows as TeXicode draws them; None when it cannot."""
    from texicode.pipeline import init_arts, render_tex_rows  # type: ignore[import-untyped]

    for pattern, spelled in _SPELLED:
        latex = pattern.sub(spelled, latex)
    init_arts({"fonts": "normal"})  # upright letters: every terminal font has them
    try:
        rows = tuple(render_tex_rows(" ".join(latex.split()), False))
    except (KeyError, IndexError, ValueError, TypeError, AttributeError):
        return None  # it raises what its parser ran into; all mean "not known to it"
    text = "".join(rows)
    if "TeXicode:" in text or text.count("?") > latex.count("?"):
        return None
    return rows


def _in_one_row(latex: str) -> str:
    line = _on_a_line(latex)
    return _one_row(latex) or _one_row(line) or _one_row(_spell_out(line)).replace(_CARET, "^")


def _one_row(latex: str) -> str:
    rows = _rows(latex)
    return rows[0].strip() if rows is not None and len(rows) == 1 else ""


def _spell_out(latex: str) -> str:
    """Write the scripts that have no raised or lowered letters as ``^(...)`` and ``_...``."""
    at = 0
    while (found := re.compile(r"(?<!\\)[_^]").search(latex, at)) is not None:
        script, end = _group(latex, found.end())
        at = end
        if not _one_row(f"x{found.group()}{{{script}}}"):
            held = script if script.isalnum() else f"({script})"
            # TeXicode draws this circumflex as it stands; it becomes a plain one afterwards.
            spelled = {"^": _CARET, "_": r"\_"}[found.group()] + held
            latex = latex[: found.start()] + spelled + latex[end:]
            at = found.start() + len(_CARET)
    return latex


def _on_a_line(latex: str) -> str:
    for pattern, sign in _ON_A_LINE:
        latex = pattern.sub(sign, latex)
    latex = re.sub(r"\\(left|right)(?=[\[\]().|])", "", latex)
    # Both scripts of one letter would be stacked; one after the other they stay in the row.
    latex = re.sub(r"(_(?:\{[^{}]*\}|\w))(?=\^)|(\^(?:\{[^{}]*\}|\w))(?=_)", r"\1\2{}", latex)
    while (at := re.search(r"\\[dt]?frac\s*(?=\{)", latex)) is not None:
        above, then = _group(latex, at.end())
        below, end = _group(latex, then)
        gap = r"\," if re.match(r"\s*[\w\\]", latex[end:]) else ""
        latex = f"{latex[: at.start()]}{_held(above)}/{_held(below)}{gap}{latex[end:]}"
    return latex


def _group(latex: str, start: int) -> tuple[str, int]:
    """The text of the brace group at ``start`` and the place after it."""
    if start >= len(latex) or latex[start] != "{":
        return latex[start : start + 1], start + 1
    depth = 0
    for at in range(start, len(latex)):
        depth += {"{": 1, "}": -1}.get(latex[at], 0)
        if depth == 0:
            return latex[start + 1 : at], at + 1
    return latex[start + 1 :], len(latex)


def _held(part: str) -> str:
    """Parentheses around what a slash would tear apart."""
    return f"({part})" if re.search(r"[-+/,=\s]|\\c?dot|\\times|\\frac", part.strip()) else part
