"""Limits on what a process may use up (setrlimit): memory, processor time, file size, descriptors.

No other layer counts anything. All of these are inherited and can only be lowered, once the
capability to raise them is gone (see policy.py: root has it).
"""

from __future__ import annotations

import resource
from typing import NamedTuple

MIB = 1 << 20
# Between the soft and the hard limit on memory: room to build a traceback in, and to send it.
MARGIN = 64 * MIB
# Address space beyond memory: stacks of threads and the reserve of malloc's arenas are mapped, not
# used. Shared mappings, which RLIMIT_DATA does not count, end here.
ADDRESS_SPACE_EXTRA = 512 * MIB
FILE_SIZE = 16 * MIB
DESCRIPTORS = 64
STACK = 8 * MIB


class Base(NamedTuple):
    """What the warmed zygote uses already, in bytes; a child starts from there.

    A limit on the whole instead of on the growth is the classic mistake: torch alone maps several
    hundred megabytes that nobody has asked for.
    """

    data: int
    address_space: int


def measure() -> Base:
    """Measure this process. Zeros where there is no /proc, and then no limit on memory either."""
    sizes: dict[str, int] = {}
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            for line in status:
                name, _, rest = line.partition(":")
                if name in ("VmData", "VmSize"):
                    sizes[name] = int(rest.split()[0]) * 1024
    except FileNotFoundError:
        return Base(0, 0)
    return Base(sizes["VmData"], sizes["VmSize"])


def apply(base: Base, *, memory_mb: int, cpu_seconds: int) -> bool:
    """Limit this process; False when memory could not be, for want of something to count from.

    Args:
        base: what counts as used already.
        memory_mb: the growth allowed, in MiB.
        cpu_seconds: processor time, in seconds.

    Raises:
        OSError, ValueError: the kernel refused.
    """
    _limit(resource.RLIMIT_CORE, 0)  # a core file holds what the process held
    # Behind the zygote's clock, for the case that the zygote is gone or stopped. The second second
    # is SIGKILL, which cannot be caught.
    _limit(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1)
    _limit(resource.RLIMIT_FSIZE, FILE_SIZE)  # Python ignores SIGXFSZ: an OSError, not a death
    _limit(resource.RLIMIT_NOFILE, DESCRIPTORS)
    _limit(resource.RLIMIT_STACK, STACK)  # `ulimit -s unlimited` makes a recursion eat everything
    for name in ("RLIMIT_MEMLOCK", "RLIMIT_MSGQUEUE"):
        if hasattr(resource, name):
            _limit(getattr(resource, name), 0)
    if base.data:
        # DATA counts private writable memory however it was had: brk, mmap, stacks of threads.
        data = base.data + memory_mb * MIB
        _limit(resource.RLIMIT_DATA, data, data + MARGIN)
        space = base.address_space + memory_mb * MIB + ADDRESS_SPACE_EXTRA
        _limit(resource.RLIMIT_AS, space, space + MARGIN)
    return bool(base.data)


def raise_data_limit() -> None:
    """Let this process use the margin, so that a MemoryError can still be told."""
    for limit in (resource.RLIMIT_DATA, resource.RLIMIT_AS):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (hard, hard))


def _limit(limit: int, soft: int, hard: int | None = None) -> None:
    """Set a limit, or what is left of it where somebody has set a lower one already."""
    hard = soft if hard is None else hard
    ceiling = resource.getrlimit(limit)[1]
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(limit, (soft, hard))
