"""How far an exercise's tolerances stand from rounding, and from the nearest wrong answer.

For authors alone: no learner's code takes part. The judge looks at the first solution once as it
is and once with everything that was float32 in float64, and at each wrong alternative; distances
are in units of what the probe allows, so that 1 is the line between right and wrong.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch.utils import _pytree as tree
from torch.utils._python_dispatch import TorchDispatchMode

from tutor.content.model import Exercise, Probe, Tolerance
from tutor.evaluator import scene
from tutor.evaluator.drawing import Draw, draw
from tutor.evaluator.findings import Look, Seen, judge_look
from tutor.evaluator.inputs import Unpacker
from tutor.evaluator.outcome import Margins, Near
from tutor.evaluator.side import Side
from tutor.evaluator.state import restore
from tutor.evaluator.tensors import elements
from tutor.evaluator.values import as_list, kind_of, mapping

# Draws of one probe; more would tell nothing new.
MOST_DRAWS = 3
# Differences of these kinds are a matter of how much; all others are not.
_BY_DEGREES = {"value", "grad", "inputs"}


def margins(item: Exercise, seed: int) -> Margins:
    """The largest rounding error of each probe, and how near each wrong alternative comes."""
    solution, wide = Side(item.solutions[0]), _Wide(item.solutions[0])
    wrong = [("misconceptions", one.code) for one in item.misconceptions]
    wrong += [("wrong", one.code) for one in item.wrong]
    sides = [Side(code) for _, code in wrong]
    errors: dict[str, float] = {}
    nearest = [0.0] * len(wrong)
    for probe in item.probes:
        for request, drawn in _requests(item, seed, probe):
            want = solution.look(request, drawn.payload)
            exact = wide.look(request, drawn.payload)
            found = [*_gaps_of(want, exact, probe.tolerance, rounding=True)]
            if found:
                errors[probe.name] = max(errors.get(probe.name, 0.0), *found)
            for number, side in enumerate(sides):
                look = Look(probe, request, drawn.payload, side.look(request, drawn.payload))
                nearest[number] = max(nearest[number], _distance(look, want))
    names = [(kind, n - [k for k, _ in wrong].index(kind)) for n, (kind, _) in enumerate(wrong)]
    found_near = [Near(*name, gap) for name, gap in zip(names, nearest, strict=True)]
    return Margins(errors, tuple(found_near))


def _requests(item: Exercise, seed: int, probe: Probe) -> Iterator[tuple[dict[str, Any], Draw]]:
    for turn in range(min(probe.times, MOST_DRAWS)):
        drawn = draw(item, seed, probe, turn)
        question = {"call": probe.call, "run": probe.run, "facets": sorted(probe.facets)}
        yield question | {"watch": [], "seed": drawn.seed, "inputs": drawn.inputs}, drawn


class _Wide(Side):
    """A solution in double precision, with the very random numbers it has in single."""

    def look(self, request: dict[str, Any], payload: bytes) -> Seen:
        with _double():
            self.load()
        if self._fault:
            return Seen({"exception": self._fault}, b"")
        assert self._names is not None
        try:
            inputs = _widened(Unpacker(payload).unpack(request["inputs"]))
            with _double():
                seen = scene.look(request, self._names, inputs)
            return Seen(seen.header, seen.payload)
        except BaseException as error:  # code that insists on float32 has no wider twin
            return Seen({"exception": {"type": type(error).__name__}}, b"")
        finally:
            restore()


@contextlib.contextmanager
def _double() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    try:
        with _SameRandomNumbers():
            yield
    finally:
        restore()


class _SameRandomNumbers(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Draws in float32, as the narrow side does: float64 would give other numbers altogether."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if torch.Tag.nondeterministic_seeded not in func.tags or kwargs.get("dtype"):
            return func(*args, **kwargs)  # an author who names a dtype gets it on both sides
        name = func.name().split(".")[0].removeprefix("aten::")
        if name in ("rand", "randn"):
            kwargs["dtype"] = torch.float32
        drawn = func(*tree.tree_map(_narrow, args), **tree.tree_map(_narrow, kwargs))
        if name.endswith("_"):
            return args[0].copy_(drawn)
        return tree.tree_map(lambda x: x.double() if _is(x, torch.float32) else x, drawn)


def _narrow(value: Any) -> Any:
    return value.float() if _is(value, torch.float64) else value


def _is(value: Any, dtype: torch.dtype) -> bool:
    return isinstance(value, torch.Tensor) and value.dtype == dtype


def _widened(inputs: dict[str, Any]) -> dict[str, Any]:
    """The same inputs in float64; what shared memory does so again, with the same strides."""
    strips: dict[int, torch.Tensor] = {}

    def wide(value: Any) -> Any:
        if not _is(value, torch.float32):
            return value
        storage = value.untyped_storage()
        if storage.data_ptr() not in strips or not storage.nbytes():
            flat = torch.empty(0, dtype=torch.float32).set_(storage)
            strips[storage.data_ptr()] = flat.double()
        place = (value.shape, value.stride(), value.storage_offset())
        made = strips[storage.data_ptr()].as_strided(*place).detach()
        if isinstance(value, torch.nn.Parameter):
            return torch.nn.Parameter(made, requires_grad=value.requires_grad)
        return made.requires_grad_(value.requires_grad)

    return {name: tree.tree_map(wide, value) for name, value in inputs.items()}


# --- distances --------------------------------------------------------------------------------


def _distance(look: Look, want: Seen) -> float:
    """How far a wrong look is from the right one; infinite where no tolerance could blur it."""
    if want.exception or look.got.exception:
        same = (want.exception or {}).get("type") == (look.got.exception or {}).get("type")
        return 0.0 if same else float("inf")
    judged = judge_look(look, want)
    if judged.require or any(one.facet not in _BY_DEGREES for one in judged.differences):
        return float("inf")
    return max(_gaps_of(want, look.got, look.probe.tolerance), default=0.0)


def _gaps_of(
    want: Seen, got: Seen, tolerance: Tolerance, *, rounding: bool = False
) -> Iterator[float]:
    if want.exception or got.exception:
        return
    for part in ("seen", "inputs", "grads"):
        a, b = mapping(want.header.get(part)), mapping(got.header.get(part))
        yield from _gaps(want, got, {"$": "dict", "v": [*a.items()]}, b, tolerance, rounding)


def _gaps(
    want: Seen, got: Seen, a: Any, b: Any, tolerance: Tolerance, rounding: bool
) -> Iterator[float]:
    """Distances of all numbers in two nodes of like structure; infinite where it is not alike."""
    kind = kind_of(a)
    if kind == "dict" or (isinstance(a, dict) and "$" not in a):
        ours, theirs = _items(a), _items(b)
        for key in ours.keys() & theirs.keys():
            yield from _gaps(want, got, ours[key], theirs[key], tolerance, rounding)
    elif kind in ("list", "tuple") and kind_of(b) == kind:
        for x, y in zip(as_list(a.get("v")), as_list(b.get("v")), strict=False):
            yield from _gaps(want, got, x, y, tolerance, rounding)
    elif kind in ("tensor", "array") and kind_of(b) == kind:
        yield from _of_tensors(elements(a, want.payload), elements(b, got.payload), tolerance)
    elif isinstance(a, float) and isinstance(b, float):
        yield abs(b - a) / max(tolerance.atol + tolerance.rtol * abs(a), 1e-300)
    elif not rounding and a != b:
        yield float("inf")


def _items(node: Any) -> dict[str, Any]:
    if isinstance(node, dict) and node.get("$") == "dict":
        return {repr(pair[0]): pair[1] for pair in as_list(node.get("v"))}
    return {repr(key): value for key, value in mapping(node).items()}


def _of_tensors(
    a: torch.Tensor | None, b: torch.Tensor | None, tolerance: Tolerance
) -> Iterator[float]:
    if a is None or b is None or a.shape != b.shape or not a.numel():
        return
    if not a.is_floating_point():
        if not torch.equal(a, b.to(a.dtype)):
            yield float("inf")
        return
    a, b = a.double(), b.double()
    finite = torch.isfinite(a) & torch.isfinite(b)
    allowed = (tolerance.atol + tolerance.rtol * a.abs()).clamp_min(1e-300)
    if bool(finite.any()):
        yield float(((b - a).abs() / allowed)[finite].max())
    if bool((~finite & (a != b) & ~(a.isnan() & b.isnan())).any()):
        yield float("inf")
