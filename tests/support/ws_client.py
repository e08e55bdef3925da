"""A small WebSocket client (RFC 6455), standard library only: well behaved by default, and able to misbehave."""
import base64
import hashlib
import json
import os
import socket
import struct

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Refused(Exception):
    """The server did not upgrade: .status and .body say why."""

    def __init__(self, status, body):
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


class Closed(Exception):
    """The session has ended: .code is the close code, 1006 when the connection just broke."""

    def __init__(self, code, reason=""):
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class WebSocket:
    def __init__(self, url, path, patience=20, receive_buffer=None):
        """url: http://host:port, as the node says it is ready."""
        host, _, port = url.split("//", 1)[1].partition(":")
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(patience)
        self.socket.connect((host, int(port)))
        self.rest = b""
        self.pings = 0
        self.events = []  # what came while request() waited for its answer
        self._shake_hands(f"{host}:{port}", path)

    def _shake_hands(self, host, path):
        key = base64.b64encode(os.urandom(16)).decode()
        self.send_raw(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self.rest:
            self._receive()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        fields = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        status = int(lines[0].split()[1])
        if status != 101:
            while len(self.rest) < int(fields.get("content-length", 0)):
                self._receive()
            self.socket.close()
            raise Refused(status, self.rest.decode())
        expected = base64.b64encode(hashlib.sha1((key + MAGIC).encode()).digest()).decode()
        if fields.get("sec-websocket-accept") != expected:
            raise Refused(status, "the Sec-WebSocket-Accept is wrong")

    # ---- sending

    def send_raw(self, data):
        self.socket.sendall(data)

    def send_frame(self, opcode, payload, final=True, masked=True, reserved=0, size=None):
        """size: what the header says instead of the payload's own size."""
        length = len(payload) if size is None else size
        head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
        mask_bit = 0x80 if masked else 0
        if length < 126:
            head += bytes([mask_bit | length])
        elif length < 65536:
            head += bytes([mask_bit | 126]) + struct.pack(">H", length)
        else:
            head += bytes([mask_bit | 127]) + struct.pack(">Q", length)
        if masked:
            mask = os.urandom(4)
            payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
            head += mask
        self.send_raw(head + payload)

    def send(self, text):
        self.send_frame(TEXT, text.encode())

    def send_json(self, value):
        self.send(json.dumps(value))

    # ---- receiving

    def _receive(self):
        try:
            more = self.socket.recv(65536)
        except ConnectionError:
            more = b""
        if not more:
            raise Closed(1006)
        self.rest += more

    def _take(self, size):
        while len(self.rest) < size:
            self._receive()
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def receive_frame(self):
        """(opcode, payload). A server's frames are final and not masked."""
        first, second = self._take(2)
        if second & 0x80 or not first & 0x80 or first & 0x70:
            raise AssertionError(f"no server sends {first:02x} {second:02x}")
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", self._take(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self._take(8))
        return first & 0x0F, self._take(size)

    def receive(self):
        """The next text message; pings are answered on the way."""
        while True:
            opcode, payload = self.receive_frame()
            if opcode == TEXT:
                return payload.decode()
            if opcode == PING:
                self.pings += 1
                self.send_frame(PONG, payload)
            elif opcode == CLOSE:
                code = struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
                raise Closed(code, payload[2:].decode())

    def receive_json(self):
        return json.loads(self.receive())

    def request(self, value):
        """Sends a request and waits for the message with its id; others on the way are kept in .events."""
        self.send_json(value)
        while True:
            message = self.receive_json()
            if isinstance(message, dict) and "id" in message and message["id"] == value.get("id"):
                return message
            self.events.append(message)

    def close_code(self):
        """Reads until the session ends and says with which code."""
        try:
            while True:
                self.receive()
        except Closed as closed:
            return closed.code

    def close(self):
        try:
            self.send_frame(CLOSE, struct.pack(">H", 1000))
            code = self.close_code()
        except OSError:
            code = 1006
        self.socket.close()
        return code

    def vanish(self):
        """Is gone without a word."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
