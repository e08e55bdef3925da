/* SPDX-License-Identifier: Apache-2.0
 *
 * One answer made of many: the elements of a batch are answered one by one, in any order, and when
 * the last of them is, the whole leaves as one array in the order of the request.
 */
#ifndef GATEWAY_ANSWER_BATCH_H
#define GATEWAY_ANSWER_BATCH_H

#include "gateway/answer.h"

struct answer_batch;

/* Begins an answer of so many elements. NULL: out of memory; nothing is answered. */
struct answer_batch *answer_batch_begin(struct venue *venue, const struct reply_address *to,
                                        uint32_t count);

/* Answers one element, once, with an object of JSON; empty: it was too long to be written. When it
 * is the last one, the whole is sent and the batch is no more. */
void answer_batch_put(struct answer_batch *batch, uint32_t element, struct slice object);

/* The same with a refusal: {"code","msg"}. */
void answer_batch_fail(struct answer_batch *batch, uint32_t element, const struct failure *failure);

/* Forgets all that are not answered yet, without an answer: the venue ends. */
void answer_batch_drop_all(struct venue *venue);

#endif
