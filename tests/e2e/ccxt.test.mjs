// SPDX-License-Identifier: Apache-2.0
//
// ccxt's class binance, unmodified but for URLs, over REST: what a bot writer does on the first day.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import ccxt from "ccxt";
import { startSandbox } from "./sandbox.mjs";

let node;
let alice;
let bob;

export function connect(Class, sandbox, participant) {
    const key = sandbox.key(participant);
    const exchange = new Class({
        apiKey: key.apiKey,
        secret: key.secretKey,
        enableRateLimit: false,
        options: { defaultType: "spot", fetchMarkets: { types: ["spot"] }, fetchMargins: false },
    });
    for (const name of Object.keys(exchange.urls.api)) {
        if (typeof exchange.urls.api[name] === "string") {
            exchange.urls.api[name] = `${sandbox.http}/FORBIDDEN/${name}`;
        }
    }
    exchange.urls.api.public = `${sandbox.http}/api/v3`;
    exchange.urls.api.private = `${sandbox.http}/api/v3`;
    exchange.urls.api.v1 = `${sandbox.http}/api/v1`;
    exchange.urls.api.sapi = `${sandbox.http}/sapi/v1`;
    return exchange;
}

before(async () => {
    node = await startSandbox();
    alice = connect(ccxt.binance, node, "alice");
    bob = connect(ccxt.binance, node, "bob");
    await alice.loadMarkets();
    await bob.loadMarkets();
});

after(async () => {
    assert.equal(await node.stop(), 0);
});

test("markets: the three instruments with tick, lot and limits", () => {
    for (const symbol of ["BTC/KZT", "ETH/KZT", "BTC/USDT"]) {
        const market = alice.market(symbol);
        assert.equal(market.spot, true);
        assert.equal(market.active, true);
        assert.ok(market.precision.price > 0, `${symbol} has a tick`);
        assert.ok(market.precision.amount > 0, `${symbol} has a lot`);
        assert.ok(market.limits.cost.min > 0, `${symbol} has a smallest notional`);
    }
});

test("the clock and the status", async () => {
    const time = await alice.fetchTime();
    assert.ok(Math.abs(time - Date.now()) < 2000);
    assert.equal((await alice.fetchStatus()).status, "ok");
});

test("currencies come from the wallet's list of networks", async () => {
    const currencies = await alice.fetchCurrencies();
    assert.ok(currencies.BTC);
    assert.ok(currencies.KZT);
});

test("balances come from sandbox deposits", async () => {
    const balance = await alice.fetchBalance();
    assert.ok(balance.BTC.free > 0);
    assert.ok(balance.USDT.free > 0);
    assert.equal(balance.BTC.used, 0);
});

test("a limit order rests, is seen, is cancelled; what it held comes back", async () => {
    const before = await alice.fetchBalance();
    const order = await alice.createOrder("BTC/USDT", "limit", "buy", 0.01, 20000);
    assert.equal(order.status, "open");
    const held = await alice.fetchBalance();
    assert.equal(held.USDT.used - before.USDT.used, 200);
    const open = await alice.fetchOpenOrders("BTC/USDT");
    assert.deepEqual(open.map((o) => o.id), [order.id]);
    const book = await alice.fetchOrderBook("BTC/USDT");
    assert.deepEqual(book.bids[0], [20000, 0.01]);
    const cancelled = await alice.cancelOrder(order.id, "BTC/USDT");
    assert.equal(cancelled.status, "canceled");
    assert.equal((await alice.fetchOrder(order.id, "BTC/USDT")).status, "canceled");
    const afterwards = await alice.fetchBalance();
    assert.equal(afterwards.USDT.free, before.USDT.free);
});

test("two participants trade: fills, fees, my trades, public trades, tickers, candles", async () => {
    const sold = await bob.createOrder("BTC/USDT", "limit", "sell", 0.02, 30000);
    const bought = await alice.createOrder("BTC/USDT", "market", "buy", 0.02);
    assert.equal(bought.status, "closed");
    assert.equal(bought.filled, 0.02);
    assert.equal(bought.average, 30000);
    assert.equal(bought.trades.length, 1);
    assert.ok(bought.trades[0].fee.cost > 0);
    assert.equal(bought.trades[0].fee.currency, "BTC");
    assert.equal((await bob.fetchOrder(sold.id, "BTC/USDT")).status, "closed");
    const mine = await alice.fetchMyTrades("BTC/USDT");
    assert.equal(mine.at(-1).order, bought.id);
    const trades = await alice.fetchTrades("BTC/USDT");
    assert.equal(trades.at(-1).price, 30000);
    assert.equal(trades.at(-1).side, "buy");
    const ticker = await alice.fetchTicker("BTC/USDT");
    assert.equal(ticker.last, 30000);
    const tickers = await alice.fetchTickers(["BTC/USDT", "BTC/KZT"]);
    assert.equal(tickers["BTC/USDT"].last, 30000);
    const asks = await alice.fetchBidsAsks(["BTC/USDT"]);
    assert.ok(asks["BTC/USDT"]);
    const candles = await alice.fetchOHLCV("BTC/USDT", "1m");
    assert.equal(candles.at(-1)[4], 30000);
    assert.ok(candles.at(-1)[5] >= 0.02);
});

test("a market order by quote amount spends no more than that", async () => {
    await bob.createOrder("BTC/USDT", "limit", "sell", 1, 30000);
    const order = await alice.createOrder("BTC/USDT", "market", "buy", undefined, undefined, {
        quoteOrderQty: 150,
    });
    assert.equal(order.status, "closed");
    assert.equal(order.cost, 150);
    assert.equal(order.filled, 0.005);
    await bob.cancelAllOrders("BTC/USDT");
});

test("every order type is taken", async () => {
    const made = [];
    const take = async (...args) => made.push(await alice.createOrder("BTC/USDT", ...args));
    await take("limit", "buy", 0.01, 25000, { timeInForce: "GTC" });
    await take("limit", "buy", 0.01, 25000, { postOnly: true });
    await take("limit", "buy", 0.1, 25000, { icebergQty: 0.02 });
    await take("STOP_LOSS_LIMIT", "sell", 0.01, 24000, { stopPrice: 24500, timeInForce: "GTC" });
    await take("STOP_LOSS", "sell", 0.01, undefined, { stopPrice: 24500 });
    await take("TAKE_PROFIT_LIMIT", "sell", 0.01, 36000, { stopPrice: 35500, timeInForce: "GTC" });
    await take("TAKE_PROFIT", "sell", 0.01, undefined, { stopPrice: 35500 });
    await take("STOP_LOSS", "sell", 0.01, undefined, { trailingDelta: 500 });
    await take("limit", "buy", 0.01, 25000, { selfTradePreventionMode: "EXPIRE_MAKER" });
    for (const order of made) {
        assert.equal(order.status, "open", JSON.stringify(order.info));
    }
    const ioc = await alice.createOrder("BTC/USDT", "limit", "buy", 0.01, 25000, { timeInForce: "IOC" });
    assert.ok(["expired", "canceled"].includes(ioc.status), ioc.status);
    const open = await alice.fetchOpenOrders("BTC/USDT");
    assert.equal(open.length, made.length);
    await alice.cancelAllOrders("BTC/USDT");
    assert.equal((await alice.fetchOpenOrders("BTC/USDT")).length, 0);
    const all = await alice.fetchOrders("BTC/USDT");
    assert.ok(all.length > made.length);
});

test("an order is edited by cancel and replace, found by its client id", async () => {
    const first = await alice.createOrder("BTC/USDT", "limit", "buy", 0.01, 21000, {
        clientOrderId: "edit-me-1",
    });
    assert.equal(first.clientOrderId, "edit-me-1");
    const second = await alice.editOrder(first.id, "BTC/USDT", "limit", "buy", 0.02, 21500);
    assert.notEqual(second.id, first.id);
    const byName = await alice.fetchOrder(undefined, "BTC/USDT", { clientOrderId: "edit-me-1" });
    assert.equal(byName.status, "canceled");
    await alice.cancelOrder(second.id, "BTC/USDT");
});

test("a test order changes nothing", async () => {
    const before = await alice.fetchBalance();
    await alice.createOrder("BTC/USDT", "limit", "buy", 0.01, 20000, { test: true });
    assert.equal((await alice.fetchOpenOrders("BTC/USDT")).length, 0);
    assert.deepEqual((await alice.fetchBalance()).USDT, before.USDT);
});

test("errors are mapped to the right ccxt class", async () => {
    const place = (...args) => alice.createOrder("BTC/USDT", ...args);
    await assert.rejects(place("limit", "buy", 1000, 29000), ccxt.InsufficientFunds);
    await assert.rejects(place("limit", "buy", 0.0000001, 29000), ccxt.InvalidOrder);
    await assert.rejects(alice.cancelOrder("999999999", "BTC/USDT"), ccxt.OrderNotFound);
    await assert.rejects(alice.fetchOrder("999999999", "BTC/USDT"), ccxt.OrderNotFound);
    await assert.rejects(alice.fetchTicker("XRP/USDT"), ccxt.BadSymbol);
    await assert.rejects(
        alice.publicGetTicker24hr({ symbol: "NOSUCH" }),
        ccxt.BadSymbol,
    );
    await bob.createOrder("BTC/USDT", "limit", "sell", 0.01, 30000);
    await assert.rejects(place("limit", "buy", 0.01, 31000, { postOnly: true }), ccxt.OrderImmediatelyFillable);
    await bob.cancelAllOrders("BTC/USDT");
    const stranger = connect(ccxt.binance, node, "alice");
    stranger.secret = "x".repeat(64);
    await assert.rejects(stranger.privateGetAccount(), ccxt.AuthenticationError);
    stranger.apiKey = "y".repeat(64);
    await assert.rejects(stranger.privateGetAccount(), ccxt.AuthenticationError);
    const late = connect(ccxt.binance, node, "alice");
    late.options.timeDifference = 3600000;
    late.nonce = () => Date.now() - 3600000;
    await assert.rejects(late.privateGetAccount(), ccxt.InvalidNonce);
});

test("trading fees, deposit address and history, withdrawals", async () => {
    const fees = await alice.fetchTradingFees();
    assert.ok(fees["BTC/USDT"].taker > 0);
    const deposits = await alice.fetchDeposits("BTC");
    assert.ok(deposits.length >= 1);
    assert.equal(deposits[0].status, "ok");
    const address = await alice.fetchDepositAddress("BTC");
    assert.ok(address.address.length > 0);
    assert.ok(Array.isArray(await alice.fetchWithdrawals("BTC")));
});
