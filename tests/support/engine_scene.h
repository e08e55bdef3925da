/* SPDX-License-Identifier: Apache-2.0
 *
 * A small exchange for tests of the engine: founded, with people, keys, assets and two instruments. Each
 * command sent through it is held against what every command must keep: the events are whole, the
 * check said what the act did, a refusal changed nothing, every invariant of the books holds.
 */
#ifndef SUPPORT_ENGINE_SCENE_H
#define SUPPORT_ENGINE_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tarazy/engine.h"
#include "tarazy/query.h"

/* Participants, by number; key n belongs to participant n. */
enum scene_person {
    SCENE_ALICE = 1, /* traders, tier 1 */
    SCENE_BOB = 2,
    SCENE_CAROL = 3,  /* trader, tier 2: without fees, may do nothing but trade */
    SCENE_MAKER = 4,  /* market maker, tier 2 */
    SCENE_OLGA = 5,   /* operator */
    SCENE_OMAR = 6,   /* operator and approver */
    SCENE_ADAM = 7,   /* approver */
    SCENE_KAMILA = 8, /* custodian */
    SCENE_SAULE = 9,  /* supervisor */
    SCENE_PEOPLE = 9,
    SCENE_AIGUL =
        10, /* the mining authority's officer: this and the following with scene_start_mining alone */
    SCENE_METER = 11, /* measures shares and energy */
    SCENE_OTHER_METER = 12,
    SCENE_POOL = 13,
    SCENE_OTHER_POOL = 14,
};

/* Assets. GOLD and KZT have no decimals: price × quantity is plain. */
enum scene_asset {
    SCENE_GOLD = 1,
    SCENE_KZT = 2,
    SCENE_BTC = 3,  /* 8 decimals */
    SCENE_USDT = 4, /* 6 decimals */
};

/* Instruments. */
enum scene_instrument {
    SCENE_GOLDKZT = 1, /* tick 1, lot 1, last price 100, no rule but those of integers */
    SCENE_BTCUSDT = 2, /* bands, filters, slippage: see scene_btcusdt_terms */
};

#define SCENE_START_US  ((int64_t)1790000000 * 1000000) /* 2026-09-21, a Monday */
#define SCENE_TIER      1u /* 1000 ppm maker, 2000 ppm taker, all rights */
#define SCENE_TIER_FREE 2u /* no fees, right to trade only */

struct scene {
    struct engine *engine;
    size_t size;
    uint8_t *before; /* copy of the block, to show that a refusal changed nothing */
    struct event_buffer events;
    int64_t now_us;
    uint32_t key;       /* 0: the sender's own */
    uint64_t nonce;     /* of the next command */
    bool quick;         /* leaves the audit and the comparison of blocks out */
    enum result result; /* of the last command */
};

/* Told after each command that is sent in any scene; NULL: nobody. */
extern void (*scene_watch)(const struct command_header *command, const struct event_buffer *events);

/* A node before its first command. */
void scene_start_empty(struct scene *scene, const struct limits *limits);
/* The whole exchange, in continuous trading. Everybody owns 1,000,000 of each asset's whole coins but
 * those who keep order. */
void scene_start(struct scene *scene);
/* The same with other limits. */
void scene_start_with(struct scene *scene, const struct limits *limits);
/* The same with a small mining part, and the people of it. */
void scene_start_mining(struct scene *scene);
/* The same before NODE_OPEN. */
void scene_start_founding(struct scene *scene);
/* The same without the sandbox licence, and so without anybody's money. */
void scene_start_real(struct scene *scene);
void scene_end(struct scene *scene);

extern const struct limits scene_limits;

/* Sends a command: fills in header but kind; returns its result. who = 0: the node itself. */
enum result scene_send(struct scene *scene, uint32_t who, struct command_header *command);

/* The n-th event of a kind that the last command emitted; if there is none the test fails. */
const void *scene_event(const struct scene *scene, enum event_kind kind, unsigned n);
unsigned scene_event_count(const struct scene *scene, enum event_kind kind);
const struct event_outcome *scene_outcome(const struct scene *scene);

/* Common commands. */
enum result scene_deposit(struct scene *scene, uint32_t who, uint16_t asset, int64_t amount);
struct order_terms scene_limit(enum side side, int64_t price, int64_t quantity);
struct order_terms scene_market(enum side side, int64_t quantity);
struct order_terms scene_stop(enum side side, enum order_type type, int64_t stop, int64_t price,
                              int64_t quantity);
enum result scene_place(struct scene *scene, uint32_t who, const struct order_terms *terms);
enum result scene_cancel(struct scene *scene, uint32_t who, uint64_t order);
enum result scene_clock(struct scene *scene, int64_t now_us);
enum result scene_session(struct scene *scene, uint16_t instrument, enum session session,
                          int64_t until_us);
/* Proposed by one, approved by another: the result of the wrapped command, or why it came not to that. */
enum result scene_four_eyes(struct scene *scene, uint32_t proposer, uint32_t approver,
                            struct command_header *command);
/* A proposal alone; its number, 0 if it was refused (see scene->result). */
uint64_t scene_propose(struct scene *scene, uint32_t proposer, struct command_header *command);
enum result scene_approve(struct scene *scene, uint32_t approver, uint64_t proposal);

struct instrument_terms scene_goldkzt_terms(void);
struct instrument_terms scene_btcusdt_terms(void);
struct client_id scene_name(const char *text);

/* In the smallest units; 0 for accounts that do not exist. */
int64_t scene_available(const struct scene *scene, uint32_t owner, uint16_t asset);
int64_t scene_held(const struct scene *scene, uint32_t owner, uint16_t asset);

#endif
