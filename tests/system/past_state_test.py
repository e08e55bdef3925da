"""What everybody owned at some moment of a run, by the live node's own word, equals what a third party rebuilds from the
journal alone, afterwards and while the node runs."""
import json
import subprocess
from decimal import Decimal

import node_process as node
from rest_rig import sandbox
from trading_rig import Flow

check = node.check
PEOPLE = ("alice", "bob", "maker")


def number_now(people):
    return people[None].ok("GET /health")["number"]


def capture(people):
    """(number, {handle: {asset: (free, locked)}}) of one moment: nothing happened meanwhile."""
    def attempt():
        before = number_now(people)
        balances = {name: people[name].balances() for name in PEOPLE}
        return (before, balances) if number_now(people) == before else None
    return node.wait_until("a quiet moment", attempt)


def rebuild(folder, number, *options):
    done = subprocess.run([node.PROGRAM, "state", "--dir", str(folder), "--at", str(number), "--json", *options],
                          capture_output=True, text=True, timeout=120)
    check(done.returncode == 0, f"{done.returncode}\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(folder, moments):
    for number, balances in moments:
        lines = rebuild(folder, number)
        check(lines[0]["number"] == number, f"{lines[0]}")
        for name, expected in balances.items():
            found = {line["asset"]: (Decimal(line["available"]), Decimal(line["held"]))
                     for line in lines if line.get("handle") == name}
            for asset, (free, locked) in expected.items():
                check(found.get(asset, (0, 0)) == (Decimal(free), Decimal(locked)),
                      f"after {number}: {name}'s {asset} was {free} {locked}, rebuilt {found.get(asset)}")
        sums = [line for line in lines if "sum" in line]
        check(sums and all(Decimal(line["all"]) == 0 for line in sums), f"{sums}")
        check(all(Decimal(line["participants"]) + Decimal(line["house"]) == -Decimal(line["outside"])
                  for line in sums), f"{sums}")
        check(rebuild(folder, number, "--trust-snapshots") == lines, "by a snapshot the same")
        one = rebuild(folder, number, "--participant", "1")
        check(one[1:] == [line for line in lines if line.get("owner") == 1], "one participant alone")


def main():
    config = node.new_folder() / "few.conf"
    config.write_text("snapshot {\n records = 100\n minutes = 0\n}\n")
    with sandbox("--config", config) as running:
        people = {name: running.person(name) for name in (*PEOPLE, None)}
        flow = Flow(7)
        moments = [capture(people)]
        for _ in range(12):
            for _ in range(25):
                method, path, parameters = flow.place()
                people[flow.random.choice(PEOPLE)].send(method, path, parameters)
            moments.append(capture(people))
        check(len({json.dumps(balances) for _, balances in moments}) == len(moments), "something moved each time")
        compare(running.folder, moments)
        late = subprocess.run([node.PROGRAM, "state", "--dir", str(running.folder), "--at", "100000000"],
                              capture_output=True, text=True, timeout=120)
        check(late.returncode == 11 and "ends before this number" in late.stderr, f"{late}")
    node.remove_folder(config.parent)


main()
