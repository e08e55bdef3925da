"""Miners, meter and pool: the meter is killed again and again while they work. What a miner was told as accepted is in the readings,
once; the pool's own count of hashes agrees; miners go on by themselves and keep their extranonce."""
import json
import random

import meter_scene as scene
import node_process as node

KILLS = 4
SHARES = 60


def accepted(miners):
    return sum(1 for miner in miners for event in miner.of("answer") if event["good"])


def main():
    choice = random.Random(7)
    folder = node.new_folder()
    pool_port, port = scene.free_port(), scene.free_port()
    options = ("--pool", f"127.0.0.1:{pool_port}", "--difficulty", "0.00002", "--difficulty-min", "0.00001",
               "--shares-per-minute", "6000", "--interval", "2")
    pool = scene.pool(pool_port, 0.00004)
    meter = scene.Meter(folder, port, *options)
    miners = [scene.miner(port, "almaty.rig1", SHARES), scene.miner(port, "almaty.rig2", SHARES, "roll", "replay"),
              scene.miner(port, "pavlodar", SHARES)]
    try:
        for kill in range(KILLS):
            goal = accepted(miners) + choice.randrange(5, 30)
            node.wait_until("shares", lambda: accepted(miners) >= goal
                            or all(miner.process.poll() is not None for miner in miners))
            meter.kill()
            meter = scene.Meter(folder, port, *options)
            pool.tell("clean" if kill % 2 else "job")
        for miner in miners:
            node.check(miner.process.wait(timeout=node.PATIENCE) == 0, "each miner has its shares")
            miner.thread.join()
        node.check(meter.stop() == 0, f"an orderly stop\n{meter.errors()}")
        found = scene.readings(folder)
        for account, who in (("almaty", miners[:2]), ("pavlodar", miners[2:])):
            counted = sum(reading["accepted"] for reading in found if reading["account"] == account)
            refused = sum(reading["refused"] for reading in found if reading["account"] == account)
            told = accepted(who)
            sent = sum(len(miner.of("share")) for miner in who)
            node.check(told <= counted <= sent, f"{account}: told {told}, counted {counted}, sent {sent}")
            # what was counted and not told as accepted: killed between the two, sent on and not answered, or refused by the
            # pool (in the log beside it, unless its interval was over by then)
            untold = sum(len(miner.of("share")) - len(miner.of("answer")) for miner in who)
            refusals = sum(1 for miner in who for event in miner.of("answer")
                           if not event["good"] and (event["error"][0] == 20 or event["error"][1] == "Job not found"))
            node.check(counted <= told + untold + refusals + refused, f"{account}: {counted} counted, {told} told")
        taken = [share for share in pool.of("share") if share["fault"] is None]
        faults = [share["fault"] for share in pool.of("share") if share["fault"] is not None and share["fault"][0] != 21]
        node.check(len(taken) >= 10, f"{len(taken)} shares at the pool")
        node.check(not faults, f"the pool, hashing by itself, refused some: {faults}")
        node.check(any(event["resumed"] for event in pool.of("subscribed")), "the meter resumed its session at the pool")
        first = {event["extranonce1"] for event in miners[2].of("subscribed")}
        node.check(len(miners[2].of("subscribed")) > 1 and len(first) == 1, f"a miner kept its extranonce: {first}")
        replays = sum(reading["rejected"] for reading in found if reading["account"] == "almaty")
        node.check(replays >= 10, "replayed shares were refused")
        told = accepted(miners)
    finally:
        for process in (*miners, pool):
            process.stop()
        meter.kill()
    node.remove_folder(folder)
    print(json.dumps({"told": told, "readings": len(found), "at the pool": len(taken)}))


main()
