"""Ed25519 signatures (RFC 8032), plain and slow, for tests that sign with the keys of a sandbox."""
import base64
import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _recover_x(y):
    """The even one of the two x with this y."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT % P
    return P - x if x % 2 else x


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (_recover_x(BASE_Y), BASE_Y)


def _add(a, b):
    (x1, y1), (x2, y2) = a, b
    k = D * x1 * x2 * y1 * y2 % P
    return (
        (x1 * y2 + x2 * y1) * pow(1 + k, P - 2, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - k, P - 2, P) % P,
    )


def _multiply(point, number):
    result = (0, 1)
    while number:
        if number & 1:
            result = _add(result, point)
        point = _add(point, point)
        number >>= 1
    return result


def _encode(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def _number(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def sign(seed, message):
    """The 64 bytes of a signature by a 32-byte seed."""
    digest = hashlib.sha512(seed).digest()
    secret = int.from_bytes(digest[:32], "little") & (2**254 - 8) | 2**254
    public = _encode(_multiply(BASE, secret))
    nonce = _number(digest[32:], message) % ORDER
    point = _encode(_multiply(BASE, nonce))
    return point + ((nonce + _number(point, public, message) * secret) % ORDER).to_bytes(32, "little")


def seed_of_pem(text):
    """The seed in a PKCS#8 private key: the last 32 bytes."""
    lines = [line for line in text.splitlines() if line and not line.startswith("-")]
    return base64.b64decode("".join(lines))[-32:]
