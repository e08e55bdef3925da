/* SPDX-License-Identifier: Apache-2.0
 *
 * Words of the wire.
 *
 * Why a file of its own: REST, streams and the operators' interface must use the same word for the
 * same thing. Invariant: every constant of each enumeration has exactly one word (the test walks
 * them). Read next: order_reply.c.
 */
#include "gateway/wire_names.h"

#include <stddef.h>

#include "tarazy/command.h"
#include "tarazy/event.h"

struct word {
    uint32_t number;
    const char *text;
};

static const struct word sides[] = {{SIDE_BUY, "BUY"}, {SIDE_SELL, "SELL"}, {0, NULL}};

static const struct word order_types[] = {
    {ORDER_TYPE_LIMIT, "LIMIT"},
    {ORDER_TYPE_MARKET, "MARKET"},
    {ORDER_TYPE_LIMIT_MAKER, "LIMIT_MAKER"},
    {ORDER_TYPE_STOP_LOSS, "STOP_LOSS"},
    {ORDER_TYPE_STOP_LOSS_LIMIT, "STOP_LOSS_LIMIT"},
    {ORDER_TYPE_TAKE_PROFIT, "TAKE_PROFIT"},
    {ORDER_TYPE_TAKE_PROFIT_LIMIT, "TAKE_PROFIT_LIMIT"},
    {0, NULL},
};

static const struct word times_in_force[] = {
    {TIME_IN_FORCE_GTC, "GTC"},
    {TIME_IN_FORCE_IOC, "IOC"},
    {TIME_IN_FORCE_FOK, "FOK"},
    {TIME_IN_FORCE_GTD, "GTD"},
    {0, NULL},
};

static const struct word self_trades[] = {
    {SELF_TRADE_NONE, "NONE"},
    {SELF_TRADE_EXPIRE_TAKER, "EXPIRE_TAKER"},
    {SELF_TRADE_EXPIRE_MAKER, "EXPIRE_MAKER"},
    {SELF_TRADE_EXPIRE_BOTH, "EXPIRE_BOTH"},
    {SELF_TRADE_DECREMENT, "DECREMENT"},
    {0, NULL},
};

static const struct word statuses[] = {
    {ORDER_STATUS_NEW, "NEW"},
    {ORDER_STATUS_PENDING_NEW, "PENDING_NEW"},
    {ORDER_STATUS_PARTIALLY_FILLED, "PARTIALLY_FILLED"},
    {ORDER_STATUS_FILLED, "FILLED"},
    {ORDER_STATUS_CANCELED, "CANCELED"},
    {ORDER_STATUS_EXPIRED, "EXPIRED"},
    {ORDER_STATUS_EXPIRED_IN_MATCH, "EXPIRED_IN_MATCH"},
    {ORDER_STATUS_REJECTED, "REJECTED"},
    {0, NULL},
};

static const struct word contingencies[] = {
    {CONTINGENCY_OCO, "OCO"}, {CONTINGENCY_OTO, "OTO"}, {CONTINGENCY_OTOCO, "OTOCO"}, {0, NULL}};

static const struct word list_states[] = {
    {LIST_STATE_EXECUTING, "EXECUTING"}, {LIST_STATE_ALL_DONE, "ALL_DONE"}, {0, NULL}};

static const struct word list_status_types[] = {
    {LIST_STATE_EXECUTING, "EXEC_STARTED"}, {LIST_STATE_ALL_DONE, "ALL_DONE"}, {0, NULL}};

/* The contract has fewer words than there are sessions: what takes orders, what is a pause. */
static const struct word symbol_statuses[] = {
    {SESSION_CLOSED, "END_OF_DAY"},
    {SESSION_PRE_OPEN, "PRE_TRADING"},
    {SESSION_AUCTION, "AUCTION_MATCH"},
    {SESSION_CONTINUOUS, "TRADING"},
    {SESSION_HALTED, "HALT"},
    {SESSION_CANCEL_ONLY, "BREAK"},
    {0, NULL},
};

static const struct word sessions[] = {
    {SESSION_CLOSED, "CLOSED"},
    {SESSION_PRE_OPEN, "PRE_OPEN"},
    {SESSION_AUCTION, "AUCTION"},
    {SESSION_CONTINUOUS, "CONTINUOUS"},
    {SESSION_HALTED, "HALTED"},
    {SESSION_CANCEL_ONLY, "CANCEL_ONLY"},
    {0, NULL},
};

static const struct word intervals[] = {
    {CANDLE_INTERVAL_1S, "1s"},
    {CANDLE_INTERVAL_1M, "1m"},
    {CANDLE_INTERVAL_3M, "3m"},
    {CANDLE_INTERVAL_5M, "5m"},
    {CANDLE_INTERVAL_15M, "15m"},
    {CANDLE_INTERVAL_30M, "30m"},
    {CANDLE_INTERVAL_1H, "1h"},
    {CANDLE_INTERVAL_2H, "2h"},
    {CANDLE_INTERVAL_4H, "4h"},
    {CANDLE_INTERVAL_6H, "6h"},
    {CANDLE_INTERVAL_8H, "8h"},
    {CANDLE_INTERVAL_12H, "12h"},
    {CANDLE_INTERVAL_1D, "1d"},
    {CANDLE_INTERVAL_3D, "3d"},
    {CANDLE_INTERVAL_1W, "1w"},
    {CANDLE_INTERVAL_1MO, "1M"},
    {0, NULL},
};

static const struct word key_types[] = {
    {KEY_TYPE_HMAC, "HMAC"}, {KEY_TYPE_ED25519, "ED25519"}, {KEY_TYPE_RSA, "RSA"}, {0, NULL}};

static const struct word roles[] = {
    {ROLE_TRADER, "trader"},
    {ROLE_MARKET_MAKER, "market-maker"},
    {ROLE_OPERATOR, "operator"},
    {ROLE_APPROVER, "approver"},
    {ROLE_SUPERVISOR, "supervisor"},
    {ROLE_CUSTODIAN, "custodian"},
    {ROLE_AUTHORITY, "authority"},
    {ROLE_METER, "meter"},
    {ROLE_POOL, "pool"},
    {0, NULL},
};

static const struct word scopes[] = {
    {KEY_SCOPE_READ, "read"},
    {KEY_SCOPE_TRADE, "trade"},
    {KEY_SCOPE_WITHDRAW, "withdraw"},
    {KEY_SCOPE_OPERATE, "operate"},
    {0, NULL},
};

static const struct word rights[] = {
    {TIER_RIGHT_TRADE, "trade"},
    {TIER_RIGHT_WITHDRAW, "withdraw"},
    {TIER_RIGHT_DEPOSIT, "deposit"},
    {0, NULL},
};

static const char *text_of(const struct word *words, uint32_t number)
{
    for (; words->text != NULL; words++) {
        if (words->number == number) {
            return words->text;
        }
    }
    return "";
}

static uint8_t number_of(const struct word *words, struct slice text)
{
    for (; words->text != NULL; words++) {
        if (slice_equals_text(text, words->text)) {
            return (uint8_t)words->number;
        }
    }
    return 0;
}

const char *wire_side(uint8_t side)
{
    return text_of(sides, side);
}

const char *wire_order_type(uint8_t type)
{
    return text_of(order_types, type);
}

const char *wire_time_in_force(uint8_t time_in_force)
{
    return text_of(times_in_force, time_in_force);
}

const char *wire_self_trade(uint8_t self_trade)
{
    return text_of(self_trades, self_trade);
}

const char *wire_order_status(uint8_t status)
{
    return text_of(statuses, status);
}

const char *wire_contingency(uint8_t contingency)
{
    return text_of(contingencies, contingency);
}

const char *wire_list_state(uint8_t state)
{
    return text_of(list_states, state);
}

const char *wire_list_status_type(uint8_t state)
{
    return text_of(list_status_types, state);
}

const char *wire_session(uint8_t session)
{
    return text_of(symbol_statuses, session);
}

const char *wire_session_name(uint8_t session)
{
    return text_of(sessions, session);
}

const char *wire_interval(enum candle_interval interval)
{
    return text_of(intervals, (uint32_t)interval);
}

const char *wire_key_type(uint8_t type)
{
    return text_of(key_types, type);
}

uint8_t wire_parse_side(struct slice word)
{
    return number_of(sides, word);
}

uint8_t wire_parse_order_type(struct slice word)
{
    return number_of(order_types, word);
}

uint8_t wire_parse_time_in_force(struct slice word)
{
    return number_of(times_in_force, word);
}

uint8_t wire_parse_self_trade(struct slice word)
{
    return number_of(self_trades, word);
}

uint8_t wire_parse_contingency(struct slice word)
{
    return number_of(contingencies, word);
}

uint8_t wire_parse_session_name(struct slice word)
{
    return number_of(sessions, word);
}

uint8_t wire_parse_interval(struct slice word)
{
    return number_of(intervals, word);
}

uint8_t wire_parse_key_type(struct slice word)
{
    return number_of(key_types, word);
}

/* Ors the bits of a comma-separated list of words. */
static bool parse_bits(const struct word *words, struct slice list, uint32_t *bits)
{
    *bits = 0;
    while (list.size > 0) {
        const char *comma = memchr(list.data, ',', list.size);
        size_t size = comma == NULL ? list.size : (size_t)(comma - list.data);
        uint32_t bit = number_of(words, slice_of(list.data, size));

        if (bit == 0) {
            return false;
        }
        *bits |= bit;
        size += comma != NULL;
        list = slice_of(list.data + size, list.size - size);
    }
    return true;
}

bool wire_parse_roles(struct slice words, uint32_t *bits)
{
    return parse_bits(roles, words, bits);
}

bool wire_parse_scopes(struct slice words, uint8_t *bits)
{
    uint32_t wide;
    bool is_good = parse_bits(scopes, words, &wide);

    *bits = (uint8_t)wide;
    return is_good;
}

bool wire_parse_rights(struct slice words, uint16_t *bits)
{
    uint32_t wide;
    bool is_good = parse_bits(rights, words, &wide);

    *bits = (uint16_t)wide;
    return is_good;
}

static const char *nth(const struct word *words, size_t count, uint32_t index, uint32_t *bit)
{
    if (index + 1 >= count) {
        return NULL;
    }
    *bit = words[index].number;
    return words[index].text;
}

const char *wire_role(uint32_t index, uint32_t *bit)
{
    return nth(roles, sizeof roles / sizeof roles[0], index, bit);
}

const char *wire_scope(uint32_t index, uint32_t *bit)
{
    return nth(scopes, sizeof scopes / sizeof scopes[0], index, bit);
}

const char *wire_right(uint32_t index, uint32_t *bit)
{
    return nth(rights, sizeof rights / sizeof rights[0], index, bit);
}
