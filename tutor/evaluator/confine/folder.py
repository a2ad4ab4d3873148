"""What a learner's program has put into its run folder: how much it is, and how to be rid of it.

A program may nest folders deeper than a path can be long or Python can recurse, and make folders
that nobody may open. Both would outlive the run: as litter, or as a zygote that dies of sweeping.
No layer counts files or folders, so somebody has to look.
"""

from __future__ import annotations

import itertools
import os
import secrets
from collections.abc import Iterator
from typing import NamedTuple

MAX_BYTES = 64 << 20
MAX_NAMES = 1_000
MAX_DEPTH = 50

_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Usage(NamedTuple):
    """Bytes on disk, names, and how deep folders are nested."""

    size: int
    names: int
    depth: int

    @property
    def too_much(self) -> bool:
        """True when one of the limits is passed."""
        return self.size > MAX_BYTES or self.names > MAX_NAMES or self.depth > MAX_DEPTH


def usage(folder: str) -> Usage:
    """Measure ``folder``, no further than the first limit that is passed."""
    try:
        return _usage(os.open(folder, _OPEN), Usage(0, 0, 0), 0)
    except OSError:
        return Usage(0, 0, 0)


def remove(folder: str) -> None:
    """Delete ``folder`` with all that is in it, once no process of the run is left.

    Folders are lifted to the top one by one and emptied there: no recursion, no long path, two
    descriptors. A folder that is not there is fine.

    Raises:
        OSError: something in it belongs to somebody else.
    """
    try:
        top = os.open(folder, _OPEN)
    except FileNotFoundError:
        return
    prefix = secrets.token_hex(8)  # no program has been able to take such a name
    fresh = (f"{prefix}-{number}" for number in itertools.count())
    try:
        while names := os.listdir(top):
            for name in names:
                _delete(name, top, fresh)
    finally:
        os.close(top)
    os.rmdir(folder)


def _usage(folder: int, found: Usage, depth: int) -> Usage:
    found = found._replace(depth=max(found.depth, depth))
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if found.too_much:
                    break
                blocks = entry.stat(follow_symlinks=False).st_blocks
                found = found._replace(size=found.size + 512 * blocks, names=found.names + 1)
                if entry.is_dir(follow_symlinks=False):
                    inside = os.open(entry.name, _OPEN, dir_fd=folder)
                    found = _usage(inside, found, depth + 1)
    except OSError:
        pass  # deleted while we looked, or closed to us: it is counted by its name alone
    finally:
        os.close(folder)
    return found


def _delete(name: str, top: int, fresh: Iterator[str]) -> None:
    """Delete what is not a folder; empty a folder, lifting those inside to the top."""
    try:
        inside = _open(name, top)
    except NotADirectoryError:
        os.unlink(name, dir_fd=top)
        return
    try:
        for child in os.listdir(inside):
            try:
                os.close(_open(child, inside))  # a folder moves only for one who may write to it
            except NotADirectoryError:
                os.unlink(child, dir_fd=inside)
            else:
                os.rename(child, next(fresh), src_dir_fd=inside, dst_dir_fd=top)
    finally:
        os.close(inside)
    os.rmdir(name, dir_fd=top)


def _open(name: str, parent: int) -> int:
    """Open a folder, whatever its mode. Raises NotADirectoryError for anything else."""
    try:
        descriptor = os.open(name, _OPEN, dir_fd=parent)
    except PermissionError:
        os.chmod(name, 0o700, dir_fd=parent)
        descriptor = os.open(name, _OPEN, dir_fd=parent)
    os.fchmod(descriptor, 0o700)
    return descriptor
