"""Hostile lines, stolen names, replayed and impossible shares, a pool that vanishes, falls silent or refuses: each has a definite
answer, and an honest miner beside them works on."""
import hashlib
import json

import meter_scene as scene
import node_process as node

SUBMIT = {"job": "0", "extranonce2": "0000", "time": "00000000", "nonce": "00000000"}


def hostile_lines(port):
    """Bytes -> does the connection end?"""
    deep = b"[" * 2000 + b"\n"
    return [
        (b"garbage\n", "Invalid JSON"),
        (b"\x00\xff\xfe\n", "Invalid JSON"),
        (deep, "Invalid JSON"),
        (b"{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[]}x\n", "Invalid JSON"),
        (b"a" * 100000, "Line too long"),
        (b"{\"id\":1,\"method\":\"" + b"x" * 5000 + b"\"}\n", "Line too long"),
    ]


def bad_requests():
    share = ["w", "0", "0000", "00000000", "00000000"]
    return [
        (["mining.submit"], 20, "Invalid array size"),
        (["mining.submit", *share[:4], 5], 20, "Invalid nonce"),
        (["mining.submit", *share[:4], "00"], 20, "Invalid nonce"),
        (["mining.submit", *share[:2], "zz", *share[3:]], 20, "Invalid extranonce"),
        (["mining.submit", *share[:2], "00" * 40, *share[3:]], 20, "Invalid extranonce"),
        (["mining.submit", "", *share[1:]], 20, "Invalid worker name"),
        (["mining.submit", *share], 25, "Not subscribed"),
        (["mining.authorize"], 20, "Invalid array size"),
        (["mining.authorize", "a b", "x"], 20, "Invalid worker name"),
        (["mining.authorize", ".rig", "x"], 20, "Invalid worker name"),
        (["mining.authorize", "listed.rig", "wrong"], 24, "Unauthorized worker"),
        (["mining.suggest_difficulty", -1], 20, "Invalid difficulty"),
        (["mining.configure", 7], 20, "Params not array"),
        (["no.such.method"], 20, "Unknown method"),
        (["mining.notify"], 20, "Unknown method"),
    ]


def main():
    folder = node.new_folder()
    register = folder.with_suffix(".register")
    register.write_text("listed miner=7 site=2 password=" + hashlib.sha256(b"secret").hexdigest() + "\n")
    pool_port, second_port, port = scene.free_port(), scene.free_port(), scene.free_port()
    pool, second = scene.pool(pool_port, 0.00004), scene.pool(second_port, 0.00004)
    meter = scene.Meter(folder, port, "--pool", f"127.0.0.1:{pool_port}", "--pool", f"127.0.0.1:{second_port}",
                        "--difficulty", "0.00002", "--difficulty-min", "0.00001", "--interval", "3600",
                        "--register", register, "--silence", "5", "--shares-per-minute", "600", "--pool-number", "4")
    honest = scene.miner(port, "listed.rig", 10**9, password="secret")
    try:
        node.wait_until("the honest miner", lambda: len(honest.of("answer")) > 3)
        for data, text in hostile_lines(port):
            client = scene.Raw(port)
            client.send(data)
            line = client.line()
            node.check(line is None or line["error"][1] == text, f"{data[:20]}: {line}")
            node.check(line is None or client.line() is None, f"{data[:20]}: the connection ends")
            client.close()
        client = scene.Raw(port)
        for number, (request, code, text) in enumerate(bad_requests(), 10):
            answer = client.ask(number, *request)
            node.check(answer is not None and answer["error"][:2] == [code, text], f"{request}: {answer}")
        client.close()
        client = scene.Raw(port)
        subscribed = client.ask(1, "mining.subscribe", "probe")["result"]
        node.check(subscribed[2] == 2, f"two bytes are left to the miner: {subscribed}")
        node.check(client.ask(2, "mining.authorize", "honest.a", "x")["result"] is True, "authorized")
        node.check(client.ask(3, "mining.authorize", "thief.a", "x")["error"][0] == 24, "the pool's refusal comes back")
        for number, (worker, code) in enumerate((("listed.rig", 24), ("honest.b", 24), ("honest.a", 21)), 20):
            answer = client.ask(number, "mining.submit", worker, *SUBMIT.values())
            node.check(answer["error"][0] == code, f"{worker}: {answer}")
        stolen = scene.Raw(port)
        other = stolen.ask(1, "mining.subscribe", "thief", subscribed[0][1][1])["result"]
        node.check(other[1] != subscribed[1], "a session in use is not handed out again")
        forged = scene.Raw(port).ask(1, "mining.subscribe", "thief", "0" * 32)["result"]
        node.check(forged[1] not in (subscribed[1], other[1]), "an invented session is a new one")
        configured = client.ask(4, "mining.configure", ["version-rolling"], {"version-rolling.mask": "ffffffff"})["result"]
        node.check(configured == {"version-rolling": True, "version-rolling.mask": "1fffe000"}, f"{configured}")
        node.check(client.ask(5, "mining.extranonce.subscribe")["result"] is True, "extranonce.subscribe")
        node.check("tarazy-meter" in client.ask(6, "client.get_version")["result"], "get_version")

        before = len(honest.of("answer"))
        node.wait_until("the honest miner to go on", lambda: len(honest.of("answer")) > before + 3)
        pool.tell("silent")
        node.wait_until("the second pool", lambda: second.of("share"))
        node.check("why=silence" in meter.errors(), f"silence is noticed\n{meter.errors()}")
        second.stop()
        pool.tell("job")
        taken = len(pool.of("share"))
        node.wait_until("the first pool again", lambda: len(pool.of("share")) > taken)
        honest.stop()
        node.check(meter.stop() == 0, "an orderly stop")
        found = {reading["account"]: reading for reading in scene.readings(folder)}
        listed = found["listed"]
        told = sum(1 for event in honest.of("answer") if event["good"])
        node.check((listed["miner"], listed["site"], listed["pool"]) == (7, 2, 4), f"{listed}")
        node.check(told <= listed["accepted"] <= len(honest.of("share")), f"told {told}: {listed}")
        node.check(found["honest"]["accepted"] == 0 and found["honest"]["rejected"] == 2 and found["honest"]["stale"] == 1,
                   f"stolen names count for nobody: {found['honest']}")
    finally:
        for process in (honest, pool, second):
            process.stop()
        meter.kill()
    register.unlink()
    node.remove_folder(folder)
    print(json.dumps({"told": told, "listed": listed["accepted"]}))


main()
