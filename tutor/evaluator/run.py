"""One submission on its way: hand it over, read what comes back, keep the limits."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import time
from collections.abc import Callable
from typing import Any

import msgspec

from tutor.content.model import Limits
from tutor.evaluator import wire
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.evaluator.output import OutputText, printable
from tutor.evaluator.zygote_process import Line
from tutor.text.messages import say

MAX_OUTPUT = 1 << 20
# What the parent of the two processes reports; see pairs.py and learner.py.
LEFT_OVER, KILLED_FROM_OUTSIDE, OUT_OF_MEMORY, DISTURBED = -1, -2, 96, 97
# The judge's own time for one submission: beyond it the exercise is at fault, not the learner.
JUDGE_SECONDS = 60.0
_TRACE_LINE = re.compile(rb'File "exercise\.py", line (\d{1,6})\b')


class RunCancelled(Exception):
    """The run was cancelled, by the person or by a newer submission."""


class Run:
    """One pair at work on one submission."""

    def __init__(
        self,
        line: Line,
        limits: Limits,
        kill: Callable[[int], None],
        on_output: Callable[[str], None] | None,
        source: str = "",
    ) -> None:
        self._line, self._limits, self._kill = line, limits, kill
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._output = OutputText(MAX_OUTPUT, on_output)
        self._trace = b""
        self._source_lines = source.count("\n") + 1
        self._lines = b""
        self._phase: dict[str, Any] = {"phase": "starting", "probe": None}
        self._phase_since = time.monotonic()
        self._used = {"learner": 0.0, "judge": 0.0}
        self._verdict: dict[str, Any] | None = None
        self._statuses: tuple[int | None, int | None] | None = None
        self._stopped = ""  # why we ended it: timeout, judge_timeout, output, cancelled
        self.fault = ""  # a traceback of ours, for the log

    # --- from outside ---------------------------------------------------------------------

    async def finish(self, learner_job: bytes, judge_job: bytes) -> Verdict:
        """Hand both jobs over and wait for the verdict. Raises RunCancelled."""
        readers = {
            self._line.output: self._read_output,
            self._line.trace: self._read_trace,
            self._line.verdict: self._read_verdict,
        }
        for descriptor, read in readers.items():
            self._loop.add_reader(descriptor, read)
        feeding = [
            asyncio.ensure_future(self._feed(self._line.judge, judge_job)),
            asyncio.ensure_future(self._feed(self._line.learner, learner_job)),
        ]
        try:
            return await self._wait()
        finally:
            for task in feeding:
                task.cancel()
            await asyncio.gather(*feeding, return_exceptions=True)
            for descriptor in readers:
                self._loop.remove_reader(descriptor)
            if self._verdict is None:
                self._kill(self._line.number)
            self._line.close()

    def cancel(self) -> None:
        """End it now; ``finish`` raises RunCancelled."""
        self._stop("cancelled")
        self._changed.set()

    def overfilled(self) -> None:
        """The run folder held more than it may; the zygote is ending the run."""
        self._stopped = self._stopped or "folder"

    def ended(self, learner: int | None, judge: int | None) -> None:
        """Both processes are gone, with these wait statuses (None, None: with their zygote)."""
        self._statuses = (learner, judge)
        self._changed.set()

    # --- waiting --------------------------------------------------------------------------

    async def _wait(self) -> Verdict:
        while True:
            if self._stopped == "cancelled":
                raise RunCancelled
            # Once stopped, what still comes is too late to count.
            if self._verdict is not None and not self._stopped and not self._incomplete():
                self._read_output()
                return self._given()
            if self._statuses is not None:
                return self._completed()
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), self._time_left())
            if not self._stopped:
                self._enforce()

    def _incomplete(self) -> bool:
        """The judge only knows that the learner's process went away; how, its parent will tell."""
        assert self._verdict is not None
        return bool(self._verdict["outcome"] == Outcome.ENDED_EARLY and "line" not in self._verdict)

    def _spent(self, whose: str) -> float:
        running = "judge" if self._phase["phase"] == "judging" else "learner"
        now = time.monotonic() - self._phase_since if running == whose else 0.0
        return self._used[whose] + now

    def _time_left(self) -> float | None:
        if self._stopped:
            return 5.0  # a killed process is gone in less; then we stop waiting for the news
        if self._phase["phase"] == "judging":
            return max(0.0, JUDGE_SECONDS - self._spent("judge")) + 0.001
        return max(0.0, self._limits.seconds - self._spent("learner")) + 0.001

    def _enforce(self) -> None:
        if self._spent("learner") >= self._limits.seconds:
            self._stop("timeout")
        elif self._spent("judge") >= JUDGE_SECONDS:
            self._stop("judge_timeout")

    def _stop(self, why: str) -> None:
        if not self._stopped:
            self._stopped = why
            self._kill(self._line.number)

    # --- reading --------------------------------------------------------------------------

    async def _feed(self, end: Any, job: bytes) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await self._loop.sock_sendall(end, job)

    def _read_output(self) -> None:
        while part := self._read(self._line.output):
            if not self._output.add(part):
                self._stop("output")
                break

    def _read_trace(self) -> None:
        while part := self._read(self._line.trace):
            if len(self._trace) < 1 << 16:
                self._trace += part

    def _read_verdict(self) -> None:
        while part := self._read(self._line.verdict):
            self._lines += part
        *whole, self._lines = self._lines.split(b"\n")
        for text in whole:
            self._take(json.loads(text))

    def _read(self, descriptor: int) -> bytes:
        try:
            part = os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return b""
        if not part:
            self._loop.remove_reader(descriptor)
        return part

    def _take(self, message: dict[str, Any]) -> None:
        if "phase" in message:
            now = time.monotonic()
            running = "judge" if self._phase["phase"] == "judging" else "learner"
            self._used[running] += now - self._phase_since
            self._phase, self._phase_since = message, now
        elif "fault" in message:
            self.fault = message["fault"]
            self._verdict = {"outcome": Outcome.INTERNAL, "message": "", "line": None}
        elif "verdict" in message:
            self._verdict = message["verdict"]
        self._changed.set()

    # --- the verdict ----------------------------------------------------------------------

    def _given(self) -> Verdict:
        assert self._verdict is not None
        verdict = msgspec.convert(_cleaned(self._verdict), Verdict)
        return msgspec.structs.replace(verdict, output=self._output.text())

    def _completed(self) -> Verdict:
        """Both are gone and no verdict tells the whole: say how it ended."""
        self._read_output()
        self._read_trace()
        outcome, key, values = self._how()
        line = self._traced_line()
        if outcome is Outcome.INTERNAL:
            text = say(f"evaluator.outcome.{key}", **values)
            line = None
        elif key == "output_limit":
            text = say("evaluator.outcome.output_limit", **values)
        else:
            suffix = "" if line else "_no_line"
            text = say(f"evaluator.outcome.{key}{suffix}", line=line, **values)
        probe = self._phase.get("probe")
        return Verdict(outcome, text, probe=probe, line=line, output=self._output.text())

    def _how(self) -> tuple[Outcome, str, dict[str, Any]]:
        status, judge = self._statuses or (None, None)
        if self._stopped == "timeout":
            return Outcome.TIMEOUT, "timeout", {"seconds": self._limits.seconds}
        if self._stopped == "output":
            return Outcome.OUTPUT_LIMIT, "output_limit", {"limit": f"{MAX_OUTPUT >> 20} MB"}
        if self._stopped == "folder":
            return Outcome.OUTPUT_LIMIT, "folder", {}
        if self._stopped == "judge_timeout":
            return Outcome.INTERNAL, "internal_slow", {"probe": self._phase.get("probe")}
        if status is None:
            return Outcome.INTERNAL, "internal_gone", {}
        # A judge always has a word when it ends by itself. Without one it was ended, and whatever
        # became of the learner's process may be due to that.
        if self.fault or (self._verdict is None and judge not in (0, None)):
            return Outcome.INTERNAL, "internal", {}
        if status == KILLED_FROM_OUTSIDE:
            return Outcome.INTERNAL, "internal_killed", {}
        if status == LEFT_OVER:
            return Outcome.ENDED_EARLY, "disturbed", {}
        if os.WIFSIGNALED(status):
            return _signalled(os.WTERMSIG(status), self._limits)
        if os.WEXITSTATUS(status) == 98:  # our own process never got as far as the submission
            self.fault = self._trace.decode(errors="replace")
            return Outcome.INTERNAL, "internal", {}
        if os.WEXITSTATUS(status) == OUT_OF_MEMORY:
            return Outcome.MEMORY, "memory", {"limit": self._limits.memory_mb}
        if os.WEXITSTATUS(status) == DISTURBED:
            self.fault = self._trace.decode(errors="replace")
            return Outcome.ENDED_EARLY, "disturbed", {}
        return Outcome.ENDED_EARLY, "ended_early", {}

    def _traced_line(self) -> int | None:
        found = _TRACE_LINE.search(self._trace)
        line = int(found.group(1)) if found else 0
        # The learner's code can write there too: only a line that is there is believed.
        return line if 1 <= line <= self._source_lines else None


def _cleaned(value: Any) -> Any:
    """Every text of a verdict made printable: it may quote what a learner's code gave."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list) else value


def _signalled(number: int, limits: Limits) -> tuple[Outcome, str, dict[str, Any]]:
    if number == signal.SIGXCPU:
        return Outcome.TIMEOUT, "timeout", {"seconds": limits.seconds}
    if number == signal.SIGKILL:
        # The kernel sent it, for want of memory.
        return Outcome.MEMORY, "memory", {"limit": limits.memory_mb}
    name = signal.Signals(number).name if number in signal.valid_signals() else str(number)
    return Outcome.CRASHED, "crashed", {"signal": name}


def jobs(
    kind: str, item: Any, source: str, limits: Limits, seed: int | None
) -> tuple[bytes, bytes]:
    """The two first frames: the submission for the learner, the exercise for the judge.

    Raises WireError when the submission is too long to be one.
    """
    learner = wire.pack({"source": source, "capture": kind == "fix"})
    judge = wire.pack(
        {
            "kind": kind,
            "item": msgspec.to_builtins(item) if item is not None else None,
            "source": source,
            "seed": seed,
            "shuffle": seed is not None and seed % 2 == 1,
            "memory_mb": limits.memory_mb,
        }
    )
    return learner, judge
