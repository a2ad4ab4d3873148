"""Questions with fresh numbers: a template and a seed give the question that is asked. Pure.

The numbers are computed by a program of the template's own expressions, which somebody runs in the
sandbox: they may be a third party's, and may use torch. The seed is kept with the answer, so the
same question can be shown again.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from tutor.content.computed import filled, quoted_in
from tutor.content.model import Numeric, Question

TRIES = 50  # draws, until the right answer and all the listed wrong ones differ

# `_ask` is run with other seeds until a wrong idea gives neither the right answer nor that of
# another wrong idea.
_PROGRAM = """\
import itertools, json, math, random
import numpy as np
import torch
from torch import nn

_template = json.loads({template!r})

def _value(expression, names):
    value = eval(expression, names)
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 0) == 0 else value

def _ask(seed):
    random.seed(seed)
    torch.manual_seed(random.getrandbits(48))
    np.random.seed(random.getrandbits(32))
    names = dict(globals())
    for name, expression in _template["draw"].items():
        names[name] = _value(expression, names)
    return {{
        "answer": float(_value(_template["key"], names)),
        "wrong": [float(_value(key, names)) for key in _template["wrong"]],
        "values": {{one: str(_value(one, names)) for one in _template["quoted"]}},
    }}

def _apart(numbers):
    pairs = itertools.combinations(numbers, 2)
    return not any(math.isclose(a, b, rel_tol=1e-2, abs_tol=1e-9) for a, b in pairs)

for _try in range(_template["tries"]):
    _asked = _ask(f"{seed}/{{_try}}")
    if _apart([_asked["answer"], *_asked["wrong"]]):
        break
else:
    raise ValueError("in every draw two of the answers are the same")
print(json.dumps(_asked))
"""


def is_template(question: Question) -> bool:
    """True when each asking draws fresh numbers."""
    return isinstance(question, Numeric) and bool(question.draw)


def program(template: Numeric, seed: int) -> str:
    """The program that draws the numbers of ``seed``; ``drawn`` reads what it prints."""
    quoted = {one.expression for text in _prose(template) for one in quoted_in(text)}
    data = {
        "draw": template.draw,
        "key": template.key,
        "wrong": [wrong.key for wrong in template.wrong],
        "quoted": sorted(quoted),
        "tries": TRIES,
    }
    return _PROGRAM.format(template=json.dumps(data), seed=seed)


def drawn(template: Numeric, output: str) -> Numeric:
    """The question to ask, from what the program printed.

    Raises:
        ValueError: it printed something else.
    """
    told: Any = json.loads(output.strip().splitlines()[-1] if output.strip() else "")
    question = filled(template, told["values"])
    wrong = tuple(
        msgspec.structs.replace(one, answer=f"{value:g}")
        for one, value in zip(question.wrong, told["wrong"], strict=True)
    )
    return msgspec.structs.replace(question, answer=float(told["answer"]), wrong=wrong)


def _prose(template: Numeric) -> list[str]:
    return [template.prompt, template.why, *(wrong.say for wrong in template.wrong)]
