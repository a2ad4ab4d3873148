"""Frames between processes that do not trust each other: plain data only, every size bounded.

A frame is ``magic, u32 header length, u64 payload length, JSON header, raw bytes``. The header says
what the raw bytes are; nothing is ever unpickled or evaluated. No torch here.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Sequence
from typing import Any

MAGIC = b"TUT1"
HEAD = struct.Struct("<4sIQ")
MAX_HEADER = 256 << 10
MAX_PAYLOAD = 256 << 20
MAX_DEPTH = 64


class WireError(Exception):
    """The other side sent something that is not a frame of ours."""


class Gone(Exception):
    """The other side closed its end before a whole frame had come."""


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


def unpack_head(raw: bytes) -> tuple[int, int]:
    """Lengths of header and payload from the first ``HEAD.size`` bytes."""
    magic, header, payload = HEAD.unpack(raw)
    if magic != MAGIC or header > MAX_HEADER or payload > MAX_PAYLOAD:
        raise WireError("not a frame")
    return header, payload


def parse(header: bytes) -> Any:
    """The JSON header. Raises WireError on anything else, deep nesting included."""
    try:
        value = json.loads(header)
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
    rest = memoryview(pack(header, buffers))
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
        try:
            part = os.read(fd, min(count, 1 << 20))
        except ConnectionResetError:
            part = b""
        if not part:
            raise Gone
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
