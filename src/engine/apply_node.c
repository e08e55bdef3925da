/* SPDX-License-Identifier: Apache-2.0
 *
 * The licence of a node and the end of its founding. A file of its own because these two commands
 * happen once in a node's life and decide what all later ones may be.
 *
 * Invariant: everyone who re-performs the journal has sized the same state: the licence's limits are
 * the block's.
 *
 * Next: apply_registry.c.
 */
#include <string.h>

#include "engine/emit.h"

enum result check_node_found(const struct engine *engine, const struct command_node_found *found)
{
    bool same = memcmp(&found->limits, &engine->limits, sizeof found->limits) == 0;

    return same ? RESULT_OK : RESULT_FIELD_INVALID;
}

enum result apply_node_found(struct apply *apply, const struct command_node_found *found)
{
    struct engine *engine = apply->engine;
    enum result result = check_node_found(engine, found);

    if (result != RESULT_OK) {
        return result;
    }
    memcpy(engine->seed.words, found->hash_seed, sizeof engine->seed.words);
    ledger_set_seed(apply->ledger, engine->seed);
    market_set_seed(apply->market, engine->seed);
    registry_set_seed(apply->registry, engine->seed);
    if (engine_mining(engine) != NULL) {
        mining_set_seed(engine_mining(engine), engine->seed);
    }
    engine->name = found->name;
    engine->sandbox = found->sandbox;
    engine->founded = 1;
    emit_registry(apply, REGISTRY_SUBJECT_NODE, 0);
    return RESULT_OK;
}

enum result check_node_open(const struct engine *engine, const struct command_node_open *open)
{
    (void)open;
    ENSURE(engine->founded && !engine->open); /* check_sender refuses it otherwise */
    return RESULT_OK;
}

enum result apply_node_open(struct apply *apply, const struct command_node_open *open)
{
    enum result result = check_node_open(apply->engine, open);

    if (result != RESULT_OK) {
        return result;
    }
    apply->engine->open = 1;
    emit_registry(apply, REGISTRY_SUBJECT_NODE, 0);
    return RESULT_OK;
}
