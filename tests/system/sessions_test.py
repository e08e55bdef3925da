"""The life of a market and of its orders, from outside: halts, auctions, bands, timers, stops and lists. What happens by
time is waited for, never slept for."""
import time

import node_process as node
from rest_rig import sandbox

check = node.check
SYMBOL = "BTCKZT"
LAST = 15400000


class Market:
    def __init__(self, running):
        self.running = running
        self.nobody = running.person()
        self.people = {name: running.person(name) for name in ("alice", "bob", "maker", "olga", "omar")}

    def place(self, who, side, price, quantity, **more):
        terms = {"type": "LIMIT", "timeInForce": "GTC", "quantity": quantity, "price": price, **more}
        return self.people[who].ok("POST /api/v3/order", symbol=SYMBOL, side=side, **terms)

    def place_other(self, who, side, kind, quantity, **more):
        return self.people[who].ok("POST /api/v3/order", symbol=SYMBOL, side=side, type=kind, quantity=quantity, **more)

    def refused(self, who, text, **terms):
        terms = {"side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": LAST, "quantity": "0.1", **terms}
        self.people[who].refused("POST /api/v3/order", 400, -2010, text, symbol=SYMBOL, **terms)

    def cancel(self, who, order):
        return self.people[who].ok("DELETE /api/v3/order", symbol=SYMBOL, orderId=order["orderId"])

    def order(self, who, order):
        return self.people[who].ok("GET /api/v3/order", symbol=SYMBOL, orderId=order["orderId"])

    def status(self, who, order):
        return self.order(who, order)["status"]

    def becomes(self, who, order, status):
        node.wait_until(f"{order['orderId']} to be {status}", lambda: self.status(who, order) == status)

    def session(self):
        return self.nobody.ok("GET /api/v3/exchangeInfo", symbol=SYMBOL)["symbols"][0]["session"]

    def set_session(self, session, **more):
        answer = self.people["olga"].ok("POST /tarazy/v1/session", symbol=SYMBOL, session=session, **more)
        if answer["status"] == "PROPOSED":
            self.people["omar"].ok("POST /tarazy/v1/proposal/approve", proposalId=answer["proposalId"])
        check(self.session() == session, f"the session is {session}")

    def continuous(self):
        node.wait_until("continuous trading", lambda: self.session() == "CONTINUOUS")

    def trades(self):
        return self.nobody.ok("GET /api/v3/trades", symbol=SYMBOL, limit=1000)

    def trade_at(self, price):
        """Makes the last price."""
        self.place("maker", "SELL", price, "0.01")
        check(self.place("bob", "BUY", price, "0.01")["status"] == "FILLED", f"a trade at {price}")

    def clear(self):
        for who in ("alice", "bob", "maker"):
            self.people[who].send("DELETE", "/api/v3/openOrders", {"symbol": SYMBOL})
            held = [b for b in self.people[who].ok("GET /api/v3/account")["balances"] if float(b["locked"]) != 0]
            check(not held, f"{who} holds {held} without an order")


def in_a_halt_orders_are_refused_and_cancels_taken(market):
    order = market.place("alice", "BUY", LAST, "0.1")
    for session in ("HALTED", "CANCEL_ONLY"):
        market.set_session(session)
        market.refused("alice", "Market is closed.")
        market.refused("alice", "Market is closed.", type="MARKET", timeInForce=None, price=None)
        market.people["alice"].refused("POST /api/v3/order/cancelReplace", 400, -2022, symbol=SYMBOL, side="BUY",
                                       type="LIMIT", timeInForce="GTC", price=LAST, quantity="0.1",
                                       cancelOrderId=order["orderId"], cancelReplaceMode="STOP_ON_FAILURE")
        check(market.status("alice", order) == "NEW", "it still stands")
    check(market.cancel("alice", order)["status"] == "CANCELED", "cancels are always taken")


def an_auction_trades_at_one_price(market):
    market.set_session("PRE_OPEN")
    high, low = LAST + 100000, LAST - 100000
    for who, side, price, quantity in (("alice", "BUY", high, "2"), ("bob", "SELL", low, "1"),
                                       ("alice", "BUY", LAST, "1"), ("bob", "SELL", LAST + 50000, "1.5")):
        check(market.place(who, side, price, quantity)["status"] == "NEW", "orders collect")
    for kind in ({"timeInForce": "IOC"}, {"type": "LIMIT_MAKER", "timeInForce": None},
                 {"type": "MARKET", "timeInForce": None, "price": None}):
        market.refused("alice", "Market is closed.", **kind)
    market.set_session("AUCTION", until=int(time.time() * 1000) + 500)
    market.continuous()
    trades = market.trades()
    check({float(t["price"]) for t in trades} == {LAST + 50000} and sum(float(t["qty"]) for t in trades) == 2, trades)
    market.clear()


def a_price_beyond_the_band_opens_an_auction(market):
    far = int((LAST + 50000) * 1.13)
    market.place("bob", "SELL", LAST + 50000, "0.1")
    market.place("bob", "SELL", far, "1")
    count = len(market.trades())
    taker = market.place("alice", "BUY", far + 100000, "0.5")
    check(taker["status"] == "PARTIALLY_FILLED" and taker["executedQty"] == "0.10000000", taker)
    check(market.session() == "AUCTION" and len(market.trades()) == count + 1, "no trade outside the band")
    market.continuous()
    check(market.status("alice", taker) == "FILLED" and float(market.trades()[-1]["price"]) == far, "it was found fair")
    market.clear()
    return far


def silence_cancels_all(market, last):
    countdown = "POST /api/v3/countdownCancelAll"
    alice = market.people["alice"]
    order = market.place("alice", "BUY", last - 100000, "0.1")
    alice.ok(countdown, symbol=SYMBOL, countdownTime=300)
    alice.ok(countdown, symbol=SYMBOL, countdownTime=0)
    until = market.place("alice", "BUY", last - 100000, "0.1", timeInForce="GTD",
                         expireTime=int(time.time() * 1000) + 600)
    market.becomes("alice", until, "EXPIRED")  # and so 300 ms have passed, too
    check(market.status("alice", order) == "NEW", "a countdown of 0 switches it off")
    alice.ok(countdown, symbol=SYMBOL, countdownTime=300)
    market.becomes("alice", order, "CANCELED")


def stops_are_set_off(market, last):
    market.trade_at(last)
    market.place("maker", "BUY", last - 30000, "5")
    def below(kind, at, **more):
        return market.place_other("alice", "SELL", kind, "0.2", stopPrice=at, **more)
    stop = below("STOP_LOSS", last - 10000)
    limit = below("STOP_LOSS_LIMIT", last - 20000, price=last - 25000, timeInForce="GTC")
    target = below("TAKE_PROFIT", last + 50000)
    trailing = market.place_other("alice", "SELL", "STOP_LOSS", "0.2", trailingDelta=50)
    market.refused("alice", "Stop price would trigger immediately.", side="SELL", type="STOP_LOSS", timeInForce=None,
                   price=None, stopPrice=last + 1000)
    market.trade_at(last - 9000)
    check(market.status("alice", stop) == "NEW", "not yet")
    market.trade_at(last - 10000)  # sets off the first, whose trade at -30000 sets off the second
    check(market.status("alice", stop) == "FILLED", "a stop order trades")
    check(market.order("alice", limit)["isWorking"] and market.status("alice", limit) == "NEW", "it rests")
    check(market.status("alice", target) == "NEW", "a target is above")
    market.cancel("alice", limit)
    market.trade_at(last + 20000)  # half a percent below that is the trailing stop now
    market.place("maker", "BUY", last - 85000, "5")
    market.trade_at(last - 60000)
    check(market.status("alice", trailing) == "NEW", "less than half a percent below the top")
    market.trade_at(last - 80000)
    check(market.status("alice", trailing) == "FILLED", "more than half a percent below the top")
    market.trade_at(last + 50000)
    check(market.status("alice", target) == "FILLED", "the target is reached")
    market.clear()


def lists_live_and_end(market, last):
    alice, bob = market.people["alice"], market.people["bob"]
    market.trade_at(last)
    one = alice.ok("POST /api/v3/orderList/oco", symbol=SYMBOL, side="SELL", quantity="0.1", aboveType="LIMIT_MAKER",
                   abovePrice=last + 50000, belowType="STOP_LOSS_LIMIT", belowStopPrice=last - 50000,
                   belowPrice=last - 60000, belowTimeInForce="GTC")
    bob.refused("GET /api/v3/orderList", 400, -2013, orderListId=one["orderListId"])
    bob.refused("DELETE /api/v3/orderList", 400, -2011, symbol=SYMBOL, orderListId=one["orderListId"])
    above, below = sorted(one["orders"], key=lambda leg: market.order("alice", leg)["type"])
    market.place("bob", "BUY", last + 50000, "0.04")
    check(market.status("alice", above) == "PARTIALLY_FILLED" and market.status("alice", below) == "EXPIRED",
          "one leg trades, the other ends")
    market.place("bob", "BUY", last + 50000, "0.06")
    check(alice.ok("GET /api/v3/orderList", orderListId=one["orderListId"])["listOrderStatus"] == "ALL_DONE", "done")
    market.trade_at(last)
    two = alice.ok("POST /api/v3/orderList/otoco", symbol=SYMBOL, workingType="LIMIT", workingSide="BUY",
                   workingTimeInForce="GTC", workingPrice=last - 10000, workingQuantity="0.1", pendingSide="SELL",
                   pendingQuantity="0.09", pendingAboveType="LIMIT_MAKER", pendingAbovePrice=last + 70000,
                   pendingBelowType="STOP_LOSS", pendingBelowStopPrice=last - 50000)
    working, *exits = two["orders"]
    check([market.status("alice", leg) for leg in exits] == ["PENDING_NEW"] * 2, "they wait for the first")
    market.place("bob", "SELL", last - 10000, "0.1")
    check(market.status("alice", working) == "FILLED", "the first is filled")
    check([market.status("alice", leg) for leg in exits] == ["NEW"] * 2, "the others start")
    market.place("maker", "BUY", last - 60000, "1")
    market.trade_at(last - 50000)
    check(sorted(market.status("alice", leg) for leg in exits) == ["EXPIRED", "FILLED"], "one of them, not both")
    three = alice.ok("POST /api/v3/orderList/oto", symbol=SYMBOL, workingType="LIMIT", workingSide="BUY",
                     workingTimeInForce="GTC", workingPrice=last - 500000, workingQuantity="0.1", pendingType="LIMIT",
                     pendingSide="SELL", pendingQuantity="0.09", pendingPrice=last + 500000, pendingTimeInForce="GTC")
    market.cancel("alice", three["orders"][1])
    check([market.status("alice", leg) for leg in three["orders"]] == ["CANCELED"] * 2, "a list is cancelled whole")
    market.clear()


def main():
    with sandbox() as running:
        market = Market(running)
        in_a_halt_orders_are_refused_and_cancels_taken(market)
        an_auction_trades_at_one_price(market)
        last = a_price_beyond_the_band_opens_an_auction(market)
        silence_cancels_all(market, last)
        stops_are_set_off(market, last)
        lists_live_and_end(market, last)
        running.stop()
        node.verify(running.folder)


if __name__ == "__main__":
    main()
