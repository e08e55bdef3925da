/* SPDX-License-Identifier: Apache-2.0
 *
 * Translating costs a lookup per command, so it is never timed: what is timed is the play of a tape.
 */
#include "w_script.h"

#include <stdio.h>
#include <string.h>

#include "tarazy/query.h"

union w_command {
    struct command_header header;
    struct command_order_place place;
    struct command_order_cancel cancel;
    struct command_order_replace replace;
    struct command_order_amend amend;
};

static void count_trades(struct w_script *script, const struct event_buffer *events)
{
    for (size_t at = 0; at < events->used;) {
        const struct event_header *event = (const void *)(events->bytes + at);

        if (event->kind == EVENT_TRADE) {
            script->trades++;
            script->quantity += (uint64_t)((const struct event_trade *)event)->quantity.units;
        }
        at += event->size;
    }
}

static void terms_of(struct order_terms *terms, const struct workload_command *from,
                     uint16_t market)
{
    bool is_budget = from->order_type == WORKLOAD_FOK_BUDGET;

    terms->quantity.units = from->size;
    terms->price.units = is_budget ? from->price / from->size : from->price;
    terms->instrument = market;
    terms->side = from->side == WORKLOAD_BID ? SIDE_BUY : SIDE_SELL;
    terms->type = ORDER_TYPE_LIMIT;
    terms->time_in_force = from->order_type == WORKLOAD_GTC   ? TIME_IN_FORCE_GTC
                           : from->order_type == WORKLOAD_IOC ? TIME_IN_FORCE_IOC
                                                              : TIME_IN_FORCE_FOK;
    terms->self_trade = SELF_TRADE_NONE;
}

/* False: the order it speaks of is gone. */
static bool translate(const struct w_stream *stream, const struct market_world *world,
                      const struct workload_command *from, union w_command *command)
{
    struct order_view order;

    if (from->type == WORKLOAD_PLACE) {
        command->header.kind = COMMAND_ORDER_PLACE;
        command->header.participant = stream->first_user + from->user;
        command->header.key = command->header.participant;
        terms_of(&command->place.terms, from, stream->market);
        return true;
    }
    if (!tarazy_query_order(world->engine, stream->numbers[from->id], &order)) {
        return false;
    }
    command->header.participant = order.participant;
    command->header.key = order.participant;
    if (from->type == WORKLOAD_MOVE) {
        command->header.kind = COMMAND_ORDER_REPLACE;
        command->replace.order = order.order;
        command->replace.mode = REPLACE_MODE_STOP_ON_FAILURE;
        command->replace.terms = order.terms;
        command->replace.terms.quantity = order.left;
        command->replace.terms.price.units = from->price;
    } else if (from->type == WORKLOAD_REDUCE && from->size < order.left.units) {
        command->header.kind = COMMAND_ORDER_AMEND;
        command->amend.order = order.order;
        command->amend.instrument = stream->market;
        command->amend.quantity.units = order.terms.quantity.units - from->size;
    } else {
        command->header.kind = COMMAND_ORDER_CANCEL;
        command->cancel.order = order.order;
        command->cancel.instrument = stream->market;
    }
    return true;
}

void w_script_step(struct w_script *script, struct market_world *world, struct w_stream *stream)
{
    const struct workload_command *from = &stream->commands[stream->next++];
    union w_command command;

    memset(&command, 0, sizeof command);
    if (!translate(stream, world, from, &command)) {
        script->refused++;
        return;
    }
    const struct event_outcome *outcome = market_world_apply(world, &command.header);
    if (outcome->result != RESULT_OK && outcome->result != RESULT_FOK_NOT_FILLED) {
        if (script->refused++ == 0) {
            printf("first refusal: %s of kind %u\n",
                   tarazy_result_text((enum result)outcome->result), command.header.kind);
        }
    }
    if (command.header.kind == COMMAND_ORDER_PLACE ||
        command.header.kind == COMMAND_ORDER_REPLACE) {
        stream->numbers[from->id] = outcome->id;
    }
    count_trades(script, &world->events);
}
