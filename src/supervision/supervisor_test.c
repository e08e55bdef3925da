/* SPDX-License-Identifier: Apache-2.0
 *
 * The supervisor over a real core and on a real disk: what its books of alarms say, what it makes of a snapshot's digest,
 * and that one bad node keeps it from no other.
 */
#include "supervision/supervisor.h"

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal/state_digest.h"
#include "journal/verifier.h"
#include "supervision/alarm_book.h"
#include "supervision/relay.h"
#include "supervision/state_check.h"
#include "support/node_scene.h"

enum { TURN_US = 10000, TEXT_SIZE = 65536 };

struct play {
    struct node_scene node;
    struct relay *relay;
    char address[160];
    char directory[64];
    struct supervisor_node nodes[2];
    struct supervisor *supervisor;
};

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static void open_supervisor(struct play *play, size_t node_count)
{
    struct supervisor_options options = {.directory = play->directory,
                                         .clock = &play->node.clock,
                                         .silence_ms = 2000,
                                         .nodes = play->nodes,
                                         .node_count = node_count};
    const char *error = NULL;
    play->supervisor = supervisor_open(&options, &error);
    if (play->supervisor == NULL) {
        fail_msg("%s", error);
    }
}

static int setup(void **state)
{
    struct play *play = calloc(1, sizeof *play);
    const char *error = NULL;
    assert_non_null(play);
    node_scene_create(&play->node);
    assert_true(node_scene_start(&play->node));
    struct relay_options options = {.directory = play->node.folder,
                                    .storage = fake_disk_storage(play->node.disk),
                                    .clock = &play->node.clock};
    relay_options_default(&options);
    play->relay = relay_open(&options, &error);
    assert_non_null(play->relay);
    (void)snprintf(play->address, sizeof play->address, "unix:%s/relay.socket", play->node.folder);
    assert_int_equal(relay_listen(play->relay, play->address, NULL), 0);
    (void)snprintf(play->directory, sizeof play->directory, "supervisor.XXXXXX");
    assert_non_null(mkdtemp(play->directory));
    play->nodes[0] = (struct supervisor_node){.name = "first", .address = play->address};
    play->nodes[1] = (struct supervisor_node){.name = "second", .address = "unix:nobody.socket"};
    *state = play;
    return 0;
}

static int teardown(void **state)
{
    struct play *play = *state;
    supervisor_close(play->supervisor);
    relay_close(play->relay);
    node_scene_destroy(&play->node);
    assert_int_equal(nftw(play->directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
    free(play);
    return 0;
}

static void spin(struct play *play, int turns)
{
    for (int i = 0; i < turns; i++) {
        play->node.monotonic_us += TURN_US;
        play->node.wall_us += TURN_US;
        assert_int_equal(node_scene_settle(&play->node), CORE_TURN_ON);
        assert_int_equal(relay_turn(play->relay, -1, 0), 0);
        supervisor_turn(play->supervisor, -1, 0);
    }
}

static char *text_of(const struct play *play, const char *name, char text[TEXT_SIZE])
{
    char path[160];
    (void)snprintf(path, sizeof path, "%s/%s", play->directory, name);
    FILE *file = fopen(path, "re");
    size_t size = file != NULL ? fread(text, 1, TEXT_SIZE - 1, file) : 0;
    text[size] = '\0';
    if (file != NULL) {
        (void)fclose(file);
    }
    return text;
}

static void expect_says(const char *text, const char *what)
{
    if (strstr(text, what) == NULL) {
        fail_msg("no %s in %s", what, text);
    }
}

/* ------------------------------------------------------------------ names */

static void nodes_have_names_that_are_folders(void **state)
{
    struct supervisor_node node;
    assert_true(supervisor_node_read("almaty=10.0.0.1:9000", &node));
    assert_string_equal(node.name, "almaty");
    assert_string_equal(node.address, "10.0.0.1:9000");
    assert_true(supervisor_node_read("10.0.0.1:9000", &node));
    assert_string_equal(node.name, "10.0.0.1_9000");
    assert_false(supervisor_node_read("../up=10.0.0.1:9000", &node));
    assert_false(supervisor_node_read("..=10.0.0.1:9000", &node));
    assert_false(supervisor_node_read("=10.0.0.1:9000", &node));
    assert_false(supervisor_node_read("name=", &node));
    assert_false(supervisor_node_read("", &node));
}

/* ------------------------------------------------------------------ several nodes */

static void a_node_that_is_silent_keeps_it_from_no_other(void **state)
{
    struct play *play = *state;
    static char text[TEXT_SIZE];
    open_supervisor(play, 2);
    spin(play, 300);
    assert_int_equal(replica_head(supervisor_replica(play->supervisor, 0))->number,
                     play->node.founded);
    assert_false(supervisor_has_finding(play->supervisor));
    (void)text_of(play, ALARM_BOOK_NAME, text);
    expect_says(text, "\"node\":\"second\",\"alarm\":\"silence\",\"raised\":true");
    assert_null(strstr(text, "first"));
    (void)text_of(play, ALARM_STATUS_NAME, text);
    expect_says(text, "\"name\":\"first\"");
    expect_says(text, "\"state\":\"following\"");
    expect_says(text, "\"state\":\"not connected\"");
}

static void a_copy_that_was_tampered_with_is_an_alarm_of_its_own(void **state)
{
    struct play *play = *state;
    static char text[TEXT_SIZE];
    char path[200];
    uint8_t byte;
    open_supervisor(play, 1);
    spin(play, 100);
    supervisor_close(play->supervisor);
    (void)snprintf(path, sizeof path, "%s/first/segment-00000000000000000001.journal",
                   play->directory);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pread(fd, &byte, 1, 300), 1);
    byte ^= 4;
    assert_int_equal(pwrite(fd, &byte, 1, 300), 1);
    (void)close(fd);
    open_supervisor(play, 2);
    spin(play, 300);
    assert_true(supervisor_has_finding(play->supervisor));
    assert_null(supervisor_replica(play->supervisor, 0));
    (void)text_of(play, ALARM_BOOK_NAME, text);
    expect_says(text, "\"node\":\"first\",\"alarm\":\"finding\",\"raised\":true,\"kind\":\"own\"");
    expect_says(text, "\"node\":\"second\"");
}

/* A listener that does not go on before another node's has come as far. */
struct meeting {
    pthread_barrier_t *barrier;
    bool has_met;
};

static void meet(void *context, const struct engine *engine, const struct command_header *command,
                 const uint8_t *events, size_t size)
{
    struct meeting *meeting = context;

    (void)engine;
    (void)command;
    (void)events;
    (void)size;
    if (!meeting->has_met) {
        meeting->has_met = true;
        (void)pthread_barrier_wait(meeting->barrier);
    }
}

static void copies_are_opened_at_the_same_time(void **state)
{
    struct play *play = *state;
    pthread_barrier_t barrier;
    struct meeting meetings[2] = {{&barrier, false}, {&barrier, false}};
    struct replica_listener listeners[2];
    struct link_client client;
    struct link_notice welcome;

    play->nodes[1].address = play->address; /* one node, copied twice */
    open_supervisor(play, 2);
    node_client_open(&play->node, &client, &welcome);
    for (int64_t i = 0; i < 5; i++) { /* batches behind the first: the last one is not performed */
        const struct command_order_place order = node_order(NODE_ALICE, SIDE_BUY, 90 + i, 1);

        node_client_send(&client, &order.header);
        spin(play, 20);
    }
    spin(play, 100);
    link_client_destroy(&client);
    uint64_t number = replica_shown(supervisor_replica(play->supervisor, 0))->number;
    assert_int_equal(number, play->node.founded + 5);
    supervisor_close(play->supervisor);
    play->supervisor = NULL;
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
    for (size_t i = 0; i < 2; i++) {
        listeners[i] = (struct replica_listener){.context = &meetings[i], .on_command = meet};
        play->nodes[i].listeners = &listeners[i];
        play->nodes[i].listener_count = 1;
    }
    alarm(20); /* one after the other they would wait for ever */
    open_supervisor(play, 2);
    alarm(0);
    for (size_t i = 0; i < 2; i++) {
        assert_true(meetings[i].has_met);
        assert_int_equal(replica_shown(supervisor_replica(play->supervisor, i))->number, number);
    }
    spin(play, 100);
    assert_false(supervisor_has_finding(play->supervisor));
    supervisor_close(play->supervisor);
    play->supervisor = NULL;
    assert_int_equal(pthread_barrier_destroy(&barrier), 0);
}

/* ------------------------------------------------------------------ the state */

static void expect_answer(struct state_check *check, int expected, struct replica_finding *finding)
{
    int answer = 0;
    while (answer == 0) { /* a child ends, sooner or later; ctest bounds it */
        answer = state_check_poll(check, finding);
    }
    assert_int_equal(answer, expected);
    assert_int_equal(check->task.child, 0);
}

static void a_state_that_the_commands_do_not_lead_to_is_found(void **state)
{
    struct play *play = *state;
    struct state_check check = {0};
    struct replica_finding finding;
    struct state_digest digest;
    struct follow_state said;
    char copy[100];
    size_t size;
    open_supervisor(play, 1);
    spin(play, 100);
    const struct replica *replica = supervisor_replica(play->supervisor, 0);
    uint64_t number = replica_head(replica)->number;
    const void *block = tarazy_engine_block(replica_engine(replica), &size);
    state_digest_create(&digest);
    state_digest_compute(&digest, block, size, &said.state);
    state_digest_destroy(&digest);
    said.chain = replica_head(replica)->chain;
    (void)snprintf(copy, sizeof copy, "%s/first", play->directory);

    said.state.bytes[7] ^= 1;
    assert_true(state_check_begin(&check, copy, number, &said));
    assert_false(state_check_begin(&check, copy, number, &said)); /* one at a time */
    expect_answer(&check, -1, &finding);
    assert_int_equal(finding.kind, REPLICA_KIND_STATE);
    assert_int_equal(finding.number, number);
    said.state.bytes[7] ^= 1;

    said.chain.bytes[0] ^= 1;
    assert_true(state_check_begin(&check, copy, number, &said));
    expect_answer(&check, -1, &finding);
    assert_int_equal(finding.kind, REPLICA_KIND_HISTORY);
    said.chain.bytes[0] ^= 1;

    assert_true(state_check_begin(&check, copy, number, &said));
    expect_answer(&check, 1, &finding);
    assert_false(state_check_begin(&check, copy, number, &said)); /* it is known already */
}

/* A replica of which only the state is wrong: what the node says of it is another one's. */
static void a_wrong_snapshot_of_the_node_is_an_alarm(void **state)
{
    struct play *play = *state;
    struct journal_error error;
    static char text[TEXT_SIZE];
    const struct snapshot_source source = {.engine = play->node.recovered.engine,
                                           .head = *log_head(play->node.recovered.log),
                                           .events = play->node.recovered.events,
                                           .limits = play->node.recovered.limits};
    struct snapshot_header header;
    struct sha256 *sha = sha256_create();
    size_t size;
    open_supervisor(play, 1);
    spin(play, 50);
    assert_true(snapshot_write(fake_disk_storage(play->node.disk), play->node.recovered.folder,
                               &source, &error));
    char name[64];
    (void)snprintf(name, sizeof name, "snapshot-%020llu.state",
                   (unsigned long long)source.head.number);
    uint8_t *bytes = fake_disk_bytes(play->node.disk, name, &size);
    memcpy(&header, bytes, sizeof header);
    header.state.bytes[3] ^= 1;
    snapshot_header_seal(&header, sha);
    sha256_destroy(sha);
    memcpy(bytes, &header, sizeof header);
    for (int i = 0; i < 20000 && !supervisor_has_finding(play->supervisor); i++) {
        spin(play, 1);
    }
    assert_true(supervisor_has_finding(play->supervisor));
    (void)text_of(play, ALARM_BOOK_NAME, text);
    expect_says(text, "\"kind\":\"state\"");
    char copy[100];
    (void)snprintf(copy, sizeof copy, "%s/first", play->directory);
    assert_int_equal(alarm_evidence_count(copy), 1);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_have_names_that_are_folders),
        STORY(a_node_that_is_silent_keeps_it_from_no_other),
        STORY(a_copy_that_was_tampered_with_is_an_alarm_of_its_own),
        STORY(copies_are_opened_at_the_same_time),
        STORY(a_state_that_the_commands_do_not_lead_to_is_found),
        STORY(a_wrong_snapshot_of_the_node_is_an_alarm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
