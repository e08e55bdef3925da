"""kill -9 of the core at random moments under load: what was called durable is there, numbers go on without a gap.

Snapshots are made all the while, so that some kills hit one, and starts go on from them."""
import random
import signal
import threading

import node_process as node

ROUNDS = 25
PRICE, QUANTITY = 15_400_000 * 10**8, 10_000


def load(link, seed):
    """Sends orders until the core is gone."""
    rng = random.Random(seed)
    request = 0
    while True:
        batch = b""
        for _ in range(rng.randrange(1, 60)):
            request += 1
            side = rng.choice((node.BUY, node.SELL))
            # alice buys, bob sells: key 1 and key 3 are their HMAC keys
            who, key = (1, 1) if side == node.BUY else (2, 3)
            batch += node.order(who, key, 1, side, PRICE + rng.randrange(-5, 6) * 10**8, QUANTITY, request)
        if not link.send(batch):
            return


def main():
    folder = node.new_folder()
    config = folder.with_suffix(".conf")
    config.write_text("segment_mib = 1\nsnapshot {\n records = 3000\n minutes = 0\n}\n")
    node.found_sandbox(folder)
    rng = random.Random(20261122)
    told = 0
    for seed in range(ROUNDS):
        core = node.start_core(folder, "--config", config)
        link = node.connect(folder)
        node.check(link.durable >= told, f"{told} was durable, now the core knows {link.durable}")
        sender = threading.Thread(target=load, args=(link, seed))
        sender.start()
        link.wait_durable(link.durable + rng.randrange(1, 3000))
        told = link.durable
        core.stop(signal.SIGKILL)
        # What it has still said before it died was durable, too.
        while (notice := link.next()) is not None:
            told = max(told, notice[6])
        sender.join()
        link.close()
    core = node.start_core(folder, "--config", config)
    link = node.connect(folder)
    node.check(link.durable >= told, "the last crash lost something")
    # A life long enough for a snapshot; the next one begins with it.
    node.wait_until("a snapshot", lambda: list(folder.glob("snapshot-*.state")))
    core.stop(signal.SIGKILL)
    link.close()
    core = node.start_core(folder, "--config", config)
    link = node.connect(folder)
    node.check(link.durable >= told, "a start from a snapshot has everything, too")
    node.check("snapshot=0" not in core.errors(), f"the snapshot is used\n{core.errors()}")
    last = link.durable
    node.check(link.send(node.order(1, 1, 1, node.BUY, PRICE, QUANTITY)), "the core takes orders again")
    node.check(link.wait_durable(last + 1) and link.durable == last + 1, "numbers go on")
    node.check(core.stop() == 0, "an orderly stop")
    node.check(node.verify(folder) == last + 1, "the journal ends where the core said")
    numbers = [line["number"] for line in node.journal(folder)]
    node.check(numbers == list(range(1, last + 2)), "no gap")
    config.unlink()
    node.remove_folder(folder)
    print(f"{ROUNDS} kills, {last} commands, nothing lost")


main()
