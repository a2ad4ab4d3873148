"""The code editor: Python's keys, marks, finding, and a way out."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input

from tutor.tui import themes
from tutor.tui.widgets import indent
from tutor.tui.widgets.editor import CodeEditor
from tutor.tui.widgets.editor_bars import EditorNote, FindBar

PROGRAM = """\
def mean(x):
    total = x.sum()
    return total / x.numel()
"""


class Room(App[None]):
    """An editor on a screen that has keys of its own."""

    BINDINGS = [  # noqa: RUF012
        Binding(keys, f"note('{keys}')") for keys in ("f5", "ctrl+r", "escape", "n", "h", "ctrl+s")
    ]

    def __init__(self, text: str = PROGRAM, cursor: tuple[int, int] = (0, 0)) -> None:
        super().__init__()
        self.editor = CodeEditor(text, cursor=cursor)
        self.edits: list[CodeEditor.Edited] = []
        self.noted: list[str] = []
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = "dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.DEFAULTS

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.editor

    def on_mount(self) -> None:
        self.editor.focus()

    def on_code_editor_edited(self, event: CodeEditor.Edited) -> None:
        self.edits.append(event)

    def action_note(self, key: str) -> None:
        self.noted.append(key)


def lines_of(app: App[Any]) -> list[str]:
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in line).rstrip() for line in strips]


# --- keys --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "opened"),
    [
        ("def f(x):", "    "),
        ("    for i in x:  # each: one", "        "),
        ("    y = x  # not a block:", "    "),
        ("    print('a:')", "    "),
        ("    y = f(", "        "),
        ("    return y", ""),
        ("        pass", "    "),
        ("    returned = y", "    "),
        ("", ""),
    ],
)
def test_enter_opens_a_line_where_python_goes_on(before: str, opened: str) -> None:
    assert indent.indent_after(before) == opened


async def test_a_function_can_be_typed_without_thinking_of_spaces() -> None:
    app = Room("")
    async with app.run_test() as pilot:
        await pilot.press(*"def f(x):", "enter", *"if x:", "enter", *"return x", "enter")
        await pilot.press(*"return 0", "enter", *"y")
        assert app.editor.text == "def f(x):\n    if x:\n        return x\n    return 0\ny"


async def test_tab_indents_and_shift_tab_takes_it_back_for_every_selected_line() -> None:
    app = Room()
    async with app.run_test() as pilot:
        app.editor.move_cursor((1, 2))
        app.editor.move_cursor((2, 3), select=True)
        await pilot.press("tab")
        assert app.editor.text.splitlines()[1:] == [
            "        total = x.sum()",
            "        return total / x.numel()",
        ]
        assert app.editor.selection == ((1, 6), (2, 7))
        await pilot.press("shift+tab")
        assert app.editor.text == PROGRAM


async def test_backspace_takes_a_whole_indent_but_only_at_an_indent() -> None:
    app = Room("        y = 1", cursor=(0, 8))
    async with app.run_test() as pilot:
        await pilot.press("backspace")
        assert app.editor.text == "    y = 1"
        await pilot.press("end", "backspace")
        assert app.editor.text == "    y = "


@pytest.mark.parametrize("key", ["ctrl+underscore", "ctrl+slash"])
async def test_lines_are_commented_out_and_in_again(key: str) -> None:
    app = Room()
    async with app.run_test() as pilot:
        app.editor.select_all()
        await pilot.press(key)
        assert app.editor.text.splitlines() == [
            "# def mean(x):",
            "#     total = x.sum()",
            "#     return total / x.numel()",
        ]
        await pilot.press(key)
        assert app.editor.text == PROGRAM


async def test_what_a_key_changed_is_one_step_of_undo() -> None:
    app = Room()
    async with app.run_test() as pilot:
        app.editor.select_all()
        await pilot.press("tab")
        await pilot.press("ctrl+z")
        assert app.editor.text == PROGRAM
        await pilot.press("ctrl+y")
        assert app.editor.text.startswith("    def mean")


async def test_keys_of_the_screen_reach_the_screen() -> None:
    app = Room()
    async with app.run_test() as pilot:
        await pilot.press("f5", "ctrl+r", "ctrl+s")
        assert app.noted == ["f5", "ctrl+r", "ctrl+s"]
        assert app.editor.text == PROGRAM


async def test_escape_leads_out_of_the_editor_and_tab_leads_back() -> None:
    app = Room()
    async with app.run_test() as pilot:
        await pilot.press("escape")
        assert app.focused is None
        await pilot.press("n", "h", "escape")
        assert app.noted == ["n", "h", "escape"]
        assert app.editor.text == PROGRAM
        await pilot.press("tab")
        assert app.focused is app.editor


async def test_escape_belongs_to_the_screen_while_code_runs() -> None:
    app = Room()
    async with app.run_test() as pilot:
        app.editor.busy = True
        await pilot.press("escape")
        assert app.noted == ["escape"]
        assert app.focused is app.editor


# --- drafts ------------------------------------------------------------------------------------


async def test_every_change_is_told_with_the_cursor() -> None:
    app = Room("", cursor=(0, 0))
    async with app.run_test() as pilot:
        await pilot.press("a", "b")
        await pilot.pause()
        assert app.edits[-1].text == "ab"
        assert app.edits[-1].cursor == (0, 2)
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert app.edits[-1].text == app.editor.text


async def test_a_restored_draft_is_no_edit() -> None:
    app = Room()
    async with app.run_test() as pilot:
        app.editor.restore("x = 1\ny = 2\n", (1, 3))
        await pilot.pause()
        assert (app.editor.text, app.editor.cursor) == ("x = 1\ny = 2\n", (1, 3))
        assert app.edits == []
        await pilot.press("ctrl+z")
        assert app.editor.text == "x = 1\ny = 2\n"


async def test_a_big_paste_keeps_every_line_as_it_is() -> None:
    pasted = "".join(f"x_{n} = {n}\t# {n}\n" for n in range(10_000))
    app = Room("")
    async with app.run_test() as pilot:
        app.post_message(events.Paste(pasted))
        await pilot.pause()
        assert app.editor.text == pasted
        assert len(app.edits) == 1
        await pilot.press("x")
        assert app.editor.text == pasted + "x"


async def test_mixed_tabs_and_spaces_are_told_and_can_be_mended() -> None:
    app = Room("def f():\n    a = 1\n    return a\n", cursor=(2, 12))
    async with app.run_test(size=(80, 12)) as pilot:
        app.post_message(events.Paste("\n\tb = 2"))
        await pilot.pause()
        await pilot.pause()
        assert "Tabs and spaces mix" in "\n".join(lines_of(app))
        assert "\tb = 2" in app.editor.text
        await pilot.click("EditorNote KeyLink")
        await pilot.pause()
        assert "\n    b = 2" in app.editor.text
        assert not app.query(EditorNote)


# --- finding -----------------------------------------------------------------------------------


async def test_find_selects_and_goes_round() -> None:
    app = Room()
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.press("ctrl+f", *"total")
        assert app.editor.selected_text == "total"
        assert "1 of 2" in lines_of(app)[-1]
        await pilot.press("enter")
        assert app.editor.selection.start == (2, 11)
        await pilot.press("f3")
        assert app.editor.selection.start == (1, 4)
        await pilot.press("shift+f3")
        assert app.editor.selection.start == (2, 11)
        await pilot.click("#find-close")
        await pilot.pause()
        assert app.focused is app.editor
        assert not app.query(FindBar)


async def test_find_says_when_there_is_nothing_and_escape_closes_it() -> None:
    app = Room()
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.press("ctrl+f", *"nowhere")
        assert "not found" in lines_of(app)[-1]
        await pilot.press("escape")
        assert not app.query(Input)
        assert app.focused is app.editor
        assert app.noted == []


@pytest.mark.parametrize(
    ("needle", "found"), [("tensor", [(0, 0), (0, 7)]), ("Tensor", [(0, 0)]), ("[", [(1, 1)])]
)
def test_a_capital_makes_case_matter(needle: str, found: list[tuple[int, int]]) -> None:
    assert indent.occurrences(["Tensor tensor", "x[0]"], needle) == found


# --- marks and colours -------------------------------------------------------------------------


async def test_a_marked_line_has_a_sign_a_ground_and_the_message() -> None:
    app = Room()
    async with app.run_test(size=(80, 12)) as pilot:
        plain = app.screen._compositor.render_strips()
        app.editor.mark_line(2, "NameError: name 'x'\nis not defined")
        await pilot.pause()
        marked = app.screen._compositor.render_strips()
        text = lines_of(app)[1]
        assert text.startswith("▸ 2")
        assert "NameError: name 'x' is not defined" in text
        grounds = {segment.style.bgcolor for segment in marked[1] if segment.style}
        assert grounds != {segment.style.bgcolor for segment in plain[1] if segment.style}


async def test_a_mark_goes_with_the_next_edit() -> None:
    app = Room()
    async with app.run_test(size=(80, 12)) as pilot:
        app.editor.mark_line(2, "wrong")
        await pilot.press("x")
        await pilot.pause()
        assert app.editor.line_marks == {}
        assert "wrong" not in "\n".join(lines_of(app))


async def test_a_marked_line_is_brought_into_view() -> None:
    app = Room("x = 1\n" * 500)
    async with app.run_test(size=(80, 12)) as pilot:
        app.editor.mark_line(400, "here")
        await pilot.pause()
        assert any(line.startswith("▸ 400") for line in lines_of(app))
        app.editor.mark_line(100_000, "beyond the end")
        await pilot.pause()
        assert any(line.startswith("▸ 501") for line in lines_of(app))


async def test_words_of_the_language_are_coloured_also_below_the_first_screen() -> None:
    app = Room(PROGRAM * 60)
    async with app.run_test(size=(80, 12)) as pilot:
        app.editor.move_cursor((150, 0))
        await pilot.pause()
        accent = app.editor.get_component_rich_style("code--keyword").color
        shown = [s for line in app.screen._compositor.render_strips() for s in line]
        words = {s.text for s in shown if s.style and s.style.color == accent}
        assert {"def", "return"} <= words


async def test_colours_follow_the_theme() -> None:
    app = Room(cursor=(1, 0))
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        dark = app.editor.get_component_rich_style("code--keyword").color
        app.theme = "light"
        await pilot.pause()
        shown = [s for line in app.screen._compositor.render_strips() for s in line]
        (word,) = {s.style.color for s in shown if s.text == "def" and s.style}
        assert word == app.editor.get_component_rich_style("code--keyword").color != dark


async def test_only_the_lines_that_are_seen_are_asked_of_the_syntax_tree() -> None:
    app = Room(PROGRAM * 2000)
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.press("x")
        await pilot.pause()
        assert 0 < len(app.editor._highlights) <= 64


async def test_without_a_grammar_the_editor_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textual.widgets._text_area.get_language", lambda name: None)
    app = Room()
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.press("x")
        await pilot.pause()
        assert app.editor.text.startswith("xdef mean")
        assert "def mean(x):" in lines_of(app)[0]


async def test_without_tree_sitter_the_editor_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textual.widgets._text_area.TREE_SITTER", False)
    app = Room()
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.press("x")
        await pilot.pause()
        assert app.editor.text.startswith("xdef mean")
        assert not app.editor.is_syntax_aware


async def test_a_line_that_was_kept_is_what_would_be_drawn_now() -> None:
    app = Room(PROGRAM * 30, cursor=(1, 0))
    async with app.run_test(size=(80, 20)) as pilot:
        app.editor.mark_line(5, "here")
        for keys in (("x",), ("enter", "#"), ('"', '"', '"'), ("ctrl+z",), ("pagedown", "a")):
            await pilot.press(*keys)
            await pilot.pause()
            kept = [app.editor.render_line(y) for y in range(20)]
            app.editor._line_cache.clear()
            assert kept == [app.editor.render_line(y) for y in range(20)]
