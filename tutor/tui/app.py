"""The app: holds the course, the store's thread and the evaluator, and opens screens."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import logging
import signal
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tutor import settings as preferences
from tutor.paths import Folders, atomic_write
from tutor.text.messages import say
from tutor.tui import keymap, symbols, themes
from tutor.tui.commands import commands
from tutor.tui.learner import Learner, look
from tutor.tui.parts import Parts, keep_log, log_path, make_evaluator, open_learner
from tutor.tui.recorder import RETRY_SECONDS, Recorder
from tutor.tui.screens.base import TutorScreen
from tutor.tui.screens.home import HomeScreen

if TYPE_CHECKING:
    from tutor.evaluator.client import Evaluator
    from tutor.evaluator.outcome import Grade
    from tutor.study.session import Mode
    from tutor.tui.find import Found

log = logging.getLogger("tutor")


class TutorApp(App[None]):
    """Screens ask the app for the course, the learner, the recorder and the evaluator."""

    TITLE = "tutor"
    # Home's own is read with it: Textual loads none for a default screen, and one parse is faster.
    CSS_PATH = ["app.tcss", "screens/home.tcss"]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = list(keymap.APP)
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (120, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (15, "-tall")]  # noqa: RUF012

    def __init__(self, parts: Parts, *, drill: Mode | None = None) -> None:
        # Without colour Textual would turn ours to greys; the terminal's own are what is asked for.
        plain = "NO_COLOR" in parts.env
        super().__init__(ansi_color=True if plain else None)
        self._drill_first = drill
        self.parts = parts
        self.course = parts.course
        self.settings = parts.settings.settings
        self.symbols = symbols.choose(self.settings.symbols, parts.env)
        self.learner = Learner()
        self.recorder = Recorder(parts.open_store, self._tell_screens)
        self.evaluator: Evaluator | None = None
        self.crash: Exception | None = None
        self._rows: list[Found] | None = None
        motion = self.settings.motion
        self.still = motion == "off" or (motion == "auto" and "SSH_CONNECTION" in parts.env)
        if self.still:
            self.animation_level = "none"
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.register_theme(themes.PLAIN)
        self.theme = "plain" if plain else self.settings.theme
        self.set_keymap(self.settings.keys)

    # --- start and end ---------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        """Home is the screen at the bottom."""
        return HomeScreen()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colours, for a theme that does not name them."""
        return themes.DEFAULTS

    def on_mount(self) -> None:
        """Everything that is not needed for the first frame starts after it."""
        self.call_after_refresh(self._after_first_frame)
        # Asked to end, as by a shutdown: end as by the key, and give the terminal back.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            quit_soon = partial(self.call_later, self.action_quit)
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, quit_soon)

    def _after_first_frame(self) -> None:
        if not gc.isenabled():  # whoever starts the app may put that off until now
            gc.freeze()  # what is there now will stay
            gc.enable()
        self.run_worker(self.look_again(), group="learner")
        self.run_worker(self._warm(), group="evaluator")
        self.set_interval(RETRY_SECONDS, self._retry)
        if self._drill_first is not None:
            self.open_drill(self._drill_first)
        for problem in self._setting_problems():
            self.notify(problem, severity="warning", timeout=12, markup=False)

    async def action_quit(self) -> None:
        """Quit, with everything that was on the screens written down."""
        for screen in self.screen_stack:
            if isinstance(screen, TutorScreen):
                screen.keep()
        self.exit()

    async def on_unmount(self) -> None:
        """Nothing acknowledged is lost: what was typed last is written before the app ends."""
        await self.recorder.close()
        if self.evaluator is not None:
            await self.evaluator.close()

    def _handle_exception(self, error: Exception) -> None:
        # Textual would print the traceback over the learner's terminal; it goes to the log.
        log.error("the app has to close", exc_info=error)
        self.crash = self.crash or error
        super()._handle_exception(error)
        self._exit_renderables.clear()

    # --- the learner and the evaluator -----------------------------------------------------

    async def look_again(self) -> None:
        """Take a new picture of the store and show it."""
        self.learner = await self.recorder.call(partial(look, now=self.parts.clock()))
        self._tell_screens()

    @property
    def banner(self) -> str:
        """What the learner must know about their records; empty when all is well."""
        return self.recorder.trouble or self.learner.message

    def standing(self) -> tuple[str, bool]:
        """How things stand, for the status line, and whether it is trouble."""
        if self.recorder.trouble:
            return say("tui.state.unsaved"), True
        words = [say("tui.state.due", n=self.learner.due)] if self.learner.due else []
        if self.evaluator is not None:
            grade = self.evaluator.grade.value if self.evaluator.grade else ""
            words.append(say(f"tui.state.{self.evaluator.state}", grade=grade))
        return f" {self.symbols.dot} ".join(filter(None, words)), False

    async def _warm(self) -> None:
        try:
            self.evaluator = self.parts.make_evaluator()
            self.evaluator.on_state = lambda state: self._tell_screens()
            self.evaluator.place = self.course.place
            await self.evaluator.start()
        except OSError as error:
            log.error("the evaluator did not start", exc_info=error)
            where = log_path(self.parts.folders)
            self.notify(say("tui.crash.warmer", why=error, log=where), severity="error")
        self._tell_screens()
        # The next thing a person opens is a lesson; its imports need not wait for that.
        await asyncio.to_thread(importlib.import_module, "tutor.tui.screens.lesson")

    def _retry(self) -> None:
        if self.recorder.trouble:
            self.run_worker(self.recorder.retry(), group="retry", exclusive=True)

    def _tell_screens(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, TutorScreen) and screen.is_mounted:
                screen.learner_changed()

    # --- opening things --------------------------------------------------------------------

    def open_lesson(self, lesson: str, step: str = "", item: str = "") -> None:
        """Open a lesson at a step, at an item, or where it was left."""
        self.run_worker(self._open_lesson(lesson, step, item), group="open", exclusive=True)

    async def _open_lesson(self, lesson_id: str, step: str, item: str) -> None:
        from tutor.content.loader import ContentError
        from tutor.tui.screens.lesson import LessonScreen
        from tutor.tui.screens.problem import ProblemScreen

        try:
            lesson = await asyncio.to_thread(self.course.lesson, lesson_id)
            questions = await asyncio.to_thread(self.course.questions, lesson_id)
        except ContentError as error:
            await self.push_screen(ProblemScreen(lesson_id, error.problems))
            return
        screen = LessonScreen(lesson, questions, step=step, item=item)
        if isinstance(self.screen, LessonScreen):
            self.screen.keep()
            await self.switch_screen(screen)
        else:
            await self.push_screen(screen)

    def open_drill(self, mode: Mode | None = None) -> None:
        """Practise what ``mode`` says; review what is due when it is left out."""
        from tutor.tui.screens.drill import DrillScreen

        self.push_screen(DrillScreen(mode))

    def open_practise(self) -> None:
        """Let the learner choose what to practise."""
        from tutor.study.schedule import study_day
        from tutor.tui.screens.practise import PractiseScreen

        today = study_day(self.parts.clock())
        self.push_screen(PractiseScreen(self.course, today), self._practise)

    def _practise(self, mode: Mode | None) -> None:
        if mode is not None:
            self.open_drill(mode)

    def open_progress(self) -> None:
        """Show how the learner stands."""
        from tutor.tui.screens.progress import ProgressScreen

        self.push_screen(ProgressScreen())

    def open_ideas(self) -> None:
        """Show the wrong ideas that were met."""
        from tutor.tui.screens.ideas import IdeasScreen

        self.push_screen(IdeasScreen())

    def action_search(self) -> None:
        """Search everything the course holds."""
        from tutor.tui.find import names
        from tutor.tui.screens.search import SearchScreen

        if self._rows is None:
            self._rows = names(self.course)
            self.run_worker(self._find_steps(self._rows), group="index")
        self.push_screen(SearchScreen(self._rows), self._open_found)

    async def _find_steps(self, rows: list[Found]) -> None:
        from tutor.tui.find import steps

        rows.extend(await asyncio.to_thread(steps, self.course))

    def _open_found(self, found: Found | None) -> None:
        if found is not None:
            self.open_lesson(found.lesson, found.step, found.item)

    def action_help(self) -> None:
        """Help for the screen on top."""
        from tutor.tui.screens.help import HelpScreen

        topic = getattr(self.screen, "HELP_KEY", "")
        if topic:
            self.push_screen(HelpScreen(topic, self.screen.active_bindings))

    # --- palette, keys, themes -------------------------------------------------------------

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action of the screen beneath the palette, then the themes."""
        return commands(self, screen)

    def get_key_display(self, binding: Binding) -> str:
        """Keys as people write them: F5, ^R, Esc."""
        return keymap.spelled(super().get_key_display(binding))

    def choose_theme(self, name: str) -> None:
        """Change the colours and remember the choice."""
        self.theme = name
        try:
            folder = self.parts.folders.config
            preferences.save_setting(folder, "theme", name, atomic_write)
        except (OSError, ValueError) as error:
            words = say("tui.settings.not_written", why=error)
            self.notify(words, severity="warning", markup=False)

    def _setting_problems(self) -> list[str]:
        wrong = keymap.problems(self.settings.keys, keymap.known_ids())
        return [*self.parts.settings.problems, *wrong]


def run_app(
    course_root: Path,
    folders: Folders,
    settings: preferences.Loaded | None = None,
    *,
    strict: Grade | None = None,
    drill: Mode | None = None,
) -> int:
    """Run the app until it is quit and return the exit status: 0, or 3 for a fault of ours.

    Args:
        course_root: the folder with ``lessons`` and ``quizzes``.
        folders: where the learner's data, settings and state are.
        settings: read from the config folder when not given.
        strict: run no code where the sandbox enforces less; goes before the setting.
        drill: open the drill at once, with this to practise.
    """
    from tutor.content.loader import load_course

    keep_log(folders)
    loaded = settings or preferences.load_settings(folders.config)
    app = TutorApp(
        Parts(
            course=load_course(course_root, cache=folders.state),
            folders=folders,
            open_store=partial(open_learner, folders),
            make_evaluator=partial(make_evaluator, loaded.settings, strict),
            settings=loaded,
        ),
        drill=drill,
    )
    app.run()
    if app.crash is not None:
        print(say("tui.crash.plain", log=log_path(folders)), file=sys.stderr)
        return 3
    return app.return_code or 0
