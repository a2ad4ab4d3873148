"""A probe's scene: run it over a namespace, and give back what it observed.

The same function runs in the learner's process over the learner's names and in the judge's over a
solution's. The helpers are bound here, before a learner's code is loaded; a learner's function of
the same name stays the learner's and is not seen by the scene.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import torch

from tutor.evaluator import record, surroundings
from tutor.evaluator.helpers import HELPERS, shares_storage
from tutor.evaluator.observe import Observer, is_array, is_dull, is_module, is_tensor
from tutor.evaluator.state import disturbed, seed_everything, snapshot

MAX_OPS = 2_000
_grad = torch.autograd.grad


class Observation:
    """What one look gave: a JSON header and its raw bytes."""

    def __init__(self, header: dict[str, Any], buffers: list[bytes]) -> None:
        self.header = header
        self.payload = b"".join(buffers)


def look(probe: dict[str, Any], namespace: dict[str, Any], inputs: dict[str, Any]) -> Observation:
    """Run ``probe`` (keys: call or run, facets, watch, seed, asked) and observe.

    Exceptions of the scene pass through; the caller knows whose they are.
    """
    facets = frozenset(probe["facets"])
    seed = int(probe["seed"])
    eye = _Eye(facets, inputs, seed)
    scope = {**namespace, **HELPERS, "observe": eye.see, **inputs}
    given = surroundings.arguments(inputs)
    seed_everything(seed)
    before = snapshot()
    changed = []
    printed = io.StringIO()
    with record.recording(frozenset(probe["watch"])) as log, _printing_to(printed, facets):
        if probe.get("call"):
            eye.see(result=eval(_code(probe["call"].strip(), "eval"), scope))
        else:
            asked = frozenset(probe.get("asked", ()))
            first, rest, names = surroundings.split(probe["run"], asked, record.SCENE)
            exec(first, scope)
            made = surroundings.made(scope, names)
            exec(rest, scope)
            now = surroundings.made(scope, names)
            changed = [f"{kind}:{name}" for kind, name in surroundings.changed(made, now)]
    changed = disturbed(before, seed) + changed
    header = eye.header()
    now = surroundings.arguments(inputs)
    header["arguments"] = [list(pair) for pair in surroundings.changed(given, now)]
    if "draws" in facets:
        header["draws"] = {k: _digest(v) for (kind, k), v in now.items() if kind == "drawn"}
    header |= {"state": changed, "calls": log.calls, "peak": log.peak}
    # A loop over thousands of elements runs as many operations: the names once, and how many.
    header |= {"ops_used": sorted(set(log.ops)), "ops_count": len(log.ops)}
    if "ops" in facets:
        header["ops"] = log.ops[:MAX_OPS]
    if "stdout" in facets:
        header["stdout"] = printed.getvalue()[:20_000]
    return Observation(header, eye.observer.buffers)


def _digest(state: bytes) -> str:
    return hashlib.blake2b(state, digest_size=16).hexdigest()


@cache
def _code(text: str, mode: str) -> Any:
    return compile(text, record.SCENE, mode, dont_inherit=True)


@contextlib.contextmanager
def _printing_to(target: io.StringIO, facets: frozenset[str]) -> Iterator[None]:
    if "stdout" not in facets:
        yield
        return
    with contextlib.redirect_stdout(target):
        yield


class _Eye:
    """Gathers what a scene observes."""

    def __init__(self, facets: frozenset[str], inputs: dict[str, Any], seed: int) -> None:
        self.observer = Observer(facets)
        self._facets = facets
        self._inputs = inputs
        self._seed = seed
        self._seen: dict[str, Any] = {}
        self._nodes: dict[str, Any] = {}
        self._grads: dict[str, Any] = {}

    def see(self, **named: Any) -> None:
        """Observe values as they are at this moment."""
        for name, value in named.items():
            self._nodes[name] = self.observer.node(value)
            self._seen[name] = value
        if "grad" in self._facets:
            for name, value in named.items():
                self._grads |= self._gradients(name, value)

    def _gradients(self, name: str, value: Any) -> dict[str, Any]:
        """Gradients of every input that requires one, for a cotangent drawn from the seed."""
        found: dict[str, Any] = {}
        leaves = {k: v for k, v in _tensors("", self._inputs) if v.requires_grad and v.is_leaf}
        for path, out in _tensors(name, value):
            if not out.is_floating_point() and not out.is_complex():
                continue
            if not out.requires_grad or not leaves:
                found[path] = None
                continue
            generator = torch.Generator().manual_seed(self._seed)
            cotangent = torch.randn(out.shape, generator=generator, dtype=torch.float64)
            grads = _grad(
                out,
                list(leaves.values()),
                cotangent.to(out.dtype),
                retain_graph=True,
                allow_unused=True,
            )
            found[path] = {k: self.observer.node(g) for k, g in zip(leaves, grads, strict=True)}
        return found

    def header(self) -> dict[str, Any]:
        header: dict[str, Any] = {"seen": self._nodes}
        if "grad" in self._facets:
            header["grads"] = self._grads
        if "inputs" in self._facets:
            header["inputs"] = {k: self.observer.node(v) for k, v in self._inputs.items()}
        named = [*_memories("", self._seen), *_memories("", self._inputs)]
        if "storage" in self._facets:
            header["storage"] = sorted(
                sorted((a, b)) for a, x, b, y in _pairs(named) if shares_storage(x, y)
            )
        if "identity" in self._facets:
            objects = [*self._seen.items(), *self._inputs.items()]
            header["identity"] = sorted(
                sorted((a, b)) for a, x, b, y in _pairs(objects) if x is y and a != b
            )
        return header


def _pairs(named: list[tuple[str, Any]]) -> Iterator[tuple[str, Any, str, Any]]:
    for index, (a, x) in enumerate(named[:24]):
        for b, y in named[index + 1 : 24]:
            yield a, x, b, y


def _walk(name: str, value: Any, wanted: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
    if is_dull(value):
        return
    if wanted(value):
        yield name, value
    elif type(value) in (list, tuple):
        for index, item in enumerate(value[:32]):
            if not is_dull(item):
                yield from _walk(f"{name}[{index}]", item, wanted)
    elif type(value) is dict:
        for key, item in list(value.items())[:32]:
            yield from _walk(f"{name}[{key!r}]" if name else str(key), item, wanted)
    elif is_module(value):
        for key, item in list(value.named_parameters())[:64]:
            yield from _walk(f"{name}.{key}", item, wanted)


def _tensors(name: str, value: Any) -> list[tuple[str, torch.Tensor]]:
    return list(_walk(name, value, is_tensor))


def _memories(name: str, value: Any) -> list[tuple[str, Any]]:
    return list(_walk(name, value, _has_memory))


def _has_memory(value: Any) -> bool:
    return is_tensor(value) or is_array(value)
