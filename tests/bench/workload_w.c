/* SPDX-License-Identifier: Apache-2.0
 *
 * The generator of workload W and the little book it needs: price-indexed levels, dense order ids.
 * It is also an independent witness: its trades must be those of the market on the same commands.
 *
 * Invariants: out[i] depends on the parameters and out[0 .. i − 1] alone; the random numbers are
 * those of java.util.Random.
 */
#include "bench/workload_w.h"

#include <math.h>
#include <stdlib.h>

#define PICK_MAX  512 /* orders to touch are among the oldest so many */
#define COUNT_MAX 512 /* resting orders are counted every so many commands */

struct java_random {
    uint64_t state;
};

struct node { /* an order, by id */
    int64_t left;
    int64_t price;
    uint32_t user;
    uint32_t next; /* in its level */
    uint32_t previous;
    uint32_t younger; /* live orders by age */
    uint32_t older;
    uint8_t side;
    bool live;
    bool resting;
};

struct queue { /* a price level */
    uint32_t head;
    uint32_t tail;
};

struct generator {
    struct java_random random;
    struct node *nodes;
    struct queue *queues; /* by price; both sides: a price holds one of them */
    int64_t top;          /* prices are 0 .. top */
    int64_t best[2];      /* highest bid, lowest ask; −1 and top + 1 when empty */
    uint32_t resting[2];
    uint32_t live_oldest;
    uint32_t live_youngest;
    uint32_t live_count;
    uint32_t last_id;
    int32_t users;
    int32_t half;
    int32_t threshold;
    int32_t deviation;
    int32_t price_min;
    int32_t price_max;
    int32_t last;
    int32_t direction;
    int32_t counted[2];
    bool filled;
    bool rejected;
    struct workload_summary *summary;
};

static int32_t random_bits(struct java_random *random, unsigned bits)
{
    random->state = (random->state * 0x5DEECE66Du + 11u) & ((1ull << 48) - 1);
    return (int32_t)(random->state >> (48 - bits));
}

static int32_t random_int(struct java_random *random, int32_t bound)
{
    int32_t bits = random_bits(random, 31);

    if ((bound & (bound - 1)) == 0) {
        return (int32_t)((int64_t)bound * bits >> 31);
    }
    /* The last, incomplete stretch of 0 .. 2^31 − 1 is drawn again. */
    while ((int64_t)bits - bits % bound + (bound - 1) > INT32_MAX) {
        bits = random_bits(random, 31);
    }
    return bits % bound;
}

static double random_double(struct java_random *random)
{
    int64_t high = (int64_t)random_bits(random, 26) << 27;

    return (double)(high + random_bits(random, 27)) * 0x1p-53;
}

/* ---------------------------------------------------------------- the book */

static void live_add(struct generator *g, uint32_t id)
{
    struct node *node = &g->nodes[id];

    node->live = true;
    node->older = g->live_youngest;
    if (g->live_youngest != 0) {
        g->nodes[g->live_youngest].younger = id;
    } else {
        g->live_oldest = id;
    }
    g->live_youngest = id;
    g->live_count++;
}

static void live_remove(struct generator *g, uint32_t id)
{
    struct node *node = &g->nodes[id];

    if (!node->live) {
        return;
    }
    node->live = false;
    *(node->older != 0 ? &g->nodes[node->older].younger : &g->live_oldest) = node->younger;
    *(node->younger != 0 ? &g->nodes[node->younger].older : &g->live_youngest) = node->older;
    g->live_count--;
}

/* Moves the best price of a side away from the middle to the next level there is. */
static void find_best(struct generator *g, uint8_t side)
{
    int64_t step = side == WORKLOAD_BID ? -1 : 1;

    while (g->best[side] >= 0 && g->best[side] <= g->top && g->queues[g->best[side]].head == 0) {
        g->best[side] += step;
    }
}

static void book_add(struct generator *g, uint32_t id)
{
    struct node *node = &g->nodes[id];
    struct queue *queue = &g->queues[node->price];

    node->next = 0;
    node->previous = queue->tail;
    *(queue->tail != 0 ? &g->nodes[queue->tail].next : &queue->head) = id;
    queue->tail = id;
    node->resting = true;
    g->resting[node->side]++;
    bool better = node->side == WORKLOAD_BID ? node->price > g->best[WORKLOAD_BID]
                                             : node->price < g->best[WORKLOAD_ASK];
    if (better) {
        g->best[node->side] = node->price;
    }
}

static void book_remove(struct generator *g, uint32_t id)
{
    struct node *node = &g->nodes[id];
    struct queue *queue = &g->queues[node->price];

    *(node->previous != 0 ? &g->nodes[node->previous].next : &queue->head) = node->next;
    *(node->next != 0 ? &g->nodes[node->next].previous : &queue->tail) = node->previous;
    node->resting = false;
    g->resting[node->side]--;
    find_best(g, node->side);
}

static bool crosses(const struct generator *g, const struct node *node, int64_t limit)
{
    return node->side == WORKLOAD_BID ? g->best[WORKLOAD_ASK] <= limit
                                      : g->best[WORKLOAD_BID] >= limit;
}

static void note_trade(struct generator *g, uint32_t taker, uint32_t maker, int64_t quantity)
{
    int32_t price = (int32_t)g->nodes[maker].price;

    g->summary->trades++;
    g->summary->quantity += (uint64_t)quantity;
    g->nodes[maker].left -= quantity;
    g->nodes[taker].left -= quantity;
    if (g->nodes[maker].left == 0) {
        book_remove(g, maker);
        live_remove(g, maker);
    }
    if (g->nodes[taker].left == 0) {
        live_remove(g, taker);
    }
    g->last = price < g->price_min ? g->price_min : price > g->price_max ? g->price_max : price;
    if (price <= g->price_min) {
        g->direction = 1;
    } else if (price >= g->price_max) {
        g->direction = -1;
    }
}

static void match(struct generator *g, uint32_t taker, int64_t limit)
{
    struct node *node = &g->nodes[taker];

    while (node->left > 0 && crosses(g, node, limit)) {
        uint32_t maker = g->queues[g->best[1 - node->side]].head;
        int64_t there = g->nodes[maker].left;

        note_trade(g, taker, maker, there < node->left ? there : node->left);
    }
}

/* Is the whole size there, at a cost the budget allows (bids) or for at least the budget (asks)? */
static bool budget_allows(const struct generator *g, const struct node *node, int64_t budget)
{
    int64_t wanted = node->left;
    int64_t cost = 0;
    int64_t step = node->side == WORKLOAD_BID ? 1 : -1;

    for (int64_t price = g->best[1 - node->side]; wanted > 0 && price >= 0 && price <= g->top;
         price += step) {
        for (uint32_t id = g->queues[price].head; id != 0 && wanted > 0; id = g->nodes[id].next) {
            int64_t there = g->nodes[id].left;
            int64_t take = there < wanted ? there : wanted;

            cost += take * price;
            wanted -= take;
        }
    }
    return wanted == 0 && (node->side == WORKLOAD_BID ? cost <= budget : cost >= budget);
}

static void count_resting(struct generator *g)
{
    g->counted[WORKLOAD_BID] = (int32_t)g->resting[WORKLOAD_BID];
    g->counted[WORKLOAD_ASK] = (int32_t)g->resting[WORKLOAD_ASK];
}

static void apply_place(struct generator *g, const struct workload_command *command)
{
    uint32_t id = (uint32_t)command->id;
    struct node *node = &g->nodes[id];

    if (command->order_type == WORKLOAD_FOK_BUDGET) {
        g->rejected = !budget_allows(g, node, command->price);
        if (!g->rejected) {
            match(g, id, node->side == WORKLOAD_BID ? g->top : 0);
        }
        return;
    }
    match(g, id, command->price);
    if (node->left > 0 && command->order_type == WORKLOAD_GTC) {
        book_add(g, id);
    }
    g->rejected = node->left > 0 && command->order_type == WORKLOAD_IOC;
}

static void apply(struct generator *g, const struct workload_command *command)
{
    uint32_t id = (uint32_t)command->id;
    struct node *node = &g->nodes[id];

    g->rejected = false;
    if (command->type == WORKLOAD_PLACE) {
        apply_place(g, command);
    } else if (command->type == WORKLOAD_MOVE) {
        book_remove(g, id);
        node->price = command->price;
        match(g, id, node->price);
        if (node->left > 0) {
            book_add(g, id);
        }
    } else {
        int64_t less = command->type == WORKLOAD_CANCEL ? node->left : command->size;

        node->left -= less;
        if (node->left == 0) {
            book_remove(g, id);
            live_remove(g, id);
        }
    }
    if (g->rejected) {
        count_resting(g);
    }
}

/* ---------------------------------------------------------------- the commands */

static uint8_t draw_side(struct generator *g)
{
    return (uint8_t)(random_int(&g->random, 4) + g->direction >= 2 ? WORKLOAD_BID : WORKLOAD_ASK);
}

static uint32_t new_order(struct generator *g, struct workload_command *out)
{
    uint32_t id = ++g->last_id;

    g->nodes[id] = (struct node){
        .left = out->size,
        .price = out->price,
        .user = out->user,
        .side = out->side,
    };
    out->id = id;
    return id;
}

static int32_t draw_cube(struct generator *g, int32_t bound)
{
    int32_t a = random_int(&g->random, bound);
    int32_t b = random_int(&g->random, bound);
    int32_t c = random_int(&g->random, bound);

    return 1 + a * b * c;
}

static void draw_gtc(struct generator *g, struct workload_command *out)
{
    out->side = draw_side(g);
    out->user = 1u + (uint32_t)random_int(&g->random, g->users);
    double d = random_double(&g->random);
    int32_t spread = 1 + (int32_t)(d * d * g->deviation);
    int32_t offset = 0;
    for (int i = 0; i < 4; i++) {
        offset += random_int(&g->random, spread);
    }
    offset = offset / 4 * 2 - spread;
    if ((offset > 0) != (out->side == WORKLOAD_ASK)) {
        offset = -offset;
    }
    out->price = g->last + offset;
    out->size = draw_cube(g, 6);
    out->reserve = out->side == WORKLOAD_BID ? g->price_max : 0;
    uint32_t id = new_order(g, out);
    live_add(g, id);
    if (out->price < g->summary->price_lowest) {
        g->summary->price_lowest = (int32_t)out->price;
    }
    if (out->price > g->summary->price_highest) {
        g->summary->price_highest = (int32_t)out->price;
    }
}

static void draw_instant(struct generator *g, struct workload_command *out)
{
    out->side = draw_side(g);
    out->user = 1u + (uint32_t)random_int(&g->random, g->users);
    out->price = out->side == WORKLOAD_BID ? g->price_max : g->price_min;
    if (random_int(&g->random, 32) == 0) {
        out->order_type = WORKLOAD_FOK_BUDGET;
        out->size = draw_cube(g, 8);
        out->price *= out->size;
        out->reserve = out->price;
    } else {
        out->order_type = WORKLOAD_IOC;
        out->size = draw_cube(g, 6);
        out->reserve = out->side == WORKLOAD_BID ? out->price : 0;
    }
    (void)new_order(g, out);
}

static void draw_touch(struct generator *g, int32_t q, struct workload_command *out)
{
    int32_t oldest = (int32_t)(g->live_count < PICK_MAX ? g->live_count : PICK_MAX);
    uint32_t id = g->live_oldest;

    for (int32_t k = random_int(&g->random, oldest); k > 0; k--) {
        id = g->nodes[id].younger;
    }
    const struct node *node = &g->nodes[id];
    out->id = id;
    out->user = node->user;
    if (q == 2) {
        out->type = WORKLOAD_CANCEL;
    } else if (q == 3) {
        out->type = WORKLOAD_REDUCE;
        out->size = 1 + random_int(&g->random, (int32_t)node->left);
    } else {
        double distance = (double)(g->last - node->price) * 0.01;
        int32_t step = node->price > g->last   ? (int32_t)floor(distance)
                       : node->price < g->last ? (int32_t)ceil(distance)
                                               : random_int(&g->random, 2) * 2 - 1;
        int64_t price = node->price + step;

        out->type = WORKLOAD_MOVE;
        out->price = price < g->price_max ? price : g->price_max;
    }
}

static void draw(struct generator *g, struct workload_command *out)
{
    uint8_t side = draw_side(g);
    int32_t lacking = g->half - g->counted[side];
    bool fast = !g->filled || lacking > g->threshold;
    bool grow = lacking > 0;

    g->filled = g->filled || !grow;
    int32_t q = random_int(&g->random, grow ? (fast ? 2 : 10) : 40);
    if (q >= 2 && g->live_count > 0) {
        draw_touch(g, q, out);
    } else if (grow) {
        draw_gtc(g, out);
    } else {
        draw_instant(g, out);
    }
}

static bool start(struct generator *g, const struct workload_parameters *parameters,
                  struct workload_summary *summary)
{
    uint32_t name = 31u * (31u + (uint32_t)parameters->symbol * (uint32_t)-177277) +
                    ((uint32_t)parameters->seed * 10037u + 198267u);
    int64_t seed = (int32_t)name;

    g->random.state = ((uint64_t)seed ^ 0x5DEECE66Du) & ((1ull << 48) - 1);
    double a = random_double(&g->random) * 1.5;
    double b = random_double(&g->random) * 1.5;
    int32_t price = (int32_t)pow(10, 3.3 + a + b);
    g->deviation = (int32_t)(price * 0.05) < 10000 ? (int32_t)(price * 0.05) : 10000;
    g->price_min = price - 5 * g->deviation;
    g->price_max = price + 5 * g->deviation;
    g->last = price;
    g->users = (int32_t)parameters->users;
    g->half = (int32_t)(parameters->target / 2);
    g->threshold = g->half * 3 / 4 < PICK_MAX ? g->half * 3 / 4 : PICK_MAX;
    g->top = g->price_max + 2 * g->deviation + 2;
    g->best[WORKLOAD_BID] = -1;
    g->best[WORKLOAD_ASK] = g->top + 1;
    *summary = (struct workload_summary){
        .price_min = g->price_min,
        .price_max = g->price_max,
        .price_lowest = price,
        .price_highest = price,
    };
    g->summary = summary;
    g->nodes = calloc(workload_count(parameters) + 1, sizeof *g->nodes);
    g->queues = calloc((size_t)g->top + 1, sizeof *g->queues);
    return g->nodes != NULL && g->queues != NULL;
}

static void summarise(struct generator *g)
{
    g->summary->bids = g->resting[WORKLOAD_BID];
    g->summary->asks = g->resting[WORKLOAD_ASK];
    g->summary->ids = g->last_id;
    for (int64_t price = 0; price <= g->top; price++) {
        uint32_t head = g->queues[price].head;

        if (head != 0) {
            g->summary->bid_levels += g->nodes[head].side == WORKLOAD_BID;
            g->summary->ask_levels += g->nodes[head].side == WORKLOAD_ASK;
        }
    }
}

bool workload_generate(const struct workload_parameters *parameters, struct workload_command *out,
                       struct workload_summary *summary)
{
    struct generator g = {0};
    bool started = start(&g, parameters, summary);
    uint32_t every = parameters->target + 1 < COUNT_MAX ? parameters->target + 1 : COUNT_MAX;
    size_t next_count = every;

    for (size_t i = 0; started && i < workload_count(parameters); i++) {
        out[i] = (struct workload_command){0};
        if (i < parameters->target) {
            draw_gtc(&g, &out[i]);
        } else {
            draw(&g, &out[i]);
        }
        if (out[i].type == WORKLOAD_CANCEL) {
            live_remove(&g, (uint32_t)out[i].id);
        }
        apply(&g, &out[i]);
        if (i >= next_count) {
            next_count += every;
            count_resting(&g);
        }
    }
    if (started) {
        summarise(&g);
    }
    free(g.nodes);
    free(g.queues);
    return started;
}
