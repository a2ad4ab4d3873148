"""A verdict: what happened in a word, the sentence, and beneath it everything that proves it."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tutor.content.model import Misconception
from tutor.evaluator.outcome import Difference, Outcome, Verdict
from tutor.text.messages import say
from tutor.tui.widgets.inline import inline
from tutor.tui.widgets.look import marks, misconceptions, speaks_ascii
from tutor.tui.widgets.outcomes import LOOKS, RAN, word

_PARTS = ("head", "sentence", "belief", "probe", "difference", "call", "notes", "words", "frames")


class VerdictView(Vertical):
    """Renders one verdict.

    Args:
        beliefs: misconceptions by id, for their titles; those of the app's course when left out.
    """

    DEFAULT_CSS = """
    VerdictView {
        height: auto;
        & > Static { height: auto; display: none; }
        & > Static.-some { display: block; }
        & > #verdict-sentence { text-style: bold; padding: 0 0 1 3; }
        & > #verdict-belief { padding: 0 0 1 3; }
        & > #verdict-probe { padding: 0 0 0 3; color: $quiet; }
        & > #verdict-difference { padding: 0 0 1 3; }
        & > #verdict-call { padding: 0 0 1 3; color: $code; }
        & > #verdict-notes { padding: 0 0 1 3; }
        & > #verdict-words, & > #verdict-frames { padding: 0 0 1 3; color: $quiet; }
    }
    """

    def __init__(
        self, beliefs: Mapping[str, Misconception] | None = None, *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._beliefs = beliefs
        self.verdict: Verdict | None = None
        self.details = False

    def compose(self) -> ComposeResult:
        """A label for each part; those without content take no room."""
        for part in _PARTS:
            yield Static(id=f"verdict-{part}")

    def clear(self) -> None:
        """Show nothing."""
        self.verdict = None
        for part in _PARTS:
            self._put(part, "")

    def show(self, verdict: Verdict, *, graded: bool = True) -> None:
        """Show a verdict; ``graded`` is False for a run that was not a submission."""
        self.verdict = verdict
        self.details = False
        self._put("head", self._head(verdict, graded))
        self._put("sentence", inline(verdict.message))
        self._put("belief", self._belief(verdict))
        self._put("probe", self._where(verdict))
        self._put("difference", self._difference(verdict.difference))
        self._put("call", verdict.call)
        self._put("notes", self._notes(verdict.notes))
        self._put_details()

    @property
    def has_details(self) -> bool:
        """Whether there is a traceback, or torch's own words."""
        return self.verdict is not None and bool(self.verdict.traceback or self.verdict.original)

    def toggle_details(self) -> None:
        """Open or close the learner's traceback and torch's own words."""
        self.details = not self.details
        self._put_details()

    def _put(self, part: str, content: Content | str) -> None:
        label = self.query_one(f"#verdict-{part}", Static)
        label.update(Content(content) if isinstance(content, str) else content)
        label.set_class(bool(content), "-some")

    def _put_details(self) -> None:
        verdict = self.verdict if self.details else None
        self._put("words", "" if verdict is None else verdict.original)
        self._put("frames", "" if verdict is None else verdict.traceback.rstrip("\n"))

    def _head(self, verdict: Verdict, graded: bool) -> Content:
        ran = verdict.passed and not graded
        look = RAN if ran else LOOKS[verdict.outcome]
        sign = look.ascii_sign if speaks_ascii(self) else look.sign
        name = say("widgets.outcome.ran") if ran else word(verdict.outcome)
        asides = []
        if graded and verdict.probes > 1 and verdict.outcome is Outcome.WRONG:
            asides.append(
                say("widgets.result.checks", passed=verdict.passed_probes, total=verdict.probes)
            )
        if verdict.line is not None:
            asides.append(say("widgets.result.line", line=verdict.line))
        if verdict.ms:
            unit = "ms" if verdict.ms < 1000 else "seconds"
            asides.append(say(f"widgets.result.{unit}", ms=verdict.ms, seconds=verdict.ms / 1000))
        dot = f" {marks(self).dot} "
        return Content.assemble(
            (f"{sign}  {name}", f"bold {look.tone}"), ("   " + dot.join(asides), "$quiet")
        )

    def _belief(self, verdict: Verdict) -> Content | str:
        if verdict.misconception is None:
            return ""
        known = misconceptions(self) if self._beliefs is None else self._beliefs
        found = (verdict.misconception, *verdict.also_fits)
        titles = [known[id].title if id in known else id for id in found]
        lead = say("widgets.result.beliefs" if len(titles) > 1 else "widgets.result.belief")
        lines = [inline(title) for title in titles]
        return Content("\n").join([Content.styled(lead, "$quiet"), *lines])

    @staticmethod
    def _where(verdict: Verdict) -> str:
        found = verdict.difference
        facet = found.facet if found and found.facet != "value" else ""
        place = found.where if found and found.where != "result" else ""
        return "  ".join(part for part in dict.fromkeys((verdict.probe, place, facet)) if part)

    @staticmethod
    def _difference(found: Difference | None) -> Content | str:
        if found is None:
            return ""
        rows: list[Content] = []
        if found.expected or found.got:
            labels = [say("widgets.result.expected"), say("widgets.result.got")]
            width = max(map(len, labels)) + 2
            for label, value in zip(labels, (found.expected, found.got), strict=True):
                rows.append(_labelled(label.ljust(width), value))
        if found.detail:
            rows.append(Content.styled(found.detail, "$quiet"))
        if found.guess:
            rows.append(Content.styled(found.guess, "italic"))
        return Content("\n").join(rows)

    def _notes(self, notes: tuple[str, ...]) -> Content | str:
        dot = marks(self).dot
        return Content("\n").join(Content(f"{dot} {note}") for note in notes) if notes else ""


def _labelled(label: str, value: str) -> Content:
    """A label, and a value whose further lines stand beneath its first."""
    lines = value.split("\n")
    rest = "".join(f"\n{' ' * len(label)}{line}" for line in lines[1:])
    return Content.assemble((label, "$quiet"), (lines[0] + rest, "bold"))
