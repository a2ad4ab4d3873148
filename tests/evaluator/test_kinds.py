"""One word makes an input of a kind; a probe over several kinds says which one failed."""

from __future__ import annotations

import pytest
import torch

from tutor.content.model import Exercise, Kind, Probe
from tutor.evaluator import kinds
from tutor.evaluator.client import Evaluator
from tutor.evaluator.outcome import Outcome
from tutor.evaluator.side import drawing_names

MAKES = {
    "noncontiguous(x)": lambda y, x: not y.is_contiguous() and torch.equal(y, x),
    "empty(x)": lambda y, x: y.shape == (0, 3),
    "size1(x)": lambda y, x: torch.equal(y, x[:1]),
    "large(x)": lambda y, x: float(y.abs().max()) == pytest.approx(1e4) and y.shape == x.shape,
    "negative(x)": lambda y, x: bool((y < 0).all()) and y.shape == x.shape,
    "float64(x)": lambda y, x: y.dtype == torch.float64,
    "requires_grad(x)": lambda y, x: y.requires_grad and y.is_leaf and torch.equal(y, x),
    "noncontiguous(5)": lambda y, x: y.shape == (5,) and not y.is_contiguous(),
    "negative((2, 3))": lambda y, x: y.shape == (2, 3) and bool((y < 0).all()),
    "empty(0, 3)": lambda y, x: y.shape == (0, 3),
    "empty(4, 0)": lambda y, x: y.shape == (4, 0),
    "negative(noncontiguous(x))": lambda y, x: bool((y < 0).all()),
}


@pytest.mark.parametrize("expression", MAKES)
def test_one_word_makes_it(expression: str) -> None:
    x = torch.randn(4, 3)
    y = eval(expression, drawing_names(5) | {"x": x})
    assert MAKES[expression](y, x)


def test_leaves_stay_leaves_and_parameters_parameters() -> None:
    for kind in ("noncontiguous", "large", "negative", "float64"):
        leaf = kinds.one(kind, torch.randn(3, requires_grad=True))
        assert leaf.is_leaf
        assert leaf.requires_grad
        assert isinstance(kinds.one(kind, torch.nn.Parameter(torch.randn(3))), torch.nn.Parameter)


def test_what_belongs_together_is_cut_together() -> None:
    x, y, w = torch.randn(4, 3), torch.arange(4), torch.randn(3)
    cut = kinds.of_kind("empty", {"x": x, "y": y, "w": w, "n": 3})
    assert [len(cut[name]) for name in "xyw"] == [0, 0, 3]
    assert kinds.affected("negative", {"x": x, "y": y, "w": w}) == ["x", "w"]


def exercise(solution: str, *asked: Kind, inputs: str = "torch.randn(4, 3)") -> Exercise:
    return Exercise(
        id="test.kinds",
        alias="T1.z",
        title="kinds",
        task="",
        starter="",
        solutions=(code(solution),),
        probes=(Probe("all kinds", call="f(x)", inputs={"x": inputs}, kinds=asked),),
    )


def code(expression: str) -> str:
    return f"import torch\n\ndef f(x):\n    return {expression}\n"


# kind: (solution, what fails for this kind alone, what the learner is told)
FAILS: dict[Kind, tuple[str, str, str]] = {
    "noncontiguous": ("x.reshape(-1)", "x.view(-1)", "For an input that is not contiguous: "),
    "empty": ("x.sum(0)", "sum(x[1:], x[0])", "For an empty input: "),
    "size1": ("x - x[:1]", "x.squeeze() - x[0]", "For an input whose first dimension has size 1: "),
    "large": ("x.softmax(1)", "x.exp() / x.exp().sum(1, True)", "For large numbers: "),
    "negative": ("x.amax(1)", "x.relu().amax(1)", "For negative numbers: "),
    "float64": ("x * 2", "(x * 2).float()", "For float64: "),
    "requires_grad": ("x * 2", "x.detach() * 2", "For an input that requires grad: "),
}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("kind", FAILS)
async def test_the_kind_that_failed_is_named(kind: Kind, evaluator: Evaluator) -> None:
    solution, wrong, told = FAILS[kind]
    # Without the kind nobody would notice.
    usual = "torch.rand(4, 3)"
    assert (await evaluator.check(exercise(solution, inputs=usual), code(wrong))).passed
    item = exercise(solution, kind, inputs=usual)
    assert (await evaluator.check(item, code(f"({solution})"))).passed
    verdict = await evaluator.check(item, code(wrong))
    assert verdict.outcome in ("wrong", "error")
    assert verdict.message.startswith(told), verdict
    assert "x" in verdict.call


@pytest.mark.asyncio(loop_scope="session")
async def test_all_kinds_at_once_pass_where_the_function_is_general(evaluator: Evaluator) -> None:
    item = exercise("x * 2 + 1", *FAILS)
    assert (await evaluator.check(item, code("x + x + 1"))).passed


@pytest.mark.asyncio(loop_scope="session")
async def test_a_kind_that_does_not_fit_is_the_authors_fault(evaluator: Evaluator) -> None:
    verdict = await evaluator.check(exercise("x", "empty", inputs="3"), code("x + 0"))
    assert verdict.outcome is Outcome.INTERNAL
    assert verdict.fault_in == ("probes", 0, "kinds", 0)
