/* SPDX-License-Identifier: Apache-2.0
 *
 * Evidence used once for ever: the set of everything outside that ever became value inside or was
 * paid with value from inside. It only grows; when it is full, nothing more comes in.
 */
#include <string.h>

#include "base/ensure.h"
#include "ledger/ledger_state.h"

static uint64_t evidence_hash(const struct ledger *ledger, const struct evidence *evidence)
{
    return hash_bytes(ledger->seed, evidence, sizeof *evidence);
}

static bool is_used(const struct ledger *ledger, const struct evidence *evidence)
{
    uint64_t hash = evidence_hash(ledger, evidence);
    uint32_t cursor;
    uint32_t index = table_first(&ledger->by_evidence, hash, &cursor);

    while (index != 0 &&
           memcmp(pool_at(&ledger->evidence, index), evidence, sizeof *evidence) != 0) {
        index = table_next(&ledger->by_evidence, hash, &cursor);
    }
    return index != 0;
}

enum result ledger_evidence_check(const struct ledger *ledger, const struct evidence *evidence)
{
    if (is_used(ledger, evidence)) {
        return RESULT_EVIDENCE_USED;
    }
    return pool_room(&ledger->evidence) > 0 ? RESULT_OK : RESULT_EVIDENCE_FULL;
}

void ledger_evidence_use(struct ledger *ledger, const struct evidence *evidence)
{
    ENSURE(ledger_evidence_check(ledger, evidence) == RESULT_OK);
    uint32_t index = pool_take(&ledger->evidence);

    ENSURE(index != 0);
    memcpy(pool_at(&ledger->evidence, index), evidence, sizeof *evidence);
    table_insert(&ledger->by_evidence, evidence_hash(ledger, evidence), index);
}

uint32_t ledger_evidence_count(const struct ledger *ledger)
{
    return ledger->evidence.count;
}

void ledger_ask_evidence(const struct ledger *ledger, const struct evidence *evidence)
{
    table_ask(&ledger->by_evidence, evidence_hash(ledger, evidence));
}
