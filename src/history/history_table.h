/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of history, said once for every database: names, columns, keys. Numbers, times and
 * enum values are integers; money is exact decimal text (NUMERIC where the database has it).
 */
#ifndef HISTORY_HISTORY_TABLE_H
#define HISTORY_HISTORY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTORY_SCHEMA_VERSION 1

enum { HISTORY_COLUMNS_MAX = 20, HISTORY_TEXT_MAX = 128 };

enum history_column_kind {
    HISTORY_COLUMN_INTEGER = 1,
    HISTORY_COLUMN_DECIMAL, /* exact decimal text */
    HISTORY_COLUMN_TEXT
};

struct history_column {
    const char *name;
    enum history_column_kind kind;
};

enum history_table {
    HISTORY_TABLE_NODE = 1,
    HISTORY_TABLE_ASSETS,
    HISTORY_TABLE_INSTRUMENTS,
    HISTORY_TABLE_PARTICIPANTS,
    HISTORY_TABLE_ORDERS,
    HISTORY_TABLE_ORDER_EVENTS,
    HISTORY_TABLE_TRADES,
    HISTORY_TABLE_CANDLES,
    HISTORY_TABLE_POSTINGS,
    HISTORY_TABLE_BALANCES,
    HISTORY_TABLE_WITHDRAWALS
};

#define HISTORY_TABLE_COUNT ((size_t)HISTORY_TABLE_WITHDRAWALS)

struct history_table_shape {
    const char *name;
    struct history_column columns[HISTORY_COLUMNS_MAX]; /* the key's columns come first */
    size_t column_count;
    size_t key_count;
    bool replaces; /* a row with the same key replaces the one before; else it never comes twice */
};

const struct history_table_shape *history_table_shape(enum history_table table);

struct history_value {
    int64_t integer;
    char text[HISTORY_TEXT_MAX]; /* DECIMAL and TEXT */
};

/* A row being filled, column by column in the shape's order. */
struct history_row {
    enum history_table table;
    size_t count;
    struct history_value values[HISTORY_COLUMNS_MAX];
};

#endif
