/* SPDX-License-Identifier: Apache-2.0
 *
 * Acts become requests. What the player must remember is only how much each recorded order was for,
 * because an amend names the new whole quantity.
 */
#include "client/flow_player.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/pool.h"
#include "base/table.h"
#include "codec/decimal_text.h"

#define ORDER_PATH "/api/v3/order"

enum { UNKNOWN_ORDER_SENT = -2011, NOT_FOUND = -2013, FACTOR_ONE = 100000000 };

struct remembered {
    uint64_t order;
    int64_t quantity;
};

struct flow_player {
    struct flow_player_options options;
    struct flow_counts counts;
    struct venue_refusal refusal;
    int64_t tick;
    int64_t lot;
    char error[400];
    struct table *by_number;
    struct pool *orders;
    void *memory;
};

static const struct hash_seed seed = {{1, 2}};

static bool has_text(struct slice text, int64_t *units)
{
    return decimal_text_parse(text, FLOW_DECIMALS, units) == DECIMAL_RESULT_OK && *units > 0;
}

static bool ask_terms(struct flow_player *player)
{
    struct venue_parameters parameters;
    struct slice tick;
    struct slice lot;

    venue_parameters_begin(&parameters);
    venue_parameters_add(&parameters, "symbol", player->options.symbol);
    struct http_answer answer =
        venue_client_get(player->options.buyer, "/api/v3/exchangeInfo", &parameters);
    if (!venue_answer_is_ok(&answer, &player->refusal)) {
        snprintf(player->error, sizeof player->error, "%s: %s", player->options.symbol,
                 player->refusal.text);
        return false;
    }
    if (!venue_answer_find(&answer, "tickSize", &tick) || !has_text(tick, &player->tick) ||
        !venue_answer_find(&answer, "stepSize", &lot) || !has_text(lot, &player->lot)) {
        snprintf(player->error, sizeof player->error, "%s: the venue names no tick or lot",
                 player->options.symbol);
        return false;
    }
    return true;
}

static bool lay_out(struct flow_player *player, uint32_t orders_max)
{
    size_t pool_at = 64;
    size_t table_at = pool_at + 64;
    size_t slots_at = table_at + 64;
    size_t slots = pool_memory_size(orders_max, sizeof(struct remembered));

    player->memory = calloc(1, slots_at + slots + 64 + table_memory_size(orders_max));
    if (player->memory == NULL) {
        return false;
    }
    uint8_t *block = player->memory;
    player->orders = (struct pool *)(void *)(block + pool_at);
    player->by_number = (struct table *)(void *)(block + table_at);
    pool_create(player->orders, block + slots_at, orders_max, sizeof(struct remembered));
    size_t entries_at = (slots_at + slots + 63) & ~(size_t)63;
    table_create(player->by_number, block + entries_at, orders_max);
    return true;
}

struct flow_player *flow_player_create(const struct flow_player_options *options,
                                       const char **error)
{
    static char reason[400];
    struct flow_player *player = calloc(1, sizeof *player);

    *error = reason;
    snprintf(reason, sizeof reason, "out of memory");
    if (player == NULL) {
        return NULL;
    }
    player->options = *options;
    uint32_t orders_max = options->orders_max > 0 ? options->orders_max : 1;
    if (!lay_out(player, orders_max)) {
        flow_player_destroy(player);
        return NULL;
    }
    if (!ask_terms(player)) {
        snprintf(reason, sizeof reason, "%s", player->error);
        flow_player_destroy(player);
        return NULL;
    }
    return player;
}

void flow_player_destroy(struct flow_player *player)
{
    if (player != NULL) {
        free(player->memory);
        free(player);
    }
}

static struct remembered *find(struct flow_player *player, uint64_t order)
{
    uint64_t hash = hash_u64(seed, order);
    uint32_t cursor;

    for (uint32_t i = table_first(player->by_number, hash, &cursor); i != 0;
         i = table_next(player->by_number, hash, &cursor)) {
        struct remembered *found = pool_at(player->orders, i);

        if (found->order == order) {
            return found;
        }
    }
    return NULL;
}

static void remember(struct flow_player *player, uint64_t order, int64_t quantity)
{
    struct remembered *known = find(player, order);

    if (known == NULL) {
        uint32_t index = pool_take(player->orders);

        if (index == 0) {
            return;
        }
        known = pool_at(player->orders, index);
        known->order = order;
        table_insert(player->by_number, hash_u64(seed, order), index);
    }
    known->quantity = quantity;
}

/* value × factor, down to a multiple of step; 0 when it does not fit or nothing is left. */
static int64_t scaled(int64_t value, int64_t factor, int64_t step)
{
    __int128 product = (__int128)value * factor / FACTOR_ONE;

    if (product > INT64_MAX) {
        return 0;
    }
    return (int64_t)product / step * step;
}

static void add_client_id(struct flow_player *player, struct venue_parameters *parameters,
                          const char *name, uint64_t order)
{
    char text[64];

    snprintf(text, sizeof text, "%s-%" PRIu64, player->options.run, order);
    venue_parameters_add(parameters, name, text);
}

/* Counts what became of a request. False: there was no answer, or the key is refused. */
static bool judge(struct flow_player *player, const struct http_answer *answer, uint64_t *done)
{
    if (venue_answer_is_ok(answer, &player->refusal)) {
        (*done)++;
        return true;
    }
    if (answer->error != NULL || answer->status == 401 || answer->status == 403 ||
        answer->status >= 418) {
        snprintf(player->error, sizeof player->error, "HTTP %d, code %" PRId64 ": %s",
                 answer->status, player->refusal.code, player->refusal.text);
        return false;
    }
    bool is_gone = player->refusal.code == UNKNOWN_ORDER_SENT || player->refusal.code == NOT_FOUND;

    if (is_gone) {
        player->counts.gone++;
    } else {
        player->counts.refused++;
    }
    return true;
}

static struct venue_client *owner_of(const struct flow_player *player, enum side side)
{
    return side == SIDE_BUY ? player->options.buyer : player->options.seller;
}

static bool place(struct flow_player *player, const struct flow_event *event)
{
    struct venue_parameters parameters;
    int64_t price = scaled(event->price, player->options.price_factor, player->tick);
    int64_t quantity = scaled(event->quantity, player->options.quantity_factor, player->lot);

    if (price == 0 || quantity == 0) {
        player->counts.skipped++;
        return true;
    }
    venue_parameters_begin(&parameters);
    venue_parameters_add(&parameters, "symbol", player->options.symbol);
    venue_parameters_add(&parameters, "side", event->side == SIDE_BUY ? "BUY" : "SELL");
    venue_parameters_add(&parameters, "type", "LIMIT");
    venue_parameters_add(&parameters, "timeInForce", event->act == FLOW_ACT_HIT ? "IOC" : "GTC");
    venue_parameters_add_decimal(&parameters, "price", price, FLOW_DECIMALS);
    venue_parameters_add_decimal(&parameters, "quantity", quantity, FLOW_DECIMALS);
    venue_parameters_add(&parameters, "newOrderRespType", "ACK");
    if (event->act == FLOW_ACT_PLACE) {
        add_client_id(player, &parameters, "newClientOrderId", event->order);
        remember(player, event->order, quantity);
    }
    struct http_answer answer =
        venue_client_signed(owner_of(player, event->side), "POST", ORDER_PATH, &parameters);
    return judge(player, &answer, &player->counts.placed);
}

static bool cancel(struct flow_player *player, const struct flow_event *event)
{
    struct venue_parameters parameters;

    if (find(player, event->order) == NULL) { /* placed before the recording began */
        player->counts.skipped++;
        return true;
    }
    venue_parameters_begin(&parameters);
    venue_parameters_add(&parameters, "symbol", player->options.symbol);
    add_client_id(player, &parameters, "origClientOrderId", event->order);
    struct http_answer answer =
        venue_client_signed(owner_of(player, event->side), "DELETE", ORDER_PATH, &parameters);
    return judge(player, &answer, &player->counts.cancelled);
}

static bool reduce(struct flow_player *player, const struct flow_event *event)
{
    struct venue_parameters parameters;
    struct remembered *known = find(player, event->order);
    int64_t less = scaled(event->quantity, player->options.quantity_factor, player->lot);

    if (known == NULL || less == 0 || less >= known->quantity) {
        player->counts.skipped++;
        return true;
    }
    known->quantity -= less;
    venue_parameters_begin(&parameters);
    venue_parameters_add(&parameters, "symbol", player->options.symbol);
    add_client_id(player, &parameters, "origClientOrderId", event->order);
    venue_parameters_add_decimal(&parameters, "newQty", known->quantity, FLOW_DECIMALS);
    add_client_id(player, &parameters, "newClientOrderId", event->order);
    struct http_answer answer = venue_client_signed(owner_of(player, event->side), "PUT",
                                                    ORDER_PATH "/amend/keepPriority", &parameters);
    return judge(player, &answer, &player->counts.reduced);
}

bool flow_player_play(struct flow_player *player, const struct flow_event *event,
                      const char **error)
{
    *error = player->error;
    switch (event->act) {
    case FLOW_ACT_PLACE:
    case FLOW_ACT_HIT: return place(player, event);
    case FLOW_ACT_REDUCE: return reduce(player, event);
    case FLOW_ACT_CANCEL: return cancel(player, event);
    case FLOW_ACT_NOTHING: player->counts.skipped++; return true;
    }
    return true;
}

void flow_player_clear(struct flow_player *player)
{
    struct venue_client *owners[] = {player->options.buyer, player->options.seller};
    struct venue_parameters parameters;

    for (size_t i = 0; i < 2; i++) {
        venue_parameters_begin(&parameters);
        venue_parameters_add(&parameters, "symbol", player->options.symbol);
        (void)venue_client_signed(owners[i], "DELETE", "/api/v3/openOrders", &parameters);
    }
}

const struct flow_counts *flow_player_counts(const struct flow_player *player)
{
    return &player->counts;
}

const struct venue_refusal *flow_player_last_refusal(const struct flow_player *player)
{
    return &player->refusal;
}
