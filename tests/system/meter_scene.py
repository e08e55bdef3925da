"""A meter, a pool and miners as processes, for the meter's tests."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading

import node_process as node

SOURCE = pathlib.Path(os.environ["TARAZY_SOURCE_DIR"])
BINARY = pathlib.Path(os.environ["TARAZY_BINARY_DIR"])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Events:
    """A process that prints a JSON line for each event."""

    def __init__(self, *command, **options):
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1, **options)
        self.events = []
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def of(self, kind):
        return [event for event in list(self.events) if event["event"] == kind]

    def tell(self, command):
        before = len(self.of("done"))
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        node.wait_until(f"the pool to {command}", lambda: len(self.of("done")) > before)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.thread.join()


def pool(port, difficulty, room=4):
    made = Events(sys.executable, SOURCE / "tests/support/fake_pool.py", port, difficulty, room)
    node.wait_until("the pool", lambda: made.of("ready"))
    return made


def miner(port, worker, shares, *words, password="x"):
    return Events(BINARY / "bin/reference_miner", f"127.0.0.1:{port}", worker, password, shares, *words)


class Meter:
    def __init__(self, folder, port, *options):
        self.errors_file = folder.with_suffix(".log")
        self.process = subprocess.Popen(
            [node.PROGRAM, "meter", "--dir", str(folder), "--listen", f"127.0.0.1:{port}", *map(str, options)],
            stdout=subprocess.PIPE, stderr=open(self.errors_file, "a"), text=True)
        self.line = self.process.stdout.readline()

    def errors(self):
        return self.errors_file.read_text()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=node.PATIENCE)


def readings(folder):
    """All readings in the order of their numbers; checks that none is missing or there twice."""
    found = []
    for path in list(folder.glob("readings-*.json")) + list(folder.glob("sent-*.json")):
        found += [json.loads(line) for line in path.read_text().splitlines()]
    found.sort(key=lambda reading: reading["sequence"])
    node.check([reading["sequence"] for reading in found] == list(range(1, len(found) + 1)), "numbers without gaps")
    for one, other in zip(found, found[1:]):
        node.check(one["account"] != other["account"] or one["end_us"] <= other["begin_us"], "intervals do not overlap")
    return found


class Raw:
    """A hostile client: bytes out, lines in."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=node.PATIENCE)
        self.file = self.socket.makefile("rb")

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass

    def line(self):
        """The next line as JSON; None: closed."""
        try:
            raw = self.file.readline()
        except OSError:
            return None
        return json.loads(raw) if raw else None

    def answer(self, number):
        """The answer to the request of this id; news in between are dropped."""
        while (line := self.line()) is not None:
            if line.get("id") == number and "method" not in line:
                return line
        return None

    def ask(self, number, method, *params):
        self.send((json.dumps({"id": number, "method": method, "params": params}) + "\n").encode())
        return self.answer(number)

    def close(self):
        self.socket.close()
