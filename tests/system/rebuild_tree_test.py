"""A notary that must not go on: its state is lost, a tile has rotted, the whole folder is gone. The tree comes back out of
the journal, if it is the one that was signed, while people trade; and what was proven before stays proven."""
import os
import pathlib
import shutil

import node_process as node
import notary_test as notary
from privileges_test import CONFIG, GROUP, USERS, others_may_pass
from rest_rig import sandbox

check = node.check
SLOT = 4096


def rebuild(folder, *options):
    return notary.run("rebuild-tree", "--dir", folder, *options)


def refused(folder, code, text, *options):
    got, out, err = rebuild(folder, *options)
    check(got == code and text in err, f"expected {code} and {text!r}: {got} {out}{err}")


def flip(path, *offsets):
    data = bytearray(path.read_bytes())
    for offset in offsets:
        data[offset] ^= 1
    path.write_bytes(data)


def damage_state(folder):
    flip(folder / "tlog" / "notary.state", 200, SLOT + 200)


def start_notary(folder):
    return node.Process("notary", "--dir", folder)


def stops_as_damaged(folder):
    check(start_notary(folder).wait() == 11, "a notary that may have forgotten does not go on")


def trade(running, person, count=5):
    for step in range(count):
        last = person.limit("BUY", "0.001", str(9000000 + step))["orderId"]
    return last


def goes_on(running, alice, old, order):
    """A notary works again: old receipts hold, and the tree of before is a beginning of the new one."""
    worker = start_notary(running.folder)
    last = trade(running, alice)
    notary.wait_for_record(alice, symbol="BTCKZT", orderId=last)
    receipt = notary.wait_for_record(alice, symbol="BTCKZT", orderId=order)
    code, out, err = notary.check_proof(running, receipt["proof"])
    check(code == 0 and "ORDER_PLACE" in out, out + err)
    text, size = notary.a_second_reading_agrees(running, running.person())
    check(size > old[1], f"{size} after {old[1]}")
    files = running.folder.parent / f"{running.folder.name}.growth"
    files.mkdir()
    (files / "old").write_text(old[0])
    (files / "new").write_text(text)
    status, growth = running.person().raw("GET", "/tlog/consistency", f"old={old[1]}&new={size}")
    (files / "growth").write_text(growth)
    key = (running.folder / "tlog" / "key").read_text().strip()
    code, out, err = notary.run("check-proof", "--key", key, "--old", files / "old", "--new", files / "new", files / "growth")
    check(status == 200 and code == 0, out + err)
    shutil.rmtree(files)
    check(worker.stop() == 0, worker.errors())
    return notary.checkpoint(running.person())


def in_a_node(running):
    folder, alice, nobody = running.folder, running.person("alice"), running.person()
    worker = start_notary(folder)
    order = trade(running, alice, 40)
    notary.wait_for_record(alice, symbol="BTCKZT", orderId=order)
    refused(folder, 1, "a notary works there")
    check(worker.stop() == 0, worker.errors())
    first = notary.checkpoint(nobody)
    kept = folder.parent / f"{folder.name}.checkpoint"
    kept.write_text(first[0])

    damage_state(folder)
    stops_as_damaged(folder)
    trade(running, alice)
    forged = folder.parent / f"{folder.name}.forged"
    forged.write_text(first[0].replace(f"\n{first[1]}\n", f"\n{first[1] - 1}\n", 1))
    refused(folder, 11, "not a checkpoint of this node's notary", "--checkpoint", forged)
    refused(folder, 1, "No such file", "--checkpoint", folder / "nothing")
    check(not (folder / "tlog.rebuilt").exists(), "nothing was begun")
    stops_as_damaged(folder)
    code, out, err = rebuild(folder, "--checkpoint", kept)
    check(code == 0 and out.count(f"signed: {first[1]} batches") == 2 and "rebuilt: " in out, out + err)
    check(len(list(folder.glob("tlog.before-*"))) == 1 and not (folder / "tlog.rebuilt").exists(), "kept aside")
    second = goes_on(running, alice, first, order)

    flip(max(folder.glob("tlog/tile/0/000.p/*"), key=lambda file: int(file.name)), 40)
    stops_as_damaged(folder)
    code, out, err = rebuild(folder)
    check(code == 0 and "(the notary's state)" in out, out + err)
    third = goes_on(running, alice, second, order)

    (folder / "tlog").rename(folder / "tlog.gone")
    refused(folder, 1, "nothing there says what was signed")
    (folder / "tlog.rebuilt").mkdir()
    refused(folder, 1, "left over", "--checkpoint", kept)
    (folder / "tlog.rebuilt").rmdir()
    code, out, err = rebuild(folder, "--checkpoint", kept)  # an older one is enough: the tree holds all of the journal
    check(code == 0, out + err)
    goes_on(running, alice, third, order)

    copy = folder.parent / f"{folder.name}.copy"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.socket", "tlog.*"))
    damage_state(copy)
    refused(copy, 1, "its core does not answer")
    shutil.rmtree(copy)
    for file in (kept, forged):
        file.unlink()
    check(node.verify(folder) > 0, "the journal is whole")


def under_users_of_their_own():
    """As root, beside a node that tries its notary again and again."""
    config = pathlib.Path(os.getcwd()) / f"rebuild-{os.getpid()}.conf"
    config.write_text(CONFIG)
    try:
        with sandbox("--notary", "--config", config) as running:
            folder, alice = running.folder, running.person("alice")
            notary.wait_for_record(alice, symbol="BTCKZT", orderId=trade(running, alice))
            damage_state(folder)
            os.kill(node.child_processes(running.process.child.pid)["notary"], 9)

            def rebuilt():
                code, out, err = rebuild(folder, "--config", config)
                check(code == 0 or "a notary works there" in err, out + err)
                return code == 0
            node.wait_until("a moment without a notary", rebuilt)
            notary.wait_for_record(alice, symbol="BTCKZT", orderId=trade(running, alice))
            for path in (folder / "tlog", *(folder / "tlog").rglob("*")):
                status = path.stat()
                check((status.st_uid, status.st_gid) == (USERS["notary"], GROUP), f"{path}: {status}")
    finally:
        config.unlink()


def main():
    with sandbox() as running:
        in_a_node(running)
    if os.geteuid() == 0 and others_may_pass():
        under_users_of_their_own()
    else:
        print("own users: left out, it takes root and a folder that others may pass")


if __name__ == "__main__":
    main()
