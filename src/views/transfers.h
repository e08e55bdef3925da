/* SPDX-License-Identifier: Apache-2.0
 *
 * Value that came in and went out: deposits and withdrawals per participant, with the evidence.
 * The oldest records are forgotten first, open withdrawals included (the engine still knows those).
 */
#ifndef VIEWS_TRANSFERS_H
#define VIEWS_TRANSFERS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "tarazy/event.h"
#include "tarazy/result.h"

enum transfer_kind {
    TRANSFER_KIND_DEPOSIT = 1,
    TRANSFER_KIND_WITHDRAWAL = 2,
};

struct transfer_record {
    struct amount amount; /* withdrawals: fee included */
    struct amount fee;
    struct evidence evidence; /* deposits; withdrawals once settled; else empty */
    struct address address;   /* withdrawals */
    struct client_id client_id;
    uint32_t participant;
    uint64_t id; /* deposits: number of the command; withdrawals: the withdrawal */
    int64_t requested_us;
    int64_t updated_us;
    uint16_t asset;
    uint8_t kind;  /* enum transfer_kind */
    uint8_t state; /* withdrawals: enum withdrawal_state */
    uint16_t rail;
    uint8_t is_sandbox;
    uint8_t reserved;
};

struct transfers;

struct transfers_limits {
    uint32_t records_max;
    uint32_t proposals_max; /* the node's */
};

/* NULL while measuring. */
struct transfers *transfers_create(struct arena *arena, const struct transfers_limits *limits,
                                   struct hash_seed seed);

/* Takes in one event of a command. */
void transfers_apply(struct transfers *transfers, const struct command_header *command,
                     const struct event_header *event);

/* A participant's transfers of a kind, youngest first; NULL = none (left). */
const struct transfer_record *transfers_last(const struct transfers *transfers,
                                             uint32_t participant, enum transfer_kind kind);
const struct transfer_record *transfers_previous(const struct transfers *transfers,
                                                 const struct transfer_record *record);

#endif
