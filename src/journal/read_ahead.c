/* SPDX-License-Identifier: Apache-2.0
 *
 * Two loads of batches, passed to and fro between two threads: one is filled while the other is used
 * up. A file of its own because it is the only place in the program where two threads meet.
 *
 * Invariants: a load belongs to one thread at a time, and changes hands under the lock; batches come
 * out in the order in which they were read, and the end comes last.
 *
 * Read next: reader.c.
 */
#include "journal/read_ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/behind.h"
#include "journal/state_block.h"

#define LOADS        2u
#define LOAD_SIZE    ((size_t)2 * JOURNAL_BATCH_SIZE_MAX)
#define LOAD_BATCHES 1024u

struct load {
    struct state_block memory; /* the batches' commands */
    size_t used;
    uint32_t count;
    bool is_full;           /* it is the user's turn */
    enum journal_read last; /* what came after the batches; BATCH = there is more */
    struct journal_batch batches[LOAD_BATCHES];
};

struct read_ahead {
    struct journal_reader *reader;
    uint64_t limit;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t turned;
    bool is_stopped; /* under the lock */
    uint32_t load;   /* the user's */
    uint32_t next;   /* batch of it */
    struct load loads[LOADS];
};

/* Waits until a load is on this side. false: stopped meanwhile. */
static bool await(struct read_ahead *ahead, const struct load *load, bool is_full)
{
    (void)pthread_mutex_lock(&ahead->lock);
    while (load->is_full != is_full && !ahead->is_stopped) {
        (void)pthread_cond_wait(&ahead->turned, &ahead->lock);
    }
    bool goes_on = !ahead->is_stopped;
    (void)pthread_mutex_unlock(&ahead->lock);
    return goes_on;
}

static void hand_over(struct read_ahead *ahead, struct load *load, bool is_full)
{
    (void)pthread_mutex_lock(&ahead->lock);
    load->is_full = is_full;
    (void)pthread_cond_signal(&ahead->turned);
    (void)pthread_mutex_unlock(&ahead->lock);
}

static void keep(struct load *load, const struct journal_batch *batch)
{
    uint8_t *place = (uint8_t *)load->memory.bytes + load->used;

    memcpy(place, batch->commands, batch->size);
    load->batches[load->count] = *batch;
    load->batches[load->count].commands = place;
    load->used += batch->size;
    if (batch->behind != NULL) {
        size_t size = batch->behind_count * sizeof(struct command_quarantine);

        place += batch->size;
        memcpy(place, batch->behind, size);
        load->batches[load->count].behind = place;
        load->used += size;
    }
    load->count++;
}

static void fill(struct read_ahead *ahead, struct load *load)
{
    struct journal_batch batch;

    load->used = 0;
    load->count = 0;
    do {
        load->last = journal_reader_next(ahead->reader, ahead->limit, &batch);
        if (load->last == JOURNAL_READ_BATCH) {
            keep(load, &batch);
        }
    } while (load->last == JOURNAL_READ_BATCH && load->count < LOAD_BATCHES &&
             LOAD_SIZE - load->used >= JOURNAL_BATCH_SIZE_MAX + BEHIND_SIZE_MAX);
}

static void *read_on(void *context)
{
    struct read_ahead *ahead = context;
    enum journal_read last = JOURNAL_READ_BATCH;

    for (uint32_t i = 0; last == JOURNAL_READ_BATCH; i++) {
        struct load *load = &ahead->loads[i % LOADS];

        if (!await(ahead, load, false)) {
            break;
        }
        fill(ahead, load);
        last = load->last;
        hand_over(ahead, load, true);
    }
    return NULL;
}

static void destroy(struct read_ahead *ahead)
{
    for (uint32_t i = 0; i < LOADS; i++) {
        state_block_destroy(&ahead->loads[i].memory);
    }
    free(ahead);
}

struct read_ahead *read_ahead_start(struct journal_reader *reader, uint64_t limit)
{
    struct read_ahead *ahead = calloc(1, sizeof *ahead);
    bool is_good = ahead != NULL;

    if (ahead == NULL) {
        return NULL;
    }
    ahead->reader = reader;
    ahead->limit = limit;
    for (uint32_t i = 0; i < LOADS; i++) {
        ahead->loads[i].memory = state_block_create(LOAD_SIZE);
        is_good = is_good && ahead->loads[i].memory.bytes != NULL;
    }
    (void)pthread_mutex_init(&ahead->lock, NULL);
    (void)pthread_cond_init(&ahead->turned, NULL);
    if (!is_good || pthread_create(&ahead->thread, NULL, read_on, ahead) != 0) {
        destroy(ahead);
        return NULL;
    }
    return ahead;
}

enum journal_read read_ahead_next(struct read_ahead *ahead, struct journal_batch *batch)
{
    for (;;) {
        struct load *load = &ahead->loads[ahead->load];

        (void)await(ahead, load, true);
        if (ahead->next < load->count) {
            *batch = load->batches[ahead->next++];
            return JOURNAL_READ_BATCH;
        }
        if (load->last != JOURNAL_READ_BATCH) {
            return load->last;
        }
        ahead->load = (ahead->load + 1) % LOADS;
        ahead->next = 0;
        hand_over(ahead, load, false);
    }
}

void read_ahead_stop(struct read_ahead *ahead)
{
    if (ahead == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&ahead->lock);
    ahead->is_stopped = true;
    (void)pthread_cond_signal(&ahead->turned);
    (void)pthread_mutex_unlock(&ahead->lock);
    int result = pthread_join(ahead->thread, NULL);
    ENSURE(result == 0);
    (void)pthread_cond_destroy(&ahead->turned);
    (void)pthread_mutex_destroy(&ahead->lock);
    destroy(ahead);
}
