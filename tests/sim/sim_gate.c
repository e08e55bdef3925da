/* SPDX-License-Identifier: Apache-2.0
 *
 * The venue as a process that dies and comes back, and its clients. A client signs its requests, and when
 * it does not know what became of an order (no answer, 503) it looks for it by its client id, or sends it
 * again. Invariants: one request of a client at a time; told done means found in the journal, once.
 *
 * Read next: src/gateway/venue.h; tests/system/unknown_outcome_test.py, the same from outside.
 */
#include "sim/sim_gate.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "codec/hex_text.h"
#include "gateway/venue.h"
#include "platform/signature.h"
#include "sim/sim_check.h"
#include "sim/sim_disk.h"
#include "sim/sim_door.h"
#include "sim/sim_found.h"
#include "sim/sim_net.h"

#define GATE_WAIT_US (15 * SIM_S)

enum { GATE_CLIENTS = SIM_GATE_PEOPLE, REQUEST_SIZE = 2048 };

enum gate_state {
    GATE_STATE_IDLE = 1,
    GATE_STATE_ASKED,   /* something that changes nothing */
    GATE_STATE_ORDERED, /* an order that is nobody's yet */
    GATE_STATE_LOOKED,  /* after an unknown outcome: is it there? */
    GATE_STATE_UNKNOWN,
};

struct gate_client {
    enum gate_state state;
    struct random_stream random;
    uint32_t intent;
    unsigned attempt;
    char order[160]; /* its parameters */
    int64_t next_us;
};

static struct sim_process process;
static struct event_loop *loop;
static struct venue *venue;
static struct gate_client clients[GATE_CLIENTS];
static bool is_wanted;
static bool is_finishing;
static uint64_t starts;
static uint64_t calls;
static uint64_t unknown;
static uint64_t done; /* answered with 200 */

/* ------------------------------------------------------------------ answers */

static void rest(struct gate_client *client)
{
    client->state = GATE_STATE_IDLE;
    client->next_us = sim_now() + 10000 + (int64_t)random_below(&client->random, 1500000);
}

static void not_known(struct gate_client *client)
{
    client->state = GATE_STATE_UNKNOWN;
    client->next_us = sim_now() + 1000 + (int64_t)random_below(&client->random, 800000);
    unknown++;
}

static bool says(const char *body, size_t size, const char *text)
{
    return memmem(body, size, text, strlen(text)) != NULL;
}

static void on_answer(uint32_t index, uint32_t status, const char *body, size_t size)
{
    struct gate_client *client = &clients[index];
    bool is_known = status < 500;
    sim_note(status);
    done += status == 200;
    if (client->state == GATE_STATE_ASKED) {
        rest(client);
    } else if (!is_known) {
        not_known(client);
    } else if (status == 200) {
        check_intent_told(client->intent, 0);
        rest(client);
    } else if (client->state == GATE_STATE_LOOKED) {
        not_known(client); /* not there yet, perhaps: sent again */
    } else if (says(body, size, "Duplicate order sent.")) {
        check_intent_told(client->intent, 0);
        rest(client);
    } else {
        if (client->attempt == 0) {
            check_intent_refused(client->intent);
        }
        rest(client);
    }
}

/* ------------------------------------------------------------------ requests */

static void sign(const char *secret, const char *text, char digits[static 65])
{
    const struct byte_part part = {text, strlen(text)};
    uint8_t code[SHA256_SIZE];
    struct hmac_key key;
    hmac_key_prepare(&key, secret, strlen(secret));
    hmac_compute(&key, &part, 1, code);
    hex_encode(code, sizeof code, digits);
    digits[64] = '\0';
}

static void send_request(uint32_t index, const char *method, const char *path,
                         const char *parameters)
{
    char text[REQUEST_SIZE / 2];
    char head[REQUEST_SIZE];
    char key[65];
    char secret[24];
    char signature[65];
    uint32_t person = SIM_FIRST_GATE_PERSON + index;
    sim_found_api_key(person, key);
    sim_found_secret(person, secret);
    (void)snprintf(text, sizeof text, "%s%srecvWindow=60000&timestamp=%lld", parameters,
                   parameters[0] != '\0' ? "&" : "",
                   (long long)(clock_wall_us(sim_clock()) / 1000));
    sign(secret, text, signature);
    (void)snprintf(head, sizeof head,
                   "%s %s?%s&signature=%s HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: %s\r\n\r\n", method,
                   path, text, signature, key);
    clients[index].next_us = sim_now() + GATE_WAIT_US;
    calls++;
    sim_door_request(index, head);
}

static void order_anew(struct gate_client *client, uint32_t index)
{
    char name[24];
    uint64_t price = 980 + random_below(&client->random, 41);
    uint64_t quantity = 1 + random_below(&client->random, 9);
    bool is_market = random_once_in(&client->random, 8);
    client->intent = check_intent_new();
    client->attempt = 0;
    check_intent_name(client->intent, 0, name);
    int size = snprintf(client->order, sizeof client->order,
                        "symbol=GOLDKZT&side=%s&type=%s&quantity=%u&newClientOrderId=%s",
                        random_once_in(&client->random, 2) ? "BUY" : "SELL",
                        is_market ? "MARKET" : "LIMIT", (unsigned)quantity, name);
    if (!is_market) {
        (void)snprintf(client->order + size, sizeof client->order - (size_t)size,
                       "&timeInForce=GTC&price=%u", (unsigned)price);
    }
    client->state = GATE_STATE_ORDERED;
    send_request(index, "POST", "/api/v3/order", client->order);
}

static void begin(struct gate_client *client, uint32_t index)
{
    static const char *const reads[] = {"/api/v3/account", "/api/v3/openOrders", "/api/v3/myTrades",
                                        "/api/v3/depth"};
    uint64_t kind = random_below(&client->random, 10);
    if (is_finishing) {
        client->next_us = SIM_NEVER;
    } else if (kind < 7) {
        order_anew(client, index);
    } else if (kind == 7) {
        client->state = GATE_STATE_ASKED;
        send_request(index, "DELETE", "/api/v3/openOrders", "symbol=GOLDKZT");
    } else {
        client->state = GATE_STATE_ASKED;
        uint64_t which = random_below(&client->random, 3);
        send_request(index, "GET", reads[which], which == 0 ? "" : "symbol=GOLDKZT");
    }
}

static void ask_again(struct gate_client *client, uint32_t index)
{
    char name[24];
    char parameters[64];
    if (random_once_in(&client->random, 3)) {
        check_intent_name(client->intent, 0, name);
        (void)snprintf(parameters, sizeof parameters, "symbol=GOLDKZT&origClientOrderId=%s", name);
        client->state = GATE_STATE_LOOKED;
        send_request(index, "GET", "/api/v3/order", parameters);
        return;
    }
    client->attempt++;
    client->state = GATE_STATE_ORDERED;
    send_request(index, "POST", "/api/v3/order", client->order);
}

static void act(uint32_t index)
{
    struct gate_client *client = &clients[index];
    switch (client->state) {
    case GATE_STATE_IDLE: begin(client, index); break;
    case GATE_STATE_UNKNOWN: ask_again(client, index); break;
    case GATE_STATE_ASKED:
    case GATE_STATE_ORDERED:
    case GATE_STATE_LOOKED:
        /* It answers within ten seconds, whatever happens, while it lives. */
        sim_break(SIM_CHECKER_LIVENESS, "the gate has not answered client %u", index);
    }
}

/* ------------------------------------------------------------------ its life */

void sim_gate_start(bool wanted)
{
    is_wanted = wanted;
    is_finishing = false;
    venue = NULL;
    loop = NULL;
    starts = 0;
    calls = 0;
    unknown = 0;
    done = 0;
    sim_process_make(&process, SIM_ROLE_GATE, 5);
    sim_disk_give(&process);
    process.wake_us = is_wanted ? 30 * SIM_MS : SIM_NEVER;
    sim_door_start(on_answer);
    for (uint32_t i = 0; i < GATE_CLIENTS; i++) {
        clients[i] = (struct gate_client){.state = GATE_STATE_IDLE,
                                          .random = {.state = sim.options.seed * 31 + i},
                                          .next_us = 50 * SIM_MS};
    }
}

static void let_go(void)
{
    sim.current = &process;
    venue_destroy(venue);
    event_loop_destroy(loop);
    sim.current = NULL;
    sim_net_close_all(&process);
    venue = NULL;
    loop = NULL;
    for (uint32_t i = 0; i < GATE_CLIENTS; i++) {
        if (clients[i].state == GATE_STATE_ASKED) {
            rest(&clients[i]);
        } else if (clients[i].state != GATE_STATE_IDLE) {
            not_known(&clients[i]);
        }
    }
}

void sim_gate_end(void)
{
    if (venue != NULL) {
        let_go();
    }
}

static void boot(void)
{
    const char *error = NULL;
    const struct venue_options options = {
        .clock = sim_clock(),
        .directory = ".",
        .node_key = sim_found_node_key(),
        .rates = {100000000, 100000000, 1000000, 100000000, false},
    };
    sim_process_revive(&process);
    sim_enter(&process);
    struct venue_options with_loop = options;
    int made = event_loop_create(&loop, sim_clock());
    ENSURE(made == 0);
    with_loop.loop = loop;
    venue = venue_create(&with_loop, &error);
    if (venue == NULL) {
        event_loop_destroy(loop);
        loop = NULL;
    }
    sim_leave();
    process.wake_us = process.busy_us;
    starts += venue != NULL;
    if (venue == NULL) {
        process.wake_us += SIM_S + sim_start_pause_us(++process.failed_lives);
        if (!process.is_dead && !sim_disk_is_damaged()) {
            sim_break(SIM_CHECKER_FOLLOWER, "the gate does not start: %s", error);
        }
    }
}

/* Serves only when it has caught up, as the program does. */
static void let_clients_act(void)
{
    for (uint32_t i = 0; i < GATE_CLIENTS && venue->was_live && !process.is_dead; i++) {
        if (clients[i].next_us <= sim_now()) {
            act(i);
        }
    }
}

void sim_gate_turn(void)
{
    if (venue == NULL) {
        boot();
        return;
    }
    sim_enter(&process);
    (void)sim_call(3);
    let_clients_act();
    (void)event_loop_run_once(loop, -1);
    bool is_failed = venue->is_failed;
    sim_leave();
    if (is_failed && !process.is_dead && !sim_disk_is_damaged()) {
        sim_break(SIM_CHECKER_FOLLOWER, "the gate stopped without a cause: %s",
                  follower_error(venue->follower));
    }
    if (is_failed || process.is_dead) {
        sim_gate_down(sim_start_pause_us(++process.failed_lives));
        return;
    }
    if (venue->was_live) {
        process.failed_lives = 0;
    }
    process.wake_us = process.busy_us;
    if (process.has_waited) {
        process.wake_us =
            process.patience_us == SIM_NEVER ? SIM_NEVER : sim.now_us + process.patience_us;
    }
}

int64_t sim_gate_next(void)
{
    int64_t next = process.wake_us;
    if (venue != NULL) {
        int64_t news = sim_net_next(&process);
        next = news < next ? news : next;
        for (uint32_t i = 0; i < GATE_CLIENTS && venue->was_live; i++) {
            next = clients[i].next_us < next ? clients[i].next_us : next;
        }
    }
    return next < process.busy_us ? process.busy_us : next;
}

struct sim_process *sim_gate_process(void)
{
    return &process;
}

bool sim_gate_is_live(void)
{
    return venue != NULL && venue_is_live(venue);
}

void sim_gate_down(int64_t after_us)
{
    if (!is_wanted) {
        return;
    }
    if (venue != NULL) {
        let_go();
    }
    process.wake_us = (process.busy_us > sim.now_us ? process.busy_us : sim.now_us) + after_us;
}

uint32_t sim_gate_waiting(void)
{
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < GATE_CLIENTS; i++) {
        waiting += clients[i].state != GATE_STATE_IDLE;
    }
    return waiting;
}

void sim_gate_finish(void)
{
    is_finishing = true;
}

uint64_t sim_gate_starts(void)
{
    return starts;
}

uint64_t sim_gate_calls(void)
{
    return calls;
}

uint64_t sim_gate_done(void)
{
    return done;
}

uint64_t sim_gate_unknown(void)
{
    return unknown;
}
