/* SPDX-License-Identifier: Apache-2.0
 *
 * The supervisor's signature: under what he found, and under nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proofs/liabilities_note.h"
#include "support/engine_scene.h"
#include "support/expect_abort.h"

struct desk {
    struct scene scene;
    struct liabilities_claim claim;
    struct liabilities_report *report;
    struct note_key key;
    uint8_t seed[ED25519_KEY_SIZE];
    char note[LIABILITIES_NOTE_MAX + 1];
    size_t size;
};

static void desk_start(struct desk *desk)
{
    static const struct hash256 secret = {{6}};
    uint8_t raw[ED25519_KEY_SIZE];
    struct liabilities_claim unknown;

    memset(desk, 0, sizeof *desk);
    desk->report = malloc(sizeof *desk->report);
    scene_start(&desk->scene);
    /* His own tree is what is claimed. */
    memset(&unknown, 0, sizeof unknown);
    unknown.record = tarazy_engine_number(desk->scene.engine);
    unknown.epoch = 4;
    assert_true(liabilities_check(desk->scene.engine, &unknown, &secret, desk->report));
    assert_false(liabilities_report_is_good(desk->report));
    desk->claim = liabilities_claim_of(&desk->report->statement);
    assert_true(liabilities_check(desk->scene.engine, &desk->claim, &secret, desk->report));
    desk->seed[0] = 9;
    assert_true(ed25519_public_key(desk->seed, raw));
    assert_true(note_key_make(&desk->key, "supervisor.example", NOTE_KEY_KIND_ED25519, raw));
    desk->size =
        liabilities_note_write(&desk->claim, desk->report, &desk->key, desk->seed, desk->note);
    assert_true(desk->size > 0 && strlen(desk->note) == desk->size);
}

static void desk_end(struct desk *desk)
{
    free(desk->report);
    scene_end(&desk->scene);
}

static void a_note_is_good_for_its_claim_and_no_other(void **state)
{
    struct desk desk;

    desk_start(&desk);
    assert_true(liabilities_note_check(desk.note, desk.size, &desk.key, &desk.claim));
    for (unsigned field = 0; field < 4; field++) {
        struct liabilities_claim other = desk.claim;

        other.record += field == 0;
        other.epoch += field == 1;
        other.root.bytes[31] ^= field == 2;
        other.totals.bytes[0] ^= field == 3;
        assert_false(liabilities_note_check(desk.note, desk.size, &desk.key, &other));
    }
    desk_end(&desk);
}

static void no_byte_of_a_note_can_be_changed(void **state)
{
    struct desk desk;

    desk_start(&desk);
    for (size_t i = 0; i < desk.size; i++) {
        desk.note[i] ^= 1;
        assert_false(liabilities_note_check(desk.note, desk.size, &desk.key, &desk.claim));
        desk.note[i] ^= 1;
        assert_false(liabilities_note_check(desk.note, i, &desk.key, &desk.claim));
    }
    desk_end(&desk);
}

static void a_note_of_another_key_is_none(void **state)
{
    uint8_t raw[ED25519_KEY_SIZE];
    struct note_key other;
    struct desk desk;

    desk_start(&desk);
    desk.seed[0] = 10;
    assert_true(ed25519_public_key(desk.seed, raw));
    assert_true(note_key_make(&other, "supervisor.example", NOTE_KEY_KIND_ED25519, raw));
    assert_false(liabilities_note_check(desk.note, desk.size, &other, &desk.claim));
    desk_end(&desk);
}

static void sign(void *argument)
{
    struct desk *desk = argument;

    (void)liabilities_note_write(&desk->claim, desk->report, &desk->key, desk->seed, desk->note);
}

static void what_was_not_found_cannot_be_signed(void **state)
{
    struct desk desk;

    desk_start(&desk);
    assert_false(does_abort(sign, &desk));
    desk.claim.totals.bytes[3] ^= 1;
    assert_true(does_abort(sign, &desk));
    desk.claim.totals.bytes[3] ^= 1;
    desk.report->are_exact = false;
    assert_true(does_abort(sign, &desk));
    desk_end(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_good_for_its_claim_and_no_other),
        cmocka_unit_test(no_byte_of_a_note_can_be_changed),
        cmocka_unit_test(a_note_of_another_key_is_none),
        cmocka_unit_test(what_was_not_found_cannot_be_signed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
