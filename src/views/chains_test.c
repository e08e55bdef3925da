/* SPDX-License-Identifier: Apache-2.0
 *
 * Chains against a twin that keeps every chain as a plain array.
 */
#include "views/chains.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/expect_abort.h"
#include "support/movable_block.h"
#include "support/random_stream.h"

#define RECORDS  64u
#define OWNERS   5u
#define SUBJECTS 3u

struct twin {
    uint32_t records[OWNERS][SUBJECTS][RECORDS];
    uint32_t counts[OWNERS][SUBJECTS];
    uint32_t owner[RECORDS + 1]; /* owner + 1; 0 = in no chain */
    uint32_t subject[RECORDS + 1];
};

static struct chains *new_chains(uint8_t **block, uint32_t records_max)
{
    struct arena measure = {0};
    const struct hash_seed seed = {{1, 2}};

    (void)chains_create(&measure, records_max, seed);
    *block = movable_block_new(measure.used);
    struct arena place = {.block = *block, .size = measure.used};

    return chains_create(&place, records_max, seed);
}

static void twin_remove(struct twin *twin, uint32_t record)
{
    uint32_t owner = twin->owner[record] - 1;
    uint32_t subject = twin->subject[record];
    uint32_t *list = twin->records[owner][subject];
    uint32_t count = twin->counts[owner][subject];

    for (uint32_t i = 0; i < count; i++) {
        if (list[i] == record) {
            memmove(&list[i], &list[i + 1], (count - i - 1) * sizeof *list);
            break;
        }
    }
    twin->counts[owner][subject]--;
    twin->owner[record] = 0;
}

static void check_pair(const struct chains *chains, const struct twin *twin, uint32_t owner,
                       uint32_t subject)
{
    uint32_t count = twin->counts[owner][subject];
    const uint32_t *list = twin->records[owner][subject];
    uint32_t forward = chains_first(chains, owner, subject);
    uint32_t backward = chains_last(chains, owner, subject);

    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(forward, list[i]);
        assert_int_equal(backward, list[count - 1 - i]);
        forward = chains_next(chains, forward);
        backward = chains_previous(chains, backward);
    }
    assert_int_equal(forward, 0);
    assert_int_equal(backward, 0);
}

static void chains_equal_plain_arrays(void **state)
{
    uint8_t *block;
    struct chains *chains = new_chains(&block, RECORDS);
    struct random_stream random = {20261122};
    struct twin *twin = calloc(1, sizeof *twin);

    for (int round = 0; round < 20000; round++) {
        uint32_t record = (uint32_t)random_below(&random, RECORDS) + 1;
        uint32_t owner = (uint32_t)random_below(&random, OWNERS);
        uint32_t subject = (uint32_t)random_below(&random, SUBJECTS);

        if (twin->owner[record] != 0) {
            owner = twin->owner[record] - 1;
            subject = twin->subject[record];
            chains_remove(chains, record);
            twin_remove(twin, record);
        } else {
            chains_append(chains, owner, subject, record);
            twin->records[owner][subject][twin->counts[owner][subject]++] = record;
            twin->owner[record] = owner + 1;
            twin->subject[record] = subject;
        }
        check_pair(chains, twin, owner, subject);
    }
    for (uint32_t owner = 0; owner < OWNERS; owner++) {
        for (uint32_t subject = 0; subject < SUBJECTS; subject++) {
            check_pair(chains, twin, owner, subject);
        }
    }
    free(twin);
    free(block);
}

static void an_emptied_chain_makes_room_for_another(void **state)
{
    uint8_t *block;
    struct chains *chains = new_chains(&block, RECORDS);

    for (uint32_t owner = 1; owner <= 10 * RECORDS; owner++) {
        chains_append(chains, owner, 0, 1);
        assert_int_equal(chains_first(chains, owner, 0), 1);
        chains_remove(chains, 1);
        assert_int_equal(chains_first(chains, owner, 0), 0);
    }
    free(block);
}

static void append_twice(void *chains)
{
    chains_append(chains, 1, 1, 7);
    chains_append(chains, 2, 1, 7);
}

static void remove_unlinked(void *chains)
{
    chains_remove(chains, 7);
}

static void a_record_stands_in_one_chain_at_most(void **state)
{
    uint8_t *block;
    struct chains *chains = new_chains(&block, RECORDS);

    assert_true(does_abort(append_twice, chains));
    assert_true(does_abort(remove_unlinked, chains));
    free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chains_equal_plain_arrays),
        cmocka_unit_test(an_emptied_chain_makes_room_for_another),
        cmocka_unit_test(a_record_stands_in_one_chain_at_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
