"""What a learner's function leaves behind on its arguments, and on what the scene made for it.

Facts are taken before the learner's code is called and again when the look is over; what differs
is told by its kind and name. Whether it should differ, the solution's side says.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from types import CodeType
from typing import Any

import numpy as np
import torch

from tutor.evaluator.observe import (
    Observer,
    count_hooks,
    count_tensor_hooks,
    is_array,
    is_dull,
    is_module,
    is_tensor,
)

# Tensors beyond this are not read twice a look.
MOST = 1 << 16
Facts = dict[tuple[str, str], Any]


# --- arguments --------------------------------------------------------------------------------


def arguments(inputs: Mapping[str, Any]) -> Facts:
    """Of every input what its values do not show: flags, gradients, hooks, writes, draws."""
    facts: Facts = {}
    for name, value in _inside(inputs):
        if is_tensor(value):
            facts["requires_grad", name] = value.requires_grad
            facts["grad", name] = value.is_leaf and value.grad is not None
            facts["hooks", name] = count_tensor_hooks(value)
            facts["written", name] = value._version
        elif type(value) is torch.Generator:
            facts["drawn", name] = value.get_state().numpy().tobytes()
            facts["reseeded", name] = value.initial_seed()
    return facts


def _inside(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Values by name, those in lists, tuples and dicts too; not what is made of plain ones."""
    for name, value in values.items():
        if is_dull(value):
            continue
        yield name, value
        if type(value) in (list, tuple):
            items = [(i, item) for i, item in enumerate(value[:64]) if not is_dull(item)]
        elif type(value) is dict:
            items = list(value.items())[:64]
        else:
            continue
        yield from _inside({f"{name}[{key!r}]": item for key, item in items})


def changed(before: Facts, now: Facts) -> list[tuple[str, str]]:
    """Kind and name of every fact that is no longer what it was."""
    return [key for key, value in before.items() if key in now and now[key] != value]


# --- what the scene made ----------------------------------------------------------------------


@cache
def split(run: str, asked: frozenset[str], file: str) -> tuple[CodeType, CodeType, frozenset[str]]:
    """A scene in two: what comes before the first use of an asked name, and the rest.

    Returns both as code, and the names that the first part binds.
    """
    body = ast.parse(run, file).body
    uses = [any(isinstance(n, ast.Name) and n.id in asked for n in ast.walk(s)) for s in body]
    cut = uses.index(True) if True in uses else len(body)
    parts = [ast.Module(list(part), []) for part in (body[:cut], body[cut:])]
    made = {
        target.id
        for statement in body[:cut]
        if isinstance(statement, (ast.Assign, ast.AnnAssign))
        for target in ast.walk(statement)
        if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store)
    }
    first, rest = (compile(part, file, "exec", dont_inherit=True) for part in parts)
    return first, rest, frozenset(made)


def made(scope: Mapping[str, Any], names: frozenset[str]) -> Facts:
    """Of modules, tensors and arrays under ``names`` all that a caller would miss."""
    facts: Facts = {}
    for name, value in _inside({name: scope[name] for name in sorted(names) if name in scope}):
        if is_module(value):
            facts |= _module(name, value)
        elif is_tensor(value) or is_array(value):
            facts["values", name] = _digest(value)
        if is_tensor(value):
            facts["requires_grad", name] = value.requires_grad
            facts["grad", name] = _digest(value.grad) if value.is_leaf else None
            facts["hooks", name] = count_tensor_hooks(value)
    return facts


def _module(name: str, module: torch.nn.Module) -> Facts:
    modules = list(module.modules())
    parameters = list(module.parameters())
    return {
        ("training", name): [each.training for each in modules],
        ("hooks", name): [count_hooks(each) for each in modules],
        ("requires_grad", name): [p.requires_grad for p in parameters],
        ("grad", name): [_digest(p.grad) for p in parameters],
        ("values", name): [_digest(t) for t in (*parameters, *module.buffers())],
    }


def _digest(value: Any) -> Any:
    """What a tensor or array holds, as one number of this process."""
    if value is None or (value.size if isinstance(value, np.ndarray) else value.numel()) > MOST:
        return None
    observer = Observer()
    node = observer.node(value)
    return node.get("shape"), node.get("dtype"), hash(b"".join(observer.buffers))
