/* SPDX-License-Identifier: Apache-2.0
 *
 * A supervisor at a record that stops every engine: the batch that holds it waits, nothing of it is tried or written,
 * until its quarantine comes; a forged one is a finding; and who had carried the record out says so.
 */
#include "supervision/replica.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/expect_abort.h"
#include "support/quarantine_scene.h"

enum { BATCHES_MAX = 64 };

struct sent {
    struct follow_frame frame;
    uint8_t *bytes;
};

struct play {
    struct quarantine_scene scene;
    struct fake_disk *disk; /* of the copy */
    struct sent sent[BATCHES_MAX];
    size_t count;
    size_t poisoned; /* index of the batch with the record */
    struct replica *replica;
    struct replica_finding finding;
};

/* Everything in the node's journal, as a relay sends it. */
static void take_journal(struct play *play)
{
    const struct journal_reader_options options = {
        .storage = play->scene.storage, .directory = "j", .from = 1};
    struct journal_batch batch;
    struct journal_reader *reader = journal_reader_open(&options, &play->scene.error);

    assert_non_null(reader);
    while (journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch) == JOURNAL_READ_BATCH) {
        struct sent *sent = &play->sent[play->count];
        size_t size = (size_t)journal_batch_extent(batch.size);

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
        play->poisoned = sent->frame.number == play->scene.last ? play->count : play->poisoned;
        play->count++;
        assert_true(play->count < BATCHES_MAX);
    }
    journal_reader_close(reader);
}

static void open_replica(struct play *play, bool holds_last)
{
    const struct replica_options options = {
        .storage = fake_disk_storage(play->disk), .directory = "copy", .holds_last = holds_last};

    play->replica = replica_open(&options, &play->finding);
    assert_non_null(play->replica);
}

/* A node whose journal goes on behind a good quarantine. */
static void start(struct play *play)
{
    struct journal_core core;

    memset(play, 0, sizeof *play);
    quarantine_scene_start(&play->scene, 5);
    assert_true(quarantine_scene_write(&play->scene, &play->scene.quarantine, 1));
    assert_true(journal_core_start(&core, play->scene.storage, "j", JOURNAL_FLOW_SEGMENT_SIZE));
    assert_true(journal_core_step(&core, QUARANTINE_SCENE_BATCH));
    journal_core_stop(&core);
    take_journal(play);
    play->disk = fake_disk_create();
}

/* The same with a quarantine that nobody but an operator has signed. */
static void start_forged(struct play *play)
{
    memset(play, 0, sizeof *play);
    quarantine_scene_start(&play->scene, 5);
    struct command_quarantine forged = play->scene.quarantine;
    memset(forged.approver_signature, 0, sizeof forged.approver_signature);
    forged.header.number = play->scene.last + 1;
    quarantine_scene_forge(&play->scene, &forged, sizeof forged, 1);
    take_journal(play);
    play->disk = fake_disk_create();
}

static void end(struct play *play)
{
    replica_close(play->replica);
    for (size_t i = 0; i < play->count; i++) {
        free(play->sent[i].bytes);
    }
    fake_disk_destroy(play->disk);
    quarantine_scene_end(&play->scene);
}

static bool give(struct play *play, size_t index)
{
    return replica_take(play->replica, &play->sent[index].frame, play->sent[index].bytes,
                        &play->finding);
}

static void give_up_to(struct play *play, size_t index)
{
    for (size_t i = 0; i <= index; i++) {
        assert_true(give(play, i));
    }
}

static void expect_copy(struct play *play, uint64_t number)
{
    const struct verifier_options options = {.storage = fake_disk_storage(play->disk),
                                             .directory = "copy"};
    struct verifier_report report;

    assert_true(replica_sync(play->replica, &play->finding));
    assert_int_equal(journal_verify(&options, &report), VERIFIER_RESULT_AGREES);
    assert_int_equal(report.head.number, number);
}

static void a_record_that_stops_engines_waits_for_its_quarantine(void **state)
{
    struct play play;
    size_t size;

    start(&play);
    open_replica(&play, true);
    give_up_to(&play, play.poisoned);
    assert_int_equal(replica_shown(play.replica)->number, play.scene.last);
    assert_int_equal(replica_head(play.replica)->number, play.sent[play.poisoned - 1].frame.number);
    const uint8_t *held = replica_held(play.replica, &size);
    assert_int_equal(size,
                     sizeof(struct follow_frame) + play.sent[play.poisoned].frame.payload_size);
    assert_memory_equal(held, &play.sent[play.poisoned].frame, sizeof(struct follow_frame));
    assert_memory_equal(held + sizeof(struct follow_frame), play.sent[play.poisoned].bytes,
                        play.sent[play.poisoned].frame.payload_size);
    expect_copy(&play, replica_head(play.replica)->number);
    assert_true(give(&play, play.poisoned + 1));
    assert_int_equal(replica_head(play.replica)->number, play.scene.last);
    assert_true(give(&play, play.poisoned + 2));
    assert_true(replica_settle(play.replica, &play.finding));
    assert_int_equal(replica_head(play.replica)->number, play.sent[play.count - 1].frame.number);
    assert_true(replica_settle(play.replica, &play.finding));
    expect_copy(&play, play.sent[play.count - 1].frame.number);
    end(&play);
}

static void settle_now(void *argument)
{
    struct play *play = argument;

    (void)replica_settle(play->replica, &play->finding);
}

static void give_poison(void *argument)
{
    struct play *play = argument;

    (void)give(play, play->poisoned);
}

static void who_does_not_wait_stops_at_the_record(void **state)
{
    struct play play;

    start(&play);
    open_replica(&play, true);
    give_up_to(&play, play.poisoned);
    assert_true(does_abort(settle_now, &play));
    replica_close(play.replica);
    fake_disk_destroy(play.disk);
    play.disk = fake_disk_create();
    open_replica(&play, false);
    give_up_to(&play, play.poisoned - 1);
    assert_true(does_abort(give_poison, &play));
    end(&play);
}

static void a_forged_quarantine_is_a_finding_that_names_the_record(void **state)
{
    struct play play;

    start_forged(&play);
    open_replica(&play, true);
    give_up_to(&play, play.poisoned);
    assert_false(give(&play, play.poisoned + 1));
    assert_int_equal(play.finding.kind, REPLICA_KIND_RECORD);
    assert_int_equal(play.finding.number, play.scene.quarantine.record);
    assert_string_equal(play.finding.reason, "a quarantine's signature is not of what it says");
    assert_true(play.finding.is_of_held);
    assert_false(replica_settle(play.replica, &play.finding));
    end(&play);
}

/* Another engine than the node's: it passed. Then the quarantine is another history than its own. */
static void who_has_carried_the_record_out_says_so_and_goes_on_when_started_anew(void **state)
{
    struct play play;

    start(&play);
    fake_engine_poison = 0;
    open_replica(&play, true);
    give_up_to(&play, play.poisoned);
    assert_true(replica_settle(play.replica, &play.finding));
    assert_int_equal(replica_head(play.replica)->number, play.scene.last);
    assert_true(give(&play, play.poisoned + 1));
    assert_false(give(&play, play.poisoned + 2));
    assert_int_equal(play.finding.kind, REPLICA_KIND_HISTORY);
    assert_int_equal(play.finding.number, play.scene.quarantine.record);
    assert_string_equal(play.finding.reason, "a record is quarantined that was carried out here");
    replica_close(play.replica);

    open_replica(&play, true);
    assert_int_equal(replica_from(play.replica), play.scene.last);
    assert_int_equal(replica_head(play.replica)->number, play.sent[play.poisoned - 1].frame.number);
    replica_expect_known(play.replica);
    for (size_t i = play.poisoned; i < play.count; i++) {
        assert_true(give(&play, i));
    }
    assert_true(replica_settle(play.replica, &play.finding));
    expect_copy(&play, play.sent[play.count - 1].frame.number);
    end(&play);
}

static void a_held_batch_is_part_of_what_the_node_has_shown(void **state)
{
    struct play play;
    struct follow_pulse pulse = {0};

    start(&play);
    open_replica(&play, true);
    give_up_to(&play, play.poisoned);
    memcpy(&pulse.chain, &replica_shown(play.replica)->chain, sizeof pulse.chain);
    pulse.events.words[0] = 1; /* whatever the node says of it: nobody knows yet */
    assert_true(replica_compare_pulse(play.replica, play.scene.last, &pulse, &play.finding));
    pulse.chain.bytes[0] ^= 1;
    assert_false(replica_compare_pulse(play.replica, play.scene.last, &pulse, &play.finding));
    assert_int_equal(play.finding.kind, REPLICA_KIND_HISTORY);
    assert_false(replica_compare_pulse(play.replica, play.scene.last - 1, &pulse, &play.finding));
    /* A connection later the node shows another one in its place. */
    replica_expect_known(play.replica);
    assert_int_equal(replica_from(play.replica), play.scene.last);
    assert_false(give(&play, play.poisoned - 1));
    assert_int_equal(play.finding.kind, REPLICA_KIND_HISTORY);
    end(&play);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_that_stops_engines_waits_for_its_quarantine),
        cmocka_unit_test(who_does_not_wait_stops_at_the_record),
        cmocka_unit_test(a_forged_quarantine_is_a_finding_that_names_the_record),
        cmocka_unit_test(who_has_carried_the_record_out_says_so_and_goes_on_when_started_anew),
        cmocka_unit_test(a_held_batch_is_part_of_what_the_node_has_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
