"""A small course, written as files and read by the real loader."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tutor.content.loader import Course

Build = Callable[..., Course]


def exercise(name: str, alias: str, objective: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "alias": alias,
        "title": name,
        "task": "Return x.",
        "starter": "def f(x):\n    ...\n",
        "solutions": ["def f(x):\n    return x\n"],
        "probes": [{"name": "value", "call": "f(1)"}],
        "objectives": [objective],
        **more,
    }


def question(name: str, objective: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "choice",
        "id": name,
        "prompt": "Which?",
        "options": [
            {"text": "this", "why": "yes", "right": True},
            {"text": "that", "why": "no", "misconception": "that-belief"},
        ],
        "objectives": [objective],
        **more,
    }


def write_course(root: Path, lessons: int, questions: int, **more: Any) -> Path:
    """Lessons one.l1, one.l2, ...; each with exercise one.l1-e and questions one.l1-q1, ..."""
    folder = root / "lessons" / "one"
    folder.mkdir(parents=True)
    (root / "quizzes" / "one").mkdir(parents=True)
    head = {
        "title": "Small",
        "units": [{"id": "one", "alias": "O", "title": "One", "about": "The first."}],
    }
    (root / "lessons" / "course.yaml").write_text(json.dumps(head))
    belief = {"because": "b", "truth": "t", "lesson": "one.l1", "title": "That belief."}
    registry = [{"id": "that-belief", **belief}]
    (root / "lessons" / "misconceptions.yaml").write_text(json.dumps(registry))
    for n in range(1, lessons + 1):
        objective = f"one.o{n}"
        lesson = {
            "id": f"one.l{n}",
            "alias": f"O{n}",
            "title": f"Lesson {n}",
            "minutes": 5,
            "objectives": [{"id": objective, "text": "Know it."}],
            "steps": [
                {"title": "Do", "exercise": exercise(f"one.l{n}-e", f"O{n}.a", objective)},
            ],
        }
        quiz = {
            "lesson": f"one.l{n}",
            "questions": [
                question(f"one.l{n}-q{q}", objective, **more) for q in range(1, questions + 1)
            ],
        }
        (folder / f"{n:02}-l.yaml").write_text(json.dumps(lesson))
        (root / "quizzes" / "one" / f"{n:02}-l.yaml").write_text(json.dumps(quiz))
    return root
