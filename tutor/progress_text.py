"""What ``tutor progress`` prints: the report as lines, and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from tutor.study.choosing import found
from tutor.study.report import LessonReport, Report
from tutor.text.messages import say

if TYPE_CHECKING:
    from tutor.content.loader import Course

_SHADES = ".:+#"  # up to 4, 9, 19 and more answers a day
_SHADE_STEPS = (4, 9, 19)
_WEEKS = 26


def as_json(report: Report) -> str:
    """The report as data; shares are from 0 to 1, times in milliseconds."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1).decode()


def as_text(report: Report, course: Course) -> str:
    """The report for a person."""
    if report.empty:
        return say("progress.nothing")
    parts = [_now(report), _quality(report), *(_lesson(one) for one in report.lessons)]
    if report.misconceptions:
        parts.append(_misconceptions(report, course))
    if report.leeches:
        parts.append([say("progress.leeches"), *leech_lines(report, course)])
    parts.append([say("progress.weeks"), *heatmap_lines(report)])
    return "\n\n".join("\n".join(lines) for lines in parts)


def _now(report: Report) -> list[str]:
    (_, today), *ahead = report.due
    streak = report.streak
    kept = say("progress.freeze" if streak.freeze else "progress.no_freeze")
    return [
        say("progress.due", n=today) if today else say("progress.due_none"),
        say("progress.ahead", counts=" ".join(str(count) for _, count in ahead)),
        f"{say('progress.streak', n=streak.days)} {kept}, "
        f"{say('progress.longest', n=streak.longest)}",
        say("progress.time", week=duration(report.week_ms), total=duration(report.total_ms)),
    ]


def _quality(report: Report) -> list[str]:
    share = report.retention.share
    lines = [
        say("progress.retention_none")
        if share is None
        else say("progress.retention", share=percent(share), n=report.retention.tested)
    ]
    stated = report.calibration
    if stated.brier is not None:
        lines.append(say("progress.brier", score=f"{stated.brier:.2f}", n=stated.answers))
        lines += [
            say("progress.curve", said=percent(said), right=percent(right), n=n)
            for said, right, n in stated.curve
        ]
    return lines


def _lesson(lesson: LessonReport) -> list[str]:
    head = say(
        "progress.lesson",
        alias=lesson.alias,
        title=lesson.title,
        done=lesson.done,
        items=lesson.items,
    )
    return [
        head,
        *(
            say(
                "progress.objective",
                share=f"{percent(one.mastery.recall):>5}",
                text=one.text,
                answers=say("progress.answers", n=one.mastery.answers),
            )
            for one in lesson.objectives
        ),
    ]


def _misconceptions(report: Report, course: Course) -> list[str]:
    lines = [say("progress.live")]
    for live in report.misconceptions:
        known = course.misconceptions.get(live.id)
        where = {course.lesson_of(one).alias for one in live.items if found(course, one)}
        lines.append(
            say(
                "progress.misconception",
                title=known.title if known else live.id,
                lesson=", ".join(sorted(where)) or live.id,
                times=say("progress.times", n=live.times),
                day=live.last.isoformat(),
            )
        )
    return lines


def leech_lines(report: Report, course: Course) -> list[str]:
    """What is forgotten again and again, by alias, and the lesson to go back to."""
    lines = []
    for leech in report.leeches:
        entry, item = course.entry(leech.lesson), course.item_entry(leech.item)
        name = item.alias or item.id
        lines.append(say("progress.leech", item=name, alias=entry.alias, title=entry.title))
    return lines


def heatmap_lines(report: Report, weeks: int = _WEEKS) -> Iterator[str]:
    """Seven lines, Monday first; a sign a day, a space for a day without answers."""
    for weekday in range(7):
        column = (week[weekday] for week in report.heatmap[-weeks:])
        yield "  " + "".join(" " if not count else shade(count) for count in column)


def shade(count: int) -> str:
    """The sign of a day with ``count`` answers, at least one."""
    return _SHADES[sum(count > step for step in _SHADE_STEPS)]


def percent(share: float) -> str:
    """A share from 0 to 1 as people say it."""
    return f"{share * 100:.0f} %"


def duration(ms: int) -> str:
    """Milliseconds as hours and minutes."""
    hours, minutes = divmod(round(ms / 60_000), 60)
    if hours:
        return say("progress.hours", h=hours, m=minutes)
    return say("progress.minutes", n=minutes)
