"""Batches of orders and cancels: every element is answered in its place, by its own command; and when the gateway dies
under them, each client id tells what became of it."""
import http.client
import json
import os
import signal
import threading
import time
import urllib.parse

import node_process as node
from rest_rig import Person, sandbox

check = node.check
SYMBOL, OTHER = "BTCKZT", "ETHKZT"
LIMIT = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.001",
         "price": "14000000"}
MOST = 500
PATH = "/api/v3/batchOrders"


def order(**more):
    return {**LIMIT, **more}


def as_json(person, method, body):
    """The body as it stands, signed behind the query."""
    text = json.dumps(body)
    query = f"timestamp={int(time.time() * 1000)}"
    query += f"&signature={person.sign(query + text)}"
    headers = {"X-MBX-APIKEY": person.key["apiKey"], "Content-Type": "application/json"}
    return person.raw(method, PATH, query, text, headers)


def batch(person, orders):
    status, body = as_json(person, "POST", {"batchOrders": orders})
    check(status == 200 and len(body) == len(orders), f"{status} {body}")
    return body


def codes(elements):
    return [element.get("code") for element in elements]


def elements_stand_alone(alice):
    got = batch(alice, [order(newClientOrderId="one"), order(price="1000000000"), order(symbol="NOPE"),
                        order(newClientOrderId="one"), order(hue="red"), order(symbol=OTHER, price="900000"),
                        {"symbol": SYMBOL}, order(newOrderRespType="RESULT")])
    check(codes(got) == [None, -1013, -1121, -2010, -1104, None, -1102, None], got)
    check(got[0]["clientOrderId"] == "one" and got[0]["orderId"] < got[5]["orderId"] < got[7]["orderId"], got)
    check("status" not in got[0] and got[7]["status"] == "NEW" and "fills" not in got[7], got)
    alice.in_body = True  # the same as a form
    form = alice.ok(f"POST {PATH}", batchOrders=json.dumps([order(newClientOrderId="form"), order(symbol="NOPE")]))
    alice.in_body = False
    check(codes(form) == [None, -1121] and form[0]["clientOrderId"] == "form", form)
    gone = alice.ok(f"DELETE {PATH}", symbol=SYMBOL, orderIdList=f"[{got[7]['orderId']},1000000,{got[5]['orderId']}]")
    check(codes(gone) == [None, -2011, -2011] and gone[0]["status"] == "CANCELED", gone)
    gone = alice.ok(f"DELETE {PATH}", symbol=SYMBOL, origClientOrderIdList='["form","one","one"]')
    check(codes(gone) == [None, None, -2011], gone)
    check([o["symbol"] for o in alice.ok("GET /api/v3/openOrders")] == [OTHER], "one is left")


def what_is_malformed_changes_nothing(alice):
    before = alice.ok("GET /api/v3/openOrders")
    good = json.dumps(order())
    for array, code in ((f"[{good},]", -1130), (f"[{good},null]", -1130), (f"[{good}", -1100), ("[]", -4082),
                        (f'[{good},{{"symbol":true}}]', -1130), (f'[{good},{{"a":1,"a":1}}]', -1101),
                        ("[" + ",".join(["{}"] * (MOST + 1)) + "]", -4082)):
        alice.refused(f"POST {PATH}", 400, code, batchOrders=array)
    status, body = as_json(alice, "POST", {"batchOrders": [order()], "more": 1})
    check(status == 400 and body["code"] == -1104, body)
    alice.refused(f"DELETE {PATH}", 400, -1128, symbol=SYMBOL, orderIdList="[1]", origClientOrderIdList='["a"]')
    status, body = Person(f"http://{alice.netloc}").raw("POST", PATH, "", "batchOrders=" + urllib.parse.quote(good))
    check(status == 401, body)
    status, body = alice.raw("POST", PATH, "", b"x" * 140000)
    check(status == 413, body)
    alice.connection.close()
    check(alice.ok("GET /api/v3/openOrders") == before, "nothing changed")


def the_largest_batch(alice):
    got = batch(alice, [order(newClientOrderId=f"largest-batch-with-long-names-{i:06}") for i in range(MOST)])
    placed = [element for element in got if "orderId" in element]
    check(all(c in (None, -1013) for c in codes(got)) and placed, codes(got))  # a person has only so many orders
    check([p["orderId"] for p in placed] == sorted(p["orderId"] for p in placed), "in the order given")
    check(int(alice.headers["X-MBX-ORDER-COUNT-10S"]) >= MOST, alice.headers)
    gone = alice.ok(f"DELETE {PATH}", symbol=SYMBOL, orderIdList=str([p["orderId"] for p in placed]))
    check(codes(gone) == [None] * len(placed), "all are cancelled")


class Client(threading.Thread):
    """Sends one batch after another; remembers what it heard of each client id."""

    def __init__(self, url, key):
        super().__init__(daemon=True)
        self.url, self.key, self.is_over = url, key, False
        self.heard = {}  # client id: True placed, False refused, None unknown
        self.start()

    def run(self):
        person = Person(self.url, self.key)
        for number in range(1000):
            if self.is_over:
                return
            names = [f"{number}-{i}" for i in range(20)]
            orders = [order(newClientOrderId=name, side="BUY" if i % 2 else "SELL", price="15000000")
                      for i, name in enumerate(names)]
            self.heard.update({name: None for name in names})
            try:
                for name, element in zip(names, batch(person, orders)):
                    if element.get("code") not in (-1007, -1001, -1006):
                        self.heard[name] = "orderId" in element
            except (OSError, http.client.HTTPException, AssertionError):
                person = Person(self.url, self.key)
                time.sleep(0.01)


def definite(alice, name):
    def ask():
        try:
            status, body = alice.send("GET", "/api/v3/order", {"symbol": SYMBOL, "origClientOrderId": name})
        except (OSError, http.client.HTTPException):
            alice.connection.close()
            return None
        check(status in (200, 400, 503), body)
        return (status == 200,) if status != 503 else None
    return node.wait_until(f"what became of {name}", ask)[0]


def a_dead_gateway_leaves_definite_results(running, alice):
    client = Client(running.url, alice.key)
    node.wait_until("batches", lambda: sum(v is True for v in client.heard.values()) > 200)
    os.kill(node.child_processes(running.process.child.pid)["gateway"], signal.SIGKILL)
    count = len(client.heard)
    node.wait_until("batches again", lambda: len(client.heard) > count + 200)
    client.is_over = True
    client.join()
    alice.connection.close()
    for name, was_placed in client.heard.items():
        is_there = definite(alice, name)
        check(was_placed is None or was_placed == is_there, f"{name}: told {was_placed}, is there: {is_there}")
    check(None in client.heard.values(), "some were unknown")


def main():
    with sandbox() as running:
        alice = running.person("alice")
        elements_stand_alone(alice)
        what_is_malformed_changes_nothing(alice)
        the_largest_batch(alice)
        a_dead_gateway_leaves_definite_results(running, alice)
    print("batches: elements, refusals, the largest, a dead gateway")


main()
