"""The judge's process: draws inputs, looks at both sides, compares, and writes the verdict.

It alone holds solutions and misconceptions, and it alone can write a verdict. It is confined as the
learner's process is: a third party's course runs here.
"""

from __future__ import annotations

import json
import os
import secrets
import traceback
from collections.abc import Callable
from typing import Any

import msgspec

from tutor.content.model import Exercise, Fix
from tutor.evaluator import wire
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.evaluator.trial import ContentFault, Ended, Trial
from tutor.evaluator.verdicts import after_run, internal_fault, interrupted
from tutor.text.messages import say

# Descriptors of the child, in place before it is confined.
CONTROL, DATA, VERDICT = 3, 4, 5


class Link:
    """The judge's end of the line to the learner's process."""

    def ask(
        self, request: dict[str, Any], payload: bytes, meanwhile: Callable[[], None]
    ) -> tuple[dict[str, Any], bytes]:
        """Send one probe, do something ``meanwhile``, and wait for the observation.

        Raises Ended when the learner's process is gone, WireError when what came is not an answer.
        """
        request["nonce"] = secrets.token_hex(8)
        try:
            wire.send(DATA, request, [payload])
            meanwhile()
            header, data = wire.receive(DATA)
        except (wire.Gone, BrokenPipeError, ConnectionResetError):
            raise Ended from None
        # The nonce was not known before the question: an answer prepared in advance has another.
        if not isinstance(header, dict) or header.get("nonce") != request["nonce"]:
            raise wire.WireError("not an answer to this question")
        return header, data

    def greeting(self) -> dict[str, Any]:
        """How loading went: ``{"loaded": true, ...}`` or ``{"exception": ...}``."""
        try:
            header, _ = wire.receive(DATA)
        except wire.Gone:
            raise Ended from None
        if not isinstance(header, dict):
            raise wire.WireError("not a greeting")
        return header


def serve() -> None:
    """Read the job, wait for the learner's process, write the verdict. Never returns."""
    try:
        job, _ = wire.receive(CONTROL)
    except wire.Gone:
        os._exit(0)
    os.close(CONTROL)
    try:
        verdict = _verdict(job)
    except BaseException:  # a fault of ours, whatever it is, must be told as ours
        emit({"fault": traceback.format_exc()[-8000:]})
    else:
        emit({"verdict": msgspec.to_builtins(verdict)})
    os._exit(0)


def emit(message: dict[str, Any]) -> None:
    """Write one line for the client: a phase or the verdict."""
    data = memoryview(json.dumps(message).encode() + b"\n")
    while data:
        data = data[os.write(VERDICT, data) :]


def _verdict(job: dict[str, Any]) -> Verdict:
    source = job["source"]
    phase: dict[str, Any] = {"phase": "loading", "probe": None}

    def enter(name: str, probe: str | None) -> None:
        phase.update(phase=name, probe=probe)
        emit(dict(phase))

    link = Link()
    try:
        if job["kind"] == "run":
            enter("loading", None)
            return after_run(link.greeting(), source, job["memory_mb"])
        item: Exercise | Fix
        if job["kind"] == "exercise":
            item = msgspec.convert(job["item"], Exercise)
        else:
            item = msgspec.convert(job["item"], Fix)
        return Trial(
            item, source, link, enter, seed=job.get("seed"), shuffle=job["shuffle"]
        ).verdict()
    except Ended:
        return interrupted(phase["probe"])
    except wire.WireError:
        return Verdict(Outcome.BLOCKED, say("evaluator.outcome.channel"), probe=phase["probe"])
    except ContentFault as fault:
        return internal_fault(fault)
