"""Cards for Anki, of what the learner has met. Needs the extra ``[anki]`` (genanki).

The schedule does not travel: Anki keeps its own. Notes carry the item's id, so that importing a
later export renews cards and doubles none.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from tutor.content import model
from tutor.store.transfer import keep_drafts
from tutor.study.choosing import found

if TYPE_CHECKING:
    from tutor.content.loader import Course
    from tutor.content.model import Exercise, Question
    from tutor.store.db import Store

# Fixed for good: Anki tells decks and note types apart by them.
_DECK, _NOTE_TYPE = 1_728_450_113, 1_728_450_114
_CSS = ".card { font-size: 18px; } pre { text-align: left; font-size: 15px; }"


def export_anki(course: Course, store: Store, path: Path) -> int:
    """Write a package of cards to ``path``; return how many.

    Raises:
        ModuleNotFoundError: genanki is not installed.
        OSError: It cannot be written.
    """
    import genanki

    keep_drafts(store)
    note_type = genanki.Model(
        _NOTE_TYPE,
        "tutor",
        fields=[{"name": "Front"}, {"name": "Back"}],
        templates=[
            {
                "name": "Card",
                "qfmt": "{{Front}}",
                "afmt": "{{FrontSide}}<hr id=answer>{{Back}}",
            }
        ],
        css=_CSS,
    )
    deck = genanki.Deck(_DECK, course.title)
    for name, state in sorted(store.states().items()):
        item = found(course, name)
        if item is not None and state.attempts:
            front, back = sides(item)
            tags = [course.lesson_of(item.id).id.replace(" ", "-")]
            note = genanki.Note(note_type, [front, back], guid=genanki.guid_for(item.id), tags=tags)
            deck.add_note(note)
    genanki.Package(deck).write_to_file(str(path))
    return len(deck.notes)


def sides(item: Exercise | Question) -> tuple[str, str]:
    """Front and back of an item's card, as HTML."""
    if isinstance(item, model.Exercise):
        return _html(item.task), _code(item.solutions[0])
    front = _html(item.prompt) + (_code(item.code) if item.code else "")
    if isinstance(item, (model.Choice, model.Multi)):
        options = "".join(f"<li>{_inline(option.text)}</li>" for option in item.options)
        front += f"<ul>{options}</ul>"
    return front, _answer(item) + _html(item.why)


def _answer(item: Any) -> str:
    if isinstance(item, (model.Choice, model.Multi)):
        right = (option for option in item.options if option.right)
        return "".join(f"<p><b>{_inline(o.text)}</b><br>{_inline(o.why)}</p>" for o in right)
    if isinstance(item, model.Numeric):
        return f"<p><b>{item.answer:g} {html.escape(item.unit)}</b></p>"
    if isinstance(item, model.Fix):
        return _code(item.solutions[0])
    if isinstance(item, model.Order):
        return "<ol>" + "".join(f"<li>{_inline(one)}</li>" for one in item.items) + "</ol>"
    if isinstance(item, model.Match):
        pairs = (f"<li>{_inline(a)}: {_inline(b)}</li>" for a, b in item.pairs.items())
        return f"<ul>{''.join(pairs)}</ul>"
    if isinstance(item, model.Blank):
        return f"<p><b>{_inline(item.answers[0])}</b></p>"
    return _code(item.output if isinstance(item, model.Output) else item.answer)


def _code(text: str) -> str:
    return f"<pre>{html.escape(text.strip())}</pre>"


def _html(text: str) -> str:
    return str(_parser().render(text))


def _inline(text: str) -> str:
    return str(_parser().renderInline(text))


def _parser() -> MarkdownIt:
    made = MarkdownIt("gfm-like", {"linkify": False})
    dollarmath_plugin(made, allow_space=False, allow_digits=False, renderer=_maths)
    return made


def _maths(formula: str, options: dict[str, Any]) -> str:
    # The marks that Anki's own MathJax looks for.
    left, right = (r"\[", r"\]") if options["display_mode"] else (r"\(", r"\)")
    return f"{left}{html.escape(formula)}{right}"
