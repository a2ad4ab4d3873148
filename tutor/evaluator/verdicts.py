"""Findings -> the verdict, in whole sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tutor.content.model import ON_BY_DEFAULT, Exercise, Fix
from tutor.evaluator import rules
from tutor.evaluator.diagnose import Explanation
from tutor.evaluator.faults import ContentFault
from tutor.evaluator.findings import Breach, Finding, Look
from tutor.evaluator.outcome import Difference, Outcome, Verdict
from tutor.evaluator.plain_words import in_plain_words
from tutor.evaluator.refusals import explain_refusal
from tutor.evaluator.scenes import copyable
from tutor.text.messages import say

_STRUCTURE = ("type", "shape", "dtype")
_NO_MEMORY = ("can't allocate memory", "not enough memory", "Cannot allocate memory", "bad_alloc")


def of_findings(
    item: Exercise | Fix, source: str, findings: Sequence[Finding], explanation: Explanation
) -> Verdict:
    """The verdict on a submission that is not right: the first finding in full."""
    first = findings[0]
    if isinstance(first, Look) and _scene_failed(first):
        verdict = Verdict(Outcome.WRONG, _unusable(first))
    elif isinstance(first, Look) and first.got.exception:
        verdict = of_exception(first.got.exception, source, item.limits.memory_mb)
        if verdict.outcome is Outcome.ERROR and "raises" in first.probe.facets:
            # Asked for an exception, and given another one.
            original = verdict.original or verdict.message
            verdict = msgspec.structs.replace(
                verdict, outcome=Outcome.WRONG, message=_sentence(first), original=original
            )
    else:
        verdict = Verdict(Outcome.WRONG, _sentence(first), line=_line(first))
    if isinstance(first, Look) and first.kind:
        said = say(f"evaluator.kind.{first.kind}", said=verdict.message)
        verdict = msgspec.structs.replace(verdict, message=said)
    failed = len({f.probe.name for f in findings if isinstance(f, Look)})
    names = [f.probe.name if isinstance(f, Look) else f.rule for f in findings]
    verdict = msgspec.structs.replace(
        verdict,
        probe=names[0],
        failed=tuple(dict.fromkeys(names)),
        call=copyable(first, rules.first_sizes(item)) if isinstance(first, Look) else "",
        difference=_difference(first, explanation.guess),
        notes=tuple(_notes(findings)),
        probes=len(item.probes),
        passed_probes=len(item.probes) - failed,
    )
    return _explained(verdict, explanation)


def _scene_failed(look: Look) -> bool:
    """True when the scene itself stumbled over what the learner's code gave back."""
    fault = look.got.exception or {}
    known = {"SystemExit", "MemoryError", "KeyboardInterrupt"}
    return bool(fault) and not fault.get("frames") and not known & set(fault.get("bases") or ())


def _unusable(look: Look) -> str:
    fault = look.got.exception or {}
    reason = f"{fault.get('type')}: {str(fault.get('message', ''))[:200]}"
    text = say("evaluator.outcome.unusable", reason=reason)
    return f"{look.probe.say} {text}" if look.probe.say else text


def _explained(verdict: Verdict, explanation: Explanation) -> Verdict:
    if not explanation.mistakes or verdict.outcome not in (Outcome.WRONG, Outcome.ERROR):
        return verdict
    best, *others = explanation.mistakes
    text = best.say
    names = tuple(dict.fromkeys(m.id for m in others if m.id != best.id))
    if names:
        text = say("evaluator.outcome.several_fit", say=text, others=", ".join(names))
    original = verdict.message if verdict.outcome is Outcome.ERROR else verdict.original
    return msgspec.structs.replace(
        verdict, message=text, misconception=best.id, also_fits=names, original=original
    )


def _sentence(finding: Finding) -> str:
    if isinstance(finding, Breach):
        return finding.message
    judged = finding.judged
    if judged and judged.require:
        return judged.require.say
    difference = judged.differences[0] if judged and judged.differences else None
    # What a probe is about is not yet in question while type, shape or dtype are off.
    if difference is None or (finding.probe.say and difference.facet not in _STRUCTURE):
        # What it is about holds where only something is left behind: that is said first.
        left = sentence_of(difference) if difference and difference.facet in ON_BY_DEFAULT else ""
        return f"{left} {finding.probe.say}".strip()
    return sentence_of(_named(difference, finding))


def _named(difference: Difference, look: Look) -> Difference:
    """The difference with ``result`` replaced by the call that gave it, where that is short."""
    call = (look.probe.call or "").strip()
    if not call or len(call) > 60 or not difference.where.startswith("result"):
        return difference
    where = call + difference.where.removeprefix("result")
    return msgspec.structs.replace(difference, where=where)


def sentence_of(difference: Difference) -> str:
    """One difference as a sentence."""
    key = difference.facet
    if key == "type" and difference.got == "None" and not difference.where.endswith("]"):
        key = "nothing"  # of a part of an answer it is not the return that is missing
    elif key == "grad" and difference.got == say("evaluator.no_graph"):
        key = "grad_lost"
    return say(
        f"evaluator.difference.{key}",
        where=difference.where,
        expected=difference.expected,
        got=difference.got,
    )


def _difference(finding: Finding, guess: str) -> Difference | None:
    if isinstance(finding, Breach):
        return finding.difference
    if not finding.judged or not finding.judged.differences:
        return None
    first = _named(finding.judged.differences[0], finding)
    return msgspec.structs.replace(first, guess=guess)


def _notes(findings: Sequence[Finding]) -> list[str]:
    notes: list[str] = []
    for number, finding in enumerate(findings):
        if isinstance(finding, Breach):
            if number:
                notes.append(finding.message)
            continue
        if finding.got.exception:
            if number:
                notes.append(f"{finding.probe.name}: {finding.got.exception.get('type')}")
            continue
        differences = finding.judged.differences if finding.judged else ()
        rest = differences[1:] if number == 0 else differences[:1]
        notes += [f"{finding.probe.name}: {sentence_of(_named(d, finding))}" for d in rest]
    return list(dict.fromkeys(notes))[:6]


def _line(finding: Finding) -> int | None:
    return finding.line if isinstance(finding, Breach) else None


# --- exceptions -------------------------------------------------------------------------------


def of_exception(exception: Any, source: str, memory_mb: int) -> Verdict:
    """The verdict on an exception that came out of the learner's code."""
    fault = exception if isinstance(exception, dict) else {}
    kind = str(fault.get("type", "Exception"))[:100]
    reason = str(fault.get("message", ""))
    bases = (
        [str(base) for base in fault.get("bases", [])]
        if isinstance(fault.get("bases"), list)
        else []
    )
    lines = source.splitlines()
    line = fault.get("line") if type(fault.get("line")) is int else None
    line = line if line is not None and 1 <= line <= max(len(lines), 1) else None
    code = lines[line - 1] if line and lines else ""
    trace = _traceback(fault.get("frames"), lines, f"{kind}: {reason}" if reason else kind)
    if "SystemExit" in bases:
        return Verdict(Outcome.ENDED_EARLY, placed("ended_early", line), line=line)
    if "MemoryError" in bases or any(text in reason for text in _NO_MEMORY):
        text = placed("memory", line, limit=memory_mb)
        return Verdict(Outcome.MEMORY, text, line=line, traceback=trace, original=reason[:500])
    refused = explain_refusal(kind, reason, code)
    if refused:
        return Verdict(Outcome.BLOCKED, refused, line=line, traceback=trace, original=reason[:500])
    if "SyntaxError" in bases:
        text = say("evaluator.outcome.syntax", line=line or "?", reason=reason.split(" (")[0])
        return Verdict(Outcome.ERROR, text, line=line, traceback=trace)
    plain = in_plain_words(kind, reason, code)
    first_line = reason.splitlines()[0][:300] if reason else ""
    said = placed("error", line, type=kind, reason=first_line)
    return Verdict(
        Outcome.ERROR,
        f"{plain}" if plain else said,
        line=line,
        traceback=trace,
        original=said if plain else "",
    )


def placed(key: str, line: int | None, **values: object) -> str:
    """A sentence of the catalogue, in its form with or without a line."""
    if line is None:
        return say(f"evaluator.outcome.{key}_no_line", **values)
    return say(f"evaluator.outcome.{key}", line=line, **values)


def _traceback(frames: Any, lines: list[str], last: str) -> str:
    parts = []
    for frame in frames if isinstance(frames, list) else []:
        if isinstance(frame, list) and len(frame) == 2 and type(frame[0]) is int:
            number, name = frame
            code = lines[number - 1].strip() if 1 <= number <= len(lines) else ""
            parts.append(f"line {number}, in {str(name)[:100]}\n    {code}")
    return "\n".join([*parts, last[:2000]]) if parts else ""


def after_run(greeting: dict[str, Any], source: str, memory_mb: int) -> Verdict:
    """The verdict on an ungraded run."""
    if "exception" in greeting:
        return of_exception(greeting["exception"], source, memory_mb)
    return Verdict(Outcome.PASSED, say("evaluator.outcome.ran"))


def interrupted(probe: str | None) -> Verdict:
    """The learner's process went away; the client knows how and completes this."""
    return Verdict(Outcome.ENDED_EARLY, placed("ended_early", None), probe=probe)


def internal_fault(fault: ContentFault) -> Verdict:
    """A fault of the exercise's own check: never the learner's."""
    probe = fault.probe or "?"
    text = say("evaluator.outcome.internal_content", probe=probe)
    return Verdict(
        Outcome.INTERNAL,
        text,
        probe=probe,
        original=str(fault)[:2000],
        fault_in=fault.trail,
        fault_line=fault.line,
    )
