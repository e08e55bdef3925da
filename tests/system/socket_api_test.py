"""The WebSocket API from outside: every method there is, who is asking, and everything that is refused."""
import time

from socket_rig import Closed, check, expect_error, expect_refused, node, run


# ---------------------------------------------------------------- the envelope

def ids_are_echoed_and_nonsense_is_refused(sandbox):
    api = sandbox.api()
    for number in (0, 1, -5, "abc", "", None, 2**53):
        answer = api.socket.request({"id": number, "method": "ping"})
        check(answer["id"] == number and answer["status"] == 200 and answer["result"] == {}, f"{answer}")
    for text in ("", "x", "[]", "{", '{"id":1}', '{"id":1,"method":1}', '{"id":[],"method":"ping"}',
                 '{"id":1,"method":"ping","params":[]}', '{"id":1,"method":"ping","more":1}',
                 '{"id":1,"id":2,"method":"ping"}', '{"id":"' + "x" * 80 + '","method":"ping"}',
                 '{"id":1,"method":"ping","params":{"a":{"b":{"c":{"d":{}}}}}}x'):
        api.socket.send(text)
        answer = api.socket.receive_json()
        expect_error(answer, 400, -1135)
        check(answer["id"] is None, f"{answer}")
    expect_error(api.call("no.such.method"), 404, -1020)
    expect_error(api.call("ping", nothing=1), 400, -1104)
    expect_error(api.call("depth"), 400, -1102, "symbol")
    expect_error(api.call("depth", symbol={"a": 1}), 400, -1102)
    expect_error(api.call("depth", symbol=None), 400, -1102)
    expect_error(api.call("depth", symbol="NOSUCH"), 400, -1121)
    check(api.call("ping")["status"] == 200, "and the session goes on")
    api.socket.close()
    expect_refused(lambda: sandbox.socket("/ws-api/v3/x"), 404, -1020)


def rate_limits_are_told_unless_one_asks_not_to(sandbox):
    api = sandbox.api()
    limits = api.call("ping")["rateLimits"]
    check([lim["rateLimitType"] for lim in limits] == ["REQUEST_WEIGHT"] and limits[0]["count"] > 0, f"{limits}")
    check("rateLimits" not in api.call("ping", returnRateLimits=False), "not for this request")
    api.socket.close()
    api = sandbox.api(query="?returnRateLimits=false")
    check("rateLimits" not in api.call("ping"), "not for this session")
    check("rateLimits" in api.call("ping", returnRateLimits=True), "but for this request")
    api.socket.close()
    api = sandbox.api("alice")
    limits = api.signed("order.place", symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC",
                        price="20000", quantity="0.01")["rateLimits"]
    check([lim["rateLimitType"] for lim in limits] == ["ORDERS", "ORDERS", "REQUEST_WEIGHT"], f"{limits}")
    api.must("openOrders.cancelAll", symbol="BTCUSDT")
    api.socket.close()


def times_can_be_microseconds(sandbox):
    api = sandbox.api(query="?timeUnit=MICROSECOND")
    check(abs(api.must("time")["serverTime"] / 1e6 - time.time()) < 60, "microseconds")
    api.socket.close()


# ---------------------------------------------------------------- market data

def market_data_is_that_of_rest(sandbox):
    maker, taker, rest = sandbox.rest("maker"), sandbox.rest("alice"), sandbox.rest()
    for number in range(3):
        maker.limit("SELL", 30000 + number, "0.02")
    taker.limit("BUY", "30001", "0.03")
    api = sandbox.api()
    symbol = {"symbol": "BTCUSDT"}
    both = {"symbols": ["BTCUSDT", "BTCKZT"]}
    for method, path, parameters in (
        ("exchangeInfo", "exchangeInfo", symbol), ("exchangeInfo", "exchangeInfo", both),
        ("depth", "depth", symbol), ("depth", "depth", {**symbol, "limit": 1}),
        ("trades.recent", "trades", symbol), ("trades.historical", "historicalTrades", {**symbol, "fromId": 1}),
        ("trades.aggregate", "aggTrades", symbol), ("klines", "klines", {**symbol, "interval": "1h"}),
        ("uiKlines", "uiKlines", {**symbol, "interval": "1h"}), ("avgPrice", "avgPrice", symbol),
        ("ticker.price", "ticker/price", symbol), ("ticker.price", "ticker/price", both), ("ticker.price", "ticker/price", {}),
        ("ticker.book", "ticker/bookTicker", symbol), ("ticker.24hr", "ticker/24hr", {**symbol, "type": "MINI"}),
        ("ticker.tradingDay", "ticker/tradingDay", symbol), ("ticker", "ticker", {**symbol, "windowSize": "1h"}),
    ):
        over_socket = api.must(method, **parameters)
        query = {k: str(v).replace("'", '"').replace(" ", "") if isinstance(v, list) else v
                 for k, v in parameters.items()}
        over_rest = rest.get(f"/api/v3/{path}", **query)
        drop_clocks(over_socket)
        drop_clocks(over_rest)
        check(over_socket == over_rest, f"{method}: {over_socket} {over_rest}")
    api.socket.close()
    maker.must("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")


def drop_clocks(value):
    """What depends on the moment of asking."""
    if isinstance(value, dict):
        for name in ("serverTime", "closeTime", "openTime"):
            value.pop(name, None)
        for member in value.values():
            drop_clocks(member)
    elif isinstance(value, list):
        for member in value:
            drop_clocks(member)


# ---------------------------------------------------------------- orders

ORDER = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": "20000",
         "quantity": "0.02"}


def orders_live_their_whole_life(sandbox):
    api = sandbox.api("alice")
    check(api.must("order.test", **ORDER) == {}, "a test changes nothing")
    check(api.must("openOrders.status", symbol="BTCUSDT") == [], "nothing")
    placed = api.must("order.place", newClientOrderId="ws-1", newOrderRespType="RESULT", **ORDER)
    check(placed["status"] == "NEW" and placed["clientOrderId"] == "ws-1", f"{placed}")
    one = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    check(api.must("order.status", **one)["status"] == "NEW", "found by number")
    check(api.must("order.status", symbol="BTCUSDT", origClientOrderId="ws-1")["orderId"] == placed["orderId"],
          "found by name")
    amended = api.must("order.amend.keepPriority", newQty="0.01", **one)
    check(amended["amendedOrder"]["qty"] == "0.01000000", f"{amended}")
    replaced = api.must("order.cancelReplace", cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=placed["orderId"],
                        **{**ORDER, "price": "20100"})
    check(replaced["cancelResult"] == "SUCCESS" and replaced["newOrderResult"] == "SUCCESS", f"{replaced}")
    newer = replaced["newOrderResponse"]["orderId"]
    check(api.must("order.cancel", symbol="BTCUSDT", orderId=newer)["status"] == "CANCELED", "cancelled")
    expect_error(api.signed("order.cancel", symbol="BTCUSDT", orderId=newer), 400, -2011)
    expect_error(api.signed("order.status", symbol="BTCUSDT", orderId=10**15), 400, -2013)
    for _ in range(3):
        api.must("order.place", **ORDER)
    check(len(api.must("openOrders.cancelAll", symbol="BTCUSDT")) == 3, "all at once")
    check(len(api.must("allOrders", symbol="BTCUSDT")) >= 5, "remembered")
    expect_error(api.signed("order.place", **{**ORDER, "quantity": "100000"}), 400, -2010, "insufficient balance")
    expect_error(api.signed("order.place", **{**ORDER, "quantity": "0.0000000001"}), 400, -1111)
    expect_error(api.signed("order.place", **{k: v for k, v in ORDER.items() if k != "price"}), 400, -1102, "price")
    failed = api.signed("order.cancelReplace", cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=newer, **ORDER)
    expect_error(failed, 400, -2022)
    check(failed["error"]["data"]["cancelResult"] == "FAILURE", f"{failed}")
    api.socket.close()


def lists_live_their_whole_life(sandbox):
    api = sandbox.api("alice")
    oco = {"symbol": "BTCUSDT", "side": "SELL", "quantity": "0.01", "aboveType": "LIMIT_MAKER",
           "abovePrice": "40000", "belowType": "STOP_LOSS", "belowStopPrice": "20000"}
    made = api.must("orderList.place.oco", **oco)
    one = {"orderListId": made["orderListId"]}
    check(api.must("orderList.status", **one)["listOrderStatus"] == "EXECUTING", "running")
    check([entry["orderListId"] for entry in api.must("openOrderLists.status")] == [made["orderListId"]], "open")
    done = api.must("orderList.cancel", symbol="BTCUSDT", **one)
    check(done["listOrderStatus"] == "ALL_DONE", f"{done}")
    made = api.must("orderList.place.oto", symbol="BTCUSDT", workingType="LIMIT", workingSide="BUY",
                    workingPrice="19000", workingQuantity="0.01", workingTimeInForce="GTC", pendingType="LIMIT_MAKER",
                    pendingSide="SELL", pendingPrice="40000", pendingQuantity="0.01")
    check(made["contingencyType"] == "OTO", f"{made}")
    made = api.must("orderList.place.otoco", symbol="BTCUSDT", workingType="LIMIT", workingSide="BUY",
                    workingPrice="19000", workingQuantity="0.01", workingTimeInForce="GTC", pendingSide="SELL",
                    pendingQuantity="0.01", pendingAboveType="LIMIT_MAKER", pendingAbovePrice="40000",
                    pendingBelowType="STOP_LOSS", pendingBelowStopPrice="15000")
    check(len(made["orders"]) == 3, f"{made}")
    api.must("openOrders.cancelAll", symbol="BTCUSDT")
    check(len(api.must("allOrderLists")) >= 3, "remembered")
    expect_error(api.signed("orderList.status", orderListId=10**15), 400, -2013)
    api.socket.close()


def accounts_are_asked_about(sandbox):
    sandbox.rest("maker").limit("SELL", "30000", "0.01")
    api = sandbox.api("alice")
    api.must("order.place", **{**ORDER, "price": "30000", "quantity": "0.01"})
    check(api.must("account.status")["canTrade"] is True, "account")
    check(api.must("account.commission", symbol="BTCUSDT")["symbol"] == "BTCUSDT", "commission")
    check(api.must("account.rateLimits.orders")[0]["count"] > 0, "order counts")
    check(api.must("myTrades", symbol="BTCUSDT")[-1]["price"] == "30000.00000000", "trades")
    check(api.must("myPreventedMatches", symbol="BTCUSDT", preventedMatchId=1) == [], "prevented matches")
    api.socket.close()


# ---------------------------------------------------------------- who is asking

def only_ed25519_keys_log_on(sandbox):
    api = sandbox.api("alice")
    expect_error(api.signed("session.logon"), 400, -4056)
    check(api.call("session.status")["result"]["apiKey"] is None, "nobody")
    api.socket.close()


def a_session_acts_for_who_logged_on(sandbox):
    api = sandbox.api("alice", "ED25519")
    expect_error(api.call("account.status", timestamp=now()), 400, -1102, "apiKey")
    status = api.must("session.logon")
    check(status["apiKey"] == api.key["apiKey"] and status["authorizedSince"] >= status["connectedSince"], f"{status}")
    check(api.call("session.status")["result"]["apiKey"] == api.key["apiKey"], "told")
    placed = api.call("order.place", timestamp=now(), **ORDER)
    check(placed["status"] == 200, f"{placed}")
    expect_error(api.call("order.place", **ORDER), 400, -1102, "timestamp")
    expect_error(api.call("order.place", timestamp=now() - 60000, **ORDER), 400, -1021)
    expect_error(api.call("order.place", timestamp=now() + 60000, **ORDER), 400, -1021)
    # Who brings a key of his own must sign with it.
    expect_error(api.call("order.place", timestamp=now(), apiKey=sandbox.key("bob")["apiKey"], **ORDER), 400, -1102)
    expect_error(api.call("order.place", timestamp=now(), signature="AAAA", **ORDER), 400, -1102)
    bob = sandbox.api("bob")
    bob.socket.close()
    bob.socket = api.socket  # bob signs on alice's session: the order is his
    check(bob.must("openOrders.status", symbol="BTCUSDT") == [], "bob has none")
    api.must("openOrders.cancelAll", symbol="BTCUSDT")
    check(api.call("session.logout")["result"]["apiKey"] is None, "logged out")
    expect_error(api.call("order.place", timestamp=now(), **ORDER), 400, -1102, "apiKey")
    api.socket.close()


def now():
    return int(time.time() * 1000)


def wrong_signatures_are_refused(sandbox):
    for kind in ("HMAC", "ED25519"):
        api = sandbox.api("alice", kind)
        right = dict(ORDER, apiKey=api.key["apiKey"], timestamp=now())
        signature = api.signature(right)
        expect_error(api.call("order.place", **right), 400, -1102, "signature")
        for changed in ({"price": "20001"}, {"apiKey": sandbox.key("bob", kind)["apiKey"]}, {"quantity": "0.020"},
                        {"newClientOrderId": "added"}, {"timestamp": right["timestamp"] + 1}):
            expect_error(api.call("order.place", **{**right, **changed}, signature=signature), 400, -1022)
        wrong = ("1" if signature[0] != "1" else "2") + signature[1:]  # hex digits mean the same in either case
        expect_error(api.call("order.place", **right, signature=wrong), 400, -1022)
        expect_error(api.call("order.place", **right, signature="*"), 400, -1022)
        expect_error(api.call("order.place", **{**right, "apiKey": "short"}, signature=signature), 401, -2014)
        expect_error(api.call("order.place", **{**right, "apiKey": "0" * 64}, signature=signature), 401, -2015)
        check(api.call("order.place", **right, signature=signature)["status"] == 200, "the right one is taken")
        api.must("openOrders.cancelAll", symbol="BTCUSDT")
        api.socket.close()


def both_spellings_of_a_signed_value_are_taken(sandbox):
    api = sandbox.api("alice")
    for name, shown in (("a:b/c", "a:b/c"), ("d:e/f", "d%3Ae%2Ff")):
        order = dict(ORDER, newClientOrderId=name, apiKey=api.key["apiKey"], timestamp=now())
        signature = api.signature({**order, "newClientOrderId": shown})
        answer = api.call("order.place", **order, signature=signature)
        check(answer["status"] == 200 and answer["result"]["clientOrderId"] == name, f"{answer}")
        api.must("order.cancel", symbol="BTCUSDT", origClientOrderId=name)
    # A signature over a=1&b=2 must not pass for one over a="1&b=2".
    tricky = dict(apiKey=api.key["apiKey"], symbol="BTCUSDT&timestamp=1", timestamp=now())
    expect_error(api.call("myTrades", **tricky, signature=api.signature(tricky)), 400, -1022)
    api.socket.close()


def a_reader_cannot_trade(sandbox):
    made = sandbox.rest("olga").must("POST", "/tarazy/v1/key", type="HMAC", scopes="read")
    sandbox.keys.append({"participant": "reader", "type": "HMAC", "apiKey": made["apiKey"],
                         "secretKey": made["secretKey"]})
    api = sandbox.api("reader")
    api.must("account.status")
    expect_error(api.signed("order.place", **ORDER), 401, -2015)
    api.socket.close()


# ---------------------------------------------------------------- listen keys over the socket

def listen_keys_can_be_asked_for_here_too(sandbox):
    api = sandbox.api()
    key = {"apiKey": sandbox.key("alice")["apiKey"]}
    listen_key = api.must("userDataStream.start", **key)["listenKey"]
    check(api.must("userDataStream.ping", listenKey=listen_key, **key) == {}, "another hour")
    check(api.must("userDataStream.stop", listenKey=listen_key, **key) == {}, "ended")
    expect_error(api.call("userDataStream.ping", listenKey=listen_key, **key), 400, -1125)
    api.socket.close()


# ---------------------------------------------------------------- many at once

def many_requests_at_once_are_each_answered_once(sandbox):
    api = sandbox.api("alice", "ED25519")
    api.must("session.logon")
    wanted = {}
    for number in range(300):
        identity = f"many-{number}"
        api.socket.send_json({"id": identity, "method": "order.place",
                              "params": {**ORDER, "price": str(10000 + number), "timestamp": now(),
                                         "newClientOrderId": identity}})
        wanted[identity] = str(10000 + number)
    while wanted:
        answer = api.socket.receive_json()
        check(answer["status"] == 200 and answer["result"]["clientOrderId"] == answer["id"], f"{answer}")
        check(answer["result"]["price"].startswith(wanted.pop(answer["id"])), f"{answer}")
    check(len(api.must("openOrders.cancelAll", symbol="BTCUSDT")) == 300, "all of them were placed")
    api.socket.close()


def who_leaves_before_the_answer_has_his_order_all_the_same(sandbox):
    alice = sandbox.rest("alice")
    api = sandbox.api("alice", "ED25519")
    api.must("session.logon")
    api.socket.send_json({"id": 1, "method": "order.place",
                          "params": {**ORDER, "timestamp": now(), "newClientOrderId": "left"}})
    try:
        api.socket.close()
    except Closed:
        pass
    node.wait_until("the order", lambda: alice.signed("GET", "/api/v3/order", symbol="BTCUSDT",
                                                      origClientOrderId="left")[0] == 200)
    alice.must("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")


if __name__ == "__main__":
    run(
        ids_are_echoed_and_nonsense_is_refused,
        rate_limits_are_told_unless_one_asks_not_to,
        times_can_be_microseconds,
        market_data_is_that_of_rest,
        orders_live_their_whole_life,
        lists_live_their_whole_life,
        accounts_are_asked_about,
        only_ed25519_keys_log_on,
        a_session_acts_for_who_logged_on,
        wrong_signatures_are_refused,
        both_spellings_of_a_signed_value_are_taken,
        a_reader_cannot_trade,
        listen_keys_can_be_asked_for_here_too,
        many_requests_at_once_are_each_answered_once,
        who_leaves_before_the_answer_has_his_order_all_the_same,
    )
