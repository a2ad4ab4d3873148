"""Each rule of ``tutor validate`` bites: a sound course, spoilt in one place, is refused there."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tutor.content.loader import load_course
from tutor.content.proofs.course import Report, Scope, prove
from tutor.content.proofs.found import Finding
from tutor.content.proofs.handed import Tools
from tutor.content.proofs.written import written
from tutor.evaluator.client import Evaluator
from tutor.study.grading import grade
from tutor.text import messages

HERE = Path(__file__).parent
FILES = {
    "L": "lessons/rows/01-centring.yaml",
    "Q": "quizzes/rows/01-centring.yaml",
    "M": "lessons/misconceptions.yaml",
}
BROKEN: list[dict[str, Any]] = yaml.safe_load((HERE / "broken.yaml").read_text(encoding="utf-8"))

real = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    root = tmp_path / "course"
    shutil.copytree(HERE / "sound", root)
    return root


async def proved(root: Path, evaluator: Evaluator, broken: dict[str, Any]) -> Report:
    """The course's report, or that of the broken file alone where that is enough."""
    between = broken["file"] == "M" or "in" in broken
    files = None if between else frozenset([root / FILES[broken["file"]]])
    return await prove(load_course(root), Tools(evaluator, grade), Scope(files))


@real
async def test_a_sound_course_is_proved(sound: Path, evaluator: Evaluator) -> None:
    seen: list[tuple[int, int]] = []
    course = load_course(sound)
    report = await prove(course, Tools(evaluator, grade), progress=lambda *now: seen.append(now))
    assert report.findings == ()
    assert report.fresh == ()
    assert report.tallies["R1.a"].mutants == report.tallies["R1.a"].killed > 5
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == seen[-1][1] > 20


def test_there_are_as_many_ways_to_break_it_as_promised() -> None:
    assert len(BROKEN) >= 40
    assert len({one["name"] for one in BROKEN}) == len(BROKEN)


def fitting(told: Iterable[Finding], root: Path, broken: dict[str, Any]) -> list[Finding]:
    """Those that tell of the rule in the right words at the right place."""
    place = root / FILES[broken.get("in", broken["file"])]
    lines = place.read_text(encoding="utf-8").split("\n")
    return [
        one
        for one in told
        if (one.rule, one.path) == (broken["rule"], place)
        and broken["says"] in one.message
        and broken["at"] in lines[one.line - 1]
    ]


@real
@pytest.mark.slow
@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: one["name"])
async def test_what_is_broken_is_refused_at_its_line(
    sound: Path, evaluator: Evaluator, broken: dict[str, Any]
) -> None:
    path = sound / FILES[broken["file"]]
    text = path.read_text(encoding="utf-8")
    for old, new in ((broken["old"], broken["new"]), *broken.get("also", ())):
        assert text.count(old) == 1, f"{old!r}: {text.count(old)} times"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    if broken["rule"] == "none":
        assert (await proved(sound, evaluator, broken)).findings == ()
        return
    if fitting(written(load_course(sound)), sound, broken):
        return  # told without running anything
    told = (await proved(sound, evaluator, broken)).findings
    assert fitting(told, sound, broken), "\n".join(f"[{one.rule}] {one}" for one in told)


def test_every_sentence_of_the_proofs_is_shown_to_be_said() -> None:
    """A new rule needs a new fixture; what no course can show is in test_bench.py."""
    elsewhere = {"starter", "unmeasured", "slow"}
    catalogue = Path(messages.__file__).parent / "en" / "validate.toml"
    templates: dict[str, Any] = tomllib.loads(catalogue.read_text(encoding="utf-8"))
    said = [broken["says"] for broken in BROKEN if broken["rule"] not in ("none", "form")]
    unshown = [
        key
        for key, template in templates.items()
        if isinstance(template, str)
        and key not in elsewhere
        and not any(share(re.split(r"{+[^{}]*}+", template), one) for one in said)
    ]
    assert unshown == []


def share(parts: list[str], sentence: str) -> bool:
    """True when fourteen characters of a template in a row, or a whole part, stand there."""
    for part in parts:
        size = min(14, len(part))
        runs = (part[start : start + size] for start in range(len(part) - size + 1))
        if size > 4 and any(run in sentence for run in runs):
            return True
    return False
