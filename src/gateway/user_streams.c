/* SPDX-License-Identifier: Apache-2.0
 *
 * Who listens to his own events.
 *
 * Why a file of its own: a private event must reach its owner's subscriptions and nobody else's; the
 * only way from an event to a subscription is through the account of the participant the event
 * names. Invariants: an account exists exactly as long as it has a subscription; a subscription is in
 * the list of pending ones exactly while it is_pending, and it is if its bundle holds something.
 * Read next: user_events.c.
 */
#include "gateway/user_streams.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ensure.h"
#include "gateway/user_streams_state.h"
#include "tarazy/query.h"

struct user_streams *user_streams_create(const struct user_streams_options *options)
{
    struct user_streams *streams = calloc(1, sizeof *streams);

    ENSURE(streams != NULL);
    streams->options = *options;
    streams->tally = fill_tally_create();
    streams->text = malloc(USER_TEXT_SIZE);
    ENSURE(streams->text != NULL);
    return streams;
}

void user_streams_destroy(struct user_streams *streams)
{
    if (streams == NULL) {
        return;
    }
    ENSURE(streams->statistics.subscriptions == 0);
    fill_tally_destroy(streams->tally);
    free(streams->pending);
    free(streams->text);
    free(streams);
}

/* ------------------------------------------------------------------ accounts */

static struct user_account **bucket_of(const struct user_streams *streams, uint32_t participant)
{
    uint64_t hash = hash_u64(streams->options.seed, participant);

    return (struct user_account **)(uintptr_t)&streams->buckets[hash % USER_BUCKETS];
}

struct user_account *user_account_find(const struct user_streams *streams, uint32_t participant)
{
    struct user_account *account = *bucket_of(streams, participant);

    while (account != NULL && account->participant != participant) {
        account = account->next;
    }
    return account;
}

static struct user_account *account_take(struct user_streams *streams, uint32_t participant)
{
    struct user_account *account = user_account_find(streams, participant);

    if (account == NULL) {
        struct user_account **bucket = bucket_of(streams, participant);

        account = calloc(1, sizeof *account);
        ENSURE(account != NULL);
        account->participant = participant;
        account->next = *bucket;
        *bucket = account;
    }
    return account;
}

static void account_forget(struct user_streams *streams, struct user_account *account)
{
    struct user_account **link = bucket_of(streams, account->participant);

    ENSURE(!account->is_touched);
    while (*link != account) {
        ENSURE(*link != NULL);
        link = &(*link)->next;
    }
    *link = account->next;
    free(account->balances);
    free(account);
}

bool user_account_wants(const struct user_account *account, bool is_micro)
{
    const struct user_subscription *at = account->subscriptions;

    while (at != NULL && at->is_micro != is_micro) {
        at = at->next;
    }
    return at != NULL;
}

/* ------------------------------------------------------------------ telling */

static void remember_pending(struct user_streams *streams, struct user_subscription *subscription)
{
    if (subscription->is_pending) {
        return;
    }
    if (streams->pending_count == streams->pending_capacity) {
        uint32_t larger = streams->pending_capacity == 0 ? 64 : streams->pending_capacity * 2;
        struct user_subscription **moved =
            realloc(streams->pending, larger * sizeof(struct user_subscription *));

        ENSURE(moved != NULL);
        streams->pending = moved;
        streams->pending_capacity = larger;
    }
    streams->pending[streams->pending_count++] = subscription;
    subscription->is_pending = true;
}

static void tell(struct user_streams *streams, struct user_subscription *subscription,
                 struct slice text)
{
    char before[48];

    switch ((enum user_wrap)subscription->wrap) {
    case USER_WRAP_NONE: message_bundle_add(&subscription->bundle, text); break;
    case USER_WRAP_STREAM:
        message_bundle_add_wrapped(&subscription->bundle,
                                   slice_of(subscription->listen_key, LISTEN_KEY_SIZE), text);
        break;
    case USER_WRAP_API:
        (void)snprintf(before, sizeof before,
                       "{\"subscriptionId\":%u,\"event\":", (unsigned)subscription->number);
        message_bundle_add_between(&subscription->bundle, slice_of_text(before), text,
                                   slice_of_text("}"));
        break;
    }
    remember_pending(streams, subscription);
}

void user_account_tell(struct user_streams *streams, struct user_account *account, bool is_micro,
                       struct slice text)
{
    ENSURE(text.size > 0);
    streams->statistics.events++;
    for (struct user_subscription *at = account->subscriptions; at != NULL; at = at->next) {
        if (at->is_micro == is_micro) {
            tell(streams, at, text);
        }
    }
}

void user_subscription_flush(struct user_streams *streams, struct user_subscription *subscription)
{
    struct shared_frame *frame = message_bundle_take(&subscription->bundle);

    if (frame != NULL) {
        (void)server_ws_send_frame(streams->options.server, subscription->handle, frame,
                                   SERVER_POLICY_MUST_DELIVER);
        shared_frame_release(frame);
    }
}

void user_streams_on_batch(struct user_streams *streams)
{
    for (uint32_t i = 0; i < streams->pending_count; i++) {
        user_subscription_flush(streams, streams->pending[i]);
        streams->pending[i]->is_pending = false;
    }
    streams->pending_count = 0;
}

/* ------------------------------------------------------------------ subscriptions */

struct user_subscription *user_streams_open(struct user_streams *streams,
                                            const struct user_subscription *like)
{
    if (streams->statistics.subscriptions >= streams->options.subscriptions_max) {
        return NULL;
    }
    struct user_subscription *made = malloc(sizeof *made);

    ENSURE(made != NULL && like->participant != 0);
    *made = *like;
    made->account = account_take(streams, like->participant);
    made->bundle = (struct message_bundle){0};
    made->is_pending = false;
    made->next = made->account->subscriptions;
    made->link = &made->account->subscriptions;
    if (made->next != NULL) {
        made->next->link = &made->next;
    }
    *made->link = made;
    streams->statistics.subscriptions++;
    return made;
}

/* Takes one out of the pending list, keeping the order of the others. */
static void forget_pending(struct user_streams *streams, struct user_subscription *subscription)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; subscription->is_pending && i < streams->pending_count; i++) {
        if (streams->pending[i] != subscription) {
            streams->pending[kept++] = streams->pending[i];
        }
    }
    if (subscription->is_pending) {
        streams->pending_count = kept;
    }
    subscription->is_pending = false;
}

void user_streams_drop(struct user_streams *streams, struct user_subscription *subscription)
{
    struct user_account *account = subscription->account;

    forget_pending(streams, subscription);
    message_bundle_clear(&subscription->bundle);
    *subscription->link = subscription->next;
    if (subscription->next != NULL) {
        subscription->next->link = subscription->link;
    }
    free(subscription);
    streams->statistics.subscriptions--;
    if (account->subscriptions == NULL) {
        account_forget(streams, account);
    }
}

/* What is said now, outside of any command. */
static struct user_scene scene_now(const struct user_streams *streams, const struct engine *engine,
                                   const struct user_subscription *subscription)
{
    return (struct user_scene){
        .engine = engine,
        .now_us = clock_wall_us(streams->options.clock),
        .is_micro = subscription->is_micro,
    };
}

void user_streams_terminate(struct user_streams *streams, const struct engine *engine,
                            struct user_subscription *subscription)
{
    struct user_scene scene = scene_now(streams, engine, subscription);
    struct json_writer json;

    json_writer_begin(&json, streams->text, USER_TEXT_SIZE);
    user_message_terminated(&json, &scene);
    tell(streams, subscription, json_writer_text(&json));
    user_subscription_flush(streams, subscription);
    user_streams_drop(streams, subscription);
}

static bool is_of_listen_key(const struct user_subscription *subscription, struct slice listen_key)
{
    return subscription->has_listen_key &&
           slice_equals(slice_of(subscription->listen_key, LISTEN_KEY_SIZE), listen_key);
}

void user_streams_end_listen_key(struct user_streams *streams, const struct engine *engine,
                                 uint32_t participant, struct slice listen_key, bool has_run_out)
{
    const struct user_account *account = user_account_find(streams, participant);
    struct user_subscription *next = account != NULL ? account->subscriptions : NULL;

    while (next != NULL) {
        struct user_subscription *at = next;

        next = at->next;
        if (!is_of_listen_key(at, listen_key)) {
            continue;
        }
        if (has_run_out) {
            struct user_scene scene = scene_now(streams, engine, at);
            struct json_writer json;

            json_writer_begin(&json, streams->text, USER_TEXT_SIZE);
            user_message_key_expired(&json, &scene, listen_key);
            tell(streams, at, json_writer_text(&json));
        }
        user_subscription_flush(streams, at);
        streams->options.on_ended(streams->options.context, at);
        user_streams_drop(streams, at);
    }
}

/* ------------------------------------------------------------------ keys */

static bool is_key_good(const struct engine *engine, uint32_t number, int64_t now_us)
{
    struct key_view key;

    return tarazy_query_key_by_number(engine, number, &key) && !key.revoked &&
           (key.expires_us == 0 || key.expires_us > now_us);
}

static void end_if_key_is_bad(struct user_streams *streams, const struct engine *engine,
                              struct user_account *account)
{
    int64_t now_us = clock_wall_us(streams->options.clock);
    struct user_subscription *next = account->subscriptions;

    while (next != NULL) {
        struct user_subscription *at = next;

        next = at->next;
        if (!is_key_good(engine, at->key, now_us)) {
            streams->options.on_ended(streams->options.context, at);
            user_streams_terminate(streams, engine, at);
        }
    }
}

void user_streams_check_keys(struct user_streams *streams, const struct engine *engine)
{
    for (uint32_t i = 0; i < USER_BUCKETS; i++) {
        struct user_account *next = streams->buckets[i];

        while (next != NULL) {
            struct user_account *at = next;

            next = at->next;
            end_if_key_is_bad(streams, engine, at);
        }
    }
}

struct user_streams_statistics user_streams_statistics(const struct user_streams *streams)
{
    return streams->statistics;
}
