"""A learner's side that forges: honest answers, changed by chance in one place or several."""

from __future__ import annotations

import copy
import io
import json
import random
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from typing import Any

from tutor.evaluator import scene, wire
from tutor.evaluator.answers import Answer, Greeting, checked
from tutor.evaluator.drawing import Draw
from tutor.evaluator.inputs import Unpacker
from tutor.evaluator.learner import describe
from tutor.evaluator.state import restore

_TENSOR = {"$": "tensor", "class": "Tensor", "requires_grad": False, "is_leaf": True}
# What may stand in a place: anything of its kind goes through the door of answers.py.
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 3, 2**40, 10**30, 0.0, 0.5, -1.5, 1e308,
    "", "x", "nan", "Tensor", "Parameter", "float32", "bool", "bfloat16", "result", "written",
    "values:net", "ValueError", "SystemExit", "MemoryError", "9" * 5000, "0e300", "\ud800",
    {"$": "float", "v": "nan"}, {"$": "float", "v": "-inf"}, {"$": "float", "v": "zz"},
    {"$": "int", "v": "0x" + "f" * 900}, {"$": "int", "v": "99999 bits"}, {"$": "int", "v": "0xzz"},
    {"$": "complex", "v": [1.0, {"$": "float", "v": "nan"}]}, {"$": "complex", "v": [1.0]},
    {"$": "list", "v": []}, {"$": "list", "v": [1, 2.5, None]}, {"$": "tuple", "v": [2**53, -9]},
    {"$": "dict", "v": [[{"$": "list", "v": []}, 1]]}, {"$": "dict", "v": [[1]]},
    {"$": "set", "v": [{"$": "list", "v": []}]}, {"$": "scalar", "dtype": "float32", "v": "a"},
    _TENSOR | {"dtype": "float32", "shape": [0, 2**48, 2**48], "data": [0, 0]},
    _TENSOR | {"dtype": "float32", "shape": [0] * 40, "data": [0, 0]},
    _TENSOR | {"dtype": "float32", "shape": [2, 3]},
    _TENSOR | {"dtype": "float32", "shape": [3], "large": True},
    _TENSOR | {"dtype": "complex64", "shape": [1, 1, 1], "data": [0, 8]},
    _TENSOR | {"dtype": "float32", "shape": [1], "data": [3, 4]},
    _TENSOR | {"dtype": "float32", "shape": [-1], "data": [0, 4]},
    {"$": "array", "dtype": "float32", "stride": [4], "shape": [2], "data": [0, 8]},
    {"$": "array", "dtype": "<U3", "stride": [4], "shape": [2], "v": {"$": "list", "v": ["a"]}},
    {"$": "module", "class": "Linear"}, {"$": "object", "class": "Tensor", "text": ""},
    {"$": "cut"}, {"$": "text", "v": "a", "length": -1}, {"$": ["list"]}, {"$": "tensor"}, {}, [],
)  # fmt: skip


def places(node: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every place in a piece of JSON."""
    pairs = (
        node.items() if isinstance(node, dict) else enumerate(node if type(node) is list else ())
    )
    for key, value in pairs:
        yield (*way, key)
        yield from places(value, (*way, key))


def forged(chance: random.Random, header: Any) -> Any:
    """``header`` with one to three of its places changed, mostly for something of the same kind."""
    header = copy.deepcopy(header)
    for _ in range(chance.randint(1, 3)):
        ways = list(places(header))
        if not ways:
            break
        *way, last = chance.choice(ways)
        around = header
        for key in way:
            around = around[key]
        old = around[last]
        if type(around) is dict and chance.random() < 0.1:
            del around[last]
        elif type(old) is list:
            around[last] = chance.choice(([], old[:-1], old[::-1], old + old, [[]]))
        else:
            alike = [value for value in VALUES if type(value) is type(old)]
            around[last] = copy.deepcopy(chance.choice(alike if chance.random() < 0.9 else VALUES))
    return header


class Forger:
    """In place of the judge's line to a learner's process: ``code`` is honest, it is not."""

    def __init__(self, code: str, chance: random.Random) -> None:
        self._code, self._chance = code, chance
        self._names: dict[str, Any] = {"__name__": "__main__"}
        self._answers: deque[tuple[Any, bytes]] = deque()

    def greeting(self) -> dict[str, Any]:
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(self._code, "exercise.py", "exec"), self._names)
        greeting = {"loaded": True, "defined": list(self._names), "stdout": printed.getvalue()}
        return checked(greeting, Greeting)

    def ask(self, question: dict[str, Any], draws: Sequence[Draw]) -> bool:
        for draw in draws:
            inputs = Unpacker(draw.payload).unpack(draw.inputs)
            try:
                with redirect_stdout(io.StringIO()):
                    seen = scene.look(question | {"seed": draw.seed}, self._names, inputs)
                self._answers.append((seen.header, seen.payload))
            except Exception as error:
                self._answers.append(({"exception": describe(error)}, b""))
            finally:
                restore()
        return True

    def answered(self) -> bool:
        return True

    def answer(self) -> tuple[dict[str, Any], bytes]:
        header, payload = self._answers.popleft()
        if self._chance.random() < 0.5:
            header = forged(self._chance, json.loads(json.dumps(header)))
        if self._chance.random() < 0.1:
            payload = payload[: len(payload) // 2]
        header = wire.parse(json.dumps(header).encode())
        return checked(header | {"nonce": "", "draw": 0}, Answer), payload
