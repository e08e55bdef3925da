/* SPDX-License-Identifier: Apache-2.0
 *
 * The scene: slow and plain on purpose.
 */
#include "support/liabilities_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "support/random_stream.h"

static bool scene_read(const void *context, uint32_t index, struct liabilities_account *account)
{
    const struct liabilities_account *accounts = context;

    *account = accounts[index];
    return true;
}

void liabilities_scene_start(struct liabilities_scene *scene, uint32_t accounts, unsigned assets,
                             uint64_t value_max, uint64_t seed)
{
    struct random_stream random = {seed};

    memset(scene, 0, sizeof *scene);
    scene->accounts = calloc(accounts, sizeof *scene->accounts);
    ENSURE(scene->accounts != NULL);
    for (uint32_t i = 0; i < accounts; i++) {
        struct liabilities_account *account = &scene->accounts[i];

        account->owner = i + 1;
        account->identity_size = (size_t)snprintf(account->identity, sizeof account->identity,
                                                  "person-%u", (unsigned)account->owner);
        for (unsigned asset = 0; asset < assets; asset++) {
            bool is_poor = random_below(&random, 3) == 0;

            account->values[asset] = is_poor ? 0 : random_next(&random) % (value_max + 1);
        }
    }
    scene->source = (struct liabilities_source){scene->accounts, accounts, assets, scene_read};
    random_bytes(&random, &scene->secret, sizeof scene->secret);
    liabilities_key_prepare(&scene->key, &scene->secret, 5);
    scene->statement.record = 1000;
    scene->statement.epoch = 5;
    scene->statement.assets = assets;
    for (unsigned asset = 0; asset < assets; asset++) {
        (void)snprintf(scene->statement.asset[asset].code,
                       sizeof scene->statement.asset[asset].code, "A%u", asset);
        scene->statement.asset[asset].scale = asset % 9;
    }
}

void liabilities_scene_end(struct liabilities_scene *scene)
{
    free(scene->accounts);
}

enum liabilities_build_result liabilities_scene_build(struct liabilities_scene *scene)
{
    struct liabilities_node top;
    enum liabilities_build_result result =
        liabilities_build(&scene->source, &scene->key, LIABILITIES_DEPTH, NULL, &top);

    if (result == LIABILITIES_BUILD_DONE) {
        liabilities_statement_close(&scene->statement, &top);
        scene->claim = liabilities_claim_of(&scene->statement);
    }
    return result;
}

struct catcher {
    struct liabilities_part *part;
    unsigned assets;
};

static void on_node(void *context, unsigned level, uint32_t index,
                    const struct liabilities_node *node)
{
    const struct catcher *catcher = context;
    uint32_t own = level == LIABILITIES_DEPTH ? 0 : catcher->part->position >> level;

    if (level == 0 && index == own) {
        memcpy(catcher->part->values, node->values, catcher->assets * sizeof node->values[0]);
    }
    if (level < LIABILITIES_DEPTH && index == (own ^ 1)) {
        catcher->part->siblings[level] = *node;
    }
}

/* Where a part of an account stands. */
static uint32_t position_of(const struct liabilities_place *places, size_t count, uint32_t index,
                            unsigned part)
{
    for (size_t i = 0; i < count; i++) {
        if (places[i].index == index && places[i].part == part) {
            return places[i].position;
        }
    }
    ENSURE(false);
    return 0;
}

void liabilities_scene_prove(const struct liabilities_scene *scene, uint32_t index,
                             struct liabilities_proof *proof)
{
    const struct liabilities_account *account = &scene->accounts[index];
    enum liabilities_build_result result;
    struct liabilities_user user;
    struct liabilities_node top;
    size_t count;
    struct liabilities_place *places =
        liabilities_places(&scene->source, &scene->key, LIABILITIES_DEPTH, &count, &result);

    ENSURE(places != NULL);
    memset(proof, 0, sizeof *proof);
    proof->statement = scene->statement;
    liabilities_key_user(&scene->key, account->owner, &proof->secret);
    liabilities_user_prepare(&user, &proof->secret, scene->key.epoch);
    proof->identity_size = account->identity_size;
    memcpy(proof->identity, account->identity, account->identity_size);
    proof->parts = liabilities_user_parts(&user);
    for (unsigned i = 0; i < proof->parts; i++) {
        struct catcher catcher = {&proof->part[i], scene->source.assets};
        const struct liabilities_watch watch = {.context = &catcher, .on_node = on_node};

        proof->part[i].position = position_of(places, count, index, i);
        ENSURE(liabilities_build(&scene->source, &scene->key, LIABILITIES_DEPTH, &watch, &top) ==
               LIABILITIES_BUILD_DONE);
    }
    free(places);
}

enum liabilities_verdict liabilities_scene_check(const struct liabilities_scene *scene,
                                                 uint32_t index,
                                                 const struct liabilities_proof *proof,
                                                 const struct liabilities_claim *claim)
{
    const struct liabilities_account *account = &scene->accounts[index];
    uint128 balance[LIABILITIES_ASSETS_MAX];
    enum liabilities_verdict verdict =
        liabilities_proof_check(proof, claim, account->identity, account->identity_size, balance);

    /* What was accepted is what the account owns, to the unit: the client would look. */
    if (verdict == LIABILITIES_VERDICT_AGREES &&
        memcmp(balance, account->values, scene->source.assets * sizeof balance[0]) != 0) {
        return LIABILITIES_VERDICT_TOTALS;
    }
    return verdict;
}
