"""A day as one says it from today: tomorrow, in 4 days, on 12 March."""

from __future__ import annotations

from datetime import date

from tutor.text.messages import say

_COUNTED = 30  # days ahead that are easier said as a count than as a date


def when(day: date, today: date) -> str:
    """Return how ``day`` is called on ``today``."""
    ahead = (day - today).days
    if ahead <= 0:
        return say("widgets.day.today")
    if ahead == 1:
        return say("widgets.day.tomorrow")
    if ahead <= _COUNTED:
        return say("widgets.day.ahead", n=ahead)
    month = say(f"widgets.day.month.{day.month}")
    form = "date" if day.year == today.year else "date_year"
    return say(f"widgets.day.{form}", day=day.day, month=month, year=day.year)
