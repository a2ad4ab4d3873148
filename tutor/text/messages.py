"""The catalogue: every sentence that the app itself says, by key.

``say("tui.home.due", n=3)`` reads ``tutor/text/en/tui.toml``, table ``home``, key ``due``, and
fills the template as ``str.format`` does. Where number matters, the entry is a table of two
templates and ``n`` chooses between them::

    [home]
    due = { one = "1 review is due", other = "{n} reviews are due" }
"""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGE = "en"
_FOLDER = Path(__file__).parent


class MissingText(KeyError):
    """A key that the catalogue does not have, or a value that its template asks for in vain."""

    def __str__(self) -> str:
        return str(self.args[0])


def say(key: str, /, **values: object) -> str:
    """Return the sentence of ``key`` with ``values`` filled in.

    Raises:
        MissingText: no such key, or the template needs a value that was not given.
    """
    entry = _entries(key.partition(".")[0]).get(key)
    if entry is None:
        raise MissingText(_no_such(key))
    if isinstance(entry, dict):
        entry = entry["one" if values.get("n") == 1 else "other"]
    try:
        return entry.format_map(values)
    except (KeyError, IndexError) as missing:
        raise MissingText(f"the text {key!r} needs a value for {missing}: {entry!r}") from None


def keys(part: str) -> frozenset[str]:
    """Return every key of one part of the catalogue, e.g. of ``tui``."""
    return frozenset(_entries(part))


@cache
def _entries(part: str) -> dict[str, str | dict[str, str]]:
    """One file of the catalogue as flat keys; a missing file is an empty one."""
    path = _FOLDER / LANGUAGE / f"{part}.toml"
    flat: dict[str, str | dict[str, str]] = {}
    if path.is_file():
        _flatten(part, tomllib.loads(path.read_text(encoding="utf-8")), flat)
    return flat


def _flatten(prefix: str, table: dict[str, Any], flat: dict[str, str | dict[str, str]]) -> None:
    for name, value in table.items():
        if isinstance(value, dict) and value.keys() != {"one", "other"}:
            _flatten(f"{prefix}.{name}", value, flat)
        else:
            flat[f"{prefix}.{name}"] = value


def _no_such(key: str) -> str:
    part = key.partition(".")[0]
    near = difflib.get_close_matches(key, _entries(part), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"no text {key!r} in tutor/text/{LANGUAGE}/{part}.toml{hint}"
