/* SPDX-License-Identifier: Apache-2.0
 *
 * One connection to one node, again and again. A room of its own because time is here: the replica knows none.
 *
 * Invariants: frames are handed over whole and in order, from one buffer of a fixed size. After a finding nothing is
 * read from this node until the process is started anew: evidence must not be buried under what follows. Every
 * connection begins with the last batch that the replica has, so that a node with another past shows it at once.
 * Each alarm is told when it is raised and when it is cleared, once.
 *
 * Read next: replica.c; programs/supervise_main.c.
 */
#include "supervision/pursuit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

#define INPUT_SIZE (sizeof(struct follow_frame) + FOLLOW_PAYLOAD_MAX)

enum {
    PURSUIT_RETRY_US = 500000,
    PURSUIT_CONNECT_US = 10000000, /* for connection, handshake and welcome together */
    PURSUIT_READS_A_TURN = 64,
    PURSUIT_TROUBLE_SIZE = 128
};

struct pursuit {
    struct pursuit_options options;
    struct pursuit_sink sink;
    struct channel channel;
    struct follow_hello hello;
    size_t hello_sent;
    bool is_welcome;
    uint8_t *input;    /* 64-byte aligned, and so is each payload that is handed over */
    size_t input_size; /* bytes of the frame that is coming in */
    uint64_t node_number;
    int64_t begun_us;                   /* of the connection, or of the pause before the next */
    int64_t heard_us;                   /* the last sign of life */
    char trouble[PURSUIT_TROUBLE_SIZE]; /* why the last connection ended, or none came about */
    char reason[PURSUIT_TROUBLE_SIZE + 64];
    bool is_raised[ALARM_COUNT];
};

struct pursuit *pursuit_create(const struct pursuit_options *options,
                               const struct pursuit_sink *sink)
{
    struct pursuit *pursuit = calloc(1, sizeof *pursuit);
    uint8_t *input = aligned_alloc(JOURNAL_LINE_SIZE, INPUT_SIZE);

    if (pursuit == NULL || input == NULL) {
        free(input);
        free(pursuit);
        return NULL;
    }
    pursuit->options = *options;
    pursuit->sink = *sink;
    pursuit->channel.fd = -1;
    pursuit->input = input;
    pursuit->heard_us = clock_monotonic_us(options->clock);
    pursuit->begun_us = pursuit->heard_us - PURSUIT_RETRY_US;
    return pursuit;
}

void pursuit_destroy(struct pursuit *pursuit)
{
    if (pursuit != NULL) {
        channel_close(&pursuit->channel);
        free(pursuit->input);
        free(pursuit);
    }
}

/* ------------------------------------------------------------------ alarms */

static void tell(struct pursuit *pursuit, struct pursuit_alarm *alarm)
{
    if (pursuit->is_raised[alarm->alarm] == alarm->is_raised) {
        return;
    }
    pursuit->is_raised[alarm->alarm] = alarm->is_raised;
    pursuit->sink.on_alarm(pursuit->sink.context, alarm);
}

static void raise_alarm(struct pursuit *pursuit, enum alarm which, const char *reason)
{
    struct pursuit_alarm alarm = {.alarm = which,
                                  .is_raised = true,
                                  .number = replica_head(pursuit->options.replica)->number,
                                  .reason = reason};
    tell(pursuit, &alarm);
}

static void clear_alarm(struct pursuit *pursuit, enum alarm which, const char *reason)
{
    struct pursuit_alarm alarm = {
        .alarm = which, .number = replica_head(pursuit->options.replica)->number, .reason = reason};
    tell(pursuit, &alarm);
}

/* Remembers why the connection is over: people will ask when the silence has lasted long enough. */
static void note_trouble(struct pursuit *pursuit, int64_t error)
{
    channel_explain(&pursuit->channel, error, pursuit->trouble, sizeof pursuit->trouble);
}

static void disconnect(struct pursuit *pursuit, int64_t now_us)
{
    channel_close(&pursuit->channel);
    pursuit->is_welcome = false;
    pursuit->input_size = 0;
    pursuit->begun_us = now_us;
}

static void condemn(struct pursuit *pursuit, const struct replica_finding *finding,
                    size_t evidence_size)
{
    struct pursuit_alarm alarm = {.alarm = ALARM_FINDING,
                                  .is_raised = true,
                                  .finding = finding,
                                  .number = finding->number,
                                  .reason = finding->reason,
                                  .evidence = pursuit->input,
                                  .evidence_size = evidence_size};

    if (finding->is_of_held) {
        alarm.evidence = replica_held(pursuit->options.replica, &alarm.evidence_size);
    }
    tell(pursuit, &alarm);
    disconnect(pursuit, clock_monotonic_us(pursuit->options.clock));
}

void pursuit_condemn(struct pursuit *pursuit, const struct replica_finding *finding)
{
    condemn(pursuit, finding, 0);
}

/* ------------------------------------------------------------------ connecting */

static void connect_now(struct pursuit *pursuit, int64_t now_us)
{
    const struct replica *replica = pursuit->options.replica;

    pursuit->begun_us = now_us;
    int result =
        channel_connect(&pursuit->channel, &pursuit->options.address, pursuit->options.tls);
    if (result < 0) {
        note_trouble(pursuit, result);
        return;
    }
    pursuit->hello = (struct follow_hello){.from = replica_from(replica),
                                           .node = replica_shown(replica)->node,
                                           .key = pursuit->options.key};
    follow_hello_seal(&pursuit->hello);
    pursuit->hello_sent = 0;
    pursuit->is_welcome = false;
    pursuit->input_size = 0;
    replica_expect_known(pursuit->options.replica);
}

/* 1: the hello is out; 0: later; < 0: the connection is over. */
static int send_hello(struct pursuit *pursuit)
{
    int ready = channel_make_ready(&pursuit->channel);

    while (ready > 0 && pursuit->hello_sent < sizeof pursuit->hello) {
        int64_t done =
            channel_write(&pursuit->channel, (uint8_t *)&pursuit->hello + pursuit->hello_sent,
                          sizeof pursuit->hello - pursuit->hello_sent);
        if (done <= 0) {
            return (int)done;
        }
        pursuit->hello_sent += (size_t)done;
    }
    return ready;
}

/* ------------------------------------------------------------------ frames */

/* The node says how far it is: not less far than it was. */
static bool check_end(struct pursuit *pursuit, uint64_t number, struct replica_finding *finding)
{
    if (number >= replica_shown(pursuit->options.replica)->number) {
        return true;
    }
    replica_finding_set(finding, REPLICA_KIND_HISTORY, number + 1,
                        "the node's journal ends before records that it showed before");
    return false;
}

static bool take_welcome(struct pursuit *pursuit, const struct follow_frame *frame,
                         struct replica_finding *finding)
{
    const struct journal_head *head = replica_shown(pursuit->options.replica);
    struct follow_welcome welcome;

    memcpy(&welcome, pursuit->input + sizeof *frame, sizeof welcome);
    if (head->number > 0 && memcmp(&welcome.node, &head->node, sizeof head->node) != 0) {
        replica_finding_set(finding, REPLICA_KIND_HISTORY, head->number + 1,
                            "another node answers at this address");
        return false;
    }
    pursuit->is_welcome = true;
    pursuit->trouble[0] = '\0';
    clear_alarm(pursuit, ALARM_REFUSED, "the node lets us in again");
    return check_end(pursuit, frame->number, finding);
}

static bool take_heartbeat(struct pursuit *pursuit, const struct follow_frame *frame,
                           struct replica_finding *finding)
{
    struct follow_pulse pulse;

    memcpy(&pulse, pursuit->input + sizeof *frame, sizeof pulse);
    if (frame->reason == 1) {
        clear_alarm(pursuit, ALARM_NO_CORE, "the node's core is there again");
        if (!replica_settle(pursuit->options.replica, finding)) {
            return false;
        }
    } else {
        /* What its last batch leads to is not tried: that may be why the core is gone. */
        raise_alarm(pursuit, ALARM_NO_CORE, "the relay answers, but the node's core does not");
    }
    return replica_compare_pulse(pursuit->options.replica, frame->number, &pulse, finding);
}

/* REFUSED is the end of the connection; when our history is longer than the node's, more than that. */
static bool take_refusal(struct pursuit *pursuit, const struct follow_frame *frame,
                         struct replica_finding *finding)
{
    if (frame->reason == FOLLOW_REFUSAL_NODE) {
        replica_finding_set(finding, REPLICA_KIND_HISTORY,
                            replica_head(pursuit->options.replica)->number + 1,
                            "another node answers at this address");
        return false;
    }
    if (frame->reason == FOLLOW_REFUSAL_BEYOND && !check_end(pursuit, frame->number, finding)) {
        return false;
    }
    raise_alarm(pursuit, ALARM_REFUSED, follow_refusal_text(frame->reason));
    disconnect(pursuit, clock_monotonic_us(pursuit->options.clock));
    return true;
}

/* The core's own snapshot: it has got as far as that. */
static bool take_state(const struct pursuit *pursuit, const struct follow_frame *frame,
                       struct replica_finding *finding)
{
    struct follow_state state;

    if (frame->number >= replica_shown(pursuit->options.replica)->number &&
        !replica_settle(pursuit->options.replica, finding)) {
        return false;
    }
    memcpy(&state, pursuit->input + sizeof *frame, sizeof state);
    if (pursuit->sink.on_state != NULL &&
        frame->number <= replica_head(pursuit->options.replica)->number) {
        pursuit->sink.on_state(pursuit->sink.context, frame->number, &state);
    }
    return true;
}

/* Records were skipped, and rightly so: that is nothing against the node, but something that people must know. */
static void tell_quarantines(struct pursuit *pursuit, const uint8_t *bytes)
{
    struct batch_header header;
    struct command_quarantine quarantine;

    memcpy(&header, bytes, sizeof header);
    for (uint32_t i = 0; i < header.count; i++) {
        memcpy(&quarantine, bytes + sizeof header + i * sizeof quarantine, sizeof quarantine);
        if (quarantine.header.kind != COMMAND_QUARANTINE) {
            return;
        }
        (void)snprintf(pursuit->reason, sizeof pursuit->reason,
                       "skipped, as participants %u and %u have signed: %.*s",
                       quarantine.operator_id, quarantine.approver_id,
                       (int)sizeof quarantine.reason, quarantine.reason);
        struct pursuit_alarm alarm = {.alarm = ALARM_QUARANTINE,
                                      .is_raised = true,
                                      .number = quarantine.record,
                                      .reason = pursuit->reason};
        pursuit->sink.on_alarm(pursuit->sink.context, &alarm);
    }
}

static bool take_batch(struct pursuit *pursuit, const struct follow_frame *frame,
                       struct replica_finding *finding)
{
    struct replica *replica = pursuit->options.replica;
    const uint8_t *bytes = pursuit->input + sizeof *frame;
    bool is_known = replica_expects_known(replica);

    if (!replica_take(replica, frame, bytes, finding)) {
        return false;
    }
    if (!is_known) {
        tell_quarantines(pursuit, bytes);
    }
    return true;
}

/* A whole frame with its payload is in the buffer. false: *finding. */
static bool take_frame(struct pursuit *pursuit, const struct follow_frame *frame,
                       struct replica_finding *finding)
{
    bool is_first = frame->kind == FOLLOW_KIND_WELCOME || frame->kind == FOLLOW_KIND_REFUSED;

    if (!pursuit->is_welcome ? !is_first : frame->kind == FOLLOW_KIND_WELCOME) {
        replica_finding_set(finding, REPLICA_KIND_RECORD,
                            replica_head(pursuit->options.replica)->number + 1,
                            "the relay's frames come in no order that exists");
        return false;
    }
    pursuit->heard_us = clock_monotonic_us(pursuit->options.clock);
    clear_alarm(pursuit, ALARM_SILENCE, "the node is heard again");
    pursuit->node_number = frame->number;
    switch ((enum follow_kind)frame->kind) {
    case FOLLOW_KIND_WELCOME: return take_welcome(pursuit, frame, finding);
    case FOLLOW_KIND_BATCH: return take_batch(pursuit, frame, finding);
    case FOLLOW_KIND_HEARTBEAT: return take_heartbeat(pursuit, frame, finding);
    case FOLLOW_KIND_STATE: return take_state(pursuit, frame, finding);
    case FOLLOW_KIND_REFUSED: return take_refusal(pursuit, frame, finding);
    }
    return false;
}

/* What is in the buffer: 1 = a whole frame was taken, 0 = more must come first, -1 = a finding. */
static int take_input(struct pursuit *pursuit, size_t *wanted)
{
    struct follow_frame frame;
    struct replica_finding finding;

    *wanted = sizeof frame;
    if (pursuit->input_size < sizeof frame) {
        return 0;
    }
    memcpy(&frame, pursuit->input, sizeof frame);
    const char *wrong = follow_frame_check(&frame);
    if (wrong != NULL) {
        replica_finding_set(&finding, REPLICA_KIND_RECORD,
                            replica_head(pursuit->options.replica)->number + 1, wrong);
        condemn(pursuit, &finding, pursuit->input_size);
        return -1;
    }
    *wanted = sizeof frame + frame.payload_size;
    if (pursuit->input_size < *wanted) {
        return 0;
    }
    if (!take_frame(pursuit, &frame, &finding)) {
        condemn(pursuit, &finding, *wanted);
        return -1;
    }
    pursuit->input_size = 0;
    *wanted = sizeof frame;
    return 1;
}

/* Reads and takes what has come. true: there may be more at once. */
static bool read_frames(struct pursuit *pursuit)
{
    for (int i = 0; i < PURSUIT_READS_A_TURN; i++) {
        size_t wanted;

        if (take_input(pursuit, &wanted) < 0 || pursuit->channel.fd < 0) {
            return false;
        }
        ENSURE(wanted > pursuit->input_size && wanted <= INPUT_SIZE);
        int64_t got = channel_read(&pursuit->channel, pursuit->input + pursuit->input_size,
                                   wanted - pursuit->input_size);
        if (got < 0) {
            note_trouble(pursuit, got);
            disconnect(pursuit, clock_monotonic_us(pursuit->options.clock));
        }
        if (got <= 0) {
            return false;
        }
        pursuit->input_size += (size_t)got;
    }
    return true;
}

/* ------------------------------------------------------------------ turns */

bool pursuit_work(struct pursuit *pursuit)
{
    int64_t now_us = clock_monotonic_us(pursuit->options.clock);
    bool has_more = false;

    if (pursuit->is_raised[ALARM_FINDING]) {
        return false;
    }
    if (pursuit->channel.fd < 0 && now_us - pursuit->begun_us >= PURSUIT_RETRY_US) {
        connect_now(pursuit, now_us);
    }
    if (pursuit->channel.fd >= 0) {
        int sent = send_hello(pursuit);

        if (sent < 0 || (!pursuit->is_welcome && now_us - pursuit->begun_us > PURSUIT_CONNECT_US)) {
            note_trouble(pursuit, sent < 0 ? sent : -ETIMEDOUT);
            disconnect(pursuit, now_us);
        } else if (sent > 0) {
            has_more = read_frames(pursuit);
        }
    }
    now_us = clock_monotonic_us(pursuit->options.clock);
    if (!pursuit->is_raised[ALARM_FINDING] &&
        now_us - pursuit->heard_us > (int64_t)pursuit->options.silence_ms * 1000) {
        (void)snprintf(pursuit->reason, sizeof pursuit->reason,
                       "nothing is heard from the node%s%s",
                       pursuit->trouble[0] != '\0' ? ": " : "", pursuit->trouble);
        raise_alarm(pursuit, ALARM_SILENCE, pursuit->reason);
        if (pursuit->is_welcome) {
            disconnect(pursuit, now_us); /* a connection that says nothing is none */
        }
    }
    return has_more;
}

int pursuit_fd(const struct pursuit *pursuit)
{
    return pursuit->channel.fd;
}

short pursuit_events(const struct pursuit *pursuit)
{
    return channel_events(&pursuit->channel, pursuit->hello_sent < sizeof pursuit->hello);
}

bool pursuit_has_alarm(const struct pursuit *pursuit, enum alarm alarm)
{
    return pursuit->is_raised[alarm];
}

bool pursuit_is_connected(const struct pursuit *pursuit)
{
    return pursuit->is_welcome;
}

uint64_t pursuit_node_number(const struct pursuit *pursuit)
{
    return pursuit->node_number;
}
