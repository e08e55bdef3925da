/* SPDX-License-Identifier: Apache-2.0
 *
 * Desks and their clients. Invariants: a client has one thing it wants at a time; it takes for its
 * answer only what bears the origin and request of its last try, or of the try before on another link.
 *
 * Read next: src/node/follower.h; tests/laws/law_world.h, where the commands come from.
 */
#include "sim/sim_desk.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "laws/law_world.h"
#include "node/follower.h"
#include "sim/sim_canary.h"
#include "sim/sim_check.h"
#include "sim/sim_disk.h"
#include "sim/sim_net.h"

#define DESK_POLL_US   (100 * SIM_MS)
#define CLIENT_WAIT_US (10 * SIM_S)

enum client_state {
    CLIENT_STATE_IDLE = 1,
    CLIENT_STATE_WAITING, /* sent: the answer will come, or the link is lost */
    CLIENT_STATE_UNKNOWN, /* may have happened: ask again */
};

struct client {
    enum client_state state;
    struct law law; /* its generator's view */
    union law_command command;
    uint32_t intent; /* 0: a command that is not sent twice */
    uint32_t desk;
    uint32_t request;
    uint32_t refused_request; /* never to be seen in the journal */
    uint16_t origin;
    uint16_t refused_origin;
    unsigned attempt;
    int64_t next_us; /* its next act */
};

struct desk {
    struct sim_process process;
    struct follower *follower;
    uint32_t index;
    uint32_t lives;
};

static struct desk desks[SIM_DESKS];
static struct client clients[SIM_CLIENTS_MAX];
static uint32_t client_count;
static uint64_t client_pause_us; /* the longest between two acts */
static bool is_finishing;
static struct sim_desk_tally tally;

/* ------------------------------------------------------------------ what clients hear */

static void client_rest(struct client *client)
{
    struct random_stream *random = &client->law.stream;
    client->state = CLIENT_STATE_IDLE;
    client->next_us = sim_now() + 1000 + (int64_t)random_below(random, client_pause_us);
}

static void client_hear(struct client *client, const struct event_outcome *outcome)
{
    bool is_done = outcome->result == RESULT_OK;
    tally.answered++;
    sim_note(outcome->result);
    if (is_done && outcome->command == COMMAND_ORDER_PLACE) {
        law_recent_add(&client->law.orders, outcome->id);
    }
    if (is_done && outcome->command == COMMAND_PROPOSE) {
        law_recent_add(&client->law.proposals, outcome->id);
    }
    if (is_done && outcome->command == COMMAND_WITHDRAW_REQUEST) {
        law_recent_add(&client->law.withdrawals, outcome->id);
    }
    if (client->intent != 0 && is_done) {
        check_intent_told(client->intent, outcome->header.number);
    } else if (client->intent != 0 && outcome->result == RESULT_DUPLICATE_CLIENT_ID) {
        check_intent_told(client->intent, 0);
    } else if (client->intent != 0 && client->attempt == 0) {
        check_intent_refused(client->intent);
    }
    client_rest(client);
}

static void on_command(void *context, const struct engine *engine,
                       const struct command_header *command, const uint8_t *events, size_t size)
{
    const struct desk *desk = context;
    struct event_outcome outcome;
    check_see(engine, command, events, size);
    memcpy(&outcome, events + size - sizeof outcome, sizeof outcome);
    for (uint32_t i = desk->index; i < client_count; i += SIM_DESKS) {
        struct client *client = &clients[i];
        if (client->refused_request != 0 && client->refused_request == command->request &&
            client->refused_origin == command->origin &&
            client->command.header.participant == command->participant) {
            sim_break(SIM_CHECKER_ANSWER, "a refused request stands in the journal");
        }
        if (client->state == CLIENT_STATE_WAITING && client->request == command->request &&
            client->origin == command->origin) {
            client_hear(client, &outcome);
        }
    }
}

static void on_refused(void *context, uint32_t request, enum result result)
{
    const struct desk *desk = context;
    (void)result;
    for (uint32_t i = desk->index; i < client_count; i += SIM_DESKS) {
        struct client *client = &clients[i];
        if (client->state == CLIENT_STATE_WAITING && client->request == request) {
            client->refused_request = request;
            client->refused_origin = client->origin;
            tally.refused++;
            client_rest(client);
        }
    }
}

/* Whatever was under way on this desk has an unknown outcome. */
static void forget_waiting(uint32_t desk)
{
    for (uint32_t i = desk; i < client_count; i += SIM_DESKS) {
        if (clients[i].state == CLIENT_STATE_WAITING) {
            clients[i].state = CLIENT_STATE_UNKNOWN;
            clients[i].next_us = sim_now() + 1000 + (int64_t)random_below(&sim.random, 500000);
            tally.unknown++;
        }
    }
}

static void on_link(void *context, bool up)
{
    const struct desk *desk = context;
    if (!up) {
        forget_waiting(desk->index);
    }
}

/* ------------------------------------------------------------------ what clients do */

static void draw(struct client *client, const struct engine *engine)
{
    struct law *law = &client->law;
    uint64_t kind = random_below(&law->stream, 10);
    law->engine = (struct engine *)(uintptr_t)engine; /* read only */
    law->now_us = tarazy_engine_time(engine);
    memset(&client->command, 0, sizeof client->command);
    if (kind < 7) {
        law_traders(law, &client->command);
    } else if (kind < 9) {
        law_chaos(law, &client->command);
    } else {
        law_treasury(law, &client->command);
    }
    client->intent = 0;
    client->attempt = 0;
    char name[24];
    switch (client->command.header.kind) {
    case COMMAND_ORDER_PLACE:
        client->intent = check_intent_new();
        check_intent_name(client->intent, 0, name);
        memset(&client->command.order_place.terms.client_id, 0, sizeof(struct client_id));
        memcpy(client->command.order_place.terms.client_id.text, name, strlen(name));
        break;
    case COMMAND_WITHDRAW_REQUEST:
        client->intent = check_intent_new();
        check_intent_name(client->intent, 0, name);
        memset(&client->command.withdraw_request.client_id, 0, sizeof(struct client_id));
        memcpy(client->command.withdraw_request.client_id.text, name, strlen(name));
        break;
    default: break; /* not an enum: the kind is a number here */
    }
}

static void rename_for_canary(struct client *client)
{
    char name[24];
    check_intent_name(client->intent, client->attempt, name);
    if (client->command.header.kind == COMMAND_ORDER_PLACE) {
        memcpy(client->command.order_place.terms.client_id.text, name, strlen(name));
    }
}

static void client_send(struct client *client, struct follower *follower)
{
    struct command_header *header = &client->command.header;
    size_t size = tarazy_command_size(header->kind);
    header->request = follower_next_request(follower);
    client->request = header->request;
    client->origin = follower_origin(follower);
    if (size == 0 || !tarazy_command_is_well_formed(header, size) ||
        !follower_submit(follower, header)) {
        client_rest(client);
        return;
    }
    tally.sent++;
    client->state = CLIENT_STATE_WAITING;
    client->next_us = sim_now() + CLIENT_WAIT_US;
    if (canary_is(SIM_CANARY_EARLY_ANSWER) && client->intent != 0 && !sim.is_quiet) {
        check_intent_told(client->intent, 0);
    }
}

static void client_act(struct client *client, struct desk *desk)
{
    switch (client->state) {
    case CLIENT_STATE_IDLE:
        if (is_finishing) {
            client->next_us = SIM_NEVER;
        } else if (follower_is_live(desk->follower)) {
            draw(client, follower_engine(desk->follower));
            client_send(client, desk->follower);
        } else {
            client_rest(client);
        }
        break;
    case CLIENT_STATE_WAITING: /* too long */
        client->state = CLIENT_STATE_UNKNOWN;
        client->next_us = sim_now() + 1000;
        tally.unknown++;
        break;
    case CLIENT_STATE_UNKNOWN:
        client->next_us = sim_now() + 200 * SIM_MS;
        if (!follower_is_live(desk->follower)) {
            break;
        }
        client->attempt++;
        if (client->intent == 0) {
            client_rest(client); /* what cannot be named cannot be asked for */
            break;
        }
        if (canary_is(SIM_CANARY_NEW_NAME)) {
            rename_for_canary(client);
        }
        client_send(client, desk->follower);
        break;
    }
}

/* ------------------------------------------------------------------ desks */

void sim_desks_start(uint32_t count)
{
    ENSURE(count <= SIM_CLIENTS_MAX);
    client_count = count;
    is_finishing = false;
    client_pause_us = sim_world_is_busy(sim.options.seed) ? 100000 : 800000;
    tally = (struct sim_desk_tally){0};
    memset(clients, 0, sizeof clients);
    for (uint32_t i = 0; i < SIM_DESKS; i++) {
        desks[i].follower = NULL;
        desks[i].index = i;
        desks[i].lives = 0;
        sim_process_make(&desks[i].process, SIM_ROLE_DESK, 10 + i);
        sim_disk_give(&desks[i].process);
        desks[i].process.wake_us = 10 * SIM_MS;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct client *client = &clients[i];
        client->state = CLIENT_STATE_IDLE;
        client->desk = i % SIM_DESKS;
        client->law.stream.state = (sim.options.seed << 8) + 100 + i;
        client->next_us = (int64_t)random_below(&client->law.stream, 500000);
    }
}

static void let_go(struct desk *desk)
{
    sim.current = &desk->process;
    follower_close(desk->follower);
    sim.current = NULL;
    sim_net_close_all(&desk->process);
    desk->follower = NULL;
    forget_waiting(desk->index);
}

void sim_desks_end(void)
{
    for (uint32_t i = 0; i < SIM_DESKS; i++) {
        if (desks[i].follower != NULL) {
            let_go(&desks[i]);
        }
    }
}

/* The third one begins at the newest snapshot, as history and tools do; the second every other time. */
static void boot(struct desk *desk)
{
    const char *error = NULL;
    desk->lives++;
    bool is_quick = desk->index == 2 || (desk->index == 1 && desk->lives % 2 == 0);
    struct follower_options options = {.directory = ".",
                                       .storage = &desk->process.storage,
                                       .from = is_quick ? check_told() + 1 : 1,
                                       .replay_from_start = !is_quick,
                                       .verify_chain = desk->index == 0};
    struct follower_sink sink = {
        .context = desk, .on_command = on_command, .on_refused = on_refused, .on_link = on_link};
    enum sim_trouble trouble = desk->process.trouble;
    sim_process_revive(&desk->process);
    desk->process.trouble = trouble;
    sim_enter(&desk->process);
    desk->follower = follower_open(&options, &sink, &error);
    sim_leave();
    desk->process.wake_us = desk->process.busy_us + 20 * SIM_MS;
    if (desk->follower != NULL) {
        tally.starts++;
        desk->process.wake_us = desk->process.busy_us;
        return;
    }
    if (!desk->process.was_troubled && !sim_disk_is_damaged()) {
        sim_break(SIM_CHECKER_FOLLOWER, "follower %u does not start: %s", desk->index, error);
    }
    desk->process.wake_us += SIM_S + sim_start_pause_us(++desk->process.failed_lives);
}

static void let_clients_act(struct desk *desk)
{
    for (uint32_t i = desk->index; i < client_count; i += SIM_DESKS) {
        if (clients[i].next_us <= sim_now()) {
            client_act(&clients[i], desk);
        }
    }
    follower_flush(desk->follower);
}

void sim_desk_turn(uint32_t index)
{
    struct desk *desk = &desks[index];
    if (desk->follower == NULL) {
        boot(desk);
        return;
    }
    sim_enter(&desk->process);
    (void)sim_call(3);
    int result = follower_work(desk->follower, 64);
    if (result >= 0 && !desk->process.is_dead) {
        let_clients_act(desk);
    }
    sim_leave();
    if (result == 0 && follower_is_live(desk->follower)) {
        desk->process.failed_lives = 0;
    }
    if (result < 0 && !desk->process.is_dead && !desk->process.was_troubled &&
        !sim_disk_is_damaged()) {
        sim_break(SIM_CHECKER_FOLLOWER, "follower %u stopped without a cause: %s", index,
                  follower_error(desk->follower));
    }
    if (result < 0 || desk->process.is_dead) {
        tally.stopped_by_damage += result < 0 && sim_disk_is_damaged();
        sim_desk_down(index, sim_start_pause_us(++desk->process.failed_lives));
        return;
    }
    desk->process.wake_us = desk->process.busy_us + (result > 0 ? 0 : DESK_POLL_US);
}

int64_t sim_desk_next(uint32_t index)
{
    const struct desk *desk = &desks[index];
    int64_t next = desk->process.wake_us;
    if (desk->follower != NULL) {
        int64_t news = sim_net_next(&desk->process);
        next = news < next ? news : next;
        for (uint32_t i = index; i < client_count; i += SIM_DESKS) {
            next = clients[i].next_us < next ? clients[i].next_us : next;
        }
    }
    return next < desk->process.busy_us ? desk->process.busy_us : next;
}

struct sim_process *sim_desk_process(uint32_t desk)
{
    return &desks[desk].process;
}

void sim_desk_down(uint32_t index, int64_t after_us)
{
    struct desk *desk = &desks[index];
    if (desk->follower != NULL) {
        let_go(desk);
    }
    int64_t now_us = desk->process.busy_us > sim.now_us ? desk->process.busy_us : sim.now_us;
    desk->process.wake_us = now_us + after_us;
}

const struct engine *sim_desk_engine(uint32_t desk)
{
    return desks[desk].follower != NULL ? follower_engine(desks[desk].follower) : NULL;
}

uint32_t sim_desk_lives(uint32_t desk)
{
    return desks[desk].lives;
}

bool sim_desk_is_live(uint32_t desk)
{
    return desks[desk].follower != NULL && follower_is_live(desks[desk].follower);
}

uint32_t sim_desks_waiting(void)
{
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < client_count; i++) {
        waiting += clients[i].state != CLIENT_STATE_IDLE;
    }
    return waiting;
}

void sim_desks_finish(void)
{
    is_finishing = true;
}

const struct sim_desk_tally *sim_desk_tally(void)
{
    return &tally;
}
