/* SPDX-License-Identifier: Apache-2.0
 *
 * Arbitrary bytes as a hello, and as what a relay sends. Sums would turn almost every input away at the door, so on request
 * they are made right before the bytes are looked at. Nothing may crash, and two opinions must agree: whatever a replica
 * has taken, the verifier finds nothing wrong with its copy.
 *
 * The first byte of an input: 1 = make sums, node and hash before right; 2 = a hello.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/verifier.h"
#include "supervision/follow_protocol.h"
#include "supervision/replica.h"
#include "support/fake_disk.h"

#define OPTION_REPAIR 1u
#define OPTION_HELLO  2u
#define SEGMENT_SIZE  65536u /* of the copies made here: larger ones would only cost time */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Gives a batch the sums, the node and the hash before that it should have. */
static void repair(struct replica *replica, struct sha256 *sha, struct follow_frame *frame,
                   uint8_t *payload)
{
    const struct journal_head *head = replica_head(replica);
    struct batch_header header;
    struct batch_trailer trailer;

    memcpy(&header, payload, sizeof header);
    header.size = frame->payload_size - (uint32_t)journal_batch_extent(0);
    struct journal_head genesis = journal_genesis(sha, &header.node);
    header.previous = head->number > 0 ? head->chain : genesis.chain;
    header.node = head->number > 0 ? head->node : header.node;
    header.zero_sectors =
        journal_batch_zero_sectors(payload + sizeof header, header.size, frame->offset);
    batch_header_seal(&header);
    batch_trailer_make(&trailer, sha, &header, payload + sizeof header);
    memcpy(payload, &header, sizeof header);
    memcpy(payload + sizeof header + header.size, &trailer, sizeof trailer);
    frame->number = header.first_number + header.count - 1;
}

/* One frame off the input, as a pursuit would take it. Returns what was used; 0: the end. */
static size_t take_one(struct replica *replica, struct sha256 *sha, uint8_t options,
                       const uint8_t *data, size_t size)
{
    struct follow_frame frame;
    struct follow_pulse pulse;
    struct replica_finding finding;

    if (size < sizeof frame) {
        return 0;
    }
    memcpy(&frame, data, sizeof frame);
    bool is_batch = frame.kind == FOLLOW_KIND_BATCH;
    if (is_batch && (options & OPTION_REPAIR) != 0 && frame.payload_size <= size - sizeof frame) {
        frame.segment_size = SEGMENT_SIZE;
        frame.number = 1;
    }
    if ((options & OPTION_REPAIR) != 0) {
        follow_frame_seal(&frame);
    }
    if (follow_frame_check(&frame) != NULL || frame.payload_size > size - sizeof frame ||
        frame.segment_size > SEGMENT_SIZE) {
        return 0;
    }
    if (frame.kind == FOLLOW_KIND_HEARTBEAT) {
        memcpy(&pulse, data + sizeof frame, sizeof pulse);
        (void)replica_compare_pulse(replica, frame.number, &pulse, &finding);
    }
    if (is_batch) {
        uint8_t *payload = aligned_alloc(JOURNAL_LINE_SIZE, frame.payload_size);

        ENSURE(payload != NULL);
        memcpy(payload, data + sizeof frame, frame.payload_size);
        if ((options & OPTION_REPAIR) != 0) {
            repair(replica, sha, &frame, payload);
        }
        (void)replica_take(replica, &frame, payload, &finding);
        free(payload);
    }
    return sizeof frame + frame.payload_size;
}

static void expect_sound_copy(struct replica *replica, struct fake_disk *disk)
{
    const struct verifier_options options = {.storage = fake_disk_storage(disk),
                                             .directory = "copy"};
    struct verifier_report report;
    uint64_t number = replica_head(replica)->number;

    if (number > 0) {
        ENSURE(journal_verify(&options, &report) == VERIFIER_RESULT_AGREES);
        ENSURE(report.head.number == number);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct follow_hello hello;
    struct replica_finding finding;

    if (size < 1) {
        return 0;
    }
    if ((data[0] & OPTION_HELLO) != 0) {
        if (size > sizeof hello) {
            memcpy(&hello, data + 1, sizeof hello);
            (void)follow_hello_check(&hello);
        }
        return 0;
    }
    struct fake_disk *disk = fake_disk_create();
    struct sha256 *sha = sha256_create();
    const struct replica_options options = {.storage = fake_disk_storage(disk),
                                            .directory = "copy"};
    struct replica *replica = replica_open(&options, &finding);
    ENSURE(replica != NULL);
    size_t at = 1;
    for (size_t used = 1; used > 0; at += used) {
        used = take_one(replica, sha, data[0], data + at, size - at);
    }
    expect_sound_copy(replica, disk);
    replica_close(replica);
    sha256_destroy(sha);
    fake_disk_destroy(disk);
    return 0;
}
