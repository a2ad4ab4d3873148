"""Every hostile program, through the real evaluator: as whoever runs the tests, and as nobody."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import ordinary
import pytest
import pytest_asyncio
from facts import gather
from programs import Program, load
from suite import Suite

from tutor.evaluator.client import Evaluator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def suite() -> AsyncIterator[Suite]:
    before = dict(os.environ)
    suite = Suite()
    await suite.start()
    yield suite
    await suite.close()
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.xdist_group("hostile")  # one program looks for what the one before has left
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("program", load(), ids=lambda program: f"{program.group}-{program.name}")
async def test_a_program_ends_as_it_must_and_harms_nothing(suite: Suite, program: Program) -> None:
    result = await suite.run(program)
    assert result.wrong == [], result.verdict


@pytest.mark.skipif(os.geteuid() != 0, reason="these tests are run by an ordinary user already")
def test_an_ordinary_user_is_protected_as_root_is() -> None:
    with tempfile.TemporaryDirectory(prefix="tutor-ordinary-") as folder:
        done = ordinary.run(Path(folder), Path(__file__).with_name("suite.py"))
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == len(load()), done.stderr[-2000:]
    wrong = {f"{r['group']}-{r['name']}": r["wrong"] for r in results if r["wrong"]}
    assert wrong == {}


async def test_what_is_seen_of_a_child_from_outside() -> None:
    evaluator = Evaluator()
    await evaluator.start()
    assert await evaluator.ready()
    try:
        facts = await gather(evaluator)
    finally:
        await evaluator.close()
    assert [name for name, holds in facts.items() if not holds] == []


def test_there_are_as_many_programs_as_promised() -> None:
    assert len(load()) >= 150
