"""What a learner's program prints, made safe to show: capped, decoded, control characters gone."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

# Whole escape sequences first, then what is left of control characters; tab and newline stay.
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC: titles, links
    r"|\x1b[PX^_][^\x1b]*(?:\x1b\\)?"  # DCS, SOS, PM, APC
    r"|\x1b[@-_]?"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Direction overrides make text read other than it is; lone surrogates cannot be written anywhere.
_TRICKS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\ud800-\udfff]")


def printable(text: str) -> str:
    """``text`` as it may be shown: what a terminal would obey is left out."""
    text = text.replace("\r\n", "\n")
    return _TRICKS.sub("", _CONTROLS.sub("", _ESCAPES.sub("", text)))


class OutputText:
    """Gathers output as it streams in, up to a limit in bytes."""

    def __init__(self, limit: int, on_text: Callable[[str], None] | None) -> None:
        self._room = limit
        self._on_text = on_text
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._raw: list[str] = []

    def add(self, part: bytes) -> bool:
        """Take a part; False when the limit is passed. What fits is kept either way."""
        kept = part[: max(self._room, 0)]
        self._room -= len(part)
        text = self._decoder.decode(kept)
        if text:
            self._raw.append(text)
            if self._on_text:
                self._on_text(printable(text))
        return self._room >= 0

    def text(self) -> str:
        """All that came, printable. Cleaned as a whole, so that no split sequence slips through."""
        return printable("".join(self._raw))
