/* SPDX-License-Identifier: Apache-2.0
 *
 * The gateway as a whole: a follower's replica and views of it, the doors, and what waits between
 * them. One event loop, one thread.
 *
 * The order in which things happen to a durable command: views_apply, then the answer to the client
 * who sent it, then the extension (streams). So whoever has an answer finds its effect in every
 * GET, and a stream never runs ahead of the answer.
 */
#ifndef GATEWAY_VENUE_H
#define GATEWAY_VENUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/answer.h"
#include "gateway/authenticate.h"
#include "gateway/parameters.h"
#include "gateway/pending.h"
#include "gateway/rate_limits.h"
#include "gateway/router.h"
#include "gateway/server.h"
#include "node/follower.h"
#include "platform/clock.h"
#include "platform/event_loop.h"
#include "views/views.h"

struct answer_batch;
struct batch_elements;
struct exchange_info;

/* What the streams half hangs into the venue; every function may be NULL. */
struct venue_extension {
    void *context;
    /* After the views have seen the command and its sender has his answer. Also while the journal is
     * replayed at the start: see venue_is_live. */
    void (*on_command)(void *context, const struct command_header *command, const uint8_t *events,
                       size_t size);
    void (*on_batch)(void *context, uint64_t number, int64_t time_us);
    void (*on_link)(void *context, bool up);
    /* As in struct server_callbacks. */
    enum server_upgrade (*on_upgrade)(void *context, struct server *server,
                                      struct server_handle handle,
                                      const struct http_request *request);
    void (*on_message)(void *context, struct server *server, struct server_handle handle,
                       struct slice text);
    void (*on_close)(void *context, struct server *server, struct server_handle handle,
                     uint16_t code);
    /* Every answer that is sent, through either door: for counting. */
    void (*on_answer)(void *context, const struct reply_address *to, uint32_t status);
    /* Sends the answer of an operation that came through the WebSocket API: status 200 with the
     * result, or 400 and above with {"code","msg"}. */
    void (*answer_socket)(void *context, const struct reply_address *to, uint32_t status,
                          struct slice json);
};

struct venue_options {
    struct event_loop *loop;
    const struct clock_source *clock; /* NULL: the system's */
    const char *directory;            /* the node's folder */
    const struct node_key *node_key;  /* opens and seals HMAC secrets; copied */
    struct rate_options rates;
    struct server_limits server_limits;
};

/* Members are read by the operations; written only by venue.c. */
struct venue {
    struct venue_options options;
    const struct clock_source *clock;
    struct event_loop *loop;
    struct server *server;
    struct follower *follower;
    const struct engine *engine; /* the replica */
    struct node_view node;       /* as of the last batch */
    struct views views;
    struct router *router;
    struct key_ring *keys;
    struct rate_limits *rates;
    struct pending *pending;
    struct exchange_info *info;
    struct venue_extension extension;
    struct parameters *parameters; /* of the request being read */
    struct parameters *element;    /* of one element of a batch being read */
    struct batch_elements *elements;
    struct answer_batch *batches; /* requests of which some element is not answered yet */
    struct server_response response;
    char *scratch; /* of the answer being written */
    size_t scratch_size;
    void *views_block;
    size_t views_size;
    struct event_source link_source;
    struct event_timer tick;
    struct event_turn_hook turn;
    bool is_linked;   /* to the core */
    bool is_link_new; /* since it was last watched */
    bool was_live;    /* the journal so far has been replayed, once */
    bool has_more;    /* the follower has work left */
    bool is_failed;   /* the replica is damaged: the process must end */
    uint64_t number;  /* last command applied */
    uint64_t orders_sent;
};

enum {
    VENUE_SCRATCH_SIZE = 16 << 20,
    VENUE_TICK_MS = 100,
    VENUE_COMMANDS_PER_TURN = 2000,
    VENUE_COMMANDS_OF_REPLAY = 50000 /* per turn while nobody is served yet */
};

/* Opens the follower, re-applies the journal so far into views, makes the server (without
 * listeners). NULL: *error says why (static text or the follower's). */
struct venue *venue_create(const struct venue_options *options, const char **error);
void venue_destroy(struct venue *venue);

/* Before the first turn of the loop. */
void venue_extend(struct venue *venue, const struct venue_extension *extension);

/* Caught up with the core, link up? Only then does it make sense to listen. */
bool venue_is_live(const struct venue *venue);

/* The wall clock, UTC microseconds. */
int64_t venue_now_us(const struct venue *venue);

#endif
