"""A small country plays itself into a sandbox that is a mining authority's, too: what the node then says of it to the
public, to a miner and to staff; what others may not do; and that all of it is there after a restart."""
import datetime
import os
import pathlib
import subprocess

import node_process as node
from rest_rig import Sandbox, check

SOURCE = pathlib.Path(os.environ["TARAZY_SOURCE_DIR"])
TODAY = datetime.date.today()
# The last month of the last whole quarter.
LAST_DAY = TODAY.replace(month=(TODAY.month - 1) // 3 * 3 + 1, day=1) - datetime.timedelta(days=1)
A_MONTH = LAST_DAY.strftime("%Y-%m")
A_QUARTER = f"{LAST_DAY.year}Q{LAST_DAY.month // 3}"
# Its first and last day may be another month's in the law's own time: nothing is read on them.
DAYS = LAST_DAY.day - 2


def wait_for_the_play(running):
    """All readings of the month have come, as many as days for each miner, and the last fee is assessed."""
    nobody = running.person()

    def is_over():
        register = nobody.ok("GET /tarazy/v1/mining/register")
        if not register:
            return False
        month = nobody.ok("GET /tarazy/v1/mining/month", month=A_MONTH)
        miner = running.person("aida").ok("GET /tarazy/v1/mining/miner", miner=len(register))
        return (len(register) >= 12 and month["readings"] == len(register) * DAYS
                and any("assessment" in line for line in miner["energy"]))
    node.wait_until("the small country", is_over)


def look_at_the_public_part(nobody):
    register = nobody.ok("GET /tarazy/v1/mining/register")
    check([m["miner"] for m in register] == list(range(1, len(register) + 1)), register)
    for miner in register:
        check(miner["status"] == "GRANTED" and miner["inForce"], miner)
        check(miner["licence"] == f"KZ-I-{miner['miner']:04}", miner)
        check(set(miner) == {"miner", "licence", "subtype", "region", "status", "inForce", "validFrom", "validTo"},
              miner)
    law = nobody.ok("GET /tarazy/v1/mining/parameters")
    lines = [line.split() for line in (SOURCE / "jurisdictions/kz.conf").read_text().splitlines()
             if line and line[0] not in "# " and line.split()[0] not in ("country", "currency")]
    check([(one["parameter"], one["validFrom"], one["trust"]) for one in law]
          == [(line[0], line[1], line[4]) for line in lines], f"{len(law)} numbers of the law, {len(lines)} lines")
    status, text = nobody.raw("GET", "/tarazy/v1/mining/register.csv", "")
    lines = text.splitlines()
    check(status == 200 and len(lines) == len(register) + 1 and lines[1].startswith('1,"KZ-I-0001",I,'), lines[:2])
    pools = nobody.ok("GET /tarazy/v1/mining/pools")
    check(len(pools) == 6 and all(p["inForce"] for p in pools), pools)
    month = nobody.ok("GET /tarazy/v1/mining/month", month=A_MONTH)
    check(month["miners"] == len(register) and "unknown" not in month, month)
    # A day of a miner is 20,000 shares on average, give or take the root of it.
    a_day = month["accepted"] / month["readings"]
    check(19_900 < a_day < 20_100, f"{a_day} shares a day")
    by_work = int(month["work"]) / (DAYS * 86400 * 10**9)
    check(abs(by_work / month["hashRateGhs"] - 1) < 1e-6, f"{by_work} GH/s of work, {month['hashRateGhs']} told")
    nobody.refused("GET /tarazy/v1/mining/month", 400, -1130, month="2026-13")
    nobody.refused("GET /tarazy/v1/mining/month", 400, -1130, month="2026/10")
    return len(register)


def look_at_one_miner(running):
    aida, one, two = running.person("aida"), running.person("miner1"), running.person("miner2")
    seen = one.ok("GET /tarazy/v1/mining/miner", miner=1, month=A_MONTH)
    check(seen["shares"]["readings"] == DAYS and seen["shares"]["hashRateGhs"] > 0, seen)
    line = seen["energy"][0]
    check(line["meter"] == 1 and line["readings"] == DAYS and line["energyWh"] > 0 and line["flagged"] == 0, seen)
    check(aida.ok("GET /tarazy/v1/mining/miner", miner=1, month=A_MONTH) == seen, "staff sees the same")
    status, body = two.send("GET", "/tarazy/v1/mining/miner", {"miner": 1})
    check(status != 200, f"another miner sees it: {body}")


def look_at_a_fee(running):
    """2 KZT a kWh from the grid, 1 from renewables (every fourth miner), paid in tenge out of the miner's account."""
    for number, rate in ((1, 2), (4, 1)):
        miner = running.person(f"miner{number}")
        line = miner.ok("GET /tarazy/v1/mining/miner", miner=number)["energy"][0]
        fee = line["assessment"]
        check(line["quarter"] == A_QUARTER and fee["energyWh"] == line["energyWh"] and fee["asset"] == "KZT", line)
        check(abs(float(fee["fee"]) - fee["energyWh"] / 1000 * rate) <= 1, fee)
        before = float(miner.balances()["KZT"][0])
        pay = dict(miner=number, quarter=A_QUARTER)
        for who in ("esep", f"miner{number + 1}"):  # nobody pays out of another's account
            status, body = running.person(who).send("POST", "/tarazy/v1/mining/fee/payment", pay | {"amount": "1"})
            check(status != 200, f"{body}")
        miner.ok("POST /tarazy/v1/mining/fee/payment", **pay, amount="1000")
        paid = miner.ok("GET /tarazy/v1/mining/miner", miner=number)["energy"][0]["assessment"]["paid"]
        check(float(paid) == 1000 and before - float(miner.balances()["KZT"][0]) == 1000, paid)
        status, body = miner.send("POST", "/tarazy/v1/mining/fee/payment", pay | {"amount": fee["fee"]})
        check(status != 200, f"more than is owed: {body}")
        miner.ok("POST /tarazy/v1/mining/fee/payment", **pay, amount=f"{float(fee['fee']) - 1000:.2f}")
        again = miner.ok("GET /tarazy/v1/mining/miner", miner=number)["energy"][0]["assessment"]
        check(again["paid"] == again["fee"], again)


def try_what_is_not_right(running, miners):
    aida, esep, one, olga = (running.person(name) for name in ("aida", "esep", "miner1", "olga"))
    begin = int(datetime.datetime.strptime(A_MONTH + "-01T12", "%Y-%m-%dT%H").timestamp() * 1000)
    reading = {"miner": 1, "begin": begin, "end": begin + 3_600_000, "accepted": 10, "effectiveMilli": 10_000,
               "work": 10**15, "log": "00" * 32}
    after = miners * DAYS + 1
    for who in (aida, one, olga):  # only a meter reads
        status, body = who.send("POST", "/tarazy/v1/mining/reading/shares", reading | {"sequence": after})
        check(status != 200, f"{body}")
    for sequence in (1, after - 1, after + 1):  # once told is told, and nothing is left out
        status, body = esep.send("POST", "/tarazy/v1/mining/reading/shares", reading | {"sequence": sequence})
        check(status != 200, f"sequence {sequence}: {body}")
    status, body = esep.send("POST", "/tarazy/v1/mining/reading/shares", reading | {"sequence": after})
    check(status != 200, f"an interval that was told before: {body}")
    status, body = one.send("POST", "/tarazy/v1/mining/miner", {"participant": "bob", "subtype": "I", "region": 1})
    check(status != 200, f"a miner registers: {body}")
    proposed = aida.ok("POST /tarazy/v1/mining/miner/decision", miner=1, decision="REVOKE", reason="alone")
    check(proposed["status"] == "PROPOSED", proposed)
    status, body = aida.send("POST", "/tarazy/v1/proposal/approve", {"proposalId": proposed["proposalId"]})
    check(status != 200, f"one person is two: {body}")
    aida.refused("POST /tarazy/v1/mining/miner", 400, -1130, participant="bob", subtype="III", region=1)
    aida.refused("POST /tarazy/v1/mining/miner", 400, -1130, participant="bob", subtype="I", region=1,
                 validFrom="2026-02-30")
    aida.refused("POST /tarazy/v1/mining/miner", 400, -1130, participant="bob", subtype="I", region=70_000)


def a_miner_from_nothing(running, miners):
    """Everything that can be told of one, each act done well once: by one person, or by two."""
    aida, adil, esep, pool = (running.person(name) for name in ("aida", "adil", "esep", "pool1"))

    def agreed(path, **parameters):
        proposed = aida.ok(f"POST /tarazy/v1/mining/{path}", **parameters)
        check(proposed["status"] == "PROPOSED", proposed)
        done = adil.ok("POST /tarazy/v1/proposal/approve", proposalId=proposed["proposalId"])
        check(done["state"] == "EXECUTED", done)

    first, last = LAST_DAY.replace(day=1).isoformat(), f"{LAST_DAY.year + 3}-01-01"
    number = aida.ok("POST /tarazy/v1/mining/miner", participant="bob", subtype="II", region=2, validFrom=first,
                     validTo=last, licence="KZ-II-0001")["id"]
    check(number == miners + 1, number)
    agreed("miner/decision", miner=number, decision="GRANT", reason="seen")
    site = aida.ok("POST /tarazy/v1/mining/site", miner=number, region=2, capacityKw=900, name="container")["id"]
    agreed("meter", site=site, miner=number, reader="esep", source="OWN", serial="E-1", registerDigits=9)
    aida.ok("POST /tarazy/v1/mining/equipment", miner=number, site=site, count=2, ghs=95_000, mjPerTh=34_210,
            model="S19")
    aida.ok("POST /tarazy/v1/mining/address", miner=number, type="PAYOUT", text="bc1q-bob")
    status, body = aida.send("POST", "/tarazy/v1/mining/address", {"miner": 1, "type": "PAYOUT", "text": "bc1q-bob"})
    check(status != 200, f"somebody else's address: {body}")
    begin = int(datetime.datetime(LAST_DAY.year, LAST_DAY.month, 10, tzinfo=datetime.timezone.utc).timestamp() * 1000)
    hour = dict(begin=begin, end=begin + 3_600_000)
    esep.ok("POST /tarazy/v1/mining/reading/shares", miner=number, pool=1, site=site, sequence=miners * DAYS + 1,
            accepted=10, effectiveMilli=10_000, work=10**15, log="ab" * 32, **hour)
    # The register of nine digits of Wh rolls over within this hour.
    esep.ok("POST /tarazy/v1/mining/reading/energy", meter=miners + 1, sequence=1, registerBeginWh=999_999_000,
            registerEndWh=500, energyWh=1_500, **hour)
    pool.ok("POST /tarazy/v1/mining/distribution", pool=1, miner=number, sequence=1, distributed=begin, asset="BTC",
            amount="0.5", address="bc1q-bob", rail=2, reference="txid:0")
    status, body = pool.send("POST", "/tarazy/v1/mining/distribution", {
        "pool": 2, "miner": number, "sequence": 1, "distributed": begin, "asset": "BTC", "amount": "0.5",
        "address": "bc1q-bob", "rail": 2, "reference": "txid:1"})
    check(status != 200, f"one pool tells of another's: {body}")
    aida.ok("POST /tarazy/v1/mining/sale", miner=number, exchange="Exchange", record=7, proof="cd" * 32, sold=begin,
            asset="BTC", amount="0.25", quoteAsset="KZT", quote="4000000", rail=2, reference="sale:7")
    agreed("pool", pool=1, participant="pool1", validFrom=first, validTo=last, accreditation="KZ-P-01b")
    agreed("pool/decision", pool=1, decision="SUSPEND", until=(TODAY + datetime.timedelta(days=60)).isoformat(),
           reason="a test")
    check(not running.person().ok("GET /tarazy/v1/mining/pools")[0]["inForce"], "suspended")
    agreed("parameter", parameter="holiday", trust="M", validFrom="2030-01-01", validTo="2030-01-01", value=1,
           source="a test")
    aida.ok("POST /tarazy/v1/mining/fee", miner=1, quarter=A_QUARTER, asset="KZT")
    line = running.person("bob").ok("GET /tarazy/v1/mining/miner", miner=number)["energy"][0]
    check(line["energyWh"] == 1_500 and line["source"] == "OWN", line)


def every_operation_was_seen(running):
    paths = running.person().ok("GET /openapi.json")["paths"]
    offered = {(method.upper(), path) for path, methods in paths.items() for method in methods
               if path.startswith("/tarazy/v1/mining/")}
    check(offered and offered <= running.seen, f"never answered well: {sorted(offered - running.seen)}")


def main():
    folder = node.new_folder()
    try:
        running = Sandbox(folder / "node", "--mining")
        wait_for_the_play(running)
        miners = look_at_the_public_part(running.person())
        look_at_one_miner(running)
        look_at_a_fee(running)
        try_what_is_not_right(running, miners)
        a_miner_from_nothing(running, miners)
        every_operation_was_seen(running)
        seen = running.person().ok("GET /tarazy/v1/mining/register")
        running.stop()
        again = Sandbox(folder / "node", "--mining")
        check(again.person().ok("GET /tarazy/v1/mining/register") == seen, "the register after a restart")
        month = again.person().ok("GET /tarazy/v1/mining/month", month=A_MONTH)
        check(month["readings"] == miners * DAYS + 1, f"the country is played once: {month}")
        again.stop()
        done = subprocess.run([node.PROGRAM, "verify", str(folder / "node")], capture_output=True, text=True,
                              timeout=120)
        check(done.returncode == 0, done.stdout + done.stderr)
    finally:
        node.remove_folder(folder)


main()
