"""A participant's own events from outside: by listen key, by signature, by logon; and cancel on disconnect."""
import node_process as node
from socket_rig import check, expect_error, expect_refused, run


def next_event(socket, kind):
    while True:
        message = socket.events.pop(0) if socket.events else socket.receive_json()
        if message.get("e") == kind:
            return message


def by_listen_key(sandbox, participant, query=""):
    status, body = sandbox.rest(participant).with_key("POST", "/api/v3/userDataStream")
    check(status == 200 and len(body["listenKey"]) == 64, f"{status} {body}")
    return body["listenKey"], sandbox.socket(f"/ws/{body['listenKey']}{query}")


# ---------------------------------------------------------------- listen keys

def a_listen_key_tells_an_orders_whole_life(sandbox):
    alice, bob = sandbox.rest("alice"), sandbox.rest("bob")
    _, socket = by_listen_key(sandbox, "alice")
    order = alice.limit("BUY", "25000", "0.01", newClientOrderId="life-1")
    bob.limit("SELL", "25000", "0.004")
    alice.cancel(order)
    reports = [next_event(socket, "executionReport") for _ in range(3)]
    check([r["x"] for r in reports] == ["NEW", "TRADE", "CANCELED"], f"{reports}")
    check([r["X"] for r in reports] == ["NEW", "PARTIALLY_FILLED", "CANCELED"], f"{reports}")
    new, fill, end = reports
    check(new["c"] == "life-1" and new["C"] == "" and new["i"] == order["orderId"] and new["g"] == -1, f"{new}")
    check(new["S"] == "BUY" and new["o"] == "LIMIT" and new["f"] == "GTC" and new["w"] is True, f"{new}")
    check(fill["l"] == "0.00400000" and fill["L"] == "25000.00000000" and fill["Y"] == "100.00000000", f"{fill}")
    check(fill["z"] == "0.00400000" and fill["Z"] == "100.00000000" and fill["m"] is True and fill["t"] > 0, f"{fill}")
    check(fill["N"] == "BTC" and float(fill["n"]) > 0, f"{fill}")
    check(end["C"] == "life-1" and end["c"] != "life-1" and end["z"] == "0.00400000" and end["w"] is False, f"{end}")
    check(len({r["I"] for r in reports}) == 3, "each report has its own number")
    socket.close()


def balances_follow_every_change(sandbox):
    alice = sandbox.rest("alice")
    _, socket = by_listen_key(sandbox, "alice")
    before = {b["asset"]: b for b in alice.must("GET", "/api/v3/account")["balances"]}
    order = alice.limit("BUY", "25000", "0.01")
    position = next_event(socket, "outboundAccountPosition")
    (usdt,) = position["B"]
    check(usdt["a"] == "USDT" and float(usdt["l"]) - float(before["USDT"]["locked"]) == 250, f"{position} {before}")
    alice.cancel(order)
    (usdt,) = next_event(socket, "outboundAccountPosition")["B"]
    check(usdt["f"] == before["USDT"]["free"] and usdt["l"] == before["USDT"]["locked"], f"{usdt}")
    socket.close()


def one_sweep_reports_every_fill_in_its_order(sandbox):
    maker = sandbox.rest("maker")
    _, taker_socket = by_listen_key(sandbox, "alice")
    _, maker_socket = by_listen_key(sandbox, "maker", "?timeUnit=MICROSECOND")
    for number in range(5):
        maker.limit("SELL", 30000 + number, "0.01")
    order = sandbox.rest("alice").limit("BUY", "30004", "0.06")
    reports = [next_event(taker_socket, "executionReport") for _ in range(6)]
    check([r["x"] for r in reports] == ["NEW"] + ["TRADE"] * 5, f"{reports}")
    check([r["z"] for r in reports[1:]] == [f"0.0{n}000000" for n in range(1, 6)], f"{[r['z'] for r in reports]}")
    check([r["X"] for r in reports[1:]] == ["PARTIALLY_FILLED"] * 5, "a part of it rests")
    check([str(f["tradeId"]) for f in order["fills"]] == [str(r["t"]) for r in reports[1:]], "as in the answer")
    fills = []
    while len(fills) < 5:
        report = next_event(maker_socket, "executionReport")
        if report["x"] == "TRADE":
            fills.append(report)
    check(all(f["X"] == "FILLED" and f["m"] is True and f["T"] > 10**15 for f in fills), f"{fills}")
    sandbox.rest("alice").cancel(order)
    taker_socket.close()
    maker_socket.close()


def nobody_hears_of_others(sandbox):
    _, socket = by_listen_key(sandbox, "bob")
    alice = sandbox.rest("alice")
    alice.cancel(alice.limit("BUY", "25000", "0.01"))
    order = sandbox.rest("bob").limit("BUY", "24000", "0.01")
    report = next_event(socket, "executionReport")
    check(report["i"] == order["orderId"], "the first thing bob hears of is his own")
    sandbox.rest("bob").cancel(order)
    socket.close()


def lists_are_told_with_their_orders(sandbox):
    alice = sandbox.rest("alice")
    _, socket = by_listen_key(sandbox, "alice")
    made = alice.must("POST", "/api/v3/orderList/oco", symbol="BTCUSDT", side="SELL", quantity="0.01",
                      aboveType="LIMIT_MAKER", abovePrice="40000", belowType="STOP_LOSS_LIMIT", belowStopPrice="20000",
                      belowPrice="19900", belowTimeInForce="GTC")
    started = next_event(socket, "listStatus")
    check((started["l"], started["L"], started["c"], started["g"]) ==
          ("EXEC_STARTED", "EXECUTING", "OCO", made["orderListId"]), f"{started}")
    check({o["i"] for o in started["O"]} == {o["orderId"] for o in made["orders"]}, f"{started}")
    alice.must("DELETE", "/api/v3/orderList", symbol="BTCUSDT", orderListId=made["orderListId"])
    done = next_event(socket, "listStatus")
    check((done["l"], done["L"]) == ("ALL_DONE", "ALL_DONE"), f"{done}")
    socket.close()


def self_trade_prevention_is_told(sandbox):
    alice = sandbox.rest("alice")
    _, socket = by_listen_key(sandbox, "alice")
    resting = alice.limit("SELL", "30000", "0.02", selfTradePreventionMode="NONE")
    alice.limit("BUY", "30000", "0.01", selfTradePreventionMode="EXPIRE_TAKER")
    report = next_event(socket, "executionReport")
    while report["x"] != "TRADE_PREVENTION":
        report = next_event(socket, "executionReport")
    check(report["X"] == "EXPIRED_IN_MATCH" and report["U"] == resting["orderId"] and report["v"] > 0, f"{report}")
    check(report["pL"] == "30000.00000000" and report["V"] == "EXPIRE_TAKER", f"{report}")
    alice.cancel(resting)
    socket.close()


def amended_orders_are_told(sandbox):
    alice = sandbox.rest("alice")
    _, socket = by_listen_key(sandbox, "alice")
    order = alice.limit("BUY", "25000", "0.02")
    alice.must("PUT", "/api/v3/order/amend/keepPriority", symbol="BTCUSDT", orderId=order["orderId"], newQty="0.01")
    next_event(socket, "executionReport")
    report = next_event(socket, "executionReport")
    check(report["x"] == "REPLACED" and report["X"] == "NEW" and report["q"] == "0.01000000", f"{report}")
    alice.cancel(order)
    socket.close()


def listen_keys_belong_to_their_owner_and_end(sandbox):
    alice, bob = sandbox.rest("alice"), sandbox.rest("bob")
    key, socket = by_listen_key(sandbox, "alice")
    check(by_listen_key(sandbox, "alice")[0] == key, "who has one gets the same")
    check(alice.with_key("PUT", "/api/v3/userDataStream", listenKey=key) == (200, {}), "another hour")
    for method in ("PUT", "DELETE"):
        status, body = bob.with_key(method, "/api/v3/userDataStream", listenKey=key)
        check(status == 400 and body["code"] == -1125, f"{status} {body}")
    check(alice.with_key("PUT", "/api/v3/userDataStream")[1]["code"] == -1102, "which one?")
    check(alice.with_key("DELETE", "/api/v3/userDataStream", listenKey=key) == (200, {}), "closed")
    expect_refused(lambda: sandbox.socket(f"/ws/{key}"), 400, -1125)
    alice.cancel(alice.limit("BUY", "25000", "0.01"))
    socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 1})
    check(socket.receive_json() == {"result": [], "id": 1}, "nothing more is told")
    socket.close()
    key, _ = by_listen_key(sandbox, "alice")
    both = sandbox.socket(f"/stream?streams=btcusdt@trade/{key}")
    order = alice.limit("BUY", "25000", "0.01")
    message = both.receive_json()
    check(message["stream"] == key and message["data"]["e"] == "executionReport", f"{message}")
    alice.cancel(order)
    both.close()


# ---------------------------------------------------------------- WebSocket API

def a_signed_subscription_needs_no_logon(sandbox):
    api = sandbox.api("alice")
    check(api.must("userDataStream.subscribe.signature") == {"subscriptionId": 0}, "the first one")
    expect_error(api.signed("userDataStream.subscribe.signature"), 400, -2035)
    alice = sandbox.rest("alice")
    order = alice.limit("BUY", "25000", "0.01")
    (message,) = api.events(1, "executionReport")
    check(message["subscriptionId"] == 0 and message["event"]["i"] == order["orderId"], f"{message}")
    alice.cancel(order)
    check(api.call("session.subscriptions")["result"] == [{"subscriptionId": 0}], "listed")
    expect_error(api.call("userDataStream.unsubscribe", subscriptionId=5), 400, -2036)
    check(api.call("userDataStream.unsubscribe", subscriptionId=0)["status"] == 200, "ended")
    check(api.events(1, "eventStreamTerminated")[0]["subscriptionId"] == 0, "its last word")
    expect_error(api.call("userDataStream.unsubscribe"), 400, -2036)
    check(api.must("userDataStream.subscribe.signature") == {"subscriptionId": 1}, "numbers are not used twice")
    api.socket.close()


def a_logged_on_session_subscribes_without_signing(sandbox):
    api = sandbox.api("bob", "ED25519")
    expect_error(api.call("userDataStream.subscribe"), 401, -1002)
    check(api.must("session.logon")["apiKey"] == api.key["apiKey"], "logged on")
    check(api.call("userDataStream.subscribe")["result"] == {"subscriptionId": 0}, "subscribed")
    bob = sandbox.rest("bob")
    bob.cancel(bob.limit("BUY", "24000", "0.01"))
    check([m["event"]["x"] for m in api.events(2, "executionReport")] == ["NEW", "CANCELED"], "own orders")
    check(api.call("session.logout")["result"]["apiKey"] is None, "logged out")
    check(api.events(1, "eventStreamTerminated"), "and the stream ends")
    api.socket.close()


def a_revoked_key_ends_its_streams(sandbox):
    owner = sandbox.rest("olga")
    made = owner.must("POST", "/tarazy/v1/key", type="HMAC", scopes="read")
    sandbox.keys.append({"participant": "temp", "type": "HMAC", "apiKey": made["apiKey"],
                         "secretKey": made["secretKey"]})
    api = sandbox.api("temp")
    check(api.must("userDataStream.subscribe.signature") == {"subscriptionId": 0}, "subscribed")
    owner.must("DELETE", "/tarazy/v1/key", apiKey=made["apiKey"])
    check(api.events(1, "eventStreamTerminated"), "the stream ends with its key")
    expect_error(api.signed("account.status"), 401, -2015)
    api.socket.close()


# ---------------------------------------------------------------- cancel on disconnect

def open_orders(trader):
    return trader.must("GET", "/api/v3/openOrders")


def who_asked_for_it_is_cancelled_when_he_goes(sandbox):
    alice = sandbox.rest("alice")
    for way in ("close", "vanish"):
        api = sandbox.api("alice", "ED25519")
        check(api.must("session.logon", cancelOnDisconnect="true")["cancelOnDisconnect"] is True, "asked for")
        api.must("order.place", symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", price="20000",
                 quantity="0.01")
        alice.limit("BUY", "25000000", "0.01", "BTCKZT")
        check(len(open_orders(alice)) == 2, "two orders")
        getattr(api.socket, way)()
        node.wait_until("both to be cancelled", lambda: open_orders(alice) == [])


def who_did_not_ask_keeps_his_orders(sandbox):
    alice = sandbox.rest("alice")
    api = sandbox.api("alice")
    api.must("userDataStream.subscribe.signature", cancelOnDisconnect="true")
    api.must("userDataStream.unsubscribe")
    api.must("userDataStream.subscribe.signature", cancelOnDisconnect="false")
    order = alice.limit("BUY", "25000", "0.01")
    api.socket.close()
    other = sandbox.api("alice")
    other.must("userDataStream.subscribe.signature")
    other.socket.close()
    # A later guarded session of somebody else shows that the earlier ends have been dealt with.
    bob = sandbox.rest("bob")
    bob.limit("BUY", "24000", "0.01")
    guarded = sandbox.api("bob")
    guarded.must("userDataStream.subscribe.signature", cancelOnDisconnect="true")
    guarded.socket.close()
    node.wait_until("bob's order to be cancelled", lambda: open_orders(bob) == [])
    check([o["orderId"] for o in open_orders(alice)] == [order["orderId"]], "alice's order is still there")
    alice.cancel(order)


def a_key_without_the_right_to_trade_cannot_guard(sandbox):
    owner = sandbox.rest("olga")
    made = owner.must("POST", "/tarazy/v1/key", type="HMAC", scopes="read")
    sandbox.keys.append({"participant": "reader", "type": "HMAC", "apiKey": made["apiKey"],
                         "secretKey": made["secretKey"]})
    api = sandbox.api("reader")
    expect_error(api.signed("userDataStream.subscribe.signature", cancelOnDisconnect="true"), 401, -2015)
    api.socket.close()


if __name__ == "__main__":
    run(
        a_listen_key_tells_an_orders_whole_life,
        balances_follow_every_change,
        one_sweep_reports_every_fill_in_its_order,
        nobody_hears_of_others,
        lists_are_told_with_their_orders,
        self_trade_prevention_is_told,
        amended_orders_are_told,
        listen_keys_belong_to_their_owner_and_end,
        a_signed_subscription_needs_no_logon,
        a_logged_on_session_subscribes_without_signing,
        a_revoked_key_ends_its_streams,
        who_asked_for_it_is_cancelled_when_he_goes,
        who_did_not_ask_keeps_his_orders,
        a_key_without_the_right_to_trade_cannot_guard,
    )
