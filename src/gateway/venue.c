/* SPDX-License-Identifier: Apache-2.0
 *
 * The gateway as a whole: wiring, and the order in which news spreads.
 *
 * Why a file of its own: who is told first is a promise to clients (venue.h), kept here and nowhere
 * else. Invariants: views and replica always stand behind the same command; nothing is answered from
 * a command that the follower has not handed over, so every answer to an order is durable.
 * Read next: rest_door.c, which lets requests in.
 */
#include "gateway/venue.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/ensure.h"
#include "gateway/answer_batch.h"
#include "gateway/batch_elements.h"
#include "gateway/exchange_info.h"
#include "gateway/rest_door.h"
#include "money/arithmetic.h"
#include "platform/entropy.h"
#include "platform/log_line.h"

int64_t venue_now_us(const struct venue *venue)
{
    return clock_wall_us(venue->clock);
}

bool venue_is_live(const struct venue *venue)
{
    return follower_is_live(venue->follower);
}

/* ------------------------------------------------------------------ news from the core */

/* The first trade of an order gives back what it counted against its participant's limit. */
static void release_if_first(struct venue *venue, uint64_t order, struct quantity traded,
                             int64_t now_us)
{
    const struct order_record *record = order_history_find(venue->views.orders, order);

    if (record != NULL && quantity_compare(record->executed, traded) == 0) {
        rate_limits_order_filled(venue->rates, record->participant, now_us);
    }
}

static void release_counts(struct venue *venue, const struct command_header *command,
                           const uint8_t *events, size_t size)
{
    for (const struct event_header *event = views_next_event(events, size, NULL); event != NULL;
         event = views_next_event(events, size, event)) {
        if (event->kind == EVENT_TRADE) {
            const struct event_trade *trade = (const struct event_trade *)event;

            release_if_first(venue, trade->maker_order, trade->quantity, command->time_us);
            release_if_first(venue, trade->taker_order, trade->quantity, command->time_us);
        }
    }
}

static void on_command(void *context, const struct engine *engine,
                       const struct command_header *command, const uint8_t *events, size_t size)
{
    struct venue *venue = context;
    const struct venue_extension *extension = &venue->extension;

    venue->engine = engine;
    venue->number = command->number;
    views_apply(&venue->views, command, events, size);
    exchange_info_note(venue->info, events, size);
    if (venue->was_live) {
        release_counts(venue, command, events, size);
    }
    if (command->origin != 0 && command->origin == follower_origin(venue->follower)) {
        pending_complete(venue->pending, venue, command, events, size);
    }
    if (extension->on_command != NULL) {
        extension->on_command(extension->context, command, events, size);
    }
}

static void on_batch(void *context, const struct engine *engine, uint64_t number, int64_t time_us)
{
    struct venue *venue = context;
    const struct venue_extension *extension = &venue->extension;

    venue->engine = engine;
    tarazy_query_node(engine, &venue->node);
    venue->was_live = venue->was_live || follower_is_live(venue->follower);
    if (extension->on_batch != NULL) {
        extension->on_batch(extension->context, number, time_us);
    }
}

static void on_refused(void *context, uint32_t request, enum result result)
{
    struct venue *venue = context;

    pending_refuse(venue->pending, venue, request, result);
}

static void on_link(void *context, bool up)
{
    struct venue *venue = context;
    const struct venue_extension *extension = &venue->extension;

    log_event(up ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, up ? "core_linked" : "core_lost", NULL,
              NULL);
    venue->is_linked = up;
    venue->is_link_new = true;
    if (!up) {
        pending_abandon(venue->pending, venue);
    }
    if (extension->on_link != NULL) {
        extension->on_link(extension->context, up);
    }
}

/* ------------------------------------------------------------------ the loop */

/* Watches the descriptor that the follower has now; it may be another after each piece of work. */
static void watch_link(struct venue *venue)
{
    int fd = follower_fd(venue->follower);
    uint32_t interest = EVENT_READ;

    if (follower_wants_write(venue->follower)) {
        interest |= EVENT_WRITE;
    }
    /* A new link may have the number of the old one: the kernel no longer watches it. */
    if (venue->link_source.fd != fd || venue->is_link_new) {
        event_source_remove(venue->loop, &venue->link_source);
        venue->link_source.fd = fd;
        venue->is_link_new = false;
    }
    if (fd < 0) {
        return;
    }
    if (venue->link_source.is_added) {
        (void)event_source_change(venue->loop, &venue->link_source, interest);
        return;
    }
    venue->link_source.interest = interest;
    (void)event_source_add(venue->loop, &venue->link_source);
}

static void work(struct venue *venue)
{
    uint32_t commands_max = venue->was_live ? VENUE_COMMANDS_PER_TURN : VENUE_COMMANDS_OF_REPLAY;
    int result = follower_work(venue->follower, commands_max);

    venue->has_more = result > 0;
    if (result < 0) {
        log_event(LOG_LEVEL_ERROR, "replica_damaged", "why", follower_error(venue->follower));
        venue->is_failed = true;
        event_loop_stop(venue->loop);
    }
    watch_link(venue);
}

static void on_link_ready(struct event_source *source, uint32_t ready)
{
    (void)ready;
    work(source->context);
}

static void on_tick(struct event_timer *timer)
{
    struct venue *venue = timer->context;

    if (follower_fd(venue->follower) < 0 || venue->has_more) {
        work(venue);
    }
    pending_expire(venue->pending, venue, venue_now_us(venue));
    event_timer_start(venue->loop, &venue->tick, venue->has_more ? 1 : VENUE_TICK_MS);
}

/* What the turn's requests submitted leaves in one write; what the follower could not finish goes on
 * in the next turn. */
static void on_turn_end(struct event_turn_hook *hook)
{
    struct venue *venue = hook->context;

    follower_flush(venue->follower);
    watch_link(venue);
    if (venue->has_more) {
        event_timer_start(venue->loop, &venue->tick, 0);
    }
}

/* ------------------------------------------------------------------ the doors */

static enum server_upgrade on_upgrade(void *context, struct server *server,
                                      struct server_handle handle,
                                      const struct http_request *request)
{
    const struct venue_extension *extension = &((struct venue *)context)->extension;

    if (extension->on_upgrade == NULL) {
        return SERVER_UPGRADE_REFUSED;
    }
    return extension->on_upgrade(extension->context, server, handle, request);
}

static void on_message(void *context, struct server *server, struct server_handle handle,
                       struct slice text)
{
    const struct venue_extension *extension = &((struct venue *)context)->extension;

    if (extension->on_message != NULL) {
        extension->on_message(extension->context, server, handle, text);
    }
}

static void on_close(void *context, struct server *server, struct server_handle handle,
                     uint16_t code)
{
    const struct venue_extension *extension = &((struct venue *)context)->extension;

    if (extension->on_close != NULL) {
        extension->on_close(extension->context, server, handle, code);
    }
}

static bool create_server(struct venue *venue)
{
    const struct server_options options = {
        .loop = venue->loop,
        .limits = venue->options.server_limits,
        .callbacks =
            {
                .context = venue,
                .on_request = rest_door_request,
                .may_follow = rest_door_may_follow,
                .on_upgrade = on_upgrade,
                .on_message = on_message,
                .on_close = on_close,
            },
    };

    return server_create(&venue->server, &options) == 0;
}

/* ------------------------------------------------------------------ life */

/* Zeroed memory that costs nothing until it is touched. */
static void *map_block(size_t size)
{
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return block == MAP_FAILED ? NULL : block;
}

static bool create_views(struct venue *venue)
{
    const struct view_limits limits = view_limits_for(&venue->node.limits);
    struct hash_seed seed;
    size_t size = views_size(&limits);

    entropy_fill(&seed, sizeof seed);
    venue->views_block = size == 0 ? NULL : map_block(size);
    if (venue->views_block == NULL) {
        return false;
    }
    venue->views_size = size;
    views_create(&venue->views, venue->views_block, size, &limits, seed);
    return true;
}

static bool create_parts(struct venue *venue)
{
    venue->router = router_create();
    venue->keys = key_ring_create(venue->options.node_key);
    venue->rates = rate_limits_create(&venue->options.rates, venue->node.limits.participants_max);
    venue->pending = pending_create();
    venue->info = exchange_info_create();
    venue->parameters = malloc(sizeof *venue->parameters);
    venue->element = malloc(sizeof *venue->element);
    venue->elements = malloc(sizeof *venue->elements);
    venue->scratch = map_block(VENUE_SCRATCH_SIZE);
    venue->scratch_size = VENUE_SCRATCH_SIZE;
    return venue->router != NULL && venue->keys != NULL && venue->rates != NULL &&
           venue->pending != NULL && venue->info != NULL && venue->parameters != NULL &&
           venue->element != NULL && venue->elements != NULL && venue->scratch != NULL &&
           create_views(venue) && create_server(venue);
}

static bool open_follower(struct venue *venue, const char **error)
{
    const struct follower_options options = {
        .directory = venue->options.directory,
        .from = 1,
        .replay_from_start = true,
    };
    const struct follower_sink sink = {
        .context = venue,
        .on_command = on_command,
        .on_batch = on_batch,
        .on_refused = on_refused,
        .on_link = on_link,
    };

    venue->follower = follower_open(&options, &sink, error);
    if (venue->follower == NULL) {
        return false;
    }
    venue->engine = follower_engine(venue->follower);
    tarazy_query_node(venue->engine, &venue->node);
    return true;
}

static void start(struct venue *venue)
{
    venue->link_source =
        (struct event_source){.fd = -1, .on_ready = on_link_ready, .context = venue};
    venue->tick = (struct event_timer){.on_due = on_tick, .context = venue};
    venue->turn = (struct event_turn_hook){.on_turn_end = on_turn_end, .context = venue};
    event_turn_hook_add(venue->loop, &venue->turn);
    event_timer_start(venue->loop, &venue->tick, 0);
    venue->has_more = true; /* the journal so far */
}

struct venue *venue_create(const struct venue_options *options, const char **error)
{
    struct venue *venue = calloc(1, sizeof *venue);

    *error = "out of memory";
    if (venue == NULL) {
        return NULL;
    }
    venue->options = *options;
    venue->loop = options->loop;
    venue->clock = options->clock != NULL ? options->clock : clock_source_system();
    venue->link_source.fd = -1;
    if (!open_follower(venue, error)) {
        free(venue);
        return NULL;
    }
    *error = "out of memory";
    if (!create_parts(venue)) {
        venue_destroy(venue);
        return NULL;
    }
    start(venue);
    *error = NULL;
    return venue;
}

void venue_extend(struct venue *venue, const struct venue_extension *extension)
{
    venue->extension = *extension;
}

void venue_destroy(struct venue *venue)
{
    if (venue == NULL) {
        return;
    }
    event_source_remove(venue->loop, &venue->link_source);
    event_timer_stop(venue->loop, &venue->tick);
    if (venue->turn.is_added) {
        event_turn_hook_remove(venue->loop, &venue->turn);
    }
    server_destroy(venue->server);
    follower_close(venue->follower);
    answer_batch_drop_all(venue);
    exchange_info_destroy(venue->info);
    pending_destroy(venue->pending);
    rate_limits_destroy(venue->rates);
    key_ring_destroy(venue->keys);
    router_destroy(venue->router);
    free(venue->parameters);
    free(venue->element);
    free(venue->elements);
    if (venue->scratch != NULL) {
        (void)munmap(venue->scratch, venue->scratch_size);
    }
    if (venue->views_block != NULL) {
        (void)munmap(venue->views_block, venue->views_size);
    }
    free(venue);
}
