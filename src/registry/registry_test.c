/* SPDX-License-Identifier: Apache-2.0
 *
 * Participants and tiers: each refusal by name, numbers that are never reused, a registry that does
 * not mind where it stands.
 */
#include "registry/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "registry/registry_room_test.h"
#include "support/equal_tags.h"
#include "support/expect_abort.h"
#include "support/random_stream.h"

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

static void participant_gets_the_next_number_and_is_found_by_it_and_by_handle(void **state)
{
    struct registry *registry = registry_of(*state);
    struct command_participant_create create = create_of("carol", ROLE_CUSTODIAN);

    create.tier = 2;
    create.identity.bytes[31] = 9;
    assert_int_equal(registry_participant_check(registry, &create), RESULT_OK);
    assert_int_equal(registry_participant_add(registry, &create), 4);
    assert_int_equal(registry_participant_count(registry), 4);
    assert_int_equal(registry_participant_find(registry, handle_of("carol")), 4);
    const struct participant *carol = registry_participant(registry, 4);
    const struct participant_name *name = registry_participant_name(registry, 4);
    assert_memory_equal(&name->handle, &create.handle, sizeof create.handle);
    assert_memory_equal(&name->identity, &create.identity, sizeof create.identity);
    assert_int_equal(carol->roles, ROLE_CUSTODIAN);
    assert_int_equal(carol->tier, 2);
    assert_int_equal(carol->frozen, 0);
    assert_null(registry_audit(registry));
}

static void participant_that_does_not_exist_is_not_found(void **state)
{
    const struct registry *registry = registry_of(*state);

    assert_null(registry_participant(registry, 0));
    assert_null(registry_participant(registry, 4));
    assert_null(registry_participant(registry, UINT32_MAX));
    assert_null(registry_participant_name(registry, 0));
    assert_null(registry_participant_name(registry, 4));
    assert_int_equal(registry_participant_find(registry, handle_of("carol")), 0);
    assert_int_equal(registry_participant_find(registry, handle_of("alic")), 0);
}

static void participant_without_a_handle_is_field_invalid(void **state)
{
    struct command_participant_create create = create_of("", ROLE_TRADER);

    assert_int_equal(registry_participant_check(registry_of(*state), &create),
                     RESULT_FIELD_INVALID);
}

static void participant_with_a_taken_handle_is_duplicate_handle(void **state)
{
    struct command_participant_create create = create_of("bob", ROLE_TRADER);

    assert_int_equal(registry_participant_check(registry_of(*state), &create),
                     RESULT_DUPLICATE_HANDLE);
}

static void participant_in_a_tier_that_is_not_set_is_unknown_tier(void **state)
{
    static const uint16_t unset[] = {0, 3, TARAZY_TIERS_MAX, TARAZY_TIERS_MAX + 1, UINT16_MAX};

    for (size_t i = 0; i < sizeof unset / sizeof unset[0]; i++) {
        struct command_participant_create create = create_of("carol", ROLE_TRADER);

        create.tier = unset[i];
        assert_int_equal(registry_participant_check(registry_of(*state), &create),
                         RESULT_UNKNOWN_TIER);
    }
}

static void participant_beyond_the_last_slot_is_participants_full(void **state)
{
    struct registry *registry = registry_of(*state);
    struct command_participant_create create = create_of("carol", ROLE_TRADER);

    (void)registry_participant_add(registry, &create);
    create = create_of("dave", ROLE_TRADER);
    assert_int_equal(registry_participant_add(registry, &create), 5);
    create = create_of("erin", ROLE_TRADER);
    assert_int_equal(registry_participant_check(registry, &create), RESULT_PARTICIPANTS_FULL);
    create = create_of("dave", ROLE_TRADER);
    assert_int_equal(registry_participant_check(registry, &create), RESULT_DUPLICATE_HANDLE);
}

static void update_changes_roles_and_tier_and_nothing_else(void **state)
{
    struct registry *registry = registry_of(*state);

    registry_participant_freeze(registry, BOB, true);
    registry_participant_update(registry, BOB, ROLE_APPROVER, 2);
    assert_int_equal(registry_participant(registry, BOB)->roles, ROLE_APPROVER);
    assert_int_equal(registry_participant(registry, BOB)->tier, 2);
    assert_int_equal(registry_participant(registry, BOB)->frozen, 1);
    assert_null(registry_audit(registry));
    assert_int_equal(registry_participant_find(registry, handle_of("bob")), BOB);
    registry_participant_freeze(registry, BOB, false);
    assert_int_equal(registry_participant(registry, BOB)->frozen, 0);
    assert_int_equal(registry_participant(registry, ALICE)->roles, ROLE_TRADER);
    assert_null(registry_audit(registry));
}

static void tier_is_what_was_set_last_and_null_before(void **state)
{
    struct registry *registry = registry_of(*state);
    const struct command_tier_set set = {
        .tier = TARAZY_TIERS_MAX,
        .rights = TIER_RIGHT_WITHDRAW,
        .maker = rate_of_ppm(500),
        .taker = rate_of_ppm(1000),
        .orders_max = 33,
    };

    assert_null(registry_tier(registry, 0));
    assert_null(registry_tier(registry, 3));
    assert_null(registry_tier(registry, TARAZY_TIERS_MAX));
    assert_null(registry_tier(registry, TARAZY_TIERS_MAX + 1));
    registry_tier_set(registry, &set);
    const struct tier *tier = registry_tier(registry, TARAZY_TIERS_MAX);
    assert_int_equal(tier->rights, TIER_RIGHT_WITHDRAW);
    assert_int_equal(rate_ppm(tier->maker), 500);
    assert_int_equal(rate_ppm(tier->taker), 1000);
    assert_int_equal(tier->orders_max, 33);
    assert_int_equal(registry_tier(registry, 1)->orders_max, 10);
}

static bool is_nothing(struct tier_limit limit)
{
    return amount_is_zero(limit.withdraw_day_max) && amount_is_zero(limit.deposit_day_max);
}

/* Each tier and asset has limits of its own; where none was set, nothing is allowed. */
static void tier_limit_is_nothing_until_it_is_set_for_that_tier_and_asset(void **state)
{
    struct registry *registry = registry_of(*state);

    for (uint16_t tier = 1; tier <= TARAZY_TIERS_MAX; tier++) {
        for (uint16_t asset = 1; asset <= 3; asset++) {
            struct command_tier_limit_set set = {
                .tier = tier,
                .asset = asset,
                .withdraw_day_max = amount_of_units(tier == 2 ? -1 : 100 * tier + asset),
                .deposit_day_max = amount_of_units(asset == 1 ? 7 : -1),
            };

            assert_true(is_nothing(registry_tier_limit(registry, tier, asset)));
            registry_tier_limit_set(registry, &set);
        }
    }
    for (uint16_t tier = 1; tier <= TARAZY_TIERS_MAX; tier++) {
        for (uint16_t asset = 1; asset <= 3; asset++) {
            struct tier_limit limit = registry_tier_limit(registry, tier, asset);

            assert_true(amount_units(limit.withdraw_day_max) ==
                        (tier == 2 ? -1 : 100 * tier + asset));
            assert_true(amount_units(limit.deposit_day_max) == (asset == 1 ? 7 : -1));
        }
    }
    assert_true(is_nothing(registry_tier_limit(registry, 0, 1)));
    assert_true(is_nothing(registry_tier_limit(registry, TARAZY_TIERS_MAX + 1, 1)));
    assert_true(is_nothing(registry_tier_limit(registry, 1, 0)));
    assert_true(is_nothing(registry_tier_limit(registry, 1, 4)));
    assert_true(is_nothing(registry_tier_limit(registry, TARAZY_TIERS_MAX, 4)));
    assert_null(registry_audit(registry));
}

/* The twin is the formula for the name: participant n is called "p<n>". */
static void many_participants_are_found_by_handle_wherever_the_registry_stands(void **state)
{
    enum { PEOPLE = 5000 };
    const struct limits limits = {
        .participants_max = PEOPLE, .assets_max = 1, .keys_max = 1, .proposals_max = 1};
    struct room room = room_new(&limits);
    struct random_stream random = {111};
    char name[16];

    for (uint32_t number = 1; number <= PEOPLE; number++) {
        (void)snprintf(name, sizeof name, "p%u", number);
        struct command_participant_create create = create_of(name, number % 64);

        assert_int_equal(registry_participant_add(registry_of(&room), &create), number);
        if (number % 1000 == 0) {
            room.block = movable_block_move(room.block, room.size);
        }
    }
    for (int round = 0; round < 20000; round++) {
        uint32_t number = (uint32_t)random_below(&random, PEOPLE * 2);
        uint32_t expected = number >= 1 && number <= PEOPLE ? number : 0;

        (void)snprintf(name, sizeof name, "p%u", number);
        assert_int_equal(registry_participant_find(registry_of(&room), handle_of(name)), expected);
    }
    assert_null(registry_audit(registry_of(&room)));
    free(room.block);
}

static struct handle handle_of_number(uint32_t number)
{
    struct handle handle = {{0}};

    memcpy(handle.text, &number, sizeof number);
    return handle;
}

static uint64_t hash_of_handle(uint32_t number)
{
    struct handle handle = handle_of_number(number);

    return hash_bytes((struct hash_seed){{21, 22}}, &handle, sizeof handle);
}

static void handles_whose_hashes_agree_are_told_apart(void **state)
{
    struct registry *registry = registry_of(*state);
    uint32_t pair[2];

    assert_true(equal_tags_find(hash_of_handle, pair));
    for (size_t i = 0; i < 2; i++) {
        struct command_participant_create create = create_of("", ROLE_TRADER);

        create.handle = handle_of_number(pair[i]);
        assert_int_equal(registry_participant_find(registry, create.handle), 0);
        assert_int_equal(registry_participant_add(registry, &create), 4 + i);
    }
    assert_int_equal(registry_participant_find(registry, handle_of_number(pair[0])), 4);
    assert_int_equal(registry_participant_find(registry, handle_of_number(pair[1])), 5);
}

/* Strangers who do not know the seed cannot choose what crowds together. */
static void seed_decides_where_things_stand_in_the_tables(void **state)
{
    const struct limits limits = {
        .participants_max = 20, .assets_max = 1, .keys_max = 1, .proposals_max = 1};
    struct room one = room_new(&limits);
    struct room other = room_new(&limits);
    size_t head = sizeof(struct hash_seed);

    registry_set_seed(registry_of(&other), (struct hash_seed){{1, 2}});
    for (char name[] = "a"; name[0] <= 't'; name[0]++) {
        struct command_participant_create create = create_of(name, ROLE_TRADER);

        (void)registry_participant_add(registry_of(&one), &create);
        (void)registry_participant_add(registry_of(&other), &create);
    }
    assert_memory_not_equal(one.block + head, other.block + head, one.size - head);
    free(one.block);
    free(other.block);
}

static void absurd_limits_are_marked_while_measuring(void **state)
{
    const struct limits absurd = {
        .participants_max = UINT32_MAX, .assets_max = 1, .keys_max = 1, .proposals_max = 1};
    const struct limits too_many_assets = {
        .participants_max = 1, .assets_max = 65536, .keys_max = 1, .proposals_max = 1};
    const struct limits most_assets = {
        .participants_max = 1, .assets_max = 65535, .keys_max = 1, .proposals_max = 1};
    struct arena measure = {.block = NULL};

    assert_null(registry_create(&measure, &absurd));
    assert_true(measure.overflow);
    measure = (struct arena){.block = NULL};
    assert_null(registry_create(&measure, &too_many_assets));
    assert_true(measure.overflow);
    measure = (struct arena){.block = NULL};
    assert_null(registry_create(&measure, &most_assets));
    assert_false(measure.overflow);
}

static void abort_add_duplicate(void *argument)
{
    struct command_participant_create create = create_of("bob", ROLE_TRADER);

    (void)registry_participant_add(argument, &create);
}

static void abort_update_nobody(void *argument)
{
    registry_participant_update(argument, 4, ROLE_TRADER, 1);
}

static void abort_update_to_no_tier(void *argument)
{
    registry_participant_update(argument, BOB, ROLE_TRADER, 3);
}

static void abort_freeze_nobody(void *argument)
{
    registry_participant_freeze(argument, 0, true);
}

static void abort_tier_zero(void *argument)
{
    const struct command_tier_set set = {.tier = 0};

    registry_tier_set(argument, &set);
}

static void abort_tier_too_large(void *argument)
{
    const struct command_tier_set set = {.tier = TARAZY_TIERS_MAX + 1};

    registry_tier_set(argument, &set);
}

static void abort_limit_of_no_tier(void *argument)
{
    const struct command_tier_limit_set set = {.tier = 0, .asset = 1};

    registry_tier_limit_set(argument, &set);
}

static void abort_limit_of_no_asset(void *argument)
{
    const struct command_tier_limit_set set = {.tier = 1, .asset = 0};

    registry_tier_limit_set(argument, &set);
}

static void abort_limit_of_asset_too_large(void *argument)
{
    const struct command_tier_limit_set set = {.tier = 1, .asset = 4};

    registry_tier_limit_set(argument, &set);
}

static void abort_seed_late(void *argument)
{
    registry_set_seed(argument, (struct hash_seed){{1, 1}});
}

static void misuse_of_the_registry_aborts(void **state)
{
    void (*const acts[])(void *) = {
        abort_add_duplicate,    abort_update_nobody,     abort_update_to_no_tier,
        abort_freeze_nobody,    abort_tier_zero,         abort_tier_too_large,
        abort_limit_of_no_tier, abort_limit_of_no_asset, abort_limit_of_asset_too_large,
        abort_seed_late,
    };

    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        assert_true(does_abort(acts[i], registry_of(*state)));
    }
}

#define RULE(name) cmocka_unit_test_setup_teardown(name, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(participant_gets_the_next_number_and_is_found_by_it_and_by_handle),
        RULE(participant_that_does_not_exist_is_not_found),
        RULE(participant_without_a_handle_is_field_invalid),
        RULE(participant_with_a_taken_handle_is_duplicate_handle),
        RULE(participant_in_a_tier_that_is_not_set_is_unknown_tier),
        RULE(participant_beyond_the_last_slot_is_participants_full),
        RULE(update_changes_roles_and_tier_and_nothing_else),
        RULE(tier_is_what_was_set_last_and_null_before),
        RULE(tier_limit_is_nothing_until_it_is_set_for_that_tier_and_asset),
        cmocka_unit_test(many_participants_are_found_by_handle_wherever_the_registry_stands),
        RULE(handles_whose_hashes_agree_are_told_apart),
        cmocka_unit_test(seed_decides_where_things_stand_in_the_tables),
        cmocka_unit_test(absurd_limits_are_marked_while_measuring),
        RULE(misuse_of_the_registry_aborts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
