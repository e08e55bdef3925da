"""Processes are killed, and the core is held, while people send orders. What was acknowledged is there; what was refused
is not; of the rest the client learns by client id, and what it learns stays true."""
import http.client
import json
import os
import signal
import threading

import node_process as node
from rest_rig import Person, free_port
from trading_rig import SYMBOL

check = node.check
ROUNDS = 2
LOST = (OSError, http.client.HTTPException)


def serve(folder):
    process = node.Process("serve", "--sandbox", "--dir", folder, "--listen", f"127.0.0.1:{free_port()}")
    url = process.ready_line()
    keys = {key["participant"]: key for key in json.loads((folder / "keys.json").read_text()) if key["type"] == "HMAC"}
    return process, url, keys


def ask(url, key, client_id):
    """The order by its client id; None: there is none. Asks until it hears a definite answer."""
    def answer():
        try:
            status, body = Person(url, key).send("GET", "/api/v3/order",
                                                 {"symbol": SYMBOL, "origClientOrderId": client_id})
        except LOST:
            return None
        check(status in (200, 400, 503), f"{client_id}: {status} {body}")
        check(status == 200 or body["code"] in (-2013, -1001), f"{client_id}: {status} {body}")
        return (status, body) if status != 503 else None
    status, body = node.wait_until("a definite answer", answer)
    return body if status == 200 else None


class Client(threading.Thread):
    """Places orders one after another; asks at once for what it does not know."""

    def __init__(self, url, key, name):
        super().__init__(daemon=True)
        self.url, self.key, self.name = url, key, name
        self.is_over = False
        self.orders = {}  # client id: (status or None, what the client believes: an order, or None)
        self.start()

    def run(self):
        person = Person(self.url, self.key)
        while not self.is_over:
            client_id = f"{self.name}-{len(self.orders)}"
            side, price = (("BUY", "29990"), ("SELL", "30000"), ("BUY", "30000"))[len(self.orders) % 3]
            order = {"symbol": SYMBOL, "side": side, "type": "LIMIT", "timeInForce": "GTC", "price": price,
                     "quantity": "0.001", "newClientOrderId": client_id, "recvWindow": 60000}
            try:
                status, body = person.send("POST", "/api/v3/order", order)
            except LOST:
                status, body = None, None
                person = Person(self.url, self.key)
            if status == 200:
                self.orders[client_id] = status, body
            elif status == 400:
                node.fail(f"{client_id}: {body}")
            else:
                check(status is None or body["code"] in (-1001, -1007), f"{client_id}: {status} {body}")
                self.orders[client_id] = status, ask(self.url, self.key, client_id)


def is_live(url):
    try:
        return Person(url).send("GET", "/health", {})[0] == 200
    except LOST:
        return False


def kill(process, url, clients, victim):
    before = [len(client.orders) for client in clients]
    os.kill(node.wait_until(victim, lambda: node.child_processes(process.child.pid).get(victim)), signal.SIGKILL)
    node.wait_until("the node", lambda: is_live(url))
    node.wait_until("new orders", lambda: all(len(client.orders) >= count + 20
                                              for client, count in zip(clients, before)))


def beliefs_hold(clients):
    kinds = {}
    for client in clients:
        for client_id, (status, believed) in client.orders.items():
            found = ask(client.url, client.key, client_id)
            kinds[status, found is not None] = kinds.get((status, found is not None), 0) + 1
            check((found is None) == (believed is None), f"{client_id}: {status}, believed {believed}, found {found}")
            check(found is None or found["orderId"] == believed["orderId"], f"{client_id}: {believed} {found}")
    check(all(found for status, found in kinds if status == 200), f"acknowledged is there: {kinds}")
    print(f"orders by status, and whether there: {kinds}")


def a_core_that_is_held_makes_outcomes_unknown(process, url, key):
    """Ten seconds, then -1007; not before the core goes on is it said that there is no such order."""
    core = node.child_processes(process.child.pid)["core"]
    person = Person(url, key)
    order = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": "25000",
             "quantity": "0.001", "newClientOrderId": "held", "recvWindow": 60000}
    os.kill(core, signal.SIGSTOP)
    try:
        status, body = person.send("POST", "/api/v3/order", order)
        check(status == 503 and body["code"] == -1007, f"{status} {body}")
        person.refused("GET /api/v3/order", 503, -1001, symbol=SYMBOL, origClientOrderId="held")
        person.refused("GET /api/v3/order", 400, -2013, symbol=SYMBOL, origClientOrderId="another")
        person.ok("GET /api/v3/account")
    finally:
        os.kill(core, signal.SIGCONT)
    check(ask(url, key, "held") is not None, "the order that was under way is there")
    person.refused("POST /api/v3/order", 400, -2010, "Duplicate order sent.", **order)


def main():
    folder = node.new_folder()
    process, url, keys = serve(folder)
    clients = [Client(url, keys[name], f"{name}{i}") for name in ("alice", "bob") for i in range(2)]
    for _ in range(ROUNDS):
        for victim in ("gateway", "core", "history"):
            kill(process, url, clients, victim)
    for client in clients:
        client.is_over = True
    for client in clients:
        client.join(node.PATIENCE)
        check(not client.is_alive(), f"{client.name} ended")
    beliefs_hold(clients)
    a_core_that_is_held_makes_outcomes_unknown(process, url, keys["alice"])
    check(process.stop() == 0, process.errors())
    node.verify(folder)
    node.remove_folder(folder)


if __name__ == "__main__":
    main()
