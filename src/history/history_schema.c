/* SPDX-License-Identifier: Apache-2.0
 *
 * From the tables' shapes to SQL. There are no migrations: what history holds can be rebuilt from the
 * journal at any time, so another version of the schema means deleting it.
 */
#include "history/history_database.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Text that grows to its end and then remembers that it was cut. */
struct sql_text {
    char *out;
    size_t capacity;
    size_t size;
    bool is_cut;
};

__attribute__((format(printf, 2, 3))) static void put(struct sql_text *sql, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int size = vsnprintf(sql->out + sql->size, sql->capacity - sql->size, format, arguments);
    va_end(arguments);
    if (size < 0 || (size_t)size >= sql->capacity - sql->size) {
        sql->is_cut = true;
        return;
    }
    sql->size += (size_t)size;
}

static const char *type_of(const struct history_dialect *dialect, enum history_column_kind kind)
{
    switch (kind) {
    case HISTORY_COLUMN_INTEGER: return dialect->integer;
    case HISTORY_COLUMN_DECIMAL: return dialect->decimal;
    case HISTORY_COLUMN_TEXT: return dialect->text;
    }
    return dialect->text;
}

static void put_table(struct sql_text *sql, const struct history_dialect *dialect,
                      const struct history_table_shape *shape)
{
    put(sql, "CREATE TABLE %s (", shape->name);
    for (size_t i = 0; i < shape->column_count; i++) {
        put(sql, "\"%s\" %s NOT NULL, ", shape->columns[i].name,
            type_of(dialect, shape->columns[i].kind));
    }
    put(sql, "PRIMARY KEY (");
    for (size_t i = 0; i < shape->key_count; i++) {
        put(sql, "%s\"%s\"", i > 0 ? ", " : "", shape->columns[i].name);
    }
    put(sql, "))%s;\n", dialect->table_suffix);
}

bool history_schema_write(const struct history_dialect *dialect, char *out, size_t capacity)
{
    struct sql_text sql = {.out = out, .capacity = capacity};

    for (size_t table = 1; table <= HISTORY_TABLE_COUNT; table++) {
        put_table(&sql, dialect, history_table_shape((enum history_table)table));
    }
    put(&sql,
        "CREATE TABLE history_progress (one %s PRIMARY KEY CHECK (one = 1), version %s NOT NULL, "
        "number %s NOT NULL)%s;\n"
        "INSERT INTO history_progress VALUES (1, %d, 0);\n",
        dialect->integer, dialect->integer, dialect->integer, dialect->table_suffix,
        HISTORY_SCHEMA_VERSION);
    put(&sql, "CREATE INDEX orders_of_participant ON orders (participant, order_number);\n"
              "CREATE INDEX events_of_order ON order_events (order_number, number, sequence);\n"
              "CREATE INDEX trades_of_maker ON trades (maker, number);\n"
              "CREATE INDEX trades_of_taker ON trades (taker, number);\n"
              "CREATE INDEX balances_of_owner ON balances (owner, asset, number);\n");
    /* An order as it stands: what it was for, and the last thing that became of it. */
    put(&sql,
        "CREATE VIEW order_state AS SELECT o.*, e.status, e.reason, e.executed, e.quote, "
        "e.quantity_left, e.time_us AS changed_us FROM orders o JOIN order_events e ON "
        "e.order_number = o.order_number WHERE NOT EXISTS (SELECT 1 FROM order_events later WHERE "
        "later.order_number = e.order_number AND (later.number > e.number OR "
        "(later.number = e.number AND later.sequence > e.sequence)));\n");
    return !sql.is_cut;
}

struct history_database *history_database_open(const char *url, char error[HISTORY_ERROR_MAX])
{
    static const char sqlite[] = "sqlite:";

    if (strncmp(url, sqlite, sizeof sqlite - 1) == 0) {
        return history_database_open_sqlite(url + sizeof sqlite - 1, error);
    }
    if (strncmp(url, "postgresql:", 11) == 0 || strncmp(url, "postgres:", 9) == 0) {
        return history_database_open_postgresql(url, error);
    }
    snprintf(error, HISTORY_ERROR_MAX, "history is neither sqlite:FILE nor postgresql://…: %s",
             url);
    return NULL;
}
