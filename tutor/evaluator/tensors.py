"""Observed tensors and arrays -> live tensors again, every claim about them checked."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from tutor.evaluator.wire import WireError

_NAMES = """
    float64 float32 float16 int64 int32 int16 int8 uint64 uint32 uint16 uint8
    bool complex128 complex64
""".split()  # noqa: SIM905 - a table of names reads better in rows
_DTYPES = {name: getattr(torch, name) for name in (*_NAMES, "bfloat16")}
_ARRAY_DTYPES = {name: np.dtype(name) for name in _NAMES}


def checked_shape(node: dict[str, Any]) -> list[int]:
    """The node's shape, if it is one. Raises WireError otherwise."""
    shape = node.get("shape")
    if not isinstance(shape, list) or len(shape) > 64:
        raise WireError("not a shape")
    if any(type(n) is not int or not 0 <= n <= 1 << 48 for n in shape):
        raise WireError("not a shape")
    if math.prod(n for n in shape if n) > 1 << 60:  # torch counts in 64 bits, zeros left out
        raise WireError("not a shape")
    return shape


def elements(node: dict[str, Any], payload: bytes) -> torch.Tensor | None:
    """The elements as a fresh tensor of the node's shape; None when they were not sent."""
    shape = checked_shape(node)
    place = node.get("data")
    if place is None:
        return None
    dtypes: dict[str, Any] = _ARRAY_DTYPES if node.get("$") == "array" else _DTYPES
    dtype = dtypes.get(str(node.get("dtype")))
    if dtype is None:
        return None
    if not (
        isinstance(place, list)
        and len(place) == 2
        and all(type(n) is int and n >= 0 for n in place)
    ):
        raise WireError("not a place in the payload")
    offset, size = place
    count = math.prod(shape)
    if count * dtype.itemsize != size or offset + size > len(payload):
        raise WireError("the payload does not hold what the header says")
    if not size:
        return torch.empty(shape, dtype=_torch_dtype(dtype))
    data = bytearray(payload[offset : offset + size])
    if dtype in (torch.bool, np.dtype(bool)):  # any other byte than 0 and 1 would be no bool at all
        return (torch.frombuffer(data, dtype=torch.uint8) != 0).reshape(shape)
    return torch.frombuffer(data, dtype=_torch_dtype(dtype)).reshape(shape)


def _torch_dtype(dtype: Any) -> torch.dtype:
    return dtype if isinstance(dtype, torch.dtype) else _DTYPES[dtype.name]


def live(node: Any, payload: bytes, depth: int = 0) -> Any:
    """An observed value as a Python value, for an author's ``require`` expressions."""
    if depth > 20:
        raise WireError("nested too deeply")
    if not isinstance(node, dict):
        return node
    kind, value = node.get("$"), node.get("v")
    if kind in ("tensor", "array"):
        tensor = elements(node, payload)
        return tensor.numpy() if kind == "array" and tensor is not None else tensor
    if kind == "float":
        return float(str(value))
    if kind == "int":
        return int(str(value), 16) if str(value).lstrip("-").startswith("0x") else None
    if kind == "scalar":
        return value
    if kind == "complex" and isinstance(value, list):
        return complex(*[live(part, payload, depth + 1) for part in value])
    if kind == "dict" and isinstance(value, list):
        pairs = [[live(part, payload, depth + 1) for part in pair] for pair in value]
        return {_hashable(k): v for k, v in pairs}
    if kind in ("list", "tuple", "set", "frozenset") and isinstance(value, list):
        items = [live(item, payload, depth + 1) for item in value]
        if "set" in kind:
            items = [_hashable(item) for item in items]
        return {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind](items)
    return value


def _hashable(value: Any) -> Any:
    try:
        hash(value)
    except TypeError:  # in an honest answer it came out of a set, or was a key
        raise WireError("not a key") from None
    return value
