/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the user streams, shared by user_streams.c (who listens) and user_events.c (what he
 * is told) and nobody else.
 */
#ifndef GATEWAY_USER_STREAMS_STATE_H
#define GATEWAY_USER_STREAMS_STATE_H

#include "gateway/fill_tally.h"
#include "gateway/user_message.h"
#include "gateway/user_streams.h"

enum { USER_BUCKETS = 4096, USER_TEXT_SIZE = 1 << 20 };

/* A participant who listens, and what the present command did to his balances. */
struct user_account {
    uint32_t participant;
    uint32_t balance_count;
    uint32_t balance_capacity;
    bool is_touched;
    struct user_balance *balances;
    struct user_subscription *subscriptions;
    struct user_account *next_touched;
    struct user_account *next; /* of the bucket */
};

struct user_streams {
    struct user_streams_options options;
    struct user_account *buckets[USER_BUCKETS];
    struct fill_tally *tally;
    struct user_account *touched;
    struct user_subscription **pending; /* whose bundles hold something */
    uint32_t pending_count;
    uint32_t pending_capacity;
    char *text; /* USER_TEXT_SIZE bytes */
    struct user_streams_statistics statistics;
};

/* NULL: this participant does not listen. */
struct user_account *user_account_find(const struct user_streams *streams, uint32_t participant);

/* Adds an event to the bundles of a participant's subscriptions of one time unit. */
void user_account_tell(struct user_streams *streams, struct user_account *account, bool is_micro,
                       struct slice text);

/* Has he a subscription of this time unit? */
bool user_account_wants(const struct user_account *account, bool is_micro);

/* Queues what is in one subscription's bundle; it stays in the list of pending ones. */
void user_subscription_flush(struct user_streams *streams, struct user_subscription *subscription);

#endif
