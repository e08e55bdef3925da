"""Many requests in one write: answered in their order, each as if the one before it had been answered; and who leaves
in the middle has placed the first so many of his orders, and no other."""
import json
import socket
import time
import urllib.parse

import node_process as node
from rest_rig import sandbox

check = node.check
SYMBOL = "BTCKZT"
LIMIT = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.001",
         "price": "14000000"}
MANY = 150  # more than are open at a time


def head(person, method, path, **parameters):
    """The bytes of one signed request."""
    parameters["timestamp"] = int(time.time() * 1000)
    query = urllib.parse.urlencode(parameters)
    query += f"&signature={person.sign(query)}"
    return (f"{method} {path}?{query} HTTP/1.1\r\nHost: localhost\r\nX-MBX-APIKEY: {person.key['apiKey']}\r\n\r\n"
            .encode())


def place(person, name, **more):
    return head(person, "POST", "/api/v3/order", newClientOrderId=name, **LIMIT, **more)


def connect(person):
    host, port = person.netloc.split(":")
    return socket.create_connection((host, int(port)), timeout=60)


def answers(connection, count):
    """(status, body) of so many answers."""
    got, text = [], b""
    while len(got) < count:
        end = text.find(b"\r\n\r\n")
        length = int(next(line for line in text[:end].split(b"\r\n")
                          if line.startswith(b"Content-Length: "))[16:]) if end >= 0 else 0
        if end < 0 or len(text) < end + 4 + length:
            more = connection.recv(1 << 16)
            check(more != b"", f"closed after {len(got)} answers")
            text += more
            continue
        got.append((int(text[9:12]), json.loads(text[end + 4:end + 4 + length])))
        text = text[end + 4 + length:]
    check(text == b"", text)
    return got


def each_sees_what_came_before(alice):
    batch = json.dumps([{**LIMIT, "newClientOrderId": f"batch-{i}"} for i in range(3)])
    requests = [
        place(alice, "one"),
        head(alice, "POST", "/api/v3/batchOrders", batchOrders=batch),
        place(alice, "one"),
        head(alice, "GET", "/api/v3/openOrders", symbol=SYMBOL),
        head(alice, "POST", "/api/v3/order/cancelReplace", cancelReplaceMode="STOP_ON_FAILURE",
             cancelOrigClientOrderId="one", newClientOrderId="two", **{**LIMIT, "quantity": "0.002"}),
        head(alice, "PUT", "/api/v3/order/amend/keepPriority", symbol=SYMBOL, origClientOrderId="two", newQty="0.001"),
        b"GET /api/v3/ping HTTP/1.1\r\nHost: localhost\r\n\r\n",
        head(alice, "DELETE", "/api/v3/order", symbol=SYMBOL, origClientOrderId="two"),
        head(alice, "GET", "/api/v3/order", symbol=SYMBOL, origClientOrderId="two"),
        head(alice, "DELETE", "/api/v3/openOrders", symbol=SYMBOL),
        head(alice, "GET", "/api/v3/openOrders", symbol=SYMBOL),
    ]
    with connect(alice) as connection:
        connection.sendall(b"".join(requests))
        got = answers(connection, len(requests))
    check([status for status, _ in got] == [200, 200, 400, 200, 200, 200, 200, 200, 200, 200, 200], got)
    bodies = [body for _, body in got]
    names = ["one", "batch-0", "batch-1", "batch-2"]
    check([o["clientOrderId"] for o in bodies[1]] == names[1:] and bodies[2]["code"] == -2010, bodies)
    check([o["clientOrderId"] for o in bodies[3]] == names, bodies[3])
    check(bodies[4]["newOrderResponse"]["clientOrderId"] == "two" and bodies[6] == {}, bodies)
    check(bodies[7]["status"] == "CANCELED" and bodies[8]["status"] == "CANCELED", bodies)
    check(len(bodies[9]) == 3 and bodies[10] == [], bodies)


def many_keep_their_order(alice):
    with connect(alice) as connection:
        connection.sendall(b"".join(place(alice, f"many-{i}") for i in range(MANY)))
        got = answers(connection, MANY)
    check(all(status == 200 for status, _ in got), got)
    check([body["clientOrderId"] for _, body in got] == [f"many-{i}" for i in range(MANY)], "in the order sent")
    numbers = [body["orderId"] for _, body in got]
    check(numbers == sorted(numbers), "and in that order they were taken")
    alice.ok("DELETE /api/v3/openOrders", symbol=SYMBOL)


def who_leaves_has_placed_the_first_of_his_orders(alice):
    for attempt in range(5):
        with connect(alice) as connection:
            connection.sendall(b"".join(place(alice, f"left-{attempt}-{i}") for i in range(MANY)))
            if attempt % 2 == 1:
                connection.recv(1)  # some are answered, and nobody hears it
        placed = None
        while placed != (now := alice.ok("GET /api/v3/openOrders", symbol=SYMBOL)):
            placed = now  # what was begun comes to its end
            time.sleep(0.2)
        names = [o["clientOrderId"] for o in sorted(placed, key=lambda o: o["orderId"])]
        check(names == [f"left-{attempt}-{i}" for i in range(len(names))], names)
        if names:
            alice.ok("DELETE /api/v3/openOrders", symbol=SYMBOL)


def main():
    with sandbox() as running:
        alice = running.person("alice")
        each_sees_what_came_before(alice)
        many_keep_their_order(alice)
        who_leaves_has_placed_the_first_of_his_orders(alice)
    print("pipelines: each request sees what came before it, many keep their order, who leaves has a prefix")


main()
