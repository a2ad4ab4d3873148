"""A learner's folders, and snapshots of screens as SVG."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.tui.pretend import House
from tutor.tui.app import TutorApp


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "home")


class SvgExtension(SingleFileSnapshotExtension):
    """One SVG file for each snapshot, so that a change can be looked at."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def looks_as_before(snapshot: SnapshotAssertion) -> Callable[[TutorApp], None]:
    svg = snapshot.use_extension(SvgExtension)

    def compare(app: TutorApp) -> None:
        assert app.export_screenshot(title="tutor") == svg

    return compare
