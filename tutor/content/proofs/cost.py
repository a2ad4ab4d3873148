"""Proof 7: a pass costs a learner two seconds at most.

A slow machine must not refuse good content: what is over is a note, and only what is far over is
refused.
"""

from __future__ import annotations

from tutor.content.model import Exercise, Fix
from tutor.content.proofs.bench import Bench
from tutor.text.messages import say

SECONDS = 2.0
FAR = 5


def prove_cost(bench: Bench, item: Exercise | Fix) -> None:
    """The quickest pass counts: the others may have waited for something else."""
    seconds = min(bench.tally(item).ms, default=0) / 1000
    if seconds > SECONDS:
        note = bench.find if seconds > FAR * SECONDS else bench.warn
        message = say("validate.slow", seconds=f"{seconds:.1f}", allowed=f"{SECONDS:g}")
        note("time", item.id, ("solutions", 0), message)
