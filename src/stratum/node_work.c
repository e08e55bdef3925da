/* SPDX-License-Identifier: Apache-2.0
 *
 * The thread that talks to a Bitcoin node. A file of its own because a node that is slow, gone or starting again must cost the miners
 * nothing: the loop never waits for it. Invariants: a found block is on the disk before it is sent, and stays there under
 * its name until the node has said what it thinks of it; templates pass between the threads whole, under the lock.
 * Read next: block_template.c, meter.c.
 */
#include "stratum/node_work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/ensure.h"
#include "client/http_client.h"
#include "codec/json_reader.h"
#include "platform/log_line.h"
#include "platform/replaced_file.h"

enum { POLL_MS = 500, NAME_MAX_SIZE = 96, HASH_TEXT_SIZE = 65, ANSWER_DEPTH = 12 };

struct node_work {
    struct node_work_options options;
    char url[512];
    char directory[512];
    struct http_client *http;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t news;
    bool has_thread;
    bool must_stop;  /* under the lock, as are the next two */
    bool has_blocks; /* files to be handed in */
    struct block_template *fresh;
    struct event_wakeup wakeup;
    struct event_loop *loop;
    void (*on_news)(void *context);
    void *context;
    char best[HASH_TEXT_SIZE]; /* the thread's own from here on */
    int64_t asked_ms;
    bool is_away;
};

static int64_t now_ms(void)
{
    return clock_monotonic_us(clock_source_system()) / 1000;
}

/* ---- asking ---- */

/* False: no answer, or an error; said once until it answers again. */
static bool ask(struct node_work *work, const char *body, struct json_value *result)
{
    static const struct json_field table[] = {
        {"result", 127u, false}, {"error", 127u, false}, {"id", 127u, false}};
    struct json_value values[3];
    struct http_answer answer = http_client_send(
        work->http, &(struct http_request_line){.method = "POST", .url = work->url, .body = body});
    const char *why = answer.error;

    if (answer.error == NULL &&
        json_object_read(slice_of(answer.body, answer.size), ANSWER_DEPTH, table, 3,
                         JSON_UNKNOWN_SKIPPED, values) != JSON_RESULT_OK) {
        why = "no JSON-RPC answer";
    } else if (answer.error == NULL && values[1].type != 0 && values[1].type != JSON_TYPE_NULL) {
        why = "the node refuses";
    }
    if (why != NULL) {
        if (!work->is_away) {
            log_event(LOG_LEVEL_WARNING, "node_away", "why", why);
        }
        work->is_away = true;
        return false;
    }
    if (work->is_away) {
        log_event(LOG_LEVEL_INFO, "node_back", NULL, NULL);
    }
    work->is_away = false;
    *result = values[0];
    return true;
}

/* ---- templates ---- */

static void publish(struct node_work *work, struct block_template *block)
{
    ENSURE(pthread_mutex_lock(&work->lock) == 0);
    struct block_template *old = work->fresh;
    work->fresh = block;
    if (work->loop != NULL) { /* under the lock: the bell is not taken away meanwhile */
        event_wakeup_ring(&work->wakeup);
    }
    ENSURE(pthread_mutex_unlock(&work->lock) == 0);
    block_template_destroy(old);
}

static void ask_template(struct node_work *work, bool is_clean)
{
    struct json_value result;
    const char *why = NULL;

    if (!ask(work,
             "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"getblocktemplate\",\"params\":[{\"rules\":"
             "[\"segwit\"],\"capabilities\":[\"coinbasevalue\"]}]}",
             &result)) {
        work->best[0] = '\0';
        return;
    }
    struct block_template *block =
        result.type == JSON_TYPE_OBJECT
            ? block_template_read(result.raw, work->options.script, work->options.script_size, &why)
            : NULL;
    if (block == NULL) {
        log_event(LOG_LEVEL_ERROR, "template_refused", "why", why);
        return;
    }
    block->job.is_clean = is_clean;
    work->asked_ms = now_ms();
    publish(work, block);
}

/* A new block, a reorganisation, or time for a fresher template. */
static void look_at_chain(struct node_work *work)
{
    struct json_value result;

    if (!ask(work, "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"getbestblockhash\",\"params\":[]}",
             &result) ||
        result.type != JSON_TYPE_STRING || result.raw.size >= sizeof work->best) {
        return;
    }
    bool is_new = strncmp(work->best, result.raw.data, result.raw.size) != 0 ||
                  work->best[result.raw.size] != '\0';
    if (is_new) {
        memcpy(work->best, result.raw.data, result.raw.size);
        work->best[result.raw.size] = '\0';
    }
    if (is_new || now_ms() - work->asked_ms > (int64_t)work->options.refresh_s * 1000) {
        ask_template(work, is_new);
    }
}

/* ---- found blocks ---- */

static void conclude(struct node_work *work, const char *name, struct json_value result)
{
    char from[768];
    char to[768];
    bool is_taken = result.type == JSON_TYPE_NULL || slice_equals_text(result.raw, "duplicate");
    struct log_line line;

    log_line_begin(&line, is_taken ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR,
                   is_taken ? "block_accepted" : "block_refused");
    log_line_text(&line, "file", name);
    log_line_bytes(&line, "answer", result.raw.data, result.raw.size);
    log_line_end(&line);
    (void)snprintf(from, sizeof from, "%s/%s", work->directory, name);
    (void)snprintf(to, sizeof to, "%s/%s-%s", work->directory, is_taken ? "accepted" : "refused",
                   name);
    if (rename(from, to) != 0) {
        log_event(LOG_LEVEL_ERROR, "block_file_not_renamed", "file", name);
    }
    work->best[0] = '\0'; /* look for the next template at once */
}

/* False: the node did not answer; the block stays. */
static bool hand_in(struct node_work *work, const char *name)
{
    static const char before[] =
        "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"submitblock\",\"params\":[\"";
    static const char after[] = "\"]}";
    char path[768];
    struct json_value result;
    bool is_answered = false;

    (void)snprintf(path, sizeof path, "%s/%s", work->directory, name);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return true;
    }
    (void)fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *body = size < 0 ? NULL : malloc((size_t)size + sizeof before + sizeof after);
    if (body != NULL) {
        memcpy(body, before, sizeof before - 1);
        size_t got = fread(body + sizeof before - 1, 1, (size_t)size, file);
        memcpy(body + sizeof before - 1 + got, after, sizeof after);
        is_answered = got == (size_t)size && ask(work, body, &result);
    }
    (void)fclose(file);
    free(body);
    if (is_answered) {
        conclude(work, name, result);
    }
    return is_answered;
}

/* A whole file: one that is still being written has another end. */
static bool is_block(const char *name)
{
    size_t size = strlen(name);

    return size < NAME_MAX_SIZE && strncmp(name, "block-", 6) == 0 && size > 10 &&
           strcmp(name + size - 4, ".hex") == 0;
}

static void set_has_blocks(struct node_work *work, bool has_blocks)
{
    ENSURE(pthread_mutex_lock(&work->lock) == 0);
    work->has_blocks = has_blocks;
    ENSURE(pthread_mutex_unlock(&work->lock) == 0);
}

static void hand_in_all(struct node_work *work)
{
    DIR *folder = opendir(work->directory);
    bool is_done = true;

    if (folder == NULL) {
        return;
    }
    set_has_blocks(work, false); /* before looking: what comes meanwhile sets it again */
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (is_block(entry->d_name)) {
            is_done &= hand_in(work, entry->d_name);
        }
    }
    (void)closedir(folder);
    if (!is_done) {
        set_has_blocks(work, true);
    }
}

void node_work_submit(struct node_work *work, const char *name, const char *block, size_t size)
{
    char file[NAME_MAX_SIZE];
    int folder = open(work->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    (void)snprintf(file, sizeof file, "block-%s.hex", name);
    int error = folder < 0 ? -errno : replaced_file_write(folder, file, block, size);
    if (folder >= 0) {
        (void)close(folder);
    }
    if (error != 0) {
        log_event(LOG_LEVEL_ERROR, "block_not_written", "file", file);
    }
    ENSURE(pthread_mutex_lock(&work->lock) == 0);
    work->has_blocks = true;
    ENSURE(pthread_cond_signal(&work->news) == 0);
    ENSURE(pthread_mutex_unlock(&work->lock) == 0);
}

/* ---- the thread ---- */

static void *run(void *context)
{
    struct node_work *work = context;

    ENSURE(pthread_mutex_lock(&work->lock) == 0);
    while (!work->must_stop) {
        bool has_blocks = work->has_blocks;

        ENSURE(pthread_mutex_unlock(&work->lock) == 0);
        if (has_blocks) {
            hand_in_all(work);
        }
        look_at_chain(work);
        ENSURE(pthread_mutex_lock(&work->lock) == 0);
        if (!work->must_stop && (!work->has_blocks || work->is_away)) {
            struct timespec until;

            (void)clock_gettime(CLOCK_REALTIME, &until);
            until.tv_nsec += (long)POLL_MS * 1000000;
            until.tv_sec += until.tv_nsec / 1000000000;
            until.tv_nsec %= 1000000000;
            (void)pthread_cond_timedwait(&work->news, &work->lock, &until);
        }
    }
    ENSURE(pthread_mutex_unlock(&work->lock) == 0);
    return NULL;
}

struct node_work *node_work_create(const struct node_work_options *options)
{
    struct node_work *work = calloc(1, sizeof *work);

    ENSURE(work != NULL);
    work->options = *options;
    (void)snprintf(work->url, sizeof work->url, "%s", options->url);
    (void)snprintf(work->directory, sizeof work->directory, "%s", options->directory);
    work->has_blocks = true; /* of a former life */
    work->http = http_client_create();
    ENSURE(pthread_mutex_init(&work->lock, NULL) == 0 && pthread_cond_init(&work->news, NULL) == 0);
    work->has_thread = work->http != NULL && pthread_create(&work->thread, NULL, run, work) == 0;
    if (!work->has_thread) {
        node_work_destroy(work);
        return NULL;
    }
    return work;
}

void node_work_destroy(struct node_work *work)
{
    if (work == NULL) {
        return;
    }
    if (work->has_thread) {
        ENSURE(pthread_mutex_lock(&work->lock) == 0);
        work->must_stop = true;
        ENSURE(pthread_cond_signal(&work->news) == 0);
        ENSURE(pthread_mutex_unlock(&work->lock) == 0);
        (void)pthread_join(work->thread, NULL);
    }
    http_client_destroy(work->http);
    block_template_destroy(work->fresh);
    (void)pthread_cond_destroy(&work->news);
    (void)pthread_mutex_destroy(&work->lock);
    free(work);
}

static void rung(struct event_wakeup *wakeup)
{
    struct node_work *work = wakeup->context;

    work->on_news(work->context);
}

int node_work_attach(struct node_work *work, struct event_loop *loop,
                     void (*on_news)(void *context), void *context)
{
    work->on_news = on_news;
    work->context = context;
    work->wakeup = (struct event_wakeup){.on_wakeup = rung, .context = work};
    int error = event_wakeup_add(loop, &work->wakeup);
    if (error != 0) {
        return error;
    }
    ENSURE(pthread_mutex_lock(&work->lock) == 0);
    work->loop = loop;
    bool has_news = work->fresh != NULL;
    ENSURE(pthread_mutex_unlock(&work->lock) == 0);
    if (has_news) {
        event_wakeup_ring(&work->wakeup);
    }
    return 0;
}

void node_work_detach(struct node_work *work)
{
    ENSURE(pthread_mutex_lock(&work->lock) == 0);
    if (work->loop != NULL) {
        event_wakeup_remove(work->loop, &work->wakeup);
        work->loop = NULL;
    }
    ENSURE(pthread_mutex_unlock(&work->lock) == 0);
}

struct block_template *node_work_take(struct node_work *work)
{
    ENSURE(pthread_mutex_lock(&work->lock) == 0);
    struct block_template *fresh = work->fresh;
    work->fresh = NULL;
    ENSURE(pthread_mutex_unlock(&work->lock) == 0);
    return fresh;
}
