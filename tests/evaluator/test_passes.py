"""How often a function goes back through a graph, and what it brings from there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.autograd import grad as renamed

from tutor.evaluator.passes import backward_passes, from_backward

Pair = tuple[Any, Any]


def leaf() -> torch.Tensor:
    return torch.tensor([1.5, -2.0], requires_grad=True)


def by_backward() -> Pair:
    x = leaf()
    y = x**2
    y.retain_grad()
    (3 * y).sum().backward()
    return x.grad, y.grad


def by_the_function_of_that_name() -> Pair:
    x = leaf()
    y = x * x
    y.retain_grad()
    torch.autograd.backward([(3 * y).sum()])
    return x.grad, y.grad


def by_grad_under_another_name() -> Pair:
    x = leaf()
    y = x.square()
    return renamed((3 * y).sum(), (x, y))


def by_transforms() -> Pair:
    outputs, pull = torch.func.vjp(lambda x: (3 * x**2).sum(), leaf().detach())
    return pull(outputs / outputs)[0], torch.func.grad(lambda y: (3 * y).sum())(
        leaf().detach() ** 2
    )


def by_a_finished_function() -> Pair:
    x = leaf().detach()
    table = torch.autograd.functional.jacobian(lambda x: (3 * x**2).sum(), x)
    return table, torch.autograd.functional.vjp(lambda y: (3 * y).sum(), x * x)[1]


def by_a_function_of_their_own() -> Pair:
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, *grads: torch.Tensor) -> torch.Tensor:
            return grads[0] * 2 * ctx.saved_tensors[0]

    x = leaf()
    y = Square.apply(x)
    return torch.autograd.grad((3 * y).sum(), (x, y))


def twice_through_one_graph() -> Pair:
    x = leaf()
    y = x**2
    z = (3 * y).sum()
    return torch.autograd.grad(z, x, retain_graph=True)[0], torch.autograd.grad(z, y)[0]


def through_two_graphs() -> Pair:
    x, y = leaf(), leaf().detach().square().requires_grad_()
    (3 * x**2).sum().backward()
    torch.autograd.backward((3 * y).sum())
    return x.grad, y.grad


def in_two_pieces() -> Pair:
    x = leaf()
    y = x**2
    (of_y,) = torch.autograd.grad((3 * y).sum(), y)
    return torch.autograd.grad(y, x, of_y)[0], of_y


def with_a_result_that_is_missing() -> Pair:
    return by_backward()[0], None


def through_nodes_made_inside_torch() -> Pair:
    x = leaf()
    y = x**2
    return torch.autograd.grad(torch.einsum("...->", 3 * y), (x, y))


def written_down() -> Pair:
    x = leaf().detach()
    return 6 * x, torch.full_like(x, 3)


def written_down_after_a_pass() -> Pair:
    by_backward()
    return written_down()


def one_of_two() -> Pair:
    return by_backward()[0], written_down()[1]


def checked_by_hand() -> Pair:
    found = by_backward()
    assert all(torch.equal(a, b) for a, b in zip(found, written_down(), strict=True))
    return found


CASES: dict[Callable[[], Pair], tuple[int, list[bool | None]]] = {
    by_backward: (1, [True, True]),
    by_the_function_of_that_name: (1, [True, True]),
    by_grad_under_another_name: (1, [True, True]),
    by_transforms: (2, [True, True]),
    by_a_finished_function: (2, [True, True]),
    by_a_function_of_their_own: (1, [True, True]),
    twice_through_one_graph: (2, [True, True]),
    through_two_graphs: (2, [True, True]),
    in_two_pieces: (2, [True, True]),
    with_a_result_that_is_missing: (1, [True, None]),
    through_nodes_made_inside_torch: (1, [True, True]),
    written_down: (0, [False, False]),
    written_down_after_a_pass: (1, [False, False]),
    one_of_two: (1, [True, False]),
    checked_by_hand: (1, [True, True]),
}


@pytest.mark.parametrize("run", CASES, ids=lambda run: run.__name__)
def test_passes_are_counted_and_their_results_known(run: Callable[[], Pair]) -> None:
    count, parts = CASES[run]
    assert backward_passes(run) == count
    assert from_backward(run) == parts


def test_a_graph_of_the_callers_is_left_as_it_was() -> None:
    x = leaf()
    made = x * x
    (want,) = torch.autograd.grad(made.sum(), x, retain_graph=True)
    assert from_backward(lambda: torch.autograd.grad(made.sum(), (x, made), retain_graph=True))
    assert torch.equal(torch.autograd.grad(made.sum(), x)[0], want)
