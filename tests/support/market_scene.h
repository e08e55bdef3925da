/* SPDX-License-Identifier: Apache-2.0
 *
 * A small market for tests of one rule at a time: instrument 1 with an easy tick and lot, in
 * continuous trading, participants 1 to 16, and what happened line by line.
 */
#ifndef SUPPORT_MARKET_SCENE_H
#define SUPPORT_MARKET_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "market/market_state.h"
#include "support/market_driver.h"

struct scene {
    struct market_driver driver;
    struct book_log log;
    struct market *market; /* the driver's */
};

static inline struct scene *scene_open(const struct limits *limits,
                                       const struct instrument_terms *terms)
{
    struct scene *scene = malloc(sizeof *scene);

    assert_non_null(scene);
    driver_start(&scene->driver, limits, &scene->log);
    scene->market = scene->driver.market;
    assert_int_equal(market_listing_check(scene->market, terms, 0), RESULT_OK);
    assert_int_equal(market_list_instrument(scene->market, terms, 0, SESSION_CONTINUOUS), 1);
    return scene;
}

static inline struct scene *scene_start(void)
{
    struct instrument_terms terms = driver_terms("SCENE");

    return scene_open(NULL, &terms);
}

/* Every test ends here: nothing it did broke an invariant. */
static inline void scene_end(struct scene *scene)
{
    const char *wrong = market_audit(scene->market);

    if (wrong != NULL || scene->driver.wrong != NULL) {
        fail_msg("%s", wrong != NULL ? wrong : scene->driver.wrong);
    }
    driver_stop(&scene->driver);
    free(scene);
}

/* New terms for instrument 1, whatever they are now. */
static inline void scene_terms(struct scene *scene, const struct instrument_terms *terms)
{
    assert_int_equal(market_terms_check(scene->market, 1, terms), RESULT_OK);
    market_terms_set(scene->market, 1, terms);
}

static inline enum result scene_check(struct scene *scene, uint32_t who,
                                      const struct order_terms *terms)
{
    struct placement placement = driver_placement(&scene->driver, who);

    return market_order_check(scene->market, &placement, terms);
}

/* Places an order that must be taken; its number. */
static inline uint64_t scene_place(struct scene *scene, uint32_t who,
                                   const struct order_terms *terms)
{
    assert_int_equal(driver_place(&scene->driver, who, terms), RESULT_OK);
    return scene->driver.number;
}

static inline uint64_t scene_limit(struct scene *scene, uint32_t who, uint8_t side, int64_t price,
                                   int64_t quantity)
{
    struct order_terms terms = driver_limit(side, price, quantity);

    return scene_place(scene, who, &terms);
}

/* Makes this the last price: participants 15 and 16 trade one unit at it. */
static inline void scene_last(struct scene *scene, int64_t price)
{
    (void)scene_limit(scene, 15, SIDE_SELL, price, 1);
    (void)scene_limit(scene, 16, SIDE_BUY, price, 1);
    assert_int_equal(market_instrument(scene->market, 1)->last.units, price);
}

/* The open order of this number, or NULL. */
static inline const struct order *scene_order(const struct scene *scene, uint64_t number)
{
    uint32_t slot = market_order_find(scene->market, number);

    return slot != 0 ? market_order(scene->market, slot) : NULL;
}

/* What is left of it; 0 when it is gone. */
static inline int64_t scene_left(const struct scene *scene, uint64_t number)
{
    const struct order *order = scene_order(scene, number);

    return order != NULL ? order->left.units : 0;
}

/* What is shown at a price. */
static inline int64_t scene_shown(const struct scene *scene, uint8_t side, int64_t price)
{
    static struct level_view levels[64];
    size_t count = market_depth(scene->market, 1, side, levels, 64);

    for (size_t i = 0; i < count; i++) {
        if (levels[i].price.units == price) {
            return levels[i].quantity.units;
        }
    }
    return 0;
}

/* The n-th line of the log since the last scene_forget, which must be of this act. */
static inline const struct book_line *scene_line(const struct scene *scene, uint32_t n,
                                                 enum book_act act)
{
    assert_in_range(n, 0, scene->log.count - 1);
    assert_int_equal(scene->log.lines[n].act, act);
    return &scene->log.lines[n];
}

static inline void scene_assert_fill(const struct scene *scene, uint32_t n, uint64_t maker,
                                     int64_t price, int64_t quantity)
{
    const struct book_line *line = scene_line(scene, n, BOOK_ACT_FILL);

    assert_int_equal(line->maker, maker);
    assert_int_equal(line->price, price);
    assert_int_equal(line->quantity, quantity);
}

static inline void scene_forget(struct scene *scene)
{
    scene->log.count = 0;
}

/* Terms of other kinds. */
static inline struct order_terms scene_market_order(uint8_t side, int64_t quantity)
{
    struct order_terms terms = driver_limit(side, 0, quantity);

    terms.type = ORDER_TYPE_MARKET;
    terms.time_in_force = TIME_IN_FORCE_IOC;
    return terms;
}

/* price 0: a market stop. */
static inline struct order_terms scene_stop(uint8_t type, uint8_t side, int64_t stop, int64_t price,
                                            int64_t quantity)
{
    struct order_terms terms = driver_limit(side, price, quantity);

    terms.type = type;
    terms.stop_price.units = stop;
    terms.time_in_force = price == 0 ? TIME_IN_FORCE_IOC : TIME_IN_FORCE_GTC;
    return terms;
}

#endif
