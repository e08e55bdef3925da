"""A second verifier of proofs of liabilities, written from docs/proof-of-liabilities.md alone, with nothing but a hash
function: what `tarazy check-liabilities` accepts, somebody else's program must accept, and for the same reasons."""
import hashlib
import hmac

DEPTH = 32
LIMIT = 1 << 127


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def code(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def number(value, size):
    return value.to_bytes(size, "little")


def vector(values):
    return b"".join(number(value, 16) for value in values)


def read(text):
    """{word: [its lines' words]}, and the parts with their siblings."""
    lines = [line.split(" ") for line in text.split("\n")]
    assert lines[0] == ["tarazy-liabilities-proof", "1"] and lines[-2:] == [["end"], [""]]
    head, parts = {}, []
    for word, *rest in lines[1:-2]:
        if word == "part":
            parts.append((int(rest[0]), [int(value) for value in rest[1:]], []))
        elif word == "sibling":
            parts[-1][2].append((bytes.fromhex(rest[0]), [int(value) for value in rest[1:]]))
        else:
            head.setdefault(word, []).append(rest)
    return head, parts


def add(left, right):
    total = [a + b for a, b in zip(left, right, strict=True)]
    assert all(0 <= value < LIMIT for value in left + right + total), "a value is out of range"
    return total


def node(left, right):
    return sha(b"\x01", left[0], vector(left[1]), right[0], vector(right[1])), add(left[1], right[1])


def climb(position, leaf, siblings):
    for level, sibling in enumerate(siblings):
        leaf = node(sibling, leaf) if position >> level & 1 else node(leaf, sibling)
    return leaf


def verify(text, claim, identity):
    """{asset: smallest units} of whoever calls himself so; AssertionError when the proof does not show it."""
    head, parts = read(text)
    epoch = number(claim["epoch"], 8)
    root, totals = bytes.fromhex(claim["root"]), bytes.fromhex(claim["totals"])
    assets = [(name, int(scale), int(total)) for name, scale, total in head["asset"]]
    stated = [name.encode().ljust(16, b"\0") + number(scale, 8) + bytes(8) + number(total, 16)
              for name, scale, total in assets]
    assert sha(b"\x03PoL1", epoch, number(claim["record"], 8), *stated) == totals, "other totals"
    secret = bytes.fromhex(head["secret"][0][0])
    assert len(parts) == 2 + code(secret, b"parts", epoch)[0] % 7, "another number of parts"
    balance = [0] * len(assets)
    for index, (position, values, siblings) in enumerate(parts):
        assert len(siblings) == DEPTH and position < 1 << DEPTH
        salt = code(secret, b"salt", epoch, number(index, 1))
        leaf = sha(b"\x00PoL1", epoch, sha(salt, identity.encode()), salt, vector(values))
        top = climb(position, (leaf, values), siblings)
        assert top == (root, [total for _, _, total in assets]), "another root or other totals"
        balance = add(balance, values)
    return {name: (units, scale) for units, (name, scale, _) in zip(balance, assets, strict=True)}
