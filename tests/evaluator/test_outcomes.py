"""Every way a submission can end has its own outcome, its own words and, where known, its line."""

from __future__ import annotations

import pytest

from tests.evaluator.exercises import RESHAPE
from tutor.content.model import Limits
from tutor.evaluator.client import Evaluator

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASS = "def my_reshape(x, shape):\n    try:\n        return x.view(shape)\n"
PASS += "    except RuntimeError:\n        return x.clone().contiguous().view(shape)\n"

# name: (code, outcome, line, part of the message)
ENDINGS: dict[str, tuple[str, str, int | None, str]] = {
    "a right answer": (PASS, "passed", None, "hold"),
    "the starter": (RESHAPE.starter, "not_attempted", None, "starter"),
    "the starter with a comment": (RESHAPE.starter + "\n# soon\n", "not_attempted", None, ""),
    "nothing": ("   \n", "not_attempted", None, "no code"),
    "pass for the dots": (RESHAPE.starter.replace("...", "pass"), "wrong", None, "return"),
    "a missing function": ("x = 1\n", "wrong", None, "`my_reshape` is not defined"),
    "a syntax error": ("def f(:\n    pass\n", "error", 1, "cannot read line 1"),
    "a name error": (
        "def my_reshape(x, shape):\n    return foo(x)\n",
        "error",
        2,
        "`foo` is not defined",
    ),
    "a wrong shape": (
        "def my_reshape(x, shape):\n    return x.view(-1)\n",
        "wrong",
        None,
        "should have shape (2, 3); yours has (6,)",
    ),
    "a wrong dtype": (
        "def my_reshape(x, shape):\n    return x.double().contiguous().view(shape)\n",
        "wrong",
        None,
        "should have dtype float32; yours has float64",
    ),
    "a wrong value": (
        "def my_reshape(x, shape):\n    return (-x).contiguous().view(shape)\n",
        "wrong",
        None,
        "",
    ),
    "a wrong type": (
        "def my_reshape(x, shape):\n    return x.tolist()\n",
        "wrong",
        None,
        "should be of type Tensor; yours is list",
    ),
    "a lost gradient": (
        "def my_reshape(x, shape):\n    x = x.detach()\n    try:\n        return x.view(shape)\n"
        "    except RuntimeError:\n        return x.contiguous().view(shape)\n",
        "wrong",
        None,
        "gradient",
    ),
    "sys.exit(0)": ("import sys\nsys.exit(0)\n", "ended_early", 2, "ended itself on line 2"),
    "os._exit(0)": ("import os\nos._exit(0)\n", "ended_early", None, "ended itself"),
    "exit in a call": (
        "def my_reshape(x, shape):\n    raise SystemExit(0)\n",
        "ended_early",
        2,
        "ended itself",
    ),
    "out of memory": ("import torch\ny = 1\ntorch.zeros(10**11)\n", "memory", 3, "on line 3"),
    "a crash": ("import ctypes\nctypes.string_at(0)\n", "crashed", 2, "SIGSEGV"),
    "a flood": ("while True:\n    print('x' * 1000)\n", "output_limit", None, "output"),
    "a file": ("print(open('/etc/passwd').read())\n", "blocked", 1, "/etc/passwd"),
}


@pytest.mark.parametrize("name", ENDINGS)
async def test_each_ending_has_its_own_words(name: str, evaluator: Evaluator) -> None:
    code, outcome, line, words = ENDINGS[name]
    verdict = await evaluator.check(RESHAPE, code)
    assert verdict.outcome == outcome, verdict
    assert line is None or verdict.line == line
    assert words in verdict.message
    assert verdict.message


async def test_an_endless_loop_ends_at_the_limit_with_its_line(evaluator: Evaluator) -> None:
    verdict = await evaluator.run("x = 1\nwhile True:\n    pass\n", limits=Limits(seconds=0.5))
    assert verdict.outcome == "timeout"
    assert verdict.line in (2, 3)
    assert "0.5 seconds" in verdict.message


async def test_the_next_submission_works_after_every_kind_of_end(evaluator: Evaluator) -> None:
    for code in ("while True: pass", "import torch; torch.zeros(10**11)", "import os; os.abort()"):
        await evaluator.run(code, limits=Limits(seconds=0.3))
        assert (await evaluator.check(RESHAPE, PASS)).passed


async def test_output_streams_while_the_program_runs(evaluator: Evaluator) -> None:
    seen: list[str] = []
    code = "import time\nprint('first')\ntime.sleep(0.2)\nprint('second')\n"
    verdict = await evaluator.run(code, on_output=seen.append)
    assert verdict.output == "first\nsecond\n"
    assert seen[0] == "first\n"
    assert len(seen) > 1


async def test_the_traceback_shows_the_learners_lines_only(evaluator: Evaluator) -> None:
    code = "import torch\n\ndef f(x):\n    return torch.nn.functional.relu(x)\n\nf('no tensor')\n"
    verdict = await evaluator.run(code)
    assert verdict.line == 4
    assert "line 6" in verdict.traceback
    assert "functional.py" not in verdict.traceback


async def test_a_misconception_is_named_with_its_sentence(evaluator: Evaluator) -> None:
    code = "def my_reshape(x, shape):\n    y = x.clone()\n    return y.contiguous().view(shape)\n"
    verdict = await evaluator.check(RESHAPE, code)
    assert (verdict.outcome, verdict.misconception) == ("wrong", "reshape-copies")
    assert verdict.message == "A view was possible here, but you copied."


async def test_a_forbidden_call_is_seen_under_an_alias(evaluator: Evaluator) -> None:
    code = "def my_reshape(x, shape):\n    return getattr(x, 're' + 'shape')(shape)\n"
    verdict = await evaluator.check(RESHAPE, code)
    assert (verdict.outcome, verdict.probe, verdict.line) == ("wrong", "forbid_calls", 2)


INNOCENT = {
    "a comment that names it": PASS + "# never call reshape or flatten here\n",
    "a helper called observe": PASS + "def observe(**k):\n    return k\n",
    "a helper called shares_storage": PASS + "def shares_storage(a, b):\n    return True\n",
    "a local function called flatten": PASS + "def flatten(x):\n    return x\nflatten(1)\n",
    "extra prints": "print('hello')\n" + PASS + "print('bye')\n",
    "a demo below": PASS + "import torch\nprint(torch.zeros(4).reshape(2, 2))\n",
    "a lambda": "import torch\n"
    "def can(x, s):\n    try:\n        x.view(s)\n        return True\n"
    "    except RuntimeError:\n        return False\n"
    "my_reshape = lambda x, s: x.view(s) if can(x, s) else x.clone().contiguous().view(s)\n",
    "a callable object": "class R:\n    def __call__(self, x, shape):\n        try:\n"
    "            return x.view(shape)\n        except RuntimeError:\n"
    "            return x.contiguous().view(shape)\nmy_reshape = R()\n",
    "a main guard": PASS + "if __name__ == '__main__':\n    print('demo')\n",
    "tabs": PASS.replace("    ", "\t"),
    "windows line ends": PASS.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("name", INNOCENT)
async def test_what_the_task_does_not_forbid_passes(name: str, evaluator: Evaluator) -> None:
    verdict = await evaluator.check(RESHAPE, INNOCENT[name])
    assert verdict.passed, verdict
