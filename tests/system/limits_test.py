"""Limits that bite: orders per participant, weight per address, then a ban; keys bound to addresses, revoked keys, people
who are frozen, and the second person."""
import node_process as node
from rest_rig import Person, Sandbox

check = node.check
ORDERS, WEIGHT = 5, 60
LIMIT = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": "20000", "quantity": "0.01"}


def retry_after(person):
    seconds = int(person.headers["Retry-After"])
    check(seconds >= 1, f"Retry-After: {seconds}")
    return seconds


def orders_are_counted(alice, bob):
    """However the ten seconds fall: within any of them no more than so many."""
    refused = None
    placed = 0
    while refused is None:
        status, body = alice.send("POST", "/api/v3/order", LIMIT)
        placed += status == 200
        refused = body if status == 429 else None
        check(placed <= 2 * ORDERS, "the limit bites")
        check(int(alice.headers["X-MBX-ORDER-COUNT-10S"]) <= ORDERS, "the header counts")
    check(refused["code"] == -1015 and retry_after(alice) <= 10, refused)
    bob.ok("POST /api/v3/order", **LIMIT)  # each has his own
    order = alice.ok("GET /api/v3/openOrders", symbol="BTCUSDT")[0]
    alice.ok("DELETE /api/v3/order", symbol="BTCUSDT", orderId=order["orderId"])  # cancels are free


def weight_is_counted_and_then_there_is_a_ban(nobody, alice):
    seen = []
    while not seen or seen[-1] != 418:
        status, body = nobody.send("GET", "/api/v3/depth", {"symbol": "BTCUSDT", "limit": 5})
        if status != 200:
            check(body["code"] == -1003 and retry_after(nobody) <= (60 if status == 429 else 120), f"{status} {body}")
        seen.append(status)
        check(len(seen) < 300, "a ban comes")
    check(sorted(set(seen)) == [200, 418, 429], f"first 200, then 429, then 418: {set(seen)}")
    for path in ("/api/v3/ping", "/api/v3/nothing", "/health"):
        check(nobody.send("GET", path, {})[0] == 418, f"{path} is banned, too")
    alice.refused("DELETE /api/v3/openOrders", 418, -1003, symbol="BTCUSDT")


def approved(olga, omar, request, **parameters):
    answer = olga.ok(request, **parameters)
    check(answer["status"] == "PROPOSED", answer)
    check(omar.ok("POST /tarazy/v1/proposal/approve", proposalId=answer["proposalId"])["state"] == "EXECUTED", answer)
    return answer


def keys_are_bound_and_revoked(running, olga, omar):
    def made(**more):
        answer = approved(olga, omar, "POST /tarazy/v1/key", type="HMAC", scopes="read,trade", owner="alice", **more)
        return Person(running.url, {"type": "HMAC", "apiKey": answer["apiKey"], "secretKey": answer["secretKey"]})
    made(ranges="10.0.0.0/8,2001:db8::/32").refused("GET /api/v3/account", 401, -2015)
    here = made(ranges="10.0.0.0/8,127.0.0.0/8")
    here.ok("GET /api/v3/account")
    here.refused("POST /sapi/v1/capital/withdraw/apply", 401, -2015, coin="BTC", address="x", amount="1")
    here.refused("POST /tarazy/v1/participant/freeze", 401, -2015, participant="bob")
    olga.ok("DELETE /tarazy/v1/key", apiKey=here.key["apiKey"])
    here.refused("GET /api/v3/account", 401, -2015)
    careful = made(nonceRequired="true")
    careful.refused("POST /api/v3/order", 400, -9027, **LIMIT)
    careful.ok("POST /api/v3/order", nonce=7, **LIMIT)
    for nonce in (7, 6):
        careful.refused("POST /api/v3/order", 400, -9027, nonce=nonce, **LIMIT)
    careful.ok("POST /api/v3/order", nonce=8, **LIMIT)


def it_takes_two_people_and_the_right_ones(alice, olga, omar, cara):
    act, tier = "/tarazy/v1/tier", {"tier": 3, "rights": "trade", "maker": "0.001", "taker": "0.002"}
    alice.refused(f"POST {act}", 401, -2015, **tier)
    olga.refused(f"POST {act}", 400, -9033, propose="false", **tier)
    number = olga.ok(f"POST {act}", **tier)["proposalId"]
    for person in (alice, olga, cara):  # none of them is an approver
        person.refused("POST /tarazy/v1/proposal/approve", 401, -2015, proposalId=number)
    own = omar.ok(f"POST {act}", **{**tier, "tier": 4})["proposalId"]
    omar.refused("POST /tarazy/v1/proposal/approve", 400, -9036, proposalId=own)
    check(omar.ok("POST /tarazy/v1/proposal/approve", proposalId=number)["state"] == "EXECUTED", "approved")
    omar.refused("POST /tarazy/v1/proposal/approve", 400, -9034, proposalId=number)
    short = olga.ok(f"POST {act}", expiresIn=1, **{**tier, "tier": 5})["proposalId"]
    node.wait_until("the proposal to expire",
                    lambda: short not in [p["proposalId"] for p in olga.ok("GET /tarazy/v1/proposals")])
    omar.refused("POST /tarazy/v1/proposal/approve", 400, -9034, proposalId=short)


def one_person_freezes_and_two_unfreeze(bob, olga, omar):
    bob.ok("POST /api/v3/order", **LIMIT)
    olga.ok("POST /tarazy/v1/participant/freeze", participant="bob")
    bob.refused("POST /api/v3/order", 400, -2010, "disabled", **LIMIT)
    bob.ok("GET /api/v3/account")
    check(bob.ok("GET /api/v3/openOrders") == [], "a freeze cancels")
    olga.refused("POST /tarazy/v1/participant/freeze", 400, -9033, participant="bob", frozen="false", propose="false")
    approved(olga, omar, "POST /tarazy/v1/participant/freeze", participant="bob", frozen="false")
    bob.ok("POST /api/v3/order", **LIMIT)


def main():
    folder = node.new_folder()
    running = Sandbox(folder)
    alice, bob, olga, omar, cara = (running.person(name) for name in ("alice", "bob", "olga", "omar", "cara"))
    keys_are_bound_and_revoked(running, olga, omar)
    it_takes_two_people_and_the_right_ones(alice, olga, omar, cara)
    one_person_freezes_and_two_unfreeze(bob, olga, omar)
    running.stop()
    config = folder.parent / f"{folder.name}.conf"
    config.write_text(f"rate_limits {{\n weight_minute = {WEIGHT}\n orders_10_seconds = {ORDERS}\n}}\n")
    running = Sandbox(folder, "--config", config)
    config.unlink()
    orders_are_counted(running.person("alice"), running.person("bob"))
    weight_is_counted_and_then_there_is_a_ban(running.person(), running.person("alice"))
    running.stop()
    node.verify(folder)
    node.remove_folder(folder)


if __name__ == "__main__":
    main()
