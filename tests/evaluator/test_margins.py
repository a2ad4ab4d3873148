"""Tolerances are measured truly: rounding alone, with the same numbers, in the same memory."""

from __future__ import annotations

import math

import msgspec
import pytest
import torch
from torch import nn

from tests.evaluator.exercises import SOFTMAX
from tutor.content.model import Exercise, Mistake, Probe, Tolerance, Wrong
from tutor.evaluator.client import Evaluator
from tutor.evaluator.margins import _double, _widened

real = pytest.mark.asyncio(loop_scope="session")

DRAWS = {
    "randn": lambda: torch.randn(3),
    "rand with a generator": lambda: torch.rand(2, generator=torch.Generator().manual_seed(1)),
    "uniform_": lambda: torch.empty(3).uniform_(),
    "exponential_": lambda: torch.empty(3).exponential_(),
    "bernoulli": lambda: torch.bernoulli(torch.full((4,), 0.5)),
    "randn_like": lambda: torch.randn_like(torch.ones(3)),
    "a layer": lambda: nn.Linear(2, 2).weight.detach(),
    "dropout": lambda: nn.functional.dropout(torch.ones(9), 0.5),
    "multinomial": lambda: torch.multinomial(torch.tensor([0.2, 0.8]), 5, replacement=True),
    "randint": lambda: torch.randint(5, (3,)),
    "a distribution": lambda: torch.distributions.Normal(0.0, 1.0).sample((2,)),
    "float64 by name": lambda: torch.randn(2, dtype=torch.float64),
}


@pytest.mark.parametrize("name", DRAWS)
def test_what_is_drawn_at_random_is_the_same_in_double_precision(name: str) -> None:
    torch.manual_seed(0)
    narrow = DRAWS[name]()
    torch.manual_seed(0)
    with _double():
        wide = DRAWS[name]()
    assert wide.dtype == (torch.float64 if narrow.is_floating_point() else torch.int64)
    assert torch.allclose(narrow.double(), wide.double(), rtol=1e-6, atol=0)
    assert torch.get_default_dtype() is torch.float32


def test_inputs_that_share_memory_share_it_in_double_precision() -> None:
    whole = torch.arange(6.0).view(2, 3)
    wide = _widened({"x": whole, "row": whole[1], "turned": whole.t(), "n": 3})
    assert wide["n"] == 3
    assert wide["turned"].stride() == (1, 3)
    wide["x"].fill_(7)
    assert wide["row"].tolist() == [7.0, 7.0, 7.0]
    assert wide["row"].dtype is torch.float64
    assert whole[1].tolist() == [3.0, 4.0, 5.0]


def test_parameters_and_gradients_stay_what_they_are() -> None:
    inputs = {"w": nn.Parameter(torch.ones(2)), "x": torch.ones(2, requires_grad=True)}
    wide = _widened(inputs)
    assert isinstance(wide["w"], nn.Parameter)
    assert wide["x"].requires_grad
    assert wide["x"].is_leaf


def mean_of(inputs: str, tolerance: Tolerance, *wrong: str) -> Exercise:
    return msgspec.structs.replace(
        SOFTMAX,
        solutions=("def f(x):\n    return x.mean()\n",),
        probes=(Probe("mean", call="f(x)", inputs={"x": inputs}, tolerance=tolerance),),
        wrong=tuple(Wrong(f"def f(x):\n    return {code}\n", "mean") for code in wrong),
    )


@real
async def test_rounding_is_measured_in_what_the_probe_allows(evaluator: Evaluator) -> None:
    tight = mean_of("torch.randn(999) + 1000", Tolerance(rtol=1e-8, atol=0))
    loose = mean_of("torch.randn(999) + 1000", Tolerance(rtol=1e-3, atol=0))
    errors = []
    for item in (tight, loose):
        margins, verdict = await evaluator.margins(item, seed=4)
        assert margins, verdict
        errors.append(margins.errors["mean"])
    assert errors[0] > 0.1 > errors[1]
    assert math.isclose(errors[0], errors[1] * 1e5, rel_tol=0.01)


@real
async def test_a_wrong_answer_is_as_near_as_its_values_are(evaluator: Evaluator) -> None:
    wrong = ("x.mean() + 0.03", "x.sum()", "x.mean(0, keepdim=True)", "x.nonsense()", "x.mean()")
    item = mean_of("torch.ones(3)", Tolerance(rtol=0, atol=0.01), *wrong)
    item = msgspec.structs.replace(
        item, misconceptions=(Mistake("m", "def f(x):\n    return x.mean() - 0.05\n", "No."),)
    )
    margins, verdict = await evaluator.margins(item, seed=4)
    assert margins, verdict
    found = {(one.kind, one.number): one.distance for one in margins.nearest}
    assert math.isclose(found["misconceptions", 0], 5, rel_tol=1e-3)
    assert math.isclose(found["wrong", 0], 3, rel_tol=1e-3)
    assert math.isclose(found["wrong", 1], 200, rel_tol=1e-3)
    assert found["wrong", 2] == found["wrong", 3] == math.inf  # another shape; no value at all
    assert found["wrong", 4] == 0


@real
async def test_what_cannot_be_measured_says_why(evaluator: Evaluator) -> None:
    margins, verdict = await evaluator.margins(mean_of("torch.nonsense", Tolerance()), seed=4)
    assert margins is None
    assert verdict.outcome == "internal"
    assert "nonsense" in verdict.original
