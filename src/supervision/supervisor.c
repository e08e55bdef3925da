/* SPDX-License-Identifier: Apache-2.0
 *
 * The supervisor's loop. A room of its own so that the program only parses and wires. Invariants: whatever one node does,
 * the others are followed; every alarm passes through the book; what was taken is synced at the end of the turn in which
 * it came; the threads that open the copies have ended before anything else begins. Read next: pursuit.c, replica.c.
 */
#include "supervision/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "codec/hex_text.h"
#include "codec/json_writer.h"
#include "platform/log_line.h"
#include "supervision/alarm_book.h"
#include "supervision/pursuit.h"
#include "supervision/second_books.h"
#include "supervision/state_check.h"

enum { SUPERVISOR_LISTENERS_MAX = 8 };

enum { SUPERVISOR_TICK_MS = 50, SUPERVISOR_STATUS_US = 1000000, SUPERVISOR_PATH_SIZE = 4096 };

struct ward { /* a node that is watched over */
    struct supervisor *supervisor;
    struct supervisor_node node;
    char directory[SUPERVISOR_PATH_SIZE];
    struct second_books books;
    struct replica_listener
        listeners[SUPERVISOR_LISTENERS_MAX]; /* the books, the witness, then the node's own */
    size_t listener_count;
    struct replica *replica;
    struct pursuit *pursuit;
    struct witnessing *witnessing; /* NULL: it is not witnessed */
    struct side_task snapshot;
    uint64_t snapshot_number; /* of the last one, tried or made */
    struct state_check check;
    struct follow_state state;      /* said by the node, waiting to be checked */
    uint64_t state_number;          /* 0: none */
    struct replica_finding finding; /* the final one */
    bool has_finding;
    struct pursuit_options pursuit_options; /* while it is opened, as the rest: */
    struct replica_finding opening;         /* why the copy could not be */
    pthread_t opener;
    bool has_opener;
};

struct supervisor {
    struct supervisor_options options;
    struct alarm_book book;
    struct ward wards[SUPERVISOR_NODES_MAX];
    bool has_more;
    int64_t status_us;
};

/* ------------------------------------------------------------------ names */

static bool is_name_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' || letter == '.';
}

bool supervisor_node_read(const char *text, struct supervisor_node *node)
{
    const char *equals = strchr(text, '=');
    size_t size = equals != NULL ? (size_t)(equals - text) : strlen(text);

    *node = (struct supervisor_node){.address = equals != NULL ? equals + 1 : text};
    if (size == 0 || size >= sizeof node->name || node->address[0] == '\0') {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (!is_name_letter(text[i]) && equals != NULL) {
            return false;
        }
        node->name[i] = is_name_letter(text[i]) ? text[i] : '_';
    }
    return node->name[0] != '.';
}

/* ------------------------------------------------------------------ alarms */

static void on_alarm(void *context, const struct pursuit_alarm *alarm)
{
    struct ward *ward = context;
    const struct supervisor *supervisor = ward->supervisor;

    if (alarm->finding != NULL) {
        ward->finding = *alarm->finding;
        ward->has_finding = true;
    }
    alarm_book_write(&supervisor->book, ward->node.name, clock_wall_us(supervisor->options.clock),
                     alarm);
}

/* A finding that no frame brought. */
static void condemn(struct ward *ward, const struct replica_finding *finding)
{
    if (ward->pursuit != NULL) {
        pursuit_condemn(ward->pursuit, finding);
        return;
    }
    struct pursuit_alarm alarm = {.alarm = ALARM_FINDING,
                                  .is_raised = true,
                                  .finding = finding,
                                  .number = finding->number,
                                  .reason = finding->reason};
    on_alarm(ward, &alarm);
}

static void on_state(void *context, uint64_t number, const struct follow_state *state)
{
    struct ward *ward = context;

    ward->state = *state;
    ward->state_number = number;
}

/* ------------------------------------------------------------------ opening */

/* False: no memory for a witness. */
static bool open_listeners(struct ward *ward)
{
    const struct supervisor_options *options = &ward->supervisor->options;
    const struct supervisor_node *node = &ward->node;
    const struct witnessing_options wanted = {
        .directory = ward->directory,
        .key_folder = options->directory,
        .name = options->witness_name,
        .log = node->log,
        .epoch_keys = node->epoch_keys,
        .source = node->source,
        .clock = options->clock,
        .patience_us = options->witness_patience_us,
        .alarms = {.context = ward, .on_alarm = on_alarm},
        .on_child = options->on_child,
        .child_context = options->child_context,
    };

    ward->listeners[ward->listener_count++] = second_books_listener(&ward->books);
    if (node->is_witnessed) {
        ward->witnessing = witnessing_create(&wanted);
        if (ward->witnessing == NULL) {
            return false;
        }
        witnessing_listeners(ward->witnessing, &ward->listeners[ward->listener_count]);
        ward->listener_count += WITNESSING_LISTENERS;
    }
    for (size_t i = 0; i < node->listener_count; i++) {
        ENSURE(ward->listener_count < SUPERVISOR_LISTENERS_MAX);
        ward->listeners[ward->listener_count++] = node->listeners[i];
    }
    return true;
}

/* Everything but the copy. */
static bool prepare_ward(struct supervisor *supervisor, struct ward *ward,
                         const struct supervisor_node *node, const char **error)
{
    struct pursuit_options *pursuit = &ward->pursuit_options;

    *pursuit = (struct pursuit_options){.key = supervisor->options.key,
                                        .clock = supervisor->options.clock,
                                        .silence_ms = supervisor->options.silence_ms};
    ward->supervisor = supervisor;
    ward->node = *node;
    (void)snprintf(ward->directory, sizeof ward->directory, "%s/%s", supervisor->options.directory,
                   node->name);
    *error = node->address;
    if (!channel_address_read(node->address, &pursuit->address)) {
        return false;
    }
    bool is_local = channel_address_is_local(&pursuit->address);
    if (!is_local && supervisor->options.tls == NULL) {
        *error = "over the network a certificate is needed";
        return false;
    }
    pursuit->tls = is_local ? NULL : supervisor->options.tls;
    *error = "no memory for a witness";
    return open_listeners(ward);
}

/* Re-performs the copy: slow, and about nothing that another node's has. */
static void *open_copy(void *context)
{
    struct ward *ward = context;
    const struct replica_options options = {.storage = storage_system(),
                                            .directory = ward->directory,
                                            .listeners = ward->listeners,
                                            .listener_count = ward->listener_count,
                                            .begins_with_snapshot =
                                                ward->supervisor->options.snapshot_commands > 0,
                                            .holds_last = true};

    ward->replica = replica_open(&options, &ward->opening);
    return NULL;
}

/* All copies at the same time, each by a thread of its own; one for which there is no thread by this one. */
static void open_copies(struct supervisor *supervisor)
{
    size_t count = supervisor->options.node_count;

    for (size_t i = 1; i < count; i++) {
        struct ward *ward = &supervisor->wards[i];

        ward->has_opener = pthread_create(&ward->opener, NULL, open_copy, ward) == 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (!supervisor->wards[i].has_opener) {
            (void)open_copy(&supervisor->wards[i]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (supervisor->wards[i].has_opener) {
            (void)pthread_join(supervisor->wards[i].opener, NULL);
        }
    }
}

/* What the copy was found to be; then the node is pursued. */
static bool begin_pursuit(struct ward *ward)
{
    const struct pursuit_sink sink = {ward, on_alarm, on_state};

    if (ward->replica == NULL) {
        condemn(ward, &ward->opening);
        return true;
    }
    ward->snapshot_number = replica_began(ward->replica);
    ward->pursuit_options.replica = ward->replica;
    ward->pursuit = pursuit_create(&ward->pursuit_options, &sink);
    return ward->pursuit != NULL;
}

struct supervisor *supervisor_open(const struct supervisor_options *options, const char **error)
{
    struct supervisor *supervisor = calloc(1, sizeof *supervisor);

    *error = "no memory for a supervisor";
    if (supervisor == NULL) {
        return NULL;
    }
    ENSURE(options->node_count <= SUPERVISOR_NODES_MAX);
    supervisor->options = *options;
    supervisor->book.folder = -1;
    int result = alarm_book_open(&supervisor->book, options->directory);
    if (result < 0) {
        *error = strerror(-result);
        supervisor_close(supervisor);
        return NULL;
    }
    bool is_open = true;
    for (size_t i = 0; i < options->node_count && is_open; i++) {
        is_open = prepare_ward(supervisor, &supervisor->wards[i], &options->nodes[i], error);
    }
    if (is_open) {
        *error = "no memory for a pursuit";
        open_copies(supervisor);
    }
    for (size_t i = 0; i < options->node_count && is_open; i++) {
        is_open = begin_pursuit(&supervisor->wards[i]);
    }
    if (!is_open) {
        supervisor_close(supervisor);
        return NULL;
    }
    return supervisor;
}

void supervisor_close(struct supervisor *supervisor)
{
    if (supervisor == NULL) {
        return;
    }
    for (size_t i = 0; i < supervisor->options.node_count; i++) {
        struct ward *ward = &supervisor->wards[i];

        state_check_stop(&ward->check);
        side_task_stop(&ward->snapshot);
        pursuit_destroy(ward->pursuit);
        replica_close(ward->replica);
        witnessing_destroy(ward->witnessing);
        second_books_destroy(&ward->books);
    }
    alarm_book_close(&supervisor->book);
    free(supervisor);
}

/* ------------------------------------------------------------------ the status */

static const char *ward_word(const struct ward *ward)
{
    if (ward->has_finding) {
        return "alarm";
    }
    if (!pursuit_is_connected(ward->pursuit)) {
        return pursuit_has_alarm(ward->pursuit, ALARM_REFUSED) ? "refused" : "not connected";
    }
    return pursuit_has_alarm(ward->pursuit, ALARM_NO_CORE) ? "no core" : "following";
}

static void write_ward(struct json_writer *json, const struct ward *ward)
{
    char chain[2 * sizeof(struct hash256)];

    json_write_object_begin(json);
    json_write_key_text(json, "name", ward->node.name);
    json_write_key_text(json, "address", ward->node.address);
    json_write_key_text(json, "state", ward_word(ward));
    if (ward->replica != NULL) {
        const struct journal_head *head = replica_head(ward->replica);

        hex_encode(head->chain.bytes, sizeof head->chain.bytes, chain);
        json_write_key_uint64(json, "number", head->number);
        json_write_key_string(json, "chain", slice_of(chain, sizeof chain));
        json_write_key_uint64(json, "nodeNumber", pursuit_node_number(ward->pursuit));
        json_write_key_bool(json, "silence", pursuit_has_alarm(ward->pursuit, ALARM_SILENCE));
        json_write_key_uint64(json, "beganBehind", replica_began(ward->replica));
        json_write_key_uint64(json, "stateCheckedNumber", ward->check.checked_number);
    }
    if (ward->witnessing != NULL) {
        json_write_key_uint64(json, "cosignedBatches", witnessing_cosigned_size(ward->witnessing));
        json_write_key_bool(json, "cosigns", !witnessing_has_refused(ward->witnessing));
    }
    if (ward->has_finding) {
        json_write_key_text(json, "kind", replica_kind_word(ward->finding.kind));
        json_write_key_uint64(json, "wrongNumber", ward->finding.number);
        json_write_key_text(json, "reason", ward->finding.reason);
    }
    json_write_object_end(json);
}

static void write_status(struct supervisor *supervisor)
{
    static char text[ALARM_STATUS_SIZE];
    struct json_writer json;

    json_writer_begin(&json, text, sizeof text - 1);
    json_write_object_begin(&json);
    json_write_key_int64(&json, "timeUs", clock_wall_us(supervisor->options.clock));
    json_write_key(&json, "nodes");
    json_write_array_begin(&json);
    for (size_t i = 0; i < supervisor->options.node_count; i++) {
        write_ward(&json, &supervisor->wards[i]);
    }
    json_write_array_end(&json);
    json_write_object_end(&json);
    struct slice written = json_writer_text(&json);
    text[written.size] = '\n';
    int result = alarm_book_status(&supervisor->book, text, written.size + 1);
    if (result < 0) {
        log_event(LOG_LEVEL_WARNING, "status_not_written", "why", strerror(-result));
    }
}

/* ------------------------------------------------------------------ turns */

struct snapshot_answer {
    bool is_written;
    char why[JOURNAL_ERROR_TEXT_SIZE];
};

static void write_snapshot(const void *question, void *answer)
{
    const struct ward *ward = question;
    struct snapshot_answer *said = answer;
    struct journal_error error;
    char text[JOURNAL_ERROR_TEXT_SIZE];

    said->is_written = replica_write_snapshot(ward->replica, &error);
    if (!said->is_written) {
        (void)snprintf(said->why, sizeof said->why, "%s", journal_error_text(&error, text));
    }
}

/* All of the replica is synced: a child, which has a copy of its memory, writes it down. A snapshot that could not be
 * written costs the next start time, and nothing else. */
static void keep_snapshot(struct ward *ward)
{
    uint64_t every = ward->supervisor->options.snapshot_commands;
    uint64_t number = replica_head(ward->replica)->number;
    struct snapshot_answer answer;
    int said = side_task_poll(&ward->snapshot, &answer, sizeof answer);

    if (said < 0 || (said > 0 && !answer.is_written)) {
        log_event(LOG_LEVEL_WARNING, "snapshot_not_written", "why",
                  said < 0 ? "its process has ended" : answer.why);
    }
    if (every > 0 && number - ward->snapshot_number >= every && ward->snapshot.child == 0 &&
        replica_can_keep(ward->replica) &&
        side_task_begin(&ward->snapshot, write_snapshot, ward, sizeof answer)) {
        ward->snapshot_number = number;
    }
}

static void work_ward(struct ward *ward)
{
    struct replica_finding finding;

    if (ward->pursuit == NULL || ward->has_finding) {
        return;
    }
    ward->supervisor->has_more = pursuit_work(ward->pursuit) || ward->supervisor->has_more;
    if (!ward->has_finding && !replica_sync(ward->replica, &finding)) {
        condemn(ward, &finding);
    }
    if (!ward->has_finding && state_check_poll(&ward->check, &finding) < 0) {
        condemn(ward, &finding);
    }
    /* Synced above: the child reads the files. */
    if (!ward->has_finding && ward->state_number > 0 && ward->check.task.child == 0) {
        (void)state_check_begin(&ward->check, ward->directory, ward->state_number, &ward->state);
        ward->state_number = 0;
    }
    if (!ward->has_finding) {
        keep_snapshot(ward);
    }
    if (ward->witnessing != NULL && ward->has_finding) {
        witnessing_stop(ward->witnessing);
    } else if (ward->witnessing != NULL) {
        witnessing_work(ward->witnessing);
    }
}

static void wait_for_news(const struct supervisor *supervisor, int stop_fd, int timeout_ms)
{
    struct pollfd watched[1 + 2 * SUPERVISOR_NODES_MAX];
    nfds_t count = 0;
    int patience = timeout_ms < SUPERVISOR_TICK_MS ? timeout_ms : SUPERVISOR_TICK_MS;

    watched[count++] = (struct pollfd){.fd = stop_fd, .events = POLLIN};
    for (size_t i = 0; i < supervisor->options.node_count; i++) {
        const struct ward *ward = &supervisor->wards[i];

        if (ward->pursuit != NULL && pursuit_fd(ward->pursuit) >= 0) {
            watched[count++] = (struct pollfd){.fd = pursuit_fd(ward->pursuit),
                                               .events = pursuit_events(ward->pursuit)};
        }
        if (ward->witnessing != NULL && witnessing_fd(ward->witnessing) >= 0) {
            watched[count++] =
                (struct pollfd){.fd = witnessing_fd(ward->witnessing), .events = POLLIN};
        }
    }
    (void)poll(watched, count, supervisor->has_more ? 0 : patience);
}

void supervisor_turn(struct supervisor *supervisor, int stop_fd, int timeout_ms)
{
    bool had_finding = supervisor_has_finding(supervisor);

    wait_for_news(supervisor, stop_fd, timeout_ms);
    supervisor->has_more = false;
    for (size_t i = 0; i < supervisor->options.node_count; i++) {
        work_ward(&supervisor->wards[i]);
    }
    int64_t now_us = clock_monotonic_us(supervisor->options.clock);
    if (now_us - supervisor->status_us >= SUPERVISOR_STATUS_US ||
        had_finding != supervisor_has_finding(supervisor)) {
        supervisor->status_us = now_us;
        write_status(supervisor);
    }
}

bool supervisor_has_finding(const struct supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->options.node_count; i++) {
        const struct ward *ward = &supervisor->wards[i];

        if (ward->has_finding ||
            (ward->witnessing != NULL && witnessing_has_refused(ward->witnessing))) {
            return true;
        }
    }
    return false;
}

const struct replica *supervisor_replica(const struct supervisor *supervisor, size_t index)
{
    return supervisor->wards[index].replica;
}
