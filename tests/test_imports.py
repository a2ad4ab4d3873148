"""Nothing heavy is imported before it is needed: read from sys.modules of real processes."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"torch", "numpy", "fsrs", "TeXicode", "tree_sitter", "sympy", "jedi", "watchfiles"}


def modules_after(code: str) -> set[str]:
    """Top-level names in ``sys.modules`` of a fresh interpreter that ran ``code``."""
    script = f"{code}\nimport sys\nprint(' '.join(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}


@pytest.mark.parametrize(
    ("code", "forbidden"),
    [
        ("import tutor.cli", HEAVY | {"textual", "yaml", "msgspec", "sqlite3", "asyncio"}),
        ("import tutor.headless", HEAVY | {"textual"}),
        ("import tutor.evaluator.client", HEAVY | {"textual", "yaml"}),
        ("import tutor.content.loader", HEAVY | {"textual", "rich"}),
        ("import tutor.store.db", HEAVY | {"textual", "rich", "yaml"}),
        ("import tutor.study.grading, tutor.study.session", HEAVY | {"textual", "rich"}),
        ("import tutor.tui.app, tutor.tui.screens.home", HEAVY),
    ],
)
def test_a_room_brings_nothing_that_it_should_not(code: str, forbidden: set[str]) -> None:
    assert not modules_after(code) & forbidden


def test_version_imports_neither_textual_nor_torch() -> None:
    code = "import sys\nsys.argv = ['tutor', '--version']\nfrom tutor.cli import cli\n"
    code += "cli(standalone_mode=False)"
    assert not modules_after(code) & (HEAVY | {"textual", "yaml", "msgspec"})


def test_the_client_never_imports_torch_even_after_a_check() -> None:
    code = (
        "import asyncio\n"
        "from tutor.evaluator.client import Evaluator\n"
        "async def work():\n"
        "    e = Evaluator()\n"
        "    print(await e.run('print(1)'))\n"
        "    await e.close()\n"
        "asyncio.run(work())"
    )
    assert not modules_after(code) & (HEAVY | {"textual"})
