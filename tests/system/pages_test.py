"""Charts, metrics, health and the description of the interface, from outside."""
import json
import re
import time
import urllib.parse

from socket_rig import check, node, run

METHODS = {"get": "GET", "post": "POST", "put": "PUT", "delete": "DELETE"}


def fetch(sandbox, path, method="GET"):
    """(status, content type, body)"""
    connection = sandbox.rest().connection
    connection.request(method, path)
    answer = connection.getresponse()
    return answer.status, answer.getheader("Content-Type", ""), answer.read().decode()


def udf(sandbox, what, **parameters):
    status, _, body = fetch(sandbox, f"/udf/{what}?{urllib.parse.urlencode(parameters)}")
    check(status == 200, f"/udf/{what} {parameters}: {status} {body}")
    return json.loads(body)


# ---------------------------------------------------------------- openapi

def the_description_is_what_is_served(sandbox):
    status, kind, body = fetch(sandbox, "/openapi.json")
    check(status == 200 and kind.startswith("application/json"), f"{status} {kind}")
    document = json.loads(body)
    check(document["openapi"].startswith("3."), "an OpenAPI document")
    operations = [(path, method) for path, methods in document["paths"].items() for method in methods]
    check(len(operations) > 80 and len({document["paths"][p][m]["operationId"] for p, m in operations})
          == len(operations), "every operation has its own name")
    for path, method in operations:
        status, _, answer = fetch(sandbox, path, METHODS[method])
        check(status not in (404, 405) or "{" in path,  # a folder: what is in it, notary_test.py knows
              f"{method} {path} is described and not served: {status}")
        secured = "security" in document["paths"][path][method]
        check(not secured or (status == 401 and json.loads(answer)["code"] == -2014),
              f"{method} {path} is said to need a key: {status} {answer}")
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method not in methods:
                status, _, _ = fetch(sandbox, path.replace("{tile}", "0/000"), METHODS[method])
                check(status == 405, f"{method} {path} is served and not described: {status}")
    # References within the document lead somewhere.
    for reference in set(re.findall(r'"\$ref":"#/([^"]+)"', body)):
        place = document
        for step in reference.split("/"):
            check(step in place, f"{reference} leads nowhere")
            place = place[step]
    for path in ("/", "/api", "/api/v3", "/api/v3/nothing", "/openapi", "/udf", "/metrics/"):
        check(fetch(sandbox, path)[0] == 404, f"{path} is nothing")


def every_socket_method_of_the_description_is_served(sandbox):
    document = json.loads(fetch(sandbox, "/openapi.json")[2])
    api = sandbox.api()
    for methods in document["paths"].values():
        for operation in methods.values():
            if "x-websocket-method" in operation:
                answer = api.call(operation["x-websocket-method"])
                check(answer["status"] != 404, f"{operation['x-websocket-method']}: {answer}")
    api.socket.close()


# ---------------------------------------------------------------- health, metrics

def health_says_how_it_is(sandbox):
    status, _, body = fetch(sandbox, "/health")
    health = json.loads(body)
    check(status == 200 and health["live"] is True and health["sandbox"] is True and health["status"] == "ok", body)
    before = health["number"]
    sandbox.rest("alice").limit("BUY", "20000", "0.01")
    check(json.loads(fetch(sandbox, "/health")[2])["number"] > before, "the number follows the journal")
    sandbox.rest("alice").must("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")


LINE = re.compile(r'^([a-z_][a-z0-9_]*)(\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\})? (-?[0-9.]+)$')


def metrics_of(sandbox):
    """{name with labels: value}, each line checked for its form, each sample for its family."""
    status, kind, body = fetch(sandbox, "/metrics")
    check(status == 200 and kind.startswith("text/plain; version=0.0.4"), f"{status} {kind}")
    types, values = {}, {}
    for line in body.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            check(name not in types and kind in ("counter", "gauge", "histogram"), line)
            types[name] = kind
        elif not line.startswith("# HELP "):
            match = LINE.match(line)
            check(match, f"not a sample: {line}")
            family = re.sub("_(bucket|sum|count)$", "", match[1]) if match[1] not in types else match[1]
            check(family in types, f"{line} has no type")
            key = match[1] + (match[2] or "")
            check(key not in values, f"{key} stands twice")
            values[key] = float(match[3])
    return values


def metrics_count_what_happens(sandbox):
    before = metrics_of(sandbox)
    alice = sandbox.rest("alice")
    for _ in range(5):
        alice.limit("BUY", "20000", "0.01")
    check(alice.signed("POST", "/api/v3/order", symbol="BTCUSDT")[0] == 400, "refused")
    alice.must("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")
    api = sandbox.api()
    api.must("ping")
    after = metrics_of(sandbox)

    def grew(name, by):
        check(after.get(name, 0) - before.get(name, 0) == by, f"{name}: {before.get(name)} {after.get(name)}")

    grew('tarazy_requests_total{family="trade",door="http",status="200"}', 6)
    grew('tarazy_requests_total{family="trade",door="http",status="400"}', 1)
    grew('tarazy_requests_total{family="public",door="websocket",status="200"}', 1)
    grew('tarazy_request_seconds_count{family="trade"}', 7)
    grew('tarazy_commands_total{end="done"}', 6)
    check(after['tarazy_websocket_sessions{kind="api"}'] == 1, "one session")
    check(after["tarazy_live"] == 1 and after["tarazy_durable_number"] > before["tarazy_durable_number"], "alive")
    check(after["tarazy_events_total"] > before["tarazy_events_total"], "events")
    check('tarazy_build_info{version="0.1.0"}' in after, "the version")
    for family in ("trade", "public"):
        buckets = [value for name, value in after.items()
                   if name.startswith(f'tarazy_request_seconds_bucket{{family="{family}"')]
        check(buckets == sorted(buckets) and
              buckets[-1] == after[f'tarazy_request_seconds_count{{family="{family}"}}'], "buckets add up")
    check(0 <= after["tarazy_follower_lag_seconds"] < 60, "a lag that can be believed")
    api.socket.close()


# ---------------------------------------------------------------- charts

def charts_know_the_symbols(sandbox):
    config = udf(sandbox, "config")
    check("1D" in config["supported_resolutions"] and config["supports_search"], f"{config}")
    check(abs(int(fetch(sandbox, "/udf/time")[2]) - time.time()) < 60, "seconds")
    for name in ("BTCUSDT", "TARAZY:BTCUSDT"):
        symbol = udf(sandbox, "symbols", symbol=name)
        check(symbol["ticker"] == "BTCUSDT" and symbol["description"] == "BTC/USDT", f"{symbol}")
        check(symbol["minmov"] / symbol["pricescale"] == 0.01 and symbol["session"] == "24x7", f"{symbol}")
    check(udf(sandbox, "symbols", symbol="NOSUCH") == {"s": "error", "errmsg": "unknown_symbol"}, "unknown")
    check({found["symbol"] for found in udf(sandbox, "search", query="btc")} == {"BTCKZT", "BTCUSDT"}, "search")
    check(len(udf(sandbox, "search", query="", limit=2)) == 2, "a limit")
    check(udf(sandbox, "search", query="zzz") == [], "nothing found")
    info = udf(sandbox, "symbol_info", group="x")
    check(sorted(info["symbol"]) == ["BTCKZT", "BTCUSDT", "ETHKZT"] and len(info["pricescale"]) == 3, f"{info}")


def charts_have_bars_and_quotes(sandbox):
    now = int(time.time())
    every = dict(symbol="BTCUSDT", resolution="1")
    check(udf(sandbox, "history", **every, **{"from": 0, "to": now})["s"] == "no_data", "nothing traded yet")
    maker, taker = sandbox.rest("maker"), sandbox.rest("alice")
    for price in ("30000", "30200", "30100"):
        maker.limit("SELL", price, "0.01")
        taker.limit("BUY", price, "0.01")
    bars = udf(sandbox, "history", **every, **{"from": 0, "to": now + 120})
    check(bars["s"] == "ok" and {len(bars[c]) for c in "tohlcv"} == {len(bars["t"])}, f"{bars}")
    check(sum(bars["v"]) - 0.03 < 1e-9 and max(bars["h"]) == 30200 and bars["c"][-1] == 30100, f"{bars}")
    check(all(t % 60 == 0 for t in bars["t"]), "bars begin with the minute")
    last = udf(sandbox, "history", **every, countback=1, **{"from": now, "to": now + 120})
    check(last["t"] == bars["t"][-1:], f"one bar back: {last}")
    day = udf(sandbox, "history", symbol="BTCUSDT", resolution="1D", **{"from": 0, "to": now + 86400})
    check(day["o"][0] == 30000 and day["h"][0] == 30200, f"{day}")
    check(udf(sandbox, "history", symbol="BTCUSDT", resolution="7", **{"from": 0, "to": now})["s"] == "error", "7")
    check(udf(sandbox, "history", **every, **{"from": now, "to": 1})["s"] == "no_data", "a range the wrong way round")
    far = 9 * 10**18
    check(udf(sandbox, "history", **every, **{"from": far, "to": far})["s"] in ("ok", "no_data"), "far away")
    quotes = udf(sandbox, "quotes", symbols="BTCUSDT,NOSUCH,TARAZY:ETHKZT")["d"]
    check([quote["s"] for quote in quotes] == ["ok", "error", "ok"] and quotes[0]["v"]["lp"] == 30100, f"{quotes}")
    check(fetch(sandbox, "/udf/history?symbol=BTCUSDT")[0] == 400, "no resolution")


if __name__ == "__main__":
    run(
        the_description_is_what_is_served,
        every_socket_method_of_the_description_is_served,
        health_says_how_it_is,
        metrics_count_what_happens,
        charts_know_the_symbols,
        charts_have_bars_and_quotes,
    )
