/* SPDX-License-Identifier: Apache-2.0
 *
 * Parameters → struct order_terms. One order, or one leg of a list, whose parameters have names of
 * their own ("workingPrice", "aboveStopPrice").
 */
#ifndef GATEWAY_ORDER_REQUEST_H
#define GATEWAY_ORDER_REQUEST_H

#include "gateway/call.h"
#include "gateway/order_reply.h"

/* What one leg's parameters are called; NULL: it has no such parameter. */
struct leg_names {
    const char *side;
    const char *type; /* NULL: `fixed_type` */
    const char *quantity;
    const char *quote_quantity;
    const char *client_id;
    const char *price;
    const char *stop_price;
    const char *trailing;
    const char *iceberg;
    const char *time_in_force;
    const char *expires;
    uint8_t fixed_type;
};

/* A plain order, and the rules of its parameters. */
extern const struct leg_names order_request_plain;

#define ORDER_REQUEST_PARAMETERS                                                          \
    {"symbol", PARAMETER_TYPE_SYMBOL, true}, {"side", PARAMETER_TYPE_NAME, true},         \
        {"type", PARAMETER_TYPE_NAME, true}, {"timeInForce", PARAMETER_TYPE_NAME, false}, \
        {"quantity", PARAMETER_TYPE_DECIMAL, false},                                      \
        {"quoteOrderQty", PARAMETER_TYPE_DECIMAL, false},                                 \
        {"price", PARAMETER_TYPE_DECIMAL, false},                                         \
        {"newClientOrderId", PARAMETER_TYPE_CLIENT_ID, false},                            \
        {"stopPrice", PARAMETER_TYPE_DECIMAL, false},                                     \
        {"trailingDelta", PARAMETER_TYPE_INTEGER, false},                                 \
        {"icebergQty", PARAMETER_TYPE_DECIMAL, false},                                    \
        {"newOrderRespType", PARAMETER_TYPE_NAME, false},                                 \
        {"selfTradePreventionMode", PARAMETER_TYPE_NAME, false},                          \
    {                                                                                     \
        "expireTime", PARAMETER_TYPE_TIME, false                                          \
    }

/* Reads one order or leg. false: the call has been answered. An order without a client id gets a
 * random one, so that everybody can always ask for it. */
bool order_request_read(struct call *call, const struct instrument_view *instrument,
                        const struct leg_names *names, struct order_terms *terms);

/* newOrderRespType, else FULL for LIMIT and MARKET, ACK for the rest. false: answered. */
bool order_request_response_type(struct call *call, uint8_t order_type, uint8_t *type);

/* A random client id of 22 letters and digits. */
struct client_id order_request_new_client_id(void);

/* A client id from a parameter, else a new one. */
bool order_request_client_id(struct call *call, const char *name, struct client_id *client_id);

/* cancelRestrictions: 0, ONLY_NEW or ONLY_PARTIALLY_FILLED. false: answered. */
bool order_request_restriction(struct call *call, uint8_t *restriction);

/* The order a request means: by number, by client id, or by both; one of them must be there.
 * false: answered. */
struct order_name {
    uint64_t order; /* 0: by client id */
    struct client_id client_id;
};
bool order_request_name(struct call *call, const char *number, const char *client_id,
                        struct order_name *name);

#endif
