"""Frames between processes that do not trust each other: plain data only, every size bounded.

A frame is ``magic, u32 header length, u64 payload length, JSON header, raw bytes``. The header says
what the raw bytes are; nothing is ever unpickled or evaluated. No torch here.
"""

from __future__ import annotations

import json
import os
import select
import struct
from collections.abc import Sequence
from typing import Any, NoReturn

MAGIC = b"TUT1"
HEAD = struct.Struct("<4sIQ")
MAX_HEADER = 256 << 10
MAX_PAYLOAD = 256 << 20
MAX_DEPTH = 64
# So much may be written that nobody reads yet: a quarter of what Linux gives a socket for it.
AHEAD = 48 << 10


class WireError(Exception):
    """The other side sent something that is not a frame of ours."""


class Gone(Exception):
    """The other side closed its end before a whole frame had come."""


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


_decode = json.JSONDecoder(parse_constant=_no_number).decode


def pack(header: Any, buffers: Sequence[bytes] = ()) -> bytes:
    """One frame as bytes. Raises WireError when it is larger than the other side would take."""
    try:
        head = json.dumps(header, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")
    except (ValueError, TypeError, RecursionError) as error:
        raise WireError(f"not plain data: {error}") from None
    size = sum(len(b) for b in buffers)
    if len(head) > MAX_HEADER or size > MAX_PAYLOAD:
        raise WireError("too large to be looked at")
    return b"".join((HEAD.pack(MAGIC, len(head), size), head, *buffers))


def unpack_head(raw: bytes, most: int = MAX_PAYLOAD) -> tuple[int, int]:
    """Lengths of header and payload, of which ``most`` may come, from the first bytes."""
    magic, header, payload = HEAD.unpack(raw)
    if magic != MAGIC or header > MAX_HEADER or payload > most:
        raise WireError("not a frame")
    return header, payload


def parse(header: bytes) -> Any:
    """The JSON header. Raises WireError on anything else, NaN and deep nesting included."""
    try:
        value = _decode(header.decode())
    except (ValueError, RecursionError):
        raise WireError("the header is not JSON") from None
    if _depth_exceeds(value, MAX_DEPTH):
        raise WireError("the header is nested too deeply")
    return value


def _depth_exceeds(value: Any, limit: int) -> bool:
    level = [value]
    while level:
        if limit == 0:
            return True
        limit -= 1
        level = [
            child
            for node in level
            if isinstance(node, (list, dict))
            for child in (node.values() if isinstance(node, dict) else node)
        ]
    return False


def send(fd: int, header: Any, buffers: Sequence[bytes] = ()) -> None:
    """Write one frame to a blocking descriptor."""
    write(fd, pack(header, buffers))


def write(fd: int, frame: bytes) -> None:
    """Write a packed frame to a blocking descriptor."""
    rest = memoryview(frame)
    while rest:
        rest = rest[os.write(fd, rest[: 1 << 20]) :]


def receive(fd: int) -> tuple[Any, bytes]:
    """Read one frame from a blocking descriptor: (header, payload)."""
    header, payload = unpack_head(_exactly(fd, HEAD.size))
    return parse(_exactly(fd, header)), _exactly(fd, payload)


def _exactly(fd: int, count: int) -> bytes:
    # Grown as bytes arrive: a forged length costs its sender the bytes, not the reader the memory.
    parts: list[bytes] = []
    while count:
        part = _part(fd, min(count, 1 << 20))
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _part(fd: int, most: int) -> bytes:
    try:
        part = os.read(fd, most)
    except ConnectionResetError:
        part = b""
    if not part:
        raise Gone
    return part


class Inbox:
    """Frames of a blocking descriptor, some of which may have come before they are wanted.

    Args:
        fd: the descriptor.
        most: bytes of payload that a frame may have.
    """

    def __init__(self, fd: int, most: int = MAX_PAYLOAD) -> None:
        self._fd, self._most = fd, most
        self._here = bytearray()
        self._poll = select.poll()
        self._poll.register(fd, select.POLLIN)

    def whole(self) -> bool:
        """True when a frame can be had without waiting. Raises Gone and WireError."""
        while len(self._here) < self._needed():
            if not self._poll.poll(0):
                return False
            self._more()
        return True

    def receive(self) -> tuple[Any, bytes]:
        """The next frame: (header, payload). Raises Gone and WireError."""
        while len(self._here) < self._needed():
            self._more()
        end = self._needed()
        header, _ = unpack_head(bytes(self._here[: HEAD.size]), self._most)
        start = HEAD.size + header
        frame = parse(bytes(self._here[HEAD.size : start])), bytes(self._here[start:end])
        del self._here[:end]
        return frame

    def _needed(self) -> int:
        if len(self._here) < HEAD.size:
            return HEAD.size
        return HEAD.size + sum(unpack_head(bytes(self._here[: HEAD.size]), self._most))

    def _more(self) -> None:
        self._here += _part(self._fd, 1 << 20)
