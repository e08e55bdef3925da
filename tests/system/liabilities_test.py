"""What a node owes: the tree is built beside the running exchange, its root is published, each client checks his own
proof with a program that knows nothing of the node, and a supervisor builds the tree again from a copy."""
import json
import os
import shutil
import stat
import subprocess
from decimal import Decimal

import liabilities_verifier
import node_process as node
import rest_rig as rig

check = node.check
REFUSED = 11


def run(*arguments, code=0):
    done = subprocess.run([node.PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    check(done.returncode == code, f"{arguments}: {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done.stdout


def fields(output):
    """{first word: the rest} of what a program prints."""
    return {line.split()[0]: line.split(maxsplit=1)[1] for line in output.splitlines()}


def trade(alice, bob, rounds):
    for _ in range(rounds):
        alice.limit("BUY", "0.001", "15000000")
        bob.limit("SELL", "0.0005", "15000000")


def totals(person):
    return {b["asset"]: Decimal(b["free"]) + Decimal(b["locked"])
            for b in person.ok("GET /api/v3/account")["balances"]}


def claim_options(published):
    return [text for name in ("record", "epoch", "root", "totals") for text in (f"--{name}", published[name])]


def build(sandbox, alice, bob):
    """Two trees; only the second is published. Trading goes on."""
    folder = sandbox.folder
    run("liabilities", "--dir", folder, code=1)  # no snapshot yet
    first = node.journal(folder)[-1]["number"]
    run("liabilities", "--dir", folder, "--record", first)
    trade(alice, bob, 5)
    record = node.journal(folder)[-1]["number"]
    run("liabilities", "--dir", folder, "--record", record + 100000, code=1)  # not there yet
    run("liabilities", "--dir", folder, "--record", record, code=1)  # epoch 1 is there already
    said = fields(run("liabilities", "--dir", folder, "--record", record, "--epoch", 2))
    check(int(said["record"]) == record, f"built at {said}")
    tree = next(folder.glob("liabilities-*2.tree"))
    check(stat.S_IMODE(tree.stat().st_mode) == 0o600, "the tree is for its owner alone")
    return said


def publish(sandbox, said):
    alice, olga, nobody = sandbox.person("alice"), sandbox.person("olga"), sandbox.person()
    act = {name: said[name] for name in ("record", "epoch", "root", "totals")}
    nobody.refused("GET /api/v3/liabilities", 400, -9904)
    alice.refused("POST /tarazy/v1/liabilities", 401, -2015, **act)
    olga.ok("POST /tarazy/v1/liabilities", **act)
    olga.refused("POST /tarazy/v1/liabilities", 400, -9151, **act)
    published = nobody.ok("GET /api/v3/liabilities")
    check(published["root"] == said["root"] and published["totals"] == said["totals"], f"published: {published}")
    last = node.journal(sandbox.folder, "--from", published["publishedNumber"])[0]
    check(last["kind"] == "LIABILITIES_PUBLISH" and last["root"] == said["root"], f"in the journal: {last}")
    return published


def refused_by_the_other(proof, published):
    try:
        liabilities_verifier.verify(proof, published, "mallory")
    except AssertionError:
        return
    node.fail("the other verifier takes anybody's proof")


def clients_check(sandbox, published, owned):
    for name, balances in owned.items():
        answer = sandbox.person(name).ok("GET /api/v3/liabilities/proof")
        file = sandbox.folder / f"{name}.proof"
        file.write_text(answer["proof"])
        expected = [text for asset, amount in balances.items() for text in ("--expect", f"{asset}={amount:f}")]
        said = run("check-liabilities", "--as", name, *claim_options(published), *expected, file)
        check("result     agrees" in said, said)
        proven = liabilities_verifier.verify(answer["proof"], published, name)
        check({asset: Decimal(units).scaleb(-scale) for asset, (units, scale) in proven.items()} == balances,
              f"the other verifier: {proven}")
        refused_by_the_other(answer["proof"], published)
        run("check-liabilities", "--as", "mallory", *claim_options(published), file, code=REFUSED)
        run("check-liabilities", "--as", name, *claim_options(published), "--expect", "BTC=0.00000001", file,
            code=REFUSED)
        root = next(sandbox.folder.glob("liabilities-*2.root"))
        run("check-liabilities", "--as", name, "--statement", root, file)
        other = next(sandbox.folder.glob("liabilities-*1.root"))
        run("check-liabilities", "--as", name, "--statement", other, file, code=REFUSED)
        text = answer["proof"].replace("\nsibling ", "\nsibling 0", 1)
        file.write_text(text)
        run("check-liabilities", "--as", name, *claim_options(published), file, code=2)
        where = answer["proof"].index("\nsibling ") + len("\nsibling ")
        digit = "1" if answer["proof"][where] == "0" else "0"
        file.write_text(answer["proof"][:where] + digit + answer["proof"][where + 1:])
        run("check-liabilities", "--as", name, *claim_options(published), file, code=REFUSED)


def supervisor_checks(sandbox, published):
    """Has a copy of the journal and the epoch key, and nothing else."""
    copy = node.new_folder()
    try:
        for file in sandbox.folder.glob("segment-*.journal"):
            shutil.copy(file, copy)
        key = copy / "epoch.key"
        key.write_text(run("liabilities", "--dir", sandbox.folder, "--reveal", 2))
        os.chmod(key, 0o600)
        root = next(sandbox.folder.glob("liabilities-*2.root"))
        said = run("liabilities", "--dir", copy, "--check", root, "--key", key)
        check("result     agrees" in said and "NO" not in said, said)
        seed, note, proof = copy / "seed", copy / "note", copy / "alice.proof"
        seed.write_text("11" * 32 + "\n")
        done = subprocess.run([node.PROGRAM, "liabilities", "--dir", copy, "--check", root, "--key", key, "--sign", seed,
                               "--signer", "supervisor.example"], capture_output=True, text=True, timeout=300)
        check(done.returncode == 0, done.stderr)
        note.write_text(done.stdout)
        proof.write_text(sandbox.person("alice").ok("GET /api/v3/liabilities/proof")["proof"])
        asked = ("check-liabilities", "--as", "alice", *claim_options(published), "--signer", fields(done.stderr)["key"],
                 "--note", note, proof)
        run(*asked)
        note.write_text(note.read_text().replace("nothing negative", "nothing positive"))
        run(*asked, code=REFUSED)
        # The statement of another record, and one that owes less.
        lie = copy / "lie.root"
        lines = root.read_text().splitlines(keepends=True)
        record = next(i for i, line in enumerate(lines) if line.startswith("record "))
        lie.write_text("".join(lines[:record] + [f"record {int(lines[record].split()[1]) - 1}\n"] + lines[record + 1:]))
        refused = run("liabilities", "--dir", copy, "--check", lie, "--key", key, "--sign", seed,
                      "--signer", "supervisor.example", code=REFUSED)
        check("checked" not in refused, "nothing is signed that was not found")
        asset = next(i for i, line in enumerate(lines) if line.startswith("asset "))
        words = lines[asset].split()
        words[3] = str(int(words[3]) - 1)
        lie.write_text("".join(lines[:asset] + [" ".join(words) + "\n"] + lines[asset + 1:]))
        run("liabilities", "--dir", copy, "--check", lie, "--key", key, code=REFUSED)
        key.write_text("00" * 32 + "\n")
        run("liabilities", "--dir", copy, "--check", root, "--key", key, code=REFUSED)
    finally:
        node.remove_folder(copy)


def newest_snapshot_is_enough():
    """Without a record the books are those of the core's last snapshot, which costs nobody a replay."""
    folder = node.new_folder()
    configuration = folder / "tarazy.conf"
    configuration.write_text("snapshot {\n    records = 20\n    minutes = 0\n}\n")
    try:
        with rig.sandbox("--config", configuration) as sandbox:
            snapshots = node.wait_until("a snapshot", lambda: list(sandbox.folder.glob("snapshot-*.state")))
            said = fields(run("liabilities", "--dir", sandbox.folder))
            check(int(said["record"]) >= int(snapshots[0].stem.split("-")[1]), f"of the snapshot: {said}")
    finally:
        node.remove_folder(folder)


def main():
    with rig.sandbox() as sandbox:
        alice, bob = sandbox.person("alice"), sandbox.person("bob")
        trade(alice, bob, 3)
        said = build(sandbox, alice, bob)
        owned = {"alice": totals(alice), "bob": totals(bob)}
        published = publish(sandbox, said)
        trade(alice, bob, 3)  # what comes after does not matter to the proof
        clients_check(sandbox, published, owned)
        supervisor_checks(sandbox, published)
    newest_snapshot_is_enough()
    print(json.dumps(said))


if __name__ == "__main__":
    main()
