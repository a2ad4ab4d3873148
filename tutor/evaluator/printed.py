"""Printed text against printed text: numbers as numbers, everything else as it stands. Pure."""

from __future__ import annotations

import math
import re
from itertools import zip_longest

from tutor.content.model import Tolerance

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]*\w)")


def same_printed(want: str, got: str, tolerance: Tolerance) -> bool:
    """True when two outputs say the same, line by line.

    Runs of blanks count as one, blank lines at the end not at all. A number may be off by the
    tolerance, or by what rounding to the printed digits explains; ``1`` and ``1.0`` differ, as do
    ``tensor(1.)`` and ``1.``.
    """
    return all(
        a is not None and b is not None and _same_line(a, b, tolerance)
        for a, b in zip_longest(_lines(want), _lines(got))
    )


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.rstrip().splitlines()]


def _same_line(want: str, got: str, tolerance: Tolerance) -> bool:
    if want == got:
        return True
    # torch pads numbers in a row to one width: blanks beside brackets and commas say nothing.
    words = [re.sub(r"\s*([\[\](),])\s*", r"\1", _NUMBER.sub("#", line)) for line in (want, got)]
    if words[0] != words[1]:
        return False
    pairs = zip(_NUMBER.findall(want), _NUMBER.findall(got), strict=True)
    return all(_same_number(a, b, tolerance) for a, b in pairs)


def _same_number(want: str, got: str, tolerance: Tolerance) -> bool:
    if want == got:
        return True
    if _whole(want) or _whole(got):
        return _whole(want) and _whole(got) and int(want) == int(got)
    a, b = float(want), float(got)
    rounding = 0.51 * (_unit(want) + _unit(got))
    return math.isfinite(b) and abs(b - a) <= tolerance.atol + tolerance.rtol * abs(a) + rounding


def _whole(text: str) -> bool:
    return not re.search(r"[.eE]", text)


def _unit(text: str) -> float:
    """The value of one in the last printed digit; 0 of a number printed in full (repr)."""
    digits, _, exponent = text.lower().partition("e")
    decimals = len(digits.partition(".")[2])
    return 0.0 if decimals > 6 else 10.0 ** (int(exponent or 0) - decimals)
