/* SPDX-License-Identifier: Apache-2.0
 *
 * History in SQLite: the only door to libsqlite3. One file, one writer, readers welcome (WAL).
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history/history_database.h"

enum { SQL_MAX = 16384, BUSY_MS = 5000 };

struct sqlite_database {
    struct history_database head;
    sqlite3 *handle;
    sqlite3_stmt *inserts[HISTORY_TABLE_COUNT];
    sqlite3_stmt *advance;
};

static const struct history_dialect dialect = {"INTEGER", "TEXT", "TEXT", " STRICT"};

static struct sqlite_database *own(struct history_database *database)
{
    return (struct sqlite_database *)(void *)database;
}

static bool failed(struct sqlite_database *database, const char *what)
{
    snprintf(database->head.error, HISTORY_ERROR_MAX, "sqlite: %s: %s", what,
             sqlite3_errmsg(database->handle));
    return false;
}

static bool run(struct sqlite_database *database, const char *sql)
{
    return sqlite3_exec(database->handle, sql, NULL, NULL, NULL) == SQLITE_OK ||
           failed(database, "statement");
}

static bool begin(struct history_database *database)
{
    return run(own(database), "BEGIN IMMEDIATE");
}

static int bind(sqlite3_stmt *statement, int place, const struct history_column *column,
                const struct history_value *value)
{
    if (column->kind == HISTORY_COLUMN_INTEGER) {
        return sqlite3_bind_int64(statement, place, value->integer);
    }
    return sqlite3_bind_text(statement, place, value->text, -1, SQLITE_STATIC);
}

static bool write_row(struct history_database *database, const struct history_row *row)
{
    struct sqlite_database *sqlite = own(database);
    const struct history_table_shape *shape = history_table_shape(row->table);
    sqlite3_stmt *statement = sqlite->inserts[row->table - 1];

    for (size_t i = 0; i < shape->column_count; i++) {
        if (bind(statement, (int)i + 1, &shape->columns[i], &row->values[i]) != SQLITE_OK) {
            return failed(sqlite, shape->name);
        }
    }
    int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    return result == SQLITE_DONE || failed(sqlite, shape->name);
}

static bool commit(struct history_database *database, uint64_t from, uint64_t number)
{
    struct sqlite_database *sqlite = own(database);

    sqlite3_bind_int64(sqlite->advance, 1, (sqlite3_int64)number);
    sqlite3_bind_int64(sqlite->advance, 2, (sqlite3_int64)from);
    int result = sqlite3_step(sqlite->advance);
    sqlite3_reset(sqlite->advance);
    if (result != SQLITE_DONE) {
        return failed(sqlite, "history_progress");
    }
    if (sqlite3_changes(sqlite->handle) != 1) {
        snprintf(database->error, HISTORY_ERROR_MAX, "sqlite: somebody else writes this history");
        return false;
    }
    if (!run(sqlite, "COMMIT")) {
        return false;
    }
    database->number = number;
    return true;
}

static void close_database(struct history_database *database)
{
    struct sqlite_database *sqlite = own(database);

    for (size_t i = 0; i < HISTORY_TABLE_COUNT; i++) {
        sqlite3_finalize(sqlite->inserts[i]);
    }
    sqlite3_finalize(sqlite->advance);
    sqlite3_close(sqlite->handle);
    free(sqlite);
}

static const struct history_database_kind kind = {begin, write_row, commit, close_database};

/* INSERT … of one table: a key that is there already is replaced, or else is an error. */
static bool prepare_insert(struct sqlite_database *database, enum history_table table)
{
    const struct history_table_shape *shape = history_table_shape(table);
    char sql[SQL_MAX];
    int size = snprintf(sql, sizeof sql, "INSERT %sINTO %s VALUES (?",
                        shape->replaces ? "OR REPLACE " : "", shape->name);

    for (size_t i = 1; i < shape->column_count; i++) {
        size += snprintf(sql + size, sizeof sql - (size_t)size, ", ?");
    }
    snprintf(sql + size, sizeof sql - (size_t)size, ")");
    return sqlite3_prepare_v2(database->handle, sql, -1, &database->inserts[table - 1], NULL) ==
               SQLITE_OK ||
           failed(database, shape->name);
}

/* One integer from a query; false: no row, or no such table. */
static bool ask(struct sqlite_database *database, const char *sql, int64_t *value)
{
    sqlite3_stmt *statement = NULL;
    bool found = sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL) == SQLITE_OK &&
                 sqlite3_step(statement) == SQLITE_ROW;

    if (found) {
        *value = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    return found;
}

static bool make_tables(struct sqlite_database *database)
{
    char sql[SQL_MAX];
    int64_t tables = 0;

    if (!ask(database, "SELECT count(*) FROM sqlite_master", &tables)) {
        return failed(database, "not a database");
    }
    if (tables > 0) {
        return true;
    }
    if (!history_schema_write(&dialect, sql, sizeof sql)) {
        snprintf(database->head.error, HISTORY_ERROR_MAX, "the schema does not fit its buffer");
        return false;
    }
    return run(database, "BEGIN IMMEDIATE") && run(database, sql) && run(database, "COMMIT");
}

static bool read_progress(struct sqlite_database *database)
{
    int64_t version = 0;
    int64_t number = 0;

    if (!ask(database, "SELECT version FROM history_progress", &version) ||
        !ask(database, "SELECT number FROM history_progress", &number) ||
        version != HISTORY_SCHEMA_VERSION) {
        snprintf(database->head.error, HISTORY_ERROR_MAX,
                 "sqlite: not a history of version %d: delete the file, it is rebuilt",
                 HISTORY_SCHEMA_VERSION);
        return false;
    }
    database->head.number = (uint64_t)number;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database->handle, "SELECT journal FROM node", -1, &statement, NULL) ==
            SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        snprintf(database->head.journal, sizeof database->head.journal, "%s",
                 (const char *)sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    return true;
}

static bool set_up(struct sqlite_database *database, const char *path)
{
    if (sqlite3_open_v2(path, &database->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                        NULL) != SQLITE_OK) {
        return failed(database, path);
    }
    sqlite3_busy_timeout(database->handle, BUSY_MS);
    if (!run(database, "PRAGMA journal_mode = WAL") ||
        !run(database, "PRAGMA synchronous = NORMAL") ||
        !run(database, "PRAGMA temp_store = MEMORY") || /* no other folder is open to it */
        !make_tables(database) || !read_progress(database)) {
        return false;
    }
    for (size_t table = 1; table <= HISTORY_TABLE_COUNT; table++) {
        if (!prepare_insert(database, (enum history_table)table)) {
            return false;
        }
    }
    return sqlite3_prepare_v2(database->handle,
                              "UPDATE history_progress SET number = ? WHERE number = ?", -1,
                              &database->advance, NULL) == SQLITE_OK ||
           failed(database, "history_progress");
}

struct history_database *history_database_open_sqlite(const char *path,
                                                      char error[HISTORY_ERROR_MAX])
{
    struct sqlite_database *database = calloc(1, sizeof *database);

    if (database == NULL) {
        snprintf(error, HISTORY_ERROR_MAX, "out of memory");
        return NULL;
    }
    database->head.kind = &kind;
    if (!set_up(database, path)) {
        memcpy(error, database->head.error, HISTORY_ERROR_MAX);
        close_database(&database->head);
        return NULL;
    }
    return &database->head;
}
