"""A wheel built here and started elsewhere has the course in it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_an_installed_wheel_has_the_course_when_run_from_another_folder(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path), str(ROOT)],
        check=True,
        cwd=tmp_path,
    )
    [wheel] = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(installed)
    assert "tutor/course/lessons/course.yaml" in names
    assert not any(name.startswith("tests/") for name in names)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    # The installed copy is found before the checkout, as it would be without one.
    environment = os.environ | {"PYTHONPATH": str(installed), "TUTOR_HOME": str(tmp_path / "home")}
    where = subprocess.run(
        [sys.executable, "-c", "import tutor; print(tutor.__file__)"],
        capture_output=True, text=True, check=True, cwd=elsewhere, env=environment,
    )  # fmt: skip
    assert str(installed) in where.stdout
    done = subprocess.run(
        [sys.executable, "-m", "tutor", "check", "T4.b", "-", "--json"],
        input="import torch\ndef my_reshape(x, shape):\n    return x.clone()\n",
        capture_output=True, text=True, cwd=elsewhere, env=environment,
    )  # fmt: skip
    assert '"outcome": "wrong"' in done.stdout, done.stderr
