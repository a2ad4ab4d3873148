"""JSON schema of every kind of file of a course, for editors that complete YAML.

In VS Code with the YAML extension::

    "yaml.schemas": {
        "lesson.schema.json": "lessons/*/*.yaml",
        "quiz.schema.json": "quizzes/*/*.yaml"
    }
"""

from __future__ import annotations

from typing import Any

import msgspec

from tutor.content.model import CourseHead, Lesson, Misconception, Quiz

DIALECT = "https://json-schema.org/draft/2020-12/schema"
KINDS: dict[str, tuple[Any, str]] = {
    "lesson": (Lesson, "lessons/<unit>/<nn>-<name>.yaml"),
    "quiz": (Quiz, "quizzes/<unit>/<nn>-<name>.yaml"),
    "course": (CourseHead, "lessons/course.yaml"),
    "misconceptions": (tuple[Misconception, ...], "lessons/misconceptions.yaml"),
}


def schema(kind: str) -> dict[str, Any]:
    """Return the schema of one kind of file; ``kind`` is a key of ``KINDS``.

    Raises:
        KeyError: there is no such kind.
    """
    struct, where = KINDS[kind]
    return {"$schema": DIALECT, "title": where, **msgspec.json.schema(struct)}


def schemas() -> dict[str, dict[str, Any]]:
    """Return all schemas by kind."""
    return {kind: schema(kind) for kind in KINDS}
