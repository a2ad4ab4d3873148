"""Each rule of ``tutor validate`` bites: a sound course, spoilt in one place, is refused there."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tutor.content.loader import load_course
from tutor.content.proofs.bench import Tools
from tutor.content.proofs.course import Report, prove
from tutor.evaluator.client import Evaluator
from tutor.study.grading import grade

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
    files = None if between else [root / FILES[broken["file"]]]
    return await prove(load_course(root), Tools(evaluator, grade), files=files)


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


@real
@pytest.mark.slow
@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: one["name"])
async def test_what_is_broken_is_refused_at_its_line(
    sound: Path, evaluator: Evaluator, broken: dict[str, Any]
) -> None:
    path = sound / FILES[broken["file"]]
    text = path.read_text(encoding="utf-8")
    assert text.count(broken["old"]) == 1, f"{broken['old']!r}: {text.count(broken['old'])} times"
    path.write_text(text.replace(broken["old"], broken["new"]), encoding="utf-8")
    told = (await proved(sound, evaluator, broken)).findings
    if broken["rule"] == "none":
        assert told == ()
        return
    place = sound / FILES[broken.get("in", broken["file"])]
    lines = place.read_text(encoding="utf-8").split("\n")
    fitting = [
        one
        for one in told
        if one.rule == broken["rule"] and broken["says"] in one.message and one.path == place
    ]
    assert fitting, "\n".join(f"[{one.rule}] {one}" for one in told)
    assert any(broken["at"] in lines[one.line - 1] for one in fitting), "\n".join(map(str, fitting))
