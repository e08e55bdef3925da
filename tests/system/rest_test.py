"""REST: every operation of a real sandbox answers, and what was answered can be asked for again."""
import decimal
import itertools
import json
import os
import signal
import threading

import node_process as node
import rest_rig as rig

check = rig.check
D = decimal.Decimal
PRICE = 15_400_000


def market_data(nobody):
    check(nobody.ok("GET /api/v3/ping") == {}, "ping is empty")
    check(nobody.ok("GET /api/v3/time")["serverTime"] > 1_700_000_000_000, "the clock is in milliseconds")
    info = nobody.ok("GET /api/v3/exchangeInfo")
    symbols = {s["symbol"]: s for s in info["symbols"]}
    check(set(symbols) == {"BTCKZT", "ETHKZT", "BTCUSDT"}, f"three markets, not {sorted(symbols)}")
    for symbol in symbols.values():
        filters = {f["filterType"] for f in symbol["filters"]}
        wanted = {"PRICE_FILTER", "LOT_SIZE", "NOTIONAL", "MARKET_LOT_SIZE", "ICEBERG_PARTS",
                  "PERCENT_PRICE_BY_SIDE", "TRAILING_DELTA", "MAX_NUM_ORDERS", "MAX_NUM_ALGO_ORDERS"}
        check(wanted <= filters, f"{symbol['symbol']} lacks {wanted - filters}")
        check(symbol["permissionSets"] == [["SPOT"]] and symbol["status"] == "TRADING", "it trades")
    check({r["rateLimitType"] for r in info["rateLimits"]} == {"REQUEST_WEIGHT", "ORDERS", "RAW_REQUESTS"},
          "limits are published")
    for path in ("/fapi/v1/exchangeInfo", "/dapi/v1/exchangeInfo"):
        check(nobody.ok(f"GET {path}")["symbols"] == [], f"{path} is empty")
    check(nobody.ok("GET /sapi/v1/system/status") == {"status": 0, "msg": "normal"}, "all is well")


def trading(alice, bob, nobody):
    """Orders of every type; the reads agree with the answers."""
    first = alice.limit("BUY", "0.5", PRICE - 10, newClientOrderId="first")
    check(first["status"] == "NEW" and first["fills"] == [], f"rests: {first}")
    book = nobody.ok("GET /api/v3/depth", symbol="BTCKZT", limit=5)
    check(D(book["bids"][0][0]) == PRICE - 10 and D(book["bids"][0][1]) == D("0.5"), f"shown: {book}")
    hit = bob.ok("POST /api/v3/order", symbol="BTCKZT", side="SELL", type="MARKET", quantity="0.2")
    check(hit["status"] == "FILLED" and len(hit["fills"]) == 1, f"fills: {hit}")
    check(hit["fills"][0]["commissionAsset"] == "KZT", "a seller pays in what he gets")
    mine = alice.ok("GET /api/v3/order", symbol="BTCKZT", origClientOrderId="first")
    check(mine["status"] == "PARTIALLY_FILLED" and D(mine["executedQty"]) == D("0.2"), f"partly: {mine}")
    by_quote = bob.ok("POST /api/v3/order", symbol="BTCKZT", side="SELL", type="MARKET",
                      quoteOrderQty=str((PRICE - 10) * 1))
    check(by_quote["status"] in ("FILLED", "EXPIRED"), f"by quote: {by_quote}")
    trades = alice.ok("GET /api/v3/myTrades", symbol="BTCKZT")
    check([t["isMaker"] for t in trades] == [True] * len(trades) and trades, "alice was the maker")
    public = nobody.ok("GET /api/v3/trades", symbol="BTCKZT")
    check([t["id"] for t in public] == [t["id"] for t in trades], "the same trades, in public")
    check(nobody.ok("GET /api/v3/historicalTrades", symbol="BTCKZT", fromId=1)[0]["id"] == 1, "from the first on")
    check(nobody.ok("GET /api/v3/aggTrades", symbol="BTCKZT")[0]["a"] == 1, "aggregates")
    candles = nobody.ok("GET /api/v3/klines", symbol="BTCKZT", interval="1m")
    check(sum(c[8] for c in candles) == len(public), "candles hold every trade")
    check(nobody.ok("GET /api/v3/uiKlines", symbol="BTCKZT", interval="1h")[-1][8] == len(public), "the hour")
    check(D(nobody.ok("GET /api/v3/avgPrice", symbol="BTCKZT")["price"]) == PRICE - 10, "one price, so the average")
    for path in ("24hr", "tradingDay", "price", "bookTicker"):
        check(nobody.ok(f"GET /api/v3/ticker/{path}", symbol="BTCKZT")["symbol"] == "BTCKZT", path)
    check(nobody.ok("GET /api/v3/ticker", symbols='["BTCKZT","ETHKZT"]')[0]["count"] == len(public), "the window")


def batches(alice):
    """Many orders in one request, and their cancels: batch_test.py tries what can be wrong with them."""
    bid = {"symbol": "BTCKZT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
    placed = alice.ok("POST /api/v3/batchOrders",
                      batchOrders=json.dumps([{**bid, "price": str(PRICE - i)} for i in (20, 30)]))
    gone = alice.ok("DELETE /api/v3/batchOrders", symbol="BTCKZT", orderIdList=str([p["orderId"] for p in placed]))
    check([o["status"] for o in gone] == ["CANCELED"] * 2, gone)


def order_types(alice, bob):
    at = {"symbol": "BTCKZT", "side": "SELL", "quantity": "0.1"}
    for name, more in (
            ("LIMIT_MAKER", {"price": PRICE + 100}),
            ("STOP_LOSS", {"stopPrice": PRICE - 1000}),
            ("STOP_LOSS_LIMIT", {"stopPrice": PRICE - 1000, "price": PRICE - 1100, "timeInForce": "GTC"}),
            ("TAKE_PROFIT", {"stopPrice": PRICE + 1000}),
            ("TAKE_PROFIT_LIMIT", {"stopPrice": PRICE + 1000, "price": PRICE + 900, "timeInForce": "GTC"}),
            ("STOP_LOSS", {"trailingDelta": 100}),
            ("LIMIT", {"price": PRICE + 200, "timeInForce": "GTC", "icebergQty": "0.05"}),
            ("LIMIT", {"price": PRICE + 300, "timeInForce": "GTD", "expireTime": 4_000_000_000_000})):
        answer = alice.ok("POST /api/v3/order", type=name, newOrderRespType="RESULT", **at, **more)
        check(answer["status"] == "NEW" and answer["type"] == name, f"{name}: {answer}")
    immediate = alice.ok("POST /api/v3/order", type="LIMIT", timeInForce="IOC", price=PRICE + 500, **at)
    check(immediate["status"] == "EXPIRED", f"nothing to take: {immediate}")
    check(alice.ok("POST /api/v3/order/test", type="LIMIT", timeInForce="GTC", price=PRICE + 5, **at) == {}, "a test")
    count = len(alice.ok("GET /api/v3/openOrders", symbol="BTCKZT"))
    check(count >= 8 and len(bob.ok("GET /api/v3/openOrders")) == 0, f"{count} open, bob has none")
    swapped = alice.ok("POST /api/v3/order/cancelReplace", type="LIMIT", timeInForce="GTC", price=PRICE + 400,
                       cancelReplaceMode="STOP_ON_FAILURE",
                       cancelOrderId=alice.ok("GET /api/v3/openOrders", symbol="BTCKZT")[-1]["orderId"], **at)
    order = swapped["newOrderResponse"]["orderId"]
    amended = alice.ok("PUT /api/v3/order/amend/keepPriority", symbol="BTCKZT", orderId=order, newQty="0.05")
    check(D(amended["amendedOrder"]["qty"]) == D("0.05"), f"amended: {amended}")
    gone = alice.ok("DELETE /api/v3/order", symbol="BTCKZT", orderId=order)
    check(gone["status"] == "CANCELED", f"cancelled: {gone}")
    everything = alice.ok("DELETE /api/v3/openOrders", symbol="BTCKZT")
    check(len(everything) == count - 1, f"{len(everything)} of {count - 1} cancelled")
    check(alice.ok("GET /api/v3/openOrders") == [], "none is left")
    check(all(o["status"] != "NEW" for o in alice.ok("GET /api/v3/allOrders", symbol="BTCKZT")), "all are over")
    alice.ok("POST /api/v3/countdownCancelAll", symbol="BTCKZT", countdownTime=60000)
    alice.ok("POST /api/v3/countdownCancelAll", symbol="BTCKZT", countdownTime=0)


def order_lists(alice):
    pair = {"symbol": "BTCKZT", "side": "SELL", "quantity": "0.1"}
    oco = alice.ok("POST /api/v3/orderList/oco", aboveType="LIMIT_MAKER", abovePrice=PRICE + 1000,
                   belowType="STOP_LOSS", belowStopPrice=PRICE - 1000, listClientOrderId="pair", **pair)
    check(len(oco["orderReports"]) == 2, f"two legs: {oco}")
    old = alice.ok("POST /api/v3/order/oco", price=PRICE + 1000, stopPrice=PRICE - 1000, **pair)
    working = {"workingType": "LIMIT", "workingSide": "BUY", "workingPrice": PRICE - 5000, "workingQuantity": "0.1",
               "workingTimeInForce": "GTC", "pendingSide": "SELL", "pendingQuantity": "0.1", "symbol": "BTCKZT"}
    alice.ok("POST /api/v3/orderList/oto", pendingType="LIMIT_MAKER", pendingPrice=PRICE + 1000, **working)
    three = alice.ok("POST /api/v3/orderList/otoco", pendingAboveType="LIMIT_MAKER", pendingAbovePrice=PRICE + 1000,
                     pendingBelowType="STOP_LOSS", pendingBelowStopPrice=PRICE - 6000, **working)
    check(len(three["orders"]) == 3, f"three legs: {three}")
    check(len(alice.ok("GET /api/v3/openOrderList")) == 4, "four lists run")
    check(alice.ok("GET /api/v3/orderList", origClientOrderId="pair")["orderListId"] == oco["orderListId"], "by name")
    ended = alice.ok("DELETE /api/v3/orderList", symbol="BTCKZT", orderListId=old["orderListId"])
    check(ended["listOrderStatus"] == "ALL_DONE" and len(ended["orderReports"]) == 2, f"ended: {ended}")
    alice.ok("DELETE /api/v3/openOrders", symbol="BTCKZT")
    check(len(alice.ok("GET /api/v3/allOrderList")) == 4 and alice.ok("GET /api/v3/openOrderList") == [], "all over")


def account(alice, seen_orders):
    me = alice.ok("GET /api/v3/account", omitZeroBalances="true")
    check(me["canTrade"] and me["permissions"] == ["SPOT"], f"may trade: {me}")
    alice.ok("GET /api/v3/account/commission", symbol="BTCKZT")
    counts = alice.ok("GET /api/v3/rateLimit/order")
    check(counts[1]["count"] >= seen_orders, f"orders count: {counts}")
    check("X-MBX-ORDER-COUNT-1D" in alice.headers, "and are told in a header")
    maker = alice.limit("SELL", "0.1", PRICE + 50)
    taker = alice.limit("BUY", "0.1", PRICE + 50, selfTradePreventionMode="EXPIRE_TAKER")
    check(taker["status"] == "EXPIRED_IN_MATCH", f"prevented: {taker}")
    found = alice.ok("GET /api/v3/myPreventedMatches", symbol="BTCKZT", orderId=taker["orderId"])
    check(found[0]["makerOrderId"] == maker["orderId"], f"and told: {found}")
    check(alice.ok("GET /api/v3/myAllocations", symbol="BTCKZT") == [], "nothing is allocated elsewhere")
    alice.ok("DELETE /api/v3/order", symbol="BTCKZT", orderId=maker["orderId"])


def wallet(alice, olga, omar):
    coins = {c["coin"]: c for c in alice.ok("GET /sapi/v1/capital/config/getall")}
    check(coins["BTC"]["networkList"][0]["network"] == "SANDBOX", "one network")
    check(len(alice.ok("GET /sapi/v1/asset/tradeFee")) == 3, "fees of three markets")
    address = alice.ok("GET /sapi/v1/capital/deposit/address", coin="BTC")
    check(address["address"] == "sandbox:alice", f"a name is the address: {address}")
    before = D(alice.balances()["BTC"][0])
    olga.ok("POST /tarazy/v1/sandbox/deposit", participant="alice", asset="BTC", amount="1.5", reference="gift-1")
    check(D(alice.balances()["BTC"][0]) == before + D("1.5"), "play money arrives")
    olga.refused("POST /tarazy/v1/sandbox/deposit", 400, -9092, participant="alice", asset="BTC", amount="1.5",
                 reference="gift-1")
    deposits = alice.ok("GET /sapi/v1/capital/deposit/hisrec", coin="BTC")
    check(deposits[0]["txId"] == "gift-1" and D(deposits[0]["amount"]) == D("1.5"), f"listed: {deposits}")
    answer = alice.send("POST", "/sapi/v1/capital/withdraw/apply",
                        {"coin": "BTC", "address": "bc1qsomewhere", "amount": "0.5", "withdrawOrderId": "w-1"})
    check(answer[0] == 200, f"asked for: {answer}")
    history = alice.ok("GET /sapi/v1/capital/withdraw/history")
    check(history[0]["id"] == answer[1]["id"] and history[0]["status"] == 4, f"waits: {history}")
    waiting = olga.ok("GET /tarazy/v1/withdrawals")
    check(waiting[0]["participant"] == "alice", f"staff sees it: {waiting}")
    approved(olga, omar, "POST /tarazy/v1/withdrawal/reject", withdrawal=waiting[0]["withdrawal"])
    check(alice.ok("GET /sapi/v1/capital/withdraw/history")[0]["status"] == 3, "given back")


def approved(proposer, approver, request, **parameters):
    proposed = proposer.ok(request, **parameters)
    check(proposed["status"] == "PROPOSED", f"{request} needs a second person: {proposed}")
    shown = {p["proposalId"]: p for p in approver.ok("GET /tarazy/v1/proposals")}
    check(proposed["proposalId"] in shown, "and he sees it")
    done = approver.ok("POST /tarazy/v1/proposal/approve", proposalId=proposed["proposalId"])
    return done


def operators(sandbox, alice, olga, omar, nobody):
    check(nobody.ok("GET /tarazy/v1/node")["sandbox"], "a sandbox says so")
    check(len(nobody.ok("GET /tarazy/v1/tiers")) >= 1, "tiers are published")
    check(olga.ok("GET /tarazy/v1/self")["handle"] == "olga", "who am I")
    olga.ok("POST /tarazy/v1/participant", handle="dana", roles="trader", tier=1)
    check("dana" in {p["handle"] for p in olga.ok("GET /tarazy/v1/participants")}, "dana is there")
    approved(olga, omar, "PUT /tarazy/v1/participant", participant="dana", roles="trader,market-maker", tier=1)
    proposal = olga.ok("POST /tarazy/v1/key", type="HMAC", scopes="read,trade", owner="dana")
    check(omar.ok("POST /tarazy/v1/proposal/approve", proposalId=proposal["proposalId"])["state"] == "EXECUTED",
          "a key for somebody else takes two")
    dana = rig.Person(sandbox.url, {"type": "HMAC", **{k: proposal[k] for k in ("apiKey", "secretKey")}}, sandbox.seen)
    check(dana.balances()["BTC"][0].startswith("0."), "dana's key works")
    check(len(olga.ok("GET /tarazy/v1/keys", owner="dana")) == 1, "and is listed")
    dana.refused("POST /api/v3/order", 400, -2010, "insufficient balance", symbol="BTCKZT", side="SELL", type="LIMIT",
                 timeInForce="GTC", quantity="1", price=PRICE)
    olga.ok("POST /tarazy/v1/participant/freeze", participant="dana")
    olga.ok("DELETE /tarazy/v1/orders", participant="dana")
    olga.ok("DELETE /tarazy/v1/key", apiKey=proposal["apiKey"])
    dana.refused("GET /api/v3/account", 401, -2015)
    approved(olga, omar, "POST /tarazy/v1/tier", tier=5, rights="trade", maker="0.0001", taker="0.0002")
    approved(olga, omar, "POST /tarazy/v1/tier/limit", tier=5, asset="BTC", withdrawDay="1")
    approved(olga, omar, "POST /tarazy/v1/asset", code="GOLD", name="Gold", scale=4, supplyMax="1000")
    approved(olga, omar, "POST /tarazy/v1/instrument", symbol="GOLDUSDT", base="GOLD", quote="USDT",
             session="CLOSED", tickSize="0.01", stepSize="0.01", minQty="0.01", maxQty="100", minPrice="0.01",
             maxPrice="100000", referencePrice="100", slippage="0.05", maxOrders=10)
    approved(olga, omar, "PUT /tarazy/v1/instrument", symbol="GOLDUSDT", minQty="0.02", maxQty="100",
             minPrice="0.01", maxPrice="100000", referencePrice="100", slippage="0.05", maxOrders=10)
    olga.ok("POST /tarazy/v1/session", symbol="GOLDUSDT", session="CONTINUOUS")
    info = nobody.ok("GET /api/v3/exchangeInfo", symbol="GOLDUSDT")["symbols"][0]
    check(info["status"] == "TRADING", f"listed: {info}")
    approved(olga, omar, "POST /tarazy/v1/correction", debit="alice", credit="bob", asset="USDT", amount="1",
             reason="a mistake")
    withdrawn = olga.ok("POST /tarazy/v1/asset", code="LEAD", name="Lead", scale=4, supplyMax="1000")
    olga.ok("POST /tarazy/v1/proposal/withdraw", proposalId=withdrawn["proposalId"])
    # Custody has no key in a sandbox: these two are refused, but as acts that are known.
    olga.refused("POST /tarazy/v1/deposit", 401, -2015, participant="alice", asset="BTC", amount="1", rail=2,
                 reference="x", propose="true")
    olga.refused("POST /tarazy/v1/withdrawal/settle", 401, -2015, withdrawal=1, reference="x", propose="true")


def other_keys(sandbox):
    """Ed25519; parameters in the body; both answer the same."""
    alice = sandbox.person("alice", "ED25519")
    order = alice.limit("BUY", "0.01", PRICE - 100)
    alice.in_body = True
    second = alice.limit("BUY", "0.01", PRICE - 100, newClientOrderId="in-the-body")
    check(second["orderId"] > order["orderId"], "both are placed")
    check(len(alice.ok("DELETE /api/v3/openOrders", symbol="BTCKZT")) == 2, "both are cancelled")


def nothing_acknowledged_is_lost(sandbox, alice):
    """kill -9 of the gateway: a client that asks the next one finds his order."""
    order = alice.limit("BUY", "0.01", PRICE - 200, newClientOrderId="survivor")
    server = sandbox.process.child.pid
    gateway = node.child_processes(server)["gateway"]
    os.kill(gateway, signal.SIGKILL)
    node.wait_until("another gateway", lambda: node.child_processes(server).get("gateway") not in (None, gateway))

    def asks_again():
        try:
            person = sandbox.person("alice")
            return person.ok("GET /api/v3/order", symbol="BTCKZT", origClientOrderId="survivor")
        except (ConnectionError, OSError):
            return None

    found = node.wait_until("the order", asks_again)
    check(found["orderId"] == order["orderId"] and found["status"] == "NEW", f"found: {found}")


def core_dies_under_load(sandbox):
    """kill -9 of the core while orders come in: what was acknowledged is there, the rest has an answer."""
    acknowledged, unknown, refused = {}, [], []
    server = sandbox.process.child.pid
    core = node.child_processes(server)["core"]
    stop = threading.Event()

    def trade(name, side, price):
        person = sandbox.person(name)
        for number in itertools.count():
            if stop.is_set():
                return
            client_id = f"{name}-{number}"
            status, body = person.send("POST", "/api/v3/order", {
                "symbol": "ETHKZT", "side": side, "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01",
                "price": price, "newClientOrderId": client_id, "newOrderRespType": "ACK"})
            if status == 200:
                acknowledged[name, client_id] = body["orderId"]
            elif body["code"] == -1007:
                unknown.append((name, client_id))
            else:
                refused.append((name, client_id, body))

    reference = sandbox.person().ok("GET /api/v3/ticker/price", symbol="ETHKZT")["price"]
    threads = [threading.Thread(target=trade, args=who) for who in
               (("alice", "BUY", reference), ("bob", "SELL", reference))]
    for thread in threads:
        thread.start()
    node.wait_until("orders to flow", lambda: len(acknowledged) > 200)
    os.kill(core, signal.SIGKILL)
    before = len(acknowledged)
    node.wait_until("another core", lambda: node.child_processes(server).get("core") not in (None, core))
    node.wait_until("orders to flow again", lambda: len(acknowledged) > before + 200)
    stop.set()
    for thread in threads:
        thread.join()
    check(all(b["code"] in (-1001, -1008) for _, _, b in refused), f"certainly not sent: {refused[:3]}")
    people = {name: sandbox.person(name) for name in ("alice", "bob")}
    for (name, client_id), order in acknowledged.items():
        found = people[name].ok("GET /api/v3/order", symbol="ETHKZT", origClientOrderId=client_id)
        check(found["orderId"] == order, f"acknowledged and not there: {client_id}")
    for name, client_id in unknown:
        status, body = people[name].send("GET", "/api/v3/order", {"symbol": "ETHKZT", "origClientOrderId": client_id})
        check(status == 200 or body["code"] == -2013, f"can be asked for: {status} {body}")
    for name, client_id, _ in refused:
        people[name].refused("GET /api/v3/order", 400, -2013, symbol="ETHKZT", origClientOrderId=client_id)


def every_operation_was_seen(sandbox, nobody):
    paths = nobody.ok("GET /openapi.json")["paths"]
    mine = ("/api/v3/", "/sapi/", "/fapi/", "/dapi/", "/tarazy/")
    offered = {(method.upper(), path) for path, methods in paths.items() for method in methods
               if path.startswith(mine) and "userDataStream" not in path}
    elsewhere = {("POST", "/tarazy/v1/deposit"), ("POST", "/tarazy/v1/withdrawal/settle"),
                 ("GET", "/api/v3/receipt")}  # needs a notary: notary_test.py
    elsewhere |= {("GET", "/api/v3/liabilities"), ("GET", "/api/v3/liabilities/proof"),
                  ("POST", "/tarazy/v1/liabilities")}
    elsewhere |= {one for one in offered if one[1].startswith("/tarazy/v1/mining/")}  # country_test.py
    missing = offered - sandbox.seen - elsewhere
    check(not missing, f"operations that were never answered well: {sorted(missing)}")


def main():
    with rig.sandbox() as sandbox:
        alice, bob = sandbox.person("alice"), sandbox.person("bob")
        olga, omar, nobody = sandbox.person("olga"), sandbox.person("omar"), sandbox.person()
        market_data(nobody)
        trading(alice, bob, nobody)
        batches(alice)
        order_types(alice, bob)
        order_lists(alice)
        account(alice, 10)
        wallet(alice, olga, omar)
        operators(sandbox, alice, olga, omar, nobody)
        other_keys(sandbox)
        every_operation_was_seen(sandbox, nobody)
        nothing_acknowledged_is_lost(sandbox, alice)
        core_dies_under_load(sandbox)
    print("rest: every operation answers")


if __name__ == "__main__":
    main()
