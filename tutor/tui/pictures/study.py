"""Pictures of a learner's study: the days ahead, a year of days, confidence against truth."""

from __future__ import annotations

from datetime import date

from textual.content import Content

from tutor.study.mastery import Calibration
from tutor.text.messages import say
from tutor.tui.glance import bar
from tutor.tui.symbols import Symbols

# Answers a day above which a cell gets its next, stronger shade.
STEPS = (0, 4, 9, 19)
_SHADES = ("$quiet 30%", "$accent 40%", "$accent 60%", "$accent 80%", "$accent")
_BAR = 24


def days_ahead(due: tuple[tuple[date, int], ...], today: date) -> Content:
    """Reviews due today and on the days to come: a column each, the weekday beneath its count."""
    counts = Content.assemble(
        *((f"{count or '-':>5}", "bold $accent" if count else "$quiet") for _, count in due)
    )
    names = [
        say("progress.today") if day == today else say(f"progress.weekday.{day.weekday()}")
        for day, _ in due
    ]
    return Content("\n").join([counts, Content.styled("".join(f"{n:>5}" for n in names), "$quiet")])


def year(columns: tuple[tuple[int | None, ...], ...], width: int, marks: Symbols) -> Content:
    """A cell a day, a column a week, Monday on top; as many of the latest weeks as fit.

    Args:
        columns: Answers a day, seven a week; None for days to come.
        width: In cells; a day takes one.
        marks: One sign for each shade, so that the meaning is not in the colour alone.
    """
    shown = columns[-max(1, width) :]
    rows = []
    for weekday in range(7):
        cells = [_cell(week[weekday], marks) for week in shown]
        rows.append(Content.assemble(*cells))
    return Content("\n").join(rows)


def _cell(answers: int | None, marks: Symbols) -> tuple[str, str]:
    if answers is None:
        return " ", ""
    level = sum(answers > step for step in STEPS)
    return marks.shades[level], _SHADES[level]


def confidence(found: Calibration, marks: Symbols) -> Content:
    """Each stated confidence with the share that was right, as a bar with the stated place."""
    lines = []
    for said, right, number in found.curve:
        filled, rest = bar(round(right * 100), 100, _BAR, marks)
        lines.append(
            Content.assemble(
                (say("progress.said", said=f"{said * 100:.0f} %") + "  ", "$quiet"),
                (filled, "$accent"),
                (rest, "$quiet 40%"),
                f"  {right * 100:3.0f} %  ",
                (say("progress.of", n=number), "$quiet"),
            )
        )
    return Content("\n").join(lines)
