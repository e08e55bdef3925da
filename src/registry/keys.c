/* SPDX-License-Identifier: Apache-2.0
 *
 * API keys: what a client proves itself with. The gateway checks signatures, which needs text and a
 * clock; whether the key may do this at all is checked here, in the state machine, so that a
 * gateway that was taken over cannot lend one client's key to another or use a nonce twice.
 *
 * Invariants: a key's number and id are never reused, revoked or not; its owner exists; its last
 * nonce only grows.
 */
#include <string.h>

#include "registry/registry_state.h"

#define ED25519_SIZE 32u

static uint64_t id_hash(const struct registry *registry, const struct hash256 *id)
{
    return hash_bytes(registry->seed, id, sizeof *id);
}

uint32_t registry_key_find(const struct registry *registry, const struct hash256 *id)
{
    uint64_t hash = id_hash(registry, id);
    uint32_t cursor;
    uint32_t index = table_first(&registry->by_key_id, hash, &cursor);

    while (index != 0 && memcmp(&registry_proof_at(registry, index)->id, id, sizeof *id) != 0) {
        index = table_next(&registry->by_key_id, hash, &cursor);
    }
    return index;
}

static bool has_range(const struct command_key_create *create)
{
    for (uint32_t i = 0; i < TARAZY_KEY_RANGES_MAX; i++) {
        if (create->ranges[i].prefix != 0) {
            return true;
        }
    }
    return false;
}

static bool material_fits_type(const struct command_key_create *create)
{
    switch ((enum key_type)create->type) {
    case KEY_TYPE_HMAC:
    case KEY_TYPE_RSA:
        return create->material_size > 0 && create->material_size <= TARAZY_KEY_MATERIAL_MAX;
    case KEY_TYPE_ED25519: return create->material_size == ED25519_SIZE;
    }
    return false;
}

/* What one key may be, whoever owns it. Value leaves only from a place that was named before. */
static bool fields_are_valid(const struct command_key_create *create)
{
    static const struct hash256 none;

    if (create->scopes == 0 || memcmp(&create->id, &none, sizeof none) == 0 ||
        !material_fits_type(create)) {
        return false;
    }
    if (create->expires_us != 0 && create->expires_us <= create->header.time_us) {
        return false;
    }
    return (create->scopes & KEY_SCOPE_WITHDRAW) == 0 || has_range(create);
}

enum result registry_key_check(const struct registry *registry,
                               const struct command_key_create *create)
{
    if (registry_participant(registry, create->owner) == NULL) {
        return RESULT_UNKNOWN_PARTICIPANT;
    }
    if (!fields_are_valid(create)) {
        return RESULT_FIELD_INVALID;
    }
    if (registry_key_find(registry, &create->id) != 0) {
        return RESULT_DUPLICATE_KEY;
    }
    return pool_room(&registry->keys) > 0 ? RESULT_OK : RESULT_KEYS_FULL;
}

uint32_t registry_key_add(struct registry *registry, const struct command_key_create *create)
{
    ENSURE(registry_key_check(registry, create) == RESULT_OK);
    uint32_t index = pool_take(&registry->keys);
    struct key *key = registry_key_at(registry, index);

    key->expires_us = create->expires_us;
    key->owner = create->owner;
    key->type = create->type;
    key->scopes = create->scopes;
    key->nonce_required = create->nonce_required;
    struct key_proof *proof = registry_proof_at(registry, index);
    proof->id = create->id;
    memcpy(proof->ranges, create->ranges, sizeof proof->ranges);
    proof->material_size = create->material_size;
    memcpy(proof->material, create->material, create->material_size);
    table_insert(&registry->by_key_id, id_hash(registry, &create->id), index);
    return index;
}

const struct key *registry_key(const struct registry *registry, uint32_t key)
{
    return registry_pool_has(&registry->keys, key) ? registry_key_at(registry, key) : NULL;
}

const struct key_proof *registry_key_proof(const struct registry *registry, uint32_t key)
{
    return registry_pool_has(&registry->keys, key) ? registry_proof_at(registry, key) : NULL;
}

void registry_key_revoke(struct registry *registry, uint32_t key)
{
    ENSURE(registry_pool_has(&registry->keys, key));
    registry_key_at(registry, key)->revoked = 1;
}

/* An operator who cancels somebody else's orders operates; it is no trading of his own. */
static enum key_scope scope_of(const struct command_header *command)
{
    const void *whole = command;

    if (command->kind == COMMAND_ORDER_CANCEL_ALL) {
        const struct command_order_cancel_all *cancel = whole;

        if (cancel->target != 0 && cancel->target != command->participant) {
            return KEY_SCOPE_OPERATE;
        }
    }
    return registry_scope_needed(command->kind);
}

enum result registry_key_admits(const struct registry *registry,
                                const struct command_header *command)
{
    const struct key *key = registry_key(registry, command->key);

    if (key == NULL) {
        return RESULT_UNKNOWN_KEY;
    }
    if (key->owner != command->participant) {
        return RESULT_KEY_NOT_OWNER;
    }
    if (key->revoked != 0 || (key->expires_us != 0 && command->time_us >= key->expires_us)) {
        return RESULT_KEY_REVOKED;
    }
    if ((key->scopes & scope_of(command)) == 0) {
        return RESULT_KEY_SCOPE;
    }
    /* A nonce that is shown counts, asked for or not. */
    if ((key->nonce_required != 0 || command->nonce != 0) && command->nonce <= key->nonce) {
        return RESULT_NONCE_NOT_INCREASING;
    }
    return RESULT_OK;
}

void registry_key_use(struct registry *registry, const struct command_header *command)
{
    ENSURE(registry_pool_has(&registry->keys, command->key));
    struct key *key = registry_key_at(registry, command->key);

    if (command->nonce == 0) {
        return;
    }
    ENSURE(command->nonce > key->nonce);
    key->nonce = command->nonce;
}
