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
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from tutor.content.model import Exercise, Fix
from tutor.evaluator import wire
from tutor.evaluator.answers import Answer, Greeting, checked
from tutor.evaluator.drawing import Draw
from tutor.evaluator.faults import ContentFault
from tutor.evaluator.margins import margins
from tutor.evaluator.observe import MAX_BYTES
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.evaluator.questions import Ended
from tutor.evaluator.trial import Trial
from tutor.evaluator.verdicts import after_run, internal_fault, interrupted
from tutor.text.messages import say

# Descriptors of the child, in place before it is confined.
CONTROL, DATA, VERDICT = 3, 4, 5
# Bytes of one answer. An observer sends no more; findings keep theirs until the verdict.
MAX_ANSWER = MAX_BYTES


class Link:
    """The judge's end of the line to the learner's process."""

    def __init__(self) -> None:
        self._inbox = wire.Inbox(DATA, MAX_ANSWER)
        # Of every question on its way: its nonce, how many draws it has, how long it is.
        self._open: deque[tuple[str, int, int]] = deque()
        self._number = 0  # of the answer that must come next

    def ask(self, question: dict[str, Any], draws: Sequence[Draw]) -> bool:
        """Send one probe with some draws; ``answer`` then gives one observation a draw.

        Returns False, and sends nothing, when that could block: the learner's process reads no
        question while nobody reads its answers.
        """
        nonce = secrets.token_hex(8)
        listed = [{"seed": d.seed, "inputs": d.inputs, "size": len(d.payload)} for d in draws]
        header = question | {"nonce": nonce, "draws": listed}
        frame = wire.pack(header, [draw.payload for draw in draws])
        ahead = sum(size for _, _, size in self._open)
        if ahead and ahead + len(frame) > wire.AHEAD:
            return False
        self._open.append((nonce, len(draws), len(frame)))
        # Gone already? What it has sent is read all the same: the next answer then tells.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            wire.write(DATA, frame)
        return True

    def answered(self) -> bool:
        """True when the next answer is here."""
        with _line_of_life():
            return self._inbox.whole()

    def answer(self) -> tuple[dict[str, Any], bytes]:
        """The observation of the next draw: header and raw bytes.

        Raises Ended when the learner's process is gone, WireError when what came is not an answer.
        """
        with _line_of_life():
            header, data = self._inbox.receive()
        header = checked(header, Answer)
        nonce, draws, _ = self._open[0]
        # The nonce was not known before the question: an answer prepared in advance has another.
        if (header["nonce"], header["draw"]) != (nonce, self._number):
            raise wire.WireError("not an answer to this question")
        self._number += 1
        if self._number == draws:
            self._open.popleft()
            self._number = 0
        return header, data

    def greeting(self) -> dict[str, Any]:
        """How loading went: ``{"loaded": true, ...}`` or ``{"exception": ...}``."""
        with _line_of_life():
            header, _ = self._inbox.receive()
        return checked(header, Greeting)


@contextlib.contextmanager
def _line_of_life() -> Iterator[None]:
    """A line that breaks means that the learner's process is gone."""
    try:
        yield
    except wire.Gone:
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
    phase: dict[str, Any] = {}

    def enter(name: str, probe: str | None) -> None:
        new = {"phase": name, "probe": probe}
        if new != phase:
            phase.update(new)
            emit(new)

    link = Link()
    try:
        if job["kind"] == "run":
            enter("loading", None)
            return after_run(link.greeting(), source, job["memory_mb"])
        item: Exercise | Fix
        if job["kind"] == "margins":
            enter("judging", None)
            item = msgspec.convert(job["item"], Exercise)
            found = margins(item, job["seed"])
            return Verdict(Outcome.PASSED, json.dumps(msgspec.to_builtins(found)))
        if job["kind"] == "exercise":
            item = msgspec.convert(job["item"], Exercise)
        else:
            item = msgspec.convert(job["item"], Fix)
        return Trial(
            item, source, link, enter, seed=job.get("seed"), shuffle=job["shuffle"]
        ).verdict()
    except Ended:
        return interrupted(phase.get("probe"))
    except wire.WireError:
        return Verdict(Outcome.BLOCKED, say("evaluator.outcome.channel"), probe=phase.get("probe"))
    except ContentFault as fault:
        return internal_fault(fault)
