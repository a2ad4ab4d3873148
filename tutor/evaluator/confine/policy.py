"""The layers, put on a freshly forked child in the one order in which they fit together.

    prepared = prepare()                  # in the zygote: warm, one thread, before any fork
    layers = confine(prepared, policy, zygote_pid=..., keep=(3, 4))     # in each child

Why this order: what needs /proc (oom) comes before it is closed (no_dump, landlock); what needs a
privilege comes before privileges go (capabilities, no_new_privs); Landlock and seccomp ask for
no_new_privs; Landlock's descriptor is used before descriptors are closed; and seccomp is last,
since it forbids most of what the others are made of.

Left out: user, network and IPC namespaces. They cost 0.8 ms in each of the two children of a
submission (measured on Linux 6.18; most of it is the network namespace), Ubuntu and many containers
do not allow them, and what they keep apart, sockets and shared memory, seccomp does not hand out.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from tutor.evaluator.confine import landlock, layers, limits, readable, seccomp
from tutor.evaluator.confine.limits import raise_data_limit
from tutor.evaluator.outcome import Grade

__all__ = [
    "LAYERS",
    "ConfineError",
    "Policy",
    "Prepared",
    "confine",
    "grade",
    "prepare",
    "raise_data_limit",
]

_STEPS = layers.LINUX if sys.platform == "linux" else layers.ELSEWHERE

LAYERS: tuple[str, ...] = tuple(_STEPS)


class ConfineError(Exception):
    """A layer that this kernel has could not be put on: the child must not run."""

    def __init__(self, layer: str, cause: Exception) -> None:
        super().__init__(f"the sandbox layer {layer!r} failed: {cause}")
        self.layer = layer


class Policy(NamedTuple):
    """What one child may use.

    ``run_folder`` is the one folder that may be written, where the exercise declares files.
    ``skip`` leaves layers out; only the layer experiment (benchmarks/layers.py) does that.
    """

    memory_mb: int
    cpu_seconds: int
    run_folder: str | None = None
    skip: frozenset[str] = frozenset()


class Prepared(NamedTuple):
    """What is worked out once in the zygote, so that a child has little left to do."""

    landlock_abi: int
    rules: tuple[landlock.Rule, ...]
    ruleset: int  # descriptor of the rules of a child without a run folder; -1: no Landlock
    base: limits.Base
    filter: seccomp.Filter | None  # None: no seccomp
    filter_without_writes: seccomp.Filter | None


def prepare() -> Prepared:
    """Find out what the kernel has, which files there are, and how much memory is in use already.

    Call it in the warm zygote, before the first fork: limits on memory count from here.
    """
    abi = landlock.abi() if sys.platform == "linux" else 0
    rules = readable.rules() if abi else ()
    readable.remember_imports()
    filtering = sys.platform == "linux" and seccomp.available()
    machine = seccomp.machine()
    return Prepared(
        landlock_abi=abi,
        rules=rules,
        ruleset=landlock.ruleset(abi, rules) if abi else -1,
        base=limits.measure(),
        filter=seccomp.build(machine) if filtering else None,
        filter_without_writes=seccomp.build(machine, writes=False) if filtering else None,
    )


def confine(
    prepared: Prepared,
    policy: Policy,
    *,
    zygote_pid: int,
    keep: tuple[int, ...],
    trace: int = 2,
) -> frozenset[str]:
    """Put the layers on this process, a child just forked with one thread.

    Args:
        prepared: from ``prepare``, made in the zygote.
        policy: what this child may use.
        zygote_pid: the parent; when it is somebody else, the child ends at once.
        keep: descriptors that stay open, beside 0, 1, 2 and ``trace``. All others are closed.
        trace: the descriptor on which a crash, or SIGUSR1, tells the line that was running.

    Returns:
        The layers in force. One that the kernel does not have is missing here, and nothing else.

    Raises:
        ConfineError: a layer that should work did not. The child is confined in part: let it end.
    """
    child = layers.Child(prepared, policy, zygote_pid, keep, trace)
    in_force = set()
    for name, put_on in _STEPS.items():
        if name in policy.skip:
            continue
        try:
            if put_on(child):
                in_force.add(name)
        except (OSError, ValueError) as cause:
            raise ConfineError(name, cause) from cause
    return frozenset(in_force)


def grade(in_force: frozenset[str], landlock_abi: int) -> Grade:
    """Say in one word what is enforced; a word needs all that it stands for.

    Args:
        in_force: what ``confine`` returned.
        landlock_abi: the kernel's, from ``Prepared``.
    """
    if not in_force >= {"limits", "descriptors", "session"}:
        return Grade.MINIMAL
    if not in_force >= {"seccomp", "no_new_privs", "capabilities", "no_dump", "deathsig"}:
        return Grade.BASIC
    if "landlock" not in in_force:
        return Grade.PARTIAL
    return Grade.FULL if landlock_abi >= 6 else Grade.STRONG
