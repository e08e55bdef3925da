/* SPDX-License-Identifier: Apache-2.0
 *
 * The same story told to every database: SQLite always, PostgreSQL when TARAZY_TEST_POSTGRESQL names
 * one (tests/history/with_postgresql.sh starts a server and does).
 */
#include "history/projector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <sqlite3.h>

#include "history/history_database.h"
#include "history/history_table.h"
#include "history/row_fill.h"
#include "support/engine_scene.h"

#define FILE_NAME "projector-test.sqlite"

enum { ANSWER_MAX = 65536 };

struct story {
    struct scene scene;
    struct history_database *database;
    struct projector *projector;
};

static const char *url(void)
{
    const char *postgresql = getenv("TARAZY_TEST_POSTGRESQL");

    return postgresql != NULL ? postgresql : "sqlite:" FILE_NAME;
}

/* Rows as text: columns by |, rows by newline. */
static void add_text(char *out, const char *text, const char *end)
{
    size_t size = strlen(out);

    snprintf(out + size, ANSWER_MAX - size, "%s%s", text, end);
}

static void ask_postgresql(const char *sql, char *out)
{
    PGconn *connection = PQconnectdb(url());
    PGresult *result = PQexec(connection, sql);
    int columns = PQnfields(result);

    if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK) {
        fail_msg("%s", PQerrorMessage(connection));
    }
    for (int row = 0; row < PQntuples(result); row++) {
        for (int column = 0; column < columns; column++) {
            add_text(out, PQgetvalue(result, row, column), column + 1 < columns ? "|" : "\n");
        }
    }
    PQclear(result);
    PQfinish(connection);
}

static void ask_sqlite(const char *sql, char *out)
{
    sqlite3 *handle = NULL;
    sqlite3_stmt *statement = NULL;

    assert_int_equal(sqlite3_open(FILE_NAME, &handle), SQLITE_OK);
    if (sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) != SQLITE_OK) {
        fail_msg("%s", sqlite3_errmsg(handle));
    }
    int columns = sqlite3_column_count(statement);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int column = 0; column < columns; column++) {
            add_text(out, (const char *)sqlite3_column_text(statement, column),
                     column + 1 < columns ? "|" : "\n");
        }
    }
    sqlite3_finalize(statement);
    sqlite3_close(handle);
}

static const char *ask(const char *sql)
{
    static char answer[ANSWER_MAX];

    answer[0] = '\0';
    if (getenv("TARAZY_TEST_POSTGRESQL") != NULL) {
        ask_postgresql(sql, answer);
    } else {
        ask_sqlite(sql, answer);
    }
    return answer;
}

static void forget_everything(void)
{
    if (getenv("TARAZY_TEST_POSTGRESQL") != NULL) {
        (void)ask("SET client_min_messages = error; DROP SCHEMA public CASCADE");
        (void)ask("CREATE SCHEMA public");
        return;
    }
    unlink(FILE_NAME);
    unlink(FILE_NAME "-wal");
    unlink(FILE_NAME "-shm");
}

static void open_database(struct story *story)
{
    char error[HISTORY_ERROR_MAX];

    story->database = history_database_open(url(), error);
    if (story->database == NULL) {
        fail_msg("%s", error);
    }
    story->projector = projector_create(story->database, scene_limits.instruments_max);
    assert_non_null(story->projector);
}

static void close_database(struct story *story)
{
    projector_destroy(story->projector);
    story->database->kind->close(story->database);
}

static void begin_story(struct story *story)
{
    forget_everything();
    scene_start(&story->scene);
    story->scene.quick = true;
    open_database(story);
}

static void end_story(struct story *story)
{
    close_database(story);
    scene_end(&story->scene);
    forget_everything();
}

/* Hands the scene's last command to the projector. */
static bool tell(struct story *story)
{
    const struct command_header header = {
        .number = tarazy_engine_number(story->scene.engine),
        .time_us = tarazy_engine_time(story->scene.engine),
        .kind = scene_outcome(&story->scene)->command,
    };

    return projector_apply(story->projector, story->scene.engine, &header,
                           story->scene.events.bytes, story->scene.events.used);
}

static void place(struct story *story, uint32_t who, const struct order_terms *terms)
{
    assert_int_equal(scene_place(&story->scene, who, terms), RESULT_OK);
    assert_true(tell(story));
}

static void trade_once(struct story *story, int64_t price, int64_t quantity)
{
    struct order_terms ask_terms = scene_limit(SIDE_SELL, price, quantity);
    struct order_terms bid_terms = scene_limit(SIDE_BUY, price, quantity);

    place(story, SCENE_BOB, &ask_terms);
    place(story, SCENE_ALICE, &bid_terms);
}

static void a_trade_leaves_orders_events_postings_balances_and_candles(void **state)
{
    struct story story;

    begin_story(&story);
    trade_once(&story, 100, 3);
    assert_true(projector_waiting(story.projector) > 0);
    assert_true(projector_commit(story.projector));
    assert_int_equal(projector_waiting(story.projector), 0);
    assert_string_equal(ask("SELECT participant, side, type, time_in_force, price, quantity FROM "
                            "orders ORDER BY order_number"),
                        "2|SELL|LIMIT|GTC|100|3\n1|BUY|LIMIT|GTC|100|3\n");
    assert_string_equal(ask("SELECT event, status, executed, quote FROM order_events WHERE event = "
                            "'CLOSED' ORDER BY number, sequence"),
                        "CLOSED|FILLED|3|300\nCLOSED|FILLED|3|300\n");
    assert_string_equal(ask("SELECT price, quantity, quote, maker, taker, taker_side FROM trades"),
                        "100|3|300|2|1|BUY\n");
    assert_string_equal(ask("SELECT participant, status, executed FROM order_state ORDER BY 1"),
                        "1|FILLED|3\n2|FILLED|3\n");
    assert_string_equal(ask("SELECT open, high, low, close, base, quote, trades FROM candles WHERE "
                            "length = '1h'"),
                        "100|100|100|100|3|300|1\n");
    assert_string_equal(ask("SELECT count(*) FROM candles"), "16\n");
    assert_string_equal(ask("SELECT count(*) FROM postings WHERE reason = 'TRADE_QUOTE'"), "1\n");
    assert_true(strcmp(ask("SELECT count(*) FROM balances"), "0\n") != 0);
    end_story(&story);
}

static void what_is_not_committed_is_not_there_and_is_written_once_when_told_again(void **state)
{
    struct story story;

    begin_story(&story);
    trade_once(&story, 100, 1);
    assert_true(projector_commit(story.projector));
    uint64_t number = story.database->number;
    trade_once(&story, 101, 2);
    close_database(&story); /* dies before its commit */
    open_database(&story);
    assert_int_equal(story.database->number, number);
    assert_string_equal(ask("SELECT count(*) FROM trades"), "1\n");
    assert_true(tell(&story)); /* the last command once more */
    assert_true(projector_commit(story.projector));
    assert_string_equal(ask("SELECT count(*) FROM trades"), "2\n");
    uint64_t after = story.database->number;
    close_database(&story);
    open_database(&story);
    assert_true(tell(&story)); /* and again, though it is there */
    assert_true(projector_commit(story.projector));
    assert_int_equal(story.database->number, after);
    assert_string_equal(ask("SELECT count(*) FROM trades"), "2\n");
    end_story(&story);
}

static void two_writers_cannot_both_commit(void **state)
{
    struct story story;
    struct story other;

    begin_story(&story);
    open_database(&other);
    trade_once(&story, 100, 1);
    assert_true(projector_commit(story.projector));
    other.scene = story.scene;
    bool told = tell(&other);
    assert_false(told && projector_commit(other.projector));
    assert_true(strlen(other.database->error) > 0);
    close_database(&other);
    end_story(&story);
}

static void a_candle_is_written_when_the_next_begins(void **state)
{
    struct story story;

    begin_story(&story);
    trade_once(&story, 100, 1);
    story.scene.now_us += 2000000;
    trade_once(&story, 110, 1);
    assert_true(projector_commit(story.projector));
    assert_string_equal(ask("SELECT open, close, trades FROM candles WHERE length = '1s' ORDER BY "
                            "open_us"),
                        "100|100|1\n110|110|1\n");
    assert_string_equal(ask("SELECT open, high, close, trades FROM candles WHERE length = '1h'"),
                        "100|110|110|2\n");
    end_story(&story);
}

static void a_url_of_no_database_is_an_error(void **state)
{
    char error[HISTORY_ERROR_MAX];

    assert_null(history_database_open("mysql://x", error));
    assert_non_null(strstr(error, "mysql"));
    assert_null(history_database_open("sqlite:/no/such/folder/file", error));
    assert_true(strlen(error) > 0);
    assert_null(history_database_open("postgresql://127.0.0.1:1/x?connect_timeout=2", error));
    assert_true(strlen(error) > 0);
}

static void another_version_of_the_tables_is_refused(void **state)
{
    char error[HISTORY_ERROR_MAX];
    struct story story;

    begin_story(&story);
    (void)ask("UPDATE history_progress SET version = 99");
    assert_null(history_database_open(url(), error));
    assert_non_null(strstr(error, "version"));
    end_story(&story);
}

static void every_table_has_a_shape_and_every_enum_a_word(void **state)
{
    for (size_t table = 1; table <= HISTORY_TABLE_COUNT; table++) {
        const struct history_table_shape *shape = history_table_shape((enum history_table)table);

        assert_non_null(shape->name);
        assert_in_range(shape->column_count, shape->key_count, HISTORY_COLUMNS_MAX);
        for (size_t i = 0; i < shape->column_count; i++) {
            assert_non_null(shape->columns[i].name);
        }
    }
    assert_string_equal(word_of_close_reason(CLOSE_REASON_SESSION), "SESSION");
    assert_string_equal(word_of_posting_reason(POSTING_REASON_CORRECTION), "CORRECTION");
    assert_string_equal(word_of_order_change(ORDER_CHANGE_TRAILING), "TRAILING");
    assert_string_equal(word_of_order_status(ORDER_STATUS_REJECTED), "REJECTED");
    assert_string_equal(word_of_withdrawal_state(WITHDRAWAL_STATE_REJECTED), "REJECTED");
    assert_string_equal(word_of_side(0), "?");
    assert_string_equal(word_of_side(77), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trade_leaves_orders_events_postings_balances_and_candles),
        cmocka_unit_test(what_is_not_committed_is_not_there_and_is_written_once_when_told_again),
        cmocka_unit_test(two_writers_cannot_both_commit),
        cmocka_unit_test(a_candle_is_written_when_the_next_begins),
        cmocka_unit_test(a_url_of_no_database_is_an_error),
        cmocka_unit_test(another_version_of_the_tables_is_refused),
        cmocka_unit_test(every_table_has_a_shape_and_every_enum_a_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
