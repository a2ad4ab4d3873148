"""A small course, written as files and read by the real loader."""

from pathlib import Path
from typing import Any

import pytest
from small_course import Build, write_course

from tutor.content.loader import Course, load_course


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build a course of so many lessons with so many questions each."""

    def make(lessons: int = 3, questions: int = 3, **more: Any) -> Course:
        course = load_course(write_course(tmp_path / "course", lessons, questions, **more))
        assert not course.problems, course.problems
        assert not [problem for entry in course.entries() for problem in entry.problems]
        return course

    return make


@pytest.fixture
def course(build: Build) -> Course:
    return build()
