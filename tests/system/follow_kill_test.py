"""kill -9 of core, relay and supervisor at random moments under load: the copy is the journal, and nobody is accused."""
import contextlib
import random
import signal
import threading

import follow_rig as rig
import node_process as node

check = node.check
ROUNDS = 24


def load(watched, stop):
    link, request = watched.link, 1
    with contextlib.suppress(OSError):  # the link of a core that was killed may be closed by now
        while not stop.is_set() and link.send(rig.orders(30, request)):
            request += 30
            stop.wait(0.002)


def main():
    rng = random.Random(20261122)
    watched = rig.Watched()
    watched.start_relay()
    supervisor = rig.Supervisor(f"main=unix:{watched.socket}")
    for turn in range(ROUNDS):
        stop = threading.Event()
        sender = threading.Thread(target=load, args=(watched, stop))
        sender.start()
        watched.link.wait_durable(watched.link.durable + rng.randrange(1, 1500))
        victim = ("core", "relay", "supervisor")[turn % 3]
        if victim == "core":
            watched.stop_core(signal.SIGKILL)
        elif victim == "relay":
            watched.relay.stop(signal.SIGKILL)
        else:
            supervisor.process.stop(signal.SIGKILL)
        stop.set()
        sender.join()
        if victim == "core":
            watched.start_core()
        elif victim == "relay":
            watched.start_relay()
        else:
            supervisor.start()
        check(not supervisor.findings(), supervisor.findings())
    number = watched.trade(20)
    supervisor.wait_number(number)
    check(supervisor.process.stop() == 0, supervisor.process.errors())
    check(node.verify(supervisor.folder / "main") >= number, "the copy verifies")
    rig.same_journal(watched.folder, supervisor.folder / "main", number)
    print(f"{ROUNDS} kills, {number} commands, the copy is the journal")
    rig.finish(supervisor, watched)


main()
