"""The failing call, pasted into an empty file, meets the very inputs that it failed on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tutor.content.model import Probe
from tutor.evaluator.findings import Look, Seen
from tutor.evaluator.inputs import Packer, Unpacker
from tutor.evaluator.scenes import copyable
from tutor.evaluator.side import drawing_names

# draw, inputs by name, whether they are written out
CASES: dict[str, tuple[str, dict[str, str], bool]] = {
    "small": ("", {"x": "torch.randn(3, 2)"}, True),
    "double": ("", {"x": "torch.randn(3, 2, dtype=torch.float64)"}, True),
    "half": ("", {"x": "torch.randn(3).half()", "y": "torch.randn(3).bfloat16()"}, True),
    "whole and truth": ("", {"x": "torch.randint(9, (4,))", "m": "torch.rand(4) < 0.5"}, True),
    "bytes": ("", {"x": "torch.randint(9, (2, 2)).byte()"}, True),
    "with a gradient": ("", {"x": "torch.randn(3, 2, requires_grad=True)"}, True),
    "parameter": ("", {"w": "nn.Parameter(torch.randn(3))"}, True),
    "transposed": ("", {"x": "torch.randn(3, 2).t()"}, True),
    "permuted": ("", {"x": "torch.randn(2, 3, 4).permute(2, 0, 1)"}, True),
    "stepped": ("", {"x": "torch.randperm(12)[1::3]"}, True),
    "expanded": ("", {"x": "torch.randn(3, 1).expand(3, 4).requires_grad_()"}, True),
    "empty": ("", {"x": "torch.empty(0, 3)"}, True),
    "no dimensions": ("", {"x": "torch.randn(())"}, True),
    "nan and inf": (
        "",
        {"x": "torch.tensor([math.nan, math.inf, -math.inf])", "y": "math.inf"},
        True,
    ),
    "plain values": (
        "",
        {"a": "3", "b": "0.1", "c": "'t'", "d": "(1, [2.5])", "e": "{'k': None}"},
        True,
    ),
    "shape and dtype": (
        "",
        {"s": "torch.Size([2, 3])", "d": "torch.float16", "i": "slice(1, None)"},
        True,
    ),
    "array": ("", {"a": "np.random.randn(3)"}, True),
    "generator": ("", {"g": "generator()"}, True),
    "large": ("", {"x": "torch.randn(100, 5)"}, False),
    "large behind a draw": ("n = random.randint(90, 99)", {"x": "torch.randn(n)", "k": "n"}, False),
    "small beside large": ("", {"a": "torch.randn(2)", "x": "np.random.randn(100)"}, False),
    "one storage": ("base = torch.randn(6)", {"x": "base[:3]", "y": "base[3:]"}, False),
    "drawn from": ("g = generator(); torch.rand(3, generator=g)", {"g": "g"}, False),
    "of a named size": ("", {"x": "torch.randn(n, 100)"}, False),
}


def failing(draw: str, inputs: dict[str, str]) -> Look:
    probe = Probe("p", call=f"f({', '.join(inputs)})", draw=draw, inputs=inputs)
    names = drawing_names(77) | {"n": 3}
    exec(draw, names)
    values = {}
    for name, expression in inputs.items():
        values[name] = names[name] = eval(expression, names)
    packer = Packer()
    request = {"seed": 77, "inputs": packer.pack(values)}
    return Look(probe, request, b"".join(packer.buffers), Seen({}, b""))


@pytest.mark.parametrize("name", CASES)
def test_pasting_it_makes_the_same_inputs(name: str) -> None:
    draw, inputs, written_out = CASES[name]
    look = failing(draw, inputs)
    text = copyable(look, {"n": 3})
    met: list[Any] = []
    exec(text, {"f": lambda *args: met.extend(args)})
    meant = Unpacker(look.payload).unpack(look.request["inputs"])
    assert len(met) == len(meant)
    assert all(alike(a, b) for a, b in zip(met, meant.values(), strict=True)), text
    assert ("manual_seed(77)" not in text) == written_out


def alike(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor):
        form = ("dtype", "shape", "requires_grad", "is_leaf")
        return (
            type(a) is type(b)
            and all(getattr(a, key) == getattr(b, key) for key in form)
            and (a.numel() == 0 or a.stride() == b.stride())
            and a.storage_offset() == b.storage_offset()
            and torch.allclose(a, b, rtol=0, atol=0, equal_nan=True)
        )
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, torch.Generator):
        return torch.equal(a.get_state(), b.get_state())
    return type(a) is type(b) and bool(a == b)


def test_a_scene_can_be_pasted_with_its_helpers(capsys: pytest.CaptureFixture[str]) -> None:
    run = "y = f(x)\nobserve(y=y, shared=shares_storage(x, y), error=raised(lambda: 1 / 0))\n"
    look = failing("", {"x": "torch.ones(2)"})
    look.probe = Probe("p", run=run, inputs=look.probe.inputs)
    exec(copyable(look), {"f": lambda x: x.view(2, 1)})
    assert "'shared': True, 'error': 'ZeroDivisionError'" in capsys.readouterr().out


def test_a_helper_is_spelt_out_where_it_is_called_and_nowhere_else() -> None:
    draw = "large = torch.ones(2)"
    look = failing(draw, {"a": "np.ones(2)", "large": "large", "x": "negative(2)"})
    look.probe = Probe("p", call="f(a, large, x)", inputs=look.probe.inputs)
    text = copyable(look)
    assert "dtype='float64'" in text
    assert "lambda" not in text
    look.probe = Probe("p", call="f(a, negative(large), x)", inputs=look.probe.inputs)
    assert copyable(look).count("lambda") == 1


def test_a_draw_from_the_global_generator_is_repeated() -> None:
    look = failing("", {"x": "torch.ones(2)"})
    look.got = Seen({"state": ["generator"]}, b"")
    drawn: list[torch.Tensor] = []
    for _ in range(2):
        torch.rand(1)
        exec(copyable(look), {"f": lambda x: drawn.append(torch.rand(3))})
    assert torch.equal(*drawn)
