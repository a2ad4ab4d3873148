"""Bounds on random answers accept what is right and refuse what is off, by theory and in draws."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest
import torch
from torch.distributions import Exponential, Normal, Uniform

from tutor.content.model import Exercise, Probe, Require
from tutor.evaluator import chance
from tutor.evaluator.client import Evaluator

N = 4000


def normal(mu: float = 0.0, sigma: float = 1.0, n: int = N) -> torch.Tensor:
    return mu + sigma * torch.randn(n, dtype=torch.float64)


def counts(probs: list[float], n: int = N) -> torch.Tensor:
    return torch.multinomial(torch.tensor(probs), n, replacement=True).bincount(
        minlength=len(probs)
    )


DICE = [0.5, 0.3, 0.15, 0.05]

# What is required of a draw; a right draw; wrong ones. A right draw fails once in a million.
Draw: TypeAlias = Callable[[], torch.Tensor]
CASES: dict[str, tuple[Callable[[torch.Tensor], bool], Draw, list[Draw]]] = {
    "mean": (
        lambda x: chance.mean_within(x, 2.0, 3.0),
        lambda: normal(2, 3),
        # Off by twice the bound and more: 2 * 5 * 3 / sqrt(4000) = 0.47.
        [lambda: normal(2.5, 3), lambda: normal(1.5, 3), lambda: normal(2, 3) * math.nan],
    ),
    "proportion": (
        lambda x: chance.proportion_within(x, 0.3),
        lambda: torch.rand(N) < 0.3,
        [lambda: torch.rand(N) < 0.4, lambda: torch.rand(N) < 0.2, lambda: torch.rand(N) * 9],
    ),
    "rare": (
        lambda x: chance.proportion_within(x, 1e-3),
        lambda: torch.rand(N) < 1e-3,
        [lambda: torch.rand(N) < 1e-2, lambda: torch.ones(N)],
    ),
    "frequencies": (
        lambda x: chance.frequencies_within(x, DICE),
        lambda: counts(DICE),
        [lambda: counts([0.4, 0.4, 0.15, 0.05]), lambda: torch.zeros(4)],
    ),
    "never": (
        lambda x: chance.frequencies_within(x, [0.5, 0.5, 0.0]),
        lambda: counts([0.5, 0.5, 0.0]),
        [lambda: counts([0.5, 0.49, 0.01])],
    ),
    "variance": (
        lambda x: chance.variance_within(x, 2.0),
        lambda: normal(7, 2),
        [lambda: normal(7, 2.5), lambda: normal(7, 1.6), lambda: torch.ones(N)],
    ),
    "law": (
        lambda x: chance.follows(x, Exponential(torch.tensor(2.0, dtype=torch.float64)).cdf),
        lambda: -torch.rand(N, dtype=torch.float64).log() / 2,
        [lambda: -torch.rand(N).log(), lambda: normal(0.5, 0.5), lambda: torch.zeros(N)],
    ),
    "two samples": (
        lambda x: chance.same_law(x, torch.rand(N)),
        lambda: torch.rand(2 * N),
        [lambda: torch.rand(N) ** 1.5, lambda: normal(0.5, 0.5), lambda: torch.empty(0)],
    ),
    "no correlation": (
        lambda x: chance.uncorrelated(x[: N // 2], x[N // 2 :]),
        lambda: normal(),
        [lambda: normal(n=N // 2).repeat(2), lambda: torch.cat([y := normal(n=N // 2), -y])],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_right_draws_pass_and_wrong_ones_do_not(name: str) -> None:
    holds, right, wrong = CASES[name]
    for seed in range(30):
        torch.manual_seed(seed)
        assert holds(right())
        assert [holds(draw()) for draw in wrong] == [False] * len(wrong)


def test_what_is_no_sample_is_refused() -> None:
    odd = [torch.tensor([math.inf, 0.0]), torch.empty(0)]
    for x in odd:
        assert not chance.mean_within(x, 0.0, 1.0)
        assert not chance.variance_within(x, 1.0)
        assert not chance.follows(x, Normal(0.0, 1.0).cdf)
        assert not chance.proportion_within(x, 0.5)


def test_the_bound_is_the_one_of_the_formula() -> None:
    bound = 5 * 2 / math.sqrt(400)
    assert chance.mean_within(bound - 1e-9, 0.0, 2.0, n=400)
    assert not chance.mean_within(bound + 1e-9, 0.0, 2.0, n=400)
    n, allowed = 50, math.sqrt(math.log(2e6) / 100)
    even = (torch.arange(n) + 0.5) / n
    assert chance.follows(even * (1 - allowed) + 0.95 * allowed, Uniform(0.0, 1.0).cdf)
    assert not chance.follows((even + allowed).clamp(max=1), Uniform(0.0, 1.0).cdf)


def test_the_tail_of_the_variance_is_chi_square() -> None:
    # 2 degrees of freedom: P(chi-square > t) = exp(-t / 2), so both cut-offs are known.
    low, high = -2 * math.log1p(-5e-7), -2 * math.log(5e-7)
    for target, holds in (
        (low * 1.001, True),
        (low * 0.999, False),
        (high * 0.999, True),
        (high * 1.001, False),
    ):
        scale = math.sqrt(target / 2)  # of -1, 0, 1 the squares sum to 2
        assert chance.variance_within([-scale, 0.0, scale], 1.0) is holds


def test_arrays_lists_and_numbers_are_read_alike() -> None:
    assert chance.mean_within(np.array([1.0, 2.0, 3.0]), 2.0, 1.0)
    assert chance.mean_within([1, 2, 3], 2.0, 1.0)
    assert chance.proportion_within(0.31, 0.3, n=1000)
    assert not chance.proportion_within(0.5, 0.3, n=1000)


def test_the_number_of_draws_gives_power_as_well() -> None:
    n = chance.draws_for(gap=0.1, sigma=2.0)
    assert n == 40_000
    refused = 0
    for seed in range(100):
        torch.manual_seed(seed)
        refused += not chance.mean_within(normal(0.1, 2, n), 0.0, 2.0)
    assert refused == 100


@pytest.mark.parametrize(
    "call",
    [
        "mean_within([1.], 0, 1, sigmas=3)",
        "follows([.5], None, alpha=.01)",
        "draws_for(1, sigmas=2)",
    ],
)
def test_a_bound_that_refuses_right_answers_is_no_bound(call: str) -> None:
    with pytest.raises(ValueError, match="right answer"):
        eval(call, chance.NAMES)


@pytest.mark.asyncio(loop_scope="session")
async def test_requirements_see_inputs_and_draws(evaluator: Evaluator) -> None:
    def code(inside: str) -> str:
        drawn = f"torch.rand(n, generator=gen) {inside}"
        return f"import torch\n\ndef draw(p, n, gen):\n    return {drawn}\n"

    exercise = Exercise(
        id="test.draws",
        alias="P1.z",
        title="draws",
        task="",
        starter="",
        solutions=(code("< p"), code("> 1 - p")),
        probes=(
            Probe(
                "share",
                call="draw(p, n, gen)",
                inputs={
                    "p": "random.uniform(0.2, 0.4)",
                    "n": "draws_for(gap=0.1, sigma=0.5)",
                    "gen": "generator()",
                },
                require=(Require("proportion_within(result, p)", "The share is off."),),
                ignore=("inputs",),
            ),
        ),
    )
    for seed in range(6):
        assert (await evaluator.check(exercise, code("<= p"), seed=seed)).passed
        wrong = await evaluator.check(exercise, code("> p"), seed=seed)
        assert (wrong.outcome, wrong.message) == ("wrong", "The share is off.")
