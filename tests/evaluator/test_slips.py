"""Slips that no author declared are recognised, asked about, and never stated as a fact."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import pytest

from tutor.content.model import Exercise, Mistake, Probe, Tolerance
from tutor.evaluator.client import Evaluator
from tutor.evaluator.outcome import Verdict
from tutor.text.messages import say

pytestmark = pytest.mark.asyncio(loop_scope="session")

X = {"x": "torch.randn(5, 3)"}
POSITIVE = {"x": "torch.rand(5, 3) + 0.5"}
SQUARE = {"x": "torch.randn(4, 4)"}
LONG = {"x": "torch.randn(7)"}
DOUBLE = {"x": "torch.randn(5, 3, dtype=torch.float64)"}
WHOLE = {"x": "torch.randint(3, 99, (5, 3))"}
GRAD = {"x": "torch.randn(5, 3, requires_grad=True)"}
TIGHT = Tolerance(rtol=1e-10, atol=0)  # so that a slip of precision shows, too

# inputs, solution, slip: expressions in x; the slips that are asked about, in order.
CASES: list[tuple[dict[str, str], str, str, list[str]]] = [
    # one number for all
    (X, "x.exp()", "-x.exp()", ["sign"]),
    (X, "x.exp().sum()", "-x.exp().sum()", ["sign"]),
    (X, "x.exp()", "2 * x.exp()", ["double"]),
    (X, "x.exp()", "x.exp() / 2", ["half"]),
    (X, "x.exp()", "x.exp() * 0.7", ["factor"]),
    (X, "x.mean(0)", "x.sum(0)", ["sum_for_mean"]),
    (X, "x.mean()", "x.sum()", ["sum_for_mean"]),
    (X, "x.sum(0)", "x.mean(0)", ["mean_for_sum"]),
    ({"x": "torch.randn(2, 3)"}, "x.mean(0)", "x.sum(0)", ["double", "sum_for_mean"]),
    (X, "x.var(0)", "x.var(0, correction=0)", ["biased_for_unbiased"]),
    (X, "x.var(0, correction=0)", "x.var(0)", ["unbiased_for_biased"]),
    (X, "x.std(0)", "x.std(0, correction=0)", ["biased_for_unbiased"]),
    (LONG, "x.std() / 7 ** 0.5", "x.std()", ["root_many"]),
    (X, "x.abs().log()", "x.abs().log2()", ["log_base"]),
    (X, "x.exp()", "x.exp() + 1", ["one_more"]),
    (WHOLE, "x", "x - 1", ["one_less"]),
    (X, "x.exp()", "x.exp() + 0.3", ["offset"]),
    # a function of each
    (X, "x * 3", "x.abs() * 3", ["abs"]),
    (X, "x * 3", "x.relu() * 3", ["clamped"]),
    (POSITIVE, "x / x.sum()", "x.sum() / x", ["reciprocal"]),
    (POSITIVE, "x / 3", "1 - x / 3", ["complement"]),
    (X, "x.std(0)", "x.var(0)", ["squared"]),
    (X, "x.var(0)", "x.std(0)", ["root"]),
    (X, "x.softmax(1)", "x.log_softmax(1)", ["log"]),
    (X, "x.log_softmax(1)", "x.softmax(1)", ["exp"]),
    (X, "x * 7", "(x * 7).trunc()", ["int_division"]),
    (POSITIVE, "x * 7", "x * 7 // 1", ["int_division"]),
    (X, "x * 7", "(x * 7).round()", ["rounded"]),
    (DOUBLE, "x.exp()", "x.float().exp().double()", ["precision"]),
    (X, "x * 3", "(x * 3).half().float()", ["precision"]),
    (X, "x > 0", "x <= 0", ["negated"]),
    (X, "x.abs().log()", "x.log()", ["nan"]),
    (X, "x * 3", "torch.zeros_like(x)", ["all_zero"]),
    (X, "x + 1", "(x.add(1), x)[1]", ["untouched"]),
    # the right numbers elsewhere
    (SQUARE, "x @ x", "(x @ x).t()", ["transposed"]),
    (X, "x.exp()", "x.exp().flip(0)", ["flipped"]),
    (X, "x.exp()", "x.exp().roll(1, 0)", ["shifted"]),
    (X, "x.exp()", "x.exp().t().reshape(5, 3)", ["reordered"]),
    (X, "x.softmax(1)", "x.softmax(0)", ["wrong_dim"]),
    (X, "x.cumsum(0)", "x.cumsum(1)", ["wrong_dim"]),
    (X, "x.sum(1)", "x.sum(0)", ["wrong_dim"]),
    (SQUARE, "x.amax(1)", "x.amax(0)", ["wrong_dim"]),
    (X, "x - x.mean(0)", "x - x.mean(1, keepdim=True)", ["wrong_dim"]),
    # wrong in a part only
    (X, "x.exp()", "x.exp().where(x >= 0, 9)", ["where_negative"]),
    (SQUARE, "x @ x", "(x @ x).fill_diagonal_(9)", ["diagonal"]),
    (X, "x.exp()", "torch.cat([x.exp()[:-1], x[-1:]])", ["last"]),
    (X, "x.exp()", "torch.cat([x[:1], x.exp()[1:]])", ["first"]),
    # shape
    (X, "x.sum(1, keepdim=True)", "x.sum(1)", ["keepdim"]),
    (X, "x.sum(1)", "x.sum(1, keepdim=True)", ["squeeze"]),
    (X, "x.t() * 3", "x * 3", ["transposed"]),
    (LONG, "x - x.exp()", "x - x.exp()[:, None]", ["outer"]),
    (X, "x.sum(1)", "x.sum()", ["reduced_all"]),
    (X, "(x * x).sum()", "x * x", ["not_reduced"]),
    (X, "(x * 3).flatten()", "x * 3", ["reshaped"]),
    (X, "(x * 3).t().flatten()", "x * 3", ["reordered"]),
    (X, "x.exp()", "x.exp()[0]", ["first_only"]),
    (X, "x.exp()", "x.exp()[:-1]", ["last_missing"]),
    (X, "x.exp()", "x.exp()[1:]", ["first_missing"]),
    (X, "x.exp()", "torch.cat([x.exp(), x[-1:]])", ["last_extra"]),
    (X, "x.exp()", "torch.cat([x[:1], x.exp()])", ["first_extra"]),
    (LONG, "x.diff()", "x.exp()", ["one_off"]),
    # dtype
    (WHOLE, "x / 4", "x // 4", ["int_division"]),
    (WHOLE, "x // 4", "x / 4", ["to_float"]),
    (X, "x.round()", "x.round().long()", ["to_int"]),
    (X, "x > 0", "(x > 0) * 1", ["bool_as_number"]),
    (WHOLE, "x % 2", "x % 2 == 1", ["number_as_bool"]),
    (DOUBLE, "x.exp()", "x.exp().float()", ["default_dtype"]),
    (X, "x.exp()", "torch.from_numpy(x.double().exp().numpy())", ["to_double"]),
    (X, "x.exp()", "x.exp().half()", ["cast"]),
    # type
    (X, "x.sum()", "x.sum().item()", ["item"]),
    (X, "x.sum().item()", "x.sum()", ["no_item"]),
    (X, "x * 3", "(x * 3).numpy()", ["numpy"]),
    (X, "tuple(x.shape)", "list(x.shape)", ["to_tuple"]),
    (X, "[1, 2]", "(1, 2)", ["to_list"]),
    # numbers that are no tensors
    (X, "[float(v) for v in x.exp().sum(1)]", "[-float(v) for v in x.exp().sum(1)]", ["sign"]),
    (X, "x.exp().mean().item()", "x.exp().sum().item()", ["sum_for_mean"]),
    # gradient
    (GRAD, "x * 3", "x.detach() * 3", ["detached"]),
    (GRAD, "x * x", "x * x.detach()", ["half"]),
    (GRAD, "x * 3", "x.detach() * 3 + 0 * x", ["all_zero"]),
    # what nothing explains, or too much
    (X, "x.exp()", "torch.sin(x) + x ** 2", []),
    (X, "x.exp().sum()", "x.exp().sum() * 0.83", []),
    ({"x": "torch.full((4,), 3.)"}, "x.clone()", "x + 0.5", ["offset", "factor"]),
]


def exercise(inputs: dict[str, str], solution: str, *mistakes: Mistake) -> Exercise:
    compare = ("value", "grad") if inputs is GRAD else ("value",)
    return Exercise(
        id="test.slips",
        alias="T1.z",
        title="slips",
        task="",
        starter="",
        solutions=(code(solution),),
        misconceptions=mistakes,
        probes=(Probe("f", call="f(x)", inputs=inputs, compare=compare, tolerance=TIGHT),),
    )


def code(expression: str) -> str:
    return f"import torch\n\ndef f(x):\n    return {expression}\n"


def pattern(name: str) -> str:
    """The beginning of a slip's sentence, up to what it fills in."""
    catalogue = Path(__file__).parents[2] / "tutor/text/en/slips.toml"
    return str(tomllib.loads(catalogue.read_text())[name]).split("{")[0]


def guess_of(verdict: Verdict) -> str:
    assert verdict.outcome == "wrong", verdict
    assert verdict.difference is not None
    return verdict.difference.guess


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]} <- {case[2]}")
async def test_a_slip_is_asked_about(
    case: tuple[dict[str, str], str, str, list[str]], evaluator: Evaluator
) -> None:
    inputs, solution, slip, names = case
    for seed in (2, 4):
        guess = guess_of(await evaluator.check(exercise(inputs, solution), code(slip), seed=seed))
        parts = guess.split(say("slips.or", a="", b="").rstrip()) if guess else []
        assert len(parts) == len(names), guess
        for part, name in zip(parts, names, strict=True):
            assert part.strip().startswith(pattern(name)), guess


async def test_every_slip_of_the_catalogue_has_its_case() -> None:
    catalogue = Path(__file__).parents[2] / "tutor/text/en/slips.toml"
    known = set(tomllib.loads(catalogue.read_text())) - {"or"}
    shown = {name for case in CASES for name in case[3]}
    assert known - shown == {"root_few", "where_zero"}


async def test_a_declared_misconception_silences_every_guess(evaluator: Evaluator) -> None:
    belief = Mistake("wrong-dim", code("x.softmax(0)"), "Over the other dimension.")
    verdict = await evaluator.check(exercise(X, "x.softmax(1)", belief), code("x.softmax(0)"))
    assert verdict.misconception == "wrong-dim"
    assert guess_of(verdict) == ""


async def test_of_two_beliefs_behind_the_first_failure_the_one_in_the_source_is_named(
    evaluator: Evaluator,
) -> None:
    """It comes with a slip, a float64 result for large inputs, so neither explains everything."""
    plain = Mistake("plain", code("x.sort().values"), "Sorted.")
    named = Mistake("named", code("x.flip(0).sort().values"), "Flipped.", uses=("flip",))
    asked = exercise({"x": "torch.randn(5)"}, "x.clone()", plain, named)
    more = Probe("more", call="f(x)", inputs={"x": "torch.randn(50)"})
    asked = msgspec.structs.replace(asked, probes=(*asked.probes, more))
    slip = "    y = x.sort().values\n    return y.double() if len(y) > 9 else y\n"
    for source, idea in (
        (f"def f(x):\n    x.flip(0)\n{slip}", "named"),
        (f"def f(x):\n{slip}", "plain"),
    ):
        verdict = await evaluator.check(asked, source)
        assert (verdict.outcome, verdict.misconception) == ("wrong", idea)


async def test_a_slip_must_fit_every_probe_that_failed(evaluator: Evaluator) -> None:
    both = exercise({"x": "torch.randn(2, 3)"}, "x.mean(0)")
    more = Probe("more", call="f(x)", inputs={"x": "torch.randn(7, 3)"})
    both = Exercise(
        **{n: getattr(both, n) for n in both.__struct_fields__ if n != "probes"},
        probes=(*both.probes, more),
    )
    guess = guess_of(await evaluator.check(both, code("x.sum(0)")))
    assert guess == say("slips.sum_for_mean", n=2)
