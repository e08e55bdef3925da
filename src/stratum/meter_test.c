/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole meter in one process: a real loop and real sockets, a disk that fails and loses power, a pool made of lines.
 */
#include "stratum/meter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "stratum/stratum_write.h"
#include "support/fake_disk.h"

enum { LINE_MAX_SIZE = 8192, TURNS_MAX = 2000 };

struct world {
    struct event_loop *loop;
    struct fake_disk *disk;
    struct interval *interval;
    struct seen_shares *seen;
    struct register_names *names;
    struct interval_options around;
    struct meter_options options;
    struct meter *meter;
    char folder[32];
    int door; /* the pool's */
    struct line_end {
        int fd;
        char bytes[LINE_MAX_SIZE];
        size_t size;
        char line[LINE_MAX_SIZE];
    } pool, miners[2];
    int failure;
    int64_t wall_us;
};

static void has_failed(void *context, int error)
{
    ((struct world *)context)->failure = error;
}

static void has_readings(void *context)
{
    (void)context;
}

static int listen_here(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

/* Turns of the meter until a line has come, or so many turns of 5 ms have brought none (NULL). */
static const char *next_line(struct world *world, struct line_end *end, int turns)
{
    for (int turn = 0; turn < turns; turn++) {
        char *newline = memchr(end->bytes, '\n', end->size);

        if (newline != NULL) {
            size_t size = (size_t)(newline - end->bytes);

            memcpy(end->line, end->bytes, size);
            end->line[size] = '\0';
            end->size -= size + 1;
            memmove(end->bytes, newline + 1, end->size);
            return end->line;
        }
        assert_true(event_loop_run_once(world->loop, 5) >= 0);
        ssize_t got =
            recv(end->fd, end->bytes + end->size, sizeof end->bytes - end->size, MSG_DONTWAIT);
        end->size += got > 0 ? (size_t)got : 0;
    }
    return NULL;
}

static void say(struct line_end *end, const char *text)
{
    assert_int_equal(send(end->fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* The line that answers the request of this number. */
static const char *answer(struct world *world, struct line_end *end, int id)
{
    char start[32];
    const char *line;

    snprintf(start, sizeof start, "{\"id\":%d,\"result\"", id);
    do {
        line = next_line(world, end, TURNS_MAX);
        assert_non_null(line);
    } while (strncmp(line, start, strlen(start)) != 0);
    return line;
}

static void pool_welcomes(struct world *world)
{
    static char text[LINE_MAX_SIZE];
    static const uint8_t coinbase[64] = {1};
    const struct line_buffer out = {text, sizeof text};
    const struct stratum_extranonce extranonce = {{9, 8, 7, 6}, 4, 4};
    struct stratum_job job = {.coinbase1 = coinbase,
                              .coinbase1_size = 32,
                              .coinbase2 = coinbase + 32,
                              .coinbase2_size = 32,
                              .bits = 0x1703ffffu,
                              .time = 1700000000};

    assert_true(event_loop_run_once(world->loop, 1000) >= 0);
    world->pool.fd = accept(world->door, NULL, NULL);
    assert_true(world->pool.fd >= 0);
    const char *line = next_line(world, &world->pool, TURNS_MAX);
    assert_non_null(strstr(line, "mining.configure"));
    line = next_line(world, &world->pool, TURNS_MAX);
    assert_non_null(strstr(line, "mining.subscribe"));
    text[write_subscribed(out, slice_of_text("2"), "s", &extranonce)] = '\0';
    say(&world->pool, text);
    text[write_set_difficulty(out, (struct difficulty){.mantissa = 1000000000})] = '\0';
    say(&world->pool, text);
    text[write_notify(out, "b", &job, true)] = '\0';
    say(&world->pool, text);
}

static void world_open(struct world *world)
{
    static const char accounts[] =
        "almaty miner=7 "
        "password=2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b\n"; /* secret */
    uint16_t port;
    char what[LOG_NAME_SIZE];
    const char *about;
    size_t line;

    *world = (struct world){.folder = "meter-test-XXXXXX", .disk = fake_disk_create()};
    assert_non_null(mkdtemp(world->folder));
    assert_int_equal(event_loop_create(&world->loop, NULL), 0);
    world->door = listen_here(&port);
    world->seen = seen_shares_create(1000);
    world->names = register_names_read(accounts, strlen(accounts), 0, &line);
    world->around = (struct interval_options){.storage = fake_disk_storage(world->disk),
                                              .clock = clock_source_system(),
                                              .directory = "meter",
                                              .seen = world->seen};
    assert_int_equal(interval_open(&world->around, &world->interval, what), 0);
    world->options = (struct meter_options){
        .loop = world->loop,
        .interval = world->interval,
        .seen = world->seen,
        .names = world->names,
        .directory = world->folder,
        .listen = "127.0.0.1:0",
        .pool_count = 1,
        .miners_max = 8,
        .silence_s = 3600,
        .shares_per_minute = 12,
        .difficulty_start = {.mantissa = 1, .decimals = 12}, /* any hash will do */
        .difficulty_min = {.mantissa = 1, .decimals = 12},
        .difficulty_max = {.mantissa = 1, .decimals = 12},
        .on_failure = has_failed,
        .on_readings = has_readings,
        .context = world,
    };
    snprintf(world->options.pools[0].address, METER_TEXT_MAX, "127.0.0.1:%u", port);
    memcpy(world->options.pools[0].user, "pool", 5);
    assert_int_equal(meter_create(&world->options, &world->meter, &about), 0);
    pool_welcomes(world);
}

static struct line_end *come_in(struct world *world, int place)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons(meter_port(world->meter))};
    struct line_end *miner = &world->miners[place];

    *miner = (struct line_end){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_int_equal(connect(miner->fd, (struct sockaddr *)&address, sizeof address), 0);
    return miner;
}

static void world_close(struct world *world)
{
    char path[64];
    static const char *const files[] = {"session.key", "pool.session"};

    meter_destroy(world->meter);
    interval_destroy(world->interval);
    seen_shares_destroy(world->seen);
    register_names_destroy(world->names);
    event_loop_destroy(world->loop);
    fake_disk_destroy(world->disk);
    for (int i = 0; i < 2; i++) {
        if (world->miners[i].fd > 0) {
            close(world->miners[i].fd);
        }
        snprintf(path, sizeof path, "%s/%s", world->folder, files[i]);
        (void)unlink(path);
    }
    close(world->pool.fd);
    close(world->door);
    (void)rmdir(world->folder);
}

/* Subscribes; *session and *extranonce1 as they were given; *job: the name of the job that came. */
static void subscribe(struct world *world, struct line_end *miner, const char *wanted,
                      char extranonce1[32], char session[STRATUM_SESSION_MAX + 1])
{
    char text[256];
    struct stratum_line line;
    struct stratum_extranonce given;

    snprintf(text, sizeof text,
             "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"t\",\"%s\"]}\n", wanted);
    say(miner, text);
    const char *said = answer(world, miner, 1);
    assert_int_equal(stratum_line_read(slice_of_text(said), &line), LINE_FAULT_NONE);
    assert_int_equal(stratum_read_subscribed(line.result, &given, session), LINE_FAULT_NONE);
    assert_int_equal(given.extranonce1_size, 6);
    assert_int_equal(given.extranonce2_size, 2);
    snprintf(extranonce1, 32, "%02x%02x", given.extranonce1[4], given.extranonce1[5]);
}

static void job_name(struct world *world, struct line_end *miner, char out[32])
{
    static const char mark[] = "\"mining.notify\",\"params\":[\"";
    const char *at = NULL;

    while (at == NULL) {
        const char *line = next_line(world, miner, TURNS_MAX);

        assert_non_null(line);
        at = strstr(line, mark);
    }
    at += sizeof mark - 1;
    snprintf(out, 32, "%.*s", (int)strcspn(at, "\""), at);
}

static void send_share(struct line_end *miner, const char *worker, const char *job, int number)
{
    char text[256];

    snprintf(
        text, sizeof text,
        "{\"id\":%d,\"method\":\"mining.submit\",\"params\":[\"%s\",\"%s\",\"0000\",\"6553f100\","
        "\"%08x\"]}\n",
        number, worker, job, (unsigned)number);
    say(miner, text);
}

/* A miner who may send shares. */
static struct line_end *working_miner(struct world *world, char job[32])
{
    struct line_end *miner = come_in(world, 0);
    char extranonce1[32];
    char session[STRATUM_SESSION_MAX + 1];

    subscribe(world, miner, "", extranonce1, session);
    job_name(world, miner, job);
    say(miner, "{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"a.1\",\"x\"]}\n");
    assert_non_null(strstr(answer(world, miner, 2), "\"result\":true"));
    return miner;
}

static uint64_t counted_after_power_loss(struct world *world)
{
    struct interval *interval = NULL;
    struct reading reading;
    char what[LOG_NAME_SIZE];
    char name[LOG_NAME_SIZE];
    char *text = NULL;
    size_t size = 0;
    uint64_t counted = 0;
    struct random_stream random = {1};

    meter_destroy(world->meter);
    interval_destroy(world->interval);
    world->meter = NULL;
    world->interval = NULL;
    fake_disk_restart(world->disk, FAKE_LOSS_ALL, &random);
    struct interval_options again = world->around;
    again.seen = NULL;
    assert_int_equal(interval_open(&again, &interval, what), 0);
    int folder = again.storage->open_folder(again.storage->context, "meter", false);
    if (spool_next(again.storage, folder, name, &text, &size) == 1 && size > 0) {
        assert_true(reading_read(slice_of(text, strcspn(text, "\n")), &reading));
        counted = reading.accepted;
    }
    free(text);
    interval_destroy(interval);
    return counted;
}

static void what_was_answered_outlives_the_power(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    char job[32];

    world_open(world);
    struct line_end *miner = working_miner(world, job);
    for (int i = 10; i < 20; i++) {
        send_share(miner, "a.1", job, i);
        assert_non_null(strstr(answer(world, miner, i), "\"result\":true"));
    }
    send_share(miner, "a.1", job, 19);
    assert_non_null(strstr(answer(world, miner, 19), "[22,\"Duplicate\",null]"));
    fake_disk_plan(world->disk, FAKE_FAILURE_POWER, 1, EIO);
    assert_int_equal(counted_after_power_loss(world), 10);
    world_close(world);
    free(world);
}

static void after_a_failed_sync_nobody_is_told_anything(void **state)
{
    for (uint64_t call = 1; call <= 2; call++) { /* the write, the sync */
        struct world *world = calloc(1, sizeof *world);
        char job[32];

        world_open(world);
        struct line_end *miner = working_miner(world, job);
        fake_disk_plan(world->disk, FAKE_FAILURE_ONCE, call, EIO);
        send_share(miner, "a.1", job, 10);
        const char *line = next_line(world, miner, 50);
        assert_null(line);
        assert_int_equal(world->failure, -EIO);
        send_share(miner, "a.1", job, 11); /* nor later */
        line = next_line(world, miner, 50);
        assert_true(line == NULL || strstr(line, "\"result\":true") == NULL);
        world_close(world);
        free(world);
    }
}

static void a_share_counts_only_under_a_name_of_this_connection(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    char job[32];

    world_open(world);
    struct line_end *miner = working_miner(world, job);
    send_share(miner, "b.1", job, 10);
    assert_non_null(strstr(answer(world, miner, 10), "[24,\"Worker mismatch\",null]"));
    say(miner, "{\"id\":3,\"method\":\"mining.authorize\",\"params\":[\"almaty.1\",\"wrong\"]}\n");
    assert_non_null(strstr(answer(world, miner, 3), "[24,\"Unauthorized worker\",null]"));
    send_share(miner, "almaty.1", job, 11);
    assert_non_null(strstr(answer(world, miner, 11), "[24,\"Worker mismatch\",null]"));
    say(miner, "{\"id\":4,\"method\":\"mining.authorize\",\"params\":[\"almaty.1\",\"secret\"]}\n");
    assert_non_null(strstr(answer(world, miner, 4), "\"result\":true"));
    send_share(miner, "almaty.1", job, 12);
    assert_non_null(strstr(answer(world, miner, 12), "\"result\":true"));
    send_share(miner, "a.1", "ffff", 13);
    assert_non_null(strstr(answer(world, miner, 13), "[21,\"Invalid JobID\",null]"));
    world_close(world);
    free(world);
}

static void a_session_is_resumed_by_its_owner_and_by_nobody_twice(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    char first[32];
    char second[32];
    char session[STRATUM_SESSION_MAX + 1];
    char other[STRATUM_SESSION_MAX + 1];

    world_open(world);
    subscribe(world, come_in(world, 0), "", first, session);
    subscribe(world, come_in(world, 1), session, second, other); /* it is in use */
    assert_string_not_equal(first, second);
    close(world->miners[0].fd);
    close(world->miners[1].fd);
    for (int i = 0; i < 10; i++) { /* the meter sees that they are gone */
        assert_true(event_loop_run_once(world->loop, 5) >= 0);
    }
    subscribe(world, come_in(world, 0), session, second, other);
    assert_string_equal(first, second);
    /* the same number under a code of one's own making */
    close(world->miners[0].fd);
    for (int i = 0; i < 10; i++) {
        assert_true(event_loop_run_once(world->loop, 5) >= 0);
    }
    session[31] = session[31] == '0' ? '1' : '0';
    subscribe(world, come_in(world, 1), session, second, other);
    assert_string_not_equal(first, second);
    world->miners[0].fd = 0;
    world_close(world);
    free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_answered_outlives_the_power),
        cmocka_unit_test(after_a_failed_sync_nobody_is_told_anything),
        cmocka_unit_test(a_share_counts_only_under_a_name_of_this_connection),
        cmocka_unit_test(a_session_is_resumed_by_its_owner_and_by_nobody_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
