"""The way of a share: a miner's work, counted by the meter, sent as readings to the authority's node, and there in the
month's sums; through a node that is away meanwhile and a meter that is killed, once and not twice."""
import datetime
import json

import meter_scene as scene
import node_process as node
from rest_rig import Sandbox, check

SHARES = 40


def counted_in_the_node(nobody):
    """Of nobody known, this month and the last: the law's month may have begun already."""
    today = datetime.date.today()
    months = {(today + datetime.timedelta(days=shift)).strftime("%Y-%m") for shift in (-1, 0, 1)}
    told = [nobody.ok("GET /tarazy/v1/mining/month", month=month).get("unknown") for month in sorted(months)]
    return sum(one["accepted"] for one in told if one), sum(int(one["work"]) for one in told if one)


def spooled(folder):
    """(accepted, work) of all that the meter has ever put into its spool; it renames a file that is sent."""
    while True:
        files = {path.name.split("-", 1)[1]: path for path in folder.iterdir() if path.suffix == ".json"}
        try:
            found = [json.loads(line) for path in files.values() for line in path.read_text().splitlines()]
        except FileNotFoundError:
            continue
        return sum(one["accepted"] for one in found), sum(int(one["work"]) for one in found)


def main():
    folder = node.new_folder()
    pool_port, port = scene.free_port(), scene.free_port()
    running = Sandbox(folder / "node", "--mining")
    options = ("--pool", f"127.0.0.1:{pool_port}", "--difficulty", "0.00002", "--difficulty-min", "0.00001",
               "--shares-per-minute", "6000", "--interval", "2", "--send-to", running.url, "--keys",
               folder / "node" / "keys.json", "--as", "olshem")
    pool = scene.pool(pool_port, 0.00004)
    meter = scene.Meter(folder / "meter", port, *options)
    miners = [scene.miner(port, "almaty.rig1", SHARES), scene.miner(port, "pavlodar", SHARES)]
    try:
        node.wait_until("a first reading in the node", lambda: counted_in_the_node(running.person())[0] > 0)
        running.stop()  # readings wait meanwhile
        node.wait_until("shares", lambda: any(miner.process.poll() is not None for miner in miners)
                        or all(len(miner.of("answer")) > SHARES // 2 for miner in miners))
        meter.kill()
        meter = scene.Meter(folder / "meter", port, *options)
        running = Sandbox(folder / "node", "--mining", "--listen", running.url.removeprefix("http://"))
        for miner in miners:
            check(miner.process.wait(timeout=node.PATIENCE) == 0, "each miner has its shares")
            miner.thread.join()
        node.wait_until("all readings in the node", lambda: counted_in_the_node(running.person())[0] >= 2 * SHARES
                        and counted_in_the_node(running.person()) == spooled(folder / "meter"))
        check(meter.stop() == 0, f"an orderly stop\n{meter.errors()}")
        print(json.dumps({"shares": spooled(folder / "meter")[0]}))
    finally:
        for process in (*miners, pool):
            process.stop()
        meter.kill()
        running.stop()
    node.remove_folder(folder)


main()
