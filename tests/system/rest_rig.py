"""What the tests of the REST interface share: a sandbox, people with keys, and an eye on every answer."""
import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import pathlib
import socket
import sys
import time
import urllib.parse

import node_process as node

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import ed25519  # noqa: E402

check = node.check


class Person:
    """Sends requests as somebody, or as nobody; remembers which operations have answered well."""

    def __init__(self, url, key=None, seen=None):
        self.netloc = urllib.parse.urlparse(url).netloc
        self.connection = http.client.HTTPConnection(self.netloc, timeout=60)
        self.key = key
        self.seen = seen if seen is not None else set()
        self.in_body = False
        self.headers = {}

    def sign(self, text):
        if self.key["type"] == "HMAC":
            return hmac.new(self.key["secretKey"].encode(), text.encode(), hashlib.sha256).hexdigest()
        seed = ed25519.seed_of_pem(self.key["privateKey"])
        return urllib.parse.quote(base64.b64encode(ed25519.sign(seed, text.encode())).decode(), safe="")

    def raw(self, method, path, query, body=None, headers=None):
        """(status, headers, parsed body or text)."""
        self.connection.request(method, f"{path}?{query}" if query else path, body=body, headers=headers or {})
        answer = self.connection.getresponse()
        text = answer.read().decode()
        self.headers = dict(answer.getheaders())
        if answer.status == 200:
            self.seen.add((method, path))
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def send(self, method, path, parameters, timestamp=None, signature=None):
        headers = {}
        parameters = {k: v for k, v in parameters.items() if v is not None}
        query = urllib.parse.urlencode(parameters)
        if self.key:
            headers["X-MBX-APIKEY"] = self.key["apiKey"]
            stamp = int(time.time() * 1000) if timestamp is None else timestamp
            query += ("&" if query else "") + f"timestamp={stamp}"
            query += f"&signature={self.sign(query) if signature is None else signature}"
        if self.in_body and method in ("POST", "PUT", "DELETE"):
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            return self.raw(method, path, "", query, headers)
        return self.raw(method, path, query, None, headers)

    def ok(self, request, **parameters):
        """The body of an answer that must be 200."""
        method, path = request.split()
        status, body = self.send(method, path, parameters)
        check(status == 200, f"{request} {parameters}: {status} {body}")
        return body

    def refused(self, request, status, code, text=None, **parameters):
        """The answer must be this error; returns its body."""
        method, path = request.split()
        got, body = self.send(method, path, parameters)
        check(got == status and isinstance(body, dict) and body.get("code") == code
              and (text is None or text in body["msg"]),
              f"{request} {parameters}: expected {status} {code} {text or ''}, got {got} {body}")
        return body

    def limit(self, side, quantity, price, symbol="BTCKZT", **more):
        return self.ok("POST /api/v3/order", symbol=symbol, side=side, type="LIMIT", timeInForce="GTC",
                       quantity=quantity, price=price, **more)

    def balances(self):
        return {b["asset"]: (b["free"], b["locked"]) for b in self.ok("GET /api/v3/account")["balances"]}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sandbox:
    """A node at a port of its own: a gateway that comes back is found at the same place."""

    def __init__(self, folder, *options):
        self.folder = folder
        self.seen = set()
        self.process = node.Process("serve", "--sandbox", "--dir", folder, "--listen", f"127.0.0.1:{free_port()}",
                                    *options)
        self.url = self.process.ready_line()
        self.keys = json.loads((folder / "keys.json").read_text())

    def person(self, name=None, kind="HMAC"):
        key = None
        if name is not None:
            key = next(k for k in self.keys if k["participant"] == name and k["type"] == kind)
        return Person(self.url, key, self.seen)

    def stop(self):
        code = self.process.stop()
        check(code == 0, f"serve ended with {code}\n{self.process.errors()}")


@contextlib.contextmanager
def sandbox(*options):
    """A running node that is gone afterwards, whatever happens."""
    folder = node.new_folder()
    running = Sandbox(folder, *options)
    try:
        yield running
        running.stop()
    finally:
        if running.process.child.poll() is None:
            running.process.child.kill()
        node.remove_folder(folder)
