/* SPDX-License-Identifier: Apache-2.0
 *
 * The venue in one process: real engine, views, keys and operations; a follower and a server that are
 * driven by hand. Two instruments with different scales, six people with HMAC keys.
 *
 *     BTCKZT  BTC 8 decimals, KZT 2 decimals; tick 1 KZT, lot 0.01 BTC
 *     ETHKZT  ETH 8 decimals; tick 1 KZT, lot 0.01 ETH
 */
#ifndef SUPPORT_VENUE_RIG_H
#define SUPPORT_VENUE_RIG_H

#include <stdint.h>

#include "gateway/venue.h"
#include "support/fake_follower.h"
#include "support/fake_server.h"

enum rig_person {
    RIG_NOBODY, /* unsigned requests */
    RIG_ALICE,
    RIG_BOB,
    RIG_OLGA, /* operator */
    RIG_OMAR, /* approver */
    RIG_CARL, /* custodian */
    RIG_AIDA, /* officer of the mining authority */
};

#define RIG_START_US INT64_C(1795305600000000) /* 2026-11-22T00:00Z */

struct rig {
    struct event_loop *loop;
    struct venue *venue;
    int64_t now_us;
    bool is_body;    /* parameters go into the body instead of the query */
    bool is_plain;   /* nothing is added: no timestamp, no signature */
    int64_t step_us; /* the wall clock goes on by this at each look: time passes inside a request */
};

/* Founds the node and makes the venue; deposits are made. rates NULL: generous ones. */
void rig_start(struct rig *rig, const struct rate_options *rates);
void rig_end(struct rig *rig);

/* Of a cmocka test: *state is a struct rig that has started, and ends behind it. */
int rig_set_up(void **state);
int rig_tear_down(void **state);
#define RIG_TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

/* The API key and the secret of a person, as text. */
const char *rig_api_key(enum rig_person person);
const char *rig_secret(enum rig_person person);

/* Signs and sends a request, lets the node work, and returns what was answered (NULL: nothing yet). */
const struct fake_answer *rig_call(struct rig *rig, enum rig_person person, const char *method,
                                   const char *path, const char *parameters);

/* rig_call and a look at the answer: its status, and that it contains a text (in the body). Fails the
 * test otherwise. */
void rig_expect(struct rig *rig, enum rig_person person, const char *request, unsigned status,
                const char *text);

/* Looks at the last answer again. */
void rig_expect_also(const char *text);
void rig_expect_header(const char *line);
void rig_expect_not(const char *text);

/* Sends a head and a body as they are. */
const struct fake_answer *rig_send(struct rig *rig, const char *head, const char *body);

/* Time passes; the venue's timers and the node work. */
void rig_wait(struct rig *rig, int64_t us);

#endif
