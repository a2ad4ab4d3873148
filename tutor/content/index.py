"""What a file of the course holds, without its bodies; kept between starts by file stamp.

Composing YAML is most of the cost of opening a course (about 3 ms a lesson with its quiz), so the
index of every sound file is remembered with the file's time and size. Files with problems are not
remembered: they are read again until they are sound.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec
from yaml.nodes import MappingNode, Node, ScalarNode

from tutor.content.source import Source, elements, pairs
from tutor.paths import atomic_write

Stamp: TypeAlias = tuple[int, int]


class ItemEntry(msgspec.Struct, frozen=True):
    """An exercise or a question, as the index knows it."""

    id: str
    alias: str  # "" where the author gave none
    kind: str  # "exercise", or the question's kind
    title: str  # of a question the first line of its prompt
    formerly: tuple[str, ...] = ()
    trail: tuple[str | int, ...] = ()  # the way to it in its file
    line: int = 1

    @property
    def in_quiz(self) -> bool:
        """Whether it stands in the quiz file rather than in a step of the lesson."""
        return self.trail[:1] == ("questions",)


class FileIndex(msgspec.Struct, frozen=True):
    """The head and the items of a lesson file or a quiz file."""

    id: str = ""
    alias: str = ""
    title: str = ""
    minutes: int = 0
    formerly: tuple[str, ...] = ()
    line: int = 1
    lesson: str = ""  # of a quiz: the lesson it says it belongs to
    items: tuple[ItemEntry, ...] = ()
    asked: tuple[tuple[str, int], ...] = ()  # questions that steps name, with the step's number


def index_source(source: Source) -> FileIndex:
    """Return what can be told of a file, sound or not."""
    head = pairs(source.root)
    minutes = _text(head.get("minutes"))
    items = [*_steps(head.get("steps")), *_questions(head.get("questions"))]
    asked = [
        (question.value, number)
        for number, step in enumerate(elements(head.get("steps")))
        if isinstance(question := pairs(step).get("question"), ScalarNode)
    ]
    return FileIndex(
        id=_text(head.get("id")),
        alias=_text(head.get("alias")),
        title=_text(head.get("title")),
        minutes=int(minutes) if minutes.isdecimal() else 0,
        formerly=_texts(head.get("formerly")),
        line=_line(head.get("id")),
        lesson=_text(head.get("lesson")),
        items=tuple(items),
        asked=tuple(asked),
    )


def _steps(node: Node | None) -> Iterator[ItemEntry]:
    for number, step in enumerate(elements(node)):
        parts = pairs(step)
        for key in ("exercise", "question"):
            if isinstance(parts.get(key), MappingNode):
                yield from _item(parts[key], ("steps", number, key))


def _questions(node: Node | None) -> Iterator[ItemEntry]:
    for number, question in enumerate(elements(node)):
        yield from _item(question, ("questions", number))


def _item(node: Node, trail: tuple[str | int, ...]) -> Iterator[ItemEntry]:
    parts = pairs(node)
    name = _text(parts.get("id"))
    if not name:
        return
    exercise = trail[-1] == "exercise"
    title = _text(parts.get("title")) if exercise else _first_line(_text(parts.get("prompt")))
    yield ItemEntry(
        id=name,
        alias=_text(parts.get("alias")),
        kind="exercise" if exercise else _text(parts.get("kind")),
        title=title,
        formerly=_texts(parts.get("formerly")),
        trail=trail,
        line=_line(parts.get("id")),
    )


def _text(node: Node | None) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else ""


def _texts(node: Node | None) -> tuple[str, ...]:
    return tuple(_text(one) for one in elements(node))


def _line(node: Node | None) -> int:
    return node.start_mark.line + 1 if node else 1


def _first_line(prompt: str, most: int = 72) -> str:
    line = prompt.strip().partition("\n")[0]
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


class _Kept(msgspec.Struct, frozen=True):
    made_by: str
    files: dict[str, tuple[Stamp, FileIndex]]


class IndexCache:
    """The remembered indexes of one course; of no use is never an error, only a slower start."""

    def __init__(self, folder: Path | None, root: Path) -> None:
        """``folder`` may be shared by several courses; without one nothing is remembered."""
        name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
        self._file = folder / f"course-{name}.json" if folder else None
        self._made_by = _made_by() if folder else ""
        self._before = self._read()
        self._now: dict[str, tuple[Stamp, FileIndex]] = {}

    def get(self, path: Path) -> FileIndex | None:
        """Return the index of a file that has not changed since it was found sound."""
        kept = self._before.get(str(path))
        if kept is None or kept[0] != _stamp(path):
            return None
        self._now[str(path)] = kept
        return kept[1]

    def put(self, path: Path, index: FileIndex) -> None:
        """Remember the index of a sound file."""
        stamp = _stamp(path)
        if stamp is not None:
            self._now[str(path)] = (stamp, index)

    def save(self) -> None:
        """Write what was learned, if anything was."""
        if self._file is None or self._now == self._before:
            return
        text = msgspec.json.encode(_Kept(self._made_by, self._now)).decode()
        with contextlib.suppress(OSError):  # a full disk must not keep a course from opening
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            atomic_write(self._file, text)

    def _read(self) -> dict[str, tuple[Stamp, FileIndex]]:
        if self._file is None:
            return {}
        try:
            kept = msgspec.json.decode(self._file.read_bytes(), type=_Kept)
        except (OSError, msgspec.DecodeError):
            return {}
        return kept.files if kept.made_by == self._made_by else {}


def _made_by() -> str:
    """Changes with the code that decides what is sound."""
    return str(max(file.stat().st_mtime_ns for file in Path(__file__).parent.glob("*.py")))


def _stamp(path: Path) -> Stamp | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size
