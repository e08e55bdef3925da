"""A small Stratum V1 pool for tests: real jobs on an invented chain, every share hashed again here, in Python.

usage: fake_pool.py PORT DIFFICULTY [ROOM]     prints a JSON line for each event on standard output

It is the second opinion on what the meter sends on: header, target and extranonce are put together independently."""
import hashlib
import json
import socketserver
import sys
import threading
import time

PREVIOUS = bytes(range(32))
COINBASE1 = bytes.fromhex("01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff20020862062f503253482f04b8864e5008")
COINBASE2 = bytes.fromhex("072f736c7573682f000000000100f2052a010000001976a914d23fcdf86f7e756a64a7a9688ef9903327048ed988ac00000000")
BRANCHES = [hashlib.sha256(bytes([i])).digest() for i in range(4)]
VERSION, BITS = 0x20000000, 0x1d00ffff
MASK = 0x1fffe000


def twice(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def turned(data):
    return b"".join(data[i:i + 4][::-1] for i in range(0, 32, 4))


class Pool:
    def __init__(self, difficulty, room=4):
        self.target = int(0xffff * 2**208 / difficulty)
        self.difficulty = difficulty
        self.room = room
        self.lock = threading.Lock()
        self.output = threading.Lock()
        self.seen = set()
        self.sessions = {}
        self.jobs = {}
        self.job_number = 0
        self.connections = []
        self.is_silent = False

    def say(self, **event):
        with self.output:  # one line at a time: many threads talk
            sys.stdout.write(json.dumps(event) + "\n")
            sys.stdout.flush()

    def new_job(self, is_clean):
        with self.lock:
            self.job_number += 1
            if is_clean:
                self.jobs.clear()
            self.jobs[f"j{self.job_number}"] = int(time.time())
            connections = list(self.connections)
        for connection in connections:
            connection.notify(f"j{self.job_number}", is_clean)

    def judge(self, extranonce1, params):
        worker, job, extranonce2, ntime, nonce = params[:5]
        bits = int(params[5], 16) if len(params) > 5 else None
        with self.lock:
            if job not in self.jobs:
                return 21, "Job not found"
            if len(extranonce2) != 2 * self.room:
                return 20, "Invalid nonce2 length"
            coinbase = COINBASE1 + extranonce1 + bytes.fromhex(extranonce2) + COINBASE2
            root = twice(coinbase)
            for branch in BRANCHES:
                root = twice(root + branch)
            version = VERSION if bits is None else (VERSION & ~MASK) | (bits & MASK)
            header = (version.to_bytes(4, "little") + PREVIOUS + root + int(ntime, 16).to_bytes(4, "little")
                      + BITS.to_bytes(4, "little") + int(nonce, 16).to_bytes(4, "little"))
            hashed = int.from_bytes(twice(header), "little")
            if hashed > self.target:
                return 23, "Above target"
            if header in self.seen:
                return 22, "Duplicate"
            self.seen.add(header)
        return None


class Connection(socketserver.StreamRequestHandler):
    pool = None

    def send(self, **line):
        try:
            self.wfile.write((json.dumps(line) + "\n").encode())
        except OSError:
            pass

    def notify(self, job, is_clean):
        self.send(id=None, method="mining.notify", params=[
            job, turned(PREVIOUS).hex(), COINBASE1.hex(), COINBASE2.hex(), [b.hex() for b in BRANCHES],
            f"{VERSION:08x}", f"{BITS:08x}", f"{self.pool.jobs.get(job, int(time.time())):08x}", is_clean])

    def subscribe(self, line):
        pool = self.pool
        wanted = line["params"][1] if len(line["params"]) > 1 else None
        with pool.lock:
            if wanted in pool.sessions:
                session = wanted
            else:
                session = f"s{len(pool.sessions) + 1}"
                pool.sessions[session] = (0xf0000000 + len(pool.sessions)).to_bytes(4, "big")
            self.extranonce1 = pool.sessions[session]
            pool.connections.append(self)
        self.send(id=line["id"], error=None,
                  result=[[["mining.set_difficulty", session], ["mining.notify", session]], self.extranonce1.hex(), pool.room])
        self.send(id=None, method="mining.set_difficulty", params=[pool.difficulty])
        if not pool.jobs:
            pool.new_job(True)
        else:
            self.notify(f"j{pool.job_number}", True)
        pool.say(event="subscribed", session=session, resumed=session == wanted)

    def submit(self, line):
        fault = self.pool.judge(self.extranonce1, line["params"])
        self.pool.say(event="share", worker=line["params"][0], fault=fault, params=line["params"])
        if fault is None:
            self.send(id=line["id"], result=True, error=None)
        else:
            self.send(id=line["id"], result=None, error=[fault[0], fault[1], None])

    def handle(self):
        self.extranonce1 = b""
        for raw in self.rfile:
            line = json.loads(raw)
            method = line.get("method")
            if self.pool.is_silent:
                continue
            if method == "mining.configure":
                self.send(id=line["id"], result={"version-rolling": True, "version-rolling.mask": f"{MASK:08x}"}, error=None)
            elif method == "mining.subscribe":
                self.subscribe(line)
            elif method == "mining.authorize":
                is_good = not line["params"][0].startswith("thief")
                self.pool.say(event="authorize", worker=line["params"][0], good=is_good)
                self.send(id=line["id"], result=is_good, error=None)
            elif method == "mining.submit":
                self.submit(line)
            elif method is not None:
                self.send(id=line["id"], result=None, error=[20, "Unknown method", None])
        with self.pool.lock:
            if self in self.pool.connections:
                self.pool.connections.remove(self)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main():
    pool = Pool(float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 4)
    Connection.pool = pool
    server = Server(("127.0.0.1", int(sys.argv[1])), Connection)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pool.say(event="ready", port=server.server_address[1])
    for command in sys.stdin:
        if command.strip() in ("job", "clean"):
            pool.new_job(command.strip() == "clean")
        pool.is_silent = command.strip() == "silent"
        pool.say(event="done", command=command.strip())


if __name__ == "__main__":
    main()
