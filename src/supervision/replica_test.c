/* SPDX-License-Identifier: Apache-2.0
 *
 * A replica takes what a real core has written and nothing else: the copy is the original, byte for byte; every way of
 * tampering is found at the first record that is wrong; what was taken survives.
 */
#include "supervision/replica.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal/journal_folder.h"
#include "journal/verifier.h"
#include "platform/checksum.h"
#include "supervision/journal_copy.h"
#include "supervision/second_books.h"
#include "supervision/shown_batch.h"
#include "support/node_scene.h"
#include "support/random_stream.h"

enum { BATCHES_MAX = 600, ROUNDS = 250 };

/* What a relay would have sent: frames, and batches at aligned places. */
struct sent {
    struct follow_frame frame;
    uint8_t *bytes;
};

struct play {
    struct node_scene node;
    struct fake_disk *disk; /* of the copy */
    struct sent sent[BATCHES_MAX];
    size_t count;
    struct second_books books;
    struct replica_listener listener;
    struct replica *replica;
    struct replica_finding finding;
};

static void take_journal(struct play *play)
{
    const struct journal_reader_options options = {
        .storage = fake_disk_storage(play->node.disk), .directory = play->node.folder, .from = 1};
    struct journal_error error;
    struct journal_batch batch;
    struct journal_reader *reader = journal_reader_open(&options, &error);
    assert_non_null(reader);
    while (journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch) == JOURNAL_READ_BATCH) {
        struct sent *sent = &play->sent[play->count++];
        size_t size = (size_t)journal_batch_extent(batch.size);
        assert_true(play->count < BATCHES_MAX);
        sent->bytes = aligned_alloc(64, size);
        assert_non_null(sent->bytes);
        memcpy(sent->bytes, batch.commands - sizeof(struct batch_header), size);
        sent->frame = (struct follow_frame){
            .kind = FOLLOW_KIND_BATCH,
            .payload_size = (uint32_t)size,
            .number = batch.first_number + batch.count - 1,
            .segment = batch.segment,
            .segment_size = journal_reader_tail(reader)->segment_size,
            .offset = batch.offset,
        };
        follow_frame_seal(&sent->frame);
        assert_null(follow_frame_check(&sent->frame));
    }
    journal_reader_close(reader);
}

static void trade(struct play *play, uint64_t seed)
{
    struct random_stream random = {.state = seed};
    struct link_client client;
    struct link_notice notice;
    node_client_open(&play->node, &client, &notice);
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t count = 1 + (uint32_t)random_below(&random, 5);
        for (uint32_t j = 0; j < count; j++) {
            struct command_order_place order =
                node_order(random_once_in(&random, 2) ? NODE_ALICE : NODE_BOB,
                           random_once_in(&random, 2) ? SIDE_BUY : SIDE_SELL,
                           (int64_t)(90 + random_below(&random, 20)), 3);
            node_client_send(&client, &order.header);
        }
        assert_int_equal(node_scene_settle(&play->node), CORE_TURN_ON);
        while (node_client_take(&client, &notice)) {
        }
    }
    link_client_destroy(&client);
}

static void open_replica(struct play *play)
{
    struct replica_options options = {.storage = fake_disk_storage(play->disk),
                                      .directory = "copy",
                                      .listeners = &play->listener,
                                      .listener_count = 1};
    play->listener = second_books_listener(&play->books);
    play->replica = replica_open(&options, &play->finding);
}

static void close_replica(struct play *play)
{
    replica_close(play->replica);
    play->replica = NULL;
    second_books_destroy(&play->books);
    play->books = (struct second_books){0};
}

static int setup(void **state)
{
    struct play *play = calloc(1, sizeof *play);
    assert_non_null(play);
    node_scene_create(&play->node);
    assert_true(node_scene_start(&play->node));
    trade(play, 3);
    take_journal(play);
    play->disk = fake_disk_create();
    open_replica(play);
    assert_non_null(play->replica);
    *state = play;
    return 0;
}

static int teardown(void **state)
{
    struct play *play = *state;
    close_replica(play);
    fake_disk_destroy(play->disk);
    for (size_t i = 0; i < play->count; i++) {
        free(play->sent[i].bytes);
    }
    node_scene_destroy(&play->node);
    free(play);
    return 0;
}

static bool take(struct play *play, size_t index)
{
    return replica_take(play->replica, &play->sent[index].frame, play->sent[index].bytes,
                        &play->finding);
}

static void take_all(struct play *play, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (!take(play, i)) {
            fail_msg("batch %zu: %s", i, play->finding.reason);
        }
    }
    assert_true(replica_sync(play->replica, &play->finding));
}

/* The first number of a batch. */
static uint64_t first_of(const struct play *play, size_t index)
{
    struct batch_header header;
    memcpy(&header, play->sent[index].bytes, sizeof header);
    return header.first_number;
}

/* Makes header, chain hash and checksums of a changed batch right again, as a forger would. */
static void reseal(struct sent *sent)
{
    struct sha256 *sha = sha256_create();
    struct batch_header header;
    struct batch_trailer trailer;
    memcpy(&header, sent->bytes, sizeof header);
    header.zero_sectors =
        journal_batch_zero_sectors(sent->bytes + sizeof header, header.size, sent->frame.offset);
    batch_header_seal(&header);
    batch_trailer_make(&trailer, sha, &header, sent->bytes + sizeof header);
    memcpy(sent->bytes, &header, sizeof header);
    memcpy(sent->bytes + sizeof header + header.size, &trailer, sizeof trailer);
    sha256_destroy(sha);
}

static void expect_found(struct play *play, enum replica_kind kind, uint64_t number)
{
    struct play *told = play;
    assert_int_equal(told->finding.kind, kind);
    assert_int_equal(told->finding.number, number);
    assert_true(told->finding.reason[0] != '\0');
    assert_false(take(play, play->count - 1)); /* and nothing more is taken */
}

static void expect_verified(struct play *play)
{
    struct verifier_report report;
    const struct verifier_options options = {.storage = fake_disk_storage(play->disk),
                                             .directory = "copy"};
    assert_int_equal(journal_verify(&options, &report), VERIFIER_RESULT_AGREES);
    assert_int_equal(report.head.number, replica_head(play->replica)->number);
}

/* ------------------------------------------------------------------ what is taken */

static void the_copy_is_the_journal_byte_for_byte(void **state)
{
    struct play *play = *state;
    size_t segments = 0;
    take_all(play, 0, play->count);
    assert_int_equal(replica_head(play->replica)->number,
                     log_head(play->node.recovered.log)->number);
    for (size_t i = 0; fake_disk_name(play->node.disk, i) != NULL; i++) {
        const char *name = fake_disk_name(play->node.disk, i);
        size_t size;
        size_t other;
        if (strncmp(name, "segment-", 8) != 0) {
            continue;
        }
        const uint8_t *bytes = fake_disk_bytes(play->node.disk, name, &size);
        const uint8_t *copied = fake_disk_bytes(play->disk, name, &other);
        assert_non_null(copied);
        assert_int_equal(size, other);
        assert_memory_equal(bytes, copied, size);
        segments++;
    }
    assert_true(segments >= 3);
    expect_verified(play);
}

static void the_replica_has_the_cores_state(void **state)
{
    struct play *play = *state;
    size_t size;
    size_t other;
    take_all(play, 0, play->count);
    const void *block = tarazy_engine_block(play->node.recovered.engine, &size);
    const void *replica = tarazy_engine_block(replica_engine(play->replica), &other);
    assert_int_equal(size, other);
    assert_memory_equal(block, replica, size);
}

static void what_was_taken_is_there_after_a_restart_anywhere(void **state)
{
    struct play *play = *state;
    struct random_stream random = {.state = 9};
    size_t done = 0;
    while (done < play->count) {
        size_t some = done + random_below(&random, 40);
        some = some > play->count ? play->count : some;
        take_all(play, done, some);
        uint64_t synced = replica_head(play->replica)->number;
        for (size_t i = some; i < some + 3 && i < play->count; i++) {
            assert_true(take(play, i)); /* not synced: may be lost */
        }
        close_replica(play);
        fake_disk_restart(play->disk, FAKE_LOSS_SECTORS, &random);
        open_replica(play);
        if (play->replica == NULL) {
            fail_msg("%s", play->finding.reason);
        }
        assert_true(replica_head(play->replica)->number >= synced);
        for (done = 0; done < play->count &&
                       play->sent[done].frame.number <= replica_head(play->replica)->number;
             done++) {
        }
        if (done > 0) {
            replica_expect_known(play->replica);
            assert_true(take(play, done - 1)); /* the last one once more */
        }
    }
    expect_verified(play);
}

static void a_copy_has_one_writer(void **state)
{
    struct play *play = *state;
    struct journal_error error;
    take_all(play, 0, 3);
    assert_null(journal_copy_open(fake_disk_storage(play->disk), "copy", &error));
}

/* ------------------------------------------------------------------ what is not */

static void every_flipped_bit_is_found(void **state)
{
    struct play *play = *state;
    struct random_stream random = {.state = 17};
    take_all(play, 0, 10);
    uint64_t expected = replica_head(play->replica)->number + 1;
    for (int i = 0; i < 60; i++) {
        struct sent *sent = &play->sent[10];
        size_t bit = random_below(&random, 8 * sent->frame.payload_size);
        sent->bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        assert_false(take(play, 10));
        assert_int_equal(play->finding.kind, REPLICA_KIND_RECORD);
        assert_int_equal(play->finding.number, expected);
        sent->bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        close_replica(play);
        open_replica(play);
        assert_non_null(play->replica);
    }
    take_all(play, 10, play->count);
}

static void a_missing_batch_is_found(void **state)
{
    struct play *play = *state;
    take_all(play, 0, 20);
    assert_false(take(play, 21));
    expect_found(play, REPLICA_KIND_RECORD, first_of(play, 20));
    assert_false(take(play, 20)); /* not even the right one: the first finding is the last */
}

static void a_doubled_batch_is_found(void **state)
{
    struct play *play = *state;
    take_all(play, 0, 20);
    assert_false(take(play, 19));
    expect_found(play, REPLICA_KIND_RECORD, first_of(play, 20));
}

static void batches_in_another_order_are_found(void **state)
{
    struct play *play = *state;
    take_all(play, 0, 20);
    assert_false(take(play, 22));
    expect_found(play, REPLICA_KIND_RECORD, first_of(play, 20));
}

static void a_changed_record_is_found_though_its_hashes_are_made_right(void **state)
{
    struct play *play = *state;
    take_all(play, 0, 20);
    /* The forger changes the price of an order, and everything that is summed over it. */
    struct command_order_place order;
    uint8_t *command = play->sent[20].bytes + sizeof(struct batch_header);
    memcpy(&order, command, sizeof order);
    assert_int_equal(order.header.kind, COMMAND_ORDER_PLACE);
    order.terms.price.units = order.terms.price.units == 90 ? 109 : 90;
    memcpy(command, &order, sizeof order);
    reseal(&play->sent[20]);
    assert_true(take(play, 20)); /* by itself it could be true */
    assert_false(take(play, 21));
    expect_found(play, REPLICA_KIND_HISTORY, first_of(play, 21));
}

/* The chain hash is made up, and the checksum over it made right. */
static void a_chain_hash_that_is_made_up_is_found(void **state)
{
    struct play *play = *state;
    struct sent *sent = &play->sent[20];
    size_t size = sent->frame.payload_size;
    struct batch_trailer trailer;
    take_all(play, 0, 20);
    memcpy(&trailer, sent->bytes + size - sizeof trailer, sizeof trailer);
    trailer.chain.bytes[9] ^= 1;
    memcpy(sent->bytes + size - sizeof trailer, &trailer, sizeof trailer);
    trailer.checksum = checksum_bytes(sent->bytes, size - sizeof trailer + sizeof trailer.chain);
    memcpy(sent->bytes + size - sizeof trailer, &trailer, sizeof trailer);
    assert_false(take(play, 20));
    expect_found(play, REPLICA_KIND_RECORD, first_of(play, 20));
}

static void other_events_than_recorded_are_found(void **state)
{
    struct play *play = *state;
    struct batch_header header;
    take_all(play, 0, 20);
    memcpy(&header, play->sent[20].bytes, sizeof header);
    header.events.words[0] ^= 1;
    memcpy(play->sent[20].bytes, &header, sizeof header);
    reseal(&play->sent[20]);
    assert_false(take(play, 20));
    expect_found(play, REPLICA_KIND_DIVERGED, first_of(play, 19));
}

static void another_nodes_batch_is_found(void **state)
{
    struct play *play = *state;
    struct batch_header header;
    take_all(play, 0, 20);
    memcpy(&header, play->sent[20].bytes, sizeof header);
    header.node.bytes[5] ^= 1;
    memcpy(play->sent[20].bytes, &header, sizeof header);
    reseal(&play->sent[20]);
    assert_false(take(play, 20));
    expect_found(play, REPLICA_KIND_HISTORY, first_of(play, 20));
}

static void a_batch_that_is_older_than_the_one_before_is_found(void **state)
{
    struct play *play = *state;
    struct batch_header header;
    struct command_header command;
    take_all(play, 0, 20);
    memcpy(&header, play->sent[20].bytes, sizeof header);
    header.count = 1;
    header.size = 128;
    header.time_us -= 1000000;
    memcpy(&command, play->sent[20].bytes + sizeof header, sizeof command);
    command.time_us = header.time_us;
    memcpy(play->sent[20].bytes, &header, sizeof header);
    memcpy(play->sent[20].bytes + sizeof header, &command, sizeof command);
    play->sent[20].frame.payload_size = (uint32_t)journal_batch_extent(128);
    play->sent[20].frame.number = header.first_number;
    reseal(&play->sent[20]);
    assert_false(take(play, 20));
    expect_found(play, REPLICA_KIND_RECORD, first_of(play, 20));
}

static void a_batch_at_another_place_is_found(void **state)
{
    struct play *play = *state;
    take_all(play, 0, 20);
    play->sent[20].frame.offset += 64;
    reseal(&play->sent[20]);
    assert_false(take(play, 20));
    expect_found(play, REPLICA_KIND_RECORD, first_of(play, 20));
}

static void a_frame_that_says_another_number_is_found(void **state)
{
    struct play *play = *state;
    take_all(play, 0, 20);
    play->sent[20].frame.number++;
    assert_false(take(play, 20));
    expect_found(play, REPLICA_KIND_RECORD, first_of(play, 20));
}

/* Only a forger's count of empty sectors is wrong; everything that is summed over it is right. */
static void another_count_of_empty_sectors_is_found(void **state)
{
    struct play *play = *state;
    struct sha256 *sha = sha256_create();
    struct sent *sent = &play->sent[20];
    struct batch_header header;
    struct batch_trailer trailer;
    take_all(play, 0, 20);
    memcpy(&header, sent->bytes, sizeof header);
    header.zero_sectors++;
    batch_header_seal(&header);
    batch_trailer_make(&trailer, sha, &header, sent->bytes + sizeof header);
    memcpy(sent->bytes, &header, sizeof header);
    memcpy(sent->bytes + sizeof header + header.size, &trailer, sizeof trailer);
    sha256_destroy(sha);
    assert_false(take(play, 20));
    expect_found(play, REPLICA_KIND_RECORD, first_of(play, 20));
}

static void a_history_that_begins_later_is_found(void **state)
{
    struct play *play = *state;
    assert_false(take(play, 1));
    expect_found(play, REPLICA_KIND_RECORD, 1);
}

static void another_past_is_found_at_the_first_batch_of_a_connection(void **state)
{
    struct play *play = *state;
    struct batch_header header;
    take_all(play, 0, 20);
    replica_expect_known(play->replica);
    assert_true(take(play, 19));
    memcpy(&header, play->sent[19].bytes, sizeof header);
    header.durable_number--;
    memcpy(play->sent[19].bytes, &header, sizeof header);
    reseal(&play->sent[19]); /* a rewritten history, whole in itself */
    replica_expect_known(play->replica);
    assert_false(take(play, 19));
    expect_found(play, REPLICA_KIND_HISTORY, first_of(play, 19));
}

static void what_the_node_says_of_its_end_is_compared(void **state)
{
    struct play *play = *state;
    struct batch_header next;
    take_all(play, 0, 20);
    uint64_t number = replica_head(play->replica)->number;
    struct follow_pulse pulse = {.chain = replica_head(play->replica)->chain};
    const struct replica *replica = play->replica;
    assert_true(replica_compare_pulse(replica, number, &pulse, &play->finding));
    /* The next batch records the digest that this one's events have. */
    memcpy(&next, play->sent[20].bytes, sizeof next);
    pulse.events = next.events;
    assert_true(replica_compare_pulse(replica, number, &pulse, &play->finding));
    pulse.events.words[1] ^= 1;
    assert_false(replica_compare_pulse(replica, number, &pulse, &play->finding));
    assert_int_equal(play->finding.kind, REPLICA_KIND_DIVERGED);
    assert_int_equal(play->finding.number, first_of(play, 19));
    pulse.events.words[1] ^= 1;
    assert_false(replica_compare_pulse(replica, number - 1, &pulse, &play->finding));
    assert_int_equal(play->finding.kind, REPLICA_KIND_HISTORY);
    assert_int_equal(play->finding.number, number);
    assert_false(replica_compare_pulse(replica, number + 1, &pulse, &play->finding));
    assert_int_equal(play->finding.kind, REPLICA_KIND_RECORD);
    pulse.chain.bytes[0] ^= 1;
    assert_false(replica_compare_pulse(replica, number, &pulse, &play->finding));
    assert_int_equal(play->finding.kind, REPLICA_KIND_HISTORY);
}

static const char *complain(void *context)
{
    return *(bool *)context ? "two and two are five" : NULL;
}

static void a_listener_who_complains_stops_the_replica(void **state)
{
    struct play *play = *state;
    bool does_complain = false;
    struct replica_options options = {.storage = fake_disk_storage(play->disk),
                                      .directory = "copy",
                                      .listeners = &play->listener,
                                      .listener_count = 1};
    close_replica(play);
    play->listener = (struct replica_listener){.context = &does_complain, .complaint = complain};
    play->replica = replica_open(&options, &play->finding);
    assert_non_null(play->replica);
    take_all(play, 0, 20);
    does_complain = true;
    assert_false(take(play, 20));
    assert_string_equal(play->finding.reason, "two and two are five");
    expect_found(play, REPLICA_KIND_BOOKS, first_of(play, 20));
}

static void a_disk_that_fails_is_our_own_fault(void **state)
{
    struct play *play = *state;
    take_all(play, 0, 20);
    fake_disk_plan(play->disk, FAKE_FAILURE_STICKY, 1, EIO);
    assert_false(take(play, 20));
    assert_int_equal(play->finding.kind, REPLICA_KIND_OWN);
    assert_false(take(play, 21));
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(the_copy_is_the_journal_byte_for_byte),
        STORY(the_replica_has_the_cores_state),
        STORY(what_was_taken_is_there_after_a_restart_anywhere),
        STORY(a_copy_has_one_writer),
        STORY(every_flipped_bit_is_found),
        STORY(a_missing_batch_is_found),
        STORY(a_doubled_batch_is_found),
        STORY(batches_in_another_order_are_found),
        STORY(a_changed_record_is_found_though_its_hashes_are_made_right),
        STORY(a_chain_hash_that_is_made_up_is_found),
        STORY(other_events_than_recorded_are_found),
        STORY(another_nodes_batch_is_found),
        STORY(a_batch_that_is_older_than_the_one_before_is_found),
        STORY(a_batch_at_another_place_is_found),
        STORY(a_frame_that_says_another_number_is_found),
        STORY(another_count_of_empty_sectors_is_found),
        STORY(a_history_that_begins_later_is_found),
        STORY(another_past_is_found_at_the_first_batch_of_a_connection),
        STORY(what_the_node_says_of_its_end_is_compared),
        STORY(a_listener_who_complains_stops_the_replica),
        STORY(a_disk_that_fails_is_our_own_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
