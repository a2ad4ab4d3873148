"""One drill as a conversation in lines: what is asked, what is answered, what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from tutor import drilling
from tutor.content.model import Exercise, Fix, Question
from tutor.evaluator.outcome import Verdict
from tutor.headless import verdict_text
from tutor.plain.answers import asked_for, read_given, shown
from tutor.plain.prose import plain
from tutor.store.events import NewEvent
from tutor.store.rows import RatingWord
from tutor.study.choosing import found
from tutor.study.grading import grade, right_answer
from tutor.study.session import Drill
from tutor.text.days import when
from tutor.text.messages import say

if TYPE_CHECKING:
    from tutor.content.loader import Course


Check = Callable[[Exercise | Fix, str], Verdict]
Fresh = Callable[[Question, int], Question]
END_OF_CODE = "."


class Records(Protocol):
    """Where events go; the store is one."""

    def record(self, *new: NewEvent) -> object:
        """Write events down; raises ``NotSaved`` when they can only be kept in memory."""


class Left(Exception):
    """The learner wants to end, or the input has ended."""


class Moved(Exception):
    """A command put another item, or the same one again, in place of the current one."""


class PlainDrill:
    """One session over two functions: one that reads a line, one that shows some.

    Args:
        drill: the session.
        course: for titles.
        records: where answers are recorded.
        check: checks code.
        read: shows a prompt and returns a line; raises EOFError at the end of the input.
        tell: shows lines.
        ask_sure: ask how sure one is before the verdict.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        drill: Drill,
        course: Course,
        records: Records,
        check: Check,
        *,
        read: Callable[[str], str],
        tell: Callable[[str], None],
        clock: Callable[[], float],
        ask_sure: bool = True,
        fresh: Fresh = lambda question, seed: question,
    ) -> None:
        self._drill = drill
        self._course = course
        self._records = records
        self._check = check
        self._read = read
        self._tell = tell
        self._clock = clock
        self._ask_sure = ask_sure
        self._fresh = fresh

    def run(self) -> None:
        """Ask until nothing is left, the learner leaves, or the input ends; then sum up."""
        if self._drill.current is None:
            self._tell(self._nothing())
            return
        self._tell(say("widgets.plain.welcome"))
        try:
            while self._drill.current is not None:
                try:
                    self._ask(self._drill.current)
                except Moved:
                    continue
        except Left:
            pass
        self._recap()

    # --- one item ----------------------------------------------------------------------------

    def _ask(self, item: Exercise | Question) -> None:
        done = self._drill.total - self._drill.remaining
        head = say("widgets.plain.head", n=done + 1, total=self._drill.total)
        self._tell(f"\n{head}  {drilling.lesson_title(self._course, item.id)}\n")
        if isinstance(item, Exercise | Fix):
            self._ask_code(item)
        else:
            self._ask_question(item)

    def _ask_question(self, question: Question) -> None:
        question = self._fresh(question, self._drill.seed)
        self._tell(shown(question, self._drill.seed))
        since = self._clock()
        while True:
            given = read_given(question, self._drill.seed, self._line, say("widgets.plain.answer"))
            graded = grade(question, given) if given is not None else None
            if graded is not None and not graded.invalid:
                break
            self._tell(graded.say if graded is not None else asked_for(question))
        seconds = self._clock() - since
        sure = self._sure() if self._ask_sure else None
        events = self._drill.answer(graded, sure, seconds, given=given)
        self._tell(say(f"widgets.question.{'right' if graded.right else 'wrong'}") + ".")
        lines = [graded.say, *graded.detail]
        belief = self._course.misconceptions.get(graded.misconception or "")
        if belief is not None:
            lines.append(f"{say('widgets.result.belief')} {belief.title}")
        if not graded.right:
            lines.append(say("widgets.plain.right_answer", answer=right_answer(question)))
        for line in [*lines, question.why]:
            if line.strip():
                self._tell(plain(line))
        self._record(events)
        self._rate()

    def _ask_code(self, item: Exercise | Fix) -> None:
        self._tell(shown(item, self._drill.seed))
        while True:
            self._tell(say("widgets.plain.code", end=END_OF_CODE))
            verdict_of = self._code()
            if verdict_of is None:
                self._tell(plain(item.solutions[0]))
                self._record(self._drill.reveal())
                return
            verdict = self._check(item, verdict_of)
            self._tell(verdict_text(verdict))
            self._record(self._drill.answer(verdict, code=verdict_of))
            if verdict.passed:
                self._rate()
                return

    def _code(self) -> str | None:
        """The lines up to a single dot; None when the learner gives up."""
        lines: list[str] = []
        while (line := self._line("", command_at=not lines)) != END_OF_CODE:
            if line.strip() == ":solution" and not lines:
                return None
            lines.append(line)
        return "\n".join(lines) + "\n"

    def _sure(self) -> float | None:
        """How sure the learner is, from 50 to 99 per cent; anything else is no statement."""
        said = self._line(say("widgets.plain.sure")).strip().rstrip("%").strip()
        return int(said) / 100 if said in ("50", "70", "90", "99") else None

    def _rate(self) -> None:
        """Tell when it comes back, and take another rating or a command until an empty line."""
        while True:
            dates = drilling.dates_by_rating(self._drill)
            if dates is None or self._drill.rating is None:
                return
            day = when(dates[self._drill.rating], self._drill.day)
            self._tell(say("widgets.plain.back", day=day))
            said = self._line(say("widgets.plain.rate")).strip().lower()
            if not said:
                return
            chosen = _rating_of(said)
            if chosen is None:
                self._tell(say("widgets.plain.ratings"))
            else:
                self._record(self._drill.override(chosen))

    # --- lines and commands ------------------------------------------------------------------

    def _line(self, prompt: str, *, command_at: bool = True) -> str:
        """A line that is no command; commands are done on the way."""
        while True:
            try:
                line = self._read(prompt)
            except EOFError:
                raise Left from None
            command = line.strip()
            if not command_at or not command.startswith(":") or command == ":solution":
                return line
            self._do(command)

    def _do(self, command: str) -> None:
        if command == ":quit":
            raise Left
        if command == ":undo" and self._drill.can_undo:
            self._record(self._drill.undo())
            self._tell(say("widgets.plain.undone"))
            raise Moved
        if command == ":skip" and self._drill.current is not None:
            self._drill.skip()
            raise Moved
        self._tell(say("widgets.plain.help"))

    def _record(self, events: list[NewEvent]) -> None:
        from tutor.store.db import NotSaved

        if not events:
            return
        try:
            self._records.record(*events)
        except NotSaved as trouble:
            self._tell(str(trouble))

    # --- beginning and end -------------------------------------------------------------------

    def _nothing(self) -> str:
        day = self._drill.next_day
        if day is None:
            return say("widgets.drill.end.nothing_yet")
        return say("widgets.drill.end.nothing", day=when(day, self._drill.day))

    def _recap(self) -> None:
        recap = self._drill.recap()
        if not recap.asked:
            self._tell("\n" + say("widgets.plain.no_answers"))
            return
        right, asked = len(recap.right), len(recap.asked)
        self._tell("\n" + say("widgets.drill.end.score", right=right, n=asked))
        if recap.again:
            self._tell(say("widgets.drill.end.again") + ":")
        for id in recap.again:
            item = found(self._course, id)
            self._tell("- " + (plain(drilling.title_of(item)) if item else id))
        if recap.leeches:
            self._tell(say("widgets.drill.end.leech"))
            lessons = [drilling.lesson_title(self._course, item) for item in recap.leeches]
            for title in dict.fromkeys(lessons):
                self._tell(f"- {title}")
        self._tell(say("widgets.drill.end.back") + ":")
        for day, items in recap.due:
            on = when(day, self._drill.day)
            self._tell("- " + say("widgets.drill.end.day", day=on, n=len(items)))


def _rating_of(said: str) -> RatingWord | None:
    """A rating by its word or its number."""
    for number, word in enumerate(drilling.WORDS, 1):
        if said in (word, str(number)):
            return word
    return None
