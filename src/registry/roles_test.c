/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may do what, as a picture: the whole matrix of roles and commands, written down a second time
 * and compared; then the laws that any such matrix must obey.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry/registry.h"
#include "support/command_samples.h"
#include "support/random_stream.h"

#define ROLES_ALL 511u

/* T trader, M market maker, O operator, A approver, S supervisor, C custodian; the key's scope; whether
 * the kind needs a proposal for none, all or some of its acts. */
static const char matrix[] = "NODE_FOUND                 --------- OPERATE  none\n"
                             "NODE_OPEN                  --------- OPERATE  none\n"
                             "CLOCK                      --------- OPERATE  none\n"
                             "PARTICIPANT_CREATE         --O------ OPERATE  some\n"
                             "PARTICIPANT_UPDATE         --O------ OPERATE  all\n"
                             "PARTICIPANT_FREEZE         --OAS---- OPERATE  some\n"
                             "KEY_CREATE                 TMO------ OPERATE  some\n"
                             "KEY_REVOKE                 TMO------ OPERATE  none\n"
                             "TIER_SET                   --O------ OPERATE  all\n"
                             "TIER_LIMIT_SET             --O------ OPERATE  all\n"
                             "PROPOSE                    --O--CU-- OPERATE  none\n"
                             "APPROVE                    ---A----- OPERATE  none\n"
                             "PROPOSAL_WITHDRAW          --OA-CU-- OPERATE  none\n"
                             "ASSET_CREATE               --O------ OPERATE  all\n"
                             "INSTRUMENT_CREATE          --O------ OPERATE  all\n"
                             "INSTRUMENT_UPDATE          --O------ OPERATE  all\n"
                             "SESSION_SET                --O------ OPERATE  none\n"
                             "SANDBOX_DEPOSIT            --O------ OPERATE  none\n"
                             "DEPOSIT                    -----C--- OPERATE  all\n"
                             "WITHDRAW_REQUEST           TM------- WITHDRAW none\n"
                             "WITHDRAW_SETTLE            -----C--- OPERATE  all\n"
                             "WITHDRAW_REJECT            --O------ OPERATE  all\n"
                             "CORRECTION                 --O------ OPERATE  all\n"
                             "ORDER_PLACE                TM------- TRADE    none\n"
                             "ORDER_CANCEL               TM------- TRADE    none\n"
                             "ORDER_CANCEL_ALL           TMO------ TRADE    none\n"
                             "ORDER_REPLACE              TM------- TRADE    none\n"
                             "ORDER_AMEND                TM------- TRADE    none\n"
                             "ORDER_LIST_PLACE           TM------- TRADE    none\n"
                             "ORDER_LIST_CANCEL          TM------- TRADE    none\n"
                             "COUNTDOWN_SET              TM------- TRADE    none\n"
                             "LIABILITIES_PUBLISH        --O------ OPERATE  none\n"
                             "QUARANTINE                 --------- OPERATE  none\n"
                             "JURISDICTION_PARAMETER_SET ------U-- OPERATE  all\n"
                             "MINER_SET                  ------U-- OPERATE  some\n"
                             "MINER_DECIDE               ------U-- OPERATE  all\n"
                             "POOL_SET                   ------U-- OPERATE  some\n"
                             "POOL_DECIDE                ------U-- OPERATE  all\n"
                             "SHARE_READING              -------E- OPERATE  none\n"
                             "ENERGY_READING             -------E- OPERATE  none\n"
                             "SITE_SET                   ------U-- OPERATE  some\n"
                             "METER_SET                  ------U-- OPERATE  all\n"
                             "EQUIPMENT_SET              ------U-- OPERATE  none\n"
                             "MINER_ADDRESS_SET          ------U-- OPERATE  some\n"
                             "POOL_DISTRIBUTION          --------P OPERATE  none\n"
                             "SALE_RECORD                ------U-- OPERATE  none\n"
                             "FEE_ASSESS                 ------U-- OPERATE  some\n"
                             "FEE_PAY                    TM----U-- TRADE    some\n";

static const char *scope_name(enum key_scope scope)
{
    switch (scope) {
    case KEY_SCOPE_READ: return "READ";
    case KEY_SCOPE_TRADE: return "TRADE";
    case KEY_SCOPE_WITHDRAW: return "WITHDRAW";
    case KEY_SCOPE_OPERATE: return "OPERATE";
    }
    return "?";
}

/* The graver act of mining's kinds that have two. */
static void make_grave(union command_sample *grave)
{
    void *whole = grave;

    if (grave->header.kind == COMMAND_MINER_SET) {
        ((struct command_miner_set *)whole)->miner = 1;
    } else if (grave->header.kind == COMMAND_POOL_SET) {
        ((struct command_pool_set *)whole)->pool = 1;
    } else if (grave->header.kind == COMMAND_SITE_SET) {
        ((struct command_site_set *)whole)->quota_kw = 1;
    } else if (grave->header.kind == COMMAND_MINER_ADDRESS_SET) {
        ((struct command_miner_address_set *)whole)->removed = 1;
    }
}

/* The samples of these are the graver ones. */
static void make_mild(union command_sample *mild)
{
    void *whole = mild;

    if (mild->header.kind == COMMAND_FEE_ASSESS) {
        ((struct command_fee_assess *)whole)->has_price = 0;
    } else if (mild->header.kind == COMMAND_FEE_PAY) {
        ((struct command_fee_pay *)whole)->by_bank = 0;
    }
}

/* Two acts of a kind: as one does it for oneself and stopping, and for others and starting again. */
static const char *proposal_need(uint16_t kind)
{
    union command_sample mild;
    union command_sample grave;

    (void)command_sample_make(&mild, kind);
    (void)command_sample_make(&grave, kind);
    mild.header.participant = 1;
    grave.header.participant = 2;
    if (kind == COMMAND_PARTICIPANT_FREEZE) {
        ((struct command_participant_freeze *)(void *)&mild)->frozen = 1;
    }
    if (kind == COMMAND_PARTICIPANT_CREATE) {
        ((struct command_participant_create *)(void *)&grave)->roles = ROLE_OPERATOR;
    }
    make_grave(&grave);
    make_mild(&mild);
    bool first = registry_needs_proposal(&mild.header);
    bool second = registry_needs_proposal(&grave.header);
    if (first != second) {
        return second ? "some" : "?";
    }
    return first ? "all" : "none";
}

static void matrix_of_roles_and_commands_is_the_one_above(void **state)
{
    static const char letters[] = "TMOASCUEP";
    static const enum role roles[] = {ROLE_TRADER,    ROLE_MARKET_MAKER, ROLE_OPERATOR,
                                      ROLE_APPROVER,  ROLE_SUPERVISOR,   ROLE_CUSTODIAN,
                                      ROLE_AUTHORITY, ROLE_METER,        ROLE_POOL};
    char real[sizeof matrix + 256] = "";
    size_t used = 0;

    for (const uint16_t *kind = command_sample_kinds; *kind != 0; kind++) {
        char who[] = "---------";

        for (size_t i = 0; i < 9; i++) {
            if (registry_roles_permit(roles[i], *kind)) {
                who[i] = letters[i];
            }
        }
        used += (size_t)snprintf(real + used, sizeof real - used, "%-26s %s %-8s %s\n",
                                 tarazy_command_name(*kind), who,
                                 scope_name(registry_scope_needed(*kind)), proposal_need(*kind));
        assert_true(used < sizeof real);
    }
    assert_string_equal(real, matrix);
}

/* It stands in docs/ROLES.md, too, where people read it. */
static void matrix_of_roles_and_commands_is_the_published_one(void **state)
{
    static char page[16384];
    const char *root = getenv("TARAZY_SOURCE_DIR");
    char path[1024];

    if (root == NULL) {
        skip();
    }
    assert_in_range(snprintf(path, sizeof path, "%s/docs/ROLES.md", root), 1, sizeof path - 1);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_in_range(fread(page, 1, sizeof page - 1, file), 1, sizeof page - 2);
    assert_int_equal(fclose(file), 0);
    assert_non_null(strstr(page, matrix));
}

static void roles_together_may_what_each_of_them_may(void **state)
{
    for (const uint16_t *kind = command_sample_kinds; *kind != 0; kind++) {
        for (uint32_t roles = 0; roles <= ROLES_ALL; roles++) {
            bool any = false;

            for (uint32_t role = 1; role <= ROLES_ALL; role <<= 1) {
                any |= (roles & role) != 0 && registry_roles_permit(role, *kind);
            }
            assert_int_equal(registry_roles_permit(roles, *kind), any);
        }
    }
}

static void no_role_may_send_what_is_no_command_or_the_nodes_own(void **state)
{
    const uint16_t *known = command_sample_kinds;

    for (unsigned kind = 0; kind <= UINT16_MAX; kind++) {
        if (kind == *known) {
            known++;
            continue;
        }
        const struct command_header header = {.kind = (uint16_t)kind};
        assert_false(registry_roles_permit(UINT32_MAX, (uint16_t)kind));
        assert_false(registry_is_proposable((uint16_t)kind));
        assert_false(registry_needs_proposal(&header));
    }
    assert_false(registry_roles_permit(UINT32_MAX, COMMAND_NODE_FOUND));
    assert_false(registry_roles_permit(UINT32_MAX, COMMAND_NODE_OPEN));
    assert_false(registry_roles_permit(UINT32_MAX, COMMAND_CLOCK));
}

/* What needs a proposal can be proposed, by somebody who may propose; what can be proposed may need it. */
static void what_needs_a_second_person_can_reach_one(void **state)
{
    for (const uint16_t *kind = command_sample_kinds; *kind != 0; kind++) {
        bool needs = strcmp(proposal_need(*kind), "none") != 0;
        bool somebody = false;

        assert_int_equal(registry_is_proposable(*kind), needs);
        for (uint32_t role = 1; role <= ROLES_ALL; role <<= 1) {
            somebody |=
                registry_roles_permit(role, *kind) && registry_roles_permit(role, COMMAND_PROPOSE);
        }
        assert_true(somebody || !needs);
    }
}

/* Four eyes are no use if one role has both: proposing and approving stand in different roles. */
static void no_single_role_both_proposes_and_approves(void **state)
{
    for (uint32_t role = 1; role <= ROLES_ALL; role <<= 1) {
        assert_false(registry_roles_permit(role, COMMAND_PROPOSE) &&
                     registry_roles_permit(role, COMMAND_APPROVE));
    }
}

static void creating_a_participant_needs_a_proposal_for_every_role_beyond_trading(void **state)
{
    union command_sample sample;
    struct command_participant_create *create = (void *)&sample;

    (void)command_sample_make(&sample, COMMAND_PARTICIPANT_CREATE);
    for (uint32_t roles = 0; roles <= ROLES_ALL; roles++) {
        create->roles = roles;
        assert_int_equal(registry_needs_proposal(&sample.header),
                         (roles & ~(uint32_t)(ROLE_TRADER | ROLE_MARKET_MAKER)) != 0);
    }
    create->roles = 1u << 31;
    assert_true(registry_needs_proposal(&sample.header));
}

static void key_for_oneself_needs_no_proposal_and_for_another_does(void **state)
{
    union command_sample sample;
    struct command_key_create *create = (void *)&sample;

    (void)command_sample_make(&sample, COMMAND_KEY_CREATE);
    sample.header.participant = 7;
    create->owner = 7;
    assert_false(registry_needs_proposal(&sample.header));
    create->owner = 8;
    assert_true(registry_needs_proposal(&sample.header));
}

static void one_person_may_stop_and_two_start_again(void **state)
{
    union command_sample sample;
    struct command_participant_freeze *freeze = (void *)&sample;

    (void)command_sample_make(&sample, COMMAND_PARTICIPANT_FREEZE);
    freeze->frozen = 1;
    assert_false(registry_needs_proposal(&sample.header));
    freeze->frozen = 0;
    assert_true(registry_needs_proposal(&sample.header));
}

/* Over random people: whoever may do an act alone that moves value or limits, does not exist. */
static void nobody_alone_moves_value_or_limits_whatever_roles_they_have(void **state)
{
    static const uint16_t grave[] = {
        COMMAND_PARTICIPANT_UPDATE,
        COMMAND_TIER_SET,
        COMMAND_TIER_LIMIT_SET,
        COMMAND_ASSET_CREATE,
        COMMAND_INSTRUMENT_CREATE,
        COMMAND_INSTRUMENT_UPDATE,
        COMMAND_DEPOSIT,
        COMMAND_WITHDRAW_SETTLE,
        COMMAND_WITHDRAW_REJECT,
        COMMAND_CORRECTION,
        COMMAND_JURISDICTION_PARAMETER_SET,
        COMMAND_MINER_DECIDE,
        COMMAND_POOL_DECIDE,
        COMMAND_METER_SET,
    };
    struct random_stream random = {101};

    for (int round = 0; round < 10000; round++) {
        union command_sample sample;
        uint16_t kind = grave[random_below(&random, sizeof grave / sizeof grave[0])];
        size_t size = command_sample_make(&sample, kind);

        /* Whatever its fields say. */
        random_bytes(&random, sample.bytes + sizeof sample.header, size - sizeof sample.header);
        sample.header.participant = (uint32_t)random_next(&random);
        assert_true(registry_needs_proposal(&sample.header));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrix_of_roles_and_commands_is_the_one_above),
        cmocka_unit_test(matrix_of_roles_and_commands_is_the_published_one),
        cmocka_unit_test(roles_together_may_what_each_of_them_may),
        cmocka_unit_test(no_role_may_send_what_is_no_command_or_the_nodes_own),
        cmocka_unit_test(what_needs_a_second_person_can_reach_one),
        cmocka_unit_test(no_single_role_both_proposes_and_approves),
        cmocka_unit_test(creating_a_participant_needs_a_proposal_for_every_role_beyond_trading),
        cmocka_unit_test(key_for_oneself_needs_no_proposal_and_for_another_does),
        cmocka_unit_test(one_person_may_stop_and_two_start_again),
        cmocka_unit_test(nobody_alone_moves_value_or_limits_whatever_roles_they_have),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
