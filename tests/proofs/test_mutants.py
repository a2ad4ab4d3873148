"""Mutants: single edits that a person could make, the same ones every time."""

from __future__ import annotations

import ast

import pytest

from tutor.content.proofs.mutants import MOST, mutants
from tutor.content.proofs.solutions import with_pass

# code of a solution, an edit that must be tried
TRIED = [
    ("y = a + b", "y = a + b -> y = a - b"),
    ("y = a @ b", "y = a @ b -> y = b @ a"),
    ("y = a - b", "y = a - b -> y = b - a"),
    ("y = a < b", "y = a < b -> y = a <= b"),
    ("y = a == b", "y = a == b -> y = a != b"),
    ("y = a and b", "y = a and b -> y = a or b"),
    ("y = a and b", "y = a and b -> y = b"),
    ("y = not a", "y = not a -> y = a"),
    ("y = -a", "y = -a -> y = a"),
    ("y = a[1:]", "y = a[1:] -> y = a[2:]"),
    ("y = a[1:]", "y = a[1:] -> y = a[:]"),
    ("y = x.sum(1)", "y = x.sum(1) -> y = x.sum(0)"),
    ("y = x.sum(1)", "y = x.sum(1) -> y = x.sum()"),
    ("y = x.sum(-1)", "y = x.sum(-1) -> y = x.sum(-2)"),
    ("y = x.sum(1)", "y = x.sum(1) -> y = x.mean(1)"),
    ("y = x.sum(1, keepdim=True)", "y = x.sum(1, keepdim=True) -> y = x.sum(1)"),
    ("y = x.var(unbiased=False)", "y = x.var(unbiased=False) -> y = x.var(unbiased=True)"),
    ("y = x.clone()", "y = x.clone() -> y = x"),
    ("y = x.detach().t()", "y = x.detach().t() -> y = x.t()"),
    ("y = torch.sqrt(x)", "y = torch.sqrt(x) -> y = x"),
    ("y = torch.where(m, a, b)", "y = torch.where(m, a, b) -> y = torch.where(a, m, b)"),
    ("x.add_(1)", "x.add_(1) -> x.add(1)"),
    ("x += 1", "x += 1 -> x -= 1"),
    ("x += 1", "x += 1 -> pass"),
    ("y = x.T", "y = x.T -> y = x"),
    ("for i in s:\n    if i: break", "break -> continue"),
    ("if a < b:\n    f(a)", "if a < b: -> if not a < b:"),
    ("if a:\n    f(a)", "if a: -> pass"),
    ("y = [i for i in s if i]", "y = [i for i in s if i] -> y = [i for i in s]"),
    ("with torch.no_grad():\n    f(a)", "with torch.no_grad(): -> f(a)"),
    ("@torch.no_grad()\ndef f(): return 1", "@torch.no_grad() def f(): -> def f():"),
    ("def f():\n    opt.zero_grad()\n    loss.backward()", "opt.zero_grad(); loss.backward() -> "),
    ("optimizer.step()", "optimizer.step() -> pass"),
]

# code, an edit that would change nothing, or that any probe refuses
LEFT_OUT = [
    ("y = max(a, b)", "y = max(b, a)"),
    ("y = x.sum(1, keepdim=False)", "y = x.sum(1)"),
    ("y = torch.cat(parts, 0)", "y = torch.cat(parts)"),
    ("y = 1\nz = y + 1", "y = 1 -> pass"),
    ("y = len(x)", "y = x"),
    ('def f():\n    """Return 1."""\n    return 2', '"""Return 1."""'),
    ("raise ValueError(x + 1)", "ValueError(x - 1)"),
    ("def f(x: Tensor[2]): return x", "Tensor[3]"),
    ("import torch", "import"),
]


@pytest.mark.parametrize(("code", "edit"), TRIED)
def test_this_slip_is_tried(code: str, edit: str) -> None:
    found = [one.edit for one in mutants(code, key="any")]
    assert any(one.startswith(edit) for one in found), found


@pytest.mark.parametrize(("code", "edit"), LEFT_OUT)
def test_this_is_no_slip(code: str, edit: str) -> None:
    assert not [one.edit for one in mutants(code, key="any") if edit in one.edit]


LONG = "import torch\n\ndef f(x, y):\n" + "".join(
    f"    if x > {n} and not y:\n        x = (x - {n}).sum({n}, keepdim=True) * y.clone()\n"
    for n in range(5)
)


def test_there_are_not_too_many_and_all_kinds_are_among_them() -> None:
    everything = mutants(LONG, key="a", most=10_000)
    chosen = mutants(LONG, key="a")
    assert len(chosen) == MOST < len(everything)
    assert {one.kind for one in chosen} == {one.kind for one in everything}


def test_they_are_the_same_every_time_and_others_for_another_exercise() -> None:
    assert mutants(LONG, key="a") == mutants(LONG, key="a")
    assert mutants(LONG, key="a") != mutants(LONG, key="b")


def test_each_is_a_program_of_its_own_and_differs_from_the_solution() -> None:
    everything = mutants(LONG, key="a", most=10_000)
    codes = {one.code for one in everything}
    assert len(codes) == len(everything)
    assert ast.unparse(ast.parse(LONG)) not in codes
    for code in codes:
        compile(code, "mutant", "exec")
    assert len({one.edit for one in everything}) == len(everything)


@pytest.mark.parametrize(
    ("starter", "filled"),
    [
        ("def f(x):\n    ...\n", "def f(x):\n    pass\n"),
        ("def f(x):\n    return ...\n", "def f(x):\n    return None\n"),
        ("y = x[..., 0]\n...\n", "y = x[..., 0]\npass\n"),
        ("def f(x):\n    return x\n", "def f(x):\n    return x\n"),
    ],
)
def test_a_starter_is_filled_with_nothing(starter: str, filled: str) -> None:
    assert with_pass(starter) == filled
