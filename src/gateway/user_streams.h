/* SPDX-License-Identifier: Apache-2.0
 *
 * Private events, pushed to their owner: what became of his orders, lists and balances. Each
 * subscription belongs to one connection and one participant; nothing of it is ever left out or
 * conflated: a reader who is too slow is closed by the server with 1008.
 */
#ifndef GATEWAY_USER_STREAMS_H
#define GATEWAY_USER_STREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "gateway/message_bundle.h"
#include "gateway/server.h"
#include "platform/clock.h"
#include "tarazy/engine.h"
#include "views/views.h"

/* How the events are wrapped. */
enum user_wrap {
    USER_WRAP_NONE = 1, /* /ws/<listenKey> */
    USER_WRAP_STREAM,   /* {"stream":"<listenKey>","data":…} */
    USER_WRAP_API,      /* {"subscriptionId":n,"event":…} */
};

enum { LISTEN_KEY_SIZE = 64 };

struct user_account;

struct user_subscription {
    struct server_handle handle;
    uint32_t participant;
    uint32_t key;    /* number of the API key that opened it */
    uint32_t number; /* USER_WRAP_API */
    uint8_t wrap;    /* enum user_wrap */
    bool is_micro;
    bool has_listen_key;
    char listen_key[LISTEN_KEY_SIZE];
    void *owner; /* the user's own */

    struct user_account *account; /* private from here on */
    struct user_subscription *next;
    struct user_subscription **link;
    struct message_bundle bundle;
    bool is_pending;
};

struct user_streams;

struct user_streams_options {
    struct server *server;
    const struct clock_source *clock;
    const struct views *views; /* fed with each command before user_streams_on_command() */
    struct hash_seed seed;
    uint32_t subscriptions_max;
    /* A subscription ends because its key was revoked or ran out: it is gone after this call. */
    void *context;
    void (*on_ended)(void *context, struct user_subscription *subscription);
};

struct user_streams *user_streams_create(const struct user_streams_options *options);

/* Every subscription must be gone. NULL is allowed. */
void user_streams_destroy(struct user_streams *streams);

/* Opens a subscription with the public members of `like`; NULL: subscriptions_max are open. */
struct user_subscription *user_streams_open(struct user_streams *streams,
                                            const struct user_subscription *like);

/* Ends one: at once, what is not sent yet included; or with eventStreamTerminated as last word. */
void user_streams_drop(struct user_streams *streams, struct user_subscription *subscription);
void user_streams_terminate(struct user_streams *streams, const struct engine *engine,
                            struct user_subscription *subscription);

/* The listen key is no longer valid: ends what was opened by it, with listenKeyExpired as last word
 * if it ran out, and without a word if its owner closed it. Tells on_ended. */
void user_streams_end_listen_key(struct user_streams *streams, const struct engine *engine,
                                 uint32_t participant, struct slice listen_key, bool has_run_out);

/* Ends what was opened by keys that have run out by now. To be called every few seconds. */
void user_streams_check_keys(struct user_streams *streams, const struct engine *engine);

/* One command with its events, as a follower tells them. Ends the subscriptions of a key that this
 * command revoked. */
void user_streams_on_command(struct user_streams *streams, const struct engine *engine,
                             const struct command_header *command, const uint8_t *events,
                             size_t size);

/* The end of a batch: queues what was said. */
void user_streams_on_batch(struct user_streams *streams);

struct user_streams_statistics {
    uint64_t events;        /* written, each time unit once */
    uint64_t reports_lost;  /* about orders that the views had forgotten already */
    uint32_t subscriptions; /* now */
};
struct user_streams_statistics user_streams_statistics(const struct user_streams *streams);

#endif
