"""Process-wide torch state that a learner's function must leave as it was."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.modules import module as _module

_GLOBAL_HOOKS = (
    "_global_forward_hooks",
    "_global_forward_pre_hooks",
    "_global_backward_hooks",
    "_global_backward_pre_hooks",
)
_get_rng_state = torch.get_rng_state
_get_default_dtype = torch.get_default_dtype
_set_default_dtype = torch.set_default_dtype
_is_grad_enabled = torch.is_grad_enabled
_set_grad_enabled = torch._C._set_grad_enabled


def snapshot() -> dict[str, Any]:
    """The state as data, cheap enough to take before and after every probe."""
    return {
        "the global random generator": _get_rng_state().numpy().tobytes(),
        "the default dtype": str(_get_default_dtype()),
        "grad mode": _is_grad_enabled(),
        "global module hooks": sum(len(getattr(_module, name)) for name in _GLOBAL_HOOKS),
    }


def disturbed(before: dict[str, Any]) -> list[str]:
    """Names of what is no longer as it was; default dtype and grad mode are put back."""
    now = snapshot()
    changed = [name for name, value in before.items() if now[name] != value]
    restore()
    return changed


def restore() -> None:
    """Defaults as torch starts with them, so that one probe never colours the next."""
    _set_default_dtype(torch.float32)
    _set_grad_enabled(True)
