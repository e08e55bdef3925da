/* SPDX-License-Identifier: Apache-2.0
 *
 * What a node owes over seeded random commands of all kinds: at any moment the tree of its accounts has
 * the ledger's totals, the sums over everybody's accounts asked one by one, and a supervisor finds the
 * same tree; and a root that is published is the one that can be read.
 *
 *     liabilities_law
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "laws/law_world.h"
#include "proofs/liabilities_check.h"
#include "tarazy/query.h"

#define COMMANDS    8000u
#define BUILD_EVERY 400u

struct run {
    const char *name;
    law_generator *generator;
    const struct limits *limits;
};

static const struct run runs[] = {
    {"chaos", law_chaos, &law_limits_tight},
    {"traders", law_traders, &law_limits_wide},
    {"treasury", law_treasury, &law_limits_wide},
};

static const struct hash256 secret = {{3, 1, 4}};

/* What everybody owns of an asset, asked one by one. */
static int128 sum_of(const struct engine *engine, uint16_t asset)
{
    struct node_view node;
    struct balance_view balance;
    int128 sum = 0;

    tarazy_query_node(engine, &node);
    for (uint32_t i = 1; i <= node.participants + 2; i++) {
        uint32_t owner = i <= node.participants ? i : TARAZY_OWNER_HOUSE + i - node.participants;

        if (tarazy_query_balance(engine, owner, asset, &balance)) {
            sum += balance.available.units + balance.held.units; /* raw: test */
        }
    }
    return sum;
}

static struct liabilities_claim build(const struct engine *engine, uint64_t epoch)
{
    static struct liabilities_statement statement;
    struct liabilities_source source;
    struct liabilities_key key;
    struct liabilities_node top;

    liabilities_key_prepare(&key, &secret, epoch);
    ENSURE(liabilities_books_source(engine, &source));
    ENSURE(liabilities_build(&source, &key, LIABILITIES_DEPTH, NULL, &top) ==
           LIABILITIES_BUILD_DONE);
    liabilities_books_statement(engine, epoch, &statement);
    liabilities_statement_close(&statement, &top);
    for (uint16_t asset = 1; asset <= statement.assets; asset++) {
        ENSURE(sum_of(engine, asset) == (int128)statement.asset[asset - 1].total);
    }
    return liabilities_claim_of(&statement);
}

static void check(const struct engine *engine, const struct liabilities_claim *claim)
{
    static struct liabilities_report report;

    ENSURE(liabilities_check(engine, claim, &secret, &report));
    const char *wrong = liabilities_report_text(&report);
    if (wrong != NULL) {
        (void)fprintf(stderr, "liabilities_law: command %llu: %s\n",
                      (unsigned long long)claim->record, wrong);
        abort();
    }
}

/* By some operator, who may be frozen or have lost his role by now. Returns whether it was taken. */
static bool publish(struct law *law, const struct liabilities_claim *claim)
{
    static union law_command command;
    struct command_liabilities_publish act = {
        .header = {.kind = COMMAND_LIABILITIES_PUBLISH, .participant = law_any_operator(law)},
        .record = claim->record,
        .epoch = claim->epoch,
        .root = claim->root,
        .totals = claim->totals,
    };
    struct liabilities_view view;

    memset(&command, 0, sizeof command);
    act.header.key = act.header.participant;
    memcpy(command.bytes, &act, sizeof act);
    law_send(law, &command);
    if (law_outcome(law)->result != RESULT_OK) {
        return false;
    }
    ENSURE(tarazy_query_liabilities(law->engine, &view));
    ENSURE(view.record == claim->record && view.epoch == claim->epoch);
    ENSURE(view.published == tarazy_engine_number(law->engine));
    ENSURE(memcmp(&view.root, &claim->root, sizeof view.root) == 0);
    const char *wrong = tarazy_engine_audit(law->engine);
    ENSURE(wrong == NULL);
    return true;
}

int main(void)
{
    static union law_command command;
    static struct law law;

    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        unsigned published = 0;

        law_start(&law, runs[i].limits, 7 + i, NULL, NULL);
        for (unsigned n = 1; n <= COMMANDS; n++) {
            runs[i].generator(&law, &command);
            law_send(&law, &command);
            if (n % BUILD_EVERY == 0) {
                struct liabilities_claim claim = build(law.engine, n);

                check(law.engine, &claim);
                published += publish(&law, &claim);
            }
        }
        (void)printf("%s: %u trees, %u published\n", runs[i].name, COMMANDS / BUILD_EVERY,
                     published);
        ENSURE(published > 0);
        law_end(&law);
    }
    return 0;
}
