"""What the sandbox refuses is told in words; what it does not refuse is left alone."""

from __future__ import annotations

import pytest

from tutor.evaluator.refusals import explain_refusal
from tutor.text.messages import say

EPERM = "[Errno 1] Operation not permitted"
EACCES = "[Errno 13] Permission denied"
ENOSYS = "[Errno 38] Function not implemented"
ENOENT = "[Errno 2] No such file or directory"
NO_NAME = "[Errno -3] Temporary failure in name resolution"
NO_SHARED = "unable to open shared memory object </torch_1> in read-write mode"
NO_FILE = "open file failed with strerror: Permission denied"

# As they were seen inside, on torch 2.13: exception, its text, the learner's line, what it is.
SEEN = [
    ("PermissionError", EACCES, "for batch in loader:", "workers"),
    ("PermissionError", EACCES, "multiprocessing.Pool(2)", "workers"),
    ("PermissionError", EPERM, "for b in DataLoader(data, num_workers=2):", "workers"),
    ("PermissionError", f"{EACCES}: '/tmp/run/torchinductor_me'", "f(x)", "compile"),
    ("InductorError", f"PermissionError: {EPERM}\n\nSet TORCHDYNAMO", "f(x)", "compile"),
    ("PermissionError", "[Errno 1] torchinductor starts a compiler", "@torch.compile", "compile"),
    ("BackendCompilerFailed", f"backend='inductor' raised:\nX: {EPERM}", "f(x)", "compile"),
    ("URLError", f"<urlopen error {EPERM}>", "urllib.request.urlopen(url)", "network"),
    ("URLError", f"<urlopen error {NO_NAME}>", "g()", "network"),
    ("gaierror", "[Errno -2] Name or service not known", "fetch()", "network"),
    ("PermissionError", EPERM, "s = socket.socket()", "network"),
    ("PermissionError", EPERM, "asyncio.run(asyncio.open_connection('h', 80))", "network"),
    ("DistNetworkError", "The server socket has failed to bind.", "dist.init()", "network"),
    ("PermissionError", f"{EACCES}: '/nonexistent'", "torch.hub.load('a', 'b')", "network_weights"),
    ("PermissionError", EPERM, "subprocess.run(['ls'])", "process"),
    ("PermissionError", EPERM, "p.start()", "process"),
    ("PermissionError", EPERM, "os.kill(1, 9)", "others"),
    ("OSError", ENOSYS, "os.setsid()", "others"),
    ("RuntimeError", NO_SHARED, "t.share_memory_()", "shared"),
    ("PermissionError", f"{EACCES}: '/psm_802f9b2a'", "SharedMemory(create=True)", "shared"),
    ("RuntimeError", NO_FILE, "torch.save(m, 'm')", "write_somewhere"),
    ("OperationalError", "unable to open database file", "sqlite3.connect('x')", "write_somewhere"),
    ("FileNotFoundError", f"{ENOENT}: '/nonexistent/t'", "mkstemp()", "scratch"),
    ("ValueError", "not allowed to raise maximum limit", "resource.setrlimit(a, b)", "limit"),
    ("PermissionError", EPERM, "helper()", "system"),
    ("OSError", ENOSYS, "helper()", "system"),
    ("OSError", "[Errno 25] Inappropriate ioctl for device", "fcntl.ioctl(0, 1)", "system"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "line", "key"), SEEN)
def test_a_refusal_is_told_in_words(kind, text, line, key):
    assert explain_refusal(kind, text, line) == say(f"evaluator_blocked.{key}")


@pytest.mark.parametrize(
    ("text", "line", "key", "path"),
    [
        (f"{EACCES}: '/etc/passwd'", "open('/etc/passwd')", "read", "/etc/passwd"),
        (f"{EACCES}: 'x.txt'", "open('x.txt', 'w')", "write", "x.txt"),
        (f"{EACCES}: 'x.txt'", 'open("x.txt", "wb")', "write", "x.txt"),
        (f"{EACCES}: 'x.txt'", "np.savetxt('x.txt', a)", "write", "x.txt"),
        (f"{EACCES}: '/home/me/d.csv'", "open('/home/me/d.csv', 'rb')", "read", "/home/me/d.csv"),
        (f"{ENOSYS}: '/home/me'", "os.chmod('/home/me', 0)", "write", "/home/me"),
        (f"{EACCES}: 'runs'", "os.makedirs('runs')", "write", "runs"),
    ],
)  # fmt: skip
def test_the_path_that_was_refused_is_named(text, line, key, path):
    said = explain_refusal("PermissionError", text, line)
    assert said == say(f"evaluator_blocked.{key}", path=path)


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        (
            "FileNotFoundError",
            "[Errno 2] No such file or directory: 'data.csv'",
            "open('data.csv')",
        ),
        ("PermissionError", "not yours", "raise PermissionError('not yours')"),
        ("ValueError", "bad permission", "x = connect(y)"),
        ("RuntimeError", "can't start new thread", "t.start()"),
        ("OSError", "[Errno 24] Too many open files", "os.dup(1)"),
        ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied", "a @ b"),
        ("ModuleNotFoundError", "No module named 'requests'", "import requests"),
    ],
)
def test_the_learners_own_errors_are_not_taken_for_refusals(kind, text, line):
    assert explain_refusal(kind, text, line) is None
