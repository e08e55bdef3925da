/* SPDX-License-Identifier: Apache-2.0
 *
 * The supervisor's side of the divergence drill, always built from the right code.
 *
 *     checking_supervisor record COMMANDS_FILE COUNT SEED     a day of COUNT commands, as a file
 *     checking_supervisor check COMMANDS_FILE < what the operator tells
 *
 * Check prints one line: where the digest of events first differed from its own execution, and where the
 * inspector, which sees nothing but commands and the operator's events, first complained:
 *
 *     records 10000 digest 4711 inspector 4711 FEE state same|differs|unknown
 *
 * 0 means never. Exit status 0: nothing found; 1: found by either; 2: the drill itself went wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "drills/command_file.h"
#include "inspector/inspector.h"
#include "laws/law_world.h"
#include "tarazy/engine.h"

/* ------------------------------------------------------------------ record */

static void write_command(void *context, const struct law *law, const union law_command *command)
{
    FILE *out = context;
    size_t size = tarazy_command_size(command->header.kind);

    (void)law;
    if (fwrite(command, 1, size, out) != size) {
        exit(2);
    }
}

/* All generators take turns, so that every family of commands has its share of the day. */
static int record_day(const char *path, uint64_t count, uint64_t seed)
{
    static law_generator *const generators[] = {law_traders, law_treasury, law_chaos};
    static union law_command command;
    struct law law;
    FILE *out = fopen(path, "wb");

    if (out == NULL) {
        return 2;
    }
    law_start(&law, &law_limits_tight, seed, write_command, out);
    for (uint64_t i = 0; tarazy_engine_number(law.engine) < count; i++) {
        generators[i / 50 % 3](&law, &command);
        law_send(&law, &command);
    }
    law_end(&law);
    return fclose(out) == 0 ? 0 : 2;
}

/* ------------------------------------------------------------------ check */

struct supervision {
    struct engine *engine;
    struct inspector *inspector;
    void *engine_block;
    void *inspector_block;
    uint8_t *own;
    uint8_t *told;
    uint64_t records;
    uint64_t differed; /* number of the first record whose digest is another */
};

static bool hear(void *bytes, size_t size)
{
    return fread(bytes, 1, size, stdin) == size;
}

static void begin(struct supervision *supervision, const struct command_node_found *found)
{
    size_t engine_size = tarazy_engine_size(&found->limits);
    size_t inspector_bytes = inspector_size(&found->limits);

    supervision->engine_block = aligned_alloc(TARAZY_ENGINE_ALIGNMENT, engine_size);
    supervision->inspector_block = aligned_alloc(64, inspector_bytes);
    supervision->own = aligned_alloc(16, TARAZY_EVENTS_SIZE_MAX);
    supervision->told = aligned_alloc(16, TARAZY_EVENTS_SIZE_MAX);
    if (supervision->engine_block == NULL || supervision->inspector_block == NULL ||
        supervision->own == NULL || supervision->told == NULL) {
        exit(2);
    }
    memset(supervision->engine_block, 0, engine_size);
    memset(supervision->inspector_block, 0, inspector_bytes);
    supervision->engine =
        tarazy_engine_create(supervision->engine_block, engine_size, &found->limits);
    supervision->inspector =
        inspector_create(supervision->inspector_block, inspector_bytes, &found->limits);
}

static void end(struct supervision *supervision)
{
    free(supervision->engine_block);
    free(supervision->inspector_block);
    free(supervision->own);
    free(supervision->told);
}

/* One record: false when the operator has fallen silent. */
static bool check_record(struct supervision *supervision, const struct command_header *command)
{
    struct event_buffer events = {.bytes = supervision->own, .size = TARAZY_EVENTS_SIZE_MAX};
    struct digest own = digest_start();
    struct digest told = digest_start();
    uint64_t size;

    if (!hear(&size, sizeof size) || size == 0 || size > TARAZY_EVENTS_SIZE_MAX || size % 16 != 0 ||
        !hear(supervision->told, size)) {
        return false;
    }
    supervision->records++;
    tarazy_engine_apply(supervision->engine, command, &events);
    digest_update(&own, events.bytes, events.used);
    digest_update(&told, supervision->told, size);
    if (supervision->differed == 0 && memcmp(&own, &told, sizeof own) != 0) {
        supervision->differed = command->number;
    }
    inspector_on_command(supervision->inspector, command, supervision->told, size);
    return true;
}

static const char *compare_state(const struct supervision *supervision)
{
    struct digest own = digest_start();
    struct digest told;
    uint64_t none;
    size_t size;

    if (!hear(&none, sizeof none) || !hear(&told, sizeof told)) {
        return "unknown";
    }
    const void *block = tarazy_engine_block(supervision->engine, &size);
    digest_update(&own, block, size);
    return memcmp(&own, &told, sizeof own) == 0 ? "same" : "differs";
}

static int check(const char *path)
{
    struct supervision supervision = {0};
    struct command_file file;
    bool speaks = true;

    if (!command_file_open(&file, path)) {
        return 2;
    }
    const void *first = file.commands;
    begin(&supervision, first);
    for (const struct command_header *command = command_file_next(&file, NULL);
         command != NULL && speaks; command = command_file_next(&file, command)) {
        speaks = check_record(&supervision, command);
    }
    const char *state = speaks ? compare_state(&supervision) : "silent";
    const struct inspector_complaint *complaint = inspector_complaint(supervision.inspector);
    (void)printf("records %llu digest %llu inspector %llu %s state %s\n",
                 (unsigned long long)supervision.records, (unsigned long long)supervision.differed,
                 complaint == NULL ? 0 : (unsigned long long)complaint->number,
                 complaint == NULL ? "-" : inspector_rule_name(complaint->rule), state);
    bool good = supervision.differed == 0 && complaint == NULL && strcmp(state, "same") == 0;
    end(&supervision);
    command_file_close(&file);
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "record") == 0) {
        return record_day(argv[2], strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
    }
    if (argc == 3 && strcmp(argv[1], "check") == 0) {
        return check(argv[2]);
    }
    (void)fputs("usage: checking_supervisor record FILE COUNT SEED | check FILE\n", stderr);
    return 2;
}
