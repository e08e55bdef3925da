/* SPDX-License-Identifier: Apache-2.0
 *
 * Events made by hand, for tests of views: the fields that matter as arguments, the rest zero.
 */
#ifndef SUPPORT_SAMPLE_EVENTS_H
#define SUPPORT_SAMPLE_EVENTS_H

#include <stdint.h>
#include <string.h>

#include "tarazy/event.h"

static inline struct client_id sample_client_id(const char *text)
{
    struct client_id id = {{0}};

    memcpy(id.text, text, strlen(text) < sizeof id.text ? strlen(text) : sizeof id.text);
    return id;
}

#define SAMPLE_HEADER(name, type, command_number)                                     \
    {                                                                                 \
        .number = (command_number), .kind = EVENT_##name, .size = sizeof(struct type) \
    }

/* price and quantity are units; base scale 0: the notional is their product. */
static inline struct event_trade sample_trade(uint64_t number, uint64_t trade, int64_t price,
                                              int64_t quantity)
{
    return (struct event_trade){
        .header = SAMPLE_HEADER(TRADE, event_trade, number),
        .quote = {(int128)price * quantity},
        .trade = trade,
        .price = {price},
        .quantity = {quantity},
        .instrument = 1,
        .taker_side = SIDE_BUY,
    };
}

static inline struct event_order_opened sample_opened(uint64_t number, uint64_t order,
                                                      uint32_t participant, const char *client_id)
{
    return (struct event_order_opened){
        .header = SAMPLE_HEADER(ORDER_OPENED, event_order_opened, number),
        .order = order,
        .participant = participant,
        .status = ORDER_STATUS_NEW,
        .working = 1,
        .terms =
            {
                .quantity = {100},
                .price = {10},
                .instrument = 1,
                .side = SIDE_BUY,
                .type = ORDER_TYPE_LIMIT,
                .time_in_force = TIME_IN_FORCE_GTC,
                .self_trade = SELF_TRADE_EXPIRE_TAKER,
                .client_id = sample_client_id(client_id),
            },
    };
}

static inline struct event_order_closed sample_closed(uint64_t number, uint64_t order,
                                                      enum order_status status,
                                                      enum close_reason reason)
{
    return (struct event_order_closed){
        .header = SAMPLE_HEADER(ORDER_CLOSED, event_order_closed, number),
        .order = order,
        .instrument = 1,
        .status = (uint8_t)status,
        .reason = (uint8_t)reason,
    };
}

#endif
