/* SPDX-License-Identifier: Apache-2.0
 *
 * Open proposals against a list: the same ones in the same order, who proposed them, when the next one
 * expires, while the block moves in memory.
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

#define OPEN_MAX 20u

struct twin {
    uint64_t numbers[OPEN_MAX]; /* ascending */
    int64_t expires[OPEN_MAX];
    uint32_t proposers[OPEN_MAX];
    uint32_t count;
    uint64_t last;
};

static struct command_propose propose_of(uint32_t proposer, int64_t expires_us, uint8_t filling)
{
    struct command_propose propose = {
        .header = {.kind = COMMAND_PROPOSE, .participant = proposer},
        .expires_us = expires_us,
        .size = (uint16_t)(64 * (1 + filling % 13)),
    };

    memset(propose.command, filling, propose.size);
    return propose;
}

static void compare(const struct registry *registry, const struct twin *twin)
{
    const struct proposal *proposal = registry_proposal_first(registry);
    int64_t deadline = INT64_MAX;

    for (uint32_t i = 0; i < twin->count; i++) {
        assert_non_null(proposal);
        assert_int_equal(proposal->number, twin->numbers[i]);
        assert_int_equal(proposal->expires_us, twin->expires[i]);
        assert_int_equal(proposal->proposer, twin->proposers[i]);
        assert_ptr_equal(registry_proposal(registry, twin->numbers[i]), proposal);
        deadline = twin->expires[i] < deadline ? twin->expires[i] : deadline;
        proposal = registry_proposal_after(registry, proposal);
    }
    assert_null(proposal);
    assert_int_equal(registry_deadline(registry), deadline);
    assert_int_equal(registry_proposal_room(registry), OPEN_MAX - twin->count);
}

static void add(struct registry *registry, struct twin *twin, struct random_stream *random)
{
    uint32_t proposer = 1 + (uint32_t)random_below(random, 5);
    int64_t expires_us = (int64_t)random_below(random, 50);
    struct command_propose propose = propose_of(proposer, expires_us, (uint8_t)twin->last);
    uint64_t number = registry_proposal_add(registry, &propose);
    const struct proposal *proposal = registry_proposal(registry, number);

    assert_int_equal(number, ++twin->last);
    assert_int_equal(proposal->size, propose.size);
    assert_memory_equal(proposal->command, propose.command, sizeof propose.command);
    assert_int_equal((uintptr_t)proposal->command % 16, 0);
    twin->numbers[twin->count] = number;
    twin->expires[twin->count] = expires_us;
    twin->proposers[twin->count] = proposer;
    twin->count++;
}

static void close_one(struct registry *registry, struct twin *twin, uint32_t at)
{
    registry_proposal_close(registry, twin->numbers[at]);
    assert_null(registry_proposal(registry, twin->numbers[at]));
    twin->count--;
    for (uint32_t i = at; i < twin->count; i++) {
        twin->numbers[i] = twin->numbers[i + 1];
        twin->expires[i] = twin->expires[i + 1];
        twin->proposers[i] = twin->proposers[i + 1];
    }
}

static void proposals_are_a_list_in_order_of_arrival_wherever_the_registry_stands(void **state)
{
    const struct limits limits = {
        .participants_max = 1, .assets_max = 1, .keys_max = 1, .proposals_max = OPEN_MAX};
    struct room room = room_new(&limits);
    struct random_stream random = {131};
    struct twin twin = {.count = 0};

    for (uint32_t round = 0; round < 30000; round++) {
        /* Waves, so that it is full and empty in turn. */
        uint64_t chance = (round / 500) % 2 == 0 ? 70 : 30;

        if (random_below(&random, 100) < chance && twin.count < OPEN_MAX) {
            add(registry_of(&room), &twin, &random);
        } else if (twin.count > 0) {
            close_one(registry_of(&room), &twin, (uint32_t)random_below(&random, twin.count));
        }
        compare(registry_of(&room), &twin);
        if (round % 100 == 0) {
            assert_null(registry_audit(registry_of(&room)));
            room.block = movable_block_move(room.block, room.size);
        }
    }
    free(room.block);
}

static void proposal_that_is_not_open_is_not_found(void **state)
{
    struct room room = room_with_people();
    struct registry *registry = registry_of(&room);
    struct command_propose propose = propose_of(OLGA, 100, 1);

    assert_null(registry_proposal_first(registry));
    assert_null(registry_proposal(registry, 0));
    assert_null(registry_proposal(registry, 1));
    assert_int_equal(registry_deadline(registry), INT64_MAX);
    assert_int_equal(registry_proposal_add(registry, &propose), 1);
    registry_proposal_close(registry, 1);
    assert_null(registry_proposal(registry, 1));
    /* Its number is gone for ever. */
    assert_int_equal(registry_proposal_add(registry, &propose), 2);
    free(room.block);
}

static uint64_t hash_of_number(uint32_t number)
{
    return hash_u64((struct hash_seed){{21, 22}}, number);
}

static void numbers_whose_hashes_agree_are_told_apart(void **state)
{
    struct room room = room_with_people();
    struct registry *registry = registry_of(&room);
    struct command_propose propose = propose_of(OLGA, 100, 1);
    uint32_t pair[2];

    assert_true(equal_tags_find(hash_of_number, pair));
    /* As if so many proposals had come and gone. */
    registry->last_proposal = pair[0] - 1;
    assert_int_equal(registry_proposal_add(registry, &propose), pair[0]);
    assert_null(registry_proposal(registry, pair[1]));
    registry->last_proposal = pair[1] - 1;
    assert_int_equal(registry_proposal_add(registry, &propose), pair[1]);
    assert_int_equal(registry_proposal(registry, pair[0])->number, pair[0]);
    assert_int_equal(registry_proposal(registry, pair[1])->number, pair[1]);
    assert_null(registry_audit(registry));
    free(room.block);
}

static void abort_add_to_full(void *argument)
{
    struct command_propose propose = propose_of(OLGA, 100, 1);

    (void)registry_proposal_add(argument, &propose);
}

static void abort_add_too_large(void *argument)
{
    struct command_propose propose = propose_of(OLGA, 100, 1);

    propose.size = TARAZY_PROPOSED_SIZE_MAX + 1;
    (void)registry_proposal_add(argument, &propose);
}

static void abort_close_nothing(void *argument)
{
    registry_proposal_close(argument, 4);
}

static void misuse_of_proposals_aborts(void **state)
{
    struct room room = room_with_people();
    struct registry *registry = registry_of(&room);
    struct command_propose propose = propose_of(OLGA, 100, 1);

    assert_true(does_abort(abort_add_too_large, registry));
    for (int i = 0; i < 3; i++) {
        assert_false(does_abort(abort_add_to_full, registry));
        (void)registry_proposal_add(registry, &propose);
    }
    assert_int_equal(registry_proposal_room(registry), 0);
    assert_true(does_abort(abort_add_to_full, registry));
    assert_true(does_abort(abort_close_nothing, registry));
    free(room.block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proposals_are_a_list_in_order_of_arrival_wherever_the_registry_stands),
        cmocka_unit_test(proposal_that_is_not_open_is_not_found),
        cmocka_unit_test(numbers_whose_hashes_agree_are_told_apart),
        cmocka_unit_test(misuse_of_proposals_aborts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
