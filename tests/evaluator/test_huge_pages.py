"""Fewer and larger pages: a bonus that changes nothing else."""

from __future__ import annotations

import mmap
import sys
from pathlib import Path

import pytest

from tutor.evaluator import huge_pages

SMAPS = """\
00400000-00a00000 rw-p 00000000 00:00 0                                  {name}
Size:               6144 kB
Anonymous:          {used} kB
VmFlags: rd wr mr mw me ac
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SMAPS.format(name="[heap]", used=6144), [(0x400000, 0xA00000)]),
        (SMAPS.format(name="", used=5600), [(0x400000, 0xA00000)]),
        # To fill its gaps would take memory that nobody uses.
        (SMAPS.format(name="", used=5000), []),
        # What a file holds is shared already; what cannot be written is never copied.
        (SMAPS.format(name="/usr/lib/x.so", used=6144).replace("00:00 0 ", "08:01 77"), []),
        (SMAPS.format(name="", used=6144).replace("rw-p", "r--p"), []),
        (SMAPS.format(name="", used=6144).replace("rw-p", "rw-s"), []),
    ],
)
def test_only_private_memory_in_use_is_gathered(text: str, found: list[tuple[int, int]]) -> None:
    assert list(huge_pages._areas(text)) == found


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has this advice")
def test_what_is_gathered_holds_what_it_held() -> None:
    with mmap.mmap(-1, 8 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as held:
        for place in range(0, len(held), 4096):
            held[place : place + 8] = place.to_bytes(8, "little")
        huge_pages.gather()
        assert all(
            int.from_bytes(held[place : place + 8], "little") == place
            for place in range(0, len(held), 4096)
        )


def test_a_kernel_without_large_pages_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huge_pages, "_SIZE", Path("/nonexistent"))
    assert huge_pages.gather() == 0
