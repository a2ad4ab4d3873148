"""The learner's process: loads a submission, runs probes over it, sends back observations.

It holds no answers and decides nothing. By the time a line of the submission runs, the process is
confined and everything below has taken hold of what it needs.
"""

from __future__ import annotations

import contextlib
import gc
import io
import linecache
import os
import random
import sys
import tempfile
import traceback
import types
import warnings
from typing import Any, NoReturn, TextIO

import numpy as np
import torch

from tutor.evaluator import scene, wire
from tutor.evaluator.confine.limits import raise_data_limit
from tutor.evaluator.inputs import Unpacker
from tutor.evaluator.observe import class_name, kinds_of, text_of
from tutor.evaluator.own_lines import tell_own_lines
from tutor.evaluator.record import LEARNERS_FILE
from tutor.evaluator.state import restore

# Descriptors of the child, in place before it is confined.
CONTROL, DATA, TRACE = 3, 4, 5
OUT_OF_MEMORY = 96  # exit status: not even a MemoryError could be told
DISTURBED = 97  # exit status: the submission took away what serving it needs
MAX_MESSAGE = 4_000
MAX_FRAMES = 20
MAX_PRINTED = 100_000

_send, _receive = wire.send, wire.receive
_look = scene.look
_exit, _write = os._exit, os.write
_traceback_of = BaseException.__dict__["__traceback__"].__get__
_cause_of = BaseException.__dict__["__cause__"].__get__
_format_exc = traceback.format_exc


def serve() -> None:
    """Read the submission, load it, then answer probes until the judge hangs up. Never returns."""
    try:
        job, _ = _receive(CONTROL)
    except wire.Gone:
        _exit(0)
    os.close(CONTROL)
    try:
        _serve(job)
    except MemoryError:
        _exit(OUT_OF_MEMORY)
    except BaseException:
        # From here on the process is the learner's too: its descriptors, modules and builtins may
        # be anything. The text is for our log.
        try:
            _write(TRACE, _format_exc()[-4000:].encode("utf-8", "replace"))
        finally:
            _exit(DISTURBED)


def _serve(job: dict[str, Any]) -> NoReturn:
    namespace = _fresh_main(job["source"])
    _send(DATA, _load(job["source"], namespace, capture=job["capture"]))
    while True:
        try:
            request, payload = _receive(DATA)
        except wire.Gone:
            break
        start = 0
        for number, draw in enumerate(request["draws"]):
            end = start + draw["size"]
            header, data = _answer(request, draw, payload[start:end], namespace)
            start = end
            mark = {"nonce": request["nonce"], "draw": number}
            try:
                _send(DATA, header | mark, [data])
            except wire.WireError as error:
                # As if the scene had failed over it: no line of the learner's raised this.
                fault = {"type": "ValueError", "bases": [], "message": str(error), "frames": []}
                _send(DATA, {"exception": fault} | mark)
    _flush()
    _exit(0)


def _fresh_main(source: str) -> dict[str, Any]:
    # The submission is __main__, as it is for `python exercise.py`: reprs, pickles and
    # `if __name__ == "__main__"` behave as the learner knows them.
    module = types.ModuleType("__main__")
    module.__file__ = LEARNERS_FILE
    sys.modules["__main__"] = module
    sys.argv = [LEARNERS_FILE]
    linecache.cache[LEARNERS_FILE] = (len(source), None, source.splitlines(True), LEARNERS_FILE)
    tempfile.tempdir = os.environ["TMPDIR"]
    # An inherited generator would make later draws predictable.
    random.seed()
    np.random.seed()
    torch.seed()
    return module.__dict__


def _load(source: str, namespace: dict[str, Any], *, capture: bool) -> dict[str, Any]:
    printed = _Copy(sys.stdout) if capture else None
    sys.stdout = printed or sys.stdout
    try:
        code = compile(source, LEARNERS_FILE, "exec", dont_inherit=True)
        exec(code, namespace)
    except BaseException as error:
        return {"exception": describe(error)}
    finally:
        _flush()
        restore()
        sys.stdout = printed.stream if printed else sys.stdout
    names = [str(name) for name in list(namespace)[:2000]]
    return {"loaded": True, "defined": names, "stdout": "".join(printed.parts) if printed else ""}


class _Copy:
    """Standard output that also keeps what passes, for questions about what a program prints."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.parts: list[str] = []
        self._room = MAX_PRINTED

    def write(self, text: str) -> int:
        """Pass ``text`` on, and keep it while there is room."""
        if self._room > 0:
            self.parts.append(text[: self._room])
            self._room -= len(text)
        return self.stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def _answer(
    request: dict[str, Any], draw: dict[str, Any], payload: bytes, namespace: dict[str, Any]
) -> tuple[dict[str, Any], bytes]:
    try:
        inputs = Unpacker(payload).unpack(draw["inputs"])
        seen = _look(request | {"seed": draw["seed"]}, namespace, inputs)
        return seen.header, seen.payload
    except BaseException as error:
        return {"exception": describe(error)}, b""
    finally:
        _flush()
        restore()


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        # A closed or replaced stream is the learner's own affair.
        with contextlib.suppress(BaseException):
            stream.flush()


def describe(error: BaseException) -> dict[str, Any]:
    """An exception as plain data, with the learner's frames only.

    Room is made first: after a MemoryError not even a traceback can be built.
    """
    raise_data_limit()
    frames = _learners_frames(error)
    kinds = kinds_of(error)  # isinstance would ask the exception itself, which may lie
    if MemoryError in kinds:
        error.__traceback__ = None
        gc.collect()
    line = frames[-1][0] if frames else None
    if SyntaxError in kinds and getattr(error, "filename", "") == LEARNERS_FILE:
        line = getattr(error, "lineno", None)
    return {
        "type": class_name(kinds[0]),
        "bases": [class_name(kind) for kind in kinds][:20],
        "message": text_of(error, MAX_MESSAGE),
        "line": line if type(line) is int else None,
        "frames": frames,
        "cause": _cause(error),
    }


def _learners_frames(error: BaseException) -> list[list[Any]]:
    frames: list[list[Any]] = []
    trace = _traceback_of(error)
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == LEARNERS_FILE:
            frames.append([trace.tb_lineno, code.co_name[:100]])
        trace = trace.tb_next
    return frames if len(frames) <= MAX_FRAMES else frames[:10] + frames[-10:]


def _cause(error: BaseException) -> str | None:
    cause = _cause_of(error)
    return None if cause is None else f"{class_name(type(cause))}: {text_of(cause, 300)}"


def prepare_streams() -> None:
    """Text streams over descriptors 0, 1 and 2, in UTF-8, line by line; all warnings shown."""
    sys.stdin = _stream(0, "r", "replace")
    sys.stdout = _stream(1, "w", "strict")
    sys.stderr = _stream(2, "w", "backslashreplace")
    # torch gives many warnings once a process; a learner's second run must show them again.
    torch.set_warn_always(True)
    warnings.simplefilter("default")
    tell_own_lines()


def _stream(descriptor: int, mode: str, errors: str) -> TextIO:
    # Open as long as the process lives.
    return io.TextIOWrapper(
        io.FileIO(descriptor, mode, closefd=False)
        if mode == "w"
        else io.BufferedReader(io.FileIO(descriptor, mode, closefd=False)),
        encoding="utf-8",
        errors=errors,
        line_buffering=True,
    )
