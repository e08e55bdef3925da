// SPDX-License-Identifier: Apache-2.0
//
// @binance/connector: signed parameters in the query string, and the user stream by listenKey.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createRequire } from "node:module";
import { startSandbox, until } from "./sandbox.mjs";

const { Spot, WebsocketStream } = createRequire(import.meta.url)("@binance/connector");

let node;
let alice;
let bob;

const connect = (participant) => {
    const key = node.key(participant);
    return new Spot(key.apiKey, key.secretKey, { baseURL: node.http });
};

before(async () => {
    node = await startSandbox();
    alice = connect("alice");
    bob = connect("bob");
});

after(async () => {
    assert.equal(await node.stop(), 0);
});

async function streamOf(path) {
    const messages = [];
    let opened = false;
    const stream = new WebsocketStream({
        wsURL: node.ws,
        callbacks: {
            open: () => (opened = true),
            message: (text) => messages.push(JSON.parse(text)),
        },
        logger: { log() {}, info() {}, warn() {}, error() {}, debug() {} },
    });
    stream.subscribe(path);
    await until(`stream ${path} to open`, () => opened);
    return { messages, close: () => stream.disconnect() };
}

test("public data: time, exchange info, depth, trades, tickers, candles", async () => {
    assert.ok((await alice.time()).data.serverTime > 0);
    const info = (await alice.exchangeInfo({ symbol: "BTCUSDT" })).data;
    assert.equal(info.symbols[0].symbol, "BTCUSDT");
    assert.deepEqual(info.symbols[0].permissionSets, [["SPOT"]]);
    assert.ok(Array.isArray((await alice.depth("BTCUSDT", { limit: 5 })).data.bids));
    assert.ok(Array.isArray((await alice.trades("BTCUSDT")).data));
    assert.ok(Array.isArray((await alice.aggTrades("BTCUSDT")).data));
    assert.ok(Array.isArray((await alice.klines("BTCUSDT", "1m")).data));
    assert.ok(Array.isArray((await alice.uiklines("BTCUSDT", "1m")).data));
    assert.equal((await alice.ticker24hr("BTCUSDT")).data.symbol, "BTCUSDT");
    assert.ok((await alice.tickerPrice("BTCUSDT")).data.price);
    assert.ok((await alice.bookTicker("BTCUSDT")).data.bidPrice !== undefined);
    assert.ok((await alice.avgPrice("BTCUSDT")).data.mins > 0);
});

test("the user stream by listenKey tells an order's whole life", async () => {
    const { listenKey } = (await alice.createListenKey()).data;
    const stream = await streamOf(listenKey);
    await alice.renewListenKey(listenKey);
    const order = (
        await alice.newOrder("BTCUSDT", "BUY", "LIMIT", {
            price: "25000",
            quantity: "0.01",
            timeInForce: "GTC",
            newClientOrderId: "listen-1",
        })
    ).data;
    await bob.newOrder("BTCUSDT", "SELL", "LIMIT", { price: "25000", quantity: "0.004", timeInForce: "GTC" });
    await alice.cancelOrder("BTCUSDT", { orderId: order.orderId });
    const reports = await until("three execution reports", () => {
        const all = stream.messages.filter((m) => m.e === "executionReport");
        return all.length >= 3 && all;
    });
    assert.deepEqual(reports.map((r) => r.x), ["NEW", "TRADE", "CANCELED"]);
    assert.deepEqual(reports.map((r) => r.X), ["NEW", "PARTIALLY_FILLED", "CANCELED"]);
    assert.equal(reports[1].l, "0.00400000");
    assert.equal(reports[1].L, "25000.00000000");
    assert.equal(reports[2].C, "listen-1");
    assert.equal(reports[2].z, "0.00400000");
    assert.ok(stream.messages.find((m) => m.e === "outboundAccountPosition"));
    await alice.closeListenKey(listenKey);
    stream.close();
});

test("market streams: trade, depth with gap-free update ids, book ticker", async () => {
    const trades = await streamOf("btcusdt@trade");
    const depth = await streamOf("btcusdt@depth@100ms");
    const best = await streamOf("btcusdt@bookTicker");
    for (let i = 0; i < 5; i++) {
        await bob.newOrder("BTCUSDT", "SELL", "LIMIT", { price: "26000", quantity: "0.01", timeInForce: "GTC" });
        await alice.newOrder("BTCUSDT", "BUY", "MARKET", { quantity: "0.01" });
    }
    await until("five trades", () => trades.messages.length >= 5);
    assert.equal(trades.messages[0].e, "trade");
    assert.equal(trades.messages[0].p, "26000.00000000");
    await until("a book ticker", () => best.messages.length >= 1);
    await until("a depth update", () => depth.messages.length >= 1);
    for (let i = 1; i < depth.messages.length; i++) {
        assert.equal(depth.messages[i].U, depth.messages[i - 1].u + 1);
    }
    trades.close();
    depth.close();
    best.close();
});

test("order lists: OCO, its status, its cancellation", async () => {
    await bob.newOrder("BTCUSDT", "SELL", "LIMIT", { price: "26000", quantity: "0.01", timeInForce: "GTC" });
    await alice.newOrder("BTCUSDT", "BUY", "MARKET", { quantity: "0.01" });
    const list = (
        await alice.newOCOOrder("BTCUSDT", "SELL", "0.01", "LIMIT_MAKER", "STOP_LOSS_LIMIT", {
            abovePrice: "27000",
            belowStopPrice: "25000",
            belowPrice: "24900",
            belowTimeInForce: "GTC",
        })
    ).data;
    assert.equal(list.contingencyType, "OCO");
    assert.equal(list.orders.length, 2);
    const found = (await alice.getOCOOrder({ orderListId: list.orderListId })).data;
    assert.equal(found.listOrderStatus, "EXECUTING");
    const done = (await alice.cancelOCOOrder("BTCUSDT", { orderListId: list.orderListId })).data;
    assert.equal(done.listOrderStatus, "ALL_DONE");
    assert.equal((await alice.openOrders({ symbol: "BTCUSDT" })).data.length, 0);
});

test("errors carry the venue's code and text", async () => {
    const refused = async (promise) => {
        const error = await promise.then(
            () => assert.fail("was taken"),
            (e) => e,
        );
        return error.response.data;
    };
    assert.deepEqual(await refused(alice.getOrder("BTCUSDT", { orderId: 999999999 })), {
        code: -2013,
        msg: "Order does not exist.",
    });
    assert.deepEqual(await refused(alice.cancelOrder("BTCUSDT", { orderId: 999999999 })), {
        code: -2011,
        msg: "Unknown order sent.",
    });
    assert.deepEqual(await refused(alice.depth("NOSUCH")), { code: -1121, msg: "Invalid symbol." });
});
