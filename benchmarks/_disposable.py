"""A place to be harmed: run a script of the tests where nothing it does can last; see ``enter``.

Inside, this process is number 1: when it ends, all that it has started ends. The disk is read-only,
/tmp and /dev/shm are fresh memory of a bounded size, the network is one loopback, and the script's
user may start so many processes and map so much memory, and no more.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import socket
import struct
import subprocess
import sys

NOBODY = 65534
_PROCESSES = 200
_ADDRESS_SPACE = 4 << 30
_MS_RDONLY, _MS_REMOUNT, _MS_BIND, _MS_NOSUID = 1, 32, 4096, 2
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1


def enter(command: list[str], user: int = NOBODY) -> list[str]:
    """The command line that runs ``command`` in such a place, as ``user``. It takes root."""
    spaces = ["--mount", "--pid", "--net", "--ipc", "--uts", "--mount-proc", "--kill-child"]
    inside = [sys.executable, "-m", "benchmarks._disposable", str(user), *command]
    return ["unshare", *spaces, "--", *inside]


def _mount(what: str, where: str, kind: str, flags: int, options: str = "") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = (what.encode(), where.encode(), kind.encode(), ctypes.c_ulong(flags))
    if libc.mount(*arguments, options.encode()):
        raise OSError(ctypes.get_errno(), f"mount {where}: {os.strerror(ctypes.get_errno())}")


def _close_the_disk() -> None:
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        points = [line.split()[1].encode().decode("unicode_escape") for line in mounts]
    for point in sorted(set(points), key=len):
        if not point.startswith(("/proc", "/dev", "/sys")):
            _mount("none", point, "none", _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _MS_NOSUID)
    for point in ("/tmp", "/dev/shm"):
        _mount("none", point, "tmpfs", _MS_NOSUID, "size=512m,mode=1777")


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def _limits() -> None:
    resource.setrlimit(resource.RLIMIT_NPROC, (_PROCESSES, _PROCESSES))
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> int:
    """Close everything that must not be reached, then run the command as the user."""
    if os.getpid() != 1:
        sys.exit("this is for the inside of a namespace of its own: see enter()")
    _close_the_disk()
    _loopback_up()
    os.chdir("/tmp")
    user, *command = sys.argv[1:]
    done = subprocess.run(
        command,
        user=int(user),
        group=int(user),
        extra_groups=[],
        preexec_fn=_limits,
        check=False,
    )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
