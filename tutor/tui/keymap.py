"""Every key in one place, each with an id by which ``[keys]`` of the settings can change it.

Keys are those that tmux, VS Code's terminal and macOS Terminal let through: function keys below
F9, Ctrl and a letter, plain letters outside editors. Ctrl+P belongs to VS Code, hence F4 beside it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from textual.binding import Binding

from tutor.text.messages import keys as keys_of
from tutor.text.messages import say


def key(id: str, keys: str, action: str, *, show: bool = False, priority: bool = False) -> Binding:
    """Return a binding whose words are in the catalogue under ``tui.keys.<id>``."""
    return Binding(
        keys,
        action,
        say(f"tui.keys.{id}.short"),
        show=show,
        priority=priority,
        tooltip=say(f"tui.keys.{id}.long"),
        id=id,
    )


APP = [
    key("app.help-letter", "question_mark", "help", show=True),
    key("app.help", "f1", "help", show=True, priority=True),
    key("app.search", "slash", "search", show=True),
    key("app.palette", "ctrl+p,f4", "command_palette", show=True, priority=True),
    key("app.quit", "ctrl+q", "quit", priority=True),
]

HOME = [
    key("home.drill", "d", "drill", show=True),
    key("home.continue", "c", "continue", show=True),
    key("home.practise", "r", "practise"),
    key("home.progress", "p", "progress", show=True),
    key("home.ideas", "m", "ideas"),
    key("home.quit", "q", "app.quit", show=True),
]

PROGRESS = [
    key("progress.drill", "d", "drill", show=True),
    key("progress.ideas", "m", "ideas", show=True),
    key("progress.back", "escape", "back", show=True),
]

IDEAS = [
    key("ideas.lesson", "o", "lesson", show=True),
    key("ideas.back", "escape", "back", show=True),
]

# The screen's help closes with the same keys that opened it.
DIALOG = [key("dialog.close", "escape", "close", show=True, priority=True)]

# Where two keys do the same, the status line shows the first that reaches us: outside an editor
# the letter, inside it the function key.
LESSON = [
    key("lesson.check", "f5", "check", show=True, priority=True),
    key("lesson.run", "ctrl+r", "run", show=True, priority=True),
    key("lesson.answer", "enter", "answer", show=True),
    key("lesson.hint", "h", "hint", show=True),
    key("lesson.hint-anywhere", "f2", "hint", show=True, priority=True),
    key("lesson.next", "n,right", "next_step", show=True),
    key("lesson.pane", "f6", "next_pane", show=True, priority=True),
    key("lesson.editor", "e", "editor", show=True),
    key("lesson.solution", "s", "solution"),
    key("lesson.restore", "x", "restore"),
    key("lesson.outline", "o", "outline"),
    key("lesson.previous", "p,left", "previous_step"),
    key("lesson.back", "escape", "back", show=True),
]


RANK = {
    binding.id: at for at, binding in enumerate([*LESSON, *HOME, *PROGRESS, *IDEAS, *DIALOG, *APP])
}
"""Id -> place in the status line: as declared here, whichever widget has the keyboard."""


# Arrows in words are known without Unicode, too.
_KEY_NAMES = {
    "⏎": "Enter",
    "esc": "Esc",
    "→": "Right",
    "←": "Left",
    "↑": "Up",
    "↓": "Down",
    **{f"f{n}": f"F{n}" for n in range(1, 13)},
}


def spelled(shown: str) -> str:
    """A key as people write it, from how Textual shows it: F5, ^R, Esc."""
    return shown.upper() if shown.startswith("^") else _KEY_NAMES.get(shown, shown)


def ids(bindings: Iterable[Any]) -> list[str]:
    """Return the ids of bindings, in order."""
    return [b.id for b in bindings if isinstance(b, Binding) and b.id]


def known_ids() -> list[str]:
    """Ids of all bindings, those of widgets too: as the catalogue has words for each of them."""
    ours = (name.removeprefix("tui.keys.") for name in keys_of("tui") if ".short" in name)
    theirs = (name for name in keys_of("widgets") if name.startswith("widgets.keys."))
    return sorted(
        [name.removesuffix(".short") for name in ours]
        + [name.removeprefix("widgets.keys.") for name in theirs]
    )


def problems(keys: Mapping[str, str], known: Iterable[str]) -> list[str]:
    """Return a sentence for each id of the settings' ``[keys]`` that no binding has."""
    known = sorted(known)
    found = []
    for name in keys:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = say("tui.settings.did_you_mean", near=near[0]) if near else ""
            found.append(say("tui.settings.unknown_key", name=name, hint=hint).strip())
    return found
