/* SPDX-License-Identifier: Apache-2.0
 *
 * The meter's inside, for its own files: miners (session.c, door.c), jobs (job_table.c), the pool (upstream.c), the
 * turn's end (meter.c).
 */
#ifndef STRATUM_METER_INSIDE_H
#define STRATUM_METER_INSIDE_H

#include <sys/socket.h>

#include "stratum/meter.h"
#include "stratum/share.h"
#include "stratum/stratum_write.h"

enum {
    JOBS_MAX = 32,               /* jobs that shares may still come in for */
    MINER_WORKERS_MAX = 4,       /* names on one connection */
    MINER_OUTPUT_MAX = 262144,   /* bytes that wait for a miner who does not read */
    MINER_FAULTS_MAX = 32,       /* lines that are no Stratum */
    MINER_BAD_SHARES_MAX = 1000, /* refused shares, one after the other */
    OWN_NUMBER_SIZE_MAX = 3,
    POOL_QUESTIONS_MAX = 32768, /* asked and not answered */
    SESSION_NAME_SIZE = 33,
    JOB_NAME_SIZE = 17,
};

/* ---- jobs ---- */

struct meter_job {
    struct stratum_job job; /* is_clean: as the pool said */
    uint8_t *parts;
    uint64_t sequence; /* 0: this place is free */
    char name[JOB_NAME_SIZE];
    bool is_live;
    struct target pool_target; /* what is sent on */
    struct difficulty pool_difficulty;
    struct block_template *block; /* of a node's work */
    char *line;                   /* notify, without clean_jobs */
    size_t line_size;
    char *clean_line; /* the same with clean_jobs */
    size_t clean_line_size;
};

struct job_table {
    struct meter_job jobs[JOBS_MAX];
    uint64_t
        sequence; /* of the newest; starts by the clock, so that names of a former life mean nothing */
};

/* Takes the job and its parts (and block) over. clean: all earlier ones are stale. */
struct meter_job *job_table_add(struct job_table *table, const struct stratum_job *job,
                                uint8_t *parts, struct block_template *block);
void job_table_retire(struct job_table *table);
void job_table_free(struct job_table *table);
/* The live job of this name; NULL: none. */
struct meter_job *job_table_find(struct job_table *table, const char *name);
/* The newest, if it is live. */
struct meter_job *job_table_newest(struct job_table *table);

/* ---- miners ---- */

struct assignment {
    struct difficulty difficulty;
    struct target target;
};

struct miner_worker {
    char *name;      /* NULL: none */
    uint32_t number; /* in the running log */
};

struct miner {
    struct event_source source;
    struct meter *meter;
    uint32_t slot;
    uint32_t generation; /* of the slot: answers to a former miner find nobody */
    bool is_open;
    bool is_subscribed;
    bool wants_subscription; /* asked before the pool gave an extranonce */
    bool wants_extranonce;   /* understands mining.set_extranonce */
    bool is_closing;         /* once its output is written */
    bool was_notified;
    bool has_number;
    uint32_t own_number;
    uint32_t version_mask;
    uint32_t faults;
    uint32_t bad_shares;
    uint32_t window_shares;
    int64_t window_ms; /* since when window_shares are counted */
    int64_t seen_ms;   /* last line */
    struct assignment assigned;
    struct assignment earlier; /* of jobs before `since` */
    uint64_t since;
    struct difficulty suggested;
    struct miner_worker workers[MINER_WORKERS_MAX];
    struct slice_own {
        char *bytes;
        size_t size;
        size_t capacity;
    } input, output; /* memory only while something waits */
    char *held_id;   /* of the subscription that waits */
};

/* An answer that waits until the log is synced. */
struct waiting_answer {
    uint32_t slot;
    uint32_t generation;
    enum share_verdict verdict;
    bool is_sent_on;
    uint64_t job; /* of what is sent on */
    uint32_t own_number;
    char id[STRATUM_ID_MAX + 3];
    struct stratum_submit submit;
    struct header header;
};

/* ---- the pool ---- */

enum question_kind {
    QUESTION_KIND_CONFIGURE = 1,
    QUESTION_KIND_SUBSCRIBE,
    QUESTION_KIND_AUTHORIZE, /* of a miner, or of nobody: slot = UINT32_MAX */
    QUESTION_KIND_SUBMIT,
    QUESTION_KIND_OTHER,
};

struct question {
    uint64_t id; /* 0: free */
    enum question_kind kind;
    uint32_t slot;
    uint32_t generation;
    uint32_t worker; /* which of the miner's */
    int64_t asked_ms;
    char miner_id[STRATUM_ID_MAX + 3];
};

struct upstream {
    struct meter *meter;
    struct event_source source;
    struct event_timer retry;
    size_t pool; /* which of the options' */
    bool is_open;
    bool is_connected;
    bool is_live; /* subscribed */
    uint32_t failures;
    int64_t heard_ms;
    char session[STRATUM_SESSION_MAX + 1];
    struct stratum_extranonce extranonce;
    struct difficulty difficulty;
    uint32_t version_mask;
    char *input;
    size_t input_size;
    struct slice_own output;
    uint64_t last_id;
    struct question *questions;
    struct sockaddr_storage addresses[METER_POOLS_MAX];
    socklen_t address_sizes[METER_POOLS_MAX];
};

struct meter {
    struct meter_options options;
    struct event_loop *loop;
    struct sha256 *sha;
    struct event_source door;
    struct event_timer door_pause;
    struct event_timer second;
    struct event_turn_hook turn;
    uint16_t port;
    struct miner **miners; /* by slot; NULL: never used */
    uint32_t miner_count;  /* slots used so far */
    uint32_t open_count;
    uint32_t *free_slots;
    uint32_t free_count;
    struct job_table jobs;
    struct upstream upstream;
    uint8_t session_key[32];
    uint8_t *numbers; /* own numbers in use, a bit each */
    uint32_t number_next;
    size_t number_size;                   /* bytes of our own in an extranonce1 */
    struct stratum_extranonce extranonce; /* of the pool or node; is valid when number_size > 0 */
    uint32_t version_mask;
    struct waiting_answer *waiting;
    size_t waiting_count;
    size_t waiting_capacity;
    bool has_failed;
    char line[2 * STRATUM_POOL_LINE_MAX + 1024];
    char input[STRATUM_POOL_LINE_MAX];
};

/* ---- door.c: bytes of miners ---- */

int door_open(struct meter *meter);
void door_close(struct meter *meter);
void miner_send(struct miner *miner, const char *bytes, size_t size);
/* Lets what is written go out, then closes. */
void miner_close(struct miner *miner, const char *why);
void miner_close_now(struct miner *miner, const char *why);
struct miner *meter_miner(struct meter *meter, uint32_t slot, uint32_t generation);

/* ---- session.c: lines of miners ---- */

void session_take_line(struct miner *miner, struct slice text);
/* The pool gave an extranonce, another one, or another mask. */
void session_extranonce_changed(struct meter *meter);
void session_mask_changed(struct meter *meter);
/* A new job for everybody, or for one. */
void session_notify_all(struct meter *meter, const struct meter_job *job);
void session_notify(struct miner *miner, const struct meter_job *job, bool is_clean);
/* The number of his worker in the running log, asked for anew after an interval's end. */
void session_renumber(struct meter *meter);
void session_forget(struct miner *miner);
/* mining.authorize was answered by the pool. */
void session_authorized(struct miner *miner, const char *id, uint32_t worker, bool is_yes);

/* ---- meter.c ---- */

void meter_failed(struct meter *meter, int error);
void meter_new_job(struct meter *meter, const struct stratum_job *job, uint8_t *parts,
                   struct block_template *block);
/* Synced, then answered and sent on. */
void meter_flush(struct meter *meter);
void meter_set_extranonce(struct meter *meter, const struct stratum_extranonce *extranonce);
/* Counts a share's fate under its worker. */
bool meter_log(struct meter *meter, enum log_kind kind, struct log_record *record);

/* ---- upstream.c ---- */

int upstream_open(struct meter *meter);
void upstream_close(struct meter *meter);
void upstream_each_second(struct meter *meter);
/* True: the pool will be asked, and the miner told what it says. */
bool upstream_authorize(struct miner *miner, const char *id, uint32_t worker, const char *password);
bool upstream_submit(struct meter *meter, const struct waiting_answer *answer,
                     const struct meter_job *job);
/* An interval has ended: numbers of workers are others now, and refusals of its shares come too late for its log. */
void upstream_renumber(struct meter *meter);

/* ---- pool_session.c: the session's name on the disk; without it a new one is begun ---- */

void pool_session_keep(struct upstream *up);
void pool_session_read(struct upstream *up);

/* ---- grow.c: bytes that wait ---- */

/* False: more than max. */
bool bytes_keep(struct slice_own *kept, const char *bytes, size_t size, size_t max);
void bytes_drop(struct slice_own *kept, size_t size);
void bytes_free(struct slice_own *kept);

/* ---- vardiff.c ---- */

/* The difficulty for the next job of a miner: as many shares a minute as wanted, within the bounds, never above the pool's. Begins the next
 * window of counting when this one is over. */
struct difficulty vardiff_next(struct miner *miner, const struct meter_job *job, int64_t now_ms);

#endif
