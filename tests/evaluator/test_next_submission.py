"""What one submission does to its own process is nothing to the next one."""

from __future__ import annotations

import pytest

from tests.evaluator.exercises import RESHAPE, SOFTMAX
from tests.evaluator.meddling import MEDDLING
from tutor.evaluator.client import Evaluator
from tutor.evaluator.outcome import Outcome

LOOKS = """
import sys, threading, warnings, torch
from torch.nn.modules import module
print(torch.get_num_threads(), torch.get_default_dtype(), torch.is_grad_enabled())
print(torch.is_inference_mode_enabled(), torch.is_anomaly_enabled())
print(torch.are_deterministic_algorithms_enabled(), torch.backends.mkldnn.enabled)
print(repr(torch.tensor([1.23456789, 2e9])), warnings.filters)
print(len(module._global_forward_hooks), len(module._global_forward_pre_hooks))
print(sys.getrecursionlimit(), sys.displayhook, sys.excepthook, threading.active_count())
print(torch.get_float32_matmul_precision(), torch.nn.functional.softmax, torch.softmax)
"""


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", MEDDLING)
async def test_the_next_submission_finds_everything_as_it_is(
    evaluator: Evaluator, name: str
) -> None:
    before = (await evaluator.run(LOOKS)).output
    softmax = SOFTMAX.solutions[0]
    await evaluator.check(SOFTMAX, MEDDLING[name] + "\n" + softmax)
    assert (await evaluator.run(LOOKS)).output == before
    assert (await evaluator.check(SOFTMAX, softmax)).passed
    wrong = await evaluator.check(RESHAPE, RESHAPE.misconceptions[1].code)
    assert wrong.outcome is Outcome.WRONG
    assert wrong.misconception == "reshape-is-transpose"


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", [n for n in MEDDLING if n not in ("module hooks", "patches")])
async def test_one_who_changes_torchs_settings_is_judged_by_what_the_function_gives(
    evaluator: Evaluator, name: str
) -> None:
    verdict = await evaluator.check(SOFTMAX, MEDDLING[name] + "\n" + SOFTMAX.solutions[0])
    assert verdict.passed, verdict
