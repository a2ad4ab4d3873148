"""Observed values in a learner's terms: short, printable, never markup."""

from __future__ import annotations

from typing import Any

import torch

from tutor.text.messages import say

LIMIT = 300
SMALL = 24  # elements of a tensor that is shown whole


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


WORST = 4


def grid(want: torch.Tensor, got: torch.Tensor) -> tuple[str, str]:
    """Expected and observed elements where all of them can be read; else nothing."""
    if want.numel() > SMALL or want.dim() > 2:
        return "", ""
    return _whole(want), _whole(got)


def worst(want: torch.Tensor, got: torch.Tensor, bad: torch.Tensor, allowed: torch.Tensor) -> str:
    """The elements that differ most, by index, with their errors; of all that differ in ``bad``."""
    error = _error(want, got, bad)
    # What is no number at all comes first.
    order = torch.where(error.isfinite(), error, torch.full_like(error, torch.inf)).flatten()
    places = [i for i in order.argsort(descending=True, stable=True).tolist() if bad.flatten()[i]]
    head = [say(f"evaluator.worst.{key}") for key in ("index", "expected", "got", "error")]
    rows = []
    for place in places[:WORST]:
        index: list[int] = []
        rest = place
        for size in reversed(bad.shape):
            rest, i = divmod(rest, size)
            index.insert(0, i)
        at = [t.flatten()[place].item() for t in (want, got)]
        rows.append([str(index), *map(_numbers, at), f"{float(error.flatten()[place]):.3g}"])
    text = table([head, *rows])
    limit = allowed.flatten()[places[0]]
    return text if float(limit) == 0 else f"{text}\n{say('evaluator.allowed', n=f'{limit:.1g}')}"


def _error(want: torch.Tensor, got: torch.Tensor, bad: torch.Tensor) -> torch.Tensor:
    wide = torch.complex128 if want.is_complex() else torch.float64
    return torch.where(bad, (got.to(wide) - want.to(wide)).abs(), 0.0)


def table(rows: list[list[str]]) -> str:
    """Rows of cells as text, the columns one beneath the other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _whole(tensor: torch.Tensor) -> str:
    if tensor.dim() < 2 or not tensor.numel():
        return _numbers(tensor.tolist())
    cells = [[_numbers(item) for item in row] for row in tensor.tolist()]
    width = max(len(cell) for row in cells for cell in row)
    lines = [f"[{', '.join(cell.rjust(width) for cell in row)}]" for row in cells]
    return "[" + ",\n ".join(lines) + "]"


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
