"""The judge's own side: a solution or a misconception, loaded and looked at like a submission."""

from __future__ import annotations

import contextlib
import io
import math
import random
from typing import Any

import numpy as np
import torch

from tutor.evaluator import kinds, scene
from tutor.evaluator.chance import draws_for
from tutor.evaluator.faults import line_in
from tutor.evaluator.findings import Seen
from tutor.evaluator.inputs import Unpacker
from tutor.evaluator.learner import describe
from tutor.evaluator.record import SCENE, SIDE_FILE
from tutor.evaluator.state import restore, seed_everything


class Side:
    """One alternative of the author's. Loaded when first looked at."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.stdout = ""
        self._names: dict[str, Any] | None = None
        self._fault: dict[str, Any] | None = None

    def look(self, request: dict[str, Any], payload: bytes) -> Seen:
        """The same look that was taken at the learner's code, over fresh copies of the inputs."""
        self.load()
        if self._fault:
            return Seen({"exception": self._fault}, b"")
        assert self._names is not None
        try:
            seen = scene.look(request, self._names, Unpacker(payload).unpack(request["inputs"]))
            return Seen(seen.header, seen.payload)
        except BaseException as error:  # a misconception may well raise; SystemExit included
            return Seen({"exception": _described(error)}, b"")
        finally:
            restore()

    def load(self) -> None:
        """Run the code once; what it printed is in ``stdout``."""
        if self._names is not None:
            return
        self._names = {"__name__": "__main__", "__file__": SIDE_FILE}
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
                exec(compile(self.code, SIDE_FILE, "exec", dont_inherit=True), self._names)
        except BaseException as error:  # as above
            self._fault = _described(error)
        finally:
            self.stdout = printed.getvalue()
            restore()


def _described(error: BaseException) -> dict[str, Any]:
    """As in the learner's process, and where in the scene and in our own code."""
    lines = {"scene_line": line_in(error, SCENE), "own_line": line_in(error, SIDE_FILE)}
    return describe(error) | lines


def drawing_names(seed: int) -> dict[str, Any]:
    """What an author's ``draw`` and ``inputs`` may use; every generator starts from ``seed``."""
    seed_everything(seed)
    return {
        "torch": torch,
        "nn": torch.nn,
        "np": np,
        "math": math,
        "random": random,
        "draws_for": draws_for,
        **kinds.NAMES,
        "generator": lambda: torch.Generator().manual_seed(random.getrandbits(48)),
    }
