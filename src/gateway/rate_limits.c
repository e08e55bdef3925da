/* SPDX-License-Identifier: Apache-2.0
 *
 * Counters per address and per participant.
 *
 * Why a file of its own: it must cost next to nothing and never grow, whoever asks. Addresses stand
 * in a table of fixed size, eight to a set; the one that has been quiet for longest makes room. So
 * a flood from many addresses can at worst make the venue forget counts, never memory.
 * IPv6 clients are one address per /64. Invariant: a counter belongs to the window whose number
 * stands beside it. Read next: call.c, which charges.
 */
#include "gateway/rate_limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/hash.h"
#include "platform/entropy.h"

enum {
    SETS = 4096,
    WAYS = 8,
    BAN_AFTER = 50, /* refused requests within one window */
    BAN_FIRST_S = 120,
    BAN_LAST_S = 3 * 24 * 3600,
};

#define SECOND_US INT64_C(1000000)

struct client {
    uint8_t address[16]; /* all zero: a client without an address (Unix socket) */
    int64_t seen_us;     /* 0: empty slot */
    int64_t banned_until_us;
    int64_t minute;       /* number of the window */
    int64_t five_minutes; /* number of the window */
    uint32_t weight;
    uint32_t requests;
    uint32_t refused; /* since the last window in which nothing was */
    uint32_t bans;
};

struct orderer {
    int64_t ten_seconds; /* number of the window */
    int32_t day;
    uint32_t in_ten_seconds;
    uint32_t in_day;
    uint32_t reserved;
};

struct rate_limits {
    struct rate_options options;
    struct hash_seed seed;
    uint32_t participants_max;
    struct orderer *orderers;
    struct client clients[SETS][WAYS];
};

struct rate_limits *rate_limits_create(const struct rate_options *options,
                                       uint32_t participants_max)
{
    struct rate_limits *limits = calloc(1, sizeof *limits);

    if (limits == NULL) {
        return NULL;
    }
    limits->options = *options;
    limits->participants_max = participants_max;
    limits->orderers = calloc((size_t)participants_max + 1, sizeof *limits->orderers);
    if (limits->orderers == NULL) {
        free(limits);
        return NULL;
    }
    entropy_fill(&limits->seed, sizeof limits->seed);
    return limits;
}

void rate_limits_destroy(struct rate_limits *limits)
{
    if (limits != NULL) {
        free(limits->orderers);
        free(limits);
    }
}

const struct rate_options *rate_limits_options(const struct rate_limits *limits)
{
    return &limits->options;
}

/* ------------------------------------------------------------------ addresses */

/* What counts as one client: the address, of IPv6 the network. */
static void client_name(uint8_t name[16], const uint8_t *address)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

    memcpy(name, address, 16);
    if (memcmp(address, mapped, sizeof mapped) != 0) {
        memset(name + 8, 0, 8);
    }
}

static struct client *client_of(struct rate_limits *limits, const uint8_t *address, int64_t now_us)
{
    uint8_t name[16];

    client_name(name, address);
    struct client *set = limits->clients[hash_bytes(limits->seed, name, sizeof name) % SETS];
    struct client *oldest = &set[0];

    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].seen_us != 0 && memcmp(set[i].address, name, sizeof name) == 0) {
            set[i].seen_us = now_us;
            return &set[i];
        }
        if (set[i].seen_us < oldest->seen_us) {
            oldest = &set[i];
        }
    }
    *oldest = (struct client){.seen_us = now_us};
    memcpy(oldest->address, name, sizeof name);
    return oldest;
}

static void client_turn(struct client *client, int64_t now_us)
{
    int64_t minute = now_us / (60 * SECOND_US);
    int64_t five_minutes = now_us / (300 * SECOND_US);

    if (client->minute != minute) {
        client->minute = minute;
        client->weight = 0;
        client->refused = 0;
    }
    if (client->five_minutes != five_minutes) {
        client->five_minutes = five_minutes;
        client->requests = 0;
    }
}

static uint32_t seconds_until(int64_t now_us, int64_t then_us)
{
    int64_t seconds = (then_us - now_us + SECOND_US - 1) / SECOND_US;

    return seconds < 1 ? 1 : (uint32_t)seconds;
}

static bool fail_limit(struct failure *failure, enum venue_error error, uint64_t number,
                       const char *second)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    return failure_set(failure, error, text, second);
}

static bool refuse_banned(const struct client *client, int64_t now_us, struct rate_verdict *verdict,
                          struct failure *failure)
{
    verdict->retry_after_s = seconds_until(now_us, client->banned_until_us);
    return fail_limit(failure, VENUE_ERROR_BANNED, (uint64_t)client->banned_until_us / 1000, NULL);
}

/* One more refusal; too many of them become a ban, each twice as long as the one before. */
static bool refuse(struct client *client, int64_t now_us, struct rate_verdict *verdict,
                   struct failure *failure)
{
    client->refused++;
    if (client->refused > BAN_AFTER) {
        int64_t seconds = (int64_t)BAN_FIRST_S << (client->bans < 11 ? client->bans : 11);

        client->bans++;
        client->refused = 0;
        client->banned_until_us =
            now_us + (seconds < BAN_LAST_S ? seconds : BAN_LAST_S) * SECOND_US;
        return refuse_banned(client, now_us, verdict, failure);
    }
    return false;
}

bool rate_limits_charge(struct rate_limits *limits, const uint8_t *address, uint32_t weight,
                        int64_t now_us, struct rate_verdict *verdict, struct failure *failure)
{
    const struct rate_options *options = &limits->options;
    struct client *client = client_of(limits, address, now_us);

    client_turn(client, now_us);
    verdict->weight_used = client->weight;
    verdict->retry_after_s = 0;
    if (client->banned_until_us > now_us && !options->is_off) {
        return refuse_banned(client, now_us, verdict, failure);
    }
    client->weight += weight;
    client->requests++;
    verdict->weight_used = client->weight;
    if (options->is_off) {
        return true;
    }
    if (client->weight > options->weight_minute) {
        verdict->retry_after_s = seconds_until(now_us, (client->minute + 1) * 60 * SECOND_US);
        (void)fail_limit(failure, VENUE_ERROR_WEIGHT_EXCEEDED, options->weight_minute, NULL);
        return refuse(client, now_us, verdict, failure);
    }
    if (client->requests > options->raw_5_minutes) {
        verdict->retry_after_s =
            seconds_until(now_us, (client->five_minutes + 1) * 300 * SECOND_US);
        (void)fail_limit(failure, VENUE_ERROR_REQUESTS_EXCEEDED, options->raw_5_minutes, NULL);
        return refuse(client, now_us, verdict, failure);
    }
    return true;
}

uint32_t rate_limits_add(struct rate_limits *limits, const uint8_t *address, uint32_t weight,
                         int64_t now_us)
{
    struct client *client = client_of(limits, address, now_us);

    client_turn(client, now_us);
    client->weight += weight;
    return client->weight;
}

/* ------------------------------------------------------------------ orders */

static int64_t ten_seconds_of(int64_t now_us)
{
    return now_us / (10 * SECOND_US);
}

static int32_t day_of(int64_t now_us)
{
    return (int32_t)(now_us / (86400 * SECOND_US));
}

static struct orderer *orderer_of(const struct rate_limits *limits, uint32_t participant)
{
    ENSURE(participant <= limits->participants_max);
    return &limits->orderers[participant];
}

static void orderer_turn(struct orderer *orderer, int64_t now_us)
{
    if (orderer->ten_seconds != ten_seconds_of(now_us)) {
        orderer->ten_seconds = ten_seconds_of(now_us);
        orderer->in_ten_seconds = 0;
    }
    if (orderer->day != day_of(now_us)) {
        orderer->day = day_of(now_us);
        orderer->in_day = 0;
    }
}

bool rate_limits_order(struct rate_limits *limits, uint32_t participant, uint32_t orders,
                       int64_t now_us, struct rate_verdict *verdict, struct failure *failure)
{
    const struct rate_options *options = &limits->options;
    struct orderer *orderer = orderer_of(limits, participant);

    orderer_turn(orderer, now_us);
    if (!options->is_off && orderer->in_ten_seconds + orders > options->orders_10_seconds) {
        verdict->retry_after_s = seconds_until(now_us, (orderer->ten_seconds + 1) * 10 * SECOND_US);
        return fail_limit(failure, VENUE_ERROR_TOO_MANY_ORDERS, options->orders_10_seconds,
                          "10 SECOND");
    }
    if (!options->is_off && orderer->in_day + orders > options->orders_day) {
        verdict->retry_after_s =
            seconds_until(now_us, ((int64_t)orderer->day + 1) * 86400 * SECOND_US);
        return fail_limit(failure, VENUE_ERROR_TOO_MANY_ORDERS, options->orders_day, "1 DAY");
    }
    orderer->in_ten_seconds += orders;
    orderer->in_day += orders;
    return true;
}

void rate_limits_order_filled(struct rate_limits *limits, uint32_t participant, int64_t now_us)
{
    struct orderer *orderer = orderer_of(limits, participant);

    orderer_turn(orderer, now_us);
    orderer->in_ten_seconds -= orderer->in_ten_seconds > 0;
    orderer->in_day -= orderer->in_day > 0;
}

struct order_counts rate_limits_orders(const struct rate_limits *limits, uint32_t participant,
                                       int64_t now_us)
{
    const struct orderer *orderer = orderer_of(limits, participant);

    return (struct order_counts){
        orderer->ten_seconds == ten_seconds_of(now_us) ? orderer->in_ten_seconds : 0,
        orderer->day == day_of(now_us) ? orderer->in_day : 0,
    };
}
