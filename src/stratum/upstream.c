/* SPDX-License-Identifier: Apache-2.0
 *
 * The pool's side: one connection for all miners, the next pool when this one is gone or silent. A file of its own because a pool may
 * lie, stall or vanish without a miner losing what he was told. Invariants: only shares that the log has synced are sent on; each
 * question has its answer, or an end after QUESTION_WAIT_MS; what a pool says changes jobs, never what was counted.
 * Read next: session.c, meter.c.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "platform/log_line.h"
#include "stratum/line_inside.h"
#include "stratum/meter_inside.h"
#include "stratum/socket_address.h"

enum {
    RETRY_FIRST_MS = 200,
    RETRY_MAX_MS = 15000,
    FAILURES_PER_POOL = 2, /* then the next one's turn */
    CONNECT_WAIT_MS = 10000,
    QUESTION_WAIT_MS = 30000,
    OUTPUT_MAX = 4 << 20,
};

#define NOBODY UINT32_MAX

/* ---- out ---- */

static void upstream_lost(struct upstream *up, const char *why);

static void output_write(struct upstream *up)
{
    while (up->output.size > 0) {
        ssize_t written =
            send(up->source.fd, up->output.bytes, up->output.size, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (written < 0 && errno == EAGAIN) {
            (void)event_source_change(up->meter->loop, &up->source, EVENT_READ | EVENT_WRITE);
            return;
        }
        if (written <= 0) {
            upstream_lost(up, "write failed");
            return;
        }
        bytes_drop(&up->output, (size_t)written);
    }
    (void)event_source_change(up->meter->loop, &up->source, EVENT_READ);
}

/* Queued; written at the end of this call when it can be. */
static void pool_send(struct upstream *up, size_t size)
{
    ENSURE(size > 0);
    if (!up->is_connected) {
        return;
    }
    if (!bytes_keep(&up->output, up->meter->line, size, OUTPUT_MAX)) {
        upstream_lost(up, "the pool does not read");
        return;
    }
    output_write(up);
}

/* A new question; NULL when too many are open. */
static struct question *ask(struct upstream *up, enum question_kind kind)
{
    uint64_t id = up->last_id + 1;
    struct question *question = &up->questions[id % POOL_QUESTIONS_MAX];

    if (question->id != 0) {
        return NULL;
    }
    *question = (struct question){
        .id = id, .kind = kind, .slot = NOBODY, .asked_ms = event_loop_now_ms(up->meter->loop)};
    up->last_id = id;
    return question;
}

static struct line_buffer line_of(struct upstream *up)
{
    return (struct line_buffer){up->meter->line, sizeof up->meter->line};
}

static const struct meter_pool *pool_of(const struct upstream *up)
{
    return &up->meter->options.pools[up->pool];
}

/* ---- a question's end ---- */

/* Who asked is told; `line` NULL: there was no answer. */
static void question_end(struct upstream *up, struct question *question,
                         const struct stratum_line *line)
{
    struct meter *meter = up->meter;
    struct miner *miner = meter_miner(meter, question->slot, question->generation);
    struct question ended = *question;
    bool is_yes = line != NULL && stratum_line_is_yes(line);

    *question = (struct question){0};
    if (ended.kind == QUESTION_KIND_SUBMIT && line != NULL && !is_yes) {
        struct log_record record = {.worker = ended.worker};

        if (record.worker != 0) {
            (void)meter_log(meter, LOG_KIND_REFUSED, &record);
        }
    }
    if (miner == NULL) {
        return;
    }
    if (ended.kind == QUESTION_KIND_AUTHORIZE) {
        session_authorized(miner, ended.miner_id, ended.worker, is_yes || line == NULL);
        return;
    }
    size_t size;
    struct slice id = slice_of_text(ended.miner_id);
    if (is_yes) {
        size = write_yes(line_of(up), id);
    } else if (line == NULL) {
        size = write_refusal(line_of(up), id, 20, "No answer from the pool");
    } else {
        struct json_value said[3];
        size_t count = 0;
        char text[STRATUM_TEXT_MAX + 1] = "Refused by the pool";
        uint64_t code = 20;

        if (line->reason.type == JSON_TYPE_STRING) {
            text_take(line->reason, text, STRATUM_TEXT_MAX);
        } else if (line->error.type == JSON_TYPE_ARRAY &&
                   parameters_read(line->error.raw, 3, said, &count) == LINE_FAULT_NONE &&
                   count >= 2) {
            (void)json_number_uint64(said[0], &code);
            text_take(said[1], text, STRATUM_TEXT_MAX);
        }
        size = write_refusal(line_of(up), id, code > 0 && code < 1000 ? (int)code : 20, text);
    }
    miner_send(miner, meter->line, size);
}

static void questions_end_all(struct upstream *up)
{
    for (size_t i = 0; i < POOL_QUESTIONS_MAX; i++) {
        if (up->questions[i].id != 0) {
            question_end(up, &up->questions[i], NULL);
        }
    }
}

/* ---- connecting ---- */

static void connect_now(struct upstream *up);

static void retry_due(struct event_timer *timer)
{
    connect_now(timer->context);
}

static void upstream_drop(struct upstream *up)
{
    if (up->is_open) {
        event_source_remove(up->meter->loop, &up->source);
        (void)close(up->source.fd);
    }
    bytes_free(&up->output);
    up->input_size = 0;
    up->is_open = false;
    up->is_connected = false;
    up->is_live = false;
}

/* Jobs stay as they are: shares go on to be counted while another connection is made. */
static void upstream_lost(struct upstream *up, const char *why)
{
    struct log_line line;
    int64_t wait = RETRY_FIRST_MS;

    log_line_begin(&line, LOG_LEVEL_WARNING, "pool_lost");
    log_line_text(&line, "pool", pool_of(up)->address);
    log_line_text(&line, "why", why);
    log_line_end(&line);
    upstream_drop(up);
    up->failures++;
    for (uint32_t i = 1; i < up->failures && wait < RETRY_MAX_MS; i++) {
        wait *= 2;
    }
    if (up->failures % FAILURES_PER_POOL == 0 && up->meter->options.pool_count > 1) {
        up->pool = (up->pool + 1) % up->meter->options.pool_count;
        up->session[0] = '\0'; /* it is the other pool's */
    }
    event_timer_start(up->meter->loop, &up->retry, wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS);
    questions_end_all(up);
}

static void greet(struct upstream *up)
{
    struct question *configure = ask(up, QUESTION_KIND_CONFIGURE);

    if (configure != NULL) {
        pool_send(up, write_configure(line_of(up), configure->id, SHARE_VERSION_MASK));
    }
    struct question *subscribe = up->is_connected ? ask(up, QUESTION_KIND_SUBSCRIBE) : NULL;
    if (subscribe != NULL) {
        pool_send(up, write_subscribe(line_of(up), subscribe->id, "tarazy-meter/1", up->session));
    }
}

static void authorize_at_pool(struct upstream *up, const char *worker, const char *password,
                              const struct question *as)
{
    struct question *question = ask(up, QUESTION_KIND_AUTHORIZE);

    if (question == NULL) {
        return;
    }
    if (as != NULL) {
        question->slot = as->slot;
        question->generation = as->generation;
        question->worker = as->worker;
        memcpy(question->miner_id, as->miner_id, sizeof question->miner_id);
    }
    pool_send(up, write_authorize(line_of(up), question->id, worker, password));
}

/* Everybody who is here already, after a reconnection. */
static void authorize_all(struct upstream *up)
{
    struct meter *meter = up->meter;

    if (pool_of(up)->user[0] != '\0') {
        authorize_at_pool(up, pool_of(up)->user, pool_of(up)->password, NULL);
        return;
    }
    for (uint32_t i = 0; i < meter->miner_count && up->is_live; i++) {
        for (uint32_t j = 0; j < MINER_WORKERS_MAX && meter->miners[i]->is_open; j++) {
            if (meter->miners[i]->workers[j].name != NULL) {
                authorize_at_pool(up, meter->miners[i]->workers[j].name, pool_of(up)->password,
                                  NULL);
            }
        }
    }
}

/* ---- what the pool says ---- */

static void take_subscribed(struct upstream *up, const struct stratum_line *line)
{
    struct stratum_extranonce extranonce;
    char session[STRATUM_SESSION_MAX + 1];

    if (!stratum_line_is_yes(line) ||
        stratum_read_subscribed(line->result, &extranonce, session) != LINE_FAULT_NONE) {
        up->session[0] = '\0';
        upstream_lost(up, "it does not let us subscribe");
        return;
    }
    up->is_live = true;
    memcpy(up->session, session, sizeof session);
    pool_session_keep(up);
    log_event(LOG_LEVEL_INFO, "pool_live", "pool", pool_of(up)->address);
    meter_set_extranonce(up->meter, &extranonce);
    struct question *question = ask(up, QUESTION_KIND_OTHER);
    if (question != NULL) {
        pool_send(up, write_extranonce_subscribe(line_of(up), question->id));
    }
    if (up->is_live) {
        authorize_all(up);
    }
}

static void set_mask(struct upstream *up, uint32_t mask)
{
    up->meter->version_mask = mask & SHARE_VERSION_MASK;
    session_mask_changed(up->meter);
}

static void take_answer(struct upstream *up, const struct stratum_line *line)
{
    uint64_t id;

    if (!stratum_line_own_id(line, &id) || id == 0) {
        return;
    }
    struct question *question = &up->questions[id % POOL_QUESTIONS_MAX];
    if (question->id != id) {
        return; /* never asked, or answered already */
    }
    switch (question->kind) {
    case QUESTION_KIND_CONFIGURE:
        *question = (struct question){0};
        set_mask(up, stratum_read_configured(line->result));
        return;
    case QUESTION_KIND_SUBSCRIBE:
        *question = (struct question){0};
        take_subscribed(up, line);
        return;
    case QUESTION_KIND_AUTHORIZE:
    case QUESTION_KIND_SUBMIT: question_end(up, question, line); return;
    case QUESTION_KIND_OTHER: *question = (struct question){0}; return;
    }
}

static enum line_fault take_notify(struct upstream *up, const struct stratum_line *line)
{
    struct stratum_job job;
    uint8_t *parts = malloc(STRATUM_COINBASE_MAX);

    ENSURE(parts != NULL);
    enum line_fault fault = stratum_read_notify(line->params, parts, &job);
    if (fault != LINE_FAULT_NONE || !up->is_live) {
        free(parts);
        return fault;
    }
    size_t size = job.coinbase1_size + job.coinbase2_size;
    uint8_t *kept = realloc(parts, size);
    ENSURE(kept != NULL);
    job.coinbase1 = kept;
    job.coinbase2 = kept + job.coinbase1_size;
    up->failures = 0;
    meter_new_job(up->meter, &job, kept, NULL);
    return LINE_FAULT_NONE;
}

static enum line_fault take_news(struct upstream *up, const struct stratum_line *line)
{
    struct stratum_extranonce extranonce;
    struct difficulty difficulty;
    char text[STRATUM_TEXT_MAX + 1];
    uint32_t mask;
    enum line_fault fault = LINE_FAULT_NONE;

    switch (line->method) {
    case STRATUM_METHOD_NOTIFY: return take_notify(up, line);
    case STRATUM_METHOD_SET_DIFFICULTY:
        fault = stratum_read_set_difficulty(line->params, &difficulty);
        if (fault == LINE_FAULT_NONE) {
            up->difficulty = difficulty;
        }
        return fault;
    case STRATUM_METHOD_SET_EXTRANONCE:
        fault = stratum_read_set_extranonce(line->params, &extranonce);
        if (fault == LINE_FAULT_NONE && up->is_live) {
            meter_set_extranonce(up->meter, &extranonce);
        }
        return fault;
    case STRATUM_METHOD_SET_VERSION_MASK:
        fault = stratum_read_version_mask(line->params, &mask);
        if (fault == LINE_FAULT_NONE) {
            set_mask(up, mask);
        }
        return fault;
    case STRATUM_METHOD_SHOW_MESSAGE:
        fault = stratum_read_message(line->params, text);
        if (fault == LINE_FAULT_NONE) {
            log_event(LOG_LEVEL_INFO, "pool_says", "text", text);
        }
        return fault;
    case STRATUM_METHOD_RECONNECT:
        upstream_lost(up, "it asks to come again");
        return LINE_FAULT_NONE;
    case STRATUM_METHOD_GET_VERSION:
        pool_send(up, write_version(line_of(up), line->id, "tarazy-meter/1"));
        return LINE_FAULT_NONE;
    case STRATUM_METHOD_PING:
    case STRATUM_METHOD_UNKNOWN:
    case STRATUM_METHOD_SUBSCRIBE:
    case STRATUM_METHOD_AUTHORIZE:
    case STRATUM_METHOD_SUBMIT:
    case STRATUM_METHOD_CONFIGURE:
    case STRATUM_METHOD_EXTRANONCE_SUBSCRIBE:
    case STRATUM_METHOD_SUGGEST_DIFFICULTY: break;
    }
    return fault;
}

static void take_line(struct upstream *up, struct slice text)
{
    struct stratum_line line;
    enum line_fault fault = stratum_line_read(text, &line);

    if (fault == LINE_FAULT_NONE && line.is_answer) {
        take_answer(up, &line);
    } else if (fault == LINE_FAULT_NONE) {
        fault = take_news(up, &line);
    }
    if (fault != LINE_FAULT_NONE && up->is_open) {
        upstream_lost(up, line_fault_text(fault));
    }
}

static void take_lines(struct upstream *up)
{
    size_t begin = 0;

    while (up->is_open) {
        char *end = memchr(up->input + begin, '\n', up->input_size - begin);

        if (end == NULL) {
            break;
        }
        size_t size = (size_t)(end - up->input) - begin;
        size_t line_size = size > 0 && end[-1] == '\r' ? size - 1 : size;
        if (line_size > 0) {
            take_line(up, slice_of(up->input + begin, line_size));
        }
        begin += size + 1;
    }
    if (up->is_open) {
        memmove(up->input, up->input + begin, up->input_size - begin);
        up->input_size -= begin;
        if (up->input_size == STRATUM_POOL_LINE_MAX) {
            upstream_lost(up, line_fault_text(LINE_FAULT_TOO_LONG));
        }
    }
}

static void upstream_ready(struct event_source *source, uint32_t ready)
{
    struct upstream *up = source->context;
    int error = 0;
    socklen_t size = sizeof error;

    if (!up->is_connected) {
        if (getsockopt(source->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
            upstream_lost(up, strerror(error));
            return;
        }
        up->is_connected = true;
        (void)event_source_change(up->meter->loop, source, EVENT_READ);
        greet(up);
        return;
    }
    if ((ready & EVENT_WRITE) != 0) {
        output_write(up);
    }
    if (!up->is_open || (ready & (EVENT_READ | EVENT_HANGUP)) == 0) {
        return;
    }
    ssize_t got = recv(source->fd, up->input + up->input_size,
                       STRATUM_POOL_LINE_MAX - up->input_size, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        upstream_lost(up, got < 0 ? strerror(errno) : "end of stream");
        return;
    }
    up->heard_ms = event_loop_now_ms(up->meter->loop);
    up->input_size += (size_t)got;
    take_lines(up);
}

static void connect_now(struct upstream *up)
{
    const struct sockaddr_storage *address = &up->addresses[up->pool];
    const int one = 1;
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    up->heard_ms = event_loop_now_ms(up->meter->loop);
    if (fd < 0) {
        upstream_lost(up, strerror(errno));
        return;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    up->source = (struct event_source){
        .fd = fd, .interest = EVENT_WRITE, .on_ready = upstream_ready, .context = up};
    if (connect(fd, (const struct sockaddr *)address, up->address_sizes[up->pool]) != 0 &&
        errno != EINPROGRESS) {
        (void)close(fd);
        upstream_lost(up, strerror(errno));
        return;
    }
    if (event_source_add(up->meter->loop, &up->source) != 0) {
        (void)close(fd);
        upstream_lost(up, "no room in the loop");
        return;
    }
    up->is_open = true;
}

/* ---- for the meter ---- */

int upstream_open(struct meter *meter)
{
    struct upstream *up = &meter->upstream;

    up->meter = meter;
    up->input = malloc(STRATUM_POOL_LINE_MAX);
    up->questions = calloc(POOL_QUESTIONS_MAX, sizeof *up->questions);
    up->difficulty = (struct difficulty){.mantissa = 1};
    up->retry = (struct event_timer){.on_due = retry_due, .context = up};
    if (up->input == NULL || up->questions == NULL) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < meter->options.pool_count; i++) {
        up->address_sizes[i] =
            socket_address_read(meter->options.pools[i].address, &up->addresses[i]);
        if (up->address_sizes[i] == 0) {
            return -EINVAL;
        }
    }
    if (meter->options.pool_count > 0) {
        pool_session_read(up);
        connect_now(up);
    }
    return 0;
}

void upstream_close(struct meter *meter)
{
    struct upstream *up = &meter->upstream;

    if (up->meter != NULL) {
        event_timer_stop(meter->loop, &up->retry);
        upstream_drop(up);
        free(up->input);
        free(up->questions);
    }
}

void upstream_each_second(struct meter *meter)
{
    struct upstream *up = &meter->upstream;
    int64_t now = event_loop_now_ms(meter->loop);
    int64_t patience = up->is_live ? (int64_t)meter->options.silence_s * 1000 : CONNECT_WAIT_MS;

    for (size_t i = 0; i < POOL_QUESTIONS_MAX && up->questions != NULL; i++) {
        struct question *question = &up->questions[i];

        if (question->id != 0 && now - question->asked_ms > QUESTION_WAIT_MS) {
            question_end(up, question, NULL);
        }
    }
    if (up->is_open && now - up->heard_ms > patience) {
        upstream_lost(up, "silence");
    }
}

bool upstream_authorize(struct miner *miner, const char *id, uint32_t worker, const char *password)
{
    struct upstream *up = &miner->meter->upstream;
    struct question as = {.slot = miner->slot, .generation = miner->generation, .worker = worker};

    if (!up->is_live || pool_of(up)->user[0] != '\0') {
        return false;
    }
    memcpy(as.miner_id, id, strlen(id));
    authorize_at_pool(up, miner->workers[worker].name, password, &as);
    return true;
}

void upstream_renumber(struct meter *meter)
{
    for (size_t i = 0; i < POOL_QUESTIONS_MAX && meter->upstream.questions != NULL; i++) {
        if (meter->upstream.questions[i].kind == QUESTION_KIND_SUBMIT) {
            meter->upstream.questions[i].worker = 0;
        }
    }
}

bool upstream_submit(struct meter *meter, const struct waiting_answer *answer,
                     const struct meter_job *job)
{
    struct upstream *up = &meter->upstream;
    uint8_t extranonce2[2 * STRATUM_EXTRANONCE_MAX];
    size_t size = 0;
    struct question *question = up->is_live ? ask(up, QUESTION_KIND_SUBMIT) : NULL;

    if (question == NULL) {
        return false;
    }
    for (; size < meter->number_size; size++) {
        extranonce2[size] = (uint8_t)(answer->own_number >> (8 * (meter->number_size - 1 - size)));
    }
    memcpy(extranonce2 + size, answer->submit.extranonce2, answer->submit.extranonce2_size);
    const struct pool_share share = {
        .worker = pool_of(up)->user[0] != '\0' ? pool_of(up)->user : answer->submit.worker,
        .job = job->job.id,
        .extranonce2 = extranonce2,
        .extranonce2_size = size + answer->submit.extranonce2_size,
        .time = answer->submit.time,
        .nonce = answer->submit.nonce,
        .version_bits = answer->submit.version_bits,
        .has_version_bits = answer->submit.has_version_bits,
    };
    question->slot = answer->slot;
    question->generation = answer->generation;
    question->worker = interval_worker(meter->options.interval, answer->submit.worker);
    memcpy(question->miner_id, answer->id, sizeof question->miner_id);
    pool_send(up, write_submit(line_of(up), question->id, &share));
    return true;
}
