/* SPDX-License-Identifier: Apache-2.0
 *
 * What a participant's own stream says: one function per kind of event, each writes one JSON
 * object. The letters are the venue contract's.
 */
#ifndef GATEWAY_USER_MESSAGE_H
#define GATEWAY_USER_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/json_writer.h"
#include "tarazy/query.h"
#include "views/list_history.h"
#include "views/order_history.h"
#include "views/prevented_matches.h"

struct user_scene {
    const struct engine *engine;
    int64_t now_us;  /* when it is told */
    int64_t time_us; /* when it happened */
    bool is_micro;
};

/* What happened to an order; execution reports say it in the member "x". */
enum user_execution {
    USER_EXECUTION_NEW = 1,
    USER_EXECUTION_CANCELED,
    USER_EXECUTION_REPLACED, /* amended */
    USER_EXECUTION_REJECTED,
    USER_EXECUTION_TRADE,
    USER_EXECUTION_EXPIRED,
    USER_EXECUTION_TRADE_PREVENTION,
};

struct user_report {
    const struct order_record *order; /* as it is after the command */
    enum user_execution execution;
    uint8_t status;  /* enum order_status at this point */
    bool is_working; /* on the book */
    bool is_maker;
    uint64_t id;              /* of the report itself */
    uint64_t trade;           /* 0: none */
    struct quantity executed; /* so far */
    struct amount quote;      /* so far */
    struct quantity last_quantity;
    struct price last_price;
    struct amount last_quote;
    struct amount fee;
    uint16_t fee_asset;         /* 0: none */
    struct client_id client_id; /* "c": of the order, or of what ended it */
    struct client_id original;  /* "C": of the order that was ended; else empty */
    uint64_t counter_order;     /* TRADE_PREVENTION: who would have been met; else 0 */
    struct quantity prevented;  /* TRADE_PREVENTION: by this match */
    struct price prevented_price;
    uint64_t prevented_match; /* 0: none */
};

void user_message_report(struct json_writer *json, const struct user_scene *scene,
                         const struct user_report *report);

/* Balances as they are now. */
struct user_balance {
    struct amount available;
    struct amount held;
    uint16_t asset;
};
void user_message_balances(struct json_writer *json, const struct user_scene *scene,
                           const struct user_balance *balances, size_t count);

/* Value that came in (delta > 0) or went out. */
void user_message_balance_update(struct json_writer *json, const struct user_scene *scene,
                                 uint16_t asset, struct amount delta);

/* names[]: the client ids of the list's orders. */
void user_message_list(struct json_writer *json, const struct user_scene *scene,
                       const struct event_order_list *list, const struct client_id *names);

void user_message_terminated(struct json_writer *json, const struct user_scene *scene);
void user_message_key_expired(struct json_writer *json, const struct user_scene *scene,
                              struct slice listen_key);
void user_message_shutdown(struct json_writer *json, const struct user_scene *scene);

#endif
