"""seccomp: which system calls a process may make, and with which plain arguments (Linux 4.14).

Landlock guards files; this guards all that is not a file, and the few things about files that
Landlock does not see (see syscalls.py for what is left out and why). A filter reads numbers only:
it cannot follow a pointer, so whatever hides its meaning behind one is refused as a whole.

The filter is a classic BPF program. Each block tests the number of one system call and, when it
matches, ends in an answer; so no jump is longer than its block.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable
from typing import NamedTuple

from tutor.evaluator.confine import libc, syscalls

# linux/bpf_common.h: the handful of instructions that are needed.
_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_IF_EQUAL, _IF_ANY_BIT, _IF_AT_LEAST = 0x15, 0x45, 0x35

# linux/seccomp.h: what a filter may answer, and where the call lies in `struct seccomp_data`.
_KILL_PROCESS, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

_AUDIT_ARCH = {
    "x86_64": 0xC000003E,
    "amd64": 0xC000003E,
    "aarch64": 0xC00000B7,
    "arm64": 0xC00000B7,
}
_SECCOMP = {"x86_64": 317, "amd64": 317, "aarch64": 277, "arm64": 277}
_X32 = 0x40000000  # x86-64 numbers with this bit are another table of system calls
_SET_MODE_FILTER, _GET_ACTION_AVAILABLE = 1, 2
# Before 5.16 a filter also switched speculation off, which made torch up to twice as slow. That
# guards one thread's secrets from another's; the learner's process holds none.
_FLAG_SPECULATION = 1 << 2

_OWN_PID = -1  # stands for the process id, known only after the fork

_CLONE_THREAD, _CLONE_NEW_NAMESPACE = 0x00010000, 0x7E020080
_O_ACCMODE, _O_CREAT, _O_TRUNC, _O_TMPFILE = 0o3, 0o100, 0o1000, 0o20000000
_SIGKILL = 9
_AF_UNIX, _SOCK_TYPE, _SOCK_DGRAM = 1, 0xF, 2
# TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX. TIOCSTI, which types into the learner's
# terminal, is the one that matters among the others.
_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW, F_DUPFD_CLOEXEC,
# F_GETPIPE_SZ, and the three locks of open files. F_SETOWN and F_SETSIG would have the kernel send
# any signal to any process of the learner's as soon as a pipe can be read; F_SETLEASE, F_NOTIFY
# watch files.
_FCNTLS = (0, 1, 2, 3, 4, 5, 6, 7, 1030, 1032, 36, 37, 38)
_PRCTLS = (15, 16, 3)  # PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE
_CHANGES_NAMES = (
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "mkdir",
    "mkdirat",
    "rmdir",
)


class Instruction(NamedTuple):
    """One line of BPF: both jumps count from the next line."""

    code: int
    if_true: int
    if_false: int
    value: int


class Filter(NamedTuple):
    """A program, and the offsets at which a child writes its own process id."""

    code: bytes
    pid_offsets: tuple[int, ...]


Block = list[Instruction]


def machine() -> str:
    """This machine's name in the tables; a 32-bit interpreter has none."""
    return platform.machine().lower() if struct.calcsize("P") == 8 else "32-bit"


def available() -> bool:
    """Whether the kernel filters and there is a table for this machine."""
    number = _SECCOMP.get(machine())
    if number is None:
        return False
    try:
        libc.syscall(
            number,
            ctypes.c_uint(_GET_ACTION_AVAILABLE),
            ctypes.c_uint(0),
            ctypes.byref(ctypes.c_uint32(_KILL_PROCESS)),
        )
    except OSError:
        return False
    return True


def build(name: str, *, writes: bool = True) -> Filter:
    """Write the filter for the machine ``name``.

    Args:
        name: a key of ``syscalls.MACHINES``.
        writes: False refuses to open any file for writing and to change any name. Where Landlock
            is missing, that at least keeps the learner's files as they are.
    """
    program = _right_architecture(name)
    answers = _judged_answers(writes)
    for call, number in syscalls.judged(name).items():
        program += _when(number, answers[call])
    for call, number in syscalls.allowed(name).items():
        refused = not writes and call in _CHANGES_NAMES
        program += _when(number, [_refuse(errno.EPERM) if refused else _allow()])
    program.append(_refuse(errno.ENOSYS))
    return _assemble(program)


def install(program: Filter) -> None:
    """Put the filter on this process, for ever. Needs no_new_privs.

    Raises:
        OSError: the kernel refused.
    """
    code = bytearray(program.code)
    for offset in program.pid_offsets:
        struct.pack_into("=I", code, offset, os.getpid())
    buffer = (ctypes.c_char * len(code)).from_buffer(code)
    # struct sock_fprog: a count of instructions, padding, a pointer.
    header = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    libc.syscall(
        _SECCOMP[machine()],
        ctypes.c_uint(_SET_MODE_FILTER),
        ctypes.c_uint(_FLAG_SPECULATION),
        header,
    )


def _right_architecture(name: str) -> Block:
    """Kill whoever speaks another table of numbers: int 0x80 and x32 mean other calls by them."""
    kill = Instruction(_RETURN, 0, 0, _KILL_PROCESS)
    program = [
        Instruction(_LOAD, 0, 0, _ARCHITECTURE),
        Instruction(_IF_EQUAL, 1, 0, _AUDIT_ARCH[name]),
        kill,
        Instruction(_LOAD, 0, 0, _NUMBER),
    ]
    if _AUDIT_ARCH[name] == _AUDIT_ARCH["x86_64"]:
        program += [Instruction(_IF_AT_LEAST, 0, 1, _X32), kill]
    return program


def _judged_answers(writes: bool) -> dict[str, Block]:
    """What is said to each system call that depends on its arguments, by name."""
    no = [_refuse(errno.EPERM)]
    return {
        "openat": _open_answer(writes),
        "ioctl": _only(1, _IOCTLS, errno.ENOTTY),
        "fcntl": _only(1, _FCNTLS),
        # No socket at all; of pairs, not the datagram kind: sendmsg on one reaches any socket that
        # has a name, without connect.
        "socket": no,
        "socketpair": [
            *_load(0),
            Instruction(_IF_EQUAL, 1, 0, _AF_UNIX),
            *no,
            *_load(1),
            Instruction(_AND, 0, 0, _SOCK_TYPE),
            Instruction(_IF_EQUAL, 0, 1, _SOCK_DGRAM),
            *no,
            _allow(),
        ],
        # send() is sendto without an address. Both halves of the pointer have to be zero.
        "sendto": [
            *_load(4),
            Instruction(_IF_EQUAL, 0, 3, 0),
            *_load(4, high=True),
            Instruction(_IF_EQUAL, 0, 1, 0),
            _allow(),
            *no,
        ],
        # A thread, in the namespaces we are in. Anything else would be a process.
        "clone": [
            *_load(0),
            Instruction(_IF_ANY_BIT, 1, 0, _CLONE_THREAD),
            *no,
            Instruction(_IF_ANY_BIT, 0, 1, _CLONE_NEW_NAMESPACE & ~0xFF),
            *no,
            _allow(),
        ],
        # Its flags lie behind a pointer; glibc then falls back to clone.
        "clone3": [_refuse(errno.ENOSYS)],
        "fork": no,
        "vfork": no,
        "execve": no,
        "execveat": no,
        # Landlock keeps signals inside only since ABI 6. 0 (our group) and -1 (everybody) are not
        # our own id either. SIGKILL to ourselves is refused too: one that did arrive was then the
        # zygote's or, for want of memory, the kernel's, and can be told as such.
        "kill": [*_unless(1, _SIGKILL), *_only(0, (_OWN_PID,))],
        "tgkill": [*_unless(2, _SIGKILL), *_only(0, (_OWN_PID,))],
        # A limit or a processor mask of another process of the same person; 0 is ourselves.
        "prlimit64": _only(0, (0,)),
        "sched_setaffinity": _only(0, (0,)),
        # PR_SET_PDEATHSIG and PR_SET_DUMPABLE would take back two of the layers.
        "prctl": _only(0, _PRCTLS),
    }


def _open_answer(writes: bool) -> Block:
    """Landlock decides about paths. Here: O_RDONLY|O_TRUNC, which empties a file that may be read.

    Before ABI 3 (Linux 6.2) Landlock saw nothing wrong with that.
    """
    if not writes:
        changing = _O_ACCMODE | _O_CREAT | _O_TRUNC | _O_TMPFILE
        return [
            *_load(2),
            Instruction(_IF_ANY_BIT, 0, 1, changing),
            _refuse(errno.EPERM),
            _allow(),
        ]
    return [
        *_load(2),
        Instruction(_AND, 0, 0, _O_ACCMODE | _O_TRUNC),
        Instruction(_IF_EQUAL, 0, 1, _O_TRUNC),
        _refuse(errno.EPERM),
        _allow(),
    ]


def _load(argument: int, *, high: bool = False) -> Block:
    """Half of an argument. The low half is all that the kernel reads where the type is an int."""
    return [Instruction(_LOAD, 0, 0, _ARGUMENTS + 8 * argument + (4 if high else 0))]


def _only(argument: int, values: Iterable[int], number: int = errno.EPERM) -> Block:
    """Let the call through when one argument is among ``values``."""
    block = _load(argument)
    for value in values:
        block += [Instruction(_IF_EQUAL, 0, 1, value), _allow()]
    return [*block, _refuse(number)]


def _unless(argument: int, value: int) -> Block:
    """Refuse the call when one argument is ``value``; else go on."""
    return [*_load(argument), Instruction(_IF_EQUAL, 0, 1, value), _refuse(errno.EPERM)]


def _allow() -> Instruction:
    return Instruction(_RETURN, 0, 0, _ALLOW)


def _refuse(number: int) -> Instruction:
    return Instruction(_RETURN, 0, 0, _ERRNO | number)


def _when(number: int, answer: Block) -> Block:
    return [Instruction(_IF_EQUAL, 0, len(answer), number), *answer]


def _assemble(program: Block) -> Filter:
    code, offsets = bytearray(), []
    for index, line in enumerate(program):
        if line.value == _OWN_PID:
            offsets.append(8 * index + 4)
        value = max(line.value, 0)
        code += struct.pack("=HBBI", line.code, line.if_true, line.if_false, value)
    return Filter(bytes(code), tuple(offsets))
