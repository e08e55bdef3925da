/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference miner: one thread, real double SHA-256, any Stratum V1 server. It comes again with its session when the connection
 * is lost, and says on standard output what it sent and what it was answered, a JSON line each.
 *
 *     miner HOST:PORT WORKER PASSWORD SHARES [roll] [replay]
 *
 * Ends with 0 after so many accepted shares. roll: asks for version rolling and rolls. replay: sends each share twice.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "codec/hex_text.h"
#include "stratum/share.h"
#include "stratum/socket_address.h"
#include "stratum/stratum_write.h"

enum { HASHES_AT_ONCE = 20000, WAIT_MS = 200, SUBMIT_FIRST = 100, PENDING_MAX = 4096 };

struct mining {
    const char *address;
    const char *worker;
    const char *password;
    bool rolls;
    bool replays;
    int fd;
    char input[STRATUM_POOL_LINE_MAX];
    size_t input_size;
    char line[4096];
    char session[STRATUM_SESSION_MAX + 1];
    struct stratum_extranonce extranonce;
    struct target target;
    struct target next_target; /* set_difficulty holds from the next job on */
    struct stratum_job job;
    uint8_t parts[STRATUM_COINBASE_MAX];
    bool has_job;
    uint32_t mask;
    uint64_t counter; /* extranonce2 */
    uint64_t last_id;
    long accepted;
    long wanted;
    struct sha256 *sha;
};

static void send_line(struct mining *mining, size_t size)
{
    for (size_t done = 0; done < size && mining->fd >= 0;) {
        ssize_t written = send(mining->fd, mining->line + done, size - done, MSG_NOSIGNAL);

        if (written <= 0) {
            return;
        }
        done += (size_t)written;
    }
}

static struct line_buffer out(struct mining *mining)
{
    return (struct line_buffer){mining->line, sizeof mining->line};
}

static void miner_pause(void)
{
    const struct timespec pause = {.tv_nsec = (long)WAIT_MS * 1000000};

    (void)nanosleep(&pause, NULL);
}

/* Tries until somebody is there. */
static void come_in(struct mining *mining)
{
    struct sockaddr_storage address;
    socklen_t size = socket_address_read(mining->address, &address);

    mining->input_size = 0;
    mining->has_job = false;
    for (mining->fd = -1; mining->fd < 0;) {
        mining->fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(mining->fd, (struct sockaddr *)&address, size) != 0) {
            (void)close(mining->fd);
            mining->fd = -1;
            miner_pause();
        }
    }
    if (mining->rolls) {
        send_line(mining, write_configure(out(mining), 3, SHARE_VERSION_MASK));
    }
    send_line(mining, write_subscribe(out(mining), 1, "tarazy-miner/1", mining->session));
    send_line(mining, write_authorize(out(mining), 2, mining->worker, mining->password));
    printf("{\"event\":\"connected\"}\n");
}

static void take_answer(struct mining *mining, const struct stratum_line *line)
{
    uint64_t id = 0;

    (void)stratum_line_own_id(line, &id);
    if (id == 1) {
        if (stratum_read_subscribed(line->result, &mining->extranonce, mining->session) ==
            LINE_FAULT_NONE) {
            char digits[2 * STRATUM_EXTRANONCE_MAX + 1] = {0};

            hex_encode(mining->extranonce.extranonce1, mining->extranonce.extranonce1_size, digits);
            printf("{\"event\":\"subscribed\",\"extranonce1\":\"%s\",\"session\":\"%s\"}\n", digits,
                   mining->session);
        }
    } else if (id == 2) {
        printf("{\"event\":\"authorized\",\"good\":%s}\n",
               stratum_line_is_yes(line) ? "true" : "false");
    } else if (id == 3) {
        mining->mask = stratum_read_configured(line->result);
    } else if (id >= SUBMIT_FIRST) {
        bool is_yes = stratum_line_is_yes(line);

        mining->accepted += is_yes ? 1 : 0;
        printf("{\"event\":\"answer\",\"id\":%llu,\"good\":%s,\"error\":%.*s}\n",
               (unsigned long long)id, is_yes ? "true" : "false",
               line->error.type == JSON_TYPE_ARRAY ? (int)line->error.raw.size : 4,
               line->error.type == JSON_TYPE_ARRAY ? line->error.raw.data : "null");
    }
}

static void take_news(struct mining *mining, const struct stratum_line *line)
{
    struct stratum_job job;
    struct difficulty difficulty;

    if (line->method == STRATUM_METHOD_NOTIFY) {
        if (stratum_read_notify(line->params, mining->parts, &job) == LINE_FAULT_NONE) {
            mining->job = job;
            mining->has_job = true;
            mining->target = mining->next_target;
        }
    } else if (line->method == STRATUM_METHOD_SET_DIFFICULTY) {
        if (stratum_read_set_difficulty(line->params, &difficulty) == LINE_FAULT_NONE) {
            mining->next_target = target_of_difficulty(difficulty);
        }
    } else if (line->method == STRATUM_METHOD_SET_EXTRANONCE) {
        (void)stratum_read_set_extranonce(line->params, &mining->extranonce);
    } else if (line->method == STRATUM_METHOD_GET_VERSION) {
        send_line(mining, write_version(out(mining), line->id, "tarazy-miner/1"));
    }
}

static void take_lines(struct mining *mining)
{
    char *begin = mining->input;
    char *input_end = mining->input + mining->input_size;

    for (;;) {
        char *end = memchr(begin, '\n', (size_t)(input_end - begin));
        struct stratum_line line;

        if (end == NULL) {
            break;
        }
        if (stratum_line_read(slice_of(begin, (size_t)(end - begin)), &line) == LINE_FAULT_NONE) {
            if (line.is_answer) {
                take_answer(mining, &line);
            } else {
                take_news(mining, &line);
            }
        }
        begin = end + 1;
    }
    mining->input_size = (size_t)(input_end - begin);
    memmove(mining->input, begin, mining->input_size);
}

/* What the server says, waiting for it only when there is nothing else to do. */
static void listen_to_server(struct mining *mining, int wait_ms)
{
    struct pollfd poller = {.fd = mining->fd, .events = POLLIN};

    while (poll(&poller, 1, wait_ms) > 0) {
        ssize_t got = recv(mining->fd, mining->input + mining->input_size,
                           sizeof mining->input - mining->input_size, 0);

        if (got <= 0) {
            printf("{\"event\":\"lost\"}\n");
            (void)close(mining->fd);
            come_in(mining);
            return;
        }
        mining->input_size += (size_t)got;
        take_lines(mining);
        wait_ms = 0;
    }
}

static void hand_in(struct mining *mining, const struct job_solution *solution, uint32_t bits)
{
    const struct pool_share share = {
        .worker = mining->worker,
        .job = mining->job.id,
        .extranonce2 = solution->extranonce2,
        .extranonce2_size = solution->extranonce2_size,
        .time = solution->time,
        .nonce = solution->nonce,
        .version_bits = bits,
        .has_version_bits = mining->mask != 0,
    };

    for (int i = 0; i < (mining->replays ? 2 : 1); i++) {
        uint64_t id = SUBMIT_FIRST + mining->last_id++;

        printf("{\"event\":\"share\",\"id\":%llu}\n", (unsigned long long)id);
        send_line(mining, write_submit(out(mining), id, &share));
    }
}

static void hash_for_a_while(struct mining *mining)
{
    uint8_t extranonce2[STRATUM_EXTRANONCE_MAX] = {0};
    uint32_t bits = mining->mask != 0 ? (uint32_t)(mining->counter << 13) & mining->mask : 0;
    struct job_solution solution = {
        .extranonce1 = mining->extranonce.extranonce1,
        .extranonce1_size = mining->extranonce.extranonce1_size,
        .extranonce2 = extranonce2,
        .extranonce2_size = mining->extranonce.extranonce2_size,
        .version = (mining->job.version & ~mining->mask) | bits,
        .time = mining->job.time,
    };
    struct header header;

    mining->counter++;
    for (size_t i = 0; i < solution.extranonce2_size && i < 8; i++) {
        extranonce2[i] = (uint8_t)(mining->counter >> (8 * i));
    }
    job_header(mining->sha, &mining->job, &solution, &header);
    for (solution.nonce = 0; solution.nonce < HASHES_AT_ONCE; solution.nonce++) {
        for (unsigned i = 0; i < 4; i++) {
            header.bytes[76 + i] = (uint8_t)(solution.nonce >> (8 * i));
        }
        hash_twice(mining->sha, &(struct byte_part){header.bytes, HEADER_SIZE}, 1, &header.hash);
        if (target_is_met(&mining->target, &header.hash)) {
            hand_in(mining, &solution, bits);
        }
    }
}

int main(int argc, char **argv)
{
    static struct mining mining;

    if (argc < 5) {
        fprintf(stderr, "usage: miner HOST:PORT WORKER PASSWORD SHARES [roll] [replay]\n");
        return 2;
    }
    mining.address = argv[1];
    mining.worker = argv[2];
    mining.password = argv[3];
    mining.wanted = strtol(argv[4], NULL, 10);
    for (int i = 5; i < argc; i++) {
        mining.rolls |= strcmp(argv[i], "roll") == 0;
        mining.replays |= strcmp(argv[i], "replay") == 0;
    }
    mining.sha = sha256_create();
    mining.next_target = target_of_difficulty((struct difficulty){.mantissa = 1});
    mining.counter = (uint64_t)getpid() << 20;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    come_in(&mining);
    while (mining.accepted < mining.wanted) {
        listen_to_server(&mining, mining.has_job ? 0 : WAIT_MS);
        if (mining.has_job) {
            hash_for_a_while(&mining);
        }
    }
    sha256_destroy(mining.sha);
    return 0;
}
