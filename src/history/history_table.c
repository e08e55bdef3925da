/* SPDX-License-Identifier: Apache-2.0
 *
 * One description for all databases, so that SQLite and PostgreSQL cannot drift apart. Rows are facts
 * of the journal, keyed by its numbers: writing one twice changes nothing.
 */
#include "history/history_table.h"

#include "base/ensure.h"

#define INTEGER(name)                \
    {                                \
        name, HISTORY_COLUMN_INTEGER \
    }
#define DECIMAL(name)                \
    {                                \
        name, HISTORY_COLUMN_DECIMAL \
    }
#define TEXT(name)                \
    {                             \
        name, HISTORY_COLUMN_TEXT \
    }

static const struct history_table_shape shapes[HISTORY_TABLE_COUNT] = {
    {"node", {INTEGER("one"), TEXT("journal"), TEXT("name"), INTEGER("sandbox")}, 4, 1, true},
    {"assets", {INTEGER("asset"), TEXT("code"), TEXT("name"), INTEGER("scale")}, 4, 1, true},
    {"instruments",
     {INTEGER("instrument"), TEXT("symbol"), INTEGER("base"), INTEGER("quote"), DECIMAL("tick"),
      DECIMAL("lot")},
     6,
     1,
     true},
    {"participants",
     {INTEGER("participant"), TEXT("handle"), INTEGER("roles"), INTEGER("tier"), INTEGER("frozen")},
     5,
     1,
     true},
    {"orders",
     {INTEGER("order_number"), INTEGER("list"), INTEGER("participant"), INTEGER("instrument"),
      TEXT("side"), TEXT("type"), TEXT("time_in_force"), DECIMAL("price"), DECIMAL("stop_price"),
      DECIMAL("quantity"), DECIMAL("quote_quantity"), DECIMAL("iceberg"), INTEGER("trailing_bps"),
      TEXT("client_id"), INTEGER("number"), INTEGER("opened_us")},
     16,
     1,
     false},
    {"order_events",
     {INTEGER("number"), INTEGER("sequence"), INTEGER("order_number"), TEXT("event"),
      TEXT("status"), TEXT("reason"), DECIMAL("quantity"), DECIMAL("quantity_left"),
      DECIMAL("executed"), DECIMAL("quote"), INTEGER("time_us")},
     11,
     2,
     false},
    {"trades",
     {INTEGER("instrument"), INTEGER("trade"), INTEGER("number"), INTEGER("time_us"),
      DECIMAL("price"), DECIMAL("quantity"), DECIMAL("quote"), INTEGER("maker_order"),
      INTEGER("taker_order"), INTEGER("maker"), INTEGER("taker"), TEXT("taker_side"),
      DECIMAL("maker_fee"), INTEGER("maker_fee_asset"), DECIMAL("taker_fee"),
      INTEGER("taker_fee_asset"), INTEGER("auction")},
     17,
     2,
     false},
    {"candles",
     {INTEGER("instrument"), TEXT("length"), INTEGER("open_us"), DECIMAL("open"), DECIMAL("high"),
      DECIMAL("low"), DECIMAL("close"), DECIMAL("base"), DECIMAL("quote"), DECIMAL("taker_base"),
      DECIMAL("taker_quote"), INTEGER("trades")},
     12,
     3,
     true},
    {"postings",
     {INTEGER("number"), INTEGER("sequence"), INTEGER("time_us"), INTEGER("debit"),
      INTEGER("credit"), INTEGER("asset"), DECIMAL("amount"), TEXT("reason"), INTEGER("reference"),
      INTEGER("instrument")},
     10,
     2,
     false},
    {"balances",
     {INTEGER("number"), INTEGER("sequence"), INTEGER("time_us"), INTEGER("owner"),
      INTEGER("asset"), DECIMAL("available"), DECIMAL("held")},
     7,
     2,
     false},
    {"withdrawals",
     {INTEGER("number"), INTEGER("sequence"), INTEGER("time_us"), INTEGER("withdrawal"),
      INTEGER("participant"), INTEGER("asset"), DECIMAL("amount"), DECIMAL("fee"), TEXT("state")},
     9,
     2,
     false},
};

const struct history_table_shape *history_table_shape(enum history_table table)
{
    ENSURE(table >= 1 && (size_t)table <= HISTORY_TABLE_COUNT);
    return &shapes[table - 1];
}
