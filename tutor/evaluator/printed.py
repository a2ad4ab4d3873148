"""Printed text against printed text: numbers as numbers, everything else as it stands. Pure."""

from __future__ import annotations

import math
import re
from itertools import zip_longest

from tutor.content.model import Tolerance

# Atomic: a row of digits that is no number after all is not tried again in every way to split it.
_NUMBER = re.compile(r"(?<![\w.])(?>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.]*\w)")
_LONGEST = 4  # characters of an exponent; one that has more makes infinity or zero


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
        return _whole(want) and _whole(got) and _digits(want) == _digits(got)
    a, b = float(want), float(got)
    rounding = 0.51 * (_unit(want) + _unit(got))
    return math.isfinite(b) and abs(b - a) <= tolerance.atol + tolerance.rtol * abs(a) + rounding


def _whole(text: str) -> bool:
    return not re.search(r"[.eE]", text)


def _digits(text: str) -> str:
    """A whole number in one spelling. As text: Python makes no int of thousands of digits."""
    bare = text.lstrip("+-").lstrip("0") or "0"
    return f"-{bare}" if text.startswith("-") and bare != "0" else bare


def _unit(text: str) -> float:
    """The value of one in the last printed digit; 0 of a number that was not rounded there.

    That is one printed in full (``0.1234567``), a whole one of torch's (``3.``), and one with an
    exponent that has no decimals (``1e-05``) or is zero: in any unit, ``0e300`` is nothing.
    """
    digits, power, exponent = text.lower().partition("e")
    decimals = len(digits.partition(".")[2])
    if decimals > 6 or (not decimals and ("." in digits or power)):
        return 0.0
    if not power:
        return 10.0**-decimals
    if not digits.strip("+-0.") or len(exponent) > _LONGEST:
        return 0.0
    return 10.0 ** min(int(exponent) - decimals, 308)
