"""A sandbox with clients over REST and WebSocket, for the tests of the gateway's pushing half."""
import base64
import contextlib
import hashlib
import hmac
import itertools
import json
import pathlib
import sys
import time

import node_process as node

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
sys.path.insert(0, str(HERE.parent / "replay"))
import ed25519  # noqa: E402
from venue_client import Venue  # noqa: E402
from ws_client import Closed, Refused, WebSocket  # noqa: E402, F401

check = node.check


class Sandbox:
    def __init__(self, folder):
        self.folder = folder
        self.process = node.Process("serve", "--sandbox", "--dir", folder, "--listen", "127.0.0.1:0")
        self.url = self.process.ready_line()
        self.keys = json.loads((folder / "keys.json").read_text())

    def key(self, participant, kind="HMAC"):
        return next(k for k in self.keys if k["participant"] == participant and k["type"] == kind)

    def rest(self, participant=None):
        return Trader(self.url, None if participant is None else self.key(participant))

    def socket(self, path, **options):
        return WebSocket(self.url, path, **options)

    def api(self, participant=None, kind="HMAC", query=""):
        return Api(self.url, None if participant is None else self.key(participant, kind), query)

    def stop(self):
        code = self.process.stop()
        check(code == 0, f"serve ended with {code}\n{self.process.errors()}")


@contextlib.contextmanager
def sandbox():
    """A running node that is gone afterwards, whatever happens."""
    folder = node.new_folder()
    running = Sandbox(folder)
    try:
        yield running
        running.stop()
    finally:
        if running.process.child.poll() is None:
            running.process.child.kill()
        node.remove_folder(folder)


class Trader(Venue):
    def must(self, method, path, **parameters):
        status, body = self.signed(method, path, **parameters)
        check(status == 200, f"{method} {path} {parameters}: {status} {body}")
        return body

    def limit(self, side, price, quantity, symbol="BTCUSDT", **more):
        return self.must("POST", "/api/v3/order", symbol=symbol, side=side, type="LIMIT", timeInForce="GTC",
                         price=price, quantity=quantity, **more)

    def market(self, side, quantity, symbol="BTCUSDT"):
        return self.must("POST", "/api/v3/order", symbol=symbol, side=side, type="MARKET", quantity=quantity)

    def cancel(self, order, symbol="BTCUSDT"):
        return self.must("DELETE", "/api/v3/order", symbol=symbol, orderId=order["orderId"])

    def with_key(self, method, path, **parameters):
        """An API key and no signature, as listen keys are asked for."""
        query = "&".join(f"{k}={v}" for k, v in parameters.items())
        return self._send(method, path, query, {"X-MBX-APIKEY": self.key["apiKey"]})


class Api:
    """A session of the WebSocket API."""

    def __init__(self, url, key=None, query=""):
        self.socket = WebSocket(url, f"/ws-api/v3{query}")
        self.key = key
        self.ids = itertools.count(1)

    def signature(self, parameters):
        payload = "&".join(f"{k}={parameters[k]}" for k in sorted(parameters)).encode()
        if self.key["type"] == "HMAC":
            return hmac.new(self.key["secretKey"].encode(), payload, hashlib.sha256).hexdigest()
        seed = ed25519.seed_of_pem(self.key["privateKey"])
        return base64.b64encode(ed25519.sign(seed, payload)).decode()

    def call(self, method, **parameters):
        return self.socket.request({"id": next(self.ids), "method": method, "params": parameters})

    def signed(self, method, **parameters):
        parameters.update(apiKey=self.key["apiKey"], timestamp=int(time.time() * 1000))
        parameters["signature"] = self.signature(parameters)
        return self.call(method, **parameters)

    def must(self, method, **parameters):
        """Signed if it has a key; the result, or a failure."""
        answer = self.signed(method, **parameters) if self.key else self.call(method, **parameters)
        check(answer["status"] == 200, f"{method} {parameters}: {answer}")
        return answer["result"]

    def events(self, count, kind=None):
        """The next events of the user stream, of one kind if asked for."""
        found = []
        while True:
            while self.socket.events:
                message = self.socket.events.pop(0)
                if kind is None or message["event"]["e"] == kind:
                    found.append(message)
                if len(found) == count:
                    return found
            self.socket.events.append(self.socket.receive_json())


def expect_error(answer, status, code, text=None):
    """An error of the WebSocket API."""
    check(answer["status"] == status and answer["error"]["code"] == code
          and (text is None or text in answer["error"]["msg"]), f"expected {status} {code} {text}: {answer}")


def expect_refused(open_it, status, code):
    """A handshake that is answered with an error."""
    try:
        open_it()
    except Refused as refused:
        check(refused.status == status and json.loads(refused.body)["code"] == code,
              f"expected {status} {code}: {refused}")
        return
    node.fail(f"was not refused with {status} {code}")


def run(*tests):
    """Runs each test with the sandbox they share, saying which."""
    with sandbox() as running:
        for test in tests:
            print(test.__name__.replace("_", " "), flush=True)
            test(running)
