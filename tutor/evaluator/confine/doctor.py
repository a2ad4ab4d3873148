"""What the sandbox enforces here and now, tried from inside: the work of ``tutor doctor``.

Each attempt is a small program that goes through the real evaluator, as a learner's would, and
prints a token once it has got through. Whatever can be seen from outside (a connection, a file) is
looked at from outside. Nothing is concluded from what should be in force.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import platform
import secrets
import sys
from collections.abc import Iterator
from typing import Protocol

import msgspec

from tutor.content.model import Limits
from tutor.evaluator.confine.attempts import ATTEMPTS, Attempt, Plant, planted
from tutor.evaluator.confine.policy import LAYERS
from tutor.evaluator.outcome import Grade, Outcome, Verdict
from tutor.paths import Folders, default_course_root
from tutor.text.messages import say


class Runs(Protocol):
    """What is asked of an evaluator here; ``evaluator.client.Evaluator`` has it."""

    @property
    def grade(self) -> Grade | None:
        """What this machine enforces."""

    @property
    def layers(self) -> frozenset[str]:
        """Layers in force."""

    @property
    def landlock_abi(self) -> int:
        """Landlock's version."""

    async def start(self) -> None:
        """Begin to warm up."""

    async def ready(self) -> bool:
        """Wait until warm; False when it cannot start."""

    async def run(self, source: str, *, limits: Limits = ...) -> Verdict:
        """Run a program, ungraded."""


class Tried(msgspec.Struct, frozen=True):
    """One attempt. ``how`` is what the program met: an outcome, and the error beneath it."""

    name: str
    blocked: bool
    how: str


class Report(msgspec.Struct, frozen=True):
    """What ``tutor doctor`` found. ``grade`` is None when the evaluator did not start."""

    grade: Grade | None
    tried: tuple[Tried, ...]
    layers: tuple[str, ...]
    missing: tuple[str, ...]
    landlock_abi: int
    torch_threads: int
    versions: dict[str, str]
    places: dict[str, str]

    @property
    def leaks(self) -> bool:
        """True when something got through that the grade says is out of reach."""
        enforced = {
            Grade.FULL: _EVERYTHING,
            Grade.STRONG: _EVERYTHING,
            Grade.PARTIAL: _EVERYTHING - _READING,
            Grade.BASIC: {"memory", "time"},
        }.get(self.grade or Grade.MINIMAL, frozenset())
        return any(not attempt.blocked and attempt.name in enforced for attempt in self.tried)


_EVERYTHING = frozenset(ATTEMPTS)
_READING = frozenset({"read_home", "list_home", "read_progress", "peek"})
# Ample, since a program that is cut short before it gets through proves nothing.
_LIMITS, _LIMITS_OF_TIME = Limits(seconds=20.0), Limits(seconds=1.0)
_FACTS = "import json, torch\nprint(json.dumps([str(torch.__version__), torch.get_num_threads()]))"


async def examine(evaluator: Runs, folders: Folders) -> Report:
    """Try everything, one after the other; about four seconds once the evaluator is warm.

    Args:
        evaluator: the real one. Started here if need be.
        folders: the learner's, to say where they are and to try to read the progress.
    """
    await evaluator.start()
    ready = await evaluator.ready()
    tried: list[Tried] = []
    torch, threads = "", 0
    if ready:
        facts = await evaluator.run(_FACTS)
        with contextlib.suppress(ValueError):
            torch, threads = json.loads(facts.output)
        with planted(folders) as plant:
            for name, attempt in ATTEMPTS.items():
                tried.append(await _try(evaluator, name, attempt, plant))
    return Report(
        grade=evaluator.grade if ready else None,
        tried=tuple(tried),
        layers=tuple(layer for layer in LAYERS if layer in evaluator.layers),
        missing=tuple(layer for layer in LAYERS if layer not in evaluator.layers),
        landlock_abi=evaluator.landlock_abi,
        torch_threads=threads,
        versions=_versions(torch),
        places={
            "progress": str(folders.progress),
            "config": str(folders.config),
            "state": str(folders.state),
            "course": str(default_course_root()),
            "python": sys.executable,
        },
    )


async def _try(evaluator: Runs, name: str, attempt: Attempt, plant: Plant) -> Tried:
    token = secrets.token_hex(8)  # part by part, so that no traceback that shows the line has it
    names = {**plant.names, "TOKEN": [token[:8], token[8:]]}
    lines = [f"{key} = {value!r}" for key, value in names.items()]
    source = "\n".join([*lines, "TOKEN = ''.join(TOKEN)", attempt.code])
    limits = _LIMITS_OF_TIME if attempt.ends is Outcome.TIMEOUT else _LIMITS
    verdict = await evaluator.run(source, limits=limits)
    await asyncio.sleep(0)
    reached = plant.reached() or token in verdict.output
    blocked = verdict.outcome is attempt.ends if attempt.ends else not reached
    how = verdict.outcome.value
    return Tried(name, blocked, f"{how}: {verdict.original}" if verdict.original else how)


def _versions(torch: str) -> dict[str, str]:
    from importlib.metadata import version

    from tutor import __version__

    return {
        "tutor": __version__,
        "python": platform.python_version(),
        "torch": torch,
        "textual": version("textual"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def report_json(report: Report) -> str:
    """The report as data."""
    return json.dumps(msgspec.to_builtins(report) | {"leaks": report.leaks}, indent=2)


def report_text(report: Report) -> str:
    """The report for a person: what is enforced first, then proof, then where things are."""
    lines = [*_sandbox_lines(report), ""]
    for title, table in (("version", report.versions), ("place", report.places)):
        lines.append(say(f"doctor.{title}s" if title == "version" else "doctor.paths"))
        lines += [f"  {say(f'doctor.{title}.{key}'):<10} {text}" for key, text in table.items()]
        lines.append("")
    if report.torch_threads:
        lines.append(say("doctor.threads", n=report.torch_threads))
    return "\n".join(lines).rstrip()


def _sandbox_lines(report: Report) -> Iterator[str]:
    if report.grade is None:
        yield say("doctor.no_evaluator")
        return
    meaning = say(f"doctor.grade.{report.grade}")
    yield say("doctor.sandbox", grade=report.grade.value, meaning=meaning)
    if sys.platform != "linux":
        yield say("doctor.untested")
    if report.leaks:
        yield say("doctor.leak")
    yield from ("", say("doctor.tried"))
    words = {True: say("doctor.blocked"), False: say("doctor.not_blocked")}
    width = max(map(len, words.values()))
    for attempt in report.tried:
        yield f"  {words[attempt.blocked]:<{width}}  {say(f'doctor.probe.{attempt.name}')}"
    yield f"  {say('doctor.seen')}"
    if not report.leaks and any(not attempt.blocked for attempt in report.tried):
        yield f"  {say('doctor.explained')}"
    for title, names in (("layers", report.layers), ("missing", report.missing)):
        if names:
            yield from ("", say(f"doctor.{title}"))
            yield from (f"  {name:<12}  {say(f'doctor.layer.{name}')}" for name in names)
    if report.landlock_abi:
        yield f"  {say('doctor.landlock', abi=report.landlock_abi)}"
