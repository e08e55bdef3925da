"""WebSocket clients that break the protocol, send too much, or do not read: each gets a definite end, and
nobody else notices."""
import time

from socket_rig import Closed, check, node, run
from streams_test import FollowedBook, metrics
import ws_client  # the rig knows where it is

PATHS = ("/ws/btcusdt@trade", "/ws-api/v3")


def expect_close(sandbox, path, code, misbehave):
    socket = sandbox.socket(path)
    try:
        misbehave(socket)
        got = socket.close_code()
    except (BrokenPipeError, ConnectionError):
        got = 1006
    # A broken frame may end the connection before its close frame is read.
    check(got in (code, 1006), f"{path}: {got}, not {code}")


# ---------------------------------------------------------------- the protocol

def frames_that_break_the_protocol_end_the_session(sandbox):
    cases = (
        (1002, lambda s: s.send_frame(ws_client.TEXT, b"{}", masked=False)),
        (1002, lambda s: s.send_frame(ws_client.TEXT, b"{}", reserved=4)),
        (1002, lambda s: s.send_frame(3, b"{}")),
        (1002, lambda s: s.send_frame(ws_client.CONTINUATION, b"{}")),
        (1002, lambda s: s.send_frame(ws_client.PING, b"x" * 126)),
        (1002, lambda s: s.send_frame(ws_client.PING, b"", final=False)),
        (1002, lambda s: s.send_frame(ws_client.CLOSE, b"\x00")),
        (1003, lambda s: s.send_frame(ws_client.BINARY, b"{}")),
        (1007, lambda s: s.send_frame(ws_client.TEXT, b"\xff\xfe")),
        (1009, lambda s: s.send_frame(ws_client.TEXT, b"", size=1 << 20)),
        (1009, lambda s: s.send_frame(ws_client.TEXT, b" " * 70000)),
    )
    for path in PATHS:
        for code, misbehave in cases:
            expect_close(sandbox, path, code, misbehave)


def many_fragments_are_refused_and_few_are_put_together(sandbox):
    socket = sandbox.socket("/ws-api/v3")
    text = b'{"id":1,"method":"ping"}'
    for at in range(0, len(text), 8):
        socket.send_frame(ws_client.TEXT if at == 0 else ws_client.CONTINUATION, text[at:at + 8],
                          final=at + 8 >= len(text))
        socket.send_frame(ws_client.PING, b"between")
    check(socket.receive_json()["result"] == {}, "put together, with pings between")
    socket.close()

    def fragments(broken):
        for number in range(100):
            broken.send_frame(ws_client.TEXT if number == 0 else ws_client.CONTINUATION, b"x", final=False)
    expect_close(sandbox, "/ws-api/v3", 1008, fragments)


def bytes_of_any_kind_end_the_session_and_not_the_gateway(sandbox):
    seed = 1
    for round_number in range(60):
        socket = sandbox.socket(PATHS[round_number % 2])
        noise = bytearray()
        for _ in range(200):
            seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
            noise.append(seed >> 56)
        try:
            socket.send_raw(bytes(noise))
            socket.socket.shutdown(1)
            socket.close_code()
        except OSError:
            pass
        socket.socket.close()
    check(sandbox.rest().get("/api/v3/ping") == {}, "the gateway lives")


def a_close_is_answered_with_its_code(sandbox):
    for path in PATHS:
        socket = sandbox.socket(path)
        check(socket.close() == 1000, "1000")


# ---------------------------------------------------------------- slow readers

def sweep(sandbox, rounds, size):
    """Rounds of resting orders on many prices, taken by one order: trades and depth changes in plenty."""
    maker, taker = sandbox.api("maker", "ED25519"), sandbox.rest("taker")
    maker.must("session.logon")
    for number in range(rounds):
        for index in range(size):
            maker.socket.send_json({"id": index, "method": "order.place", "params": {
                "symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.0001",
                "price": str(30000 + index), "newOrderRespType": "ACK", "timestamp": int(time.time() * 1000)}})
        for _ in range(size):
            maker.socket.receive_json()
        if number + 1 < rounds:
            taker.limit("BUY", 30000 + size, f"{size * 0.0001:.4f}")
    maker.socket.close()


def who_does_not_read_depth_gets_it_whole_in_the_end(sandbox):
    book = FollowedBook(sandbox, "btcusdt@depth@100ms")
    book.socket.close()
    book.socket = sandbox.socket("/ws/btcusdt@depth@100ms/btcusdt@depth20@100ms/btcusdt@bookTicker", patience=60,
                                 receive_buffer=4096)
    book.start()
    before = conflated(sandbox)
    rounds = 0
    while conflated(sandbox) == before:
        sweep(sandbox, 2, 600)
        rounds += 1
        check(rounds < 60, "somebody who does not read should be behind by now")
    sweep(sandbox, 2, 600)
    sandbox.rest("maker").must("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")
    # Now he reads: no update id is missing, and the book is that of REST.
    newest_best = None
    snapshot = book.snapshot()
    while book.last < snapshot["lastUpdateId"]:
        message = book.socket.receive_json()
        if message.get("e") == "depthUpdate":
            book.take(message)
        elif "A" in message:
            newest_best = message
    book.socket.events.clear()
    check(book.sides == {"b": {p: q for p, q in snapshot["bids"]}, "a": {p: q for p, q in snapshot["asks"]}},
          "the book is that of REST")
    while newest_best is None or newest_best["A"] != "0.00000000":
        message = book.socket.receive_json()
        newest_best = message if "A" in message else newest_best
    check(b"tarazy_stream_lost_total 0\n" in metrics(sandbox), "nobody was closed")
    book.socket.close()


def conflated(sandbox):
    line = next(line for line in metrics(sandbox).splitlines() if line.startswith(b"tarazy_stream_conflated_total "))
    return int(line.split()[1])


def who_does_not_read_trades_is_closed(sandbox):
    slow = sandbox.socket("/stream?streams=btcusdt@trade/btcusdt@aggTrade", receive_buffer=4096)
    quick = sandbox.socket("/ws/btcusdt@trade")
    overflowed = overflows(sandbox)
    rounds = 0
    while overflows(sandbox) == overflowed:
        sweep(sandbox, 2, 1000)
        for _ in range(1000):
            quick.receive()
        rounds += 1
        check(rounds < 40, "somebody who does not read should be closed by now")
    check(slow.close_code() in (1008, 1006), "the end is definite")
    sandbox.rest("maker").must("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")
    quick.close()


def overflows(sandbox):
    line = next(line for line in metrics(sandbox).splitlines()
                if line.startswith(b"tarazy_websocket_overflowed_total "))
    return int(line.split()[1])


def many_sessions_that_vanish_leave_nothing(sandbox):
    key = sandbox.rest("alice").with_key("POST", "/api/v3/userDataStream")[1]["listenKey"]
    sockets = [sandbox.socket(f"/stream?streams=btcusdt@depth/btcusdt@trade/{key}") for _ in range(150)]
    sandbox.rest("alice").limit("BUY", "20000", "0.01")
    for number, socket in enumerate(sockets):
        if number % 2:
            socket.vanish()
        else:
            socket.socket.close()
    node.wait_until("all to be gone", lambda: b"tarazy_user_subscriptions 0\n" in metrics(sandbox)
                    and b"tarazy_stream_subscriptions 0\n" in metrics(sandbox))
    sandbox.rest("alice").must("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")


def sessions_are_told_when_the_gateway_stops(sandbox):
    sockets = [sandbox.socket(path) for path in PATHS]
    sandbox.process.child.terminate()
    for socket in sockets:
        try:
            while True:
                message = socket.receive_json()
                check((message.get("event") or message)["e"] == "serverShutdown", f"{message}")
        except Closed as closed:
            check(closed.code == 1001, f"{closed.code}")


if __name__ == "__main__":
    run(
        frames_that_break_the_protocol_end_the_session,
        many_fragments_are_refused_and_few_are_put_together,
        bytes_of_any_kind_end_the_session_and_not_the_gateway,
        a_close_is_answered_with_its_code,
        who_does_not_read_depth_gets_it_whole_in_the_end,
        who_does_not_read_trades_is_closed,
        many_sessions_that_vanish_leave_nothing,
        sessions_are_told_when_the_gateway_stops,
    )
