"""The judge's process: draws inputs, looks at both sides, compares, and writes the verdict.

It alone holds solutions and misconceptions, and it alone can write a verdict. It is confined as the
learner's process is: a third party's course runs here.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import traceback
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from tutor.content.model import Exercise, Fix
from tutor.evaluator import wire
from tutor.evaluator.faults import ContentFault
from tutor.evaluator.margins import Measuring
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.evaluator.trial import Draw, Ended, Trial
from tutor.evaluator.verdicts import after_run, internal_fault, interrupted
from tutor.text.messages import say

# Descriptors of the child, in place before it is confined.
CONTROL, DATA, VERDICT = 3, 4, 5


class Link:
    """The judge's end of the line to the learner's process."""

    def __init__(self) -> None:
        self._nonce = ""
        self._number = 0  # of the answer that must come next
        self._room = 0

    def ask(self, question: dict[str, Any], draws: Sequence[Draw]) -> None:
        """Send one probe with all its draws; ``answer`` then gives one observation a draw.

        Raises Ended when the learner's process is gone.
        """
        self._nonce = secrets.token_hex(8)
        self._number, self._room = 0, wire.MAX_PAYLOAD
        listed = [{"seed": d.seed, "inputs": d.inputs, "size": len(d.payload)} for d in draws]
        header = question | {"nonce": self._nonce, "draws": listed}
        with _line_of_life():
            wire.send(DATA, header, [draw.payload for draw in draws])

    def answer(self) -> tuple[dict[str, Any], bytes]:
        """The observation of the next draw: header and raw bytes.

        Raises Ended when the learner's process is gone, WireError when what came is not an answer.
        """
        with _line_of_life():
            header, data = wire.receive(DATA)
        # The nonce was not known before the question: an answer prepared in advance has another.
        expected = (self._nonce, self._number)
        if not isinstance(header, dict) or (header.get("nonce"), header.get("draw")) != expected:
            raise wire.WireError("not an answer to this question")
        self._number += 1
        # One question's answers wait here together: they share the room that one answer has.
        self._room -= len(data)
        if self._room < 0:
            raise wire.WireError("too large to be looked at")
        return header, data

    def greeting(self) -> dict[str, Any]:
        """How loading went: ``{"loaded": true, ...}`` or ``{"exception": ...}``."""
        with _line_of_life():
            header, _ = wire.receive(DATA)
        if not isinstance(header, dict):
            raise wire.WireError("not a greeting")
        return header


@contextlib.contextmanager
def _line_of_life() -> Iterator[None]:
    """A line that breaks means that the learner's process is gone."""
    try:
        yield
    except (wire.Gone, BrokenPipeError, ConnectionResetError):
        raise Ended from None


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
        if job["kind"] == "margins":
            enter("judging", None)
            item = msgspec.convert(job["item"], Exercise)
            margins = Measuring(item, "", link, enter, seed=job["seed"], shuffle=False).margins()
            return Verdict(Outcome.PASSED, json.dumps(msgspec.to_builtins(margins)))
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
