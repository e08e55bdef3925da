/* SPDX-License-Identifier: Apache-2.0
 *
 * Parameters → struct order_terms. One order, or one leg of a list whose parameters carry a prefix
 * ("workingPrice", "aboveStopPrice").
 */
#ifndef GATEWAY_ORDER_REQUEST_H
#define GATEWAY_ORDER_REQUEST_H

#include "gateway/call.h"
#include "gateway/order_reply.h"

/* How one leg's parameters are called: NULL takes the plain name. */
struct leg_names {
    const char *prefix;   /* "working", "pending", "above" …; "" for a plain order */
    const char *side;     /* name of its side's parameter */
    const char *quantity; /* name of its quantity's parameter */
    const char *type;     /* name of its type's parameter; NULL: `fixed_type` */
    uint8_t fixed_type;
};

/* Reads one order. false: the call has been answered. An order without a client id gets a random
 * one, so that everybody can always ask for it. */
bool order_request_read(struct call *call, const struct instrument_view *instrument,
                        struct order_terms *terms);
bool order_request_read_leg(struct call *call, const struct instrument_view *instrument,
                            const struct leg_names *names, struct order_terms *terms);

/* newOrderRespType, else FULL for LIMIT and MARKET, ACK for the rest. false: answered. */
bool order_request_response_type(struct call *call, uint8_t order_type, enum response_type *type);

/* A random client id of 22 letters and digits. */
struct client_id order_request_new_client_id(void);

/* cancelRestrictions: 0, ONLY_NEW or ONLY_PARTIALLY_FILLED. false: answered. */
bool order_request_restriction(struct call *call, uint8_t *restriction);

#endif
