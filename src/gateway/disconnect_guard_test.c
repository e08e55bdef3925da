/* SPDX-License-Identifier: Apache-2.0
 *
 * A cancel on disconnect is sent until its outcome is known, and no longer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/disconnect_guard.h"

/* A core that takes commands or is away, and remembers what it was sent. */
struct fake_core {
    bool is_away;
    uint32_t requests;
    uint64_t nonce;
    struct command_order_cancel_all last;
};

static bool submit(void *context, struct command_order_cancel_all *command)
{
    struct fake_core *core = context;

    if (core->is_away) {
        return false;
    }
    core->last = *command;
    core->requests++;
    return true;
}

static uint64_t nonce_of(void *context, uint32_t key)
{
    (void)key;
    return ((struct fake_core *)context)->nonce;
}

static struct disconnect_guard *make(struct fake_core *core)
{
    const struct disconnect_sender sender = {core, submit, nonce_of};

    return disconnect_guard_create(&sender);
}

#define NOW INT64_C(1700000000000000)

static void a_cancel_is_sent_once_with_its_reason(void **state)
{
    struct fake_core core = {.nonce = 9};
    struct disconnect_guard *guard = make(&core);

    disconnect_guard_cancel(guard, 7, 3);
    disconnect_guard_work(guard, NOW);
    disconnect_guard_work(guard, NOW);
    assert_int_equal(core.requests, 1);
    assert_int_equal(core.last.header.kind, COMMAND_ORDER_CANCEL_ALL);
    assert_int_equal(core.last.header.participant, 7);
    assert_int_equal(core.last.header.key, 3);
    assert_int_equal(core.last.header.nonce, 9);
    assert_int_equal(core.last.reason, CANCEL_ALL_REASON_DISCONNECT);
    assert_int_equal(core.last.instrument, 0);
    assert_int_equal(core.last.target, 0);
    disconnect_guard_note(guard, 7, 3, RESULT_OK);
    assert_int_equal(disconnect_guard_statistics(guard).waiting, 0);
    assert_int_equal(disconnect_guard_statistics(guard).accepted, 1);
    disconnect_guard_work(guard, NOW);
    assert_int_equal(core.requests, 1);
    disconnect_guard_destroy(guard);
}

static void while_the_core_is_away_it_waits(void **state)
{
    struct fake_core core = {.is_away = true};
    struct disconnect_guard *guard = make(&core);

    disconnect_guard_cancel(guard, 7, 3);
    disconnect_guard_cancel(guard, 7, 3);
    disconnect_guard_work(guard, NOW);
    assert_int_equal(disconnect_guard_statistics(guard).waiting, 1);
    core.is_away = false;
    disconnect_guard_work(guard, NOW);
    assert_int_equal(core.requests, 1);
    disconnect_guard_destroy(guard);
}

static void after_a_lost_link_only_what_was_not_journaled_is_sent_again(void **state)
{
    struct fake_core core = {0};
    struct disconnect_guard *guard = make(&core);

    disconnect_guard_cancel(guard, 7, 3);
    disconnect_guard_cancel(guard, 8, 4);
    disconnect_guard_work(guard, NOW);
    disconnect_guard_lost(guard);
    disconnect_guard_note(guard, 7, 3, RESULT_OK);
    disconnect_guard_work(guard, NOW);
    assert_int_equal(core.requests, 3);
    assert_int_equal(core.last.header.participant, 8);
    disconnect_guard_note(guard, 8, 4, RESULT_OK);
    assert_int_equal(disconnect_guard_statistics(guard).waiting, 0);
    disconnect_guard_destroy(guard);
}

static void a_nonce_that_was_overtaken_is_tried_anew(void **state)
{
    struct fake_core core = {.nonce = 5};
    struct disconnect_guard *guard = make(&core);

    disconnect_guard_cancel(guard, 7, 3);
    disconnect_guard_work(guard, NOW);
    disconnect_guard_note(guard, 7, 3, RESULT_NONCE_NOT_INCREASING);
    core.nonce = 6;
    disconnect_guard_work(guard, NOW);
    assert_int_equal(core.requests, 2);
    assert_int_equal(core.last.header.nonce, 6);
    disconnect_guard_destroy(guard);
}

static void a_refusal_is_an_end(void **state)
{
    struct fake_core core = {0};
    struct disconnect_guard *guard = make(&core);

    disconnect_guard_cancel(guard, 7, 3);
    disconnect_guard_cancel(guard, 8, 4);
    disconnect_guard_work(guard, NOW);
    disconnect_guard_note(guard, 7, 3, RESULT_KEY_REVOKED);
    disconnect_guard_note(guard, 7, 4, RESULT_OK);
    disconnect_guard_work(guard, NOW);
    assert_int_equal(core.requests, 2);
    assert_int_equal(disconnect_guard_statistics(guard).refused, 1);
    assert_int_equal(disconnect_guard_statistics(guard).waiting, 1);
    disconnect_guard_destroy(guard);
}

static void silence_does_not_last_for_ever(void **state)
{
    struct fake_core core = {0};
    struct disconnect_guard *guard = make(&core);

    disconnect_guard_cancel(guard, 7, 3);
    disconnect_guard_work(guard, NOW);
    disconnect_guard_work(guard, NOW + DISCONNECT_PATIENCE_US);
    assert_int_equal(core.requests, 1);
    disconnect_guard_work(guard, NOW + DISCONNECT_PATIENCE_US + 1);
    assert_int_equal(core.requests, 2);
    disconnect_guard_destroy(guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cancel_is_sent_once_with_its_reason),
        cmocka_unit_test(while_the_core_is_away_it_waits),
        cmocka_unit_test(after_a_lost_link_only_what_was_not_journaled_is_sent_again),
        cmocka_unit_test(a_nonce_that_was_overtaken_is_tried_anew),
        cmocka_unit_test(a_refusal_is_an_end),
        cmocka_unit_test(silence_does_not_last_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
