/* SPDX-License-Identifier: Apache-2.0
 *
 * Sending readings. A file of its own because a request may take seconds, and the loop has none to give. Invariants: a file of the
 * spool is renamed only after the node has acknowledged every line of it; lines go in the order of their numbers, so that a
 * gap cannot arise; what the node knows already counts as acknowledged. Read next: reading.c.
 */
#include "stratum/sender.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/ensure.h"
#include "codec/decimal_text.h"
#include "codec/hex_text.h"
#include "platform/log_line.h"
#include "tarazy/result.h"

enum { WAIT_FIRST_S = 1, WAIT_MAX_S = 60, NAME_SENT_MAX = 32 };

/* How the node's gateway numbers refusals that are the engine's own. */
enum { OWN_REFUSALS = -9000 };

struct sender {
    struct venue_client *client;
    int folder;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock;
    pthread_cond_t news;
    bool must_stop; /* under the lock */
    bool is_woken;
    int64_t refused; /* the last refusal's number, so that it is said once */
};

void sender_parameters(const struct reading *reading, struct venue_parameters *parameters)
{
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {
        {"miner", reading->miner},
        {"pool", reading->pool},
        {"site", reading->site},
        {"sequence", reading->sequence},
        {"begin", (uint64_t)reading->begin_us},
        {"end", (uint64_t)reading->end_us},
        {"accepted", reading->accepted},
        {"rejected", reading->rejected},
        {"stale", reading->stale},
        {"effectiveMilli", reading->effective_milli},
    };
    char text[80];

    venue_parameters_begin(parameters);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        (void)snprintf(text, sizeof text, "%" PRIu64, numbers[i].value);
        venue_parameters_add(parameters, numbers[i].name, text);
    }
    size_t size = decimal_text_format((__int128)reading->work, 0, text, sizeof text - 1);
    text[size] = '\0';
    venue_parameters_add(parameters, "work", text);
    hex_encode(reading->log.bytes, 32, text);
    text[64] = '\0';
    venue_parameters_add(parameters, "log", text);
    if (reading->miner == 0) {
        (void)snprintf(text, sizeof text, "%.*s", NAME_SENT_MAX, reading->account);
        venue_parameters_add(parameters, "name", text);
    }
}

enum sender_verdict sender_judge(const struct http_answer *answer)
{
    struct venue_refusal refusal;

    if (venue_answer_is_ok(answer, &refusal)) {
        return SENDER_VERDICT_TAKEN;
    }
    return refusal.code == OWN_REFUSALS - (int64_t)RESULT_READING_REPEATED ? SENDER_VERDICT_TAKEN
                                                                           : SENDER_VERDICT_LATER;
}

static bool send_one(struct sender *sender, const struct reading *reading)
{
    struct venue_parameters parameters;
    struct venue_refusal refusal = {0};
    struct log_line line;

    sender_parameters(reading, &parameters);
    struct http_answer answer = venue_client_signed(
        sender->client, "POST", "/tarazy/v1/mining/reading/shares", &parameters);
    if (sender_judge(&answer) == SENDER_VERDICT_TAKEN) {
        sender->refused = 0;
        return true;
    }
    (void)venue_answer_is_ok(&answer, &refusal);
    if (sender->refused != refusal.code + 1) {
        log_line_begin(&line, LOG_LEVEL_ERROR, "reading_not_taken");
        log_line_unsigned(&line, "sequence", reading->sequence);
        log_line_number(&line, "code", refusal.code);
        log_line_text(&line, "why", refusal.text);
        log_line_end(&line);
    }
    sender->refused = refusal.code + 1;
    return false;
}

static bool is_stopping(struct sender *sender)
{
    ENSURE(pthread_mutex_lock(&sender->lock) == 0);
    bool must_stop = sender->must_stop;
    ENSURE(pthread_mutex_unlock(&sender->lock) == 0);
    return must_stop;
}

static bool send_lines(struct sender *sender, const char *name, struct slice text)
{
    while (text.size > 0 && !is_stopping(sender)) {
        const char *end = memchr(text.data, '\n', text.size);
        size_t size = end == NULL ? text.size : (size_t)(end - text.data);
        struct reading reading;

        if (end == NULL || !reading_read(slice_of(text.data, size), &reading)) {
            log_event(LOG_LEVEL_ERROR, "spool_damaged", "file", name);
            return false;
        }
        if (!send_one(sender, &reading)) {
            return false;
        }
        text = slice_of(end + 1, text.size - size - 1);
    }
    return text.size == 0;
}

/* One file of the spool. True: it is done, look for the next. */
static bool send_file(struct sender *sender)
{
    const struct storage *storage = storage_system();
    char name[LOG_NAME_SIZE];
    char *text = NULL;
    size_t size = 0;

    if (spool_next(storage, sender->folder, name, &text, &size) != 1) {
        return false;
    }
    bool is_done = send_lines(sender, name, slice_of(text, size));
    free(text);
    if (is_done && spool_done(storage, sender->folder, name) != 0) {
        log_event(LOG_LEVEL_ERROR, "spool_not_renamed", "file", name);
        is_done = false;
    }
    return is_done;
}

static void wait_for_news(struct sender *sender, int seconds)
{
    struct timespec until;

    ENSURE(pthread_mutex_lock(&sender->lock) == 0);
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds;
    if (!sender->must_stop && !sender->is_woken) {
        (void)pthread_cond_timedwait(&sender->news, &sender->lock, &until);
    }
    sender->is_woken = false;
    ENSURE(pthread_mutex_unlock(&sender->lock) == 0);
}

static void *run(void *context)
{
    struct sender *sender = context;
    int wait = WAIT_FIRST_S;

    while (!is_stopping(sender)) {
        if (send_file(sender)) {
            wait = WAIT_FIRST_S;
            continue;
        }
        wait_for_news(sender, wait);
        wait = wait < WAIT_MAX_S / 2 ? 2 * wait : WAIT_MAX_S;
    }
    return NULL;
}

struct sender *sender_create(const struct sender_options *options)
{
    const struct storage *storage = storage_system();
    struct sender *sender = calloc(1, sizeof *sender);

    ENSURE(sender != NULL);
    ENSURE(pthread_mutex_init(&sender->lock, NULL) == 0 &&
           pthread_cond_init(&sender->news, NULL) == 0);
    sender->client = venue_client_create(options->url, options->key);
    sender->folder = storage->open_folder(storage->context, options->directory, false);
    sender->has_thread = sender->client != NULL && sender->folder >= 0 &&
                         pthread_create(&sender->thread, NULL, run, sender) == 0;
    if (!sender->has_thread) {
        sender_destroy(sender);
        return NULL;
    }
    return sender;
}

void sender_wake(struct sender *sender)
{
    ENSURE(pthread_mutex_lock(&sender->lock) == 0);
    sender->is_woken = true;
    ENSURE(pthread_cond_signal(&sender->news) == 0);
    ENSURE(pthread_mutex_unlock(&sender->lock) == 0);
}

void sender_destroy(struct sender *sender)
{
    if (sender == NULL) {
        return;
    }
    if (sender->has_thread) {
        ENSURE(pthread_mutex_lock(&sender->lock) == 0);
        sender->must_stop = true;
        ENSURE(pthread_cond_signal(&sender->news) == 0);
        ENSURE(pthread_mutex_unlock(&sender->lock) == 0);
        (void)pthread_join(sender->thread, NULL);
    }
    if (sender->folder >= 0) {
        const struct storage *storage = storage_system();

        (void)storage->close(storage->context, sender->folder);
    }
    venue_client_destroy(sender->client);
    (void)pthread_cond_destroy(&sender->news);
    (void)pthread_mutex_destroy(&sender->lock);
    free(sender);
}
