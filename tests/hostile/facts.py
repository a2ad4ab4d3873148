"""What can be seen of a confined child from outside, by another process of the same person.

Some layers stop nothing that a program could try: they decide what becomes of its process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

from tutor.content.model import Limits
from tutor.evaluator.client import Evaluator

_DAC_READ_SEARCH = 1 << 2
_LOOP = "while True: pass"


def children(pid: int) -> list[int]:
    """Process ids of the children of ``pid``."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = (entry / "stat").read_text().rpartition(") ")[2].split()[1]
            except OSError:
                continue  # it has ended meanwhile
            if int(parent) == pid:
                found.append(int(entry.name))
    return sorted(found)


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _alive(pid: int) -> bool:
    """False also for a zombie, which only waits for an init that is in no hurry."""
    try:
        return not _status(pid)["State"].startswith("Z")
    except FileNotFoundError:
        return False


def _looks_inside(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/mem", "rb"):
            return True
    except PermissionError:
        return False


def of_children(pids: list[int]) -> dict[str, bool]:
    """Each fact by name, true when it holds of all ``pids``."""
    status = [_status(pid) for pid in pids]
    facts = {
        "each has a session of its own": all(os.getsid(pid) == pid for pid in pids),
        "each goes first when the machine runs out of memory": all(
            Path(f"/proc/{pid}/oom_score_adj").read_text().strip() == "1000" for pid in pids
        ),
        "none has a privilege": all(int(s["CapEff"], 16) & ~_DAC_READ_SEARCH == 0 for s in status),
        "none can gain a privilege": all(s["NoNewPrivs"] == "1" for s in status),
        "each has its system calls filtered": all(s["Seccomp"] == "2" for s in status),
    }
    if os.geteuid() != 0:  # root looks into everything
        name = "no other process of the same person looks inside"
        facts[name] = not any(map(_looks_inside, pids))
    return facts


async def gather(evaluator: Evaluator) -> dict[str, bool]:
    """All facts, of the children that stand by and of one that is at work. Kills the zygote."""
    loop = await evaluator.run(_LOOP, limits=Limits(seconds=0.5))
    facts = {"a time-out names its line": loop.line == 1}
    running = asyncio.ensure_future(evaluator.run(_LOOP, limits=Limits(seconds=30)))
    await asyncio.sleep(1)
    assert evaluator.pid is not None
    pids = children(evaluator.pid)
    facts |= of_children(pids)
    os.kill(evaluator.pid, signal.SIGKILL)
    facts["each dies with its zygote"] = await _gone(pids)
    for pid in pids:
        if _alive(pid):
            os.kill(pid, signal.SIGKILL)
    await running
    return facts


async def _gone(pids: list[int]) -> bool:
    """Whether all have ended within a second."""
    until = time.monotonic() + 1
    while any(map(_alive, pids)):
        if time.monotonic() > until:
            return False
        await asyncio.sleep(0.01)
    return True
