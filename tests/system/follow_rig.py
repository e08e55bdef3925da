"""A core with a relay and a supervisor, for the tests of following: certificates, status, alarms, frames."""
import contextlib
import json
import os
import pathlib
import socket
import struct
import subprocess
import threading

import node_process as node

check = node.check
FRAME = struct.Struct("<IHHIIQqQQQQ")
HELLO = struct.Struct("<8sIIQ16s32s48s8s")
BATCH, HEARTBEAT, REFUSED = 2, 3, 5
PRICE, QUANTITY = 15_400_000 * 10**8, 10_000
OLGA, OLGAS_KEY = 5, 9
KEY_REVOKE = 14


def openssl(*arguments, **options):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, **options)
    check(done.returncode == 0, f"openssl {arguments}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def orders(count, first_request=1):
    """Alice buys, bob sells."""
    return b"".join(
        node.order(*((1, 1, 1, node.BUY) if i % 2 else (2, 3, 1, node.SELL)), PRICE + i % 7 * 10**8, QUANTITY,
                   first_request + i)
        for i in range(count))


class Watched:
    """One node's folder, its core and its relay; each may be killed and started again."""

    def __init__(self, *core_options):
        self.folder = node.new_folder()
        node.found_sandbox(self.folder)
        self.keys = json.loads((self.folder / "keys.json").read_text())
        self.core_options = core_options
        self.socket = self.folder / "relay.socket"
        self.certificates = self.folder / "certificates"
        self.certificates.mkdir()
        self.relay = None
        self.start_core()

    def key(self, participant):
        return next(k for k in self.keys if k["participant"] == participant and k["type"] == "ED25519")

    def start_core(self):
        self.core = node.start_core(self.folder, *self.core_options)
        self.link = node.connect(self.folder)

    def stop_core(self, number):
        self.core.stop(number)
        while (notice := self.link.next()) is not None:
            self.link.durable = max(self.link.durable, notice[6])
        self.link.close()

    def start_relay(self, *options):
        self.relay = node.Process("relay", "--dir", self.folder, *(options or ("--socket", self.socket)))
        return self.relay.ready_line()

    def trade(self, count):
        """Sends and waits until all of it is durable."""
        check(self.link.send(orders(count)), "the core takes orders")
        check(self.link.wait_durable(self.link.durable + count), "and makes them durable")
        return self.link.durable

    def make_relay_certificate(self):
        openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", "/CN=relay",
                "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.certificates / "relay.key",
                "-out", self.certificates / "relay.pem")
        return self.certificates / "relay.pem", self.certificates / "relay.key"

    def make_certificate(self, participant):
        """Around the participant's own registered key; returns supervise's options."""
        key, certificate = (self.certificates / f"{participant}.{end}" for end in ("key", "pem"))
        key.write_text(self.key(participant)["privateKey"])
        openssl("req", "-x509", "-key", key, "-days", "2", "-subj", f"/CN={participant}", "-out", certificate)
        return ("--certificate", certificate, "--key", key, "--key-id", self.key(participant)["apiKey"],
                "--trust", self.certificates / "relay.pem")

    def revoke(self, participant):
        header = node.HEADER.pack(0, 0, 0, KEY_REVOKE, 0, OLGA, 1, OLGAS_KEY)
        check(self.link.send((header + bytes.fromhex(self.key(participant)["apiKey"])).ljust(128, b"\0")), "sent")
        check(self.link.wait_durable(self.link.durable + 1), "durable")

    def end(self):
        for process in (self.relay, self.core):
            if process is not None:
                process.end()
        node.remove_folder(self.folder)


class Supervisor:
    """`tarazy supervise` in a folder of its own."""

    def __init__(self, *follow, options=(), silence_ms=3000):
        self.folder = node.new_folder()
        self.follow = [argument for address in follow for argument in ("--follow", address)]
        self.options = ("--silence", silence_ms, *options)
        self.start()

    def start(self):
        self.process = node.Process("supervise", "--dir", self.folder, *self.follow, *self.options)
        self.process.ready_line()

    def status(self):
        try:
            return {entry["name"]: entry for entry in json.loads((self.folder / "status.json").read_text())["nodes"]}
        except (FileNotFoundError, ValueError):
            return {}

    def alarms(self):
        book = self.folder / "alarms.jsonl"
        return [json.loads(line) for line in book.read_text().splitlines()] if book.exists() else []

    def findings(self):
        return [alarm for alarm in self.alarms() if alarm["alarm"] == "finding"]

    def wait_number(self, number, name="main"):
        def reached():
            check(not self.findings(), self.findings())
            return self.status().get(name, {}).get("number", 0) >= number
        node.wait_until(f"the copy to reach {number}", reached)

    def wait_alarm(self, alarm, raised=True):
        return node.wait_until(f"the alarm {alarm}", lambda: next(
            (a for a in self.alarms() if a["alarm"] == alarm and a["raised"] == raised), None))

    def end(self):
        self.process.end()
        node.remove_folder(self.folder)


def same_journal(one, other, number):
    """Both folders hold the same batches, byte for byte, up to a number both have."""
    def lines(folder):
        return [line for line in node.journal(folder) if line["number"] <= number]
    check(lines(one) == lines(other), "the copy is the journal")


class Proxy:
    """Between a supervisor and a relay on Unix sockets: passes frames on, as `change(frame, payload)` gives them back."""

    def __init__(self, path, target, change):
        self.path, self.target, self.change = path, target, change
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(path))
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.pump, args=(peer,), daemon=True).start()

    def pump(self, peer):
        relay = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with contextlib.suppress(OSError), peer, relay:
            relay.connect(str(self.target))
            relay.sendall(read(peer, HELLO.size))
            while True:
                frame = read(relay, FRAME.size)
                payload = read(relay, FRAME.unpack(frame)[3])
                for some_frame, some_payload in self.change(frame, payload):
                    peer.sendall(some_frame + some_payload)

    def end(self):
        self.listener.close()


def read(peer, size):
    data = b""
    while len(data) < size:
        more = peer.recv(size - len(data))
        if not more:
            raise OSError("the connection is over")
        data += more
    return data


def kind_of(frame):
    return FRAME.unpack(frame)[1]


def first_number(payload):
    """Of a batch."""
    return struct.unpack_from("<Q", payload, 16)[0]


def hello(number):
    return HELLO.pack(b"TRZHELLO", 1, 0, number, b"", b"", b"", b"helloend")


def memory_kib(process):
    status = pathlib.Path(f"/proc/{process.child.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


def finish(*things):
    for thing in things:
        thing.end()
    os.sync()
