"""What a warning or a printed stack names: the learner's own lines, never a file of ours."""

from __future__ import annotations

import pytest
from exercises import RESHAPE

import tutor
from tutor.evaluator.client import Evaluator

pytestmark = pytest.mark.asyncio(loop_scope="session")

# The program, and what it must print of itself. Every one is also held against our own paths.
SHOWN = {
    "their own line": (
        "import warnings\nwarnings.warn('look out')\n",
        "exercise.py:2: UserWarning: look out\n  warnings.warn('look out')\n",
    ),
    "the caller of a module": (
        "import warnings\nwarnings.warn('look out', stacklevel=2)\n",
        "exercise.py:2: UserWarning: look out\n  warnings.warn('look out', stacklevel=2)\n",
    ),
    "far beyond the module": (
        "import warnings\nwarnings.warn('look out', stacklevel=7)\n",
        "exercise.py:2: UserWarning: look out\n  warnings.warn('look out', stacklevel=7)\n",
    ),
    "beyond every stack": (
        "import warnings\nwarnings.warn('look out', stacklevel=99)\n",
        "sys:1: UserWarning: look out\n",
    ),
    "the caller of a function": (
        "import warnings\ndef f():\n"
        "    warnings.warn('old', DeprecationWarning, stacklevel=2)\nf()\n",
        "exercise.py:4: DeprecationWarning: old\n  f()\n",
    ),
    "the caller of the caller": (
        "import warnings\ndef f():\n    warnings.warn('look out', stacklevel=3)\nf()\n",
        "exercise.py:4: UserWarning: look out\n  f()\n",
    ),
    "torch, about its caller": (
        "import torch\ntorch.nn.functional.softmax(torch.ones(3))\n",
        "exercise.py:2: UserWarning: Implicit dimension choice for softmax has been deprecated. "
        "Change the call to include dim=X as an argument.\n"
        "  torch.nn.functional.softmax(torch.ones(3))\n",
    ),
    "torch, about a line of its own": (
        "import torch\nfrom torch import nn\n\ndef loss(x, y):\n    return nn.MSELoss()(x, y)\n\n"
        "loss(torch.ones(3, 1), torch.ones(3))\n",
        "exercise.py:5: UserWarning: Using a target size (torch.Size([3])) that is different "
        "to the input size (torch.Size([3, 1])). This will likely lead to incorrect results due to "
        "broadcasting. Please ensure they have the same size.\n  return nn.MSELoss()(x, y)\n",
    ),
    "torch, from C++": (
        "import torch\ntorch.std(torch.ones(1))\n",
        "exercise.py:2: UserWarning: std(): degrees of freedom",
    ),
    "NumPy, about a line of its own": (
        "import numpy as np\nnp.mean([])\n",
        "exercise.py:2: RuntimeWarning: Mean of empty slice\n  np.mean([])\n",
    ),
    "where a NaN was made": (
        "import torch\ntorch.autograd.set_detect_anomaly(True)\n"
        "x = torch.tensor(-1.0, requires_grad=True)\ny = x.sqrt()\ny.backward()\n",
        "exercise.py:5: UserWarning: Error detected in SqrtBackward0. Traceback of forward call "
        'that caused the error:\n  File "exercise.py", line 4, in <module>\n    y = x.sqrt()\n',
    ),
    "a printed stack": (
        "import traceback\ndef f():\n    traceback.print_stack()\nf()\n",
        '  File "exercise.py", line 4, in <module>\n    f()\n'
        '  File "exercise.py", line 3, in f\n    traceback.print_stack()\n',
    ),
    "a logged stack": (
        "import logging\nlogging.error('here', stack_info=True)\n",
        "ERROR:root:here\nStack (most recent call last):\n"
        '  File "exercise.py", line 2, in <module>\n'
        "    logging.error('here', stack_info=True)\n",
    ),
    "a warning that is logged": (
        "import logging, warnings\nlogging.basicConfig()\nlogging.captureWarnings(True)\n"
        "warnings.warn('x', stacklevel=2)\n",
        "WARNING:py.warnings:exercise.py:4: UserWarning: x\n",
    ),
    "a warning that is caught": (
        "import warnings\nwith warnings.catch_warnings(record=True) as caught:\n"
        "    warnings.warn('x', stacklevel=2)\nprint(caught[0].filename, caught[0].lineno)\n",
        "exercise.py 3\n",
    ),
    "a warning in their own words": (
        "import warnings\nwarnings.showwarning = lambda text, *rest: print(text, rest[1:3])\n"
        "warnings.warn('x', stacklevel=2)\n",
        "x ('exercise.py', 3)\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
async def test_a_program_is_told_of_its_own_lines(name: str, evaluator: Evaluator) -> None:
    code, shown = SHOWN[name]
    verdict = await evaluator.run(code)
    assert shown in verdict.output
    assert _ours(verdict.output) == []


IN_A_CALL = """\
import warnings, traceback, torch

def my_reshape(x, shape):
    warnings.warn('once', stacklevel=2)
    traceback.print_stack()
    torch.std(torch.ones(1))
    try:
        return x.view(shape)
    except RuntimeError:
        return x.clone().contiguous().view(shape)
"""


async def test_so_is_a_function_that_a_probe_calls(evaluator: Evaluator) -> None:
    verdict = await evaluator.check(RESHAPE, IN_A_CALL)
    assert verdict.passed, verdict
    assert "exercise.py:4: UserWarning: once\n" in verdict.output
    # Under the rule against calls our own code stands between their line and torch's.
    assert "exercise.py:6: UserWarning: std(): degrees of freedom" in verdict.output
    assert '  File "exercise.py", line 5, in my_reshape\n' in verdict.output
    assert _ours(verdict.output) == []


def _ours(output: str) -> list[str]:
    """Lines that tell of this package, its processes or the scene that calls the learner's code."""
    known = (*tutor.__path__, "zygote", "learner.py", "<probe>", "<string>", "site-packages")
    return [line for line in output.splitlines() if any(word in line for word in known)]
