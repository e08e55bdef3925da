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
void reply_key_rate(struct json_writer *json, const char *name, struct rate rate);
void reply_key_client_id(struct json_writer *json, const char *name,
                         const struct client_id *client_id);
void reply_key_asset(struct json_writer *json, const char *name, const struct engine *engine,
                     uint16_t asset);
/* −1 when there is none. */
void reply_key_list(struct json_writer *json, uint64_t list);
/* A fixed text (handle, address …) without its padding. */
void reply_key_fixed(struct json_writer *json, const char *name, const char *text, size_t size);

/* status, timeInForce, type, side and selfTradePreventionMode. */
void reply_words(struct json_writer *json, const struct order_record *record);

/* Elements of an open array. */
void reply_price(struct json_writer *json, struct price price,
                 const struct instrument_scale *scale);
void reply_quantity(struct json_writer *json, struct quantity quantity,
                    const struct instrument_scale *scale);
void reply_amount(struct json_writer *json, struct amount amount, uint8_t decimals);

/* An order as GET order, openOrders and allOrders show it. */
void reply_order(struct answer *answer, const struct order_record *record);

/* The answer to a placement: the order as it stands after the completed command, and with FULL the
 * fills among that command's events. */
void reply_placed(struct completion *completion, uint64_t order, uint8_t response_type);

/* The answer to a cancel: the order as it ended; client_id: the cancel's own name. */
void reply_cancelled(struct answer *answer, const struct order_record *record, int64_t time_us,
                     const struct client_id *client_id);

/* The answer to a completed COMMAND_ORDER_CANCEL: the order, or the list that ended with it. */
void reply_cancel(struct completion *completion);

/* An order list: its members, for an object that is open, and its legs with their names. */
void reply_list_members(struct answer *answer, const struct list_record *list, int64_t time_us);

/* The answer to the placement of a list: with reports of its legs unless ACK. */
void reply_list_placed(struct completion *completion, uint64_t list, uint8_t response_type);

/* The answer to the end of a list: with reports of the legs that the completed command ended.
 * client_id: the cancel's own name. */
void reply_list_cancelled(struct completion *completion, uint64_t list,
                          const struct client_id *client_id);

#endif
