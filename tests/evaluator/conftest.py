"""Tests that count what is left over do not count what other tests keep."""

from __future__ import annotations

import pytest

from tests.evaluator.leftovers import overlook_earlier


@pytest.fixture(scope="module", autouse=True)
def _counted_from_here() -> None:
    overlook_earlier()
