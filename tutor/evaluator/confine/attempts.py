"""What the doctor tries, and what is planted to be reached for."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tutor.evaluator.outcome import Outcome
from tutor.paths import Folders


class Attempt(NamedTuple):
    """A program, and the outcome that proves the block where a token cannot."""

    code: str
    ends: Outcome | None = None


# Names in capitals are filled in; TOKEN is printed by a program that has got through.
ATTEMPTS: dict[str, Attempt] = {
    "read_home": Attempt("assert open(SECRET).read()\nprint(TOKEN)"),
    "write_outside": Attempt("open(TARGET, 'w').write('x')\nprint(TOKEN)"),
    "list_home": Attempt("import os\nassert os.listdir(HOME)\nprint(TOKEN)"),
    "read_progress": Attempt("assert open(PROGRESS, 'rb').read(1)\nprint(TOKEN)"),
    "tcp": Attempt(
        "import socket\nsocket.create_connection(('127.0.0.1', TCP_PORT), 2)\nprint(TOKEN)"
    ),
    "udp": Attempt(
        "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "s.sendto(b'x', ('127.0.0.1', UDP_PORT))\nprint(TOKEN)"
    ),
    "unix": Attempt(
        "import socket\nsocket.socket(socket.AF_UNIX).connect(UNIX_SOCKET)\nprint(TOKEN)"
    ),
    "fork": Attempt("import os\nif os.fork() == 0:\n    os._exit(0)\nprint(TOKEN)"),
    "exec": Attempt("import os\nos.execv('/bin/echo', ['echo', TOKEN])"),
    "signal": Attempt("import os\nos.kill(os.getppid(), 0)\nprint(TOKEN)"),
    "peek": Attempt("assert open(f'/proc/{APP_PID}/environ', 'rb').read(1)\nprint(TOKEN)"),
    # Never touched, so that it costs nothing where it is not blocked: sixteen times the limit.
    "memory": Attempt(
        "import mmap\nkept = [mmap.mmap(-1, 1 << 26, mmap.MAP_PRIVATE) for _ in range(256)]",
        Outcome.MEMORY,
    ),
    "time": Attempt("while True:\n    pass", Outcome.TIMEOUT),
}


class Plant:
    """Things to reach for, and whether they were reached."""

    def __init__(self, folder: Path, folders: Folders) -> None:
        secret = folder / "secret"
        secret.write_text("a secret of the doctor's\n")
        progress = folders.progress if folders.progress.exists() else secret
        self._target = folder / "written"
        self._sockets = [
            _listening(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            _listening(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            _listening(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "s")),
        ]
        self.names = {
            "SECRET": str(secret),
            "TARGET": str(self._target),
            "HOME": str(folder.parent),
            "PROGRESS": str(progress),
            "TCP_PORT": self._sockets[0].getsockname()[1],
            "UDP_PORT": self._sockets[1].getsockname()[1],
            "UNIX_SOCKET": str(folder / "s"),
            "APP_PID": os.getpid(),
        }

    def reached(self) -> bool:
        """Whether anything arrived or was written, as seen from outside."""
        arrived = self._target.exists()
        for listening in self._sockets:
            with contextlib.suppress(BlockingIOError):
                if listening.type == socket.SOCK_STREAM:
                    listening.accept()[0].close()
                else:
                    listening.recv(1)
                arrived = True
        self._target.unlink(missing_ok=True)
        return arrived

    def close(self) -> None:
        """Stop listening."""
        for listening in self._sockets:
            listening.close()


@contextlib.contextmanager
def planted(folders: Folders) -> Iterator[Plant]:
    """Plant in the home, where the attempts are aimed at; take everything away afterwards."""
    home = Path.home()
    place = home if os.access(home, os.W_OK) else Path(tempfile.gettempdir())
    folder = Path(tempfile.mkdtemp(prefix=".tutor-doctor-", dir=place))
    plant = Plant(folder, folders)
    try:
        yield plant
    finally:
        plant.close()
        shutil.rmtree(folder, ignore_errors=True)


def _listening(family: int, kind: int, address: object) -> socket.socket:
    listening = socket.socket(family, kind)
    listening.bind(address)  # type: ignore[arg-type]
    if kind == socket.SOCK_STREAM:
        listening.listen()
    listening.setblocking(False)
    return listening
