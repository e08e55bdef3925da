/* SPDX-License-Identifier: Apache-2.0
 *
 * Proving what a node says. A room of its own because here, and only here, a stranger's batch becomes part of what we
 * vouch for.
 *
 * Invariants: a batch is written into the copy only after every check of it has passed: whole, in its place, of this
 * node, chained to the one before, recording the events that our engine derived, and re-performed without a complaint.
 * Engine, copy and head always stand behind the same batch, or the replica is dead; only a batch that is held may
 * stand in the copy before it is performed, when the copy is opened. A held batch is the last one shown, always. The first finding is the last: what
 * comes after a wrong record proves nothing.
 *
 * Read next: pursuit.c, which brings the batches; journal/reader.c, which asks the same of files.
 */
#include "supervision/replica.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/quarantine.h"
#include "journal/reader.h"
#include "journal/state_block.h"
#include "supervision/journal_copy.h"
#include "supervision/kept_books.h"
#include "supervision/shown_batch.h"

#define HELD_SIZE (sizeof(struct follow_frame) + FOLLOW_PAYLOAD_MAX)

_Static_assert(HELD_SIZE % JOURNAL_LINE_SIZE == 0, "whole lines");

struct replica {
    struct replica_options options;
    struct kept_listeners kept; /* all of them */
    struct journal_copy *copy;
    struct sha256 *sha;
    struct journal_head head;
    uint64_t last_first;       /* number of the first command of the last batch */
    struct journal_head shown; /* as head, and last_first, with a held batch */
    uint64_t shown_first;
    uint8_t *held; /* HELD_SIZE bytes, its frame first; NULL: nothing is ever held */
    struct follow_frame held_frame;
    bool is_held;
    bool is_held_written; /* it stands in the copy already */
    struct engine *engine;
    struct state_block block;
    struct limits limits;
    struct replayer *replayer;
    uint64_t began;        /* behind which command; 0: the first one was performed */
    const char *complaint; /* the first one of a listener … */
    uint64_t complaint_number;
    bool expects_known;
    bool is_dead;
};

void replica_finding_set(struct replica_finding *finding, enum replica_kind kind, uint64_t number,
                         const char *reason)
{
    *finding = (struct replica_finding){.kind = kind, .number = number};
    (void)snprintf(finding->reason, sizeof finding->reason, "%s", reason);
}

static bool find(struct replica_finding *finding, enum replica_kind kind, uint64_t number,
                 const char *reason)
{
    replica_finding_set(finding, kind, number, reason);
    return false;
}

static bool find_error(struct replica_finding *finding, enum replica_kind kind,
                       const struct journal_error *error)
{
    char text[JOURNAL_ERROR_TEXT_SIZE];

    return find(finding, kind, error->number, journal_error_text(error, text));
}

/* ------------------------------------------------------------------ re-performing */

static void on_command(void *context, const struct engine *engine,
                       const struct command_header *command, const uint8_t *events, size_t size)
{
    struct replica *replica = context;

    for (size_t i = 0; i < replica->options.listener_count; i++) {
        const struct replica_listener *listener = &replica->options.listeners[i];

        if (listener->on_command != NULL) {
            listener->on_command(listener->context, engine, command, events, size);
        }
        const char *complaint =
            listener->complaint != NULL ? listener->complaint(listener->context) : NULL;
        if (complaint != NULL && replica->complaint == NULL) {
            replica->complaint = complaint;
            replica->complaint_number = command->number;
        }
    }
}

/* The first command says how large the state is. */
static bool found_engine(struct replica *replica, const struct journal_batch *batch,
                         struct replica_finding *finding)
{
    const struct replay_sink sink = {replica, on_command};
    struct command_node_found first;

    memcpy(&first.header, batch->commands, sizeof first.header);
    if (first.header.kind != COMMAND_NODE_FOUND) {
        return find(finding, REPLICA_KIND_RECORD, 1,
                    "the journal does not begin with the node's founding");
    }
    memcpy(&first, batch->commands, sizeof first);
    size_t size = tarazy_engine_size(&first.limits);
    if (size == 0) {
        return find(finding, REPLICA_KIND_RECORD, 1, "the node's limits make no sense");
    }
    replica->limits = first.limits;
    replica->block = state_block_create(size);
    if (replica->block.bytes != NULL) {
        replica->engine = tarazy_engine_create(replica->block.bytes, size, &first.limits);
    }
    if (replica->engine != NULL) {
        replica->replayer = replayer_create(replica->engine, digest_start(), &sink);
    }
    return replica->replayer != NULL ||
           find(finding, REPLICA_KIND_OWN, 1, "no memory for a state of the node's limits");
}

/* Why the replayer does not take it: other events, or something about a record that is to be skipped. */
static bool find_refusal(const struct replica *replica, const struct journal_batch *batch,
                         struct replica_finding *finding)
{
    struct digest events = replayer_events(replica->replayer);
    uint64_t number;
    const char *why = replayer_refusal(replica->replayer, &number);

    if (quarantine_is_batch(batch)) {
        return find(finding, REPLICA_KIND_HISTORY, number, why);
    }
    if (memcmp(&events, &batch->events, sizeof events) != 0) {
        return find(finding, REPLICA_KIND_DIVERGED,
                    replica->last_first != 0 ? replica->last_first : batch->first_number,
                    "the commands lead to other events than the node recorded");
    }
    return find(finding, REPLICA_KIND_RECORD, number, why);
}

static bool perform(struct replica *replica, const struct journal_batch *batch,
                    struct replica_finding *finding)
{
    if (replica->engine == NULL && !found_engine(replica, batch, finding)) {
        return false;
    }
    if (!replayer_apply(replica->replayer, batch)) {
        return find_refusal(replica, batch, finding);
    }
    if (replica->complaint != NULL) {
        return find(finding, REPLICA_KIND_BOOKS, replica->complaint_number, replica->complaint);
    }
    return true;
}

/* The batch is proven and written: from here on it is the last one. */
static void pass(struct replica *replica, const struct journal_batch *batch)
{
    replica->head.number = batch->first_number + batch->count - 1;
    replica->head.time_us = batch->time_us;
    replica->head.chain = batch->chain;
    replica->last_first = batch->first_number;
    if (!replica->is_held) {
        replica->shown = replica->head;
        replica->shown_first = replica->last_first;
    }
    for (size_t i = 0; i < replica->options.listener_count; i++) {
        const struct replica_listener *listener = &replica->options.listeners[i];

        if (listener->on_batch != NULL) {
            listener->on_batch(listener->context, &replica->head.node, batch);
        }
    }
}

/* ------------------------------------------------------------------ holding */

/* Re-performs a batch and writes it, unless it stands in the copy already. */
static bool take_next(struct replica *replica, const struct follow_frame *frame,
                      const struct journal_batch *batch, struct replica_finding *finding)
{
    const struct copy_place place = {frame->segment, frame->segment_size, frame->offset};
    struct journal_error error;
    bool is_written = replica->is_held && replica->is_held_written;
    const char *misplaced =
        is_written ? NULL : journal_copy_refuse(replica->copy, &place, frame->payload_size);

    if (misplaced != NULL) {
        return find(finding, REPLICA_KIND_RECORD, batch->first_number, misplaced);
    }
    if (!perform(replica, batch, finding)) {
        return false;
    }
    if (!is_written &&
        !journal_copy_append(replica->copy, &place, batch->commands - sizeof(struct batch_header),
                             &error)) {
        return find_error(finding, REPLICA_KIND_OWN, &error);
    }
    replica->is_held = false;
    pass(replica, batch);
    return true;
}

/* The held batch, with the one that came behind it; NULL: none did. */
static bool settle(struct replica *replica, const struct journal_batch *behind,
                   struct replica_finding *finding)
{
    if (!replica->is_held) {
        return true;
    }
    struct journal_batch batch =
        shown_batch_of(&replica->held_frame, replica->held + sizeof(struct follow_frame));
    if (behind != NULL && quarantine_is_batch(behind)) {
        batch.behind = behind->commands;
        batch.behind_count = behind->count;
    }
    bool is_good = take_next(replica, &replica->held_frame, &batch, finding);
    if (!is_good) {
        finding->is_of_held = true;
    }
    return is_good;
}

static void hold(struct replica *replica, const struct follow_frame *frame,
                 const struct journal_batch *batch)
{
    ENSURE(!replica->is_held && frame->payload_size <= FOLLOW_PAYLOAD_MAX);
    memcpy(replica->held, frame, sizeof *frame);
    memcpy(replica->held + sizeof *frame, batch->commands - sizeof(struct batch_header),
           frame->payload_size);
    replica->held_frame = *frame;
    replica->is_held = true;
    replica->is_held_written = false;
    replica->shown.number = batch->first_number + batch->count - 1;
    replica->shown.time_us = batch->time_us;
    replica->shown.chain = batch->chain;
    replica->shown_first = batch->first_number;
}

/* ------------------------------------------------------------------ opening */

/* A batch of the copy; it waits for the next one, which the reader brings, or nobody yet. */
static bool replay_next(struct replica *replica, const struct journal_batch *batch,
                        struct replica_finding *finding)
{
    const struct follow_frame frame = {.payload_size = (uint32_t)journal_batch_extent(batch->size),
                                       .number = batch->first_number + batch->count - 1,
                                       .segment = batch->segment,
                                       .offset = batch->offset};

    if (replica->held == NULL) {
        bool is_good = perform(replica, batch, finding);

        if (is_good) {
            pass(replica, batch);
        }
        return is_good;
    }
    if (!settle(replica, batch, finding)) {
        return false;
    }
    hold(replica, &frame, batch);
    replica->is_held_written = true;
    return true;
}

/* Takes up the newest snapshot that can be used; a cache: without one the first command is where it begins. */
static void begin_with_snapshot(struct replica *replica)
{
    const struct replay_sink sink = {replica, on_command};
    struct snapshot_state state;
    struct kept_place place;

    if (!kept_books_find(replica->options.storage, replica->options.directory, &replica->kept,
                         &state, &place)) {
        return;
    }
    replica->engine = state.engine;
    replica->block = state.block;
    replica->limits = state.limits;
    replica->head = state.head;
    replica->last_first = place.last_first;
    replica->began = place.number;
    replica->replayer = replayer_create(replica->engine, state.events, &sink);
    ENSURE(replica->replayer != NULL);
}

static bool replay_copy(struct replica *replica, struct replica_finding *finding)
{
    const struct journal_reader_options options = {.storage = replica->options.storage,
                                                   .directory = replica->options.directory,
                                                   .from = replica->head.number + 1};
    struct journal_batch batch;
    struct journal_error error;
    enum journal_read read;
    bool is_good = true;

    struct journal_reader *reader = journal_reader_open(&options, &error);
    if (reader == NULL) {
        return find_error(finding, REPLICA_KIND_OWN, &error);
    }
    if (replica->began == 0) {
        replica->head = journal_reader_tail(reader)->head;
    }
    replica->shown = replica->head;
    replica->shown_first = replica->last_first;
    while (is_good &&
           (read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch)) == JOURNAL_READ_BATCH) {
        is_good = replay_next(replica, &batch, finding);
    }
    if (is_good && read != JOURNAL_READ_END) {
        is_good = find_error(finding, REPLICA_KIND_OWN, journal_reader_error(reader));
    }
    journal_reader_close(reader);
    return is_good;
}

struct replica *replica_open(const struct replica_options *options, struct replica_finding *finding)
{
    struct replica *replica = calloc(1, sizeof *replica);
    struct journal_error error;

    replica_finding_set(finding, REPLICA_KIND_OWN, 0, "no memory for a replica");
    if (replica == NULL) {
        return NULL;
    }
    replica->options = *options;
    replica->kept = (struct kept_listeners){options->listeners, options->listener_count};
    replica->sha = sha256_create();
    if (options->holds_last) {
        replica->held = aligned_alloc(JOURNAL_LINE_SIZE, HELD_SIZE);
        if (replica->held == NULL) {
            replica_close(replica);
            return NULL;
        }
    }
    replica->copy = journal_copy_open(options->storage, options->directory, &error);
    if (replica->copy == NULL) {
        (void)find_error(finding, REPLICA_KIND_OWN, &error);
        replica_close(replica);
        return NULL;
    }
    bool is_there = journal_copy_tail(replica->copy)->segment != 0;
    if (is_there && options->begins_with_snapshot) {
        begin_with_snapshot(replica);
    }
    if (is_there && !replay_copy(replica, finding)) {
        replica_close(replica);
        return NULL;
    }
    ENSURE(replica->shown.number == journal_copy_tail(replica->copy)->head.number);
    return replica;
}

void replica_close(struct replica *replica)
{
    if (replica == NULL) {
        return;
    }
    replayer_destroy(replica->replayer);
    state_block_destroy(&replica->block);
    journal_copy_close(replica->copy);
    sha256_destroy(replica->sha);
    free(replica->held);
    free(replica);
}

/* ------------------------------------------------------------------ taking a batch */

/* The first batch of a connection is the last one we have, or the histories are not one. */
static bool take_known(struct replica *replica, const struct journal_batch *batch,
                       struct replica_finding *finding)
{
    uint64_t last = batch->first_number + batch->count - 1;

    replica->expects_known = false;
    if (last != replica->shown.number ||
        memcmp(&batch->chain, &replica->shown.chain, sizeof batch->chain) != 0) {
        return find(finding, REPLICA_KIND_HISTORY, replica->shown_first,
                    "the node now shows another history than the one it showed before");
    }
    return true;
}

/* Does a whole batch continue what we have? */
static bool check_place(struct replica *replica, const struct batch_header *header,
                        struct replica_finding *finding)
{
    const struct journal_head *head = &replica->shown;
    uint64_t expected = head->number + 1;

    if (header->first_number != expected) {
        return find(finding, REPLICA_KIND_RECORD, expected,
                    header->first_number > expected ? "records are missing before this one"
                                                    : "a record is doubled or out of order");
    }
    if (memcmp(&header->node, &head->node, sizeof header->node) != 0) {
        return find(finding, REPLICA_KIND_HISTORY, expected, "the batch is of another node");
    }
    if (memcmp(&header->previous, &head->chain, sizeof header->previous) != 0) {
        return find(finding, REPLICA_KIND_HISTORY, expected,
                    "the batch does not continue the history that the node showed before");
    }
    if (header->time_us < head->time_us) {
        return find(finding, REPLICA_KIND_RECORD, expected,
                    "the batch is older than the one before it");
    }
    return true;
}

static bool begin_copy(struct replica *replica, const struct follow_frame *frame,
                       const struct batch_header *header, struct replica_finding *finding)
{
    struct journal_error error;

    if (frame->segment != 1 || header->first_number != 1) {
        return find(finding, REPLICA_KIND_RECORD, 1, "the journal does not begin at its beginning");
    }
    replica->head = journal_genesis(replica->sha, &header->node);
    replica->shown = replica->head;
    if (journal_copy_tail(replica->copy)->segment == 0 &&
        !journal_copy_found(replica->copy, &header->node, frame->segment_size, &error)) {
        return find_error(finding, REPLICA_KIND_OWN, &error);
    }
    return true;
}

static bool take(struct replica *replica, const struct follow_frame *frame, const uint8_t *bytes,
                 struct replica_finding *finding)
{
    struct batch_header header;

    memcpy(&header, bytes, sizeof header);
    const char *wrong = shown_batch_check(replica->sha, frame, &header, bytes);
    if (wrong != NULL) {
        uint64_t number = replica->expects_known ? replica->shown_first : replica->shown.number + 1;

        return find(finding, REPLICA_KIND_RECORD, number, wrong);
    }
    const struct journal_batch batch = shown_batch_of(frame, bytes);
    if (replica->expects_known) {
        return take_known(replica, &batch, finding);
    }
    if (replica->shown.number == 0 && !begin_copy(replica, frame, &header, finding)) {
        return false;
    }
    if (!check_place(replica, &header, finding) || !settle(replica, &batch, finding)) {
        return false;
    }
    if (replica->held == NULL) {
        return take_next(replica, frame, &batch, finding);
    }
    hold(replica, frame, &batch);
    return true;
}

bool replica_take(struct replica *replica, const struct follow_frame *frame, const uint8_t *batch,
                  struct replica_finding *finding)
{
    ENSURE((uintptr_t)batch % JOURNAL_LINE_SIZE == 0);
    ENSURE(frame->kind == FOLLOW_KIND_BATCH && frame->payload_size <= FOLLOW_PAYLOAD_MAX);
    if (replica->is_dead) {
        return find(finding, REPLICA_KIND_OWN, replica->shown.number + 1,
                    "the replica takes nothing more after what it found");
    }
    replica->is_dead = !take(replica, frame, batch, finding);
    return !replica->is_dead;
}

bool replica_settle(struct replica *replica, struct replica_finding *finding)
{
    if (replica->is_dead) {
        return find(finding, REPLICA_KIND_OWN, replica->shown.number + 1,
                    "the replica takes nothing more after what it found");
    }
    replica->is_dead = !settle(replica, NULL, finding);
    return !replica->is_dead;
}

/* ------------------------------------------------------------------ the rest */

bool replica_compare_pulse(const struct replica *replica, uint64_t number,
                           const struct follow_pulse *pulse, struct replica_finding *finding)
{
    static const struct digest unknown;
    const struct journal_head *head = &replica->shown;

    if (number < head->number) {
        return find(finding, REPLICA_KIND_HISTORY, number + 1,
                    "the node's journal ends before records that it showed before");
    }
    if (number > head->number) {
        return find(finding, REPLICA_KIND_RECORD, head->number + 1,
                    "the node says that it has sent records that never came");
    }
    if (number == 0) {
        return true;
    }
    if (memcmp(&pulse->chain, &head->chain, sizeof head->chain) != 0) {
        return find(finding, REPLICA_KIND_HISTORY, replica->shown_first,
                    "the node's chain hash is another than that of the records it sent");
    }
    if (replica->is_held) {
        return true; /* its events are not known yet */
    }
    struct digest events = replayer_events(replica->replayer);
    if (memcmp(&pulse->events, &unknown, sizeof unknown) != 0 &&
        memcmp(&pulse->events, &events, sizeof events) != 0) {
        return find(finding, REPLICA_KIND_DIVERGED, replica->shown_first,
                    "the commands lead to other events than the node says");
    }
    return true;
}

bool replica_sync(struct replica *replica, struct replica_finding *finding)
{
    struct journal_error error;

    if (replica->head.number == 0) {
        return true;
    }
    if (!journal_copy_sync(replica->copy, &error)) {
        replica->is_dead = true;
        return find_error(finding, REPLICA_KIND_OWN, &error);
    }
    for (size_t i = 0; i < replica->options.listener_count; i++) {
        const struct replica_listener *listener = &replica->options.listeners[i];

        if (listener->on_synced != NULL) {
            listener->on_synced(listener->context);
        }
    }
    return true;
}

bool replica_can_keep(const struct replica *replica)
{
    return !replica->is_dead && replica->engine != NULL && kept_books_can(&replica->kept);
}

bool replica_write_snapshot(const struct replica *replica, struct journal_error *error)
{
    const struct snapshot_source source = {.engine = replica->engine,
                                           .head = replica->head,
                                           .events = replayer_events(replica->replayer),
                                           .limits = replica->limits};

    ENSURE(replica_can_keep(replica));
    return kept_books_write(replica->options.storage, replica->options.directory, &source,
                            replica->last_first, &replica->kept, error);
}

uint64_t replica_began(const struct replica *replica)
{
    return replica->began;
}

const struct journal_head *replica_head(const struct replica *replica)
{
    return &replica->head;
}

const struct journal_head *replica_shown(const struct replica *replica)
{
    return &replica->shown;
}

const uint8_t *replica_held(const struct replica *replica, size_t *size)
{
    *size = replica->is_held ? sizeof(struct follow_frame) + replica->held_frame.payload_size : 0;
    return replica->held;
}

uint64_t replica_from(const struct replica *replica)
{
    return replica->shown.number > 0 ? replica->shown.number : 1;
}

bool replica_expects_known(const struct replica *replica)
{
    return replica->expects_known;
}

void replica_expect_known(struct replica *replica)
{
    replica->expects_known = replica->shown.number > 0;
}

const struct engine *replica_engine(const struct replica *replica)
{
    return replica->engine;
}
