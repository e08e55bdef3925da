/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy state`: every balance as it was after any command of history, from the journal alone. A
 * third party with a copy of the journal needs nothing else. Read next: journal/state_at.h.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/decimal_text.h"
#include "codec/json_writer.h"
#include "journal/state_at.h"
#include "money/arithmetic.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"
#include "tarazy/event.h"
#include "tarazy/query.h"

enum state_option {
    STATE_OPTION_DIR = 1,
    STATE_OPTION_AT,
    STATE_OPTION_PARTICIPANT,
    STATE_OPTION_JSON,
    STATE_OPTION_TRUST,
    STATE_OPTION_HELP
};

static const struct option state_options[] = {
    {"dir", required_argument, NULL, STATE_OPTION_DIR},
    {"at", required_argument, NULL, STATE_OPTION_AT},
    {"participant", required_argument, NULL, STATE_OPTION_PARTICIPANT},
    {"json", no_argument, NULL, STATE_OPTION_JSON},
    {"trust-snapshots", no_argument, NULL, STATE_OPTION_TRUST},
    {"help", no_argument, NULL, STATE_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

enum { STATE_RAILS = 65536, STATE_LINE_SIZE = 1024, STATE_NAME_SIZE = 64 };

/* Of one asset. */
struct state_sums {
    struct amount participants; /* available and held */
    struct amount house;        /* fees, roundings, the house's own */
    struct amount outside;      /* mirrors of what is outside: below zero */
};

struct state_call {
    const char *directory;
    uint64_t number;      /* the command after which */
    bool trusts_snapshot; /* begin with the newest one up to there, for speed */
};

struct state_print {
    uint64_t participant; /* only this one; 0: all, and the sums */
    bool is_json;
    bool is_wrong; /* the books do not agree with themselves */
    const struct engine *engine;
    struct state_sums *sums; /* by asset */
};

static void state_print_help(FILE *out)
{
    (void)fputs("usage: tarazy state --dir DIR --at NUMBER [--participant N] [--json]\n\n"
                "  --dir DIR          a node's folder, a backup, or any copy of a journal\n"
                "  --at NUMBER        after which command\n"
                "  --participant N    this one only\n"
                "  --json             one JSON object per line\n"
                "  --trust-snapshots  begin with a snapshot: faster, but it is the node's word\n",
                out);
}

/* ------------------------------------------------------------------ one line */

static void state_put_json(struct json_writer *json)
{
    json_write_object_end(json);
    struct slice line = json_writer_text(json);
    (void)printf("%.*s\n", (int)line.size, line.data);
}

static void state_put_amount(const char *name, struct amount amount, uint8_t scale)
{
    char text[DECIMAL_TEXT_SIZE_MAX];
    size_t size = decimal_text_format(amount_units(amount), scale, text, sizeof text);
    (void)printf(" %s=%.*s", name, (int)size, text);
}

static void state_json_amount(struct json_writer *json, const char *name, struct amount amount,
                              uint8_t scale)
{
    json_write_key_decimal(json, name, amount_units(amount), scale);
}

static void state_print_balance(const struct state_print *print, const char *name,
                                const struct balance_view *balance, const struct asset_view *asset)
{
    char text[STATE_LINE_SIZE];
    struct json_writer json;
    char code[sizeof asset->code.text + 1] = {0};
    memcpy(code, asset->code.text, sizeof asset->code.text);
    if (!print->is_json) {
        (void)printf("%-12" PRIu32 " %-32s %-12s", balance->owner, name, code);
        state_put_amount("available", balance->available, asset->scale);
        state_put_amount("held", balance->held, asset->scale);
        (void)printf("\n");
        return;
    }
    json_writer_begin(&json, text, sizeof text);
    json_write_object_begin(&json);
    json_write_key_uint64(&json, "owner", balance->owner);
    json_write_key_text(&json, "handle", name);
    json_write_key_text(&json, "asset", code);
    state_json_amount(&json, "available", balance->available, asset->scale);
    state_json_amount(&json, "held", balance->held, asset->scale);
    state_put_json(&json);
}

/* ------------------------------------------------------------------ everybody */

static struct amount state_add(struct state_print *print, struct amount sum, struct amount more)
{
    struct amount result = sum;
    if (!amount_add(&result, sum, more)) {
        print->is_wrong = true;
    }
    return result;
}

/* All accounts of one owner; each goes to one of the sums. */
static void state_print_owner(struct state_print *print, uint32_t owner, const char *name)
{
    struct asset_view asset;
    bool is_asked = print->participant == 0 || print->participant == owner;
    for (uint16_t i = 1; tarazy_query_asset(print->engine, i, &asset); i++) {
        struct balance_view balance;
        struct state_sums *sums = &print->sums[i];
        struct amount *sum = &sums->participants;
        if (!tarazy_query_balance(print->engine, owner, i, &balance)) {
            continue;
        }
        if (owner >= TARAZY_OWNER_OUTSIDE(0)) {
            sum = &sums->outside;
        } else if (owner >= TARAZY_OWNER_HOUSE) {
            sum = &sums->house;
        }
        *sum = state_add(print, state_add(print, *sum, balance.available), balance.held);
        if (is_asked) {
            state_print_balance(print, name, &balance, &asset);
        }
    }
}

static void state_print_owners(struct state_print *print, const struct node_view *node)
{
    char name[STATE_NAME_SIZE];
    struct participant_view participant;
    for (uint32_t i = 1; i <= node->participants; i++) {
        if (tarazy_query_participant(print->engine, i, &participant)) {
            (void)snprintf(name, sizeof name, "%.*s", (int)sizeof participant.handle.text,
                           participant.handle.text);
            state_print_owner(print, i, name);
        }
    }
    state_print_owner(print, TARAZY_OWNER_HOUSE, "house");
    state_print_owner(print, TARAZY_OWNER_FEES, "fees");
    state_print_owner(print, TARAZY_OWNER_ROUNDING, "rounding");
    for (uint32_t rail = 0; rail < STATE_RAILS; rail++) {
        struct balance_view first;
        if (tarazy_query_balances(print->engine, TARAZY_OWNER_OUTSIDE(rail), &first, 1) > 0) {
            (void)snprintf(name, sizeof name, "outside-%" PRIu32, rail);
            state_print_owner(print, TARAZY_OWNER_OUTSIDE(rail), name);
        }
    }
}

/* ------------------------------------------------------------------ sums */

static void state_print_sum(struct state_print *print, uint16_t number,
                            const struct asset_view *asset)
{
    const struct state_sums *sums = &print->sums[number];
    struct amount all =
        state_add(print, state_add(print, sums->participants, sums->house), sums->outside);
    char text[STATE_LINE_SIZE];
    struct json_writer json;
    char code[sizeof asset->code.text + 1] = {0};
    memcpy(code, asset->code.text, sizeof asset->code.text);
    print->is_wrong = print->is_wrong || !amount_is_zero(all);
    if (!print->is_json) {
        (void)printf("sum %s", code);
        state_put_amount("participants", sums->participants, asset->scale);
        state_put_amount("house", sums->house, asset->scale);
        state_put_amount("outside", sums->outside, asset->scale);
        state_put_amount("all", all, asset->scale);
        (void)printf("\n");
        return;
    }
    json_writer_begin(&json, text, sizeof text);
    json_write_object_begin(&json);
    json_write_key_text(&json, "sum", code);
    state_json_amount(&json, "participants", sums->participants, asset->scale);
    state_json_amount(&json, "house", sums->house, asset->scale);
    state_json_amount(&json, "outside", sums->outside, asset->scale);
    state_json_amount(&json, "all", all, asset->scale);
    state_put_json(&json);
}

static void state_print_head(const struct state_print *print)
{
    char text[STATE_LINE_SIZE];
    struct json_writer json;
    uint64_t number = tarazy_engine_number(print->engine);
    int64_t time_us = tarazy_engine_time(print->engine);
    if (!print->is_json) {
        (void)printf("after command %" PRIu64 ", time %" PRId64 " us\n", number, time_us);
        return;
    }
    json_writer_begin(&json, text, sizeof text);
    json_write_object_begin(&json);
    json_write_key_uint64(&json, "number", number);
    json_write_key_int64(&json, "timeUs", time_us);
    state_put_json(&json);
}

static void state_show(struct state_print *print, const struct engine *engine)
{
    struct node_view node;
    struct asset_view asset;
    print->engine = engine;
    tarazy_query_node(engine, &node);
    state_print_head(print);
    state_print_owners(print, &node);
    for (uint16_t i = 1; print->participant == 0 && tarazy_query_asset(engine, i, &asset); i++) {
        state_print_sum(print, i, &asset);
    }
    const char *sentence = tarazy_engine_audit(engine);
    if (sentence != NULL) {
        (void)fprintf(stderr, "the books: %s\n", sentence);
        print->is_wrong = true;
    }
}

/* ------------------------------------------------------------------ the command */

static bool state_take_number(const char *text, uint64_t max, uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && text[0] >= '1' && text[0] <= '9' && *end == '\0' && *out <= max;
}

static int state_run(const struct state_call *call, struct state_print *print)
{
    const struct storage *storage = storage_system();
    struct journal_error error;
    struct state_at state;
    char text[JOURNAL_ERROR_TEXT_SIZE];
    bool is_there = call->trusts_snapshot
                        ? state_at_read(storage, call->directory, call->number, &state, &error)
                        : state_at_rebuild(storage, call->directory, call->number, &state, &error);
    if (!is_there) {
        (void)fprintf(stderr, "%s\n", journal_error_text(&error, text));
        return error.error_number != 0 ? EXIT_CODE_FAILED : EXIT_CODE_DAMAGED;
    }
    state_show(print, state.engine);
    state_at_destroy(&state);
    if (fflush(stdout) != 0) {
        return EXIT_CODE_FAILED;
    }
    return print->is_wrong ? EXIT_CODE_DAMAGED : EXIT_CODE_DONE;
}

/* −1 to go on, else the exit code. */
static int state_take(int option, struct state_call *call, struct state_print *print)
{
    bool is_good = true;
    switch (option) {
    case STATE_OPTION_DIR: call->directory = optarg; break;
    case STATE_OPTION_AT: is_good = state_take_number(optarg, UINT64_MAX, &call->number); break;
    case STATE_OPTION_PARTICIPANT:
        is_good = state_take_number(optarg, UINT32_MAX, &print->participant);
        break;
    case STATE_OPTION_JSON: print->is_json = true; break;
    case STATE_OPTION_TRUST: call->trusts_snapshot = true; break;
    case STATE_OPTION_HELP: state_print_help(stdout); return EXIT_CODE_DONE;
    default: is_good = false; /* not an enum: getopt_long has said what is wrong */
    }
    return is_good ? -1 : EXIT_CODE_USAGE;
}

int state_main(int argc, char **argv)
{
    struct state_print print = {0};
    struct state_call call = {0};
    int code = -1;
    int option;
    while (code < 0 && (option = getopt_long(argc, argv, "", state_options, NULL)) != -1) {
        code = state_take(option, &call, &print);
    }
    if (code < 0 && (call.directory == NULL || call.number == 0 || optind != argc)) {
        code = EXIT_CODE_USAGE;
    }
    if (code >= 0) {
        if (code == EXIT_CODE_USAGE) {
            state_print_help(stderr);
        }
        return code;
    }
    print.sums = calloc((size_t)UINT16_MAX + 1, sizeof *print.sums);
    if (print.sums == NULL) {
        (void)fprintf(stderr, "out of memory\n");
        return EXIT_CODE_FAILED;
    }
    code = state_run(&call, &print);
    free(print.sums);
    return code;
}
