"""What a learner's function does by going back through a graph: how often, and with what result.

Backward cannot be watched from outside: the graphs are made inside the function, of tensors that
nobody else sees. So each node is met when a torch function returns its tensor, and gets a hook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

_ENTRIES = (torch.Tensor.backward, torch.autograd.grad)
_is_tensor, _tensor = torch.is_tensor, torch.Tensor


class _Passes(TorchFunctionMode):
    """Hooks every node that it meets; ``factor`` is what a gradient is multiplied with there."""

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self._factor = factor
        self._met: dict[Any, Any] = {}  # node to the handle of its hook
        self._fired: list[list[Any]] = [[]]  # nodes, a list for each call that starts a pass

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self._meet([*args, *(kwargs or {}).values()])
        if func in _ENTRIES:
            self._fired.append([])
        result = func(*args, **(kwargs or {}))
        self._meet([result])
        return result

    def _meet(self, values: Iterable[Any]) -> None:
        for value in values:
            if isinstance(value, (tuple, list)):
                self._meet(value)
            elif isinstance(value, _tensor):
                node = value.grad_fn
                if node is not None and node not in self._met:
                    hook = partial(self._fire, node)
                    self._met[node] = node.register_prehook(hook)

    def _fire(self, node: Any, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        self._fired[-1].append(node)
        return tuple(None if grad is None else grad * self._factor for grad in grads)

    def count(self) -> int:
        """A pass begins at a node that no other node of the pass leads to."""
        total = 0
        for nodes in self._fired:
            led_to = _below(nodes)
            total += len([node for node in nodes if node not in led_to])
        return total

    def let_go(self) -> None:
        """Take the hooks off: a caller's own graph may be among them."""
        for handle in self._met.values():
            handle.remove()


def _below(nodes: list[Any]) -> set[Any]:
    """Every node that one of ``nodes`` leads to; some were made inside torch, and never met."""
    found: set[Any] = set()
    rest = [below for node in nodes for below, _ in node.next_functions]
    while rest:
        node = rest.pop()
        if node is not None and node not in found:
            found.add(node)
            rest += [below for below, _ in node.next_functions]
    return found


def backward_passes(run: Callable[[], Any]) -> int:
    """How many backward passes ``run()`` sends through graphs, each from a single result."""
    passes = _Passes()
    _through(passes, run)
    return passes.count()


def _through(passes: _Passes, run: Callable[[], Any]) -> Any:
    try:
        with passes:
            return run()
    finally:
        passes.let_go()


def from_backward(run: Callable[[], Any]) -> list[bool | None]:
    """Of each number or tensor in the tuple ``run()`` returns: did it come out of a backward pass?

    On a second run every gradient is doubled on its way, again and again. What was written down
    by hand does not notice. Where there is None there is no answer either.
    """
    straight = run()
    try:
        bent = _through(_Passes(2.0), run)
    except Exception:
        # It noticed by itself: with an assert, say.
        return [True] * len(straight)
    return [None if a is None else not _same(a, b) for a, b in zip(straight, bent, strict=True)]


def _same(a: Any, b: Any) -> bool:
    return torch.equal(a, b) if _is_tensor(a) and _is_tensor(b) else bool(a == b)
