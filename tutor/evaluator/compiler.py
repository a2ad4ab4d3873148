"""torch.compile's default backend starts a C++ compiler, which the sandbox does not allow.

Left alone it imports for seconds before it finds out, and a program may run into its time limit
first: the learner would then be told of a loop that does not end.
"""

from __future__ import annotations

import errno
from typing import Any, NoReturn

import torch


def refuse_at_once() -> None:
    """From here on ``torch.compile`` is refused on the line that asks for the default backend.

    Other backends (``eager``, ``aot_eager``) are not touched.
    """
    wrapper = getattr(torch, "_TorchCompileInductorWrapper", None)  # of 2.13; a private name
    if wrapper is not None:
        wrapper.__init__ = _refuse


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise PermissionError(errno.EPERM, "torchinductor starts a compiler")
