/* SPDX-License-Identifier: Apache-2.0
 *
 * From accounts to a tree: where every part stands, and the leaves in that order through the fold. A
 * file of its own because it is the only place that decides who is in the tree: every account of the
 * source, each with all its parts.
 *
 * Invariants: places ascend and differ; the parts of an account are its value; an account is read once
 * per part and nothing of it is kept.
 *
 * Next: liabilities_file.c.
 */
#include "proofs/liabilities_build.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

const char *liabilities_build_text(enum liabilities_build_result result)
{
    switch (result) {
    case LIABILITIES_BUILD_DONE: return "done";
    case LIABILITIES_BUILD_ACCOUNT:
        return "an account owns less than nothing, or 2^127 units or more";
    case LIABILITIES_BUILD_OVERFLOW: return "a sum of an asset is 2^127 units or more";
    case LIABILITIES_BUILD_FULL: return "no free place behind the last: take another epoch key";
    case LIABILITIES_BUILD_MEMORY: return "out of memory";
    }
    return "unknown";
}

static int compare_places(const void *left, const void *right)
{
    const struct liabilities_place *a = left;
    const struct liabilities_place *b = right;

    if (a->position != b->position) {
        return a->position < b->position ? -1 : 1;
    }
    if (a->index != b->index) {
        return a->index < b->index ? -1 : 1;
    }
    return a->part < b->part ? -1 : a->part > b->part;
}

/* How many parts an owner has follows from his secret alone. */
static unsigned parts_of(const struct liabilities_key *key, uint32_t owner)
{
    struct liabilities_user user;
    struct hash256 secret;

    liabilities_key_user(key, owner, &secret);
    liabilities_user_prepare(&user, &secret, key->epoch);
    return liabilities_user_parts(&user);
}

/* Where they want to stand; returns how many, or 0 when an account cannot be read. */
static size_t wish(const struct liabilities_source *source, const struct liabilities_key *key,
                   unsigned depth, struct liabilities_place *places)
{
    struct liabilities_account account;
    size_t count = 0;

    for (uint32_t index = 0; index < source->accounts; index++) {
        if (!source->read(source->context, index, &account)) {
            return 0;
        }
        unsigned parts = parts_of(key, account.owner);
        for (unsigned part = 0; part < parts; part++) {
            uint32_t wished = liabilities_key_place(key, account.owner, part);

            places[count++] = (struct liabilities_place){
                .position = wished >> (LIABILITIES_DEPTH - depth), .index = index, .part = part};
        }
    }
    return count;
}

/* Next free place for whoever finds his taken. false: there is none behind it. */
static bool settle(struct liabilities_place *places, size_t count, unsigned depth)
{
    uint64_t next = 0;

    qsort(places, count, sizeof places[0], compare_places);
    for (size_t i = 0; i < count; i++) {
        uint64_t position = places[i].position > next ? places[i].position : next;

        if (position >= (uint64_t)1 << depth) {
            return false;
        }
        places[i].position = (uint32_t)position;
        next = position + 1;
    }
    return true;
}

struct liabilities_place *liabilities_places(const struct liabilities_source *source,
                                             const struct liabilities_key *key, unsigned depth,
                                             size_t *count, enum liabilities_build_result *result)
{
    ENSURE(depth >= 1 && depth <= LIABILITIES_DEPTH && source->accounts >= 1);
    struct liabilities_place *places =
        calloc((size_t)source->accounts * LIABILITIES_PARTS_MAX, sizeof *places);

    *result = LIABILITIES_BUILD_MEMORY;
    if (places == NULL) {
        return NULL;
    }
    *count = wish(source, key, depth, places);
    *result = LIABILITIES_BUILD_DONE;
    if (*count == 0) {
        *result = LIABILITIES_BUILD_ACCOUNT;
    } else if (!settle(places, *count, depth)) {
        *result = LIABILITIES_BUILD_FULL;
    }
    if (*result != LIABILITIES_BUILD_DONE) {
        free(places);
        return NULL;
    }
    return places;
}

void liabilities_part_leaf(const struct liabilities_key *key,
                           const struct liabilities_account *account, unsigned part,
                           unsigned assets, struct liabilities_node *leaf)
{
    struct liabilities_leaf words = {.epoch = key->epoch};
    struct liabilities_user user;
    struct hash256 secret;

    liabilities_key_user(key, account->owner, &secret);
    liabilities_user_prepare(&user, &secret, key->epoch);
    unsigned parts = liabilities_user_parts(&user);
    for (unsigned i = 0; i < assets; i++) {
        leaf->values[i] = liabilities_user_share(&user, i, account->values[i], part, parts);
    }
    liabilities_user_salt(&user, part, &words.salt);
    liabilities_id_hash(&words.salt, account->identity, account->identity_size, &words.id_hash);
    liabilities_leaf_hash(&words, assets, leaf);
}

struct build {
    const struct liabilities_source *source;
    const struct liabilities_key *key;
    const struct liabilities_watch *watch;
    struct liabilities_fold *fold;
    struct liabilities_account account;
    struct liabilities_node leaf;
};

static enum liabilities_build_result add_leaves(struct build *build,
                                                const struct liabilities_place *places,
                                                size_t count)
{
    const struct liabilities_watch *watch = build->watch;

    for (size_t i = 0; i < count; i++) {
        if (!build->source->read(build->source->context, places[i].index, &build->account)) {
            return LIABILITIES_BUILD_ACCOUNT;
        }
        liabilities_part_leaf(build->key, &build->account, places[i].part, build->source->assets,
                              &build->leaf);
        if (watch != NULL && watch->on_leaf != NULL) {
            watch->on_leaf(watch->context, &places[i], &build->account, &build->leaf);
        }
        if (!liabilities_fold_add(build->fold, places[i].position, &build->leaf)) {
            return LIABILITIES_BUILD_OVERFLOW;
        }
    }
    return LIABILITIES_BUILD_DONE;
}

enum liabilities_build_result liabilities_build(const struct liabilities_source *source,
                                                const struct liabilities_key *key, unsigned depth,
                                                const struct liabilities_watch *watch,
                                                struct liabilities_node *top)
{
    struct liabilities_sink sink = {0};
    struct build build = {.source = source, .key = key, .watch = watch};
    enum liabilities_build_result result;
    size_t count = 0;
    struct liabilities_place *places = liabilities_places(source, key, depth, &count, &result);

    if (places == NULL) {
        return result;
    }
    if (watch != NULL) {
        sink = (struct liabilities_sink){watch->context, watch->on_node};
        if (watch->on_count != NULL) {
            watch->on_count(watch->context, count);
        }
    }
    build.fold = liabilities_fold_create(key, source->assets, sink.on_node == NULL ? NULL : &sink);
    result = build.fold == NULL ? LIABILITIES_BUILD_MEMORY : add_leaves(&build, places, count);
    if (result == LIABILITIES_BUILD_DONE && !liabilities_fold_finish(build.fold, depth, top)) {
        result = LIABILITIES_BUILD_OVERFLOW;
    }
    liabilities_fold_destroy(build.fold);
    free(places);
    return result;
}
