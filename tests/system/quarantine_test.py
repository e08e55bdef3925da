"""A record at which every engine stops: the core dies of it, and at each start; its supervisor does not. Two people have it
skipped, and everything comes up again with all that was acknowledged. Whatever less than two people sign is refused, and
found where an operator writes it all the same."""
import contextlib
import fcntl
import json
import shutil
import subprocess
import sys
import threading
import urllib.request

import follow_rig as rig
import node_process as node

check = node.check
HEALTHY = node.PROGRAM
POISONED, FORGING = sys.argv[1:3]
POISON_PRICE, POISON = 15_123_456 * 10**8, 66_666


@contextlib.contextmanager
def program(path):
    """Processes started meanwhile are of this build."""
    node.PROGRAM, before = path, node.PROGRAM
    yield
    node.PROGRAM = before


class Load:
    """Somebody who sends orders until the core is gone, and remembers what he was told is durable."""

    def __init__(self, folder):
        self.link = node.connect(folder)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.link.send(rig.orders(50)) and self.link.wait_durable(self.link.durable + 50):
            pass

    def join(self):
        self.thread.join(node.PATIENCE)
        check(not self.thread.is_alive(), "the core is gone, and its client knows")
        self.link.close()
        return self.link.durable


def serve(folder):
    server = node.Process("serve", "--sandbox", "--dir", folder, "--listen", "127.0.0.1:0")
    return server, server.ready_line()


def quarantine(folder, record, operator, approver, reason="build 7 stops at it", more=()):
    """tarazy quarantine, with the keys of keys.json."""
    keys = json.loads((folder / "keys.json").read_text())
    arguments = ["--dir", folder, "--record", record, "--reason", reason]
    for option, who in (("--operator-key", operator), ("--approver-key", approver)):
        if who is not None:
            path = folder / f"{who}.pem"
            path.write_text(next(k["privateKey"] for k in keys
                                 if k["participant"] == who and k["type"] == "ED25519"))
            arguments += [option, path]
    return subprocess.run([node.PROGRAM, "quarantine", *map(str, [*arguments, *more])], capture_output=True, text=True,
                          timeout=120)


def refused(text, *arguments, code=1, **named):
    done = quarantine(*arguments, **named)
    check(done.returncode == code and text in done.stderr, f"{arguments}: {done}")


def poison(folder, load):
    """The order that no engine of this build survives, in the middle of everybody else's."""
    link = node.connect(folder)
    link.send(node.order(1, 1, 1, node.BUY, POISON_PRICE, 10_000) + node.order(1, 1, 1, node.BUY, POISON_PRICE, POISON)
              + node.order(1, 1, 1, node.BUY, POISON_PRICE, 10_000))
    acknowledged = load.join()
    link.close()
    return acknowledged


def find_poison(folder):
    records = [line for line in node.journal(folder) if line["kind"] == "ORDER_PLACE"
               and line["terms"]["quantity"] == str(POISON)]
    check(len(records) == 1, f"one such order: {records}")
    return records[0]["number"]


def everybody_dies_of_it(server, folder):
    """The core, and again at each start, until serve gives up; whoever re-performs the journal."""
    code = server.wait()
    check(code == 13, f"serve gives up with 13, not {code}\n{server.errors()}")
    record = find_poison(folder)
    said = [line for line in server.errors().splitlines() if "tarazy-quarantine(1)" in line and str(record) in line]
    check(len(said) >= 8, f"the record is named each time\n{server.errors()}")
    done = subprocess.run([POISONED, "verify", "--dir", str(folder)], capture_output=True, text=True, timeout=120)
    check(done.returncode < 0 and str(record) in done.stderr, f"verify dies of it, too: {done}")
    return record


def nobody_alone(folder, record):
    """What is refused, and leaves the journal as it is."""
    before = node.journal(folder)
    refused("stops no engine", folder, record - 1, "olga", "omar")
    refused(f"record {record}: this one stops an engine, too", folder, record + 1, "olga", "omar")
    refused("the journal ends before it", folder, before[-1]["number"] + 5, "olga", "omar")
    refused("something stands behind its batch", folder, 20, "olga", "omar")
    refused("usage", folder, record, "olga", None, code=2)
    refused("usage", folder, record, "olga", "omar", code=2, reason="x" * 65)
    refused("signed twice by one person", folder, record, "omar", "omar")
    refused("without the role", folder, record, "olga", "olga")
    refused("without the role", folder, record, "olga", "alice")
    refused("without the role", folder, record, "alice", "omar")
    stranger = folder / "stranger.pem"
    stranger.write_bytes(rig.openssl("genpkey", "-algorithm", "ed25519"))
    refused("no key that the node's registry knows", folder, record, "olga", None, more=("--approver-key", stranger))
    with open(folder / "lock", "r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused("a core holds the journal", folder, record, "olga", "omar", code=12)
    with program(HEALTHY):  # a build that does not stop there has no reason
        refused("stops no engine", folder, record, "olga", "omar")
    check(node.journal(folder) == before, "the journal is as it was")


def two_people(folder, record):
    done = quarantine(folder, record, "olga", "omar")
    check(done.returncode == 0, done)
    shown = json.loads(done.stdout.splitlines()[0])
    check(shown["number"] == record and shown["terms"]["quantity"] == str(POISON), f"it is shown: {shown}")
    last = node.journal(folder)[-1]
    check(last["kind"] == "QUARANTINE" and last["record"] == record and last["reason"] == "build 7 stops at it",
          f"it stands in the journal: {last}")
    refused("a quarantine stands behind its batch already", folder, record, "olga", "omar")
    return last["number"]


def everything_is_back(folder, number, acknowledged):
    server, url = serve(folder)
    node.wait_until("everybody", lambda: {"core", "gateway", "history"} <= set(node.child_processes(server.child.pid)))
    with urllib.request.urlopen(url + "/api/v3/depth?symbol=BTCKZT&limit=5000", timeout=30) as answer:
        bids = {bid[0]: bid[1] for bid in json.load(answer)["bids"]}
    at_price = [size for price, size in bids.items() if float(price) == POISON_PRICE / 10**8]
    check([float(size) * 10**8 for size in at_price] == [20_000], f"the two healthy orders rest, the third does not: {bids}")
    link = node.connect(folder)
    check(link.durable >= number, "the core goes on behind the quarantine")
    check(link.send(rig.orders(100)) and link.wait_durable(link.durable + 100), "and takes orders")
    end = link.durable
    link.close()
    check(end >= acknowledged, "nothing that was acknowledged is gone")
    return server, end


def drill():
    folder = node.new_folder()
    with program(POISONED):
        server, _ = serve(folder)
    # The relay's build does not stop at the record, the supervisor's does: the worst case for the supervisor.
    relay = node.Process("relay", "--dir", folder, "--socket", folder / "relay.socket")
    relay.ready_line()
    with program(POISONED):
        supervisor = rig.Supervisor(f"main=unix:{folder / 'relay.socket'}")
        load = Load(folder)
        node.wait_until("some trade", lambda: load.link.durable > 2000)
        supervisor.wait_number(1000)
        acknowledged = poison(folder, load)
        record = everybody_dies_of_it(server, folder)
        forged = node.new_folder()
        shutil.rmtree(forged)
        shutil.copytree(folder, forged, ignore=shutil.ignore_patterns("*.socket"))
        supervisor.wait_alarm("no_core")
        if supervisor.process.child.poll() is not None:  # told of the core's end a moment too late
            supervisor.start()
            supervisor.wait_alarm("no_core")
        nobody_alone(folder, record)
        number = two_people(folder, record)
        server, end = everything_is_back(folder, number, acknowledged)
    check(relay.wait() != 0 and "carried out here" in relay.errors(), f"who passed says so\n{relay.errors()}")
    relay = node.Process("relay", "--dir", folder, "--socket", folder / "relay.socket")
    relay.ready_line()
    supervisor.wait_number(end)
    check(supervisor.process.child.poll() is None and not supervisor.findings(), "the supervisor follows on")
    told = [alarm for alarm in supervisor.alarms() if alarm["alarm"] == "quarantine"]
    check(len(told) == 1 and told[0]["number"] == record and "build 7 stops at it" in told[0]["reason"],
          f"and tells its people: {told}")
    check(server.stop() == 0, server.errors())
    for build in (POISONED, HEALTHY):
        with program(build):
            check(node.verify(folder) == end, "the whole journal agrees")
        done = subprocess.run([build, "verify", "--dir", str(folder)], capture_output=True, text=True, timeout=120)
        check(f"skipped    {record} by participants 5 and 6: build 7 stops at it" in done.stdout, f"verify says so: {done}")
    lines = node.journal(folder)
    check([line["number"] for line in lines] == list(range(1, end + 1)), "every record is there")
    rig.finish(supervisor, relay)
    node.remove_folder(folder)
    return forged, record


def an_operator_alone(folder, record):
    """Her own build asks nobody: her quarantine stands in the journal, and everybody else says so."""
    with program(FORGING):
        done = quarantine(folder, record, "olga", "olga")
        check(done.returncode == 0, done)
        core = node.start_core(folder)
        relay = node.Process("relay", "--dir", folder, "--socket", folder / "relay.socket")
        relay.ready_line()
    for build in (HEALTHY, POISONED):
        done = subprocess.run([build, "verify", "--dir", str(folder)], capture_output=True, text=True, timeout=120)
        said = done.stdout + done.stderr
        check(done.returncode == 11 and "without the role" in said and str(record) in said, f"found by verify: {done}")
    with program(POISONED):
        supervisor = rig.Supervisor(f"main=unix:{folder / 'relay.socket'}")
    found = supervisor.wait_alarm("finding")
    check(found["number"] == record and "without the role" in found["reason"], f"found by the supervisor: {found}")
    check(core.stop() == 0, core.errors())
    rig.finish(supervisor, relay)
    node.remove_folder(folder)


def main():
    forged, record = drill()
    an_operator_alone(forged, record)


main()
