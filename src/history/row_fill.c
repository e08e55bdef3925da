/* SPDX-License-Identifier: Apache-2.0
 *
 * Typed hands for an untyped row. The words are part of history's interface: people query for them.
 */
#include "history/row_fill.h"

#include <string.h>

#include "base/ensure.h"
#include "codec/decimal_text.h"
#include "views/calendar.h"

void row_begin(struct history_row *row, enum history_table table)
{
    row->table = table;
    row->count = 0;
}

static struct history_value *next(struct history_row *row, enum history_column_kind kind)
{
    const struct history_table_shape *shape = history_table_shape(row->table);

    ENSURE(row->count < shape->column_count);
    ENSURE(shape->columns[row->count].kind == kind);
    return &row->values[row->count++];
}

void row_integer(struct history_row *row, int64_t value)
{
    next(row, HISTORY_COLUMN_INTEGER)->integer = value;
}

void row_number(struct history_row *row, uint64_t value)
{
    ENSURE(value <= INT64_MAX);
    next(row, HISTORY_COLUMN_INTEGER)->integer = (int64_t)value;
}

void row_text(struct history_row *row, const char *text, size_t size)
{
    struct history_value *value = next(row, HISTORY_COLUMN_TEXT);
    size_t length = strnlen(text, size);

    ENSURE(length < sizeof value->text);
    memcpy(value->text, text, length);
    value->text[length] = '\0';
}

void row_word(struct history_row *row, const char *word)
{
    row_text(row, word, HISTORY_TEXT_MAX);
}

void row_amount(struct history_row *row, struct amount amount, uint8_t scale)
{
    struct history_value *value = next(row, HISTORY_COLUMN_DECIMAL);
    int128 units = amount.units; /* raw: becomes text */
    size_t size = decimal_text_format(units, scale, value->text, sizeof value->text - 1);

    ENSURE(size > 0);
    value->text[size] = '\0';
}

void row_price(struct history_row *row, struct price price, uint8_t quote_scale)
{
    row_amount(row, (struct amount){price.units}, quote_scale); /* raw: becomes text */
}

void row_quantity(struct history_row *row, struct quantity quantity, uint8_t base_scale)
{
    row_amount(row, (struct amount){quantity.units}, base_scale); /* raw: becomes text */
}

void row_end(const struct history_row *row)
{
    ENSURE(row->count == history_table_shape(row->table)->column_count);
}

/* words[0] is for numbers that no enum has; they cannot come from an engine of this version. */
static const char *word_of(const char *const *words, size_t count, uint32_t number)
{
    return number < count ? words[number] : words[0];
}

#define WORD_OF(words, number) word_of(words, sizeof(words) / sizeof *(words), number)

const char *word_of_side(uint8_t side)
{
    static const char *const words[] = {"?", "BUY", "SELL"};

    return WORD_OF(words, side);
}

const char *word_of_order_type(uint8_t type)
{
    static const char *const words[] = {
        "?",         "LIMIT",           "MARKET",      "LIMIT_MAKER",
        "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"};

    return WORD_OF(words, type);
}

const char *word_of_time_in_force(uint8_t time_in_force)
{
    static const char *const words[] = {"?", "GTC", "IOC", "FOK", "GTD"};

    return WORD_OF(words, time_in_force);
}

const char *word_of_order_status(uint8_t status)
{
    static const char *const words[] = {"?",       "NEW",      "PENDING_NEW", "PARTIALLY_FILLED",
                                        "FILLED",  "CANCELED", "EXPIRED",     "EXPIRED_IN_MATCH",
                                        "REJECTED"};

    return WORD_OF(words, status);
}

const char *word_of_order_change(uint8_t change)
{
    static const char *const words[] = {"?",           "TRIGGERED", "AMENDED",
                                        "DECREMENTED", "STARTED",   "TRAILING"};

    return WORD_OF(words, change);
}

const char *word_of_close_reason(uint8_t reason)
{
    static const char *const words[] = {
        "?",          "FILLED", "REQUESTED",  "DISCONNECTED", "COUNTDOWN", "IOC",    "GTD",
        "SELF_TRADE", "LIST",   "PRICE_BAND", "FILLS_MAX",    "REFUSED",   "FROZEN", "SESSION"};

    return WORD_OF(words, reason);
}

const char *word_of_posting_reason(uint16_t reason)
{
    static const char *const words[] = {"?",           "SANDBOX_DEPOSIT", "DEPOSIT",
                                        "WITHDRAWAL",  "WITHDRAWAL_FEE",  "TRADE_BASE",
                                        "TRADE_QUOTE", "FEE_MAKER",       "FEE_TAKER",
                                        "ROUNDING",    "CORRECTION",      "ENERGY_FEE"};

    return WORD_OF(words, reason);
}

const char *word_of_withdrawal_state(uint16_t state)
{
    static const char *const words[] = {"?", "REQUESTED", "SETTLED", "REJECTED"};

    return WORD_OF(words, state);
}

const char *word_of_candle_length(uint32_t interval)
{
    static const char *const words[] = {"?",  "1s", "1m", "3m",  "5m", "15m", "30m", "1h", "2h",
                                        "4h", "6h", "8h", "12h", "1d", "3d",  "1w",  "1M"};

    _Static_assert(sizeof words / sizeof *words == CANDLE_INTERVAL_COUNT + 1, "one word each");
    return WORD_OF(words, interval);
}
