/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may follow: a supervisor's own key, and every single reason why not.
 */
#include "supervision/follow_permission.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/engine_scene.h"

static const uint8_t PREFIX[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

/* A key of its own for somebody; type Ed25519, material of one byte 32 times. */
static void add_key(struct scene *scene, uint32_t who, uint8_t byte, uint8_t scopes,
                    int64_t expires_us, uint8_t prefix)
{
    struct command_key_create create = {.header.kind = COMMAND_KEY_CREATE,
                                        .owner = who,
                                        .type = KEY_TYPE_ED25519,
                                        .scopes = scopes,
                                        .expires_us = expires_us,
                                        .material_size = 32};
    memset(create.id.bytes, byte, sizeof create.id.bytes);
    memset(create.material, byte, 32);
    if (prefix > 0) {
        memset(create.ranges[0].address, 0, sizeof create.ranges[0].address);
        create.ranges[0].address[0] = 0x20;
        create.ranges[0].prefix = prefix;
    }
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_OMAR, &create.header), RESULT_OK);
}

static struct follow_claim claim_of(uint8_t byte)
{
    struct follow_claim claim = {.der_size = 44};
    memset(claim.key.bytes, byte, sizeof claim.key.bytes);
    memcpy(claim.der, PREFIX, sizeof PREFIX);
    memset(claim.der + sizeof PREFIX, byte, 32);
    return claim;
}

static const char *refusal(const struct scene *scene, const struct follow_claim *claim)
{
    return follow_permission_refuse(scene->engine, claim, scene->now_us);
}

static int setup(void **state)
{
    struct scene *scene = malloc(sizeof *scene);
    assert_non_null(scene);
    scene_start(scene);
    add_key(scene, SCENE_SAULE, 0xA1, KEY_SCOPE_READ, 0, 0);
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    scene_end(*state);
    free(*state);
    return 0;
}

static void a_supervisor_with_a_key_of_his_own_may(void **state)
{
    struct scene *scene = *state;
    struct follow_claim claim = claim_of(0xA1);
    assert_null(refusal(scene, &claim));
}

static void an_unknown_key_may_not(void **state)
{
    struct scene *scene = *state;
    struct follow_claim claim = claim_of(0xA2);
    assert_non_null(refusal(scene, &claim));
}

static void another_key_than_the_registered_one_may_not(void **state)
{
    struct scene *scene = *state;
    for (size_t at = 0; at < 44; at++) {
        struct follow_claim claim = claim_of(0xA1);
        claim.der[at] ^= 1;
        assert_non_null(refusal(scene, &claim));
    }
    struct follow_claim claim = claim_of(0xA1);
    claim.der_size = 0;
    assert_non_null(refusal(scene, &claim));
    claim.der_size = 43;
    assert_non_null(refusal(scene, &claim));
}

static void a_revoked_key_may_no_longer(void **state)
{
    struct scene *scene = *state;
    struct follow_claim claim = claim_of(0xA1);
    struct command_key_revoke revoke = {.header.kind = COMMAND_KEY_REVOKE, .id = claim.key};
    assert_null(refusal(scene, &claim));
    assert_int_equal(scene_send(scene, SCENE_OLGA, &revoke.header), RESULT_OK);
    assert_string_equal(refusal(scene, &claim), "the key is revoked");
}

static void a_frozen_supervisor_may_no_longer(void **state)
{
    struct scene *scene = *state;
    struct follow_claim claim = claim_of(0xA1);
    struct command_participant_freeze freeze = {
        .header.kind = COMMAND_PARTICIPANT_FREEZE, .target = SCENE_SAULE, .frozen = 1};
    assert_int_equal(scene_send(scene, SCENE_OLGA, &freeze.header), RESULT_OK);
    assert_string_equal(refusal(scene, &claim), "the key's owner is frozen");
}

static void an_expired_key_may_no_longer(void **state)
{
    struct scene *scene = *state;
    struct follow_claim claim = claim_of(0xA3);
    int64_t expires_us = scene->now_us + 1000000000;
    add_key(scene, SCENE_SAULE, 0xA3, KEY_SCOPE_READ, expires_us, 0);
    assert_null(follow_permission_refuse(scene->engine, &claim, expires_us - 1));
    assert_non_null(follow_permission_refuse(scene->engine, &claim, expires_us));
}

static void a_key_without_reading_may_not(void **state)
{
    struct scene *scene = *state;
    struct follow_claim claim = claim_of(0xA4);
    add_key(scene, SCENE_SAULE, 0xA4, KEY_SCOPE_TRADE, 0, 0);
    assert_non_null(refusal(scene, &claim));
}

static void somebody_who_is_no_supervisor_may_not(void **state)
{
    struct scene *scene = *state;
    struct follow_claim claim = claim_of(0xA5);
    add_key(scene, SCENE_ALICE, 0xA5, KEY_SCOPE_READ, 0, 0);
    assert_string_equal(refusal(scene, &claim), "the key's owner is no supervisor");
}

static void a_bound_key_may_only_from_its_addresses(void **state)
{
    struct scene *scene = *state;
    struct follow_claim claim = claim_of(0xA6);
    add_key(scene, SCENE_SAULE, 0xA6, KEY_SCOPE_READ, 0, 13);
    claim.address[0] = 0x20;
    claim.address[1] = 0x07; /* the 13 bits before agree */
    assert_null(refusal(scene, &claim));
    claim.address[1] = 0x08;
    assert_non_null(refusal(scene, &claim));
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_supervisor_with_a_key_of_his_own_may),
        STORY(an_unknown_key_may_not),
        STORY(another_key_than_the_registered_one_may_not),
        STORY(a_revoked_key_may_no_longer),
        STORY(a_frozen_supervisor_may_no_longer),
        STORY(an_expired_key_may_no_longer),
        STORY(a_key_without_reading_may_not),
        STORY(somebody_who_is_no_supervisor_may_not),
        STORY(a_bound_key_may_only_from_its_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
