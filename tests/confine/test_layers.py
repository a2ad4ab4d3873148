"""Each layer, in a real child: what it promises, and that it says so only when it is true."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from confined import CHECKOUT, run_confined

from tutor.evaluator.confine.policy import LAYERS, grade
from tutor.evaluator.outcome import Grade

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")


def refused(code: str, **policy: object) -> str:
    """The type of the error that the code met."""
    return run_confined(code, **policy).error


def test_every_layer_is_in_force_and_reported():
    assert run_confined("value = 1").layers == frozenset(LAYERS)


def test_a_layer_left_out_is_not_reported():
    trial = run_confined("value = 1", skip=["landlock", "oom"])
    assert trial.layers == frozenset(LAYERS) - {"landlock", "oom"}


def test_a_layer_that_fails_stops_the_child_before_the_learners_code():
    # Landlock and seccomp ask for no_new_privs, now that the capabilities are gone.
    trial = run_confined("value = 'ran'", skip=["no_new_privs"])
    assert (trial.error, trial.value) == ("ConfineError", None)
    assert "landlock" in trial.message


def test_a_child_whose_zygote_is_gone_ends_at_once():
    code = "value = 'ran'"
    trial = run_confined(code, before="import os\nos.getppid = lambda: 1")
    assert (trial.status, trial.value) == (99, None)


@pytest.mark.parametrize(
    "path",
    [
        str(Path.home()),
        str(CHECKOUT),
        str(CHECKOUT / "tests"),
        str(CHECKOUT / "tutor" / "text"),
        "/tmp",
        "/etc",
        "/proc",
        "/proc/self/root",
        "/dev/shm",
    ],
)
def test_folders_outside_of_the_interpreter_cannot_be_listed(path):
    assert refused(f"value = os.listdir({path!r})") == "PermissionError"


def test_the_package_and_the_checkout_cannot_be_read():
    for path in (CHECKOUT / "pyproject.toml", CHECKOUT / "tutor" / "__init__.py"):
        assert refused(f"value = open({str(path)!r}).read()") == "PermissionError"


def test_a_wheels_package_is_hidden_and_its_neighbours_are_not(tmp_path):
    site = tmp_path / "site-packages"
    for name in ("tutor/course/lessons/one.yaml", "torch/lib/libtorch.so", "six.py"):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text("x")
    from tutor.evaluator.confine import readable

    around = set(readable._around(site, (site / "tutor",)))
    assert around == {str(site / "torch"), str(site / "six.py")}


def test_an_installed_package_hides_itself_and_a_checkout_hides_all_of_itself(tmp_path):
    from tutor.evaluator.confine.readable import hidden_folders

    installed = tmp_path / "site-packages" / "tutor"
    installed.mkdir(parents=True)
    assert hidden_folders(installed) == (installed,)
    checkout = tmp_path / "clone"
    (checkout / "lessons").mkdir(parents=True)
    assert hidden_folders(checkout / "tutor") == (checkout,)


def test_neither_another_checkout_nor_a_home_on_the_path_is_opened(tmp_path, monkeypatch):
    from tutor.evaluator.confine import readable

    for name in ("clone/lessons", "home/me", "package"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home" / "me"))
    for name in ("clone", "home", "package"):
        monkeypatch.syspath_prepend(tmp_path / name)
    found = {Path(rule.path) for rule in readable.rules()}
    assert {p for p in found if p.is_relative_to(tmp_path)} == {tmp_path / "package"}


def test_modules_not_yet_imported_still_import_inside():
    code = "import wave, colorsys, yaml, fsrs, sqlite3\nvalue = 'imported'"
    assert run_confined(code).value == "imported"


def test_only_the_run_folder_is_written_and_only_when_there_is_one(tmp_path):
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.mkdir()
    other.mkdir()
    code = "open({!r}, 'w').write('x')\nvalue = 'written'"
    inside = code.format(str(mine / "f"))
    assert run_confined(inside, run_folder=str(mine)).value == "written"
    assert refused(inside) == "PermissionError"
    assert refused(code.format(str(other / "f")), run_folder=str(mine)) == "PermissionError"


def test_one_runs_folder_is_not_opened_for_the_next(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    before = f"""
if not os.fork():
    earlier = policy.Policy(256, 20, {str(first)!r})
    policy.confine(prepared, earlier, zygote_pid=os.getppid(), keep=())
    os._exit(0)
os.wait()
"""
    code = f"open({str(first / 'f')!r}, 'w')"
    assert refused(code, before=before, run_folder=str(second)) == "PermissionError"


def test_names_that_lead_elsewhere_lead_nowhere(tmp_path):
    target = tmp_path / "secret"
    target.write_text("x")
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "link").symlink_to(target)
    os.link(target, folder / "second-name")  # a file's other name in the run folder is the file
    code = f"value = open({str(folder / 'link')!r}).read()"
    assert refused(code, run_folder=str(folder)) == "PermissionError"
    made = f"os.symlink({str(target)!r}, {str(folder / 'l')!r})"
    assert refused(made, run_folder=str(folder)) in ("OSError", "PermissionError")


def test_opening_for_reading_cannot_empty_a_file(tmp_path):
    (tmp_path / "f").write_text("x")
    code = f"os.open({str(tmp_path / 'f')!r}, os.O_RDONLY | os.O_TRUNC)"
    assert refused(code, run_folder=str(tmp_path), skip=["landlock"]) == "PermissionError"
    assert (tmp_path / "f").read_text() == "x"


def test_without_landlock_files_may_be_read_but_nothing_is_changed(tmp_path):
    (tmp_path / "f").write_text("x")
    left_out = {"skip": ["landlock"]}
    path = str(tmp_path / "f")
    assert run_confined(f"value = open({path!r}).read()", **left_out).value == "x"
    for change in (
        f"open({path!r}, 'w')",
        f"open({path!r}, 'a')",
        f"open({path!r}, 'r+')",
        f"os.unlink({path!r})",
        f"os.rename({path!r}, {path + '2'!r})",
        f"os.mkdir({path + 'd'!r})",
        f"os.rmdir({str(tmp_path)!r})",
    ):
        assert refused(change, **left_out) == "PermissionError", change


def test_what_is_not_asked_for_is_closed():
    code = "value = sorted(fd for fd in range(500) if not _fails(fd))"
    before = """
import os
def _fails(fd):
    try:
        os.fstat(fd)
    except OSError:
        return True
os.dup2(0, 300)
"""
    trial = run_confined(code, before=before)
    assert trial.value[:3] == [0, 1, 2]
    assert len(trial.value) == 4  # and the one kept


def test_memory_is_counted_above_what_the_zygote_used():
    assert run_confined("value = len(bytearray(200 << 20))").value == 200 << 20
    assert refused("value = bytearray(300 << 20)") == "MemoryError"


def test_shared_mappings_count_too():
    code = "import mmap\nkept = []\nwhile True:\n    kept.append(mmap.mmap(-1, 64 << 20))"
    assert refused(code) == "OSError"


def test_the_margin_is_there_when_memory_has_run_out():
    code = """
kept = []
try:
    while True:
        kept.append(bytearray(1 << 20))
except MemoryError:
    policy.raise_data_limit()
    more = bytearray(48 << 20)
    value = len(more)
"""
    assert run_confined(code).value == 48 << 20


@pytest.mark.parametrize("limit", ["RLIMIT_DATA", "RLIMIT_AS", "RLIMIT_NOFILE", "RLIMIT_FSIZE"])
def test_no_limit_can_be_raised_not_even_by_root(limit):
    code = f"import resource as r\nr.setrlimit(r.{limit}, (r.RLIM_INFINITY, r.RLIM_INFINITY))"
    assert refused(code) == "ValueError"


def test_capabilities_are_gone():
    code = """
words = dict(line.split(':') for line in open(0))
value = int(words['CapEff'], 16) | int(words['CapInh'], 16) | int(words['CapPrm'], 16)
"""
    before = "os.dup2(os.open('/proc/self/status', os.O_RDONLY), 0)"
    dac_read_search = 1 << 2
    assert run_confined(code, before=before).value in (0, dac_read_search)


def test_a_file_beyond_its_size_is_an_error_not_a_death(tmp_path):
    code = f"open({str(tmp_path / 'f')!r}, 'wb').write(bytes(17 << 20))"
    assert refused(code, run_folder=str(tmp_path)) == "OSError"


def test_processor_time_ends_even_a_child_that_ignores_signals():
    code = """
import signal
signal.signal(signal.SIGXCPU, signal.SIG_IGN)
while True:
    pass
"""
    assert run_confined(code, cpu_seconds=1).status == -signal.SIGKILL


def test_a_signal_tells_the_line_that_was_running():
    code = "import signal\n\nos.kill(os.getpid(), signal.SIGUSR1)\nvalue = 'alive'"
    trial = run_confined(code)
    assert trial.value == "alive"
    assert 'File "trial.py", line 3' in trial.trace


def test_threads_and_pairs_of_sockets_still_work():
    code = """
import asyncio, socket, threading
done = []
thread = threading.Thread(target=done.append, args=(1,))
thread.start()
thread.join()
left, right = socket.socketpair()
left.send(b'x')
done.append(right.recv(1) == b'x')
asyncio.run(asyncio.sleep(0))
value = done
"""
    assert run_confined(code).value == [1, True]


@pytest.mark.parametrize(
    ("in_force", "abi", "expected"),
    [
        (set(LAYERS), 7, Grade.FULL),
        (set(LAYERS), 6, Grade.FULL),
        (set(LAYERS), 5, Grade.STRONG),
        (set(LAYERS), 1, Grade.STRONG),
        (set(LAYERS) - {"landlock"}, 0, Grade.PARTIAL),
        (set(LAYERS) - {"seccomp"}, 7, Grade.BASIC),
        (set(LAYERS) - {"capabilities"}, 7, Grade.BASIC),
        ({"limits", "descriptors", "session", "faulthandler"}, 0, Grade.BASIC),
        (set(LAYERS) - {"limits"}, 7, Grade.MINIMAL),
        (set(), 0, Grade.MINIMAL),
    ],
)
def test_a_grade_needs_all_that_it_stands_for(in_force, abi, expected):
    assert grade(frozenset(in_force), abi) is expected
