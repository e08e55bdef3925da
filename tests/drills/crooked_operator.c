/* SPDX-License-Identifier: Apache-2.0
 *
 * The operator's side of the divergence drill: executes a file of commands with the engine it was built
 * with, and tells what came of each to standard output: size, then events. It is built with mutants in the
 * engine (divergence_drill.py), or with one of the functions below in the place of the right one.
 *
 *     crooked_operator COMMANDS_FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "drills/command_file.h"
#include "ledger/ledger.h"
#include "money/arithmetic.h"
#include "tarazy/engine.h"

/* Put in place of the right function by the linker: --wrap. */
#ifdef CROOKED_FEE
struct fee __real_money_fee(struct amount gross, struct rate rate);
struct fee __wrap_money_fee(struct amount gross, struct rate rate);

/* The half unit that is nobody's goes to the house. */
struct fee __wrap_money_fee(struct amount gross, struct rate rate)
{
    struct fee fee = __real_money_fee(gross, rate);

    fee.earned = fee.charged;
    return fee;
}
#endif

#ifdef CROOKED_LIMIT
/* One person knows no limit of the day. */
bool __wrap_ledger_day_withdraw_fits(const struct ledger *ledger, uint32_t account, int32_t day,
                                     struct amount amount, struct amount day_max);
bool __wrap_ledger_day_withdraw(struct ledger *ledger, uint32_t account, int32_t day,
                                struct amount amount, struct amount day_max);

bool __wrap_ledger_day_withdraw_fits(const struct ledger *ledger, uint32_t account, int32_t day,
                                     struct amount amount, struct amount day_max)
{
    (void)ledger, (void)account, (void)day, (void)amount, (void)day_max;
    return true;
}

bool __wrap_ledger_day_withdraw(struct ledger *ledger, uint32_t account, int32_t day,
                                struct amount amount, struct amount day_max)
{
    (void)ledger, (void)account, (void)day, (void)amount, (void)day_max;
    return true;
}
#endif

#ifdef CROOKED_EVIDENCE
/* Evidence may be used as often as one likes. */
enum result __wrap_ledger_evidence_check(const struct ledger *ledger,
                                         const struct evidence *evidence);
void __wrap_ledger_evidence_use(struct ledger *ledger, const struct evidence *evidence);

enum result __wrap_ledger_evidence_check(const struct ledger *ledger,
                                         const struct evidence *evidence)
{
    (void)ledger, (void)evidence;
    return RESULT_OK;
}

void __wrap_ledger_evidence_use(struct ledger *ledger, const struct evidence *evidence)
{
    (void)ledger, (void)evidence;
}
#endif

static void tell(const void *bytes, size_t size)
{
    if (fwrite(bytes, 1, size, stdout) != size) {
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct command_file file;

    if (argc != 2 || !command_file_open(&file, argv[1])) {
        (void)fputs("usage: crooked_operator COMMANDS_FILE\n", stderr);
        return 2;
    }
    const void *first = file.commands;
    const struct command_node_found *found = first;
    size_t size = tarazy_engine_size(&found->limits);
    void *block = aligned_alloc(TARAZY_ENGINE_ALIGNMENT, size);
    uint8_t *bytes = aligned_alloc(16, TARAZY_EVENTS_SIZE_MAX);
    if (block == NULL || bytes == NULL) {
        return 2;
    }
    memset(block, 0, size);
    struct engine *engine = tarazy_engine_create(block, size, &found->limits);
    for (const struct command_header *command = command_file_next(&file, NULL); command != NULL;
         command = command_file_next(&file, command)) {
        struct event_buffer events = {.bytes = bytes, .size = TARAZY_EVENTS_SIZE_MAX};

        tarazy_engine_apply(engine, command, &events);
        uint64_t told = events.used;
        tell(&told, sizeof told);
        tell(events.bytes, events.used);
        (void)fflush(stdout); /* told is told, even if the next command is the end */
    }
    struct digest state = digest_start();
    digest_update(&state, tarazy_engine_block(engine, &size), size);
    uint64_t none = 0;
    tell(&none, sizeof none);
    tell(&state, sizeof state);
    free(block);
    free(bytes);
    command_file_close(&file);
    return fflush(stdout) == 0 ? 0 : 2;
}
