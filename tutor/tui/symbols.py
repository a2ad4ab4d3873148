"""The few marks that the screens draw, and what stands for them without Unicode.

Meaning is in the words; a mark only helps the eye.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import NamedTuple


class Symbols(NamedTuple):
    """One mark a field, so that no screen spells a character itself."""

    done: str
    here: str
    wrong: str
    dot: str
    bar_full: str
    bar_half: str
    bar_rest: str
    rule: str
    divider: str
    more: str
    up_down: str
    shades: str  # five, from none to most


UNICODE = Symbols("✓", "▸", "✗", "·", "━", "╸", "─", "─", "│", "…", "↑↓", "·░▒▓█")
ASCII = Symbols("+", ">", "x", "-", "=", "-", ".", "-", "|", "...", "up/down", ".:+*#")


def speaks_unicode(env: Mapping[str, str]) -> bool:
    """Whether the locale promises UTF-8; a terminal that says nothing gets plain ASCII."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = env.get(name)
        if value:
            _, _, encoding = value.partition(".")
            return _is_utf8(encoding.partition("@")[0])
    return False


def choose(setting: str, env: Mapping[str, str]) -> Symbols:
    """Return the marks for a setting of ``auto``, ``unicode`` or ``ascii``."""
    unicode = speaks_unicode(env) if setting == "auto" else setting == "unicode"
    return UNICODE if unicode else ASCII


def _is_utf8(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name == "utf-8"
    except LookupError:
        return False
