/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders, lists and fills as the venue contract writes them. REST, WebSocket API and whoever else
 * shows an order use these.
 */
#ifndef GATEWAY_ORDER_REPLY_H
#define GATEWAY_ORDER_REPLY_H

#include "gateway/answer.h"
#include "gateway/pending.h"
#include "tarazy/query.h"
#include "views/list_history.h"
#include "views/order_history.h"

enum response_type {
    RESPONSE_TYPE_ACK = 1,
    RESPONSE_TYPE_RESULT,
    RESPONSE_TYPE_FULL,
};

/* What texts of an instrument need. */
struct instrument_scale {
    struct symbol symbol;
    uint8_t base;
    uint8_t quote;
};
struct instrument_scale instrument_scale_of(const struct engine *engine, uint16_t instrument);

/* Members of an open object. */
void reply_key_symbol(struct json_writer *json, const char *name, struct symbol symbol);
void reply_key_price(struct json_writer *json, const char *name, struct price price,
                     const struct instrument_scale *scale);
void reply_key_quantity(struct json_writer *json, const char *name, struct quantity quantity,
                        const struct instrument_scale *scale);
void reply_key_amount(struct json_writer *json, const char *name, struct amount amount,
                      uint8_t decimals);
void reply_key_client_id(struct json_writer *json, const char *name,
                         const struct client_id *client_id);
void reply_key_asset(struct json_writer *json, const char *name, const struct engine *engine,
                     uint16_t asset);

/* An order as GET order, openOrders and allOrders show it. */
void reply_order(struct answer *answer, const struct order_record *record);

/* The answer to a placement: the order `number` after this command, with the fills of `events`. */
void reply_placed(struct answer *answer, const struct completion *completion, uint64_t order,
                  enum response_type type);

/* The answer to a cancel: the order as it ended; client_id: the cancel's own name. */
void reply_cancelled(struct answer *answer, const struct order_record *record, int64_t time_us,
                     const struct client_id *client_id);

/* An order list without reports; its members, for an object that is open. */
void reply_list_members(struct answer *answer, const struct list_record *list, int64_t time_us);

#endif
