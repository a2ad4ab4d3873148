"""Landlock: which files a process may reach, decided by the process itself (Linux 5.13 and later).

No other layer can tell one path from another: seccomp sees a pointer to a name, limits see nothing,
and permissions let a learner's code read all that the learner may read. Rights are by file, so a
symbolic link, a hard link, ``/proc/self/root`` or a relative path lead nowhere else.

What Landlock leaves open, at every version: ``stat``, ``chdir``, and changes of mode, owner, times
and attributes. The last four are seccomp's work.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from enum import IntFlag
from typing import NamedTuple

from tutor.evaluator.confine import libc

# The same on every architecture: system calls since 5.1 are numbered once for all.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_GET_VERSION = 1
_RULE_PATH_BENEATH = 1


class Access(IntFlag):
    """LANDLOCK_ACCESS_FS_*, in the order in which the kernel has learned them."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13  # ABI 2, Linux 5.19: move or link between folders
    TRUNCATE = 1 << 14  # ABI 3, Linux 6.2
    IOCTL_DEV = 1 << 15  # ABI 5, Linux 6.10


# EXECUTE goes with reading although nothing may be executed: mapping a library needs READ_FILE
# alone, but kernels with a linker policy ask for both.
READ = Access.EXECUTE | Access.READ_FILE | Access.READ_DIR
READ_WRITE_DEVICE = Access.READ_FILE | Access.WRITE_FILE
# A run folder holds plain files and folders: no link, socket, pipe or device is ever made in it.
READ_WRITE = (
    Access.READ_FILE
    | Access.READ_DIR
    | Access.WRITE_FILE
    | Access.TRUNCATE
    | Access.REFER
    | Access.MAKE_REG
    | Access.MAKE_DIR
    | Access.REMOVE_FILE
    | Access.REMOVE_DIR
)
_FOR_FILES = (
    Access.EXECUTE | Access.WRITE_FILE | Access.READ_FILE | Access.TRUNCATE | Access.IOCTL_DEV
)


class Rule(NamedTuple):
    """``access`` to ``path`` and to all beneath it."""

    path: str
    access: Access


def abi() -> int:
    """The version of Landlock that the kernel enforces; 0 where there is none.

    Asked by system call: a file under /sys says what was compiled in, not what a boot parameter or
    a container has left of it.
    """
    try:
        return libc.syscall(
            _CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_GET_VERSION)
        )
    except OSError:
        return 0


def file_rights(version: int) -> Access:
    """Every right over files that this version can take away."""
    rights = Access(Access.REFER - 1)
    if version >= 2:
        rights |= Access.REFER
    if version >= 3:
        rights |= Access.TRUNCATE
    if version >= 5:
        rights |= Access.IOCTL_DEV
    return rights


def ruleset(version: int, rules: Iterable[Rule]) -> int:
    """Make a set of rules that takes away all rights but those of ``rules``; return its descriptor.

    Beside files it takes away what the version can: binding and connecting TCP (4), and reaching
    abstract Unix sockets and signalling processes outside of the sandbox (6). A path that is not
    there is left out.

    Raises:
        OSError: the kernel refused.
    """
    handled = file_rights(version)
    # Older kernels take a shorter structure, and refuse bits that they do not know.
    network, scopes = 0b11, 0b11
    if version >= 6:
        attributes = struct.pack("=QQQ", handled, network, scopes)
    elif version >= 4:
        attributes = struct.pack("=QQ", handled, network)
    else:
        attributes = struct.pack("=Q", handled)
    descriptor = libc.syscall(
        _CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0)
    )
    for rule in rules:
        _allow(descriptor, rule, handled)
    return descriptor


def restrict(descriptor: int) -> None:
    """Put the rules on this process and on all that it starts, for ever.

    Needs no_new_privs. The same descriptor may serve any number of forked children.

    Raises:
        OSError: the kernel refused.
    """
    libc.syscall(_RESTRICT_SELF, ctypes.c_int(descriptor), ctypes.c_uint32(0))


def _allow(descriptor: int, rule: Rule, handled: Access) -> None:
    try:
        place = os.open(rule.path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        access = rule.access & handled
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            access &= _FOR_FILES  # a right over folders on a file is EINVAL
        libc.syscall(
            _ADD_RULE,
            ctypes.c_int(descriptor),
            ctypes.c_int(_RULE_PATH_BENEATH),
            struct.pack("=Qi", access, place),  # packed: 12 bytes, no padding
            ctypes.c_uint32(0),
        )
    finally:
        os.close(place)
