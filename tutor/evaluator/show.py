"""Observed values in a learner's terms: short, printable, never markup."""

from __future__ import annotations

from typing import Any

import torch

LIMIT = 300


def show(node: Any) -> str:
    """One observed value as a learner would write it, cut to a line or two."""
    text = _show(node)
    return text if len(text) <= LIMIT else text[: LIMIT - 1] + "…"


def _show(node: Any, depth: int = 0) -> str:
    if not isinstance(node, dict):
        return (
            f"[{', '.join(_show(item, depth + 1) for item in node[:12])}]"
            if isinstance(node, list)
            else repr(node)
        )
    kind, value = node.get("$"), node.get("v")
    if depth > 6:
        return "…"
    items = value if isinstance(value, list) else []
    if kind == "list":
        return f"[{', '.join(_show(item, depth + 1) for item in items[:50])}]"
    if kind == "tuple":
        inside = ", ".join(_show(item, depth + 1) for item in items[:50])
        return f"({inside}{',' if len(items) == 1 else ''})"
    if kind in ("set", "frozenset"):
        return (
            f"{{{', '.join(_show(item, depth + 1) for item in items[:50])}}}" if items else "set()"
        )
    if kind == "dict":
        pairs = [p for p in items[:50] if isinstance(p, list) and len(p) == 2]
        return f"{{{', '.join(f'{_show(k, depth + 1)}: {_show(v, depth + 1)}' for k, v in pairs)}}}"
    if kind in ("tensor", "array"):
        shape = tuple(node["shape"]) if isinstance(node.get("shape"), list) else "?"
        return f"{'tensor' if kind == 'tensor' else 'array'} {shape} {node.get('dtype')}"
    if kind == "dtype":
        return str(value)
    if kind in ("object", "module"):
        return str(node.get("text") or node.get("class"))
    if kind == "text":
        return repr(str(value)[:80]) + "…"
    return str(value if value is not None else kind)


def grid(want: torch.Tensor, got: torch.Tensor, bad: torch.Tensor) -> tuple[str, str]:
    """Expected and observed elements: whole when small, else the first that differ, by index."""
    if want.numel() <= 24 and want.dim() <= 2:
        return _whole(want), _whole(got)
    places = bad.nonzero()[:4].tolist()
    return _at(want, places), _at(got, places)


def _whole(tensor: torch.Tensor) -> str:
    rounded = tensor.tolist()
    return _numbers(rounded)


def _at(tensor: torch.Tensor, places: list[list[int]]) -> str:
    return ", ".join(f"{place} = {_numbers(tensor[tuple(place)].item())}" for place in places)


def _numbers(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_numbers(item) for item in value)}]"
    return (
        f"{value:.6g}" + ("." if value == int(value) and abs(value) < 1e6 else "")
        if _finite(value)
        else str(value)
    )


def _finite(value: Any) -> bool:
    return isinstance(value, float) and value - value == 0.0
