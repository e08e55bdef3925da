/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit can fail: each law of the registry is broken by hand, and the audit says which it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "registry/registry_room_test.h"

/* The people, one key of Alice, three open proposals that expire at 30, 20 and 10. */
static struct room full_room(void)
{
    struct room room = room_with_people();
    struct command_key_create create = {
        .owner = ALICE, .type = KEY_TYPE_HMAC, .scopes = KEY_SCOPE_READ, .material_size = 1};

    create.id.bytes[0] = 1;
    (void)registry_key_add(registry_of(&room), &create);
    for (int64_t i = 3; i > 0; i--) {
        const struct command_propose propose = {.expires_us = i * 10, .size = 64};

        (void)registry_proposal_add(registry_of(&room), &propose);
    }
    return room;
}

static void break_participant_count(struct registry *registry)
{
    (void)pool_take(&registry->participants);
}

static void break_handle(struct registry *registry)
{
    registry_name_at(registry, BOB)->handle.text[0] = 'a';
}

static void break_tier(struct registry *registry)
{
    registry_participant_at(registry, BOB)->tier = 9;
}

static void break_frozen(struct registry *registry)
{
    registry_participant_at(registry, BOB)->frozen = 2;
}

static void break_key_count(struct registry *registry)
{
    (void)pool_take(&registry->keys);
}

static void break_key_id(struct registry *registry)
{
    registry_proof_at(registry, 1)->id.bytes[0] = 2;
}

static void break_key_owner(struct registry *registry)
{
    registry_key_at(registry, 1)->owner = 4;
}

static void break_key_material(struct registry *registry)
{
    registry_proof_at(registry, 1)->material_size = TARAZY_KEY_MATERIAL_MAX + 1;
}

static void break_key_scopes(struct registry *registry)
{
    registry_key_at(registry, 1)->scopes = 0;
}

static void break_proposal_order(struct registry *registry)
{
    registry_proposal_at(registry, 1)->next = 3;
    registry_proposal_at(registry, 3)->next = 2;
    registry_proposal_at(registry, 2)->next = 0;
}

static void break_proposal_twice(struct registry *registry)
{
    registry_proposal_at(registry, 3)->number = 2;
}

static void break_proposal_table_count(struct registry *registry)
{
    registry->by_proposal.count++;
}

static void break_proposal_number(struct registry *registry)
{
    registry->last_proposal = 2;
}

static void break_proposal_table(struct registry *registry)
{
    registry_proposal_at(registry, 3)->number = 4;
    registry->last_proposal = 4;
}

static void break_proposal_chain(struct registry *registry)
{
    registry_proposal_at(registry, 2)->next = 0;
}

static void break_deadline(struct registry *registry)
{
    registry->deadline = 11;
}

static void break_limit(struct registry *registry)
{
    registry_limits_of(registry, TARAZY_TIERS_MAX)[3].deposit_day_max = amount_of_units(-2);
}

static void audit_finds_each_broken_law(void **state)
{
    static const struct {
        void (*act)(struct registry *);
        const char *found;
    } laws[] = {
        {break_participant_count,
         "registry: the table of handles counts other participants than the pool"},
        {break_handle, "registry: a participant is not found by its handle"},
        {break_tier, "registry: a participant stands in a tier that is not set"},
        {break_frozen, "registry: a participant is neither frozen nor free"},
        {break_key_count, "registry: the table of ids counts other keys than the pool"},
        {break_key_id, "registry: a key is not found by its id"},
        {break_key_owner, "registry: a key belongs to nobody"},
        {break_key_material, "registry: a key is not one that could have been made"},
        {break_key_scopes, "registry: a key is not one that could have been made"},
        {break_proposal_order, "registry: open proposals are not in ascending order"},
        {break_proposal_twice, "registry: open proposals are not in ascending order"},
        {break_proposal_table_count, "registry: a proposal is not in the chain of open ones"},
        {break_proposal_number, "registry: open proposals are not in ascending order"},
        {break_proposal_table, "registry: a proposal is not found by its number"},
        {break_proposal_chain, "registry: a proposal is not in the chain of open ones"},
        {break_deadline, "registry: the deadline is not the earliest expiry"},
        {break_limit, "registry: a daily limit is below no limit at all"},
    };

    for (size_t i = 0; i < sizeof laws / sizeof laws[0]; i++) {
        struct room room = full_room();

        assert_null(registry_audit(registry_of(&room)));
        laws[i].act(registry_of(&room));
        const char *found = registry_audit(registry_of(&room));
        assert_non_null(found);
        assert_string_equal(found, laws[i].found);
        free(room.block);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit_finds_each_broken_law),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
