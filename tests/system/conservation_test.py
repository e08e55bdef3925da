"""Money from outside: two people trade at random with everything the venue takes; then whatever can be asked for in two
ways is asked for in both. Balances, trades, user streams, depth, tickers and candles must tell one story."""
import sys
import threading
from decimal import Decimal

import node_process as node
from socket_rig import Closed, sandbox
from trading_rig import SYMBOL, Flow, pages

check = node.check
PEOPLE = ("alice", "bob")
STREAM = SYMBOL.lower()


class Listener(threading.Thread):
    """Reads a session until the marker has been seen."""

    def __init__(self, socket, is_marker):
        super().__init__(daemon=True)
        self.socket = socket
        self.is_marker = is_marker
        self.messages = []
        self.closed = None
        self.start()

    def run(self):
        try:
            while True:
                self.messages.append(self.socket.receive_json())
                if self.is_marker(self.messages[-1]):
                    return
        except (Closed, OSError) as error:
            self.closed = error

    def all(self):
        self.join(node.PATIENCE)
        check(not self.is_alive() and self.closed is None, f"the end was not heard of: {self.closed}")
        return self.messages


def trade_at_random(traders, seed, acts):
    flow = Flow(seed)
    answers = {}
    for _ in range(acts):
        trader = traders[flow.random.choice(PEOPLE)]
        act = flow.place()
        if flow.random.random() < 0.15:
            orders = trader.must("GET", "/api/v3/openOrders", symbol=SYMBOL)
            act = flow.change(flow.random.choice(orders)) if orders else act
        method, path, parameters = act
        status, body = trader.signed(method, path, **parameters)
        check(status in (200, 400, 409), f"{act}: {status} {body}")
        code = body.get("code", 0)
        answers[code] = answers.get(code, 0) + 1
        check(code not in (-1000, -1102, -1104, -1106, -1128), f"{act}: {body}")
    check(answers[0] > acts * 0.6, f"mostly taken: {answers}")
    for trader in traders.values():
        trader.signed("DELETE", "/api/v3/openOrders", symbol=SYMBOL)
        check(trader.must("GET", "/api/v3/openOrders") == [], "no order is open")
        check(trader.must("GET", "/api/v3/openOrderList") == [], "no list is open")


def balances(trader):
    return {b["asset"]: (Decimal(b["free"]), Decimal(b["locked"]))
            for b in trader.must("GET", "/api/v3/account")["balances"]}


def my_trades(trader):
    return pages(lambda first, limit: trader.must("GET", "/api/v3/myTrades", symbol=SYMBOL, fromId=first, limit=limit),
                 "id", 0)


def my_orders(trader):
    return pages(lambda first, limit: trader.must("GET", "/api/v3/allOrders", symbol=SYMBOL, orderId=first,
                                                  limit=limit), "orderId", 0)


def money_adds_up(traders, before):
    fees, change = {}, {}
    for name, trader in traders.items():
        after = balances(trader)
        expected = {asset: free + locked for asset, (free, locked) in before[name].items()}
        for trade in my_trades(trader):
            sign = 1 if trade["isBuyer"] else -1
            check(Decimal(trade["price"]) * Decimal(trade["qty"]) == Decimal(trade["quoteQty"]), trade)
            expected["BTC"] += sign * Decimal(trade["qty"])
            expected["USDT"] -= sign * Decimal(trade["quoteQty"])
            expected[trade["commissionAsset"]] -= Decimal(trade["commission"])
            fees[trade["commissionAsset"]] = fees.get(trade["commissionAsset"], 0) + Decimal(trade["commission"])
        for asset, (free, locked) in after.items():
            check(locked == 0, f"{name} still holds {locked} {asset}")
            check(free == expected[asset], f"{name} has {free} {asset}, by the trades {expected[asset]}")
            change[asset] = change.get(asset, 0) + free - sum(before[name][asset])
    for asset, sum_of_changes in change.items():
        check(sum_of_changes + fees.get(asset, 0) == 0, f"{asset}: {sum_of_changes}, fees {fees.get(asset, 0)}")


def orders_add_up(trader):
    executed = {}
    for trade in my_trades(trader):
        quantity, quote = executed.get(trade["orderId"], (0, 0))
        executed[trade["orderId"]] = quantity + Decimal(trade["qty"]), quote + Decimal(trade["quoteQty"])
    for order in my_orders(trader):
        shown = Decimal(order["executedQty"]), Decimal(order["cummulativeQuoteQty"])
        check(shown == executed.get(order["orderId"], (0, 0)), f"{order} {executed.get(order['orderId'])}")
        check(order["status"] not in ("NEW", "PENDING_NEW", "PARTIALLY_FILLED"), f"open after all: {order}")
        check(order["status"] != "FILLED" or shown[0] > 0, f"filled with nothing: {order}")


def user_stream_told_it_all(trader, messages):
    events = [message["event"] for message in messages if "event" in message]
    last, position = {}, {}
    for event in events:
        if event["e"] == "executionReport" and event["s"] == SYMBOL:
            last[event["i"]] = event
        elif event["e"] == "outboundAccountPosition":
            position.update({b["a"]: (Decimal(b["f"]), Decimal(b["l"])) for b in event["B"]})
    now = balances(trader)
    for asset in ("BTC", "USDT"):
        check(position[asset] == now[asset], f"{asset}: {position[asset]} told, {now[asset]} asked for")
    for order in my_orders(trader):
        told = last[order["orderId"]]
        for letter, name in (("X", "status"), ("z", "executedQty"), ("Z", "cummulativeQuoteQty"), ("q", "origQty")):
            check(told[letter] == order[name], f"{name}: told {told}, asked for {order}")
    told = sorted((e["t"], e["l"], e["L"], e["n"], e["N"], e["i"], e["m"]) for e in events
                  if e["e"] == "executionReport" and e["x"] == "TRADE" and e["s"] == SYMBOL)
    asked = sorted((t["id"], t["qty"], t["price"], t["commission"], t["commissionAsset"], t["orderId"], t["isMaker"])
                   for t in my_trades(trader))
    check(told == asked, "trades told and asked for differ")


def depth_is_what_its_changes_made(snapshot, messages, final):
    book = {side: dict(snapshot[side]) for side in ("bids", "asks")}
    last = snapshot["lastUpdateId"]
    for change in (m["data"] for m in messages if m["stream"] == f"{STREAM}@depth@100ms"):
        check(change["U"] == last + 1 and change["u"] >= last + 1, f"a gap after {last}: {change}")
        last = change["u"]
        for side, letter in (("bids", "b"), ("asks", "a")):
            for price, quantity in change[letter]:
                if Decimal(quantity) == 0:
                    book[side].pop(price, None)
                else:
                    book[side][price] = quantity
    check(last == final["lastUpdateId"], f"{last} {final['lastUpdateId']}")
    for side in book:
        check(book[side] == dict(final[side]), f"{side}: {book[side]} {final[side]}")


def summary(trades):
    """open, high, low, close, volume, quote volume, count, bought volume"""
    prices = [Decimal(t["price"]) for t in trades]
    return (prices[0], max(prices), min(prices), prices[-1], sum(Decimal(t["qty"]) for t in trades),
            sum(Decimal(t["quoteQty"]) for t in trades), len(trades),
            sum(Decimal(t["qty"]) for t in trades if not t["isBuyerMaker"]))


def market_data_tells_the_trades(venue, trades, messages):
    numbers = [t["id"] for t in trades]
    check(numbers == list(range(1, len(numbers) + 1)), "trade ids have no gap")
    told = [(m["t"], m["p"], m["q"], m["m"], m["T"]) for m in (x["data"] for x in messages
                                                               if x["stream"] == f"{STREAM}@trade")]
    asked = [(t["id"], t["price"], t["qty"], t["isBuyerMaker"], t["time"]) for t in trades]
    check(told == asked[:len(told)] and len(told) == len(asked), "the stream told other trades")
    whole = summary(trades)
    ticker = venue.get("/api/v3/ticker/24hr", symbol=SYMBOL)
    names = ("openPrice", "highPrice", "lowPrice", "lastPrice", "volume", "quoteVolume", "count")
    check(tuple(Decimal(ticker[name]) for name in names) == whole[:7], f"{ticker} {whole}")
    for interval, length in (("1s", 1000), ("1m", 60000), ("1h", 3600000)):
        groups = {}
        for trade in trades:
            groups.setdefault(trade["time"] // length * length, []).append(trade)
        candles = venue.get("/api/v3/klines", symbol=SYMBOL, interval=interval, limit=1000, startTime=min(groups))
        for candle in candles:
            shown = tuple(Decimal(candle[i]) for i in (1, 2, 3, 4, 5, 7, 8, 9))
            group = groups.pop(candle[0], None)
            check(shown == summary(group) if group else shown[4] == 0, f"{interval} {candle}")
        check(not groups, f"{interval}: no candle for {list(groups)}")
    together = pages(lambda first, limit: venue.get("/api/v3/aggTrades", symbol=SYMBOL, fromId=first, limit=limit),
                     "a", 0)
    check(sum(Decimal(a["q"]) for a in together) == whole[4] and together[0]["f"] == 1
          and all(b["f"] == a["l"] + 1 for a, b in zip(together, together[1:])), "aggregated trades are all trades")


def main():
    seed, acts = int(sys.argv[1]) if len(sys.argv) > 1 else 1, int(sys.argv[2]) if len(sys.argv) > 2 else 1500
    with sandbox() as running:
        traders = {name: running.rest(name) for name in PEOPLE}
        before = {name: balances(trader) for name, trader in traders.items()}
        listeners = {}
        for name in PEOPLE:
            api = running.api(name)
            api.must("userDataStream.subscribe.signature")
            listeners[name] = Listener(api.socket, lambda m: m.get("event", {}).get("c") == "the-end")
        public = running.socket(f"/stream?streams={STREAM}@depth@100ms/{STREAM}@trade/ethkzt@depth@100ms")
        snapshot = traders["alice"].get("/api/v3/depth", symbol=SYMBOL, limit=5000)
        check(snapshot["lastUpdateId"] == 0, "nothing has happened yet")
        listener = Listener(public, lambda m: m["stream"] == "ethkzt@depth@100ms")
        trade_at_random(traders, seed, acts)
        final = traders["alice"].get("/api/v3/depth", symbol=SYMBOL, limit=5000)
        told = {}
        for name, trader in traders.items():  # what is told of another symbol comes after all of this one
            trader.limit("BUY", "900000", "0.01", symbol="ETHKZT", newClientOrderId="the-end")
            told[name] = listeners[name].all()
        public_messages = listener.all()
        for trader in traders.values():
            trader.signed("DELETE", "/api/v3/openOrders", symbol="ETHKZT")
        trades = pages(lambda first, limit: traders["bob"].get("/api/v3/historicalTrades", symbol=SYMBOL, fromId=first,
                                                               limit=limit), "id", 0)
        check(len(trades) > acts / 10, f"only {len(trades)} trades")
        money_adds_up(traders, before)
        for name, trader in traders.items():
            orders_add_up(trader)
            user_stream_told_it_all(trader, told[name])
        depth_is_what_its_changes_made(snapshot, public_messages, final)
        market_data_tells_the_trades(traders["alice"], trades, public_messages)
        running.stop()
        node.verify(running.folder)


if __name__ == "__main__":
    main()
