"""A home with things to steal and to spoil, sockets that listen, a process that may be killed.

Everything is planted for the occasion. ``harm`` tells what a program has done to any of it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import tempfile
from pathlib import Path

KEY = "canary-key-4f1d8a"
PROGRESS = "canary-progress-9b27c3"
VARIABLE = "canary-variable-51e0d6"
SECRETS = (KEY, PROGRESS, VARIABLE)
ENVIRONMENT = {"SECRET_CANARY": VARIABLE}
_WRITABLE_BY_ALL = ("/tmp", "/dev/shm")


class Canary:
    """Plant with ``Canary()``, look with ``harm()``, clear away with ``close()``."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="tutor-canary-"))
        key = self.home / ".ssh" / "id_canary"
        key.parent.mkdir(mode=0o700)
        key.write_text(KEY)
        self.progress = self.home / ".local" / "share" / "tutor" / "progress.db"
        self.progress.parent.mkdir(parents=True)
        with contextlib.closing(sqlite3.connect(self.progress)) as db:
            db.execute("create table events (body text)")
            db.execute("insert into events values (?)", (PROGRESS,))
            db.commit()
        self._listening: dict[str, socket.socket] = {}
        self._listen("TCP", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        self._listen("UDP", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        self._listen("a Unix socket", socket.AF_UNIX, socket.SOCK_STREAM, self._socket("stream"))
        self._listen("a datagram socket", socket.AF_UNIX, socket.SOCK_DGRAM, self._socket("dgram"))
        abstract = f"\0tutor-canary-{os.getpid()}"
        self._listen("an abstract socket", socket.AF_UNIX, socket.SOCK_STREAM, abstract)
        self._bystander = subprocess.Popen(["sleep", "100000"])
        self._before = self._tree()
        self._around = self._strangers()

    def _socket(self, name: str) -> str:
        return str(self.home / f"{name}.sock")

    def _listen(self, name: str, family: int, kind: int, address: object) -> None:
        listening = socket.socket(family, kind)
        listening.bind(address)
        if kind == socket.SOCK_STREAM:
            listening.listen()
        listening.setblocking(False)
        self._listening[name] = listening

    @property
    def places(self) -> dict[str, str]:
        """For a program's text."""
        return {
            "HOME": str(self.home),
            "PORT": str(self._listening["TCP"].getsockname()[1]),
            "UDP": str(self._listening["UDP"].getsockname()[1]),
            "USOCK": self._socket("stream"),
            "DSOCK": self._socket("dgram"),
            "ABSTRACT": f"\\0tutor-canary-{os.getpid()}",
        }

    def harm(self) -> list[str]:
        """What has been done since the planting, or since the last look."""
        done = [f"reached {name}" for name in self._listening if self._reached(name)]
        now = self._tree()
        for path in sorted(self._before.keys() | now.keys()):
            if self._before.get(path) != now.get(path):
                done.append(f"changed {path}: {self._before.get(path)} -> {now.get(path)}")
        self._before = now
        if self._bystander.poll() is not None:
            done.append("killed a process")
            self._bystander = subprocess.Popen(["sleep", "100000"])
        elif self._state() == "T":
            done.append("stopped a process")
        new = self._strangers() - self._around
        done += [f"left {path} behind" for path in sorted(new)]
        self._around |= new
        return done

    def _state(self) -> str:
        status = Path(f"/proc/{self._bystander.pid}/stat")
        return status.read_text().rpartition(") ")[2][:1] if status.exists() else ""

    def _reached(self, name: str) -> bool:
        listening = self._listening[name]
        try:
            if listening.type == socket.SOCK_STREAM:
                listening.accept()[0].close()
            else:
                listening.recv(1)
        except BlockingIOError:
            return False
        return True

    def _tree(self) -> dict[str, tuple[object, ...]]:
        """Every name in the home, with contents, mode, owner, times and attributes."""
        found: dict[str, tuple[object, ...]] = {}
        for path in (self.home, *sorted(self.home.rglob("*"))):
            facts = path.lstat()
            regular = stat.S_ISREG(facts.st_mode)
            found[str(path)] = (
                stat.filemode(facts.st_mode),
                facts.st_uid,
                facts.st_mtime_ns,
                facts.st_nlink if regular else 0,
                path.read_bytes() if regular else b"",
                tuple(os.listxattr(path, follow_symlinks=False)),
            )
        return found

    def _strangers(self) -> set[str]:
        """What lies where everybody may write. Others work there too: only pwned* is counted."""
        return {
            str(path)
            for folder in _WRITABLE_BY_ALL
            if os.path.isdir(folder)
            for path in Path(folder).glob("pwned*")
        }

    def close(self) -> None:
        """Take everything away again."""
        for listening in self._listening.values():
            listening.close()
        self._bystander.kill()
        self._bystander.wait()
        shutil.rmtree(self.home, ignore_errors=True)
        for path in self._strangers():
            os.unlink(path)
