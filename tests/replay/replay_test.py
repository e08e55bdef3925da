"""Recorded order flow through the gateway of the real program, twice: the same trades and the same book at the
end, and the same as the naive book that is told what was accepted.

TARAZY_REPLAY_LINES: how much of the recording (default 6000; 0 = all of it).
"""
import json
import lzma
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))
import node_process as node  # noqa: E402
from naive_book import NaiveBook  # noqa: E402
from venue_client import Venue  # noqa: E402

SAMPLE = HERE.parent.parent / "share" / "samples" / "bitstamp-btcusd-2015-05-01.jsonl.xz"
SYMBOL = "BTCKZT"
FACTOR = 65000
UNIT = 10**8
LINES = int(os.environ.get("TARAZY_REPLAY_LINES", "6000"))


def units(text):
    """Decimal text of up to 8 decimals in units of 10^-8."""
    whole, _, part = str(text).partition(".")
    return int(whole) * UNIT + int((part + "00000000")[:8])


def decimal(value):
    return f"{value // UNIT}.{value % UNIT:08d}"


def recorded():
    with lzma.open(SAMPLE, "rt") as lines:
        for count, line in enumerate(lines):
            if LINES and count >= LINES:
                return
            _, event, body = line.split(" ", 2)
            yield event, json.loads(body, parse_float=str)


class Market:
    """What the venue shows when all is over."""

    def __init__(self, venue):
        self.trades = []
        while True:
            page = venue.get("/api/v3/historicalTrades", symbol=SYMBOL, limit=1000, fromId=len(self.trades) + 1)
            self.trades += [(units(t["price"]), units(t["qty"]), "SELL" if t["isBuyerMaker"] else "BUY") for t in page]
            if len(page) < 1000:
                break
        depth = venue.get("/api/v3/depth", symbol=SYMBOL, limit=5000)
        self.bids = [(units(p), units(q)) for p, q in depth["bids"]]
        self.asks = [(units(p), units(q)) for p, q in depth["asks"]]


def drive(url, keys):
    """Act by act, each answered before the next; the naive book hears of what was accepted."""
    owners = {"BUY": Venue(url, keys["maker"]), "SELL": Venue(url, keys["taker"])}
    book = NaiveBook()
    placed = {}
    refused = 0
    for event, order in recorded():
        side = "SELL" if order.get("order_type") else "BUY"
        if event == "order_created":
            price, quantity = units(order["price"]) * FACTOR // UNIT * UNIT, units(order["amount"])
            if price == 0 or quantity == 0:
                continue
            status, body = owners[side].signed(
                "POST", "/api/v3/order", symbol=SYMBOL, side=side, type="LIMIT", timeInForce="GTC",
                price=decimal(price), quantity=decimal(quantity), newClientOrderId=f"t-{order['id']}",
                newOrderRespType="ACK")
            if status == 200:
                placed[order["id"]] = True
                book.place(order["id"], side, price, quantity)
            else:
                node.check(body["code"] == -1013, f"refused for another reason than a filter: {body}")
                refused += 1
        elif event == "order_deleted" and placed.pop(order["id"], False):
            status, body = owners[side].signed("DELETE", "/api/v3/order", symbol=SYMBOL,
                                               origClientOrderId=f"t-{order['id']}")
            was_there = book.cancel(order["id"])
            node.check((status == 200) == was_there, f"cancel of {order['id']}: {status} {body}, model {was_there}")
    return book, refused


def with_node(act):
    folder = node.new_folder()
    serve = node.Process("serve", "--sandbox", "--dir", folder, "--listen", "127.0.0.1:0")
    url = serve.ready_line()
    keys = {k["participant"]: k for k in json.loads((folder / "keys.json").read_text()) if k["type"] == "HMAC"}
    result = act(url, keys, folder)
    market = Market(Venue(url))
    node.check(serve.stop() == 0, "an orderly stop")
    done = subprocess.run([node.PROGRAM, "verify", str(folder)], capture_output=True, text=True, timeout=120)
    node.check(done.returncode == 0, f"verify: {done.stdout} {done.stderr}")
    node.remove_folder(folder)
    return result, market


def replay(url, _, folder):
    done = subprocess.run(
        [node.PROGRAM, "replay", "--url", url, "--keys", str(folder / "keys.json"), "--symbol", SYMBOL,
         "--price-factor", str(FACTOR), "--fast", "--keep", *(["--lines", str(LINES)] if LINES else []), str(SAMPLE)],
        capture_output=True, text=True, timeout=280)
    node.check(done.returncode == 0, f"replay: {done.stdout} {done.stderr}")
    return done.stdout


def main():
    (book, refused), first = with_node(lambda url, keys, folder: drive(url, keys))
    node.check(first.trades == book.trades, f"{len(first.trades)} trades, the naive book has {len(book.trades)}")
    node.check(first.bids == book.levels("BUY"), "the bids differ from the naive book's")
    node.check(first.asks == book.levels("SELL"), "the asks differ from the naive book's")
    node.check(len(book.trades) > 20, "the recording trades too little to show anything")
    summary, second = with_node(replay)
    node.check(second.trades == first.trades, f"{len(second.trades)} trades the second time, {len(first.trades)} the first")
    node.check((second.bids, second.asks) == (first.bids, first.asks), "another book the second time")
    print(f"{len(first.trades)} trades, {len(first.bids)} bids, {len(first.asks)} asks, {refused} refused by filters; "
          f"twice the same: {summary.strip()}")


main()
