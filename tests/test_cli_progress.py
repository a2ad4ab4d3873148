"""Progress on the command line: what is moved, reset and deleted, and what is said of it."""

from __future__ import annotations

import json
import sqlite3
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tutor.cli import cli
from tutor.paths import Folders
from tutor.store.db import open_store
from tutor.store.events import NewEvent
from tutor.study.schedule import project


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUTOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def studied(home: Path) -> Iterator[Path]:
    with open_store(Folders.under(home), project=project) as store:
        store.record(
            NewEvent("step", "tensors.view-reshape", {"step": "three-experiments"}),
            NewEvent(
                "answer",
                "tensors.view-reshape.three-fills",
                {"right": False, "misconception": "reshape-copies", "sure": 0.9},
            ),
            NewEvent("answer", "tensors.view-reshape.list-of-sizes", {"right": True, "sure": 0.5}),
            NewEvent("attempt", "tensors.my-reshape", {"outcome": "passed", "ms": 40}),
        )
        store.save_draft("tensors.can-view", "def can_view(size, stride, new):\n    return True\n")
    return home


def tutor(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli, words, input=typed, prog_name="tutor", catch_exceptions=False)


def as_data() -> dict[str, Any]:
    return json.loads(tutor("progress", "--json").stdout)  # type: ignore[no-any-return]


def test_nothing_done_is_said_in_a_sentence(home: Path) -> None:
    done = tutor("progress")
    assert done.exit_code == 0
    assert "Nothing is recorded yet" in done.stdout


def test_progress_tells_lessons_objectives_confidence_and_live_misconceptions(
    studied: Path,
) -> None:
    text = tutor("progress").stdout
    assert "T4  view, reshape, contiguous" in text
    assert "2 of 11 done" in text
    assert "Predict whether reshape shares memory or copies" in text
    assert "Brier score" in text
    assert "T4, met once" in text
    data = json.loads(tutor("progress", "--json").stdout)
    assert [one["id"] for one in data["misconceptions"]] == ["reshape-copies"]
    assert data["streak"]["days"] == 1
    assert data["calibration"]["answers"] == 2
    assert len(data["heatmap"]) == 53


def test_an_export_brings_everything_to_another_machine(
    studied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "progress.jsonl"
    assert "Wrote 5 records" in tutor("export", str(file)).stdout
    before = as_data()
    other = tmp_path / "other"
    monkeypatch.setenv("TUTOR_HOME", str(other))
    done = tutor("import", str(file))
    assert (done.exit_code, done.stderr) == (0, "")
    assert "5 records are new here" in done.stdout
    assert as_data() == before
    with open_store(Folders.under(other), project=project) as store:
        draft = store.draft("tensors.can-view")
        assert draft is not None
        assert draft.text.startswith("def can_view")
    again = tutor("import", str(file))
    assert "0 records are new" in again.stdout
    assert "5 were here already" in again.stdout
    assert as_data() == before


def test_an_import_says_what_it_could_not_take(studied: Path, tmp_path: Path) -> None:
    file = tmp_path / "progress.jsonl"
    tutor("export", str(file))
    lines = file.read_text().splitlines()
    edited = lines[1].replace('"right":false', '"right":true')
    assert edited != lines[1]
    file.write_text("\n".join([lines[0], edited, "no record", *lines[2:]]) + "\n")
    done = tutor("import", str(file))
    assert done.exit_code == 1
    assert "damaged" in done.stderr
    assert "Line 3 is no record" in done.stderr


def test_a_file_that_is_not_there_is_a_usage_error(home: Path) -> None:
    done = tutor("import", "nowhere.jsonl")
    assert done.exit_code == 2
    assert "nowhere.jsonl" in done.stderr


@pytest.mark.parametrize("words", [("export",), ("export", "--csv"), ("backup",)])
def test_a_place_that_cannot_be_written_is_told_and_nothing_changes(
    studied: Path, words: tuple[str, ...]
) -> None:
    before = as_data()["lessons"]
    done = tutor(*words, "/proc/nowhere/file")
    assert done.exit_code == 1
    assert "could not be written" in done.stderr or "No sound copy" in done.stderr
    assert as_data()["lessons"] == before


def test_a_table_for_spreadsheets_has_a_row_for_each_record(studied: Path, tmp_path: Path) -> None:
    file = tmp_path / "progress.csv"
    assert tutor("export", "--csv", str(file)).exit_code == 0
    rows = file.read_text().splitlines()
    assert rows[0].startswith("id,device,seq,at,day,kind,item")
    assert len(rows) == 6


def test_cards_for_anki_are_of_what_was_met(studied: Path, tmp_path: Path) -> None:
    file = tmp_path / "cards.apkg"
    assert "Wrote 3 cards" in tutor("export", "--anki", str(file)).stdout
    zipfile.ZipFile(file).extract("collection.anki2", tmp_path)
    with closing(sqlite3.connect(tmp_path / "collection.anki2")) as collection:
        notes = [fields for (fields,) in collection.execute("SELECT flds FROM notes")]
    assert len(notes) == 3
    assert any("my_reshape" in note and "<pre>" in note for note in notes)


def test_without_genanki_the_command_says_what_to_install(
    studied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "genanki", None)
    done = tutor("export", "--anki", str(tmp_path / "cards.apkg"))
    assert done.exit_code == 1
    assert "torch-tutor[anki]" in done.stderr


def test_a_reset_asks_forgets_one_item_and_can_be_undone(studied: Path) -> None:
    before = as_data()
    assert tutor("reset", "T4.b", typed="n\n").exit_code == 1
    assert as_data() == before
    assert "1 item starts anew" in tutor("reset", "t4.b", typed="y\n").stdout
    with open_store(Folders.under(studied), project=project) as store:
        assert "tensors.my-reshape" not in store.cards()
        assert "tensors.view-reshape.three-fills" in store.cards()
    assert "1 item is as it was" in tutor("reset", "--undo").stdout
    assert as_data()["lessons"] == before["lessons"]


def test_a_lesson_a_unit_or_everything_can_start_anew(studied: Path) -> None:
    for what in ("T4", "T", "all"):
        done = tutor("reset", what, "--yes")
        assert "5 items start anew" in done.stdout, done.stderr
        with open_store(Folders.under(studied), project=project) as store:
            assert store.cards() == {}
            assert store.seen("tensors.view-reshape") == frozenset()
        assert "5 items are as they were" in tutor("reset", "--undo").stdout
    assert "nothing" in tutor("reset", "T1", "--yes").stdout.casefold()


def test_a_reset_of_something_unknown_suggests_what_is_near(studied: Path) -> None:
    done = tutor("reset", "T4.bb")
    assert done.exit_code == 2
    assert "T4.b" in done.stderr
    assert tutor("reset").exit_code == 2


def test_a_backup_is_a_whole_progress_file(studied: Path, tmp_path: Path) -> None:
    file = tmp_path / "copy.db"
    assert str(file) in tutor("backup", str(file)).stdout
    with closing(sqlite3.connect(file)) as copy:
        assert copy.execute("SELECT count(*) FROM event").fetchone()[0] == 4
    assert tutor("backup").exit_code == 0
    assert list(Folders.under(studied).backups.glob("progress-*.db"))


def test_a_wipe_asks_and_deletes_everything(studied: Path) -> None:
    folders = Folders.under(studied)
    tutor("backup")
    assert tutor("wipe", typed="n\n").exit_code == 1
    assert folders.progress.exists()
    assert tutor("wipe", "--yes").exit_code == 0
    assert not folders.progress.exists()
    assert not list(folders.data.rglob("*.db"))
    assert "no progress" in tutor("wipe").stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--unit", "Z"), "Z"),
        (("--lesson", "T44"), "T44"),
        (("--objective", "tensors.viewabl"), "Did you mean 'tensors.viewable'?"),
        (("--misconception", "reshape-copy"), "Did you mean 'reshape-copies'?"),
        (("--exam", "tomorrow"), "%Y-%m-%d"),
    ],
)
def test_what_cannot_be_practised_is_a_usage_error(
    home: Path, words: tuple[str, ...], says: str
) -> None:
    done = tutor("drill", "--plain", *words)
    assert done.exit_code == 2
    assert says in done.stderr


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("--misconception", "reshape-copies"), "What do the three experiments print?"),
        (("--lesson", "t4"), "T4"),
        (("--objective", "tensors.viewable"), "T4"),
        (("--exam", "2099-01-01"), "T4"),
        (("--weakest",), "T4"),
    ],
)
def test_a_drill_asks_what_was_chosen(studied: Path, words: tuple[str, ...], asked: str) -> None:
    done = tutor("drill", "--plain", *words, typed=":quit\n")
    assert done.exit_code == 0
    assert asked in done.stdout
