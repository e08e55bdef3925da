/* SPDX-License-Identifier: Apache-2.0
 *
 * Workload W is the published one, to the byte. That the market trades on it what the generator's own
 * little book trades, market_bench checks in every round.
 */
#include "bench/workload_w.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include <cmocka.h>

#define FIRST 1000u

static struct workload_command *commands;
static struct workload_summary summary;

static int generate(void **state)
{
    const struct workload_parameters parameters = WORKLOAD_W1K;

    commands = malloc(workload_count(&parameters) * sizeof *commands);
    return commands != NULL && workload_generate(&parameters, commands, &summary) ? 0 : -1;
}

static int forget(void **state)
{
    free(commands);
    return 0;
}

/* The hash in hex. */
static void hash(const struct workload_command *from, size_t count, char *hex)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];

    (void)SHA256((const uint8_t *)from, count * sizeof *from, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
}

/* Published: the first and last characters of both hashes. */
static void the_stream_is_the_published_one(void **state)
{
    const struct workload_parameters parameters = WORKLOAD_W1K;
    char hex[2 * SHA256_DIGEST_LENGTH + 1];

    hash(commands, FIRST, hex);
    assert_memory_equal(hex, "2e62b61c", 8);
    assert_string_equal(hex + 60, "966a");
    hash(commands, workload_count(&parameters), hex);
    assert_memory_equal(hex, "e2a222d1", 8);
    assert_string_equal(hex + 59, "de18e");
}

static void its_first_command_and_its_end_are_the_published_ones(void **state)
{
    const struct workload_command first = {
        .user = 396, .id = 1, .price = 30496, .size = 1, .reserve = 38439};

    assert_memory_equal(&commands[0], &first, sizeof first);
    assert_int_equal(summary.trades, 122704);
    assert_int_equal(summary.quantity, 1062983);
    assert_int_equal(summary.bids, 521);
    assert_int_equal(summary.asks, 500);
    assert_int_equal(summary.bid_levels, 261);
    assert_int_equal(summary.ask_levels, 241);
    assert_int_equal(summary.price_min, 23069);
    assert_int_equal(summary.price_max, 38439);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stream_is_the_published_one),
        cmocka_unit_test(its_first_command_and_its_end_are_the_published_ones),
    };

    return cmocka_run_group_tests(tests, generate, forget);
}
