"""What an evaluator holds of the machine, counted from outside: nothing of it may be left over."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

PATIENCE = 30.0  # a slow machine may take its time; how long it took is printed


class Held(NamedTuple):
    """Counts that must come back exactly."""

    client_descriptors: int
    zygote_descriptors: int
    processes: int
    files: list[str]


class Memory(NamedTuple):
    """Of one process, in kB."""

    rss: int
    dirty: int  # written to, whoever shares it by now


_earlier: set[int] = set()  # zygotes of evaluators that other tests keep


def overlook_earlier() -> None:
    """Count from here on without the evaluators that are there already."""
    _earlier.clear()
    here = os.getpid()
    _earlier.update(pid for pid in processes(here) if _parent(pid) == here)


def processes(client: int) -> list[int]:
    """Zygotes of this client with all that they forked, alive; the oldest first.

    A forked child keeps the command line of its zygote, which names the client.
    """
    mark = f"leash.take({client})".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                pid = int(entry.name)
                if mark in (entry / "cmdline").read_bytes() and not _earlier & {pid, _parent(pid)}:
                    found.append(pid)
            except OSError:
                continue
    return sorted(found, key=_started)


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def _started(pid: int) -> tuple[int, int]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return (0, pid)
    return (int(text.rsplit(")", 1)[1].split()[19]), pid)


def held(zygote: int, folder: Path) -> Held:
    """What this process and its zygote hold now, and the files in ``folder`` and /dev/shm."""
    return Held(
        len(os.listdir("/proc/self/fd")),
        len(os.listdir(f"/proc/{zygote}/fd")),
        len(processes(os.getpid())),
        files(folder),
    )


async def at_rest(zygote: int, folder: Path) -> Held:
    """What is held when nothing goes on: the zygote and the pair on standby, and nobody dying."""
    now = held(zygote, folder)
    while True:
        await asyncio.sleep(0.3)
        before, now = now, held(zygote, folder)
        if now == before and now.processes == 3:
            return now


def files(folder: Path) -> list[str]:
    """Names under ``folder``, and those of /dev/shm that torch would make."""
    shared = Path("/dev/shm").glob("torch_*")
    return sorted(map(str, [*folder.rglob("*"), *shared]))


def memory(pid: int) -> Memory:
    """Memory of a process."""
    sizes = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, size = line.split()[:2]
        sizes[name.rstrip(":")] = int(size)
    return Memory(sizes["Rss"], sizes["Private_Dirty"] + sizes["Shared_Dirty"])


async def settled(good: Callable[[], bool], told: Callable[[], object] = lambda: "") -> float:
    """Wait until something holds; how many seconds that took. Raises AssertionError."""
    started = time.monotonic()
    while not good():
        if time.monotonic() - started > PATIENCE:
            raise AssertionError(f"something is left over: {told()}")
        await asyncio.sleep(0.02)
    return time.monotonic() - started
