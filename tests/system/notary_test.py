"""The notary beside a trading node: checkpoints, tiles, receipts and proofs, checked by the program, by a second
reading in Python, and, where there is Go, by golang.org/x/mod/sumdb; killed again and again it never contradicts
itself, and nobody who trades notices."""
import base64
import hashlib
import os
import pathlib
import shutil
import signal
import struct
import subprocess

import node_process as node
from rest_rig import sandbox

check = node.check
KILLS = 6
PEER = pathlib.Path(__file__).resolve().parent / "tlog_peer" / "peer.go.txt"


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_hash(data):
    return sha(b"\0", data)


def root_of(leaves):
    """RFC 6962 2.1, from the bottom: one without a neighbour goes up as it is."""
    level = list(leaves)
    while len(level) > 1:
        paired = [sha(b"\1", level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2:]
    return level[0] if level else sha()


def checkpoint(nobody):
    """(text, size, root)"""
    status, text = nobody.raw("GET", "/tlog/checkpoint", "")
    if status != 200:
        return None
    lines = text.split("\n")
    return text, int(lines[1]), base64.b64decode(lines[2])


def wait_for_record(person, **parameters):
    """The receipt, once a checkpoint has the record."""
    def attempt():
        status, body = person.send("GET", "/api/v3/receipt", parameters)
        check(status in (200, 400), f"{parameters}: {status} {body}")
        return body if status == 200 else None
    return node.wait_until(f"a receipt of {parameters}", attempt)


def run(*arguments):
    done = subprocess.run([node.PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def check_proof(running, text, *options):
    file = running.folder.parent / f"{running.folder.name}.tlog-proof"
    file.write_text(text)
    key = (running.folder / "tlog" / "key").read_text().strip()
    result = run("check-proof", "--key", key, *options, file)
    file.unlink()
    return result


def read_tiles(nobody, size):
    """The leaves and entries of a tree, over HTTP."""
    leaves, entries = [], []
    for first in range(0, size, 256):
        width = min(256, size - first)
        name = f"{first // 256:03d}" + ("" if width == 256 else f".p/{width}")
        for folder, into in (("0", leaves), ("entries", entries)):
            nobody.connection.request("GET", f"/tlog/tile/{folder}/{name}")
            answer = nobody.connection.getresponse()
            data = answer.read()
            check(answer.status == 200, f"tile/{folder}/{name}: {answer.status}")
            while data:
                length = 32 if into is leaves else struct.unpack(">H", data[:2])[0]
                skipped = 0 if into is leaves else 2
                into.append(data[skipped:skipped + length])
                data = data[skipped + length:]
    return leaves, entries


def a_second_reading_agrees(running, nobody):
    text, size, root = checkpoint(nobody)
    leaves, entries = read_tiles(nobody, size)
    check(len(leaves) == size and [leaf_hash(entry) for entry in entries] == leaves, "entries are the leaves' data")
    check(root_of(leaves) == root, "the tiles give the signed root")
    number = 1
    for entry in entries:
        first, count = struct.unpack("<QI", entry[32:44])
        check(first == number, f"batches follow each other: {first} {number}")
        number += count
    return text, size


def receipts(running, alice, bob):
    """An order that rests, and one that takes it."""
    rests = alice.limit("BUY", "0.01", "15000000")
    takes = bob.limit("SELL", "0.01", "15000000")
    check(takes["status"] == "FILLED", f"{takes}")
    trade = bob.ok("GET /api/v3/myTrades", symbol="BTCKZT", orderId=takes["orderId"])[0]["id"]
    own = wait_for_record(alice, symbol="BTCKZT", orderId=rests["orderId"])
    check(own["commandShown"] is True and own["cosigned"] is False, own)
    code, out, err = check_proof(running, own["proof"])
    check(code == 0 and f"command {own['recordNumber']} is in" in out and '"kind":"ORDER_PLACE"' in out, out + err)
    taker = wait_for_record(bob, symbol="BTCKZT", tradeId=trade)
    check(taker["commandShown"] is True, taker)
    maker = wait_for_record(alice, symbol="BTCKZT", tradeId=trade)
    check(maker["commandShown"] is False and maker["recordNumber"] == taker["recordNumber"], maker)
    code, out, err = check_proof(running, maker["proof"])
    check(code == 0 and "not shown" in out and "ORDER_PLACE" not in out, out + err)
    bob.refused("GET /api/v3/receipt", 400, -2013, symbol="BTCKZT", orderId=rests["orderId"])
    status, text = alice.send("GET", "/tlog/proof", {"number": taker["recordNumber"]})
    code, out, err = check_proof(running, text)
    check(status == 200 and code == 0 and "not shown" in out, out + err)
    return own["proof"], rests["orderId"]


def altered_proofs_are_refused(running, proof):
    for change in (proof.replace("index ", "index 1", 1), proof.replace("A", "B", 1), proof[:-2],
                   proof.replace("tarazy/", "tarazi/"), proof + "\n"):
        code, out, _ = check_proof(running, change)
        check(code == 11 and not out, f"{code} {out}")
    other = "tarazy/x+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    check(run("check-proof", "--key", other, "nothing")[0] == 2, "a key that is none")
    witness = (running.folder / "tlog" / "key").read_text().strip()
    check(check_proof(running, proof)[0] == 0, "untouched it is good")
    # The log's own key is no witness.
    check(check_proof(running, proof, "--witness", witness)[0] == 0, "any key that signed may be asked for")


def proofs_from_the_folder(running, old, new):
    """Inclusion and growth by the command line; returns the files for another implementation."""
    folder = running.folder.parent / f"{running.folder.name}.proofs"
    folder.mkdir()
    key = (running.folder / "tlog" / "key").read_text().strip()
    (folder / "old").write_text(old[0])
    (folder / "new").write_text(new[0])
    code, out, err = run("prove", "--dir", running.folder, "--consistency", old[1], new[1])
    check(code == 0, err)
    (folder / "growth").write_text(out)
    code, out, err = run("check-proof", "--key", key, "--old", folder / "old", "--new", folder / "new",
                         folder / "growth")
    check(code == 0 and f"{new[1]} batches continues" in out, out + err)
    code, _, _ = run("check-proof", "--key", key, "--old", folder / "new", "--new", folder / "old",
                     folder / "growth")
    check(code == 11, "the other way round it is no growth")
    files = []
    for number in (1, 2, 17, 59, 60, 61):
        code, out, err = run("prove", "--dir", running.folder, "--number", number)
        check(code == 0, err)
        files.append(folder / f"{number}.tlog-proof")
        files[-1].write_text(out)
        code, out, err = run("check-proof", "--key", key, files[-1])
        check(code == 0 and f"command {number} is in" in out, out + err)
    code, _, err = run("prove", "--dir", running.folder, "--number", 10 ** 9)
    check(code == 1 and "no checkpoint" in err, err)
    return folder, key, files


def another_implementation(running, folder, key, files):
    go = shutil.which("go") or "/usr/local/go/bin/go"
    if not os.path.exists(go):
        print("SKIPPED: the opinion of golang.org/x/mod/sumdb: there is no go")
        return
    root = subprocess.run([go, "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
    packages = pathlib.Path(root) / "src/cmd/vendor/golang.org/x/mod/sumdb"
    if not (packages / "tlog").is_dir():
        print("SKIPPED: the opinion of golang.org/x/mod/sumdb: this go comes without its sources")
        return
    module = folder / "peer"
    for name in ("note", "tlog"):
        shutil.copytree(packages / name, module / name)
    (module / "go.mod").write_text("module peer\n\ngo 1.22\n")
    shutil.copy(PEER, module / "main.go")
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GOPROXY": "off",
                   "GOCACHE": os.environ.get("GOCACHE", str(folder / "cache"))}
    built = subprocess.run([go, "build", "-p", "1", "-o", "peer", "."], cwd=module, env=environment,
                           capture_output=True, text=True, timeout=240)
    check(built.returncode == 0, built.stderr)
    arguments = [running.folder / "tlog", key, folder / "old", folder / "new", folder / "growth", *files]
    done = subprocess.run([module / "peer", *arguments], capture_output=True, text=True, timeout=60)
    check(done.returncode == 0 and done.stdout.startswith("agreed"), done.stdout + done.stderr)
    print(f"golang.org/x/mod/sumdb {done.stdout.strip()}")


def a_witness_cosigns_out_of_its_own_copy(running, alice, nobody, order):
    """A copy of the journal elsewhere, re-performed; what it cosigns is published and stands in receipts."""
    folder = running.folder.parent / f"{running.folder.name}.witness"
    folder.mkdir()
    key = (running.folder / "tlog" / "key").read_text().strip()
    who = ("--state", folder / "state", "--name", "witness.example/w1", "--log", key)

    def copy():
        shutil.rmtree(folder / "copy", ignore_errors=True)
        (folder / "copy").mkdir()
        for file in running.folder.glob("segment-*"):
            subprocess.run(["cp", "--sparse=always", file, folder / "copy" / file.name], check=True)

    def ask(name, *options):
        return run("witness", *who, "--copy", folder / "copy", "--checkpoint", folder / name, *options)

    code, out, err = run("witness", *who)
    check(code == 0 and out.endswith("\n0\n"), out + err)
    witness = out.split("\n")[0]
    (folder / "first").write_text(checkpoint(nobody)[0])
    copy()
    code, cosigned, err = ask("first")
    check(code == 0 and "witness.example/w1" in cosigned, err)
    (folder / "first.cosigned").write_text(cosigned)
    rests = alice.limit("BUY", "0.001", "6000000")
    wait_for_record(alice, symbol="BTCKZT", orderId=rests["orderId"])
    text, size, _ = checkpoint(nobody)
    (folder / "second").write_text(text)
    code, _, err = ask("second", "--proven")
    check(code == 1 and "own copy" in err, f"the copy is not that far: {code} {err}")
    copy()
    code, _, err = ask("second")
    check(code == 11 and "no proof" in err, f"without a proof of growth: {code} {err}")
    last = int(run("witness", *who)[1].split("\n")[1])
    (folder / "growth").write_text(nobody.raw("GET", "/tlog/consistency", f"old={last}&new={size}")[1])
    code, cosigned, err = ask("second", "--growth", folder / "growth")
    check(code == 0, err)
    (folder / "second.cosigned").write_text(cosigned)
    code, _, err = ask("first")
    check(code == 11 and "rollback" in err, f"{code} {err}")
    check(len(list((folder / "state").glob("evidence-*"))) == 2, "evidence is kept")
    publish = ("cosigned", "--dir", running.folder, "--witness", witness)
    check(run(*publish, folder / "second")[0] == 11, "what nobody has cosigned is not published")
    check(run(*publish, folder / "second.cosigned")[0] == 0, "published")
    check(run(*publish, folder / "first.cosigned")[0] == 11, "an older one is not")
    receipt = alice.ok("GET /api/v3/receipt", symbol="BTCKZT", orderId=order)
    check(receipt["cosigned"] is True and receipt["treeSize"] == size, receipt)
    code, out, err = check_proof(running, receipt["proof"], "--witness", witness)
    check(code == 0 and "cosigned by witness.example/w1" in out, out + err)
    check(nobody.raw("GET", "/tlog/cosigned", "")[1] == cosigned, "served")
    shutil.rmtree(folder)


def killed_while_people_trade(running, alice, nobody):
    seen = [checkpoint(nobody)]
    pid = None

    def another():
        """Not the one that was killed and is still on its way out."""
        found = node.child_processes(running.process.child.pid).get("notary")
        return found if found != pid else None
    for kill in range(KILLS):
        pid = node.wait_until("a notary", another)
        for step in range(30):
            alice.limit("BUY", "0.001", str(10000000 + 30 * kill + step))
        os.kill(pid, signal.SIGKILL)
        alice.limit("BUY", "0.001", "9000000")
        now = checkpoint(nobody)
        check(now[1] >= seen[-1][1], "a checkpoint never goes back")
        seen.append(now)
    last = alice.limit("BUY", "0.001", "9000001")
    wait_for_record(alice, symbol="BTCKZT", orderId=last["orderId"])
    seen.append(checkpoint(nobody))
    leaves, _ = read_tiles(nobody, seen[-1][1])
    for _, size, root in seen:
        check(root_of(leaves[:size]) == root, f"the tree of {size} is a beginning of the last one")
    check("-9903" in str(nobody.raw("GET", "/tlog/consistency", f"old=1&new={seen[-1][1] + 10 ** 6}")[1]), "not yet")
    check(nobody.raw("GET", "/tlog/consistency", f"old=1&new={seen[1][1]}")[0] == 200, "growth over HTTP")
    return seen


def main():
    with sandbox("--notary") as running:
        alice, bob, nobody = running.person("alice"), running.person("bob"), running.person()
        node.wait_until("the first checkpoint", lambda: checkpoint(nobody))
        old = checkpoint(nobody)
        proof, order = receipts(running, alice, bob)
        altered_proofs_are_refused(running, proof)
        a_witness_cosigns_out_of_its_own_copy(running, alice, nobody, order)
        killed_while_people_trade(running, alice, nobody)
        for step in range(120):  # beyond one tile
            alice.limit("BUY", "0.001", str(8000000 + step))
        last = alice.limit("BUY", "0.001", "7000000")
        wait_for_record(alice, symbol="BTCKZT", orderId=last["orderId"])
        text, size = a_second_reading_agrees(running, nobody)
        check(size > 256, f"more than one tile: {size}")
        wait_for_record(alice, symbol="BTCKZT", orderId=order)
        folder, key, files = proofs_from_the_folder(running, old, (text, size))
        try:
            another_implementation(running, folder, key, files)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
