"""REST: bad input of every kind has a definite answer of its own, changes nothing and harms nobody."""
import json
import random
import socket
import time

import node_process as node
import rest_rig as rig

check = rig.check
PRICE = 15_400_000
ORDER = "POST /api/v3/order"
LIMIT = {"symbol": "BTCKZT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.1", "price": PRICE - 50}


def changed(**more):
    """A good limit order but for these; None takes a parameter away."""
    return {k: v for k, v in {**LIMIT, **more}.items() if v is not None}


def parameters(alice, nobody):
    """Every -11xx."""
    refused = alice.refused
    refused(ORDER, 400, -1100, "parameter 'price'; legal range", **changed(price="1e7"))
    refused(ORDER, 400, -1100, "parameter 'quantity'", **changed(quantity="-1"))
    refused(ORDER, 400, -1100, "parameter 'newClientOrderId'", **changed(newClientOrderId="a b"))
    refused(ORDER, 400, -1100, "parameter 'symbol'", **changed(symbol="btckzt"))
    refused(ORDER, 400, -1102, "Mandatory parameter 'side' was not sent", **changed(side=None))
    refused(ORDER, 400, -1102, "'price'", **changed(price=None))
    refused(ORDER, 400, -1102, "'quantity'", **changed(quantity=None))
    refused(ORDER, 400, -1102, "'timeInForce'", **changed(timeInForce=None))
    refused(ORDER, 400, -1104, "read '8' parameter(s) but was sent '9'", **changed(colour="red"))
    refused(ORDER, 400, -1105, "Parameter 'newClientOrderId' was empty.", **changed(newClientOrderId=""))
    refused(ORDER, 400, -1106, "Parameter 'stopPrice' sent when not required.", **changed(stopPrice=1))
    refused(ORDER, 400, -1108, "Parameter 'quantity' overflowed.", **changed(quantity="9" * 20))
    refused(ORDER, 400, -1111, "Parameter 'price' has too much precision.", **changed(price="1.123456789"))
    refused(ORDER, 400, -1114, "TimeInForce parameter sent when not required.", symbol="BTCKZT", side="BUY",
            type="MARKET", quantity="1", timeInForce="GTC")
    refused(ORDER, 400, -1115, "Invalid timeInForce.", **changed(timeInForce="DAY"))
    refused(ORDER, 400, -1116, "Invalid orderType.", **changed(type="PEGGED"))
    refused(ORDER, 400, -1117, "Invalid side.", **changed(side="LONG"))
    refused(ORDER, 400, -1121, "Invalid symbol.", **changed(symbol="DOGEKZT"))
    refused(ORDER, 400, -1128, "Combination", symbol="BTCKZT", side="BUY", type="MARKET", quantity="1",
            quoteOrderQty="1")
    refused(ORDER, 400, -1130, "'newOrderRespType'", **changed(newOrderRespType="LONG"))
    nobody.refused("GET /api/v3/klines", 400, -1120, "Invalid interval.", symbol="BTCKZT", interval="7m")
    nobody.refused("GET /api/v3/exchangeInfo", 400, -1122, symbolStatus="GONE")
    nobody.refused("GET /api/v3/ticker/24hr", 400, -1139, symbol="BTCKZT", type="HUGE")
    nobody.refused("GET /api/v3/ticker/24hr", 400, -1151, symbols='["BTCKZT","BTCKZT"]')
    refused("GET /api/v3/allOrders", 400, -1127, symbol="BTCKZT", startTime=1, endTime=86400002)
    refused("DELETE /api/v3/order", 400, -1145, symbol="BTCKZT", orderId=1, cancelRestrictions="NEVER")
    status, body = alice.raw("GET", "/api/v3/depth", "symbol=BTCKZT&symbol=ETHKZT")
    check(status == 400 and body["code"] == -1101, f"doubled: {status} {body}")
    status, body = alice.raw("GET", "/api/v3/depth", "symbol=%ZZ")
    check(status == 400 and body["code"] == -1100, f"badly encoded: {status} {body}")


def orders(alice, bob):
    """Every refusal of an order with the text that clients match."""
    refused = alice.refused
    for name, more in (("PRICE_FILTER", {"price": str(PRICE) + ".5"}), ("LOT_SIZE", {"quantity": "901"}),
                       ("NOTIONAL", {"quantity": "0.00000001"}),
                       ("PERCENT_PRICE_BY_SIDE", {"side": "SELL", "price": 1000})):
        refused(ORDER, 400, -1013, f"Filter failure: {name}", **changed(**more))
    refused(ORDER, 400, -1013, "Filter failure: MARKET_LOT_SIZE", symbol="BTCKZT", side="BUY", type="MARKET",
            quantity="300")
    refused(ORDER, 400, -1013, "Filter failure: ICEBERG_PARTS", **changed(quantity="50", icebergQty="0.01"))
    refused(ORDER, 400, -1013, "Filter failure: TRAILING_DELTA", symbol="BTCKZT", side="SELL", type="STOP_LOSS",
            quantity="1", trailingDelta=1)
    refused(ORDER, 400, -2010, "Account has insufficient balance for requested action.", **changed(quantity="800"))
    refused(ORDER, 400, -1112, "No orders on book for symbol.", symbol="BTCKZT", side="BUY", type="MARKET",
            quantity="1")
    bob.limit("SELL", "0.1", PRICE, newClientOrderId="rest")
    refused(ORDER, 400, -2010, "Order would immediately match and take.", symbol="BTCKZT", side="BUY",
            type="LIMIT_MAKER", quantity="0.1", price=PRICE)
    refused(ORDER, 400, -2010, "Stop price would trigger immediately.", symbol="BTCKZT", side="SELL",
            type="STOP_LOSS", quantity="0.1", stopPrice=PRICE + 100000)
    refused(ORDER, 400, -2010, "Order would not be filled completely.",
            **changed(price=PRICE, quantity="5", timeInForce="FOK"))
    bob.refused(ORDER, 400, -2010, "Duplicate order sent.", **changed(side="SELL", newClientOrderId="rest"))
    refused("DELETE /api/v3/order", 400, -2011, "Unknown order sent.", symbol="BTCKZT", orderId=99999)
    refused("DELETE /api/v3/order", 400, -2011, "Unknown order sent.", symbol="BTCKZT", origClientOrderId="rest")
    refused("DELETE /api/v3/openOrders", 400, -2011, "Unknown order sent.", symbol="BTCKZT")
    refused("GET /api/v3/order", 400, -2013, "Order does not exist.", symbol="BTCKZT", origClientOrderId="rest")
    refused("GET /api/v3/orderList", 400, -2013, "Order list does not exist.", orderListId=5)
    refused("DELETE /api/v3/orderList", 400, -2011, "Unknown order list sent.", symbol="BTCKZT", orderListId=5)
    refused("PUT /api/v3/order/amend/keepPriority", 400, -2013, symbol="BTCKZT", orderId=99999, newQty="1")
    body = refused("POST /api/v3/order/cancelReplace", 400, -2022, "Order cancel-replace failed.",
                   **changed(cancelOrderId=99999, cancelReplaceMode="STOP_ON_FAILURE"))
    check(body["data"]["cancelResponse"]["code"] == -2011, f"and why: {body}")
    body = refused("POST /api/v3/order/cancelReplace", 409, -2021, "Order cancel-replace partially failed.",
                   **changed(cancelOrderId=99999, cancelReplaceMode="ALLOW_FAILURE"))
    check(body["data"]["newOrderResult"] == "SUCCESS", f"placed all the same: {body}")
    alice.ok("DELETE /api/v3/openOrders", symbol="BTCKZT")
    bob.ok("DELETE /api/v3/openOrders", symbol="BTCKZT")


def who_is_asking(sandbox, alice, bob):
    """Keys, clocks, signatures."""
    path = "/api/v3/account"
    now = int(time.time() * 1000)

    def is_refused(answer, status, code, text, what):
        check(answer[0] == status and answer[1]["code"] == code and text in answer[1]["msg"], f"{what}: {answer}")

    is_refused(alice.send("GET", path, {}, timestamp=now - 6000), 400, -1021,
               "Timestamp for this request is outside of the recvWindow.", "too old")
    is_refused(alice.send("GET", path, {}, timestamp=now + 5000), 400, -1021,
               "Timestamp for this request was 1000ms ahead of the server's time.", "of the future")
    check(alice.send("GET", path, {}, timestamp=now * 1000)[0] == 200, "microseconds")
    check(alice.send("GET", path, {"recvWindow": "59999.999"}, timestamp=now - 50000)[0] == 200, "a wide window")
    is_refused(alice.send("GET", path, {"recvWindow": "60001"}), 400, -1130, "recvWindow", "too wide")
    is_refused(alice.send("GET", path, {}, signature="0" * 64), 400, -1022, "Signature for this request is not valid.",
               "a wrong signature")
    is_refused(alice.send("GET", path, {}, signature=bob.sign("timestamp=1")), 400, -1022, "Signature", "another's")
    header = {"X-MBX-APIKEY": alice.key["apiKey"]}
    is_refused(alice.raw("GET", path, f"timestamp={now}", None, header), 400, -1102, "'signature'", "no signature")
    is_refused(alice.raw("GET", path, "signature=00", None, header), 400, -1102, "'timestamp'", "no timestamp")
    is_refused(alice.raw("GET", path, "", None, {}), 401, -2014, "API-key format invalid.", "no key")
    is_refused(alice.raw("GET", path, "", None, {"X-MBX-APIKEY": "short"}), 401, -2014, "API-key", "a bad key")
    is_refused(alice.raw("GET", path, f"timestamp={now}&signature=00", None, {"X-MBX-APIKEY": "0" * 64}), 401, -2015,
               "Invalid API-key, IP, or permissions for action.", "an unknown key")
    # Upper case digits are the same code; what was signed is the text as it was sent.
    check(alice.send("GET", path, {}, timestamp=now, signature=alice.sign(f"timestamp={now}").upper())[0] == 200, "case")
    query = f"symbol=%42TCKZT&timestamp={now}"
    check(alice.raw("GET", "/api/v3/openOrders", f"{query}&signature={alice.sign(query)}", None, header)[0] == 200,
          "percent-encoding is signed as it is sent")
    decoded = f"symbol=BTCKZT&timestamp={now}"
    is_refused(alice.raw("GET", "/api/v3/openOrders", f"{query}&signature={alice.sign(decoded)}", None, header), 400,
               -1022, "Signature", "what was signed was not what was sent")
    # Nobody acts for anybody else.
    order = alice.limit("BUY", "0.01", PRICE - 500)
    bob.refused("DELETE /api/v3/order", 400, -2011, symbol="BTCKZT", orderId=order["orderId"])
    bob.refused("GET /api/v3/order", 400, -2013, symbol="BTCKZT", orderId=order["orderId"])
    for act in ("POST /tarazy/v1/session", "GET /tarazy/v1/participants", "GET /tarazy/v1/proposals"):
        more = {"symbol": "BTCKZT", "session": "HALTED"} if "session" in act else {}
        check(alice.send(*act.split(), more)[0] in (401, 403), f"{act} is not for traders")
    # A nonce is used once.
    alice.ok("DELETE /api/v3/order", symbol="BTCKZT", orderId=order["orderId"], nonce=7)
    alice.refused(ORDER, 400, -9027, **changed(nonce=7))


def wire(sandbox, nobody):
    """Bytes that are no request: refused and closed; others are served meanwhile."""
    host, port = nobody.netloc.split(":")

    def send(data, expected):
        with socket.create_connection((host, int(port)), timeout=30) as raw:
            raw.sendall(data)
            raw.shutdown(socket.SHUT_WR)
            answer = b""
            while True:
                try:
                    more = raw.recv(65536)
                except ConnectionError:
                    break
                if not more:
                    break
                answer += more
        status = int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/1.1 ") else 0
        check(status in expected, f"{data[:60]!r}: {answer[:200]!r}, expected {expected}")
        return answer

    send(b"GET / HTTP/1.1\r\n\r\n", (400,))
    send(b"GET /api/v3/ping HTTP/1.0\r\nHost: x\r\n\r\n", (505,))
    send(b"GET /api/v3/ping HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (501,))
    send(b"GET /api/v3/ping HTTP/1.1\rHost: x\r\n\r\n", (400,))
    send(b"BREW /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n", (501,))
    send(b"POST /api/v3/order HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n", (413,))
    send(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", (431,))
    send(b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", (404,))
    send(b"PATCH /api/v3/time HTTP/1.1\r\nHost: x\r\n\r\n", (405, 501))
    send(b"POST /api/v3/time HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", (405,))
    piped = send(b"GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n" * 20, (200,))
    check(piped.count(b"HTTP/1.1 200") == 20, "pipelined requests are answered, all of them")
    noise = random.Random(20261122)
    for _ in range(200):
        send(bytes(noise.randrange(256) for _ in range(noise.randrange(1, 300))), (0, 400, 431, 501, 505))
    check(nobody.ok("GET /api/v3/ping") == {}, "and the venue is there")


def json_bodies(olga):
    """Where a body may be JSON, it must be JSON."""
    header = {"X-MBX-APIKEY": olga.key["apiKey"], "Content-Type": "application/json"}

    def post(text):
        query = f"timestamp={int(time.time() * 1000)}"
        return olga.raw("POST", "/tarazy/v1/participant", f"{query}&signature={olga.sign(query + text)}", text, header)

    good = json.dumps({"handle": "json", "roles": "trader", "tier": 1})
    check(post(good)[0] == 200, "a JSON object is taken")
    for text in ("[]", "{", '{"handle":"a","handle":"b"}', '{"handle":"a"} x', '{"handle":1e999}', "\x00", '{"a":{}}'):
        status, body = post(text)
        check(status == 400 and body["code"] in (-1135, -1102, -1100, -1104), f"{text!r}: {status} {body}")


def nothing_changed(alice, before):
    check(alice.ok("GET /api/v3/openOrders") == [], "no order was left")
    after = alice.balances()
    check(before == after, f"balances are as they were: {before} {after}")


def limits(folder_options):
    """A strict venue: weight, orders, ban; the headers say so."""
    with rig.sandbox(*folder_options) as sandbox:
        nobody, alice = sandbox.person(), sandbox.person("alice")
        alice.limit("BUY", "0.01", PRICE - 50)
        check(alice.headers["X-MBX-ORDER-COUNT-10S"] == "1", "orders are counted")
        check(int(alice.headers["X-MBX-USED-WEIGHT-1M"]) >= 1, "weight is counted")
        status = 200
        for _ in range(10):
            status, body = alice.send("POST", "/api/v3/order", LIMIT)
            if status != 200:
                break
        check(status == 429 and body["code"] == -1015, f"too many orders: {status} {body}")
        check(int(alice.headers["Retry-After"]) >= 1, "when to come back")
        for _ in range(200):
            status, body = nobody.send("GET", "/api/v3/exchangeInfo", {})
            if status != 200:
                break
        check(status == 429 and body["code"] == -1003, f"too much weight: {status} {body}")
        for _ in range(200):
            status, body = nobody.send("GET", "/api/v3/ping", {})
            if status != 429:
                break
        check(status == 418 and int(nobody.headers["Retry-After"]) >= 60, f"banned: {status} {body}")


def main():
    with rig.sandbox() as sandbox:
        alice, bob, olga, nobody = (sandbox.person(n) for n in ("alice", "bob", "olga", None))
        before = alice.balances()
        parameters(alice, nobody)
        orders(alice, bob)
        who_is_asking(sandbox, alice, bob)
        wire(sandbox, nobody)
        json_bodies(olga)
        nothing_changed(alice, before)
    folder = node.new_folder()
    config = folder / "strict.conf"
    config.write_text("rate_limits {\n weight_minute = 400\n orders_10_seconds = 5\n}\n")
    limits(("--config", config))
    node.remove_folder(folder)
    print("rest: every refusal is the one that was expected")


if __name__ == "__main__":
    main()
