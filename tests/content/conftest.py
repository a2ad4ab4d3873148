"""Small courses, written to disk and spoilt in one place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

SMALL = Path(__file__).parent / "courses" / "small"
LESSON = "lessons/boxes/01-opening.yaml"
SECOND = "lessons/boxes/02-closing.yaml"
QUIZ = "quizzes/boxes/01-opening.yaml"

Spoil = Callable[[str, str, str], Path]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A copy of the small course."""
    root = tmp_path / "course"
    shutil.copytree(SMALL, root)
    return root


@pytest.fixture
def spoil(small: Path) -> Spoil:
    """Replace a text that stands in a file of the small course exactly once."""

    def replace(file: str, old: str, new: str) -> Path:
        path = small / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return small

    return replace
