"""The warm process that forks: torch is imported here once, and every submission starts from it.

    python -I -X utf8 -m tutor.evaluator.zygote <descriptor of the line to the client> <number>

It holds no answers and never reads a submission or an exercise: their sockets are handed to the
client as soon as a pair is forked. It has one thread, so that a fork copies a whole process.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from typing import Any, NoReturn

import torch

from tutor.evaluator import compiler, huge_pages, judge, learner, leash, warm, wire
from tutor.evaluator.confine.policy import Policy, Prepared, confine, prepare
from tutor.evaluator.pairs import Pair, RunFolders

# Long enough for the signal handler to write one line, short enough not to be felt.
LAST_WORDS_SECONDS = 0.05
# Killed processes are gone in milliseconds; the client waits half a second for all of this.
LEAVING_SECONDS = 0.1
STANDBY_MEMORY_MB = 1024
STANDBY_CPU_SECONDS = 60
# Nothing in the kernel counts files or folders: somebody has to look, this often.
FOLDER_LOOK_MS = 50.0
_CHILDRENS = 6  # descriptors below this one are the children's


class Zygote:
    """Forks pairs, hands their descriptors over, and buries them."""

    def __init__(self, line: socket.socket, first: int) -> None:
        self._line = line
        self._pid = os.getpid()
        self._folders = RunFolders()
        self._pairs: dict[int, Pair] = {}
        self._count = first  # pairs are numbered from here
        self._warm = False
        self._prepared: Prepared
        self._layers: list[str] = []
        self._ends = _notice_ends()

    def run(self) -> None:
        """Warm up, keep one pair on standby, serve until the client is gone."""
        warm.first()
        self._ready()
        warm.rest()
        self._warm = True
        # The pair forked before would pay for what is warm now: a fresh one takes its place.
        self._ready()
        leash.let_go()
        while True:
            self._wait()

    def _ready(self) -> None:
        gc.collect()
        gc.freeze()  # a collection in a child would touch, and so copy, every page of torch's
        if self._warm:
            huge_pages.gather()
        self._prepared = prepare()
        self._layers = self._try_layers()
        self._fork({"standby": True})

    def _try_layers(self) -> list[str]:
        """Confine a child that does nothing else, to say truthfully what is in force here.

        Raises RuntimeError when a layer that this kernel has cannot be put on.
        """
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                policy = Policy(STANDBY_MEMORY_MB, STANDBY_CPU_SECONDS)
                layers = confine(
                    self._prepared, policy, zygote_pid=self._pid, keep=(writer,), trace=2
                )
                os.write(writer, json.dumps({"layers": sorted(layers)}).encode())
            except BaseException as error:  # told to the parent, whatever it is
                os.write(writer, json.dumps({"fault": str(error)}).encode())
            finally:
                os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as answer:
            told = json.loads(answer.read() or b'{"fault": "the sandbox could not be tried"}')
        os.waitpid(pid, 0)
        if "fault" in told:
            raise RuntimeError(told["fault"])
        return list(told["layers"])

    # --- one turn of the loop ------------------------------------------------------------

    def _wait(self) -> None:
        poll = select.poll()
        poll.register(self._line, select.POLLIN)
        poll.register(self._ends, select.POLLIN)
        deadlines = [pair.kill_at for pair in self._pairs.values() if pair.kill_at is not None]
        timeout = max(0.0, min(deadlines) - time.monotonic()) * 1000 + 1 if deadlines else None
        if any(pair.folder for pair in self._pairs.values()):
            timeout = min(timeout or FOLDER_LOOK_MS, FOLDER_LOOK_MS)
        ready = {descriptor for descriptor, _ in poll.poll(timeout)}
        if self._ends in ready:
            os.read(self._ends, 1 << 12)
        for pair in list(self._pairs.values()):
            if pair.overfills():
                self._tell({"overfilled": pair.number})
                pair.kill(time.monotonic() + LAST_WORDS_SECONDS)
            if pair.bury(time.monotonic()):
                self._ended(pair)
            elif pair.hurt():
                self._tell({"hurt": pair.number, "status": pair.learner_status})
        if self._line.fileno() in ready:
            self._obey()

    def _obey(self) -> None:
        try:
            message = self._line.recv(1 << 16)
        except ConnectionResetError:  # the client went without having read all we told it
            self._leave()
        if not message:
            self._leave()
        order = json.loads(message)
        if order["do"] == "fork":
            self._fork(order)
        elif order["do"] == "kill" and order["run"] in self._pairs:
            self._pairs[order["run"]].kill(time.monotonic() + LAST_WORDS_SECONDS)

    def _ended(self, pair: Pair) -> None:
        del self._pairs[pair.number]
        self._folders.remove(pair.folder)
        self._tell(
            {"ended": pair.number, "learner": pair.learner_status, "judge": pair.judge_status}
        )

    def _leave(self) -> NoReturn:
        for pair in self._pairs.values():
            pair.kill_now()
        for pair in self._pairs.values():
            pair.await_end(LEAVING_SECONDS)  # one that still runs could refill its folder
        self._folders.remove_all()
        os._exit(0)

    def _tell(self, message: dict[str, Any], descriptors: tuple[int, ...] = ()) -> None:
        try:
            socket.send_fds(self._line, [json.dumps(message).encode()], descriptors)
        except (BrokenPipeError, ConnectionResetError):
            self._leave()

    # --- forking --------------------------------------------------------------------------

    def _fork(self, order: dict[str, Any]) -> None:
        self._count += 1
        folder = self._folders.make(self._count) if order.get("files") else None
        policy = Policy(
            memory_mb=order.get("memory_mb", STANDBY_MEMORY_MB),
            cpu_seconds=order.get("cpu_seconds", STANDBY_CPU_SECONDS),
            run_folder=folder,
            skip=frozenset(order.get("skip", ())),
        )
        rehearse = bool(order.get("rehearse", True))
        output, output_end = os.pipe()
        trace, trace_end = os.pipe()
        verdict, verdict_end = os.pipe()
        learner_control, learner_control_end = socket.socketpair()
        judge_control, judge_control_end = socket.socketpair()
        data, data_end = socket.socketpair()
        for end in (data, data_end):  # some systems give 8 kB
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * wire.AHEAD)
        null = os.open(os.devnull, os.O_RDWR)
        learner_pid = self._child(
            policy,
            (null, output_end, output_end, learner_control_end.fileno(), data.fileno(), trace_end),
            judging=False,
            rehearse=rehearse,
        )
        judge_pid = self._child(
            policy._replace(run_folder=None),
            (null, null, null, judge_control_end.fileno(), data_end.fileno(), verdict_end),
            judging=True,
            rehearse=rehearse,
        )
        for descriptor in (output_end, trace_end, verdict_end, null):
            os.close(descriptor)
        for end in (learner_control_end, judge_control_end, data, data_end):
            end.close()
        pair = Pair(self._count, learner_pid, judge_pid, folder, policy.cpu_seconds)
        self._pairs[self._count] = pair
        ours = (output, trace, verdict, learner_control.fileno(), judge_control.fileno())
        message = {
            "pair": self._count,
            "standby": bool(order.get("standby")),
            "token": order.get("token"),
            "warm": self._warm,
            "layers": [name for name in self._layers if name not in policy.skip],
            "landlock_abi": self._prepared.landlock_abi,
        }
        self._tell(message, ours)
        for descriptor in (output, trace, verdict):
            os.close(descriptor)
        learner_control.close()
        judge_control.close()

    def _child(
        self, policy: Policy, wanted: tuple[int, ...], *, judging: bool, rehearse: bool
    ) -> int:
        pid = os.fork()
        if pid:
            return pid
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._become(policy, wanted, judging=judging, rehearse=rehearse)
        except BaseException:  # the child must never return into the zygote's loop
            text = traceback.format_exc()[-8000:]
            os.write(5, (json.dumps({"fault": text}) + "\n").encode() if judging else text.encode())
        finally:
            os._exit(98)

    def _become(
        self, policy: Policy, wanted: tuple[int, ...], *, judging: bool, rehearse: bool
    ) -> None:
        """In the child: put descriptors 0 to 5 in place, confine, serve."""
        moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 64) for descriptor in wanted]
        for number, descriptor in enumerate(moved):
            os.dup2(descriptor, number)
        self._line.detach()
        home = policy.run_folder or "/nonexistent"
        os.environ.clear()
        os.environ.update(
            HOME=home,
            TMPDIR=home,
            LANG="C.UTF-8",
            PATH="/nonexistent",
            TORCHINDUCTOR_CACHE_DIR="/",
        )
        os.chdir(policy.run_folder or "/")
        confine(
            self._prepared,
            policy,
            zygote_pid=self._pid,
            keep=(3, 4, 5),
            trace=2 if judging else 5,
        )
        if not judging:
            learner.prepare_streams()
        if rehearse:
            warm.rehearse(lambda: bool(select.select([judge.CONTROL], [], [], 0)[0]))
        if judging:
            judge.serve()
        else:
            learner.serve()


def _notice_ends() -> int:
    """A descriptor that becomes readable when a child ends: what every Unix has, without pidfds."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)  # full already says: look
    signal.signal(signal.SIGCHLD, lambda *_: None)  # a signal that is ignored wakes nobody
    return reader


def main() -> None:
    """Serve the client at the other end of the descriptor named on the command line."""
    number = int(sys.argv[1])
    line = socket.socket(fileno=fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, _CHILDRENS))
    os.close(number)
    # 3 to 5 belong to the children; nothing of ours may sit where they put their descriptors.
    while (taken := os.open(os.devnull, os.O_RDWR)) < _CHILDRENS - 1:
        pass
    os.set_inheritable(taken, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the app's affair
    # A parent that has ever run a parallel region hangs its children.
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    compiler.refuse_at_once()
    Zygote(line, int(sys.argv[2])).run()


if __name__ == "__main__":
    main()
