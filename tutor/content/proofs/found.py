"""What proofs find: faults, findings, stored values that are not fresh, figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tutor.content.source import Trail


class Fault(NamedTuple):
    """Something that an author left undone, at a field of an item or a lesson."""

    rule: str
    trail: Trail
    message: str
    line: int = 1  # of the field's text


@dataclass(frozen=True, order=True)
class Finding:
    """Something that is not proved; ``line`` and ``column`` count from 1."""

    path: Path
    line: int
    column: int
    rule: str  # which proof, in one word: solution, mutation, example, ...
    item: str  # alias or id of what it is about; "" for a file or the course
    message: str

    def __str__(self) -> str:
        about = f"{self.item}: " if self.item else ""
        return f"{self.path}:{self.line}:{self.column}: {about}{self.message}"


@dataclass(frozen=True)
class Fresh:
    """A stored value as it should be: what ``--write`` puts into the file."""

    path: Path
    trail: Trail
    text: str
    replaces: str = ""  # a part of the field's text; "" for all of it


@dataclass
class Tally:
    """The figures of one exercise."""

    ms: list[int] = field(default_factory=list)  # of each pass of a solution
    seconds: float = 0.0  # all its proofs, one after the other
    mutants: int = 0
    killed: int = 0
    equivalent: int = 0
    survivors: list[str] = field(default_factory=list)
