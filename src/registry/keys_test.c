/* SPDX-License-Identifier: Apache-2.0
 *
 * API keys: each refusal by name, expiry to the microsecond, nonces that only grow.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "registry/registry.h"
#include "registry/registry_room_test.h"
#include "support/equal_tags.h"
#include "support/expect_abort.h"
#include "support/random_stream.h"

static struct hash256 id_of(uint32_t number)
{
    struct hash256 id = {{0}};

    memcpy(id.bytes, &number, sizeof number);
    return id;
}

/* A sound Ed25519 key of Alice. */
static struct command_key_create key_of(uint32_t number)
{
    struct command_key_create create = {
        .header = {.kind = COMMAND_KEY_CREATE, .time_us = 1000, .participant = ALICE},
        .owner = ALICE,
        .type = KEY_TYPE_ED25519,
        .scopes = KEY_SCOPE_TRADE,
        .id = id_of(number),
        .material_size = 32,
    };

    memset(create.material, 0x5a, create.material_size);
    return create;
}

static int start(void **state)
{
    static struct room room;

    room = room_with_people();
    *state = &room;
    return 0;
}

static int end(void **state)
{
    const struct room *room = *state;

    free(room->block);
    return 0;
}

static void key_gets_the_next_number_and_is_found_by_it_and_by_id(void **state)
{
    struct registry *registry = registry_of(*state);
    struct command_key_create create = key_of(7);

    create.scopes = KEY_SCOPE_READ | KEY_SCOPE_WITHDRAW;
    create.nonce_required = 1;
    create.expires_us = 5000;
    create.ranges[2].address[15] = 4;
    create.ranges[2].prefix = 128;
    assert_int_equal(registry_key_check(registry, &create), RESULT_OK);
    assert_int_equal(registry_key_add(registry, &create), 1);
    assert_int_equal(registry_key_find(registry, &create.id), 1);
    const struct key *key = registry_key(registry, 1);
    const struct key_proof *proof = registry_key_proof(registry, 1);
    assert_memory_equal(&proof->id, &create.id, sizeof create.id);
    assert_memory_equal(proof->ranges, create.ranges, sizeof create.ranges);
    assert_memory_equal(proof->material, create.material, sizeof create.material);
    assert_int_equal(proof->material_size, 32);
    assert_int_equal(key->expires_us, 5000);
    assert_int_equal(key->owner, ALICE);
    assert_int_equal(key->type, KEY_TYPE_ED25519);
    assert_int_equal(key->scopes, KEY_SCOPE_READ | KEY_SCOPE_WITHDRAW);
    assert_int_equal(key->nonce_required, 1);
    assert_int_equal(key->nonce, 0);
    assert_int_equal(key->revoked, 0);
    assert_null(registry_key(registry, 0));
    assert_null(registry_key(registry, 2));
    assert_null(registry_key_proof(registry, 0));
    assert_null(registry_key_proof(registry, 2));
    assert_null(registry_audit(registry));
}

static enum result check_with(void **state, const struct command_key_create *create)
{
    return registry_key_check(registry_of(*state), create);
}

static void key_of_nobody_is_unknown_participant(void **state)
{
    struct command_key_create create = key_of(7);

    create.owner = 4;
    assert_int_equal(check_with(state, &create), RESULT_UNKNOWN_PARTICIPANT);
    create.owner = 0;
    assert_int_equal(check_with(state, &create), RESULT_UNKNOWN_PARTICIPANT);
}

static void key_without_scopes_or_id_is_field_invalid(void **state)
{
    struct command_key_create create = key_of(7);

    create.scopes = 0;
    assert_int_equal(check_with(state, &create), RESULT_FIELD_INVALID);
    create = key_of(0);
    assert_int_equal(check_with(state, &create), RESULT_FIELD_INVALID);
}

static void key_material_fits_its_type_or_is_field_invalid(void **state)
{
    for (unsigned type = 0; type < 256; type++) {
        for (uint16_t size = 0; size <= TARAZY_KEY_MATERIAL_MAX + 1; size++) {
            struct command_key_create create = key_of(7);
            bool fits = size >= 1 && size <= TARAZY_KEY_MATERIAL_MAX;

            create.type = (uint8_t)type;
            create.material_size = size;
            if (type == KEY_TYPE_ED25519) {
                fits = size == 32;
            } else if (type != KEY_TYPE_HMAC && type != KEY_TYPE_RSA) {
                fits = false;
            }
            assert_int_equal(check_with(state, &create), fits ? RESULT_OK : RESULT_FIELD_INVALID);
        }
    }
}

static void key_that_may_withdraw_names_a_place_or_is_field_invalid(void **state)
{
    struct command_key_create create = key_of(7);

    for (unsigned scopes = 1; scopes < 16; scopes++) {
        bool withdraws = (scopes & KEY_SCOPE_WITHDRAW) != 0;

        create = key_of(7);
        create.scopes = (uint8_t)scopes;
        assert_int_equal(check_with(state, &create), withdraws ? RESULT_FIELD_INVALID : RESULT_OK);
        for (size_t i = 0; i < TARAZY_KEY_RANGES_MAX; i++) {
            create = key_of(7);
            create.scopes = (uint8_t)scopes;
            create.ranges[i].prefix = 1;
            assert_int_equal(check_with(state, &create), RESULT_OK);
        }
    }
}

static void key_that_has_expired_already_is_field_invalid(void **state)
{
    struct command_key_create create = key_of(7);

    create.expires_us = 1000; /* the command's own time */
    assert_int_equal(check_with(state, &create), RESULT_FIELD_INVALID);
    create.expires_us = 1001;
    assert_int_equal(check_with(state, &create), RESULT_OK);
}

static void key_with_a_known_id_is_duplicate_key_even_after_revocation(void **state)
{
    struct registry *registry = registry_of(*state);
    struct command_key_create create = key_of(7);

    (void)registry_key_add(registry, &create);
    assert_int_equal(check_with(state, &create), RESULT_DUPLICATE_KEY);
    registry_key_revoke(registry, 1);
    assert_int_equal(check_with(state, &create), RESULT_DUPLICATE_KEY);
    assert_int_equal(registry_key_find(registry, &create.id), 1);
}

static void key_beyond_the_last_slot_is_keys_full(void **state)
{
    struct registry *registry = registry_of(*state);
    struct command_key_create create;

    for (uint32_t number = 1; number <= 4; number++) {
        create = key_of(number);
        create.type = KEY_TYPE_RSA;
        create.material_size = TARAZY_KEY_MATERIAL_MAX;
        assert_int_equal(registry_key_add(registry, &create), number);
    }
    create = key_of(5);
    assert_int_equal(check_with(state, &create), RESULT_KEYS_FULL);
    registry_key_revoke(registry, 2);
    assert_int_equal(check_with(state, &create), RESULT_KEYS_FULL);
    assert_null(registry_audit(registry));
}

static uint64_t hash_of_id(uint32_t number)
{
    struct hash256 id = id_of(number);

    return hash_bytes((struct hash_seed){{21, 22}}, &id, sizeof id);
}

static void ids_whose_hashes_agree_are_told_apart(void **state)
{
    struct registry *registry = registry_of(*state);
    uint32_t pair[2];

    assert_true(equal_tags_find(hash_of_id, pair));
    for (uint32_t i = 0; i < 2; i++) {
        struct command_key_create create = key_of(pair[i]);

        assert_int_equal(registry_key_find(registry, &create.id), 0);
        assert_int_equal(registry_key_add(registry, &create), 1 + i);
    }
    for (uint32_t i = 0; i < 2; i++) {
        struct hash256 id = id_of(pair[i]);

        assert_int_equal(registry_key_find(registry, &id), 1 + i);
    }
}

/* ------------------------------------------------------------------ is the key good for it? */

static struct command_header order_of(uint32_t participant, uint32_t key)
{
    return (struct command_header){
        .kind = COMMAND_ORDER_PLACE, .time_us = 2000, .participant = participant, .key = key};
}

static void key_that_does_not_exist_is_unknown_key(void **state)
{
    struct registry *registry = registry_of(*state);
    struct command_key_create create = key_of(7);
    struct command_header order = order_of(ALICE, 1);

    assert_int_equal(registry_key_admits(registry, &order), RESULT_UNKNOWN_KEY);
    (void)registry_key_add(registry, &create);
    assert_int_equal(registry_key_admits(registry, &order), RESULT_OK);
    order.key = 0;
    assert_int_equal(registry_key_admits(registry, &order), RESULT_UNKNOWN_KEY);
    order.key = 2;
    assert_int_equal(registry_key_admits(registry, &order), RESULT_UNKNOWN_KEY);
}

static void key_of_somebody_else_is_key_not_owner(void **state)
{
    struct registry *registry = registry_of(*state);
    struct command_key_create create = key_of(7);
    struct command_header order = order_of(BOB, 1);

    (void)registry_key_add(registry, &create);
    assert_int_equal(registry_key_admits(registry, &order), RESULT_KEY_NOT_OWNER);
}

static void key_that_is_revoked_or_expired_is_key_revoked(void **state)
{
    struct registry *registry = registry_of(*state);
    struct command_key_create create = key_of(7);
    struct command_header order = order_of(ALICE, 1);

    create.expires_us = 3000;
    (void)registry_key_add(registry, &create);
    order.time_us = 2999;
    assert_int_equal(registry_key_admits(registry, &order), RESULT_OK);
    order.time_us = 3000;
    assert_int_equal(registry_key_admits(registry, &order), RESULT_KEY_REVOKED);
    order.time_us = 2999;
    registry_key_revoke(registry, 1);
    assert_int_equal(registry_key_admits(registry, &order), RESULT_KEY_REVOKED);
}

/* Every combination of scopes with every kind: admitted exactly if the needed scope is there. */
static void key_without_the_needed_scope_is_key_scope(void **state)
{
    for (unsigned scopes = 1; scopes < 16; scopes++) {
        struct room room = room_with_people();
        struct command_key_create create = key_of(7);

        create.scopes = (uint8_t)scopes;
        create.ranges[0].prefix = 1;
        (void)registry_key_add(registry_of(&room), &create);
        for (uint16_t kind = 1; kind < 70; kind++) {
            struct command_order_cancel_all command = {.header = order_of(ALICE, 1)};
            bool has = (scopes & registry_scope_needed(kind)) != 0;

            command.header.kind = kind;
            assert_int_equal(registry_key_admits(registry_of(&room), &command.header),
                             has ? RESULT_OK : RESULT_KEY_SCOPE);
        }
        free(room.block);
    }
}

static void cancelling_for_somebody_else_needs_the_scope_to_operate(void **state)
{
    struct registry *registry = registry_of(*state);
    struct command_key_create create = key_of(7);
    struct command_order_cancel_all cancel = {.header = order_of(OLGA, 1)};

    create.owner = OLGA;
    create.scopes = KEY_SCOPE_OPERATE;
    (void)registry_key_add(registry, &create);
    create = key_of(8);
    create.owner = OLGA;
    (void)registry_key_add(registry, &create);
    cancel.header.kind = COMMAND_ORDER_CANCEL_ALL;
    cancel.target = ALICE;
    assert_int_equal(registry_key_admits(registry, &cancel.header), RESULT_OK);
    cancel.target = OLGA;
    assert_int_equal(registry_key_admits(registry, &cancel.header), RESULT_KEY_SCOPE);
    cancel.target = 0;
    assert_int_equal(registry_key_admits(registry, &cancel.header), RESULT_KEY_SCOPE);
    cancel.header.key = 2;
    assert_int_equal(registry_key_admits(registry, &cancel.header), RESULT_OK);
    cancel.target = ALICE;
    assert_int_equal(registry_key_admits(registry, &cancel.header), RESULT_KEY_SCOPE);
}

/* The twin remembers the largest nonce used. A replay of any used command is refused for ever. */
static void nonce_not_above_the_last_one_is_nonce_not_increasing(void **state)
{
    struct registry *registry = registry_of(*state);
    struct command_key_create create = key_of(7);
    struct random_stream random = {121};
    uint64_t last = 0;

    create.nonce_required = 1;
    (void)registry_key_add(registry, &create);
    for (int round = 0; round < 20000; round++) {
        struct command_header order = order_of(ALICE, 1);
        bool near = random_once_in(&random, 2);

        order.nonce = near ? last - 2 + random_below(&random, 5) : random_skewed(&random, 20);
        bool fresh = order.nonce > last;
        assert_int_equal(registry_key_admits(registry, &order),
                         fresh ? RESULT_OK : RESULT_NONCE_NOT_INCREASING);
        if (fresh && order.nonce < 1u << 20) {
            registry_key_use(registry, &order);
            last = order.nonce;
            assert_int_equal(registry_key_admits(registry, &order), RESULT_NONCE_NOT_INCREASING);
        }
        assert_int_equal(registry_key(registry, 1)->nonce, last);
    }
}

static void nonce_may_be_left_out_where_the_key_does_not_ask_but_counts_where_shown(void **state)
{
    struct registry *registry = registry_of(*state);
    struct command_key_create create = key_of(7);
    struct command_header order = order_of(ALICE, 1);

    (void)registry_key_add(registry, &create);
    assert_int_equal(registry_key_admits(registry, &order), RESULT_OK);
    registry_key_use(registry, &order);
    assert_int_equal(registry_key_admits(registry, &order), RESULT_OK);
    order.nonce = 5;
    assert_int_equal(registry_key_admits(registry, &order), RESULT_OK);
    registry_key_use(registry, &order);
    assert_int_equal(registry_key_admits(registry, &order), RESULT_NONCE_NOT_INCREASING);
    order.nonce = 0;
    assert_int_equal(registry_key_admits(registry, &order), RESULT_OK);
    registry_key_use(registry, &order);
    assert_int_equal(registry_key(registry, 1)->nonce, 5);
}

static void abort_add_refused(void *argument)
{
    struct command_key_create create = key_of(7);

    create.scopes = 0;
    (void)registry_key_add(argument, &create);
}

static void abort_revoke_nothing(void *argument)
{
    registry_key_revoke(argument, 2);
}

static void abort_use_nothing(void *argument)
{
    struct command_header order = order_of(ALICE, 0);

    registry_key_use(argument, &order);
}

static void abort_use_of_an_old_nonce(void *argument)
{
    struct command_header order = order_of(ALICE, 1);

    order.nonce = 5;
    registry_key_use(argument, &order);
    registry_key_use(argument, &order);
}

static void abort_use_of_a_fresh_nonce(void *argument)
{
    struct command_header order = order_of(ALICE, 1);

    order.nonce = 5;
    registry_key_use(argument, &order);
}

static void misuse_of_keys_aborts(void **state)
{
    struct registry *registry = registry_of(*state);
    struct command_key_create create = key_of(7);

    (void)registry_key_add(registry, &create);
    assert_true(does_abort(abort_add_refused, registry));
    assert_true(does_abort(abort_revoke_nothing, registry));
    assert_true(does_abort(abort_use_nothing, registry));
    assert_true(does_abort(abort_use_of_an_old_nonce, registry));
    assert_false(does_abort(abort_use_of_a_fresh_nonce, registry));
}

#define RULE(name) cmocka_unit_test_setup_teardown(name, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(key_gets_the_next_number_and_is_found_by_it_and_by_id),
        RULE(key_of_nobody_is_unknown_participant),
        RULE(key_without_scopes_or_id_is_field_invalid),
        RULE(key_material_fits_its_type_or_is_field_invalid),
        RULE(key_that_may_withdraw_names_a_place_or_is_field_invalid),
        RULE(key_that_has_expired_already_is_field_invalid),
        RULE(key_with_a_known_id_is_duplicate_key_even_after_revocation),
        RULE(key_beyond_the_last_slot_is_keys_full),
        RULE(ids_whose_hashes_agree_are_told_apart),
        RULE(key_that_does_not_exist_is_unknown_key),
        RULE(key_of_somebody_else_is_key_not_owner),
        RULE(key_that_is_revoked_or_expired_is_key_revoked),
        cmocka_unit_test(key_without_the_needed_scope_is_key_scope),
        RULE(cancelling_for_somebody_else_needs_the_scope_to_operate),
        RULE(nonce_not_above_the_last_one_is_nonce_not_increasing),
        RULE(nonce_may_be_left_out_where_the_key_does_not_ask_but_counts_where_shown),
        RULE(misuse_of_keys_aborts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
