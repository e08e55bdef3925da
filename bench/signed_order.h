/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed orders of two participants in turn: what the one bids the other sells to him, so each pair
 * makes one trade and leaves the book as it was.
 */
#ifndef BENCH_SIGNED_ORDER_H
#define BENCH_SIGNED_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "client/keys_file.h"
#include "platform/signature.h"
#include "sandbox_process.h"

struct signed_orders {
    struct client_key keys[2];
    struct hmac_key signers[2];
    uint64_t written;
};

void signed_orders_begin(struct signed_orders *orders, const struct sandbox_process *sandbox);

/* Writes the next order's whole HTTP request; returns its size. */
size_t signed_orders_write(struct signed_orders *orders, char *out, size_t capacity);

/* A connected socket to the sandbox's gateway; ends the program when there is none. */
int sandbox_connect(const struct sandbox_process *sandbox);

#endif
