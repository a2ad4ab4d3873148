"""Typed answers, read: numbers, shapes and printed output. No opinion on what is right."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

Shape: TypeAlias = tuple[int, ...] | Literal["error"]

_MOST_CHARACTERS = 200  # of a number; nobody types more, and int() of a long one is slow
_PLAIN = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
_NUMBER = re.compile(rf"([-+]?)\s*({_PLAIN})(?:\s*/\s*([-+]?{_PLAIN}))?\s*(%?)")
_GROUPED = re.compile(r"(?<=[0-9])_(?=[0-9])")


@dataclass(frozen=True)
class Number:
    """A number as it was typed; ``decimals`` counts the digits after the point of its value."""

    value: float
    decimals: int | None = None  # None where the form has no last digit: a fraction


def read_number(text: str, unit: str = "") -> Number | None:
    """Read ``0.5``, ``.5``, ``1/2``, ``50 %``, ``5e-1``, ``1_000``, ``≈ 0.5``, or return None.

    The unit of the question may follow the number. With the unit ``%`` the answer itself counts
    per cents, so 50 and ``50 %`` are the same there. NaN and the infinities are read too: they
    are answers, and wrong ones.
    """
    text = text.strip().replace("\N{MINUS SIGN}", "-").lstrip("=≈~").strip()
    if unit and text.casefold().endswith(unit.casefold()):
        text = text[: -len(unit)].rstrip()
    if text.casefold().lstrip("+-") in ("nan", "inf", "infinity", "∞"):
        return Number(math.nan)
    found = _NUMBER.fullmatch(_GROUPED.sub("", text)) if len(text) <= _MOST_CHARACTERS else None
    if found is None:
        return None
    sign, above, below, percent = found.groups()
    value = Fraction(above)
    if below is not None:
        if Fraction(below) == 0:
            return None
        value /= Fraction(below)
    value *= (-1 if sign == "-" else 1) * (Fraction(1, 100) if percent else 1)
    exponent = Decimal(above).as_tuple().exponent
    assert isinstance(exponent, int)
    decimals = None if below is not None else max(0, -exponent + (2 if percent else 0))
    try:
        return Number(float(value), decimals)
    except OverflowError:
        return Number(math.inf)


_BRACKETED = re.compile(
    r"(?:torch\.)?(?:Size)?\s*(?:\(\s*\[([^][()]*)\]\s*\)|\(([^][()]*)\)|\[([^][()]*)\]|(error))"
    r"[\s,;]*(?:and\s+)?",
    re.IGNORECASE,
)
_BETWEEN_SIZES = re.compile(r"\s*[,x\N{MULTIPLICATION SIGN}]\s*|\s+")


def read_shapes(text: str) -> tuple[Shape, ...] | None:
    """Read ``(3, 1) ()``, ``torch.Size([3, 1])``, ``[3, 1]``, ``3, 1``, ``3 x 1``, or return None.

    Without brackets it is one shape. The word ``error`` stands where no shape comes out.
    """
    text = text.strip()
    if not text or len(text) > _MOST_CHARACTERS:
        return None
    if text[0].isdecimal():
        sizes = _sizes(text)
        return None if sizes is None else (sizes,)
    if text.casefold() == "scalar":
        return ((),)
    shapes: list[Shape] = []
    at = 0
    while at < len(text):
        found = _BRACKETED.match(text, at)
        if found is None:
            return None
        shape: Shape | None = (
            "error" if found[4] else _sizes(found[1] or found[2] or found[3] or "")
        )
        if shape is None:
            return None
        shapes.append(shape)
        at = found.end()
    return tuple(shapes)


def _sizes(text: str) -> tuple[int, ...] | None:
    text = text.strip().removesuffix(",").rstrip()
    words = _BETWEEN_SIZES.split(text) if text else []
    if not all(word.isascii() and word.isdecimal() and len(word) <= 12 for word in words):
        return None
    return tuple(map(int, words))


def show_shapes(shapes: Iterable[Shape]) -> str:
    """Return shapes as Python prints them: ``(3, 1) () (2,)``."""
    return " ".join(str(shape) for shape in shapes)


# --- printed output ------------------------------------------------------------------------

Kind: TypeAlias = Literal["int", "float", "word", "string", "mark"]


@dataclass(frozen=True)
class Token:
    """A piece of printed output."""

    kind: Kind
    text: str


# A sign belongs to a number only where no operand stands before it: "1-2" is three pieces.
_TOKEN = re.compile(
    rf"(?P<string>'[^'\n]*'|\"[^\"\n]*\")"
    rf"|(?P<number>(?<![\w.)\]])[-+]?{_PLAIN}j?(?![A-Za-z_]))"
    rf"|(?P<word>[^\W\d][\w.]*|\w+)"
    rf"|(?P<mark>\S)"
)
_ANY_CASE = {"true": "True", "false": "False", "none": "None", "error": "error", "nan": "nan"}
_OPEN, _CLOSE = "([{", ")]}"


def read_output(text: str) -> tuple[tuple[Token, ...], ...] | None:
    """Return the pieces of printed output, line by line; None if a bracket is left open.

    A line goes on until its brackets are closed, so a printed tensor may be typed in one line.
    Blank lines at both ends and spaces between pieces mean nothing.
    """
    lines: list[tuple[Token, ...]] = []
    tokens: list[Token] = []
    depth = 0
    for line in text.strip("\n").splitlines() if text.strip() else []:
        here = _tokens(line)
        tokens += here
        depth += sum(_depth(token) for token in here)
        if depth <= 0:
            lines.append(tuple(tokens))
            tokens, depth = [], 0
    if tokens:
        return None
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return tuple(lines)


def _depth(token: Token) -> int:
    if token.kind != "mark":
        return 0
    return (token.text in _OPEN) - (token.text in _CLOSE)


def _tokens(line: str) -> list[Token]:
    tokens = []
    for found in _TOKEN.finditer(line.replace("\N{MINUS SIGN}", "-")):
        text = found[0]
        if found.lastgroup == "string":
            tokens.append(Token("string", text[1:-1]))
        elif found.lastgroup == "number" and not text.endswith("j"):
            whole = re.fullmatch(r"[-+]?[0-9]+", text) is not None
            tokens.append(Token("int" if whole else "float", text))
        elif found.lastgroup == "mark":
            tokens.append(Token("mark", text))
        else:
            tokens.append(Token("word", _ANY_CASE.get(text.casefold(), text)))
    return tokens


Likeness: TypeAlias = Literal["same", "coarser", "dtype", "other"]


def compare_tokens(got: Sequence[Token], want: Sequence[Token]) -> Likeness:
    """Say how alike two lines are.

    ``same`` counts numbers within 1e-6 of the wanted one, and numbers with more decimals than are
    printed; ``coarser`` is right but for decimals left out; ``dtype`` is right but for whole
    numbers where a point is printed, or the other way round.
    """
    if len(got) != len(want):
        return "other"
    worst: Likeness = "same"
    for mine, theirs in zip(got, want, strict=True):
        likeness = _compare(mine, theirs)
        if likeness == "other":
            return "other"
        if likeness == "dtype" or worst == "same":
            worst = likeness if likeness != "same" else worst
    return worst


def _compare(got: Token, want: Token) -> Likeness:
    numbers = ("int", "float")
    if got.kind not in numbers or want.kind not in numbers:
        return "same" if got == want else "other"
    mine, theirs = Decimal(got.text), Decimal(want.text)
    if got.kind != want.kind:
        return "dtype" if mine == theirs else "other"
    if got.kind == "int":
        return "same" if mine == theirs else "other"
    if abs(mine - theirs) <= abs(theirs) * Decimal("1e-6"):
        return "same"
    if _half_a_step(theirs) >= abs(mine - theirs) and _places(mine) > _places(theirs):
        return "same"
    if _half_a_step(mine) >= abs(mine - theirs) and 1 <= _places(mine) < _places(theirs):
        return "coarser"
    return "other"


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return -exponent


def _half_a_step(number: Decimal) -> Decimal:
    """Half a unit of a number's last place: what rounding may have changed."""
    return Decimal(5).scaleb(-_places(number) - 1)
