/* SPDX-License-Identifier: Apache-2.0
 *
 * The core's loop. A room of its own because this is the one place where the order of things is
 * decided. Invariants: a command is applied only after it was appended; its number is told as
 * durable only when log_durable() has reached it; after the log's first error nothing is told any
 * more; time never goes back; what is refused here was never journaled.
 * Read next: peers.c (who sends), journal/log.h (what durable means), follower.c (who listens).
 */
#include "node/core.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/engine_at_work.h"
#include "node/peers.h"
#include "platform/log_line.h"
#include "tarazy/query.h"

enum {
    CORE_TURN_COMMANDS = 64,    /* of one peer before the next one's turn */
    CORE_WAIT_MS_MAX = 1000,    /* the wall clock may be set: look at it now and then */
    CORE_CLOCK_PAUSE_US = 1000, /* between CLOCKs that changed nothing */
    CORE_GOODBYE_MS = 100       /* how long peers may take to read that we stop */
};

struct core {
    struct core_options options;
    struct peers peers;
    uint8_t *batch; /* CORE_BATCH_SIZE_MAX, 64-byte aligned */
    uint32_t batch_size;
    uint32_t batch_size_max;
    uint32_t batch_count;
    struct event_buffer events;
    struct digest digest;   /* of the events of the last batch */
    int64_t time_us;        /* the last command's */
    int64_t clock_pause_us; /* no CLOCK before this time */
    bool has_input_left;    /* the last batch was full before everybody was heard */
    int error;
};

struct core *core_open(const struct core_options *options, int *error)
{
    struct core *core = calloc(1, sizeof *core);
    ENSURE(tarazy_engine_number(options->engine) == log_head(options->log)->number);
    if (core == NULL) {
        *error = -ENOMEM;
        return NULL;
    }
    core->options = *options;
    core->digest = options->events;
    /* Not the engine's: a command whose sender it does not know moves the journal's time and not its. */
    core->time_us = log_head(options->log)->time_us;
    core->batch_size_max = log_batch_size_max(options->log);
    if (core->batch_size_max > CORE_BATCH_SIZE_MAX) {
        core->batch_size_max = CORE_BATCH_SIZE_MAX;
    }
    ENSURE(core->batch_size_max >= TARAZY_COMMAND_SIZE_MAX);
    core->batch = aligned_alloc(64, CORE_BATCH_SIZE_MAX);
    core->events.size = TARAZY_EVENTS_SIZE_MAX;
    core->events.bytes = aligned_alloc(64, TARAZY_EVENTS_SIZE_MAX);
    *error = -ENOMEM;
    if (core->batch == NULL || core->events.bytes == NULL) {
        goto free_core;
    }
    /* Not the origins of the core before: a request of its time must not be taken for one of ours. */
    uint64_t number = tarazy_engine_number(options->engine);
    uint16_t origin = (uint16_t)hash_u64((struct hash_seed){{0, 0}}, number);
    *error = peers_open(&core->peers, options->directory, LINK_SOCKET_NAME, origin);
    if (*error < 0) {
        goto free_core;
    }
    core->peers.number = log_durable(options->log);
    core->peers.time_us = core->time_us;
    if (options->stop_fd >= 0) {
        *error = peers_watch(&core->peers, options->stop_fd);
    }
    if (*error == 0 && log_wakeup_fd(options->log) >= 0) {
        *error = peers_watch(&core->peers, log_wakeup_fd(options->log));
    }
    if (*error == 0) {
        return core;
    }
    peers_close(&core->peers, options->directory, LINK_SOCKET_NAME);
free_core:
    free(core->batch);
    free(core->events.bytes);
    free(core);
    return NULL;
}

void core_close(struct core *core)
{
    if (core == NULL) {
        return;
    }
    peers_close(&core->peers, core->options.directory, LINK_SOCKET_NAME);
    free(core->batch);
    free(core->events.bytes);
    free(core);
}

int core_error(const struct core *core)
{
    return core->error;
}

/* Gives a command its place in the batch, its number and its time. */
static void core_add(struct core *core, const struct command_header *command, size_t size,
                     uint16_t origin)
{
    ENSURE(size <= core->batch_size_max - core->batch_size);
    uint8_t *place = core->batch + core->batch_size;
    memcpy(place, command, size);
    struct command_header *header = (struct command_header *)(void *)place;
    header->number = log_head(core->options.log)->number + core->batch_count + 1;
    header->time_us = core->time_us;
    header->origin = origin;
    core->batch_size += (uint32_t)size;
    core->batch_count++;
}

/* May this command be journaled at all? What it would do is the engine's question. */
static enum result core_admit(const struct core *core, const struct command_header *command,
                              size_t size)
{
    if (!tarazy_command_is_well_formed(command, size) || command->number != 0 ||
        command->time_us != 0 || command->origin != 0) {
        return RESULT_MALFORMED;
    }
    if (command->kind == COMMAND_QUARANTINE) {
        return RESULT_NOT_PERMITTED; /* it is written while no core runs, behind what it is about */
    }
    bool is_nodes_own = command->participant == 0 || command->kind == COMMAND_NODE_FOUND ||
                        command->kind == COMMAND_NODE_OPEN || command->kind == COMMAND_CLOCK;
    if (!is_nodes_own) {
        return RESULT_OK;
    }
    struct node_view node;
    tarazy_query_node(core->options.engine, &node);
    return core->options.allows_founding && !node.open ? RESULT_OK : RESULT_NOT_PERMITTED;
}

/* Takes some of a peer's commands. True: there was at least one. */
static bool core_take_from(struct core *core, struct peer *peer)
{
    const struct command_header *command;
    size_t size;
    uint32_t taken = 0;

    while (taken < CORE_TURN_COMMANDS && peer_has_input(&core->peers, peer, &command, &size)) {
        if (size > core->batch_size_max - core->batch_size) {
            core->has_input_left = true;
            break;
        }
        enum result result = core_admit(core, command, size);
        if (result == RESULT_OK) {
            /*~ inbox → number and time: the command has its place in the order */
            core_add(core, command, size, peer->origin);
        } else {
            peer_tell_refused(peer, command->request, (uint16_t)result);
        }
        peer_take(peer, size);
        taken++;
    }
    return taken > 0;
}

/* Is it time for a CLOCK? One that changed nothing is not repeated at once: a deadline that
 * does not move must not fill the journal. */
static bool core_is_clock_due(const struct core *core)
{
    return tarazy_engine_deadline(core->options.engine) <= core->time_us &&
           core->time_us >= core->clock_pause_us;
}

/* Fills the batch with what has come: everybody in turn, until nobody has more or it is full. */
static void core_gather(struct core *core)
{
    struct command_clock clock = {.header.kind = COMMAND_CLOCK};
    int64_t now_us = clock_wall_us(core->options.clock);
    bool has_progress = true;

    core->batch_size = 0;
    core->batch_count = 0;
    core->has_input_left = false;
    core->time_us = now_us > core->time_us ? now_us : core->time_us;
    if (core_is_clock_due(core)) {
        core_add(core, &clock.header, sizeof clock, 0);
    }
    core->peers.turn++;
    while (has_progress && !core->has_input_left) {
        has_progress = false;
        for (uint32_t i = 0; i < PEERS_MAX && !core->has_input_left; i++) {
            struct peer *peer = core->peers.slots[(core->peers.turn + i) % PEERS_MAX];
            if (peer != NULL && peer->fd >= 0) {
                has_progress = core_take_from(core, peer) || has_progress;
            }
        }
    }
}

static void core_take_events(void *context, const struct command_header *command,
                             const struct event_buffer *events)
{
    struct core *core = context;

    digest_update(&core->digest, events->bytes, events->used);
    if (command->kind == COMMAND_CLOCK) {
        core->clock_pause_us = events->count > 1 ? 0 : core->time_us + CORE_CLOCK_PAUSE_US;
    }
}

/* Applies the batch; the digest of its events goes into the next one. */
static void core_apply(struct core *core)
{
    const struct batch_sink sink = {core, core_take_events};

    core->digest = digest_start();
    /*~ engine, in the core: the same as in every follower, ahead of them */
    engine_at_work_begin(core->options.engine);
    tarazy_engine_apply_batch(core->options.engine, core->batch, core->batch_size, &core->events,
                              &sink);
    engine_at_work_end();
}

/* Tells everybody what has become durable since the last time. */
static void core_tell(struct core *core)
{
    uint64_t durable = log_durable(core->options.log);
    if (durable > core->peers.number) {
        /*~ notice to every follower: durable up to this number; they apply and answer */
        peers_tell_durable(&core->peers, durable, core->time_us);
    }
    peers_flush(&core->peers);
}

/* Append, sync, tell, apply: what is durable is final, so that followers need not wait until the
 * core has applied it, too. A large batch is applied while it is written, and told when it is durable.
 * False: the log has failed. */
static bool core_commit(struct core *core)
{
    struct log *log = core->options.log;
    struct log_batch batch = {
        .commands = core->batch,
        .size = core->batch_size,
        .count = core->batch_count,
        .first_number = log_head(log)->number + 1,
        .time_us = core->time_us,
        .events = core->digest,
    };
    /*~ journal: append + sync; from here on nothing can make it undone */
    if (!log_append(log, &batch) || !log_sync(log)) {
        return false;
    }
    core_tell(core);
    core_apply(core);
    if (!log_await(log)) {
        return false;
    }
    core_tell(core);
    ENSURE(tarazy_engine_number(core->options.engine) == log_head(log)->number);
    return true;
}

static bool core_is_asked_to_stop(const struct core *core)
{
    struct pollfd stop = {.fd = core->options.stop_fd, .events = POLLIN};
    return stop.fd >= 0 && poll(&stop, 1, 0) > 0;
}

/* How long nothing needs to be done. */
static int core_patience(const struct core *core, int wait_ms_max)
{
    int64_t patience_ms = CORE_WAIT_MS_MAX;
    if (core->has_input_left) {
        return 0;
    }
    if (wait_ms_max >= 0 && wait_ms_max < patience_ms) {
        patience_ms = wait_ms_max;
    }
    int64_t deadline_us = tarazy_engine_deadline(core->options.engine);
    if (deadline_us == INT64_MAX) {
        return (int)patience_ms;
    }
    if (deadline_us < core->clock_pause_us) {
        deadline_us = core->clock_pause_us;
    }
    int64_t now_us = clock_wall_us(core->options.clock);
    if (deadline_us <= now_us) {
        return 0;
    }
    int64_t until_ms = (deadline_us - now_us - 1) / 1000 + 1;
    return (int)(until_ms < patience_ms ? until_ms : patience_ms);
}

/* Waits for something to do; what idle time there is goes into preparing the log. */
static int core_wait(struct core *core, int wait_ms_max)
{
    int patience_ms = core_patience(core, wait_ms_max);
    int result = peers_wait(&core->peers, 0);
    if (result != 0 || patience_ms == 0 || log_prepare(core->options.log)) {
        return result;
    }
    return peers_wait(&core->peers, patience_ms);
}

/* Everything taken is durable and told; says goodbye to who listens. */
static enum core_turn core_stop(struct core *core)
{
    peers_tell_stopping(&core->peers);
    peers_flush(&core->peers);
    int64_t begin_us = clock_monotonic_us(core->options.clock);
    while (peers_owe(&core->peers)) {
        int64_t spent_ms = (clock_monotonic_us(core->options.clock) - begin_us) / 1000;
        if (spent_ms >= CORE_GOODBYE_MS ||
            peers_wait(&core->peers, (int)(CORE_GOODBYE_MS - spent_ms)) < 0) {
            break;
        }
        peers_flush(&core->peers);
    }
    return CORE_TURN_STOPPED;
}

static void core_look_after_snapshots(struct core *core)
{
    const struct journal_head *head = log_head(core->options.log);
    struct node_view node;
    /* A snapshot is of what is durable, never of more. */
    if (core->options.snapshots == NULL || log_durable(core->options.log) != head->number) {
        return;
    }
    tarazy_query_node(core->options.engine, &node);
    struct snapshot_source source = {
        .engine = core->options.engine,
        .head = *head,
        .events = core->digest,
        .limits = node.limits,
    };
    snapshot_schedule_poll(core->options.snapshots, &source,
                           clock_monotonic_us(core->options.clock));
}

enum core_turn core_turn(struct core *core, int wait_ms_max)
{
    struct log *log = core->options.log;
    core->error = core_wait(core, wait_ms_max);
    if (core->error < 0) {
        return CORE_TURN_FAILED;
    }
    if (!log_work(log)) {
        return CORE_TURN_DISK;
    }
    if (core_is_asked_to_stop(core)) {
        bool is_settled = log_durable(log) == log_head(log)->number;
        core_tell(core);
        return is_settled ? core_stop(core) : CORE_TURN_ON;
    }
    core_gather(core);
    if (core->batch_count > 0 && !core_commit(core)) {
        return CORE_TURN_DISK;
    }
    core_tell(core);
    core_look_after_snapshots(core);
    return CORE_TURN_ON;
}

enum core_turn core_run(struct core *core)
{
    enum core_turn turn = CORE_TURN_ON;
    while (turn == CORE_TURN_ON) {
        turn = core_turn(core, -1);
    }
    return turn;
}
