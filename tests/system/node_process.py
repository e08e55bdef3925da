"""Starts the real program for the tests of this folder, and speaks the link to its core."""
import atexit
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

PROGRAM = os.environ.get("TARAZY_PROGRAM", "build/dev/tarazy")
PATIENCE = 60
SKIPPED = 77

NOTICE = struct.Struct("<HHHHIIQq32x")
HEADER = struct.Struct("<QqQHHIII")
TERMS = struct.Struct("<qqqqqIHBBBBH36s")
WELCOME, DURABLE, REFUSED, STOPPING = 1, 2, 3, 4
ORDER_PLACE = 60
BUY, SELL = 1, 2


def fail(text):
    sys.exit(f"FAILED: {text}")


def check(truth, text):
    if not truth:
        fail(text)


def new_folder():
    """A fresh folder beside the build: never on tmpfs."""
    return pathlib.Path(tempfile.mkdtemp(prefix="node-", dir=os.getcwd()))


def remove_folder(folder):
    shutil.rmtree(folder, ignore_errors=True)


def wait_until(what, condition, patience=PATIENCE):
    """Polls an outside process; the bound only turns a hang into a failure."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        check(time.monotonic() < deadline, f"waited {patience} s for {what}")
        time.sleep(0.01)


def order(participant, key, instrument, side, price, quantity, request=1):
    """The bytes of a limit order, as in include/tarazy/command.h."""
    header = HEADER.pack(0, 0, 0, ORDER_PLACE, 0, participant, request, key)
    return header + TERMS.pack(quantity, price, 0, 0, 0, 0, instrument, side, 1, 1, 2, 0, b"")


class Link:
    """A client of the core."""

    def __init__(self, folder):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(str(folder / "core.socket"))
        self.rest = b""
        self.durable = 0
        self.refused = []
        kind, self.origin, _, _, _, _, self.durable, _ = self.next()
        check(kind == WELCOME, "the first notice is the welcome")

    def next(self):
        """The next notice, as a tuple; None: the core has gone."""
        while len(self.rest) < NOTICE.size:
            try:
                more = self.socket.recv(65536)
            except ConnectionError:
                more = b""
            if not more:
                return None
            self.rest += more
        notice, self.rest = NOTICE.unpack(self.rest[: NOTICE.size]), self.rest[NOTICE.size :]
        return notice

    def send(self, data):
        """False: the core has gone."""
        try:
            self.socket.sendall(data)
            return True
        except (ConnectionError, BrokenPipeError):
            return False

    def wait_durable(self, number):
        """Takes notices until `number` is durable. False: the core has gone before."""
        while self.durable < number:
            notice = self.next()
            if notice is None:
                return False
            if notice[0] == REFUSED:
                self.refused.append(notice)
            else:
                self.durable = max(self.durable, notice[6])
        return True

    def close(self):
        self.socket.close()


class Process:
    """One `tarazy COMMAND`, its standard error kept in a file beside its folder."""

    def __init__(self, command, *arguments):
        self.log = tempfile.TemporaryFile(dir=os.getcwd())
        self.child = subprocess.Popen([PROGRAM, command, *map(str, arguments)], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=self.log, text=True)
        atexit.register(self.end)

    def end(self):
        """A test that fails leaves nobody behind."""
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()

    def errors(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def ready_line(self):
        """What `tarazy serve` says when it is ready."""
        line = self.child.stdout.readline()
        check(line.startswith("ready "), f"not ready: {line!r}\n{self.errors()}")
        return line.split()[1]

    def stop(self, number=signal.SIGTERM):
        self.child.send_signal(number)
        return self.wait()

    def wait(self, patience=PATIENCE):
        try:
            return self.child.wait(patience)
        except subprocess.TimeoutExpired:
            self.child.kill()
            fail(f"did not end within {patience} s\n{self.errors()}")


def start_core(folder, *arguments):
    """A core that accepts links."""
    (folder / "core.socket").unlink(missing_ok=True)
    core = Process("core", "--dir", folder, *arguments)
    wait_until("the core", lambda: (folder / "core.socket").exists() or core.child.poll() is not None)
    return core


def connect(folder):
    """The name of the socket is there a moment before somebody listens."""
    def attempt():
        try:
            return Link(folder)
        except (ConnectionRefusedError, FileNotFoundError):
            return None
    return wait_until("a link", attempt)


def found_sandbox(folder):
    """A sandbox's journal without a running node."""
    server = Process("serve", "--sandbox", "--no-gateway", "--dir", folder)
    server.ready_line()
    code = server.stop()
    check(code == 0, f"serve ended with {code}\n{server.errors()}")


def verify(folder):
    """Everything agrees; returns the number of commands."""
    done = subprocess.run([PROGRAM, "verify", "--dir", str(folder)], capture_output=True, text=True, timeout=600)
    check(done.returncode == 0, f"verify: {done.returncode}\n{done.stdout}{done.stderr}")
    return int(next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("number")))


def journal(folder, *arguments):
    done = subprocess.run([PROGRAM, "journal", *map(str, arguments), "--dir", str(folder)], capture_output=True,
                          text=True, timeout=600)
    check(done.returncode == 0, f"journal: {done.returncode}\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def child_processes(parent):
    """{command: pid} of the processes that a `tarazy serve` has started."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            status = (entry / "stat").read_text()
            if int(status.rsplit(")", 1)[1].split()[1]) != parent:
                continue
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except (OSError, IndexError):
            continue
        if len(words) > 1 and words[0] == b"tarazy":
            found[words[1].decode()] = int(entry.name)
    return found
