/* SPDX-License-Identifier: Apache-2.0
 *
 * A database that holds history. What it holds is always the effect of exactly the commands 1 …
 * number: rows and number are committed together, so nothing is written twice and nothing is left
 * out, however often the process dies.
 *
 * URLs: "sqlite:FILE" (history_database_sqlite.c) and "postgresql://…"
 * (history_database_postgresql.c), each the only door to its library.
 */
#ifndef HISTORY_HISTORY_DATABASE_H
#define HISTORY_HISTORY_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "history/history_table.h"

struct history_database;

/* What a kind of database can do. Functions that return bool leave the reason of a failure in
 * history_database_error; after a failure the database is only good for closing. */
struct history_database_kind {
    bool (*begin)(struct history_database *database);
    bool (*write)(struct history_database *database, const struct history_row *row);
    /* from: the number the database must stand at; it then stands at number. */
    bool (*commit)(struct history_database *database, uint64_t from, uint64_t number);
    void (*close)(struct history_database *database);
};

enum { HISTORY_ERROR_MAX = 512 };

/* The head of every kind's own struct. */
struct history_database {
    const struct history_database_kind *kind;
    uint64_t number;  /* of the last command whose effects are committed */
    char journal[40]; /* which journal it is of; empty before the first commit */
    char error[HISTORY_ERROR_MAX];
};

/* Opens, and makes the tables of an empty database. NULL: error[] says why (also: tables of another
 * version — delete them, history is rebuilt from the journal). */
struct history_database *history_database_open(const char *url, char error[HISTORY_ERROR_MAX]);
struct history_database *history_database_open_sqlite(const char *path,
                                                      char error[HISTORY_ERROR_MAX]);
struct history_database *history_database_open_postgresql(const char *url,
                                                          char error[HISTORY_ERROR_MAX]);

/* Writes the SQL that makes all tables, their indexes and the view order_state. The dialects differ
 * in the names of types. False: it does not fit. */
struct history_dialect {
    const char *integer;
    const char *decimal;
    const char *text;
    const char *table_suffix; /* behind each CREATE TABLE (…) */
};
bool history_schema_write(const struct history_dialect *dialect, char *out, size_t capacity);

#endif
