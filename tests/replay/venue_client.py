"""A signed client of the venue's REST interface, standard library only."""
import hashlib
import hmac
import http.client
import json
import time
import urllib.parse


class Venue:
    def __init__(self, url, key=None):
        self.connection = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc, timeout=60)
        self.key = key

    def _send(self, method, path, query, headers=None):
        self.connection.request(method, f"{path}?{query}" if query else path, headers=headers or {})
        answer = self.connection.getresponse()
        body = answer.read()
        return answer.status, json.loads(body)

    def get(self, path, **parameters):
        status, body = self._send("GET", path, urllib.parse.urlencode(parameters))
        if status != 200:
            raise RuntimeError(f"{path}: {status} {body}")
        return body

    def signed(self, method, path, **parameters):
        """(status, body)."""
        parameters.update(recvWindow=60000, timestamp=int(time.time() * 1000))
        query = urllib.parse.urlencode(parameters)
        signature = hmac.new(self.key["secretKey"].encode(), query.encode(), hashlib.sha256).hexdigest()
        return self._send(method, path, f"{query}&signature={signature}", {"X-MBX-APIKEY": self.key["apiKey"]})
