/* SPDX-License-Identifier: Apache-2.0
 *
 * Whatever is not two people's signature of these bytes at this place is refused by its name, before it is
 * written and by whoever reads it.
 */
#include "journal/quarantine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/expect_abort.h"
#include "support/quarantine_scene.h"

struct signers {
    uint32_t operator_id;
    uint32_t operator_key;
    uint32_t approver_id;
    uint32_t approver_key;
    const char *why;
};

static void expect_refused(struct quarantine_scene *scene, const char *why)
{
    struct verifier_report report;
    uint64_t size_before = scene->last;

    assert_false(quarantine_scene_write(scene, &scene->quarantine, 1));
    assert_string_equal(scene->error.what, why);
    assert_int_equal(scene->error.number, scene->quarantine.record);
    quarantine_scene_read_last(scene);
    assert_int_equal(scene->batch.first_number + scene->batch.count - 1, size_before);
    /* And when it stands in the journal all the same, everybody who applies it says so. */
    scene->quarantine.header.number = scene->last + 1;
    quarantine_scene_forge(scene, &scene->quarantine, sizeof scene->quarantine, 1);
    assert_int_equal(quarantine_scene_verify(scene, &report), VERIFIER_RESULT_DIVERGED);
    assert_string_equal(report.error.what, why);
    assert_int_equal(report.error.number, scene->quarantine.record);
    assert_false(quarantine_scene_write(scene, &scene->quarantine, 1));
    assert_string_equal(scene->error.what, why);
}

static void two_people_must_have_signed_who_may(void **state)
{
    static const char role[] = "a quarantine is signed by somebody without the role";
    static const char key[] = "a quarantine is signed with a key that is not the signer's";
    static const char may[] = "a quarantine is signed with a key that may not operate";
    static const char twice[] = "a quarantine is signed twice by one person";
    static const struct signers cases[] = {
        {FAKE_TRADER, FAKE_TRADER, FAKE_ADAM, FAKE_ADAM, role},
        {FAKE_ADAM, FAKE_ADAM, FAKE_OLGA, FAKE_OLGA, role},
        {FAKE_OLGA, FAKE_OLGA, FAKE_TRADER, FAKE_TRADER, role},
        {FAKE_OLGA, FAKE_OLGA, 99, FAKE_ADAM, role},
        {0, FAKE_OLGA, FAKE_ADAM, FAKE_ADAM, role},
        {FAKE_OLGA, FAKE_OLGA, FAKE_OLGA, FAKE_OLGA, role},
        {FAKE_BOTH, FAKE_BOTH, FAKE_BOTH, FAKE_BOTH, twice},
        {FAKE_OLGA, FAKE_OLGA, FAKE_DOUBLE, FAKE_DOUBLE, twice},
        {FAKE_OLGA, FAKE_OLGA, FAKE_FROZEN, FAKE_FROZEN,
         "a quarantine is signed by somebody frozen"},
        {FAKE_OLGA, FAKE_OLGA, FAKE_ADAM, FAKE_OLGA, key},
        {FAKE_OLGA, FAKE_ADAM, FAKE_ADAM, FAKE_ADAM, key},
        {FAKE_OLGA, 99, FAKE_ADAM, FAKE_ADAM, key},
        {FAKE_OLGA, FAKE_OLGA, FAKE_ADAM, FAKE_KEY_HMAC, key},
        {FAKE_OLGA, FAKE_OLGA, FAKE_ADAM, FAKE_KEY_REVOKED, may},
        {FAKE_OLGA, FAKE_OLGA, FAKE_ADAM, FAKE_KEY_EXPIRED, may},
        {FAKE_OLGA, FAKE_OLGA, FAKE_ADAM, FAKE_KEY_READS, may},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct quarantine_scene scene;

        quarantine_scene_start(&scene, 2);
        scene.quarantine.operator_id = cases[i].operator_id;
        scene.quarantine.operator_key = cases[i].operator_key;
        scene.quarantine.approver_id = cases[i].approver_id;
        scene.quarantine.approver_key = cases[i].approver_key;
        quarantine_scene_sign(&scene.quarantine);
        expect_refused(&scene, cases[i].why);
        quarantine_scene_end(&scene);
    }
}

static void an_operator_and_an_approver_who_is_also_operator_are_two_people(void **state)
{
    struct quarantine_scene scene;
    struct verifier_report report;

    quarantine_scene_start(&scene, 2);
    scene.quarantine.approver_id = FAKE_BOTH;
    scene.quarantine.approver_key = FAKE_BOTH;
    quarantine_scene_sign(&scene.quarantine);
    assert_true(quarantine_scene_write(&scene, &scene.quarantine, 1));
    assert_int_equal(quarantine_scene_verify(&scene, &report), VERIFIER_RESULT_AGREES);
    quarantine_scene_end(&scene);
}

static void whatever_the_quarantine_says_is_signed(void **state)
{
    static const size_t places[] = {
        offsetof(struct command_quarantine, reason),
        offsetof(struct command_quarantine, operator_signature) + 63,
        offsetof(struct command_quarantine, operator_signature),
        offsetof(struct command_quarantine, approver_signature),
        offsetof(struct command_quarantine, approver_signature) + 40,
    };

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct quarantine_scene scene;

        quarantine_scene_start(&scene, 2);
        ((uint8_t *)&scene.quarantine)[places[i]] ^= 1;
        expect_refused(&scene, "a quarantine's signature is not of what it says");
        quarantine_scene_end(&scene);
    }
}

static void a_quarantine_signed_by_one_alone_is_refused(void **state)
{
    struct quarantine_scene scene;

    quarantine_scene_start(&scene, 2);
    memset(scene.quarantine.approver_signature, 0, sizeof scene.quarantine.approver_signature);
    expect_refused(&scene, "a quarantine's signature is not of what it says");
    quarantine_scene_end(&scene);
    quarantine_scene_start(&scene, 2);
    memset(scene.quarantine.operator_signature, 0, sizeof scene.quarantine.operator_signature);
    expect_refused(&scene, "a quarantine's signature is not of what it says");
    quarantine_scene_end(&scene);
}

static void the_record_s_bytes_are_signed(void **state)
{
    struct quarantine_scene scene;

    quarantine_scene_start(&scene, 2);
    scene.quarantine.record_hash.bytes[7] ^= 1;
    quarantine_scene_sign(&scene.quarantine);
    expect_refused(&scene, "a quarantine names other bytes than the record has");
    quarantine_scene_end(&scene);
}

static void a_record_of_an_earlier_batch_is_not_skipped(void **state)
{
    struct quarantine_scene scene;

    quarantine_scene_start(&scene, 2);
    scene.quarantine.record = 3;
    quarantine_scene_sign(&scene.quarantine);
    assert_true(does_abort(quarantine_scene_recover, &scene));
    fake_engine_poison = 0;
    assert_false(quarantine_scene_write(&scene, &scene.quarantine, 1));
    assert_string_equal(scene.error.what,
                        "a quarantine names a record that is not in the batch before it");
    scene.quarantine.header.number = scene.last + 1;
    quarantine_scene_forge(&scene, &scene.quarantine, sizeof scene.quarantine, 1);
    struct verifier_report report;
    assert_int_equal(quarantine_scene_verify(&scene, &report), VERIFIER_RESULT_DIVERGED);
    assert_string_equal(report.error.what,
                        "a quarantine names a record that is not in the batch before it");
    assert_int_equal(report.error.number, 3);
    quarantine_scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_people_must_have_signed_who_may),
        cmocka_unit_test(an_operator_and_an_approver_who_is_also_operator_are_two_people),
        cmocka_unit_test(whatever_the_quarantine_says_is_signed),
        cmocka_unit_test(a_quarantine_signed_by_one_alone_is_refused),
        cmocka_unit_test(the_record_s_bytes_are_signed),
        cmocka_unit_test(a_record_of_an_earlier_batch_is_not_skipped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
