/* SPDX-License-Identifier: Apache-2.0
 *
 * Collecting the answers of a batch.
 *
 * Why a file of its own: each command of a batch ends by itself (pending.c) and knows nothing of the
 * others; that the client hears of all of them exactly once is kept here. Invariants: a batch is in
 * the venue's list exactly as long as `left` is above zero; an element is answered once; what a batch
 * holds is bounded by the commands that wait (PENDING_MAX) times the length of one answer.
 * Read next: rest_batch.c.
 */
#include "gateway/answer_batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "gateway/venue.h"

/* Bytes an answer usually takes: what room is made for at first. */
enum { USUAL_SIZE = 160, FAILURE_SIZE_MAX = 6 * FAILURE_TEXT_MAX + 64 };

/* Where an answer lies in the text. */
struct piece {
    uint32_t start;
    uint32_t size; /* 0: not answered yet */
};

struct answer_batch {
    struct venue *venue;
    struct answer_batch *next;
    struct answer_batch **place; /* what points at us */
    struct reply_address to;
    char *text;
    size_t text_size;
    size_t text_capacity;
    uint32_t count;
    uint32_t left; /* not answered yet */
    struct piece pieces[];
};

struct answer_batch *answer_batch_begin(struct venue *venue, const struct reply_address *to,
                                        uint32_t count)
{
    ENSURE(count > 0);
    struct answer_batch *batch = calloc(1, sizeof *batch + count * sizeof batch->pieces[0]);

    if (batch == NULL) {
        return NULL;
    }
    batch->text_capacity = (size_t)count * USUAL_SIZE;
    batch->text = malloc(batch->text_capacity);
    if (batch->text == NULL) {
        free(batch);
        return NULL;
    }
    batch->venue = venue;
    batch->to = *to;
    batch->count = count;
    batch->left = count;
    batch->next = venue->batches;
    batch->place = &venue->batches;
    if (batch->next != NULL) {
        batch->next->place = &batch->next;
    }
    venue->batches = batch;
    return batch;
}

static void free_batch(struct answer_batch *batch)
{
    free(batch->text);
    free(batch);
}

static void drop(struct answer_batch *batch)
{
    *batch->place = batch->next;
    if (batch->next != NULL) {
        batch->next->place = batch->place;
    }
    free_batch(batch);
}

void answer_batch_drop_all(struct venue *venue)
{
    struct answer_batch *next;

    for (struct answer_batch *batch = venue->batches; batch != NULL; batch = next) {
        next = batch->next;
        free_batch(batch);
    }
    venue->batches = NULL;
}

static void send(struct answer_batch *batch)
{
    struct answer answer;

    answer_begin(&answer, batch->venue, &batch->to);
    json_write_array_begin(&answer.json);
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct piece *piece = &batch->pieces[i];

        json_write_raw(&answer.json, slice_of(batch->text + piece->start, piece->size));
    }
    json_write_array_end(&answer.json);
    answer_send(&answer, 200);
}

/* False: there is no memory for it. */
static bool make_room(struct answer_batch *batch, size_t size)
{
    size_t wanted = batch->text_size + size;

    if (wanted <= batch->text_capacity) {
        return true;
    }
    wanted = wanted > 2 * batch->text_capacity ? wanted : 2 * batch->text_capacity;
    char *grown = wanted > UINT32_MAX ? NULL : realloc(batch->text, wanted);

    if (grown == NULL) {
        return false;
    }
    batch->text = grown;
    batch->text_capacity = wanted;
    return true;
}

void answer_batch_put(struct answer_batch *batch, uint32_t element, struct slice object)
{
    static const struct slice untold = SLICE_CONSTANT("{\"code\":-1000,\"msg\":\"\"}");

    ENSURE(element < batch->count && batch->pieces[element].size == 0 && batch->left > 0);
    if (object.size == 0) {
        object = untold;
    }
    ENSURE(make_room(batch, object.size));
    memcpy(batch->text + batch->text_size, object.data, object.size);
    batch->pieces[element] = (struct piece){(uint32_t)batch->text_size, (uint32_t)object.size};
    batch->text_size += object.size;
    batch->left--;
    if (batch->left == 0) {
        send(batch);
        drop(batch);
    }
}

void answer_batch_fail(struct answer_batch *batch, uint32_t element, const struct failure *failure)
{
    char text[FAILURE_SIZE_MAX];
    struct json_writer json;

    json_writer_begin(&json, text, sizeof text);
    failure_write(&json, failure);
    answer_batch_put(batch, element, json_writer_text(&json));
}
