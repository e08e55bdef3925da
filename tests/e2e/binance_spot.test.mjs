// SPDX-License-Identifier: Apache-2.0
//
// @binance/spot with an Ed25519 key: REST, a logged-on WebSocket session, user and market streams.
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { after, before, test } from "node:test";
import { Spot } from "@binance/spot";
import { startSandbox, until } from "./sandbox.mjs";

let node;
let alice;
let bob;

// keys.json may carry the private key as PEM, or as the base64 of its 32-byte seed.
function pemOf(key) {
    if (key.privateKey.includes("BEGIN")) {
        return key.privateKey;
    }
    const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
    const der = Buffer.concat([prefix, Buffer.from(key.privateKey, "base64")]);
    return createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({
        format: "pem",
        type: "pkcs8",
    });
}

function connect(participant) {
    const key = node.key(participant, "ED25519");
    const common = { apiKey: key.apiKey, privateKey: pemOf(key) };
    return new Spot({
        configurationRestAPI: { ...common, basePath: node.http, retries: 0, timeout: 5000 },
        configurationWebsocketAPI: { ...common, wsURL: `${node.ws}/ws-api/v3`, timeout: 5000 },
        configurationWebsocketStreams: { wsURL: node.ws },
    });
}

before(async () => {
    node = await startSandbox();
    alice = connect("alice");
    bob = connect("bob");
});

after(async () => {
    assert.equal(await node.stop(), 0);
});

test("REST signed with Ed25519: account, order, amend, cancel and replace, lists", async () => {
    const rest = alice.restAPI;
    const account = await (await rest.getAccount()).data();
    assert.equal(account.canTrade, true);
    const made = await (
        await rest.newOrder({
            symbol: "BTCUSDT",
            side: "BUY",
            type: "LIMIT",
            timeInForce: "GTC",
            quantity: 0.05,
            price: 20000,
        })
    ).data();
    assert.equal(made.status, "NEW");
    const amended = await (
        await rest.orderAmendKeepPriority({ symbol: "BTCUSDT", orderId: made.orderId, newQty: 0.03 })
    ).data();
    assert.equal(amended.amendedOrder.qty, "0.03000000");
    const replaced = await (
        await rest.orderCancelReplace({
            symbol: "BTCUSDT",
            side: "BUY",
            type: "LIMIT",
            cancelReplaceMode: "STOP_ON_FAILURE",
            cancelOrderId: made.orderId,
            timeInForce: "GTC",
            quantity: 0.02,
            price: 20500,
        })
    ).data();
    assert.equal(replaced.cancelResult, "SUCCESS");
    assert.equal(replaced.newOrderResult, "SUCCESS");
    const list = await (
        await rest.orderListOto({
            symbol: "BTCUSDT",
            workingType: "LIMIT",
            workingSide: "BUY",
            workingPrice: 19000,
            workingQuantity: 0.01,
            workingTimeInForce: "GTC",
            pendingType: "LIMIT_MAKER",
            pendingSide: "SELL",
            pendingPrice: 40000,
            pendingQuantity: 0.01,
        })
    ).data();
    assert.equal(list.contingencyType, "OTO");
    const open = await (await rest.getOpenOrders({ symbol: "BTCUSDT" })).data();
    assert.equal(open.length, 3);
    await rest.deleteOpenOrders({ symbol: "BTCUSDT" });
    assert.equal((await (await rest.getOpenOrders({ symbol: "BTCUSDT" })).data()).length, 0);
    const limits = await (await rest.rateLimitOrder()).data();
    assert.ok(limits.length >= 1);
    const commission = await (await rest.accountCommission({ symbol: "BTCUSDT" })).data();
    assert.equal(commission.symbol, "BTCUSDT");
});

test("a logged-on WebSocket session places unsigned orders and streams what became of them", async () => {
    const connection = await alice.websocketAPI.connect();
    await connection.sessionLogon();
    const subscription = await connection.userDataStreamSubscribe();
    const events = [];
    subscription.stream.on("message", (event) => events.push(event));
    const placed = await connection.orderPlace({
        symbol: "BTCUSDT",
        side: "BUY",
        type: "LIMIT",
        timeInForce: "GTC",
        quantity: 0.01,
        price: 21000,
        newClientOrderId: "session-1",
    });
    assert.equal(placed.data.status, "NEW");
    const status = await connection.orderStatus({ symbol: "BTCUSDT", orderId: placed.data.orderId });
    assert.equal(status.data.clientOrderId, "session-1");
    const cancelled = await connection.orderCancel({ symbol: "BTCUSDT", orderId: placed.data.orderId });
    assert.equal(cancelled.data.status, "CANCELED");
    await until("both reports", () => events.filter((e) => e.e === "executionReport").length >= 2);
    const account = await connection.accountStatus();
    assert.ok(account.data.balances.length > 0);
    const depth = await connection.depth({ symbol: "BTCUSDT", limit: 5 });
    assert.ok(Array.isArray(depth.data.bids));
    await connection.disconnect();
});

test("market streams: an empty combined connection, then SUBSCRIBE", async () => {
    const connection = await alice.websocketStreams.connect();
    const trades = [];
    const books = [];
    connection.trade({ symbol: "btcusdt" }).on("message", (m) => trades.push(m));
    connection.partialBookDepth({ symbol: "btcusdt", levels: "5" }).on("message", (m) => books.push(m));
    await new Promise((done) => setTimeout(done, 500));
    await bob.restAPI.newOrder({
        symbol: "BTCUSDT",
        side: "SELL",
        type: "LIMIT",
        timeInForce: "GTC",
        quantity: 0.02,
        price: 30000,
    });
    await alice.restAPI.newOrder({ symbol: "BTCUSDT", side: "BUY", type: "MARKET", quantity: 0.01 });
    await until("a trade", () => trades.length >= 1);
    assert.equal(trades[0].p, "30000.00000000");
    await until("a partial book", () => books.some((b) => b.asks.length === 1));
    await connection.disconnect();
});
