"""The layers, one function each: True when it is in force, False when the kernel does not have it.

What a layer stops that the others do not stands in its docstring; benchmarks/layers.py shows it by
leaving each out in turn.
"""

from __future__ import annotations

import faulthandler
import os
import signal
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from tutor.evaluator.confine import capabilities, landlock, libc, limits, seccomp

if TYPE_CHECKING:
    from tutor.evaluator.confine.policy import Policy, Prepared

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_ORPHANED = 99  # exit status of a child whose zygote died before the child could ask to follow it


class Child(NamedTuple):
    """What a layer may need to know."""

    prepared: Prepared
    policy: Policy
    zygote_pid: int
    keep: tuple[int, ...]
    trace: int


def _faulthandler(child: Child) -> bool:
    """Names the line of a crash, and of a time-out: the zygote sends SIGUSR1 just before SIGKILL.

    First, while descriptors and memory are still free. What it writes is a hint, never a verdict:
    the learner's code can write there too.
    """
    faulthandler.enable(child.trace, all_threads=False)
    faulthandler.register(signal.SIGUSR1, child.trace, all_threads=False)
    return True


def _deathsig(child: Child) -> bool:
    """Ends the child with its zygote. Between the fork and this call the zygote may have gone."""
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != child.zygote_pid:
        os._exit(_ORPHANED)
    return True


def _session(_: Child) -> bool:
    """Away from the learner's terminal: no Ctrl+C from it, and nothing typed into it."""
    os.setsid()
    return True


def _oom(_: Child) -> bool:
    """When the whole machine runs out of memory, this process goes first."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
            score.write("1000")
    except FileNotFoundError:
        return False
    return True


def _no_dump(_: Child) -> bool:
    """No other process of the same person may look inside, and no core file is written.

    Learner and judge run under one user id: without this the one opens /proc/<pid>/mem of the
    other where Landlock and seccomp are missing.
    """
    libc.prctl(_PR_SET_DUMPABLE, 0)
    return True


def _capabilities(_: Child) -> bool:
    capabilities.drop()
    return True


def _no_new_privs(_: Child) -> bool:
    """A set-uid program gives nothing; the kernel asks for this before Landlock and seccomp."""
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1)
    return True


def _landlock(child: Child) -> bool:
    prepared, folder = child.prepared, child.policy.run_folder
    if not prepared.landlock_abi:
        return False
    if folder is None:
        landlock.restrict(prepared.ruleset)
        return True
    # Rules added to the shared set would hold for later children too; so a set of its own (0.7 ms).
    own = landlock.Rule(folder, landlock.READ_WRITE)
    ruleset = landlock.ruleset(prepared.landlock_abi, (*prepared.rules, own))
    landlock.restrict(ruleset)
    os.close(ruleset)
    return True


def _descriptors(child: Child) -> bool:
    """A descriptor opened before Landlock goes on working after it; so none is left by accident."""
    kept = sorted({0, 1, 2, child.trace, *child.keep})
    for low, high in zip(kept, [*kept[1:], os.sysconf("SC_OPEN_MAX")], strict=True):
        os.closerange(low + 1, high)
    return True


def _limits(child: Child) -> bool:
    policy = child.policy
    base = child.prepared.base
    return limits.apply(base, memory_mb=policy.memory_mb, cpu_seconds=policy.cpu_seconds)


def _seccomp(child: Child) -> bool:
    prepared, policy = child.prepared, child.policy
    if prepared.filter is None or prepared.filter_without_writes is None:
        return False
    # A filter cannot tell the run folder from a home: without Landlock nothing is written at all.
    paths_guarded = prepared.landlock_abi and "landlock" not in policy.skip
    seccomp.install(prepared.filter if paths_guarded else prepared.filter_without_writes)
    return True


Step = Callable[[Child], bool]

LINUX: Mapping[str, Step] = {
    "faulthandler": _faulthandler,
    "deathsig": _deathsig,
    "session": _session,
    "oom": _oom,
    "no_dump": _no_dump,
    "capabilities": _capabilities,
    "no_new_privs": _no_new_privs,
    "landlock": _landlock,
    "descriptors": _descriptors,
    "limits": _limits,
    "seccomp": _seccomp,
}
# Everywhere else only what POSIX has. Never tried: on macOS memory is not limited by this either
# (there is no /proc to measure from, and the kernel does not enforce RLIMIT_AS).
ELSEWHERE: Mapping[str, Step] = {
    "faulthandler": _faulthandler,
    "session": _session,
    "descriptors": _descriptors,
    "limits": _limits,
}
