"""The zygote as the client sees it: start it, receive pairs from it, notice when it dies."""

from __future__ import annotations

import array
import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

# Set before Python starts, since libraries read these once. One thread: a process that has ever
# run a parallel region hangs its forked children.
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    # torch._dynamo makes this folder when it is imported. It is never used: a folder that is always
    # there keeps the import from failing in a confined child, and from leaving litter in ours.
    "TORCHINDUCTOR_CACHE_DIR": "/",
    "LANG": "C.UTF-8",
    "PATH": os.defpath,
}
_DESCRIPTORS = 5
_STDERR_KEPT = 8_000


class Line(NamedTuple):
    """The client's ends of one pair."""

    number: int
    standby: bool
    warm: bool  # forked when all that a lesson uses had been warmed
    token: int | None
    layers: frozenset[str]  # of confinement, in force in both children
    landlock_abi: int
    output: int
    trace: int
    verdict: int
    learner: socket.socket
    judge: socket.socket

    def close(self) -> None:
        """Let go of everything; both children then see the end of their line and leave."""
        for descriptor in (self.output, self.trace, self.verdict):
            os.close(descriptor)
        self.learner.close()
        self.judge.close()


class ZygoteProcess:
    """One zygote: a child process and the line to it. Callbacks run in the event loop."""

    def __init__(
        self,
        first: int,
        on_pair: Callable[[Line], None],
        on_ended: Callable[[int, int | None, int | None], None],
        on_overfilled: Callable[[int], None],
        on_death: Callable[[str], None],
    ) -> None:
        self._on_pair, self._on_ended, self._on_death = on_pair, on_ended, on_death
        self._on_overfilled = on_overfilled
        self._loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self._line = ours
        # -I: no PYTHON* variable, no current folder. The package is found where it is for us.
        root = str(Path(__file__).resolve().parents[2])
        code = (
            f"import sys; sys.path.insert(0, {root!r}); "
            f"from tutor.evaluator import leash; leash.take({os.getpid()}); "
            "from tutor.evaluator.zygote import main; main()"
        )
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-X", "utf8", "-c", code, str(theirs.fileno()), str(first)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                env=_ENVIRONMENT | _kept_environment(),
                start_new_session=True,  # a child with the terminal in hand could paint over it
            )
        assert self._process.stderr is not None
        self._stderr = self._process.stderr
        os.set_blocking(self._stderr.fileno(), False)
        self._said = b""
        self._serves = False  # it reads its line, and so notices the end of it
        self._loop.add_reader(self._stderr.fileno(), self._hear)
        self._loop.add_reader(self._line.fileno(), self._receive)

    @property
    def pid(self) -> int:
        """The zygote's process id."""
        return self._process.pid

    def order(self, **message: Any) -> None:
        """Send one order. A dead zygote is noticed by its reader, not here."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, OSError):
            self._line.send(json.dumps(message).encode())

    def _receive(self) -> None:
        size = array.array("i").itemsize * _DESCRIPTORS
        try:
            data, ancillary, _, _ = self._line.recvmsg(1 << 16, socket.CMSG_SPACE(size))
        except BlockingIOError:
            return
        except OSError:
            data, ancillary = b"", []
        if not data:
            self._died()
            return
        message = json.loads(data)
        if "pair" in message:
            descriptors = array.array("i")
            for _, _, raw in ancillary:
                descriptors.frombytes(raw[: len(raw) - len(raw) % descriptors.itemsize])
            line = _line(message, list(descriptors))
            self._serves = self._serves or line.warm
            self._on_pair(line)
        elif "overfilled" in message:
            self._on_overfilled(message["overfilled"])
        elif "hurt" in message:
            self._on_ended(message["hurt"], message["status"], None)
        elif "ended" in message:
            self._on_ended(message["ended"], message["learner"], message["judge"])

    def _hear(self) -> None:
        with contextlib.suppress(BlockingIOError):
            part = os.read(self._stderr.fileno(), 1 << 16)
            if not part:
                self._loop.remove_reader(self._stderr.fileno())
            self._said = (self._said + part)[-_STDERR_KEPT:]

    def _died(self) -> None:
        self._hear()
        self.close()
        self._on_death(self._said.decode(errors="replace"))

    def close(self) -> None:
        """End it. Its children follow: the line's end is their order to leave."""
        if self._line.fileno() < 0:
            return
        self._loop.remove_reader(self._line.fileno())
        self._loop.remove_reader(self._stderr.fileno())
        self._line.close()
        self._stderr.close()
        if not self._serves:
            self._process.kill()  # still importing, with nothing to take away yet
        try:
            self._process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _line(message: dict[str, Any], descriptors: list[int]) -> Line:
    output, trace, verdict, learner, judge = descriptors
    for descriptor in descriptors:
        os.set_blocking(descriptor, False)
        os.set_inheritable(descriptor, False)
    return Line(
        message["pair"],
        message["standby"],
        message["warm"],
        message["token"],
        frozenset(message["layers"]),
        message["landlock_abi"],
        output,
        trace,
        verdict,
        socket.socket(fileno=learner),
        socket.socket(fileno=judge),
    )


def _kept_environment() -> dict[str, str]:
    """What the zygote needs of ours: where temporary files go. Everything else is scrubbed."""
    names = ("TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in names if name in os.environ}
