"""The shell: help, palette, keys, themes, what is not saved, and how it ends."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.widgets import Input, TextArea

from tests.tui.pretend import SMALL, WIDE, House, settled, text_of
from tutor.store import writing
from tutor.tui import keymap, symbols, themes
from tutor.tui.screens.help import HelpScreen
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.lesson import LessonScreen

HEAVY = (
    "torch",
    "numpy",
    "fsrs",
    "texicode",
    "tree_sitter",
    "sqlite3",
    "markdown_it",
    "tutor.evaluator.client",
)


def test_nothing_heavy_is_imported_before_the_first_frame() -> None:
    code = (
        "import sys, pathlib\n"
        "from tutor.content.loader import load_course\n"
        "import tutor.tui.app\n"
        f"load_course(pathlib.Path({str(Path(__file__).parent / 'course')!r}))\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.strip() == "[]"


async def test_the_evaluator_starts_after_the_first_frame(house: House) -> None:
    app = house.app()
    assert house.evaluator.state == "off"
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert house.evaluator.state == "ready"
        assert "sandbox full" in text_of(app)


@pytest.mark.parametrize("key", ["f1", "question_mark"])
async def test_help_shows_the_keys_of_this_screen_and_closes_again(house: House, key: str) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await pilot.press(key)
        await settled(pilot)
        assert isinstance(app.screen, HelpScreen)
        assert "Review what is due" in text_of(app)
        await pilot.press("escape")
        assert isinstance(app.screen, HomeScreen)


async def test_f1_helps_inside_the_editor_where_letters_are_typed(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        app.open_lesson("start.first", "", "S1.a")
        await settled(pilot)
        await pilot.press("e", "question_mark")
        assert isinstance(app.screen, LessonScreen)
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)


@pytest.mark.parametrize("key", ["ctrl+p", "f4"])
async def test_the_palette_has_every_action_of_the_screen(house: House, key: str) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        app.open_lesson("start.first", "", "S1.a")
        await settled(pilot)
        commands = {command.title for command in app.get_system_commands(app.screen)}
        for binding in keymap.LESSON:
            assert isinstance(binding.tooltip, str)
            if binding.action not in ("answer", "previous_step"):
                assert binding.tooltip in commands or binding.id == "lesson.hint-anywhere"
        await pilot.press(key)
        await pilot.pause()
        assert isinstance(app.screen, CommandPalette)


async def test_an_action_of_the_palette_acts_on_the_screen_beneath(house: House) -> None:
    app = house.app()
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        app.open_lesson("start.first")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, LessonScreen)
        command = next(c for c in app.get_system_commands(screen) if c.title == "Next step")
        await command.callback()  # type: ignore[misc]
        await settled(pilot)
        assert screen.at == 1


async def test_keys_can_be_changed_in_the_settings(house: House) -> None:
    app = house.app(keys={"home.quit": "f9"})
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("q")
        await pilot.pause()
        assert app.is_running
        assert "F9 quit" in text_of(app)
        await pilot.press("f9")
    assert app.return_code == 0


async def test_a_key_for_no_binding_is_told_with_the_nearest_id(house: House) -> None:
    app = house.app(keys={"lesson.chek": "f9"})
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        assert "lesson.check" in " ".join(n.message for n in app._notifications)


def test_every_binding_has_an_id_of_its_own() -> None:
    bindings = [*keymap.APP, *keymap.HOME, *keymap.LESSON, *keymap.DIALOG]
    ids = keymap.ids(bindings)
    assert len(ids) == len(bindings) == len(set(ids))


async def test_the_theme_chosen_is_the_theme_next_time(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        app.choose_theme("high-contrast")
        await pilot.pause()
    written = (house.folders.config / "settings.toml").read_text()
    assert written == 'theme = "high-contrast"\n'


@pytest.mark.parametrize("theme", [theme.name for theme in themes.THEMES])
async def test_every_screen_opens_in_every_theme(house: House, theme: str) -> None:
    app = house.app(theme=theme)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        app.open_lesson("start.first", "", "S1.a")
        await settled(pilot)
        await pilot.press("f5")
        await settled(pilot)
        await pilot.press("f1")
        await settled(pilot)
        assert "Check the exercise" in text_of(app)


async def test_without_unicode_the_screens_are_ascii(house: House) -> None:
    app = house.app(symbols="auto", env={"LANG": "C"})
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        assert text_of(app).isascii()
        app.open_lesson("start.first", "", "S1.a")
        await settled(pilot)
        await pilot.press("f5")
        await settled(pilot)
        # The dividing lines are borders, which Textual itself draws.
        odd = set(text_of(app)) - set("▏─┐└┘│┌") - {chr(code) for code in range(128)}
        assert odd == set()


async def test_no_color_means_none_and_the_row_is_still_marked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = house.app(env={"NO_COLOR": "1", "LANG": "C.UTF-8"})
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        strips = app.screen._compositor.render_strips()
        styles = [
            segment.style
            for strip in strips
            for segment in strip.apply_filter(
                app.get_line_filters()[-1], app.screen.background_colors[1]
            )
            if segment.style
        ]
        assert all(style.color is None or style.color.is_default for style in styles)
        assert all(style.bgcolor is None or style.bgcolor.is_default for style in styles)
        assert any(style.underline and style.bold for style in styles)


@pytest.mark.parametrize(
    ("env", "unicode"),
    [
        ({"LANG": "en_US.UTF-8"}, True),
        ({"LANG": "en_US.utf8"}, True),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, False),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, True),
        ({"LANG": "ko_KR.EUC-KR"}, False),
        ({"LANG": "de_DE.nonsense"}, False),
        ({}, False),
    ],
)
def test_the_locale_says_whether_there_is_unicode(env: dict[str, str], unicode: bool) -> None:
    assert symbols.choose("auto", env).done.isascii() is not unicode


async def test_over_ssh_nothing_moves(house: House) -> None:
    app = house.app(motion="auto", env={"SSH_CONNECTION": "1", "LANG": "C.UTF-8"})
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        assert app.animation_level == "none"
        await pilot.press("slash")
        await settled(pilot)
        app.pop_screen()
        app.open_lesson("start.first", "", "S1.a")
        await settled(pilot)
        await pilot.press("e")
        await pilot.pause()
        assert not app.screen.query_one("#editor", TextArea).cursor_blink
        assert not any(line.cursor_blink for line in app.screen.query(Input))


async def test_what_was_not_saved_is_said_kept_and_saved_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = True
    append = writing.append

    def refuse(*given: Any) -> Any:
        if full:
            raise sqlite3.OperationalError("database or disk is full")
        return append(*given)

    monkeypatch.setattr(writing, "append", refuse)
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        app.open_lesson("start.first")
        await settled(pilot)
        shown = text_of(app)
        assert "Not saved:" in shown
        assert "not saved" in shown
        full = False
        await app.recorder.retry()
        await settled(pilot)
        assert "not saved" not in text_of(app)
    with house.store() as store:
        assert store.seen("start.first")


async def test_a_fault_of_ours_goes_to_the_log_and_not_over_the_screen(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    app = house.app()

    def fail() -> None:
        raise RuntimeError("a fault of ours")

    async def crash() -> None:
        async with app.run_test(size=SMALL) as pilot:
            await settled(pilot)
            app.call_later(fail)
            await pilot.pause()

    with caplog.at_level(logging.ERROR), pytest.raises(RuntimeError):
        await crash()
    assert isinstance(app.crash, RuntimeError)
    assert app._exit_renderables == []
    assert "a fault of ours" in caplog.text


async def test_the_mouse_does_what_the_keys_do(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        at = text_of(app).splitlines()[-1].index("search")
        await pilot.click(offset=(at + 1, 23))
        await settled(pilot)
        assert app.screen.query("#query")
        await pilot.press("escape")
        app.open_lesson("start.first", "", "S1.a")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, LessonScreen)
        await pilot.click("#tabs", offset=(9, 0))
        await settled(pilot)
        assert screen.pane == "code"
