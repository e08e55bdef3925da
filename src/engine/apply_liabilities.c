/* SPDX-License-Identifier: Apache-2.0
 *
 * The root of a tree of liabilities enters the record. A file of its own because it is the one act that
 * says something about the books and changes nothing in them: whether the root is true cannot be
 * known here, but that there is only one of an epoch, and in what order they come, can.
 *
 * Invariants: epochs grow; the record a root speaks of lies in the past and never before the last one.
 *
 * Next: docs/proof-of-liabilities.md.
 */
#include "engine/apply.h"
#include "tarazy/query.h"

enum result check_liabilities_publish(const struct engine *engine,
                                      const struct command_liabilities_publish *publish)
{
    const struct liabilities *last = engine_liabilities(engine);

    /* engine->number is this command's own once it is applied, and the one before while it is asked. */
    if (publish->record == 0 || publish->record > engine->number ||
        publish->record == publish->header.number || publish->record < last->record) {
        return RESULT_LIABILITIES_RECORD;
    }
    return publish->epoch > last->epoch ? RESULT_OK : RESULT_LIABILITIES_EPOCH;
}

enum result apply_liabilities_publish(struct apply *apply,
                                      const struct command_liabilities_publish *publish)
{
    enum result result = check_liabilities_publish(apply->engine, publish);

    if (result != RESULT_OK) {
        return result;
    }
    *engine_liabilities(apply->engine) = (struct liabilities){
        .root = publish->root,
        .totals = publish->totals,
        .record = publish->record,
        .epoch = publish->epoch,
        .published = apply->command->number,
    };
    return RESULT_OK;
}

bool tarazy_query_liabilities(const struct engine *engine, struct liabilities_view *out)
{
    const struct liabilities *last = engine_liabilities(engine);

    if (last->epoch == 0) {
        return false;
    }
    *out = (struct liabilities_view){
        .root = last->root,
        .totals = last->totals,
        .record = last->record,
        .epoch = last->epoch,
        .published = last->published,
    };
    return true;
}
