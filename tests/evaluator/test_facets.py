"""Each facet bites where it should and nowhere else, and says in words what is off."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import pytest

from tutor.content.model import Exercise, Facet, Probe
from tutor.evaluator.client import Evaluator
from tutor.evaluator.helpers import shares_storage

HEAD = """\
import copy, random
import numpy as np
import torch
from torch import nn

def evaluate(net, x):
    flags = [m.training for m in net.modules()]
    y = net.eval()(x)
    for m, flag in zip(net.modules(), flags):
        m.training = flag
    return y

def train(net, x):
    net(x).sum().backward()
    for p in net.parameters():
        p.data.sub_(p.grad)
    return 1

def holder(*parts):
    net = nn.Module()
    for kind, name, value, *more in parts:
        getattr(net, kind)(name, value, *more)
    return net

A = ("register_parameter", "a", nn.Parameter(torch.ones(2)))
B = ("register_buffer", "b", torch.zeros(1))
C = ("add_module", "c", nn.ReLU())

"""


@dataclass(frozen=True)
class Case:
    """A function ``f``, how it is looked at, and what may and may not pass.

    ``refused`` maps an attempt to a part of what the learner is told.
    """

    solution: str
    passes: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    inputs: str = "torch.randn(3, 2)"
    run: str = ""
    compare: tuple[Facet, ...] | None = None
    ignore: tuple[Facet, ...] = ()


MODULE = """\
net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Dropout())
net[2].eval()
net[0].weight.requires_grad_(False)
net[0].bias.grad = torch.ones(3)
y = f(net, x)
observe(y=y)
"""
CASES: dict[str, Case] = {
    "arguments, by default": Case(
        "x * 2",
        passes=("x + x", "x.clone().mul_(2)"),
        refused=(
            ("x.mul_(2)", "`x` is not as it should be after the call."),
            ("(x.requires_grad_(), x * 2)[1].detach()", "requires_grad switched"),
            ("(x.zero_(), x * 2)[1]", ""),
            ("(y := x * 2, x.add_(0), y)[0]", "a write in place"),
            ("(x.requires_grad_().register_hook(abs), x * 2)[1].detach()", "a hook"),
        ),
    ),
    "arguments that the solution changes itself": Case(
        "x.mul_(2)", passes=("x.add_(x)", "x.copy_(x * 2)"), refused=(("x * 2", "after the call"),)
    ),
    "arguments put back, where that is allowed": Case(
        "x * 2", passes=("(y := x * 2, x.add_(0), y)[2]",), ignore=("untouched",)
    ),
    "gradients of arguments": Case(
        "torch.autograd.grad((x * x).sum(), x)[0]",
        passes=("2 * x.detach()", "torch.autograd.grad((x ** 2).sum(), (x,))[0]"),
        refused=(("((x * x).sum().backward(), x.grad.clone())[1]", "a gradient in .grad"),),
        inputs="torch.randn(3, requires_grad=True)",
    ),
    "a generator handed over": Case(
        "torch.rand(3, generator=x) < 2",
        passes=("torch.rand(7, generator=x)[:3] < 2",),
        refused=(
            ("torch.ones(3) > 0", "it is not drawn from"),
            ("torch.rand(3, generator=x.manual_seed(3)) < 2", "it is reseeded"),
            ("torch.rand(3) < 2", "global random generator"),
        ),
        inputs="generator()",
    ),
    "the number of draws": Case(
        "torch.rand(3, generator=x) < 2",
        passes=("torch.rand(3, generator=x) > -1",),
        refused=(("torch.rand(4, generator=x)[1:] < 2", "another number of them"),),
        inputs="generator()",
        compare=("value", "draws"),
    ),
    "global state": Case(
        "x * 2",
        refused=(
            ("(torch.rand(1), x * 2)[1]", "the global random generator"),
            ("(torch.manual_seed(0), x * 2)[1]", "the seed of the global random generator"),
            ("(random.random(), x * 2)[1]", "Python's random module"),
            ("(np.random.rand(), x * 2)[1]", "generator of NumPy"),
            ("(torch.set_default_dtype(torch.float64), x * 2)[1]", "the default dtype"),
            ("(torch._C._set_grad_enabled(False), x * 2)[1]", "grad mode"),
            ("(torch.autograd.set_detect_anomaly(True), x * 2)[1]", "anomaly detection"),
            ("(torch.use_deterministic_algorithms(True), x * 2)[1]", "deterministic algorithms"),
            ("(nn.modules.module.register_module_forward_hook(print), x * 2)[1]", "hooks on all"),
        ),
        passes=("torch.set_grad_enabled(True) and x * 2 if False else x * 2",),
    ),
    "draws from the global generator": Case(
        "torch.rand(3) < 2",
        passes=("torch.rand(7)[:3] < 2", "torch.ones(3) > 0"),
        refused=(("(torch.manual_seed(0), torch.rand(3) < 2)[1]", "the seed of the global"),),
    ),
    "what the scene made": Case(
        "evaluate(x, y)",
        refused=(
            ("x.eval()(y)", "train/eval flags of `net`"),
            ("(evaluate(x, y), x.train())[0]", "train/eval flags of `net`"),
            ("(x.register_forward_hook(print), evaluate(x, y))[1]", "hooks on `net`"),
            ("(x[0].bias.register_hook(abs), evaluate(x, y))[1]", "hooks on `net`"),
            ("(x.requires_grad_(), evaluate(x, y))[1]", "requires_grad of `net`"),
            ("(x.zero_grad(), evaluate(x, y))[1]", "gradients of `net`"),
            ("(evaluate(x, y), x[0].bias.data.zero_())[0]", "the values of `net`"),
        ),
        passes=("copy.deepcopy(x).eval()(y)",),
        run=MODULE,
    ),
    "tensors that the scene made": Case(
        "x + 1",
        refused=(
            ("x.add_(1)", "the values of `base`"),
            ("(x.requires_grad_().register_hook(abs), x.detach() + 1)[1]", "hooks on `base`"),
        ),
        run="base = x.clone()\nobserve(y=f(base, 0))\n",
    ),
    "training leaves gradients or not": Case(
        "(train(x, y), x.zero_grad())[0]",
        passes=("train(x, y)",),
        run="net = nn.Linear(2, 1)\nobserve(y=f(net, x), w=net.weight)\n",
    ),
    "stdout": Case(
        "print('mean', x.mean().item(), x.shape[0])",
        passes=(
            "print('mean ', float(x.double().mean()), 3)",
            "print(f'mean  {x.mean():.4f} 3')",
        ),
        refused=(
            ("print('mean', x.mean().item() + 0.01, 3)", "What is printed differs."),
            ("print('mean', x.mean().item(), 4)", "What is printed differs."),
            ("print('Mean', x.mean().item(), 3)", "What is printed differs."),
            ("None", "What is printed differs."),
        ),
        compare=("stdout",),
    ),
    "peak": Case(
        "x @ (x.t() @ x)",
        passes=("torch.einsum('ij,jk->ik', x, x.t() @ x)",),
        refused=(("(x @ x.t()) @ x", "has 10000 elements; at most 400"),),
        inputs="torch.randn(100, 2)",
        compare=("peak",),
    ),
    "ops": Case(
        "x * 2",
        passes=("2 * x", "torch.mul(x, 2)"),
        refused=(("x + x", "Other operations ran"),),
        compare=("value", "ops"),
    ),
    "raises": Case(
        "x.view(7)",
        passes=("x.reshape(7)",),
        refused=(
            ("[][1]", "Expected an exception (RuntimeError); yours gave IndexError."),
            ("x", "Expected an exception (RuntimeError); yours gave tensor"),
        ),
        compare=("raises",),
    ),
    "version": Case(
        "x.clone().add_(1)",
        passes=("x.clone().mul_(1).sub_(-1) if False else x.clone().sub_(-1)",),
        refused=(("x + 1", "version counter should be 1; yours is 0"),),
        compare=("value", "version"),
    ),
    "registered, in whatever order": Case(
        "holder(A, B, C)",
        passes=("holder(C, B, A)",),
        refused=(
            ("holder(A, ('register_parameter', 'b', nn.Parameter(B[2])), C)", "parameters"),
            ("holder(A, (*B, False), C)", "keys"),
            ("holder(A, B)", "modules"),
        ),
        run="observe(net=f(x, 0))\n",
        compare=("registered",),
    ),
    "train and eval flags": Case(
        "(x, nn.Linear(2, 2).eval())[1]",
        refused=(("nn.Linear(2, 2)", "train/eval flags"),),
        run="observe(net=f(x, 0))\n",
        compare=("training",),
    ),
    "hooks left on what is returned": Case(
        "nn.Linear(2, 2)",
        refused=(
            ("(n := nn.Linear(2, 2), n.register_forward_pre_hook(print))[0]", "hooks left behind"),
            ("(n := nn.Linear(2, 2), n.bias.register_hook(abs))[0]", "hooks left behind"),
        ),
        run="observe(net=f(x, 0))\n",
        compare=("hooks",),
    ),
    "storage": Case(
        "x[1:]",
        passes=("x.detach()[1:]", "x.narrow(0, 1, 2)"),
        refused=(("x[1:].clone()", "share memory, yours have separate memory"),),
        compare=("value", "storage"),
    ),
    "grad": Case(
        "x * x",
        passes=("x ** 2", "x.square()"),
        refused=(
            ("x * x.detach()", "but the gradient of result for x is not"),
            ("x.detach() ** 2", "The gradient is lost"),
        ),
        inputs="torch.randn(3, requires_grad=True)",
        compare=("value", "grad"),
    ),
}  # fmt: skip


def code(expression: str) -> str:
    return f"{HEAD}def f(x, y):\n    return {expression}\n"


def exercise(case: Case) -> Exercise:
    return Exercise(
        id="test.facets",
        alias="T1.z",
        title="facets",
        task="",
        starter="",
        solutions=(code(case.solution),),
        probes=(
            Probe(
                "looked at",
                call=None if case.run else "f(x, 0)",
                run=case.run or None,
                inputs={"x": case.inputs},
                compare=case.compare,
                ignore=case.ignore,
            ),
        ),
    )


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", CASES)
async def test_a_facet_bites_and_spares(name: str, evaluator: Evaluator) -> None:
    case = CASES[name]
    item = exercise(case)
    for attempt in (case.solution, *case.passes):
        verdict = await evaluator.check(item, code(attempt))
        assert verdict.passed, (attempt, verdict)
    for attempt, told in case.refused:
        verdict = await evaluator.check(item, code(attempt))
        assert verdict.outcome == "wrong", (attempt, verdict)
        assert told in "\n".join([verdict.message, *verdict.notes]), (attempt, verdict)


@pytest.mark.asyncio(loop_scope="session")
async def test_what_is_left_behind_is_said_before_what_the_probe_is_about(
    evaluator: Evaluator,
) -> None:
    probe = Probe("doubled", call="f(x, 0)", inputs={"x": "torch.ones(2)"}, say="Twice x.")
    item = msgspec.structs.replace(exercise(Case("x * 2")), probes=(probe,))
    told = {}
    for attempt in ("x * 3", "(x.add_(0), x * 2)[1]", "(torch.rand(1), x * 2)[1]"):
        told[attempt] = (await evaluator.check(item, code(attempt))).message
    wrong, written, drawn = told.values()
    assert wrong == "Twice x."
    assert "a write in place" in written
    assert "global random generator" in drawn
    assert written.endswith(" Twice x.")


def test_memory_is_shared_or_not_whatever_hides_it() -> None:
    import torch

    x = torch.arange(6.0, requires_grad=True)
    with torch.no_grad():
        assert shares_storage(x, x.detach())
        assert shares_storage(x.detach()[1:], x.view(2, 3))
        assert shares_storage(x, x.detach().numpy())
        assert not shares_storage(x, x.clone())
        # An empty tensor holds nothing that could be shared, whatever its storage is.
        assert not shares_storage(x, x[:0])
        assert not shares_storage(torch.empty(0), torch.empty(0))
    assert x.tolist() == [0, 1, 2, 3, 4, 5]
    assert x._version == 0
