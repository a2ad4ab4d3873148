"""Process-wide state that a learner's function must leave as it was."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any

import numpy as np
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
_is_anomaly_enabled = torch.is_anomaly_enabled
_set_anomaly_enabled = torch._C.set_anomaly_enabled
_are_deterministic = torch.are_deterministic_algorithms_enabled
_set_deterministic = torch._C._set_deterministic_algorithms
_is_autocast_enabled = torch.is_autocast_enabled
_is_inference = torch.is_inference_mode_enabled
_InferenceMode = torch._C._InferenceMode
# Inference mode is undone by a guard around it, for as long as the guard lives.
_guards: list[Any] = []
_default_generator = torch.default_generator
_random, _np_random = random.random, np.random.random_sample
# Seeded alike, they tell what the global ones would give next; to make new ones takes 0.3 ms.
_twin, _np_twin = random.Random(), np.random.RandomState()


def seed_everything(seed: int) -> None:
    """The same start for every global generator, on both sides."""
    _default_generator.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)


def snapshot() -> dict[str, Any]:
    """The state as data, cheap enough to take before and after every probe.

    The keys are those of the catalogue's ``evaluator.state``.
    """
    return {
        "generator": _get_rng_state().numpy().tobytes(),
        # Where draws are allowed, or asked for, seeding anew is not yet.
        "seed": _default_generator.initial_seed(),
        "default_dtype": str(_get_default_dtype()),
        "grad_mode": _is_grad_enabled(),
        "inference_mode": _is_inference(),
        "anomaly": _is_anomaly_enabled(),
        "deterministic": _are_deterministic(),
        "autocast": _is_autocast_enabled("cpu"),
        "global_hooks": sum(len(getattr(_module, name)) for name in _GLOBAL_HOOKS),
    }


def disturbed(before: dict[str, Any], seed: int) -> list[str]:
    """Keys of what is no longer as it was since ``seed_everything(seed)``; modes are put back."""
    now = snapshot()
    changed = [name for name, value in before.items() if now[name] != value]
    # Their states are slow to read; the next number tells as well.
    python, numpy = _first_numbers(seed)
    if _random() != python:
        changed.append("python_random")
    if _np_random() != numpy:
        changed.append("numpy_random")
    restore()
    return changed


@lru_cache(maxsize=64)
def _first_numbers(seed: int) -> tuple[float, float]:
    """What Python's and NumPy's global generators give first after ``seed_everything(seed)``."""
    _twin.seed(seed)
    _np_twin.seed(seed % 2**32)
    return _twin.random(), float(_np_twin.random_sample())


def restore() -> None:
    """Defaults as torch starts with them, so that one probe never colours the next."""
    if _is_inference():
        _guards.append(_InferenceMode(False))
    _set_default_dtype(torch.float32)
    _set_grad_enabled(True)
    _set_anomaly_enabled(False)
    _set_deterministic(False)
