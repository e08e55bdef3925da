// SPDX-License-Identifier: Apache-2.0
//
// ccxt pro: the same class over WebSocket: market streams, the user stream, orders by WebSocket API.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import ccxt from "ccxt";
import { startSandbox, until } from "./sandbox.mjs";

let node;
let alice;
let bob;

async function connect(participant) {
    const key = node.key(participant);
    const exchange = new ccxt.pro.binance({
        apiKey: key.apiKey,
        secret: key.secretKey,
        enableRateLimit: false,
        options: {
            defaultType: "spot",
            fetchMarkets: { types: ["spot"] },
            fetchMargins: false,
            fetchCurrencies: false,
        },
    });
    for (const name of Object.keys(exchange.urls.api)) {
        if (typeof exchange.urls.api[name] === "string") {
            exchange.urls.api[name] = `${node.http}/FORBIDDEN/${name}`;
        }
    }
    exchange.urls.api.public = `${node.http}/api/v3`;
    exchange.urls.api.private = `${node.http}/api/v3`;
    exchange.urls.api.sapi = `${node.http}/sapi/v1`;
    exchange.urls.api.ws.spot = `${node.ws}/ws?via=/stream`;
    exchange.urls.api.ws["ws-api"].spot = `${node.ws}/ws-api/v3`;
    await exchange.loadHttpProxyAgent();
    await exchange.loadMarkets();
    return exchange;
}

before(async () => {
    node = await startSandbox();
    alice = await connect("alice");
    bob = await connect("bob");
});

after(async () => {
    await alice.close();
    await bob.close();
    assert.equal(await node.stop(), 0);
});

async function trade(price, amount) {
    await bob.createOrder("BTC/USDT", "limit", "sell", amount, price);
    return alice.createOrder("BTC/USDT", "limit", "buy", amount, price);
}

test("trades, book, ticker and candles are streamed", async () => {
    const trades = alice.watchTrades("BTC/USDT");
    const ticker = alice.watchTicker("BTC/USDT");
    const candle = alice.watchOHLCV("BTC/USDT", "1m");
    const book = alice.watchOrderBook("BTC/USDT");
    await new Promise((done) => setTimeout(done, 500));
    const rest = await bob.createOrder("BTC/USDT", "limit", "sell", 0.5, 31000);
    await trade(30000, 0.01);
    assert.equal((await trades).at(-1).price, 30000);
    assert.equal((await ticker).last, 30000);
    assert.equal((await candle).at(-1)[4], 30000);
    await book;
    const seen = await until("the resting order in the streamed book", () => {
        const now = alice.orderbooks["BTC/USDT"];
        return now && now.asks.find(([price, amount]) => price === 31000 && amount === 0.5);
    });
    assert.ok(seen);
    const snapshot = await alice.fetchOrderBook("BTC/USDT");
    assert.deepEqual(snapshot.asks[0].slice(0, 2), [31000, 0.5]);
    await bob.cancelOrder(rest.id, "BTC/USDT");
    await until("the cancelled order to leave the streamed book", () => {
        return !alice.orderbooks["BTC/USDT"].asks.find(([price]) => price === 31000);
    });
});

test("orders, my trades and balance are streamed to their owner", async () => {
    const orders = alice.watchOrders("BTC/USDT");
    const mine = alice.watchMyTrades("BTC/USDT");
    const balance = alice.watchBalance();
    await new Promise((done) => setTimeout(done, 500));
    const made = await trade(30100, 0.02);
    const first = (await orders).at(-1);
    assert.equal(first.id, made.id);
    const fill = (await mine).at(-1);
    assert.equal(fill.price, 30100);
    assert.equal(fill.amount, 0.02);
    assert.ok((await balance).USDT.free > 0);
});

test("orders go through the WebSocket API", async () => {
    const order = await alice.createOrderWs("BTC/USDT", "limit", "buy", 0.01, 20000);
    assert.equal(order.status, "open");
    const open = await alice.fetchOpenOrdersWs("BTC/USDT");
    assert.ok(open.find((o) => o.id === order.id));
    const found = await alice.fetchOrderWs(order.id, "BTC/USDT");
    assert.equal(found.status, "open");
    const cancelled = await alice.cancelOrderWs(order.id, "BTC/USDT");
    assert.equal(cancelled.status, "canceled");
    const balance = await alice.fetchBalanceWs(); // ccxt leaves the answer of spot accounts unparsed
    assert.ok(Number(balance.info.balances.find((b) => b.asset === "USDT").free) > 0);
    await assert.rejects(
        alice.createOrderWs("BTC/USDT", "limit", "buy", 100000, 20000),
        ccxt.InsufficientFunds,
    );
});
