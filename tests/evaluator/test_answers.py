"""What the judge takes for an answer: all that an observer sends, and nothing of any other form."""

from __future__ import annotations

import collections
import json
import random
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from exercises import RESHAPE, SOFTMAX
from forging import VALUES, Forger

from tutor.content.model import Exercise, Probe, Require, Tolerance
from tutor.evaluator import wire
from tutor.evaluator.answers import Answer, Greeting, checked
from tutor.evaluator.observe import Observer
from tutor.evaluator.outcome import Outcome
from tutor.evaluator.printed import same_printed
from tutor.evaluator.tensors import live
from tutor.evaluator.trial import Trial
from tutor.evaluator.wire import WireError

FACETS = frozenset({"registered", "training", "hooks", "grad_fn"})
OBSERVED: dict[str, Callable[[], Any]] = {
    "plain values": lambda: [None, True, 3, -0.5, "text"],
    "numbers that JSON lacks": lambda: [2**70, -(2**70), 2**9000, float("nan"), -float("inf"), 1j],
    "long texts and bytes": lambda: ["x" * 30_000, b"\x00\xff"],
    "containers": lambda: [[1], (2, (3,)), {4, 5}, frozenset({"a"}), {(1, 2): [3], None: {}}],
    "sub-classes of them": lambda: [torch.Size([2]), collections.OrderedDict(a=1)],
    "values of torch's own": lambda: [torch.float32, torch.device("cpu")],
    "slices, ranges, types": lambda: [slice(1, None), range(3), ..., int, torch.Tensor],
    "objects": lambda: [object(), ValueError("x"), len],
    "tensors": lambda: [torch.ones(2, 3), torch.ones(()), torch.ones(0, 3), torch.tensor([True])],
    "results": lambda: torch.ones(2, requires_grad=True) * 2,
    "views": lambda: torch.arange(6).view(2, 3).t()[1:],
    "tensors of another layout": lambda: torch.eye(2).to_sparse(),
    "tensors beyond reading": lambda: torch.zeros(1).expand(1 << 40),
    "arrays": lambda: [np.ones(3), np.array(["a"]), np.array([None]), np.zeros((2, 3)).T],
    "scalars of NumPy": lambda: [np.float32(2), np.complex64(1j), np.datetime64("2020-01-01")],
    "modules": lambda: torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2)),
    "more than is read": lambda: [[0] * 30_000] * 2,
}


@pytest.mark.parametrize("name", OBSERVED)
def test_whatever_an_observer_makes_is_taken(name: str) -> None:
    node = Observer(FACETS).node(OBSERVED[name]())
    header = {"nonce": "n", "draw": 0, "seen": {"result": node}}
    assert checked(json.loads(json.dumps(header)), Answer) == json.loads(json.dumps(header))


ANSWER = {"nonce": "n", "draw": 0, "seen": {"x": 1}}
REFUSED = {
    "a list": [ANSWER],
    "nothing": None,
    "no nonce": {"draw": 0},
    "a draw that is a word": ANSWER | {"draw": "0"},
    "a draw that is a truth": ANSWER | {"draw": False},
    "more than was asked for": ANSWER | {"passed": True},
    "state as a number": ANSWER | {"state": 7},
    "calls without lines": ANSWER | {"calls": [["torch.add"]]},
    "pairs of three": ANSWER | {"storage": [["a", "b", "c"]]},
    "a fault without a type": ANSWER | {"exception": {"message": "", "bases": [], "frames": []}},
    "bases that are lists": ANSWER
    | {"exception": {"type": "E", "message": "", "bases": [[1]], "frames": []}},
    "a list that is no node": ANSWER | {"seen": {"x": [1, 2]}},
    "a node without a kind": ANSWER | {"seen": {"x": {}}},
    "a kind that is a list": ANSWER | {"seen": {"x": {"$": ["list"], "v": []}}},
    "a kind that is no text": ANSWER | {"seen": {"x": {"$": "\ud800", "v": []}}},
    "a float that is none": ANSWER | {"seen": {"x": {"$": "float", "v": "zz"}}},
    "a whole number that is none": ANSWER | {"seen": {"x": {"$": "int", "v": "0x"}}},
    "a pair of one": ANSWER | {"seen": {"x": {"$": "dict", "v": [[1]]}}},
    "a shape below zero": ANSWER
    | {"seen": {"x": {"$": "array", "dtype": "float32", "shape": [-1], "stride": []}}},
}


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_of_another_form_is_taken(name: str) -> None:
    checked(ANSWER, Answer)
    with pytest.raises(WireError):
        checked(REFUSED[name], Answer)


@pytest.mark.parametrize("greeting", [None, [], {"defined": 3}, {"stdout": []}, {"loaded": 1}])
def test_nor_another_greeting(greeting: Any) -> None:
    with pytest.raises(WireError):
        checked(greeting, Greeting)


@pytest.mark.parametrize("text", ['{"x": NaN}', '{"x": -Infinity}', '{"x": 1', "\xff", "[" * 70])
def test_a_header_is_json_and_nothing_beside_it(text: str) -> None:
    with pytest.raises(WireError):
        wire.parse(text.encode("latin-1"))


UNHASHABLE = {"$": "list", "v": []}


@pytest.mark.parametrize(
    "node",
    [{"$": "dict", "v": [[UNHASHABLE, 1]]}, {"$": "set", "v": [UNHASHABLE]}],
)
def test_what_cannot_be_a_key_is_no_answer(node: Any) -> None:
    checked(ANSWER | {"seen": {"x": node}}, Answer)
    with pytest.raises(WireError):
        live(node, b"")


# --- whatever is answered, there is a verdict -------------------------------------------------

ROLLS = Exercise(
    id="unit.rolls",
    alias="L9.a",
    title="Rolls",
    task="Three rolls.",
    starter="def rolls(n): ...",
    solutions=("def rolls(n):\n    return {'all': [7.25], 'one': {1}, 'big': 2**60, n: None}\n",),
    probes=(
        Probe(
            name="rolls",
            call="rolls(n)",
            inputs={"n": "3"},
            require=(Require(that="result['all'] == [7.25] and n in result", say="No."),),
        ),
    ),
)  # fmt: skip
SPEAK = Exercise(
    id="unit.speak",
    alias="L9.b",
    title="Speak",
    task="Print it.",
    starter="def speak(): ...",
    solutions=("def speak():\n    print([1, 2.5])\n",),
    probes=(Probe(name="words", call="speak()", compare=("stdout", "value", "identity", "ops")),),
)
WRONG = {
    "values and gradients": (SOFTMAX, "def softmax(x):\n    return x * 2\n"),
    "an exception": (SOFTMAX, "def softmax(x):\n    return x.view(7, 7)\n"),
    "memory and identity": (RESHAPE, "def my_reshape(x, shape):\n    return x.clone().view(3, 2)"),
    "a requirement": (ROLLS, "def rolls(n):\n    return {'all': [9.5], 'one': {1}, 'big': 1}"),
    "printed text": (SPEAK, "def speak():\n    print([1, 2.75])\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_however_a_wrong_answer_is_forged_the_judge_has_a_word_and_it_is_no_pass(name: str) -> None:
    item, code = WRONG[name]
    chance = random.Random(name)
    told: collections.Counter[str] = collections.Counter()
    for number in range(150):
        try:
            verdict = Trial(
                item, code, Forger(code, chance), lambda *_: None, seed=number, shuffle=False
            ).verdict()
        except WireError:
            told["refused"] += 1
            continue
        assert json.dumps(msgspec.to_builtins(verdict))
        assert verdict.outcome is not Outcome.PASSED
        assert verdict.message
        told[verdict.outcome] += 1
    assert told["refused"], "no forgery was refused at the door"
    assert len(told) > 1, "no forgery came through the door"


# --- printed numbers --------------------------------------------------------------------------

SAME = [
    ("2.50", "2.5"), ("1", "+1"), ("-0", "0"), ("0.333", "0.33333333"), ("1.2346e+05", "123456.0"),
    ("3.", "3.0000"), ("0.00", "0.004"), ("tensor([ 1.0000,  2.5000])", "tensor([1.0, 2.5])"),
    ("1e-05", "0.00001"), ("9" * 9000, "09" + "9" * 8999),
]  # fmt: skip
OTHER = [
    ("2.5", "0e300"), ("2.5", "0.0e300"), ("3.", "2.6000"), ("2.5000", "3."), ("1", "1.0"),
    ("5", "9" * 9000), ("2.5", "1.5e999999999999"), ("2.5", "1.5e-" + "9" * 9000), ("1", "-1"),
    ("2.5", "2.5x"), ("1000.0", "2e3"), ("0.1", "0.1.1"),
]  # fmt: skip


@pytest.mark.parametrize(("want", "got"), SAME)
def test_numbers_that_print_otherwise_are_the_same(want: str, got: str) -> None:
    assert same_printed(want, got, Tolerance())


@pytest.mark.parametrize(("want", "got"), OTHER)
def test_other_numbers_are_others_however_they_are_printed(want: str, got: str) -> None:
    assert not same_printed(want, got, Tolerance())


def test_values_for_forging_hold_sound_ones_and_others() -> None:
    def taken(value: Any) -> bool:
        try:
            checked(ANSWER | {"seen": {"x": value}}, Answer)
        except WireError:
            return False
        return True

    assert {taken(value) for value in VALUES if type(value) is dict} == {True, False}
