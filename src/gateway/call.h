/* SPDX-License-Identifier: Apache-2.0
 *
 * One request to one operation, whichever door it came through. A door (HTTP, WebSocket API) finds
 * the route, charges the rate limits, reads the parameters and authenticates; call_run does the rest.
 *
 * An operation ends in exactly one of call_reply, call_fail, call_error, call_submit.
 */
#ifndef GATEWAY_CALL_H
#define GATEWAY_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/answer.h"
#include "gateway/authenticate.h"
#include "gateway/parameters.h"
#include "gateway/pending.h"
#include "tarazy/command.h"
#include "tarazy/query.h"

struct route;

struct call {
    struct answer answer; /* begun */
    struct venue *venue;
    const struct route *route;
    const struct parameters *parameters;
    const struct parameter_table *common; /* parameters of the door: timestamp, signature … */
    struct caller caller;                 /* zero: nobody in particular */
    struct slice path;                    /* HTTP: as it was asked for; else empty */
    uint8_t address[16];
    uint64_t nonce; /* 0: none was sent */
    int64_t now_us;
    int64_t timestamp_us; /* signed requests; else 0 */
    int64_t recv_window_us;
    struct failure *caught; /* one of many: failures are put here, and are not answers; else NULL */
};

/* Checks parameters against the route's table, counts orders, and runs the operation. */
void call_run(struct call *call);

/* Sends what was written to call->answer.json. */
void call_reply(struct call *call);
void call_fail(struct call *call, const struct failure *failure);
/* Returns false, so that a check can end with it. */
bool call_error(struct call *call, enum venue_error error, const char *first, const char *second);

/* Completes the command's header (participant, key, nonce, request), looks once more whether the
 * request is still within its window, and sends it to the core. When it comes back durable,
 * waiting->complete is called. What cannot be sent is answered at once. */
void call_submit(struct call *call, struct command_header *command, struct waiting *waiting);

/* Counts new orders against the caller's limit. false: refused, and answered. */
bool call_count_orders(struct call *call, uint32_t orders);

/* Is a signed request still within its window, now? false: answered. call_submit looks by itself. */
bool call_is_timely(struct call *call);

/* Writes who acts into a header: what call_submit does first; for tests of an order, too. */
void call_sign(const struct call *call, struct command_header *command);

/* Adds weight that the parameters decide: the answer's headers tell it. */
void call_charge(struct call *call, uint32_t weight);

/* What operations ask of their parameters; false: the call has been answered. */

/* The listed instrument that "symbol" names. */
bool call_symbol(struct call *call, struct instrument_view *out);
/* "limit": from 1; more than max is max. */
bool call_limit(struct call *call, uint32_t fallback, uint32_t max, uint32_t *limit);
/* A fixed text (client id, handle …) from a parameter; empty when absent. */
bool call_text(struct call *call, const char *name, char *field, size_t size);
/* A decimal in units of 10^-decimals; 0 when absent. */
bool call_decimal(struct call *call, const char *name, uint32_t decimals, int64_t *units);

/* The same for an amount. */
bool call_amount(struct call *call, const char *name, uint32_t decimals, struct amount *amount);

/* The symbol in a slice; 0: none is listed under it. */
uint16_t call_find_symbol(const struct call *call, struct slice text);

#endif
