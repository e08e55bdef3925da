/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine's trades against the naive book's. One market of law_world.c, no lists; every order, cancel,
 * amend, replacement, session and clock that the engine accepts is done to the naive book too, in the
 * order of the engine's events; then both must have made the same trades between the same orders at the
 * same prices, set off the same stops, and show the same book.
 *
 *     book_law [INSTRUMENT [SEED]]      instruments 1 to 3, eight seeds each, without arguments
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "laws/law_world.h"
#include "support/model_book.h"

#define COMMANDS             6000u
#define SEEDS                8u
#define OPEN_MAX             250u
#define LEVELS_MAX           512u
#define PEOPLE               6u
#define NO_LIQUIDITY_RESULTS 4u

struct world {
    struct law law;
    struct model_book model;
    struct book_log naive;
    struct book_log real;
    uint16_t instrument;
    struct instrument_terms terms;
    int64_t tick;
    uint64_t seed;
    bool auctioned; /* in the present command */
};

static uint64_t below(struct world *world, uint64_t bound)
{
    return random_below(&world->law.stream, bound);
}

static bool once_in(struct world *world, uint64_t times)
{
    return random_once_in(&world->law.stream, times);
}

static void fail_at(const struct world *world, const char *what)
{
    (void)fprintf(stderr, "book_law: instrument %u, seed %llu, command %llu: %s\n",
                  world->instrument, (unsigned long long)world->seed,
                  (unsigned long long)tarazy_engine_number(world->law.engine), what);
    exit(1);
}

/* ------------------------------------------------------------------ drawing */

static int64_t draw_price(struct world *world)
{
    int64_t middle = world->terms.reference.units / world->tick;
    int64_t spread = world->instrument == 2 ? middle / 16 : 20;
    int64_t away = (int64_t)below(world, (uint64_t)(2 * spread)) - spread;

    return (middle + away) * world->tick;
}

static int64_t draw_quantity(struct world *world)
{
    int64_t lots = 1 + (int64_t)below(world, once_in(world, 10) ? 200 : 20);

    return lots * world->terms.lot.units;
}

static void draw_stop(struct world *world, struct order_terms *terms)
{
    terms->stop_price.units = draw_price(world);
    if (once_in(world, 3)) {
        terms->trailing_bps = 10 + (uint32_t)below(world, 300);
        terms->stop_price.units = once_in(world, 2) ? terms->stop_price.units : 0;
    }
}

static void draw_terms(struct world *world, struct order_terms *terms)
{
    memset(terms, 0, sizeof *terms);
    terms->instrument = world->instrument;
    terms->side = (uint8_t)(1 + below(world, 2));
    terms->type = once_in(world, 2) ? (uint8_t)ORDER_TYPE_LIMIT : (uint8_t)(1 + below(world, 7));
    terms->self_trade =
        once_in(world, 2) ? (uint8_t)SELF_TRADE_NONE : (uint8_t)(1 + below(world, 5));
    terms->quantity.units = draw_quantity(world);
    if (terms->type >= ORDER_TYPE_STOP_LOSS) {
        draw_stop(world, terms);
    }
    if (terms->type == ORDER_TYPE_MARKET || terms->type == ORDER_TYPE_STOP_LOSS ||
        terms->type == ORDER_TYPE_TAKE_PROFIT) {
        terms->time_in_force = TIME_IN_FORCE_IOC;
        if (terms->type == ORDER_TYPE_MARKET && once_in(world, 3)) {
            terms->flags = ORDER_FLAG_BY_QUOTE;
            terms->quantity.units =
                world->terms.reference.units / 4 * (1 + (int64_t)below(world, 40));
        }
        return;
    }
    terms->price.units = draw_price(world);
    terms->time_in_force = TIME_IN_FORCE_GTC;
    if (terms->type == ORDER_TYPE_LIMIT && once_in(world, 4)) {
        terms->time_in_force = (uint8_t)(1 + below(world, 3));
    }
    if (terms->time_in_force == TIME_IN_FORCE_GTC && once_in(world, 6)) {
        terms->time_in_force = TIME_IN_FORCE_GTD;
        terms->expires_us = world->law.now_us + 1 + (int64_t)below(world, 3000000);
    }
    if ((terms->time_in_force == TIME_IN_FORCE_GTC || terms->time_in_force == TIME_IN_FORCE_GTD) &&
        once_in(world, 5)) {
        terms->iceberg.units = world->terms.lot.units * (1 + (int64_t)below(world, 5));
    }
}

static const struct model_order *any_order(struct world *world)
{
    return &world->model.orders[below(world, world->model.count)];
}

static void draw_about_order(struct world *world, union law_command *command)
{
    const struct model_order *order = any_order(world);

    command->header.participant = order->participant;
    switch (below(world, 3)) {
    case 0:
        command->header.kind = COMMAND_ORDER_CANCEL;
        command->order_cancel.order = order->number;
        command->order_cancel.instrument = world->instrument;
        break;
    case 1:
        command->header.kind = COMMAND_ORDER_AMEND;
        command->order_amend.order = order->number;
        command->order_amend.instrument = world->instrument;
        command->order_amend.quantity.units = draw_quantity(world);
        break;
    default:
        command->header.kind = COMMAND_ORDER_REPLACE;
        command->order_replace.order = order->number;
        command->order_replace.mode = REPLACE_MODE_STOP_ON_FAILURE;
        draw_terms(world, &command->order_replace.terms);
        break;
    }
}

static void draw_session(struct world *world, union law_command *command)
{
    command->header.kind = COMMAND_SESSION_SET;
    command->header.participant = LAW_TRADERS + 1;
    command->session_set.instrument = world->instrument;
    command->session_set.session = SESSION_CONTINUOUS;
    if (world->model.session == SESSION_CONTINUOUS) {
        command->session_set.session = SESSION_PRE_OPEN;
    }
}

static void draw(struct world *world, union law_command *command)
{
    uint64_t draw = below(world, 100);

    *command = (union law_command){.bytes = {0}};
    world->law.now_us += (int64_t)below(world, 20000);
    if (draw < 3 || (world->model.session != SESSION_CONTINUOUS && draw < 6)) {
        draw_session(world, command);
    } else if (draw < 10) {
        command->header.kind = COMMAND_CLOCK;
        world->law.now_us += (int64_t)below(world, 1000000);
        return;
    } else if (world->model.count > 0 && (draw < 30 || world->model.count > OPEN_MAX)) {
        draw_about_order(world, command);
    } else {
        command->header.kind = COMMAND_ORDER_PLACE;
        /* rich people only: every fourth trader of the world is poor */
        command->header.participant = 4 * (1 + (uint32_t)below(world, PEOPLE));
        draw_terms(world, &command->order_place.terms);
    }
    command->header.key = command->header.participant;
}

/* ------------------------------------------------------------------ following */

static void follow_trade(struct world *world, const struct event_trade *trade)
{
    if ((trade->flags & TRADE_FLAG_AUCTION) != 0 && !world->auctioned) {
        (void)model_book_uncross(&world->model, TARAZY_FILLS_MAX);
        world->auctioned = true;
    }
    book_log_add(&world->real, (struct book_line){
                                   .act = BOOK_ACT_FILL,
                                   .maker = trade->maker_order,
                                   .taker = trade->taker_order,
                                   .price = trade->price.units,
                                   .quantity = trade->quantity.units,
                                   .quote = (int64_t)trade->quote.units,
                                   .trade = trade->trade,
                               });
}

static void follow_changed(struct world *world, const struct event_order_changed *changed)
{
    uint32_t act = changed->change == ORDER_CHANGE_TRIGGERED  ? BOOK_ACT_SET_OFF
                   : changed->change == ORDER_CHANGE_TRAILING ? BOOK_ACT_FOLLOW
                                                              : 0;

    if (changed->change == ORDER_CHANGE_AMENDED) {
        model_book_amend(&world->model, changed->order, changed->quantity.units);
    }
    if (act != 0) {
        book_log_add(&world->real, (struct book_line){.act = act, .taker = changed->order});
    }
}

static void follow_closed(struct world *world, const struct event_order_closed *closed)
{
    if (closed->reason == CLOSE_REASON_REQUESTED || closed->reason == CLOSE_REASON_GTD) {
        model_book_cancel(&world->model, closed->order);
    }
}

static void follow_session(struct world *world, const struct event_session *session)
{
    if (session->reason == SESSION_REASON_OPERATOR) {
        world->model.session = session->session;
    } else if (session->reason == SESSION_REASON_UNCROSSED && !world->auctioned) {
        (void)model_book_uncross(&world->model, TARAZY_FILLS_MAX);
        world->auctioned = true;
    }
}

static void follow(struct world *world, const struct event_header *event)
{
    const void *whole = event;

    if (event->kind == EVENT_ORDER_OPENED) {
        const struct event_order_opened *opened = whole;

        model_book_place(&world->model, opened->participant, &opened->terms, opened->order);
    } else if (event->kind == EVENT_TRADE) {
        follow_trade(world, whole);
    } else if (event->kind == EVENT_ORDER_CHANGED) {
        follow_changed(world, whole);
    } else if (event->kind == EVENT_ORDER_CLOSED) {
        follow_closed(world, whole);
    } else if (event->kind == EVENT_SESSION) {
        follow_session(world, whole);
    }
}

/* The naive book says more than the engine's trades and triggers: only these are compared. */
static void keep_comparable(struct book_log *log)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < log->count; i++) {
        uint32_t act = log->lines[i].act;

        if (act == BOOK_ACT_FILL || act == BOOK_ACT_SET_OFF || act == BOOK_ACT_FOLLOW) {
            log->lines[kept++] = log->lines[i];
        }
    }
    log->count = kept;
}

static void compare_depth(const struct world *world, enum side side)
{
    static struct level_view real[LEVELS_MAX];
    static struct model_level naive[LEVELS_MAX];
    size_t count = tarazy_query_depth(world->law.engine, world->instrument, side, real, LEVELS_MAX);

    if (count != model_book_depth(&world->model, (uint8_t)side, naive, LEVELS_MAX)) {
        fail_at(world, "the books have different levels");
    }
    for (size_t i = 0; i < count; i++) {
        if (real[i].price.units != naive[i].price || real[i].quantity.units != naive[i].quantity ||
            real[i].orders != naive[i].orders) {
            fail_at(world, "a level differs");
        }
    }
}

static void print_line(const char *who, const struct book_log *log, int64_t at)
{
    const struct book_line *line = &log->lines[at];

    if (at >= log->count) {
        (void)fprintf(stderr, "%s: nothing more\n", who);
        return;
    }
    (void)fprintf(stderr, "%s: act %u, maker %llu, taker %llu, %lld at %lld, trade %llu\n", who,
                  line->act, (unsigned long long)line->maker, (unsigned long long)line->taker,
                  (long long)line->quantity, (long long)line->price,
                  (unsigned long long)line->trade);
}

static void compare(struct world *world)
{
    struct instrument_view view;

    keep_comparable(&world->naive);
    int64_t at = book_log_difference(&world->real, &world->naive);
    if (at >= 0) {
        print_line("the engine", &world->real, at);
        print_line("the naive book", &world->naive, at);
        fail_at(world, "other trades, or other orders set off");
    }
    if (!tarazy_query_instrument(world->law.engine, world->instrument, &view) ||
        view.session != world->model.session || view.last.units != world->model.last ||
        view.trades != world->model.trades || view.orders != world->model.count ||
        view.reference.units != world->model.reference) {
        fail_at(world, "session, prices or counts differ");
    }
    compare_depth(world, SIDE_BUY);
    compare_depth(world, SIDE_SELL);
}

/* Trailing orders that began to follow the price and still do, oldest first. */
static void announce(struct world *world)
{
    struct model_book *model = &world->model;

    for (;;) {
        struct model_order *oldest = NULL;

        for (uint32_t i = 0; i < model->count; i++) {
            struct model_order *order = &model->orders[i];

            if (order->announce && order->place == MODEL_PLACE_TRAIL &&
                (oldest == NULL || order->arrival < oldest->arrival)) {
                oldest = order;
            }
        }
        if (oldest == NULL) {
            return;
        }
        oldest->announce = false;
        book_log_add(&world->naive,
                     (struct book_line){.act = BOOK_ACT_FOLLOW, .taker = oldest->number});
    }
}

/* Where only the state of the book decides, both must say the same of an order. */
static void compare_judgement(const struct world *world, enum result expected, enum result result)
{
    static const enum result of_the_book[NO_LIQUIDITY_RESULTS] = {
        RESULT_WOULD_MATCH, RESULT_WOULD_TRIGGER, RESULT_FOK_NOT_FILLED, RESULT_NO_LIQUIDITY};

    if (result == RESULT_OK && expected != RESULT_OK) {
        fail_at(world, "the naive book would refuse this order");
    }
    for (size_t i = 0; i < NO_LIQUIDITY_RESULTS; i++) {
        if (result == of_the_book[i] && expected != result) {
            fail_at(world, "the naive book would take this order");
        }
    }
}

static void step(struct world *world)
{
    static union law_command command;

    draw(world, &command);
    enum result expected = RESULT_OK;
    bool judged =
        command.header.kind == COMMAND_ORDER_PLACE && world->model.session == SESSION_CONTINUOUS;
    if (judged) {
        expected = model_book_expect(&world->model, command.header.participant,
                                     &command.order_place.terms, 0);
    }
    world->naive.count = 0;
    world->real.count = 0;
    world->auctioned = false;
    law_send(&world->law, &command);
    if (judged) {
        compare_judgement(world, expected, (enum result)law_outcome(&world->law)->result);
    }
    for (size_t at = 0; at < world->law.events.used;) {
        const void *bytes = world->law.events.bytes + at;
        const struct event_header *event = bytes;

        follow(world, event);
        at += event->size;
    }
    (void)model_book_run_stops(&world->model, TARAZY_TRIGGERS_MAX);
    announce(world);
    compare(world);
}

static int64_t power_of_ten(uint8_t scale)
{
    return scale == 0 ? 1 : 100000000; /* gold has no decimals, bitcoin eight */
}

static uint64_t run(uint16_t instrument, uint64_t seed)
{
    static struct world world;
    struct instrument_view view;

    memset(&world, 0, sizeof world);
    law_start(&world.law, &law_limits_wide, seed, NULL, NULL);
    if (!tarazy_query_instrument(world.law.engine, instrument, &view)) {
        abort();
    }
    world.instrument = instrument;
    world.seed = seed;
    world.terms = view.terms;
    world.tick = view.terms.tick.units;
    const struct model_rules rules = {
        .tick = world.tick,
        .lot = view.terms.lot.units,
        .scale = power_of_ten(view.base_scale),
        .price_min = view.terms.price_min.units,
        .price_max = view.terms.price_max.units,
        .market_max = view.terms.market_quantity_max.units != 0
                          ? view.terms.market_quantity_max.units
                          : view.terms.quantity_max.units,
        .quantity_min = view.terms.quantity_min.units,
        .slippage_ppm = view.terms.slippage_ppm,
        .static_ppm = view.terms.band_static_ppm,
        .dynamic_ppm = view.terms.band_dynamic_ppm,
    };
    model_book_start(&world.model, &rules, view.terms.reference.units, &world.naive);
    for (uint32_t i = 0; i < COMMANDS; i++) {
        step(&world);
    }
    const char *wrong = tarazy_engine_audit(world.law.engine);
    if (wrong != NULL) {
        fail_at(&world, wrong);
    }
    law_end(&world.law);
    return world.model.trades;
}

int main(int argc, char **argv)
{
    uint16_t first = argc > 1 ? (uint16_t)strtoul(argv[1], NULL, 10) : 1;
    uint16_t last = argc > 1 ? first : 3;
    uint64_t seeds = argc > 2 ? 1 : SEEDS;

    for (uint16_t instrument = first; instrument <= last; instrument++) {
        uint64_t trades = 0;

        for (uint64_t i = 0; i < seeds; i++) {
            trades += run(instrument, argc > 2 ? strtoull(argv[2], NULL, 10) : i + 1);
        }
        (void)printf("instrument %u: %llu trades as in the naive book\n", instrument,
                     (unsigned long long)trades);
    }
    return 0;
}
