"""A supervisor's copy takes the place of a core: with the old folder at hand, and with two signatures; never beside a
running core, never with less than the old one had."""
import base64
import pathlib
import signal
import subprocess
import sys

import follow_rig as rig
import node_process as node

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import ed25519  # noqa: E402

check = node.check


def promote(*arguments):
    return subprocess.run([node.PROGRAM, "promote", *map(str, arguments)], capture_output=True, text=True, timeout=120)


def refused(text, *arguments):
    done = promote(*arguments)
    check(done.returncode == 11 and text in done.stderr, f"{arguments}: {done}")


def followed(trades):
    """A node, and a stopped supervisor's copy of all of it."""
    watched = rig.Watched()
    watched.start_relay()
    supervisor = rig.Supervisor(f"main=unix:{watched.socket}")
    supervisor.wait_number(watched.trade(trades))
    check(supervisor.process.stop() == 0, supervisor.process.errors())
    return watched, supervisor, supervisor.folder / "main"


def goes_on(folder, number):
    core = node.start_core(folder)
    link = node.connect(folder)
    check(link.durable == number, f"it goes on behind {number}, not {link.durable}")
    check(link.send(rig.orders(10)) and link.wait_durable(number + 10), "and takes orders")
    link.close()
    check(core.stop() == 0, core.errors())
    check(node.verify(folder) == number + 10, "its journal is whole")


def with_the_old_folder():
    watched, supervisor, copy = followed(100)
    refused("a core holds the old folder", "--dir", copy, "--old", watched.folder)
    number = watched.trade(5)
    watched.relay.stop()
    watched.stop_core(signal.SIGTERM)
    refused("records that the copy lacks", "--dir", copy, "--old", watched.folder)
    watched.start_core()
    watched.start_relay()
    supervisor.start()
    supervisor.wait_number(number)
    refused("another process holds the journal", "--dir", copy, "--old", watched.folder)
    check(supervisor.process.stop() == 0, supervisor.process.errors())
    watched.relay.stop()
    watched.stop_core(signal.SIGKILL)
    done = promote("--dir", copy, "--old", watched.folder)
    check(done.returncode == 0, done)
    old = node.Process("core", "--dir", watched.folder)
    check(old.wait() == 11, f"the old core must not start\n{old.errors()}")
    goes_on(copy, number)
    # No supervisor goes on writing there.
    supervisor.start()
    check(supervisor.wait_alarm("finding")["kind"] == "own", "said as an alarm")
    rig.finish(supervisor, watched)


def with_two_signatures():
    watched, supervisor, copy = followed(60)
    number = watched.link.durable
    watched.relay.stop()
    watched.stop_core(signal.SIGKILL)
    drafted = promote("--dir", copy, "--draft", "struck by lightning, disk destroyed; seen by olga and omar")
    check(drafted.returncode == 0, drafted)
    statement = watched.folder / "statement"

    def sign(*people):
        text = drafted.stdout
        for person in people:
            key = watched.key(person)
            signature = ed25519.sign(ed25519.seed_of_pem(key["privateKey"]), drafted.stdout.encode())
            text += f"signed {key['apiKey']} {base64.b64encode(signature).decode()}\n"
        statement.write_text(text)
        return "--dir", copy, "--statement", statement

    refused("two people must have signed", *sign("olga"))
    refused("both signatures are one person's", *sign("omar", "omar"))
    refused("no key that may operate", *sign("olga", "alice"))
    (copy / "evidence-1-1.frame").write_text("")
    refused("evidence of a wrong record", *sign("olga", "omar"))
    (copy / "evidence-1-1.frame").unlink()
    refused("does not verify", *sign("olga", "omar"), "--expect", f"{number}:{'00' * 32}")
    done = promote(*sign("olga", "omar"))
    check(done.returncode == 0, done)
    refused("promoted", *sign("olga", "omar"))
    goes_on(copy, number)
    rig.finish(supervisor, watched)


def main():
    with_the_old_folder()
    with_two_signatures()


main()
