/* SPDX-License-Identifier: Apache-2.0
 *
 * History in PostgreSQL: the only door to libpq. Rows are collected per table and sent by COPY; where
 * a later row replaces an earlier one they pass through a temporary table.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history/history_database.h"

enum { SQL_MAX = 16384, ROW_TEXT_MAX = HISTORY_COLUMNS_MAX * 2 * HISTORY_TEXT_MAX };

/* Rows of one table in COPY's text format. */
struct copy_text {
    char *bytes;
    size_t size;
    size_t capacity;
};

struct postgresql_database {
    struct history_database head;
    PGconn *connection;
    struct copy_text rows[HISTORY_TABLE_COUNT];
};

static const struct history_dialect dialect = {"BIGINT", "NUMERIC", "TEXT", ""};

static struct postgresql_database *own(struct history_database *database)
{
    return (struct postgresql_database *)(void *)database;
}

static bool failed(struct postgresql_database *database, const char *what)
{
    snprintf(database->head.error, HISTORY_ERROR_MAX, "postgresql: %s: %s", what,
             PQerrorMessage(database->connection));
    for (char *at = database->head.error; *at != '\0'; at++) {
        *at = *at == '\n' ? ' ' : *at;
    }
    return false;
}

/* Runs SQL; *changed (unless NULL) becomes the number of rows it touched. */
static bool run(struct postgresql_database *database, const char *sql, long *changed)
{
    PGresult *result = PQexec(database->connection, sql);
    ExecStatusType status = PQresultStatus(result);
    bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;

    if (ok && changed != NULL) {
        *changed = strtol(PQcmdTuples(result), NULL, 10);
    }
    PQclear(result);
    return ok || failed(database, "statement");
}

static bool begin(struct history_database *database)
{
    return run(own(database), "BEGIN", NULL);
}

static bool append(struct copy_text *text, const char *bytes, size_t size)
{
    if (text->size + size > text->capacity) {
        size_t capacity = text->capacity == 0 ? 65536 : text->capacity;

        while (capacity < text->size + size) {
            capacity *= 2;
        }
        char *longer = realloc(text->bytes, capacity);
        if (longer == NULL) {
            return false;
        }
        text->bytes = longer;
        text->capacity = capacity;
    }
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    return true;
}

/* COPY's text format: tab, newline and backslash are escaped. Returns the bytes written. */
static size_t escape(const char *text, char *out)
{
    size_t size = 0;

    for (const char *at = text; *at != '\0'; at++) {
        const char *letter = strchr("\tt\nn\rr\\\\", *at);

        if (letter != NULL && (*at == '\t' || *at == '\n' || *at == '\r' || *at == '\\')) {
            out[size++] = '\\';
            out[size++] = letter[1];
        } else {
            out[size++] = *at;
        }
    }
    return size;
}

static bool write_row(struct history_database *database, const struct history_row *row)
{
    const struct history_table_shape *shape = history_table_shape(row->table);
    char text[ROW_TEXT_MAX];
    size_t size = 0;

    for (size_t i = 0; i < shape->column_count; i++) {
        if (shape->columns[i].kind == HISTORY_COLUMN_INTEGER) {
            size += (size_t)snprintf(text + size, 32, "%lld", (long long)row->values[i].integer);
        } else {
            size += escape(row->values[i].text, text + size);
        }
        text[size++] = i + 1 < shape->column_count ? '\t' : '\n';
    }
    if (!append(&own(database)->rows[row->table - 1], text, size)) {
        snprintf(database->error, HISTORY_ERROR_MAX, "out of memory");
        return false;
    }
    return true;
}

/* Ends a COPY: asks for its result until there is none left. */
static bool finish_copy(struct postgresql_database *database, const char *table)
{
    bool ok = PQputCopyEnd(database->connection, NULL) == 1;
    PGresult *result;

    while ((result = PQgetResult(database->connection)) != NULL) {
        ok = ok && PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
    }
    return ok || failed(database, table);
}

static bool copy_into(struct postgresql_database *database, const char *table,
                      const struct copy_text *rows)
{
    char sql[1400];

    snprintf(sql, sizeof sql, "COPY %s FROM STDIN", table);
    PGresult *result = PQexec(database->connection, sql);
    bool started = PQresultStatus(result) == PGRES_COPY_IN;
    PQclear(result);
    if (!started) {
        return failed(database, table);
    }
    if (PQputCopyData(database->connection, rows->bytes, (int)rows->size) != 1) {
        return failed(database, table);
    }
    return finish_copy(database, table);
}

static void put_names(char *sql, size_t capacity, const struct history_table_shape *shape,
                      size_t from, size_t to, bool as_update)
{
    int size = 0;

    for (size_t i = from; i < to; i++) {
        const char *name = shape->columns[i].name;

        size += snprintf(sql + size, capacity - (size_t)size, "%s", i > from ? ", " : "");
        size += snprintf(sql + size, capacity - (size_t)size, "\"%s\"", name);
        if (as_update) {
            size += snprintf(sql + size, capacity - (size_t)size, " = excluded.\"%s\"", name);
        }
    }
}

/* Several rows of a key may be waiting; the last one counts. A temporary table keeps their order. */
static bool replace_rows(struct postgresql_database *database,
                         const struct history_table_shape *shape, const struct copy_text *rows)
{
    char sql[SQL_MAX];
    char columns[1024];
    char key[512];
    char updates[2048];
    char copy[1200];

    put_names(columns, sizeof columns, shape, 0, shape->column_count, false);
    put_names(key, sizeof key, shape, 0, shape->key_count, false);
    put_names(updates, sizeof updates, shape, shape->key_count, shape->column_count, true);
    snprintf(sql, sizeof sql,
             "CREATE TEMPORARY TABLE waiting (LIKE %s) ON COMMIT DROP; "
             "ALTER TABLE waiting ADD COLUMN place BIGINT GENERATED ALWAYS AS IDENTITY",
             shape->name);
    snprintf(copy, sizeof copy, "waiting (%s)", columns);
    if (!run(database, sql, NULL) || !copy_into(database, copy, rows)) {
        return false;
    }
    snprintf(sql, sizeof sql,
             "INSERT INTO %s (%s) SELECT DISTINCT ON (%s) %s FROM waiting ORDER BY %s, place DESC "
             "ON CONFLICT (%s) DO UPDATE SET %s; DROP TABLE waiting",
             shape->name, columns, key, columns, key, key, updates);
    return run(database, sql, NULL);
}

static bool send_rows(struct postgresql_database *database)
{
    for (size_t table = 1; table <= HISTORY_TABLE_COUNT; table++) {
        const struct history_table_shape *shape = history_table_shape((enum history_table)table);
        struct copy_text *rows = &database->rows[table - 1];

        if (rows->size == 0) {
            continue;
        }
        if (!(shape->replaces ? replace_rows(database, shape, rows)
                              : copy_into(database, shape->name, rows))) {
            return false;
        }
        rows->size = 0;
    }
    return true;
}

static bool commit(struct history_database *database, uint64_t from, uint64_t number)
{
    struct postgresql_database *postgresql = own(database);
    char sql[160];
    long changed = 0;

    snprintf(sql, sizeof sql, "UPDATE history_progress SET number = %llu WHERE number = %llu",
             (unsigned long long)number, (unsigned long long)from);
    if (!send_rows(postgresql) || !run(postgresql, sql, &changed)) {
        return false;
    }
    if (changed != 1) {
        snprintf(database->error, HISTORY_ERROR_MAX,
                 "postgresql: somebody else writes this history");
        return false;
    }
    if (!run(postgresql, "COMMIT", NULL)) {
        return false;
    }
    database->number = number;
    return true;
}

static void close_database(struct history_database *database)
{
    struct postgresql_database *postgresql = own(database);

    PQfinish(postgresql->connection);
    for (size_t i = 0; i < HISTORY_TABLE_COUNT; i++) {
        free(postgresql->rows[i].bytes);
    }
    free(postgresql);
}

static const struct history_database_kind kind = {begin, write_row, commit, close_database};

/* One integer from a query; −1: none. */
static int64_t ask(struct postgresql_database *database, const char *sql)
{
    PGresult *result = PQexec(database->connection, sql);
    int64_t value = -1;

    if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1) {
        value = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    }
    PQclear(result);
    return value;
}

static bool make_tables(struct postgresql_database *database)
{
    char sql[SQL_MAX];

    if (ask(database, "SELECT count(*) FROM pg_tables WHERE tablename = 'history_progress' AND "
                      "schemaname = current_schema()") == 1) {
        return true;
    }
    if (!history_schema_write(&dialect, sql, sizeof sql)) {
        snprintf(database->head.error, HISTORY_ERROR_MAX, "the schema does not fit its buffer");
        return false;
    }
    return run(database, "BEGIN", NULL) && run(database, sql, NULL) &&
           run(database, "COMMIT", NULL);
}

static bool set_up(struct postgresql_database *database, const char *url)
{
    database->connection = PQconnectdb(url);
    if (PQstatus(database->connection) != CONNECTION_OK) {
        return failed(database, "cannot connect");
    }
    /* Losing the last commits to a power failure is no loss: rows and number are lost together. */
    if (!run(database, "SET synchronous_commit = off; SET client_min_messages = warning", NULL) ||
        !make_tables(database)) {
        return false;
    }
    if (ask(database, "SELECT version FROM history_progress") != HISTORY_SCHEMA_VERSION) {
        snprintf(database->head.error, HISTORY_ERROR_MAX,
                 "postgresql: not a history of version %d: drop its tables, they are rebuilt",
                 HISTORY_SCHEMA_VERSION);
        return false;
    }
    database->head.number = (uint64_t)ask(database, "SELECT number FROM history_progress");
    PGresult *result = PQexec(database->connection, "SELECT journal FROM node");
    if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1) {
        snprintf(database->head.journal, sizeof database->head.journal, "%s",
                 PQgetvalue(result, 0, 0));
    }
    PQclear(result);
    return true;
}

struct history_database *history_database_open_postgresql(const char *url,
                                                          char error[HISTORY_ERROR_MAX])
{
    struct postgresql_database *database = calloc(1, sizeof *database);

    if (database == NULL) {
        snprintf(error, HISTORY_ERROR_MAX, "out of memory");
        return NULL;
    }
    database->head.kind = &kind;
    if (!set_up(database, url)) {
        memcpy(error, database->head.error, HISTORY_ERROR_MAX);
        close_database(&database->head);
        return NULL;
    }
    return &database->head;
}
