"""The three ways into the kernel that Python's own modules do not offer."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from typing import Any


@cache
def library() -> ctypes.CDLL:
    """The C library of this process, keeping ``errno`` to itself."""
    loaded = ctypes.CDLL(None, use_errno=True)
    loaded.syscall.restype = ctypes.c_long
    # Looked up here, in the zygote, and not again in each child.
    for name in ("prctl", "capget", "capset"):
        getattr(loaded, name)
    return loaded


def syscall(number: int, *arguments: Any) -> int:
    """Make one system call. Pass ctypes values: a plain int would be cut to 32 bits.

    Raises:
        OSError: with the errno of the kernel.
    """
    result: int = library().syscall(ctypes.c_long(number), *arguments)
    if result == -1:
        raise _last_error(f"system call {number}")
    return result


def prctl(operation: int, argument: int = 0) -> int:
    """Change something about this process; the others are zero, as every operation used here asks.

    Raises:
        OSError: with the errno of the kernel.
    """
    zero = ctypes.c_ulong(0)
    result: int = library().prctl(
        ctypes.c_int(operation), ctypes.c_ulong(argument), zero, zero, zero
    )
    if result == -1:
        raise _last_error(f"prctl {operation}")
    return result


def capget(header: bytes, data: bytearray) -> None:
    """Read the capabilities of a process into ``data``.

    Raises:
        OSError: with the errno of the kernel.
    """
    if library().capget(header, (ctypes.c_char * len(data)).from_buffer(data)):
        raise _last_error("capget")


def capset(header: bytes, data: bytes) -> None:
    """Set the capabilities of this process.

    Raises:
        OSError: with the errno of the kernel.
    """
    if library().capset(header, data):
        raise _last_error("capset")


def _last_error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")
