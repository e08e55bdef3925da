/* SPDX-License-Identifier: Apache-2.0
 *
 * The meter: miners on one side, a pool or a Bitcoin node on the other, the share log between them. One loop, one
 * thread; sending readings and asking a node run beside it (sender.h, node_work.h).
 */
#ifndef STRATUM_METER_H
#define STRATUM_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/event_loop.h"
#include "stratum/difficulty.h"
#include "stratum/interval.h"
#include "stratum/node_work.h"

enum { METER_POOLS_MAX = 4, METER_TEXT_MAX = 256 };

struct meter_pool {
    char address[METER_TEXT_MAX];      /* HOST:PORT */
    char user[STRATUM_WORKER_MAX + 1]; /* as whom to mine; empty: each worker as himself */
    char password[METER_TEXT_MAX];
};

struct meter_options {
    struct event_loop *loop;
    struct interval *interval;
    struct seen_shares *seen;
    const struct register_names *names; /* NULL: none */
    const char *directory;              /* where the meter's own small files are */
    const char *listen;                 /* HOST:PORT, numeric */
    struct meter_pool pools[METER_POOLS_MAX];
    size_t pool_count;
    struct node_work *node; /* instead of pools; NULL: none */
    uint32_t miners_max;
    uint32_t silence_s;         /* a pool that says nothing for so long is left */
    uint32_t shares_per_minute; /* wanted of each miner */
    struct difficulty difficulty_start;
    struct difficulty difficulty_min;
    struct difficulty difficulty_max;
    void (*on_failure)(void *context, int error); /* the log could not be written: stop, at once */
    void (*on_readings)(void *context);           /* there are new ones in the spool */
    void *context;
};

struct meter;

/* Opens the door and begins to connect. 0 or a negative errno; *what: which address it was about. */
int meter_create(const struct meter_options *options, struct meter **out, const char **what);
void meter_destroy(struct meter *meter);

/* The port that was chosen for port 0. */
uint16_t meter_port(const struct meter *meter);

/* Ends the interval now and writes its readings, as at an orderly stop. 0 or a negative errno. */
int meter_finish(struct meter *meter);

/* Bytes that one idle miner takes in the meter's own memory. */
size_t meter_miner_size(void);

#endif
