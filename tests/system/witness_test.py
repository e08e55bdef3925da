"""The supervisor is a witness: it cosigns by itself what its own replay gives, within seconds, and the node publishes
it; an older tree, the tree of another history and a false root of liabilities are refused, kept, and alarm."""
import os
import pathlib
import shutil
import subprocess
import time

import follow_rig as rig
import node_process as node
import notary_test as notary
from rest_rig import Sandbox, sandbox

check = node.check
NAME = "witness.example/sana"
OWN_USER = 61117


def tree_size(folder):
    """Of the checkpoint in a folder's tree; 0: none."""
    try:
        return int((folder / "tlog" / "checkpoint").read_text().split("\n")[1])
    except (FileNotFoundError, IndexError):
        return 0


class Witness(rig.Supervisor):
    """A supervisor that cosigns."""

    def __init__(self, address, source, log, *options):
        super().__init__(f"main={address}", silence_ms=3000,
                         options=("--snapshot-commands", 20, "--witness", NAME, "--checkpoints", source, "--log", log, *options))
        self.state = self.folder / "main" / "witness"
        self.key = node.wait_until("the witness's key", lambda: (
            (self.state / "key").read_text().strip() if (self.state / "key").exists() else None))

    def cosigned_size(self):
        file = self.state / "cosigned"
        return int(file.read_text().split("\n")[1]) if file.exists() else 0

    def wait_cosigned(self, size):
        """Returns the seconds it took."""
        begin = time.monotonic()
        node.wait_until(f"a cosigned checkpoint of {size} batches", lambda: self.cosigned_size() >= size)
        return time.monotonic() - begin

    def evidence(self):
        return [file.read_text() for file in self.state.glob("evidence-*.txt")]


def start_relay(folder):
    relay = node.Process("relay", "--dir", folder, "--socket", folder / "relay.socket")
    return relay, relay.ready_line()


def published_with_the_supervisors_line(running):
    """Node, notary, relay, supervisor and publisher: nobody starts anything by hand afterwards."""
    alice, nobody = running.person("alice"), running.person()
    node.wait_until("the first checkpoint", lambda: notary.checkpoint(nobody))
    log = (running.folder / "tlog" / "key").read_text().strip()
    relay, address = start_relay(running.folder)
    witness = Witness(address, running.url, log)
    publisher = node.Process("cosigned", "--dir", running.folder, "--witness", witness.key, "--follow",
                             witness.state / "cosigned")
    publisher.ready_line()
    for _ in range(3):
        order = alice.limit("BUY", "0.001", "9000000")["orderId"]

        def cosigned():
            status, body = alice.send("GET", "/api/v3/receipt", {"symbol": "BTCKZT", "orderId": order})
            return body if status == 200 and body["cosigned"] else None
        begin = time.monotonic()
        receipt = node.wait_until("a cosigned receipt", cosigned)
        took = time.monotonic() - begin
        check(took < 10, f"a receipt was cosigned after {took:.1f} s")
        code, out, err = notary.check_proof(running, receipt["proof"], "--witness", witness.key)
        check(code == 0 and f"cosigned by {NAME}" in out, out + err)
    check(not witness.findings() and not witness.evidence(), "nothing was refused")
    check(witness.status()["main"]["cosignedBatches"] > 0, witness.status())
    is_confined(witness, address)
    # A supervisor that comes back goes on with the same key, and from its own snapshot, not the first command.
    copy = witness.folder / "main"
    check(node.wait_until("a snapshot", lambda: list(copy.glob("snapshot-*.state")) and list(copy.glob("books-*.kept"))),
          "it keeps where it is")
    key = witness.key
    check(witness.process.stop() == 0, witness.process.errors())
    witness.start()
    alice.limit("BUY", "0.001", "9000001")
    witness.wait_cosigned(tree_size(running.folder))
    check((witness.state / "key").read_text().strip() == key, "the key stays")
    node.wait_until("its first status", lambda: witness.status().get("main", {}).get("beganBehind", 0) > 0)
    check(publisher.stop() == 0 and witness.process.stop() == 0, witness.process.errors())
    witness.end()
    check(relay.stop() == 0, relay.errors())
    return log


def what_the_kernel_says(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def is_confined(witness, address):
    """The supervisor and its witness may call little, and try what they must not do; started as root, as somebody else."""
    pid = witness.process.child.pid
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    check(children, "the witness is a process of its own")
    for process in (pid, *children):
        said = what_the_kernel_says(process)
        check(said["NoNewPrivs"] == "1" and said["Seccomp"] == "2", said)
    done = subprocess.run([node.PROGRAM, "supervise", "--self-test", "--follow", f"main={address}", "--dir",
                           str(witness.folder)], capture_output=True, text=True, timeout=60)
    check(done.returncode == 0 and "0 came out wrong" in done.stdout, done.stdout + done.stderr)
    if os.getuid() != 0:
        print("SKIPPED: a user of its own: not started as root")
        return
    folder = node.new_folder()
    os.chown(folder, OWN_USER, OWN_USER)
    other = node.Process("supervise", "--dir", folder, "--follow", f"main={address}", "--user", OWN_USER)
    other.ready_line()
    said = what_the_kernel_says(other.child.pid)
    check(said["Uid"].split() == [str(OWN_USER)] * 4 and not said["Groups"].strip(), said)
    check(other.stop() == 0, other.errors())
    node.remove_folder(folder)


class Mirror:
    """A folder in which somebody shows a tree: this node's, or another's."""

    def __init__(self):
        self.folder = node.new_folder()

    def show(self, tree):
        """In one step, as a web server's folder would be changed."""
        place = self.folder / "tlog"
        old = self.folder / "old"
        shutil.copytree(tree, self.folder / "next")
        if place.exists():
            place.rename(old)
        (self.folder / "next").rename(place)
        shutil.rmtree(old, ignore_errors=True)


def trade(running, count, price):
    alice = running.person("alice")
    before = tree_size(running.folder)
    for step in range(count):
        alice.limit("BUY", "0.001", str(price + step))
    node.wait_until("the notary", lambda: tree_size(running.folder) >= before + count)


def another_history(folder, count, price):
    """The same node, from where it was, with other orders: as who has its keys could do it. Gives its tree."""
    other = node.new_folder()
    shutil.rmtree(other)
    shutil.copytree(folder, other, ignore=shutil.ignore_patterns("*.socket", "history"))
    running = Sandbox(other, "--notary")
    trade(running, count, price)
    running.stop()
    return other


def lies_are_refused_and_kept(folder, log):
    mirror = Mirror()
    mirror.show(folder / "tlog")
    old = node.new_folder()
    shutil.copytree(folder / "tlog", old / "tlog")
    other = another_history(folder, 20, 8000000)
    running = Sandbox(folder, "--notary")
    relay, address = start_relay(folder)
    witness = Witness(address, mirror.folder, log)
    witness.wait_cosigned(tree_size(old))
    # What is not signed by the log's key says nothing: an alarm, and no evidence.
    genuine = (mirror.folder / "tlog" / "checkpoint").read_text()
    forged = genuine.split("\n")
    forged[1] = str(int(forged[1]) + 1)
    (mirror.folder / "tlog" / "checkpoint").write_text("\n".join(forged))
    alarm = witness.wait_alarm("checkpoint")
    check("not signed by the log's key" in alarm["reason"] and not witness.evidence(), alarm)
    trade(running, 10, 7000000)
    mirror.show(folder / "tlog")
    witness.wait_cosigned(tree_size(folder))
    witness.wait_alarm("checkpoint", raised=False)
    # An older tree, once honest: refused, kept; and put right by a newer one.
    before = len(witness.alarms())
    mirror.show(old / "tlog")
    node.wait_until("the rollback", lambda: any(
        "rollback" in alarm["reason"] and alarm["raised"] for alarm in witness.alarms()[before:]))
    check(len(witness.evidence()) == 1 and "rollback" in witness.evidence()[0], "it is kept")
    trade(running, 30, 7100000)
    mirror.show(folder / "tlog")
    witness.wait_cosigned(tree_size(folder))
    node.wait_until("the alarm's end", lambda: len(witness.alarms()) == before + 2)
    # The tree of another history, signed with the notary's own key: it does not continue what was cosigned.
    cosigned = witness.cosigned_size()
    check(tree_size(other) < cosigned, "the other tree is smaller here")
    witness.end()
    # A witness that stands at the fork: the other tree continues it, and is not what the journal says.
    mirror.show(old / "tlog")
    witness = Witness(address, mirror.folder, log)
    witness.wait_cosigned(tree_size(old))
    mirror.show(other / "tlog")
    alarm = witness.wait_alarm("checkpoint")
    check(f"{tree_size(other)} batches" in alarm["reason"] and "own copy" in alarm["reason"], alarm)
    check((witness.folder / "main" / alarm["evidence"]).read_text() == (other / "tlog" / "checkpoint").read_text(),
          "the note itself is kept")
    check(len(witness.evidence()) == 1 and "own copy" in witness.evidence()[0], "both notes are kept")
    # From here on nothing is cosigned, not even the truth: a person must look.
    mirror.show(folder / "tlog")
    trade(running, 3, 7200000)
    mirror.show(folder / "tlog")
    witness.wait_number(1)
    check(witness.status()["main"]["cosigns"] is False and witness.cosigned_size() == tree_size(old), "no more")
    check(witness.process.stop() == 11, "its end says so")
    witness.end()
    # At the same size as one that was cosigned, two trees prove themselves.
    mirror.show(other / "tlog")
    witness = Witness(address, mirror.folder, log)
    alarm = witness.wait_alarm("checkpoint")
    check("own copy" in alarm["reason"] and witness.cosigned_size() == 0, alarm)
    witness.end()
    running.stop()
    relay.end()
    for place in (mirror.folder, old, other):
        node.remove_folder(place)


def run(*arguments):
    code, out, err = notary.run(*arguments)
    check(code == 0, f"{arguments}: {out}{err}")
    return out


def liabilities_are_built_again(running):
    folder = running.folder
    olga, alice = running.person("olga"), running.person("alice")
    keys = node.new_folder()
    log = (folder / "tlog" / "key").read_text().strip()
    relay, address = start_relay(folder)
    witness = Witness(address, folder, log, "--epoch-keys", keys)

    def publish(epoch, **changes):
        record = node.journal(folder)[-1]["number"]
        said = {line.split()[0]: line.split()[1] for line in
                run("liabilities", "--dir", folder, "--record", record, "--epoch", epoch).splitlines()}
        act = {name: said[name] for name in ("record", "epoch", "root", "totals")}
        olga.ok("POST /tarazy/v1/liabilities", **{**act, **changes})
        number = running.person().ok("GET /api/v3/liabilities")["publishedNumber"]
        node.wait_until("the notary", lambda: notary.run("prove", "--dir", folder, "--number", number)[0] == 0)
        return tree_size(folder)
    alice.limit("BUY", "0.001", "9000000")
    size = publish(1)
    alarm = witness.wait_alarm("liabilities")
    check("key of the epoch" in alarm["reason"] and witness.cosigned_size() < size, alarm)
    (keys / "1.key").write_text(run("liabilities", "--dir", folder, "--reveal", 1))
    witness.wait_cosigned(size)
    witness.wait_alarm("liabilities", raised=False)
    check(witness.process.stop() == 0, witness.process.errors())
    (keys / "1.key").unlink()
    witness.start()  # what was cosigned is not asked for again
    alice.limit("BUY", "0.001", "9000001")
    witness.wait_cosigned(size + 1)
    # A root that is not that of the books.
    record = node.journal(folder)[-1]["number"]
    check(record > 0, record)
    size = publish(2, root="ab" * 32)
    (keys / "2.key").write_text(run("liabilities", "--dir", folder, "--reveal", 2))
    alarm = node.wait_until("the alarm", lambda: next(
        (a for a in witness.alarms() if a["alarm"] == "liabilities" and "epoch 2" in a["reason"] and "key" not in a["reason"]), None))
    check(witness.cosigned_size() < size, "it is not cosigned")
    check(witness.process.stop() == 11, "its end says so")
    witness.end()
    relay.end()
    node.remove_folder(keys)


def main():
    with sandbox("--notary") as running:
        published_with_the_supervisors_line(running)
        liabilities_are_built_again(running)
    folder = node.new_folder()
    running = Sandbox(folder, "--notary")
    trade(running, 5, 6000000)
    running.stop()
    lies_are_refused_and_kept(folder, (folder / "tlog" / "key").read_text().strip())
    node.remove_folder(folder)


if __name__ == "__main__":
    main()
