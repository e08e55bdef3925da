"""Faults of a configuration and of a founding file: each is named with file and line, and nothing starts."""
import subprocess

import node_process as node

USAGE = 2

# What stands in the file, and what must be said about it.
CONFIGS = [
    ("dir = \"x\"\ncolour = 1\n", ":2: no such option 'colour'"),
    ("dir = \"x\"\nsegment_mib = 1\nsegment_mib = 2\n", ":3: 'segment_mib' is given twice"),
    ("snapshot {\n minutes = 1\n}\nsnapshot {\n}\n", ":5: 'snapshot' is given twice"),
    ("snapshot {\n minutes = -1\n}\n", ":2: 'minutes' must be between 0 and 1000000"),
    ("segment_mib = 12x\n", ":1: 'segment_mib' must be a whole number"),
    ("segment_mib = 0x10\n", ":1: 'segment_mib' must be a whole number"),
    ("log_level = loud\n", "'log_level' must be error, warning, info or debug"),
    ("listen \"127.0.0.1:1\" {\n}\nlisten \"127.0.0.1:1\" {\n}\n", "127.0.0.1:1"),
    ("listen \"0.0.0.0:80\" {\n}\n", "without a certificate only 127.0.0.1"),
    ("listen \"127.0.0.1:80\" {\n certificate = \"c.pem\"\n}\n", "a certificate needs its key"),
    ("listen \"127.0.0.1\" {\n}\n", "write ADDRESS:PORT"),
    ("limits {\n orders_max = 0\n}\n", ":2: 'orders_max' must be between"),
    ("rate_limits {\n weight_minute = 5\n weight = 5\n}\n", ":3: no such option 'weight'"),
    ("relay {\n listen = \"0.0.0.0:1\"\n}\n", "relay: listen, certificate and key go together"),
    ("relay {\n certificate = \"c.pem\"\n socket = \"s\"\n}\n", "relay: listen, certificate and key go together"),
    ("relay {\n listen = \"here\"\n}\n", "relay: listen 'here': write ADDRESS:PORT"),
    ("relay {\n user = \"u\"\n}\n", "relay: give listen or socket, or nothing"),
    ("relay {\n}\nrelay {\n}\n", ":4: 'relay' is given twice"),
    ("dir = \"unfinished\n", ""),
]

FOUNDINGS = [
    ("name = \"n\"\nasset GOLD {\n scale = 99\n}\n", ":3: 'scale' must be between 0 and 18"),
    ("asset GOLD {\n scale = 2\n supply_max = \"1.005\"\n}\n", "a decimal with at most 2 decimals"),
    ("asset gold {\n scale = 2\n}\n", "makes no ASSET_CREATE command"),
    ("tier 17 {\n rights = \"trade\"\n}\n", "'17' is no number from 1 to 16"),
    ("tier 1 {\n rights = \"trade fly\"\n}\n", "'rights' does not know 'fly'"),
    ("instrument X {\n base = A\n quote = B\n session = closed\n}\n", "must be assets of this file"),
    ("participant p {\n roles = \"king\"\n tier = 1\n}\n", "'roles' does not know 'king'"),
    ("participant p {\n tier = 1\n}\n", "needs 'roles' and a 'tier'"),
    ("participant p {\n roles = trader\n tier = 1\n from = \"127.0.0.1/8\"\n keys = hmac\n}\n",
     "'127.0.0.1/8' is no address or prefix"),
    ("participant p {\n roles = trader\n tier = 1\n public_key \"none.pem\" {\n }\n}\n", "none.pem"),
    ("participant p {\n roles = trader\n tier = 1\n}\n", "PARTICIPANT_CREATE, is refused: no such tier"),
]


def run(*arguments):
    return subprocess.run([node.PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=60)


def expect_fault(done, text, expected):
    node.check(done.returncode == USAGE, f"exit code {done.returncode} for:\n{text}\n{done.stderr}")
    node.check(expected in done.stderr, f"{expected!r} is not said about:\n{text}\nbut: {done.stderr}")


def main():
    folder = node.new_folder()
    path = folder / "file.conf"
    for text, expected in CONFIGS:
        path.write_text(text)
        done = run("serve", "--config", path, "--dir", folder / "node", "--check-config")
        expect_fault(done, text, expected)
    path.write_text("dir = \"d\"\nlog_level = debug\nlisten \"[::1]:1\" {\n}\nrate_limits {\n orders_day = 7\n}\n")
    done = run("serve", "--config", path, "--check-config")
    node.check(done.returncode == 0, f"a good configuration: {done.stderr}")
    done = run("serve", "--config", folder / "missing.conf", "--check-config")
    expect_fault(done, "no file", "missing.conf")
    done = run("serve", "--colour")
    node.check(done.returncode == USAGE, "an unknown option of the command line")

    for text, expected in FOUNDINGS:
        path.write_text(text)
        done = run("init", "--dir", folder / "node", "--founding", path)
        expect_fault(done, text, expected)
        node.check(not list((folder / "node").glob("*.journal")), "nothing was founded")

    path.write_text("name = \"a real one\"\ntier 1 {\n rights = trade\n}\n"
                    "participant o {\n roles = \"operator\"\n tier = 1\n keys = \"ed25519\"\n}\n")
    config = folder / "node.conf"
    config.write_text("limits {\n orders_max = 777\n}\n")
    done = run("init", "--dir", folder / "node", "--founding", path, "--config", config)
    node.check(done.returncode == 0, f"a good founding: {done.stderr}")
    limits = node.journal(folder / "node")[0]["limits"]
    node.check(limits["orders_max"] == 777 and limits["keys_max"] == 1024, f"limits of the configuration: {limits}")
    kinds = [line["kind"] for line in node.journal(folder / "node")]
    node.check(kinds == ["NODE_FOUND", "TIER_SET", "PARTICIPANT_CREATE", "KEY_CREATE", "NODE_OPEN"], str(kinds))
    for name in ("keys.json", "node.key"):
        mode = (folder / "node" / name).stat().st_mode & 0o777
        node.check(mode == 0o600, f"{name} has mode {mode:o}")
    done = run("init", "--dir", folder / "node", "--founding", path)
    node.check(done.returncode == 1 and "already holds a node" in done.stderr, "a node is founded once")
    node.remove_folder(folder)


main()
