/* SPDX-License-Identifier: Apache-2.0
 *
 * One peer, from its first byte to its last. A room of its own because everything a stranger can do to a relay is
 * here: say nothing, say too much, read slowly, lose his key in the middle.
 *
 * Invariants: before the hello was checked and the registry was asked, nothing but a refusal is sent. A peer costs one
 * reader and one buffer, whatever it does. The buffer holds whole frames; the next batch is read only when it is empty,
 * so a slow peer holds back only itself. The registry is asked again before every filling.
 *
 * Read next: follow_permission.c; journal/reader.h, which follows the files.
 */
#include "supervision/relay_peer.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

/* Frames are gathered up to here; one more batch always fits behind. */
#define OUTPUT_GATHERED_MAX 65536u
#define OUTPUT_SIZE         (OUTPUT_GATHERED_MAX + sizeof(struct follow_frame) + FOLLOW_PAYLOAD_MAX)

struct relay_peer *relay_peer_create(int fd, struct tls_context *tls, const uint8_t address[16],
                                     int64_t now_us)
{
    struct relay_peer *peer = calloc(1, sizeof *peer);
    uint8_t *output = malloc(OUTPUT_SIZE);

    if (peer == NULL || output == NULL || channel_accept(&peer->channel, fd, tls) < 0) {
        free(output);
        free(peer);
        return NULL;
    }
    peer->step = RELAY_STEP_CONNECTING;
    peer->is_local = tls == NULL;
    peer->output = output;
    peer->progress_us = now_us;
    memcpy(peer->claim.address, address, sizeof peer->claim.address);
    return peer;
}

void relay_peer_destroy(struct relay_peer *peer)
{
    if (peer == NULL) {
        return;
    }
    channel_close(&peer->channel);
    journal_reader_close(peer->reader);
    free(peer->output);
    free(peer);
}

/* ------------------------------------------------------------------ the buffer */

static size_t waiting(const struct relay_peer *peer)
{
    return peer->output_end - peer->output_start;
}

static void put(struct relay_peer *peer, const void *bytes, size_t size)
{
    ENSURE(size <= OUTPUT_SIZE - peer->output_end);
    memcpy(peer->output + peer->output_end, bytes, size);
    peer->output_end += size;
}

static void put_frame(struct relay_peer *peer, const struct relay_news *news,
                      struct follow_frame *frame, const void *payload)
{
    frame->time_us = news->wall_us;
    follow_frame_seal(frame);
    ENSURE(follow_frame_check(frame) == NULL);
    put(peer, frame, sizeof *frame);
    if (payload != NULL) {
        put(peer, payload, frame->payload_size);
    }
}

/* The last thing the peer hears. */
static void refuse(struct relay_peer *peer, const struct relay_news *news,
                   enum follow_refusal reason, const char *why)
{
    struct follow_frame frame = {
        .kind = FOLLOW_KIND_REFUSED, .reason = (uint16_t)reason, .number = news->number};

    peer->step = RELAY_STEP_LEAVING;
    peer->why = why;
    put_frame(peer, news, &frame, NULL);
}

/* 1: all is out; 0: later; -1: the connection is over. */
static int flush(struct relay_peer *peer, const struct relay_news *news)
{
    while (waiting(peer) > 0) {
        int64_t done =
            channel_write(&peer->channel, peer->output + peer->output_start, waiting(peer));
        if (done < 0) {
            peer->why = "the connection is over";
            return -1;
        }
        if (done == 0) {
            return 0;
        }
        peer->output_start += (size_t)done;
        peer->progress_us = news->now_us;
    }
    peer->output_start = 0;
    peer->output_end = 0;
    return 1;
}

/* ------------------------------------------------------------------ letting in */

static const char *permission(const struct relay_peer *peer, const struct relay_news *news)
{
    return peer->is_local ? NULL
                          : follow_permission_refuse(news->engine, &peer->claim, news->wall_us);
}

static void welcome(struct relay_peer *peer, const struct relay_news *news)
{
    struct follow_welcome payload = {
        .node = news->node, .version = FOLLOW_VERSION, .heartbeat_ms = news->heartbeat_ms};
    struct follow_frame frame = {
        .kind = FOLLOW_KIND_WELCOME, .payload_size = sizeof payload, .number = news->number};

    put_frame(peer, news, &frame, &payload);
    peer->step = RELAY_STEP_STREAM;
    peer->heartbeat_us = news->now_us;
}

/* A hello is complete: is it one, may he, and from where. */
static void judge_hello(struct relay_peer *peer, const struct relay_news *news)
{
    static const struct node_id whichever;
    const struct follow_hello *hello = &peer->hello;
    struct journal_error error;
    const char *wrong = follow_hello_check(hello);

    if (wrong != NULL) {
        refuse(peer, news, FOLLOW_REFUSAL_HELLO, wrong);
        return;
    }
    peer->claim.key = hello->key;
    wrong = permission(peer, news);
    if (wrong != NULL) {
        refuse(peer, news, FOLLOW_REFUSAL_PERMISSION, wrong);
        return;
    }
    if (memcmp(&hello->node, &whichever, sizeof whichever) != 0 &&
        memcmp(&hello->node, &news->node, sizeof news->node) != 0) {
        refuse(peer, news, FOLLOW_REFUSAL_NODE, "it wants another node");
        return;
    }
    if (hello->from > news->number + 1) {
        refuse(peer, news, FOLLOW_REFUSAL_BEYOND, "it knows more than there is");
        return;
    }
    const struct journal_reader_options options = {.storage = news->storage,
                                                   .directory = news->directory,
                                                   .from = hello->from,
                                                   .skip_chain = true};
    peer->reader = journal_reader_open(&options, &error);
    if (peer->reader == NULL) {
        refuse(peer, news, FOLLOW_REFUSAL_DAMAGED, error.what);
        return;
    }
    peer->number = journal_reader_tail(peer->reader)->head.number;
    peer->chain = journal_reader_tail(peer->reader)->head.chain;
    welcome(peer, news);
}

/* Before the stream: TLS, then the hello. After it: nothing more may come. false: the peer is gone. */
static bool listen_to(struct relay_peer *peer, const struct relay_news *news)
{
    uint8_t surplus;
    int ready = channel_make_ready(&peer->channel);

    if (ready <= 0) {
        peer->why = "no connection came about";
        return ready == 0;
    }
    if (peer->step == RELAY_STEP_CONNECTING) {
        peer->step = RELAY_STEP_HELLO;
        if (peer->channel.tls != NULL) {
            peer->claim.der_size =
                tls_session_peer_key(peer->channel.tls, peer->claim.der, sizeof peer->claim.der);
        }
    }
    while (peer->step == RELAY_STEP_HELLO) {
        int64_t got = channel_read(&peer->channel, (uint8_t *)&peer->hello + peer->hello_size,
                                   sizeof peer->hello - peer->hello_size);
        if (got <= 0) {
            peer->why = "it left before its hello";
            return got == 0;
        }
        peer->hello_size += (size_t)got;
        if (peer->hello_size == sizeof peer->hello) {
            judge_hello(peer, news);
        }
    }
    int64_t got = channel_read(&peer->channel, &surplus, 1);
    if (got != 0 && peer->step == RELAY_STEP_STREAM) {
        peer->why = got > 0 ? "it says more than a hello" : "it has left";
    }
    return got == 0 || (peer->step == RELAY_STEP_LEAVING && got > 0);
}

/* ------------------------------------------------------------------ the stream */

static void put_batch(struct relay_peer *peer, const struct relay_news *news,
                      const struct journal_batch *batch)
{
    struct follow_frame frame = {
        .kind = FOLLOW_KIND_BATCH,
        .payload_size = (uint32_t)journal_batch_extent(batch->size),
        .number = batch->first_number + batch->count - 1,
        .segment = batch->segment,
        .segment_size = journal_reader_tail(peer->reader)->segment_size,
        .offset = batch->offset,
    };
    /* Header, commands and trailer stand behind each other: that is what the reader has checked. */
    const uint8_t *bytes = batch->commands - sizeof(struct batch_header);
    uint64_t mark;

    memcpy(&mark, bytes + frame.payload_size - sizeof mark, sizeof mark);
    ENSURE(memcmp(bytes, &(uint64_t){JOURNAL_BATCH_MAGIC}, sizeof(uint64_t)) == 0);
    ENSURE(mark == JOURNAL_BATCH_MARK);
    put_frame(peer, news, &frame, bytes);
    peer->number = frame.number;
    peer->chain = batch->chain;
}

/* Fills the empty buffer with what is new. false: the journal cannot be read. */
static bool fill_batches(struct relay_peer *peer, const struct relay_news *news)
{
    struct journal_batch batch;

    while (peer->output_end < OUTPUT_GATHERED_MAX) {
        switch (journal_reader_next(peer->reader, news->number, &batch)) {
        case JOURNAL_READ_BATCH: put_batch(peer, news, &batch); break;
        case JOURNAL_READ_END: return true;
        case JOURNAL_READ_TORN:
        case JOURNAL_READ_DAMAGED:
        case JOURNAL_READ_FAILED: return false;
        }
    }
    peer->was_filled = true;
    return true;
}

static void put_state(struct relay_peer *peer, const struct relay_news *news)
{
    struct follow_frame frame = {.kind = FOLLOW_KIND_STATE,
                                 .payload_size = sizeof news->state,
                                 .number = news->state_number};

    put_frame(peer, news, &frame, &news->state);
    peer->state_number = news->state_number;
}

static void put_heartbeat(struct relay_peer *peer, const struct relay_news *news)
{
    struct follow_pulse pulse = {.chain = peer->chain, .events = news->events};
    struct follow_frame frame = {.kind = FOLLOW_KIND_HEARTBEAT,
                                 .reason = news->has_core ? 1 : 2,
                                 .payload_size = sizeof pulse,
                                 .number = peer->number};

    put_frame(peer, news, &frame, &pulse);
    peer->heartbeat_us = news->now_us;
}

static void fill(struct relay_peer *peer, const struct relay_news *news)
{
    const char *wrong = permission(peer, news);

    if (wrong != NULL) {
        refuse(peer, news, FOLLOW_REFUSAL_PERMISSION, wrong);
        return;
    }
    peer->was_filled = false;
    if (!fill_batches(peer, news)) {
        refuse(peer, news, FOLLOW_REFUSAL_DAMAGED, journal_reader_error(peer->reader)->what);
        return;
    }
    if (news->state_number > peer->state_number && news->state_number <= peer->number &&
        peer->output_end < OUTPUT_GATHERED_MAX) {
        put_state(peer, news);
    }
    if (peer->number == news->number && news->is_at_end &&
        news->now_us - peer->heartbeat_us >= (int64_t)news->heartbeat_ms * 1000) {
        put_heartbeat(peer, news);
    }
}

bool relay_peer_work(struct relay_peer *peer, const struct relay_news *news)
{
    if (!listen_to(peer, news)) {
        return false;
    }
    if (peer->step == RELAY_STEP_STREAM) {
        const char *wrong = permission(peer, news);

        if (wrong != NULL && waiting(peer) > 0) {
            peer->why = wrong; /* what still waits he may not have, either */
            return false;
        }
    }
    int is_out = peer->channel.is_ready ? flush(peer, news) : 0;
    if (is_out > 0 && peer->step == RELAY_STEP_STREAM) {
        peer->progress_us = news->now_us;
        fill(peer, news);
        is_out = flush(peer, news);
    }
    if (is_out < 0 || (is_out > 0 && peer->step == RELAY_STEP_LEAVING)) {
        return false;
    }
    if (news->now_us - peer->progress_us > (int64_t)news->patience_ms * 1000) {
        peer->why = peer->step == RELAY_STEP_STREAM ? "it takes nothing" : "it says nothing";
        return false;
    }
    return true;
}

short relay_peer_events(const struct relay_peer *peer)
{
    return channel_events(&peer->channel, waiting(peer) > 0);
}
