"""Market streams from outside: names, subscriptions, every kind of message, books that follow without a gap."""
import time

import node_process as node
from socket_rig import Closed, check, expect_refused, run


def next_of(socket, kind, patience=5):
    """The next message whose "e" is kind; None means a message without one."""
    deadline = time.monotonic() + patience
    while True:
        message = socket.events.pop(0) if socket.events else socket.receive_json()
        data = message.get("data", message) if isinstance(message, dict) else message
        if isinstance(data, dict) and data.get("e") == kind and "result" not in data:
            return message
        check(time.monotonic() < deadline, f"no {kind} within {patience} s")


def trade(sandbox, price, quantity, symbol="BTCUSDT"):
    maker, taker = sandbox.rest("maker"), sandbox.rest("alice")
    maker.limit("SELL", price, quantity, symbol)
    return taker.limit("BUY", price, quantity, symbol)


# ---------------------------------------------------------------- paths

def a_path_says_what_is_listened_to(sandbox):
    for path in ("/ws", "/ws/", "/ws/0", "/ws?via=/stream/0", "/ws/7?via=/stream", "/stream?streams=", "/stream"):
        socket = sandbox.socket(path)
        check(socket.request({"method": "LIST_SUBSCRIPTIONS", "id": 1})["result"] == [], f"{path} is empty")
        socket.close()
    socket = sandbox.socket("/ws/btcusdt@trade/ethkzt@bookTicker")
    listed = socket.request({"method": "LIST_SUBSCRIPTIONS", "id": 1})["result"]
    check(sorted(listed) == ["btcusdt@trade", "ethkzt@bookTicker"], f"{listed}")
    socket.close()
    for zone in ("+08:00", "%2B08:00"):
        socket = sandbox.socket(f"/stream?streams=btcusdt@kline_1m@{zone}/btcusdt@depth")
        listed = socket.request({"method": "LIST_SUBSCRIPTIONS", "id": 1})["result"]
        check(sorted(listed) == ["btcusdt@depth", "btcusdt@kline_1m@+08:00"], f"{listed}")
        socket.close()


def names_that_could_be_streams_and_are_not_are_refused(sandbox):
    for path, code in (("/ws/nosuch@trade", -1121), ("/ws/BTCUSDT@trade", -1130), ("/ws/btcusdt@trades", -1130),
                       ("/stream?streams=btcusdt@depth7", -1130), ("/ws/!nothing@arr", -1130),
                       ("/ws/" + "A" * 64, -1125), ("/ws?timeUnit=HOUR", -1130)):
        expect_refused(lambda path=path: sandbox.socket(path), 400, code)
    for path in ("/websocket", "/ws-api/v2", "/stream/x", "/wsx"):
        expect_refused(lambda path=path: sandbox.socket(path), 404, -1020)


# ---------------------------------------------------------------- subscribing

def subscriptions_come_and_go_and_ids_are_echoed(sandbox):
    socket = sandbox.socket("/ws")
    check(socket.request({"method": "SUBSCRIBE", "params": ["btcusdt@trade", "!ticker@arr"], "id": 7})
          == {"result": None, "id": 7}, "a number")
    check(socket.request({"method": "UNSUBSCRIBE", "params": ["btcusdt@trade"], "id": "f00-bar"})
          == {"result": None, "id": "f00-bar"}, "a text")
    check(socket.request({"method": "LIST_SUBSCRIPTIONS", "id": None}) == {"result": ["!ticker@arr"], "id": None},
          "null")
    check(socket.request({"method": "UNSUBSCRIBE", "params": ["btcusdt@depth"], "id": 8}) == {"result": None, "id": 8},
          "what was not subscribed can be unsubscribed")
    socket.close()


def the_combined_form_can_be_switched(sandbox):
    socket = sandbox.socket("/ws/btcusdt@trade")
    check(socket.request({"method": "GET_PROPERTY", "params": ["combined"], "id": 1})["result"] is False, "plain")
    trade(sandbox, "30000", "0.01")
    check(next_of(socket, "trade")["s"] == "BTCUSDT", "plain")
    check(socket.request({"method": "SET_PROPERTY", "params": ["combined", True], "id": 2})["result"] is None, "set")
    check(socket.request({"method": "GET_PROPERTY", "params": ["combined"], "id": 3})["result"] is True, "combined")
    trade(sandbox, "30000", "0.01")
    check(next_of(socket, "trade")["stream"] == "btcusdt@trade", "combined")
    socket.close()


def requests_that_make_no_sense_get_an_error_each(sandbox):
    cases = (
        ({"method": "SUBSCRIBE", "params": ["nosuch@trade"], "id": 1}, 2, "Invalid symbol"),
        ({"method": "SUBSCRIBE", "params": ["btcusdt@nothing"], "id": 2}, 2, "btcusdt@nothing"),
        ({"method": "SUBSCRIBE", "params": ["btcusdt"], "id": 3}, 2, "btcusdt"),
        ({"method": "SUBSCRIBE", "params": [1], "id": 4}, 2, "params"),
        ({"method": "SUBSCRIBE", "id": 5}, 2, "params"),
        ({"method": "SUBSCRIBE", "params": "btcusdt@trade", "id": 6}, 2, "Invalid request"),
        ({"method": "subscribe", "params": [], "id": 7}, 2, "unknown method"),
        ({"method": 1, "params": [], "id": 8}, 2, "Invalid request"),
        ({"params": [], "id": 9}, 2, "Invalid request"),
        ({"method": "LIST_SUBSCRIPTIONS", "id": 10, "more": 1}, 2, "Invalid request"),
        ({"method": "LIST_SUBSCRIPTIONS", "id": {}}, 2, "Invalid request"),
        ({"method": "LIST_SUBSCRIPTIONS", "id": "x" * 100}, 2, "too long"),
        ({"method": "SET_PROPERTY", "params": ["combined", 1], "id": 11}, 1, "Boolean"),
        ({"method": "SET_PROPERTY", "params": ["nothing", True], "id": 12}, 0, "Unknown property"),
        ({"method": "SET_PROPERTY", "params": [1, True], "id": 13}, 2, "string"),
        ({"method": "GET_PROPERTY", "params": ["combined", 1], "id": 14}, 2, "too many"),
    )
    socket = None
    for number, (request, code, text) in enumerate(cases):
        if number % 4 == 0:  # five messages a second are allowed
            if socket:
                socket.close()
            socket = sandbox.socket("/ws")
        socket.send_json(request)
        answer = socket.receive_json()
        check(answer["error"]["code"] == code and text in answer["error"]["msg"], f"{request}: {answer}")
    socket.close()
    for text in ("", "{", "[]", "nonsense", '{"method":"LIST_SUBSCRIPTIONS","id":1}x', '{"id":1,"id":2}'):
        socket = sandbox.socket("/ws")
        socket.send(text)
        answer = socket.receive_json()
        check(answer["error"]["code"] in (2, 3) and answer["id"] is None, f"{text!r}: {answer}")
        check(socket.request({"method": "LIST_SUBSCRIPTIONS", "id": 1})["result"] == [], "and the session goes on")
        socket.close()


def a_subscribe_counts_as_a_whole_or_not_at_all(sandbox):
    socket = sandbox.socket("/ws/btcusdt@trade")
    answer = socket.request({"method": "SUBSCRIBE", "params": ["btcusdt@depth", "nosuch@depth"], "id": 1})
    check(answer["error"]["code"] == 2, f"{answer}")
    check(socket.request({"method": "LIST_SUBSCRIPTIONS", "id": 2})["result"] == ["btcusdt@trade"], "nothing changed")
    names = [f"{symbol}@{kind}" for symbol in ("btcusdt", "btckzt", "ethkzt")
             for kind in ["trade", "aggTrade", "bookTicker", "ticker", "miniTicker", "avgPrice"]
             + [f"ticker_{w}" for w in ("1h", "4h", "1d")]
             + [f"depth{n}{s}" for n in ("", 5, 10, 20) for s in ("", "@100ms", "@1000ms")]
             + [f"kline_{i}{z}" for i in ("1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M").split()
                for z in ("", "@+08:00")]]
    check(socket.request({"method": "SUBSCRIBE", "params": names, "id": 3})["result"] is None, "every name there is")
    listed = socket.request({"method": "LIST_SUBSCRIPTIONS", "id": 4})["result"]
    check(sorted(listed) == sorted(names), f"{len(listed)} of {len(names)}")
    socket.close()


def who_talks_too_much_is_closed(sandbox):
    socket = sandbox.socket("/ws")
    for number in range(6):
        socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": number})
    answers = 0
    try:
        while True:
            socket.receive_json()
            answers += 1
    except Closed as closed:
        check(closed.code == 1008 and answers == 5, f"{closed.code} after {answers} answers")


# ---------------------------------------------------------------- messages

def trades_and_aggregates_tell_every_fill_once(sandbox):
    socket = sandbox.socket("/ws/btcusdt@trade/btcusdt@aggTrade")
    maker, taker = sandbox.rest("maker"), sandbox.rest("alice")
    for price in ("30000", "30000", "30001"):
        maker.limit("SELL", price, "0.01")
    order = taker.limit("BUY", "30001", "0.03")
    messages = [socket.receive_json() for _ in range(5)]
    fills = [m for m in messages if m["e"] == "trade"]
    aggregates = [m for m in messages if m["e"] == "aggTrade"]
    check([f["p"] for f in fills] == ["30000.00000000", "30000.00000000", "30001.00000000"], f"{fills}")
    check([a["q"] for a in aggregates] == ["0.02000000", "0.01000000"], f"{aggregates}")
    check([f["t"] for f in fills] == [f["tradeId"] for f in order["fills"]], "the numbers are those of REST")
    check(aggregates[0]["f"] == fills[0]["t"] and aggregates[0]["l"] == fills[1]["t"], "an aggregate knows its trades")
    check(all(f["m"] is False and f["M"] is True and f["s"] == "BTCUSDT" for f in fills), "the taker bought")
    known = {a["a"] for a in taker.get("/api/v3/aggTrades", symbol="BTCUSDT")}
    check({a["a"] for a in aggregates} <= known, "and so are the aggregates'")
    socket.close()


def times_can_be_microseconds(sandbox):
    socket = sandbox.socket("/ws/btcusdt@trade?timeUnit=MICROSECOND")
    trade(sandbox, "30000", "0.01")
    message = next_of(socket, "trade")
    check(abs(message["E"] / 1e6 - time.time()) < 60 and abs(message["T"] / 1e6 - time.time()) < 60, f"{message}")
    socket.close()


def the_best_prices_are_told_when_they_change(sandbox):
    maker = sandbox.rest("maker")
    socket = sandbox.socket("/ws/btcusdt@bookTicker")
    first = socket.receive_json()
    check(first["s"] == "BTCUSDT" and "u" in first, "who joins is told the present state")
    order = maker.limit("BUY", "20001", "0.5")
    best = socket.receive_json()
    check((best["b"], best["B"]) == ("20001.00000000", "0.50000000") and best["u"] > first["u"], f"{best}")
    maker.limit("BUY", "20000", "0.5")  # changes the book, but not the best
    maker.cancel(order)
    best = socket.receive_json()
    check(best["b"] == "20000.00000000", f"{best}")
    maker.must("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")
    check(socket.receive_json()["B"] == "0.00000000", "an empty side shows zeros")
    socket.close()


def partial_books_are_whole(sandbox):
    maker = sandbox.rest("maker")
    for price in range(20001, 20008):
        maker.limit("BUY", price, "0.01")
    socket = sandbox.socket("/ws/btcusdt@depth5@100ms")
    message = socket.receive_json()
    while len(message["bids"]) < 5:
        message = socket.receive_json()
    check([b[0] for b in message["bids"]] == [f"{p}.00000000" for p in range(20007, 20002, -1)], f"{message}")
    check(message["asks"] == [] and message["lastUpdateId"] > 0, f"{message}")
    maker.must("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")
    while message["bids"]:
        message = socket.receive_json()
    socket.close()


def tickers_candles_and_averages_follow_trades(sandbox):
    streams = ("btcusdt@ticker", "btcusdt@miniTicker", "btcusdt@kline_1m", "btcusdt@kline_1s", "btcusdt@avgPrice",
               "btcusdt@ticker_1h", "!miniTicker@arr", "!ticker@arr", "!ticker_4h@arr", "!bookTicker")
    socket = sandbox.socket("/stream?streams=" + "/".join(streams))
    trade(sandbox, "30500", "0.01")
    seen = {}

    def is_new(name, data):
        if isinstance(data, list):
            return any(is_new(name, one) for one in data)
        if data.get("e") == "kline":
            return data["k"]["c"] == "30500.00000000"
        if data.get("e") == "avgPrice":
            return True
        return name == "!bookTicker" or data["c"] == "30500.00000000"

    deadline = time.monotonic() + 10
    while len(seen) < len(streams):
        message = socket.receive_json()
        if is_new(message["stream"], message["data"]):
            seen[message["stream"]] = message["data"]
        check(time.monotonic() < deadline, f"only {sorted(seen)}")
    check(seen["btcusdt@kline_1m"]["k"]["i"] == "1m" and seen["btcusdt@kline_1m"]["k"]["x"] is False, "an open candle")
    check(seen["btcusdt@ticker"]["e"] == "24hrTicker" and seen["btcusdt@ticker_1h"]["e"] == "1hTicker", "event names")
    check([t["s"] for t in seen["!miniTicker@arr"]] == ["BTCUSDT"], "only what traded is listed")
    rest = sandbox.rest().get("/api/v3/ticker/24hr", symbol="BTCUSDT")
    ticker = seen["btcusdt@ticker"]
    check((ticker["o"], ticker["h"], ticker["l"], ticker["c"]) ==
          (rest["openPrice"], rest["highPrice"], rest["lowPrice"], rest["lastPrice"]), "the ticker is that of REST")
    # The second is over: its candle is told once more, closed, and the next one begins.
    closed = None
    while closed is None:
        message = socket.receive_json()
        if message["stream"] == "btcusdt@kline_1s" and message["data"]["k"]["x"]:
            closed = message["data"]["k"]
    check(closed["T"] - closed["t"] == 999, f"{closed}")
    socket.close()


# ---------------------------------------------------------------- books that follow

class FollowedBook:
    """A book kept from a snapshot and the depth stream, as the venue's documents tell clients to do it."""

    def __init__(self, sandbox, stream):
        self.socket = sandbox.socket(f"/ws/{stream}")
        self.sandbox = sandbox
        self.symbol = stream.split("@")[0].upper()
        self.last = None
        self.sides = {"b": {}, "a": {}}

    def snapshot(self):
        return self.sandbox.rest().get("/api/v3/depth", symbol=self.symbol, limit=5000)

    def start(self):
        snapshot = self.snapshot()
        self.last = snapshot["lastUpdateId"]
        for side, name in (("b", "bids"), ("a", "asks")):
            self.sides[side] = {price: quantity for price, quantity in snapshot[name]}

    def take(self, message):
        if message["u"] <= self.last:
            return
        check(message["U"] <= self.last + 1, f"a gap: {message['U']} after {self.last}")
        for side in "ba":
            for price, quantity in message[side]:
                if float(quantity) == 0:
                    self.sides[side].pop(price, None)
                else:
                    self.sides[side][price] = quantity
        self.last = message["u"]

    def catch_up(self):
        """Takes messages until it has seen what REST shows now; then the two must be equal."""
        snapshot = self.snapshot()
        while self.last < snapshot["lastUpdateId"]:
            self.take(self.socket.receive_json())
        for side, name in (("b", "bids"), ("a", "asks")):
            check(self.sides[side] == {p: q for p, q in snapshot[name]}, f"{name} differ")


def books_follow_without_a_gap(sandbox):
    maker, taker = sandbox.rest("maker"), sandbox.rest("alice")
    books = [FollowedBook(sandbox, "btcusdt@depth@100ms"), FollowedBook(sandbox, "btcusdt@depth")]
    orders = []
    for number in range(120):
        if number == 40:
            for book in books:
                book.start()
        price = 29000 + number * 7 % 50
        orders.append(maker.limit("BUY", price, f"0.0{number % 7 + 1}"))
        if number % 3 == 2:
            maker.cancel(orders.pop(number % len(orders)))
        if number % 10 == 9:
            taker.market("SELL", "0.05")
            orders = maker.must("GET", "/api/v3/openOrders", symbol="BTCUSDT")
    for book in books:
        book.catch_up()
    maker.must("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")
    for book in books:
        book.catch_up()
        check(book.sides == {"b": {}, "a": {}}, "the empty book, too")
        book.socket.close()


def leaving_in_any_way_leaves_nothing_behind(sandbox):
    for way in ("close", "vanish"):
        for _ in range(20):
            socket = sandbox.socket("/stream?streams=btcusdt@trade/btcusdt@depth@100ms/!ticker@arr")
            getattr(socket, way)()
    node.wait_until("no sessions", lambda: b"tarazy_stream_subscriptions 0\n" in metrics(sandbox))


def metrics(sandbox):
    rest = sandbox.rest()
    rest.connection.request("GET", "/metrics")
    return rest.connection.getresponse().read()


if __name__ == "__main__":
    run(
        a_path_says_what_is_listened_to,
        names_that_could_be_streams_and_are_not_are_refused,
        subscriptions_come_and_go_and_ids_are_echoed,
        the_combined_form_can_be_switched,
        requests_that_make_no_sense_get_an_error_each,
        a_subscribe_counts_as_a_whole_or_not_at_all,
        who_talks_too_much_is_closed,
        trades_and_aggregates_tell_every_fill_once,
        times_can_be_microseconds,
        the_best_prices_are_told_when_they_change,
        partial_books_are_whole,
        tickers_candles_and_averages_follow_trades,
        books_follow_without_a_gap,
        leaving_in_any_way_leaves_nothing_behind,
    )
