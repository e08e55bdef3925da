"""Random trading with everything the venue takes, and what several tests ask of a venue: all pages of a list, and the
tables of a history."""
import random
import sqlite3
import subprocess

SYMBOL = "BTCUSDT"
MODES = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")
OTHER = {"BUY": "SELL", "SELL": "BUY"}


class Flow:
    """Draws one act after another: mostly good ones, some that must be refused. Same seed, same acts."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def price(self):
        return f"{30000 + self.random.gauss(0, 300):.2f}"

    def above(self):
        return f"{30001 + abs(self.random.gauss(0, 400)):.2f}"

    def below(self):
        return f"{29999 - abs(self.random.gauss(0, 400)):.2f}"

    def quantity(self):
        return f"{self.random.choice((0.001, 0.01, 0.1, 1, 2.3)) * self.random.random() + 0.0001:.6f}"

    def place(self):
        """(method, path, parameters) of a new order or list."""
        choice, side, quantity = self.random.choice, self.random.choice(("BUY", "SELL")), self.quantity()
        terms = {"symbol": SYMBOL, "side": side, "selfTradePreventionMode": choice(MODES)}
        resting = {"type": "LIMIT", "timeInForce": "GTC", "price": self.price(), "quantity": quantity}
        stop = {"stopPrice": choice((self.above(), self.below())), "quantity": quantity}
        kinds = (
            resting, resting, resting, {**resting, "timeInForce": choice(("IOC", "FOK"))},
            {**resting, "icebergQty": f"{float(quantity) / self.random.randint(2, 9):.6f}"},
            {"type": "LIMIT_MAKER", "price": self.price(), "quantity": quantity},
            {"type": "MARKET", "quantity": quantity},
            {"type": "MARKET", "quoteOrderQty": f"{self.random.random() * 50000 + 1:.8f}"},
            {"type": choice(("STOP_LOSS", "TAKE_PROFIT")), **stop},
            {**resting, "type": choice(("STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT")), **stop},
            {"type": choice(("STOP_LOSS", "TAKE_PROFIT")), "trailingDelta": choice((10, 50, 200)),
             "quantity": quantity},
        )
        if self.random.random() < 0.12:
            return self.place_list(terms, quantity)
        return "POST", "/api/v3/order", {**terms, **choice(kinds)}

    def place_list(self, terms, quantity):
        side = terms.pop("side")
        exits = OTHER[side]
        maker, stop = ("Above", "Below") if exits == "SELL" else ("Below", "Above")
        prices = {"Above": self.above(), "Below": self.below()}
        legs = {f"pending{maker}Type": "LIMIT_MAKER", f"pending{maker}Price": prices[maker],
                f"pending{stop}Type": "STOP_LOSS", f"pending{stop}StopPrice": prices[stop]}
        working = {"workingType": "LIMIT", "workingTimeInForce": "GTC", "workingSide": side,
                   "workingPrice": self.price(), "workingQuantity": quantity, "pendingSide": exits,
                   "pendingQuantity": quantity}
        kind = self.random.choice(("oco", "oto", "otoco"))
        if kind == "oco":
            legs = {name[len("pending")].lower() + name[len("pending") + 1:]: value for name, value in legs.items()}
            return "POST", "/api/v3/orderList/oco", {**terms, "side": exits, "quantity": quantity, **legs}
        if kind == "oto":
            legs = {"pendingType": "LIMIT", "pendingTimeInForce": "GTC", "pendingPrice": self.price()}
        return "POST", f"/api/v3/orderList/{kind}", {**terms, **working, **legs}

    def change(self, order):
        """An act on an open order."""
        terms = {"symbol": SYMBOL, "orderId": order["orderId"]}
        kind = self.random.random()
        if kind < 0.5:
            return "DELETE", "/api/v3/order", terms
        if kind < 0.75:
            quantity = f"{float(order['origQty']) * self.random.random():.6f}"
            return "PUT", "/api/v3/order/amend/keepPriority", {**terms, "newQty": quantity}
        return "POST", "/api/v3/order/cancelReplace", {
            "symbol": SYMBOL, "cancelOrderId": order["orderId"], "side": order["side"], "type": "LIMIT",
            "timeInForce": "GTC", "price": self.price(), "quantity": self.quantity(),
            "cancelReplaceMode": self.random.choice(("STOP_ON_FAILURE", "ALLOW_FAILURE"))}


def pages(ask, key, start, limit=1000):
    """All pages of a list that is asked for by the first number to show."""
    found = []
    while True:
        page = ask(start, limit)
        found += page
        if len(page) < limit:
            return found
        start = page[-1][key] + 1


def sqlite_tables(path):
    """{table: rows as text, sorted}"""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    tables = {name: sorted(tuple(str(value) for value in row) for row in database.execute(f'SELECT * FROM "{name}"'))
              for name in names}
    database.close()
    return tables


def psql(url, text):
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-F", "\x1f", "-R", "\x1e", "-v", "ON_ERROR_STOP=1", url,
                           "-c", text], capture_output=True, text=True, timeout=120, check=True)
    out = done.stdout[:-1] if done.stdout.endswith(("\n", "\x1e")) else done.stdout
    return [tuple(row.split("\x1f")) for row in out.split("\x1e")] if out else []


def postgresql_tables(url):
    names = [name for (name,) in psql(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return {name: sorted(psql(url, f'SELECT * FROM "{name}"')) for name in names}
