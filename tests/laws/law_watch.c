/* SPDX-License-Identifier: Apache-2.0
 *
 * The watchers together: every event goes to each of them, and before the next command they look again
 * at people and instruments.
 */
#include "laws/law_watch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void watch_break(struct watch *watch, const char *format, ...)
{
    va_list arguments;

    if (watch->broken[0] != '\0') {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(watch->broken, sizeof watch->broken, format, arguments);
    va_end(arguments);
}

static void look_at_people(struct watch *watch, const struct engine *engine)
{
    struct node_view node;

    tarazy_query_node(engine, &node);
    watch->people_count = node.participants;
    for (uint32_t person = 1; person <= node.participants; person++) {
        struct participant_view view;
        struct tier_view tier;

        if (!tarazy_query_participant(engine, person, &view) ||
            !tarazy_query_tier(engine, view.tier, &tier)) {
            watch_break(watch, "participant %u or its tier is not there", person);
            return;
        }
        watch->people[person] = (struct watch_person){
            .identity = view.identity,
            .roles = view.roles,
            .maker_ppm = tier.maker.ppm,
            .taker_ppm = tier.taker.ppm,
            .frozen = view.frozen,
        };
    }
}

static void look_at_instruments(struct watch *watch, const struct engine *engine)
{
    struct node_view node;

    tarazy_query_node(engine, &node);
    watch->instruments_count = node.instruments;
    for (uint16_t instrument = 1; instrument <= node.instruments; instrument++) {
        if (!tarazy_query_instrument(engine, instrument, &watch->instruments[instrument])) {
            watch_break(watch, "instrument %u is not there", instrument);
        }
    }
}

struct watch *watch_new(void)
{
    struct watch *watch = calloc(1, sizeof *watch);

    if (watch == NULL) {
        abort();
    }
    watch->books = watch_books_new();
    watch->orders = watch_orders_new();
    watch->hands = watch_hands_new();
    return watch;
}

void watch_free(struct watch *watch)
{
    watch_books_free(watch->books);
    watch_orders_free(watch->orders);
    watch_hands_free(watch->hands);
    free(watch);
}

static const struct event_header *event_at(const struct law *law, size_t at)
{
    const void *bytes = law->events.bytes + at;

    return bytes;
}

/* What a refused command may say: that it was refused. */
static void check_refusal(struct watch *watch, const struct law *law)
{
    const struct event_outcome *outcome = law_outcome(law);

    if (outcome->result != RESULT_OK && outcome->result != RESULT_REPLACE_NOT_PLACED &&
        law->events.count != 1) {
        watch_break(watch, "a refused command emitted %u events", law->events.count);
    }
}

const char *watch_see(struct watch *watch, const struct law *law, const union law_command *command)
{
    bool registry_changed = false;
    bool market_changed = false;

    check_refusal(watch, law);
    for (size_t at = 0; at < law->events.used; at += event_at(law, at)->size) {
        const struct event_header *event = event_at(law, at);

        if (event->number != command->header.number) {
            watch_break(watch, "an event bears another command's number");
        }
        watch_books_event(watch, event);
        watch_orders_event(watch, event);
        registry_changed = registry_changed || event->kind == EVENT_REGISTRY;
        market_changed = market_changed || event->kind == EVENT_TRADE ||
                         event->kind == EVENT_SESSION || event->kind == EVENT_REGISTRY;
    }
    watch_books_end(watch);
    watch_hands_see(watch, law, command);
    if (registry_changed) {
        look_at_people(watch, law->engine);
    }
    if (market_changed) {
        look_at_instruments(watch, law->engine);
    }
    return watch->broken[0] != '\0' ? watch->broken : NULL;
}

const char *watch_compare(struct watch *watch, const struct law *law)
{
    watch_books_compare(watch, law);
    watch_orders_compare(watch, law);
    return watch->broken[0] != '\0' ? watch->broken : NULL;
}
