"""What ``tutor list`` and ``tutor where`` print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.text.messages import say

if TYPE_CHECKING:
    from tutor.content.loader import Course
    from tutor.paths import Folders


def as_json(course: Course) -> str:
    """Units, lessons, exercises and questions, each with id and alias."""
    lessons = [(unit, entry) for unit in course.units for entry in unit.lessons]
    data: dict[str, list[dict[str, Any]]] = {
        "units": [{"id": u.id, "alias": u.alias, "title": u.title} for u in course.units],
        "lessons": [
            {"id": e.id, "alias": e.alias, "title": e.title, "unit": u.id, "minutes": e.minutes}
            for u, e in lessons
        ],
        "exercises": [
            {"id": x.id, "alias": x.alias, "title": x.title, "lesson": e.id}
            for _, e in lessons
            for x in e.exercises
        ],
        "questions": [
            {"id": q.id, "alias": q.alias, "kind": q.kind, "lesson": e.id}
            for _, e in lessons
            for q in e.questions
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1)


def as_text(course: Course) -> str:
    """The course as an indented list."""
    lines = [course.title]
    for unit in course.units:
        lines += ["", f"{unit.alias}  {unit.title}   ({unit.id})"]
        for entry in unit.lessons:
            minutes = say("cli.minutes", n=entry.minutes)
            lines.append(f"  {entry.alias:<4}{entry.title}   ({entry.id}, {minutes})")
            lines += [f"      {x.alias:<7}{x.title}   ({x.id})" for x in entry.exercises]
            if entry.questions:
                aliases = ", ".join(q.alias or q.id for q in entry.questions)
                lines.append(f"      {say('cli.questions')} {aliases}")
            lines += [f"      ! {problem}" for problem in entry.problems]
    return "\n".join(lines)


def places(folders: Folders, course_root: Path, *, as_json: bool) -> str:
    """Where everything is kept."""
    found = {
        "progress": folders.progress,
        "settings": folders.config / "settings.toml",
        "log": folders.state / "tutor.log",
        "course": course_root,
    }
    if as_json:
        return json.dumps({name: str(path) for name, path in found.items()}, indent=1)
    return "\n".join(f"{say(f'cli.where.{name}'):<10} {path}" for name, path in found.items())
