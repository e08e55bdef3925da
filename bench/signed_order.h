/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed orders of two participants in turn: what the one bids the other sells to him, so each pair
 * makes one trade and leaves the book as it was. One a request, or many.
 */
#ifndef BENCH_SIGNED_ORDER_H
#define BENCH_SIGNED_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "client/keys_file.h"
#include "platform/signature.h"
#include "sandbox_process.h"

enum { SIGNED_BATCH_ORDERS = 500, SIGNED_BATCH_SIZE_MAX = 120 * SIGNED_BATCH_ORDERS };

struct signed_orders {
    struct client_key keys[2];
    struct hmac_key signers[2];
    uint64_t written;
    char batches[2][SIGNED_BATCH_SIZE_MAX]; /* their bodies: JSON */
    size_t batch_sizes[2];
};

void signed_orders_begin(struct signed_orders *orders, const struct sandbox_process *sandbox);

/* Writes the next order's whole HTTP request; returns its size. */
size_t signed_orders_write(struct signed_orders *orders, char *out, size_t capacity);

/* From now on a batch has so many orders, at most SIGNED_BATCH_ORDERS. */
void signed_orders_set_batch(struct signed_orders *orders, int count);

/* The same for a batch of one of the two. */
size_t signed_orders_write_batch(struct signed_orders *orders, char *out, size_t capacity);

#endif
