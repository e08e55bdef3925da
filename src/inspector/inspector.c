/* SPDX-License-Identifier: Apache-2.0
 *
 * The inspector's front door: one command with its events in, a complaint out. Here the events' shape is
 * checked, which command they carry out is found (a command itself, or the one an approval stands for),
 * and each event goes to the file of its kind.
 *
 * Invariants: nothing is read beyond the events' size; the first complaint stays; a command whose sender
 * is not admitted, or that was refused, changes nothing.
 *
 * Next: inspect_people.c.
 */
#include <string.h>

#include "base/arena.h"
#include "inspector/inspector_state.h"

static const char *const rule_texts[] = {
#define RULE_TEXT(name, number, text) [number] = (text),
    INSPECTOR_RULES(RULE_TEXT)
#undef RULE_TEXT
};

static const char *const rule_names[] = {
#define RULE_NAME(name, number, text) [number] = #name,
    INSPECTOR_RULES(RULE_NAME)
#undef RULE_NAME
};

const char *inspector_rule_text(uint8_t rule)
{
    return rule < sizeof rule_texts / sizeof rule_texts[0] ? rule_texts[rule] : NULL;
}

const char *inspector_rule_name(uint8_t rule)
{
    return rule < sizeof rule_names / sizeof rule_names[0] ? rule_names[rule] : NULL;
}

struct part {
    struct pool *pool;
    struct table *table;
    uint32_t capacity;
    size_t slot_size;
};

/* Pool and table of one kind of record; `real` is NULL while measuring. */
static void lay_out_part(struct arena *arena, const struct inspector *real, const struct part *part)
{
    size_t size = (part->slot_size + 15) / 16 * 16;
    void *slots = arena_reserve(arena, pool_memory_size(part->capacity, size));
    void *places = arena_reserve(arena, table_memory_size(part->capacity));

    if (real != NULL && !arena->overflow) {
        pool_create(part->pool, slots, part->capacity, size);
        table_create(part->table, places, part->capacity);
    }
}

static void *lay_out_array(struct arena *arena, uint64_t count, size_t size)
{
    size_t bytes;

    if (!checked_multiply_size(&bytes, (size_t)count + 1, size)) {
        bytes = 0;
    }
    return arena_reserve(arena, bytes);
}

static void lay_out_arrays(struct arena *arena, struct inspector *to, const struct limits *limits)
{
    to->people = lay_out_array(arena, limits->participants_max, sizeof *to->people);
    to->keys = lay_out_array(arena, limits->keys_max, sizeof *to->keys);
    to->assets = lay_out_array(arena, limits->assets_max, sizeof *to->assets);
    to->listings = lay_out_array(arena, limits->instruments_max, sizeof *to->listings);
    to->miners = lay_out_array(arena, limits->mining.miners_max, sizeof *to->miners);
    to->pools = lay_out_array(arena, limits->mining.pools_max, sizeof *to->pools);
    to->meters = lay_out_array(arena, limits->mining.meters_max, sizeof *to->meters);
    to->day_limits = lay_out_array(
        arena, ((uint64_t)limits->assets_max + 1) * (TARAZY_TIERS_MAX + 1), sizeof *to->day_limits);
}

/* Of all kinds together; a pool has at least one. */
static uint32_t sums_max(const struct mining_limits *limits)
{
    uint64_t sum = (uint64_t)limits->share_months_max + limits->energy_quarters_max +
                   limits->coin_quarters_max + limits->assessments_max + 1;

    return sum > INT32_MAX ? INT32_MAX : (uint32_t)sum;
}

static struct inspector *lay_out(struct arena *arena, const struct limits *limits)
{
    struct inspector none = {0};
    struct inspector *real = arena_reserve(arena, sizeof *real);
    struct inspector *to = real != NULL ? real : &none;

    if (limits->assets_max >= UINT16_MAX || limits->instruments_max >= UINT16_MAX) {
        arena->overflow = true;
    }
    lay_out_arrays(arena, to, limits);
    void *keys = arena_reserve(arena, table_memory_size(limits->keys_max));
    if (real != NULL && !arena->overflow) {
        table_create(&to->keys_by_id, keys, limits->keys_max);
    }
    const struct part parts[] = {
        {&to->accounts, &to->accounts_by_owner, limits->accounts_max,
         sizeof(struct inspector_account)},
        {&to->orders, &to->orders_by_number, limits->orders_max, sizeof(struct inspector_order)},
        {&to->lists, &to->lists_by_number, limits->order_lists_max, sizeof(struct inspector_list)},
        {&to->withdrawals, &to->withdrawals_by_number, limits->withdrawals_max,
         sizeof(struct inspector_withdrawal)},
        {&to->proposals, &to->proposals_by_number, limits->proposals_max,
         sizeof(struct inspector_proposal)},
        {&to->evidence, &to->evidence_by_text, limits->evidence_max,
         sizeof(struct inspector_evidence)},
        {&to->sums, &to->sums_by_key, sums_max(&limits->mining), sizeof(struct inspector_sum)},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        lay_out_part(arena, real, &parts[i]);
    }
    return real;
}

size_t inspector_size(const struct limits *limits)
{
    struct arena arena = {0};

    (void)lay_out(&arena, limits);
    return arena.overflow ? 0 : arena.used;
}

struct inspector *inspector_create(void *block, size_t size, const struct limits *limits)
{
    struct arena arena = {.block = block, .size = size};

    ENSURE(block != NULL && (uintptr_t)block % 64 == 0);
    struct inspector *inspector = lay_out(&arena, limits);
    ENSURE(!arena.overflow && arena.used == size);
    inspector->layout = INSPECTOR_LAYOUT;
    inspector->limits = *limits;
    inspector->time_us = INT64_MIN;
    return inspector;
}

/* Pools and tables find their slots by offset; only these point, and at the command before. */
struct inspector *inspector_adopt(void *block, size_t size)
{
    struct arena arena = {.block = block, .size = size};

    ENSURE(block != NULL && (uintptr_t)block % 64 == 0);
    if (size < sizeof(struct inspector)) {
        return NULL;
    }
    struct inspector *inspector = arena_reserve(&arena, sizeof *inspector);
    if (inspector->layout != INSPECTOR_LAYOUT || inspector->complains ||
        inspector_size(&inspector->limits) != size) {
        return NULL;
    }
    lay_out_arrays(&arena, inspector, &inspector->limits);
    memset(&inspector->now, 0, sizeof inspector->now);
    return inspector;
}

const struct limits *inspector_limits(const struct inspector *inspector)
{
    return &inspector->limits;
}

void inspector_complain(struct inspector *inspector, enum inspector_rule rule, uint64_t subject,
                        const char *what)
{
    if (inspector->complains) {
        return;
    }
    inspector->complains = true;
    inspector->complaint = (struct inspector_complaint){
        .number = inspector->now.command->number,
        .subject = subject,
        .what = what,
        .sequence = inspector->now.sequence,
        .command = inspector->now.command->kind,
        .rule = (uint8_t)rule,
    };
}

const struct inspector_complaint *inspector_complaint(const struct inspector *inspector)
{
    return inspector->complains ? &inspector->complaint : NULL;
}

uint64_t inspector_number(const struct inspector *inspector)
{
    return inspector->complains ? inspector->complaint.number - 1 : inspector->number;
}

/* ------------------------------------------------------------------ shape */

static size_t size_of_event(uint16_t kind)
{
    static const uint16_t sizes[] = {
#define EVENT_SIZE(name, number, type) [number] = sizeof(struct type),
        TARAZY_EVENTS(EVENT_SIZE)
#undef EVENT_SIZE
    };

    return kind < sizeof sizes / sizeof sizes[0] ? sizes[kind] : 0;
}

struct reserved_part {
    uint16_t kind;
    uint16_t offset;
    uint16_t size;
};

#define RESERVED(NAME, type, field)                                                   \
    {                                                                                 \
        EVENT_##NAME, offsetof(struct type, field), sizeof(((struct type *)0)->field) \
    }

static bool is_reserved_zero(const struct event_header *event)
{
    static const struct reserved_part parts[] = {
        RESERVED(OUTCOME, event_outcome, reserved),
        RESERVED(ORDER_OPENED, event_order_opened, reserved0),
        RESERVED(ORDER_CHANGED, event_order_changed, reserved),
        RESERVED(ORDER_CLOSED, event_order_closed, reserved),
        RESERVED(TRADE, event_trade, reserved),
        RESERVED(LEVEL, event_level, reserved),
        RESERVED(ORDER_LIST, event_order_list, reserved),
        RESERVED(SESSION, event_session, reserved),
        RESERVED(POSTING, event_posting, reserved),
        RESERVED(BALANCE, event_balance, reserved),
        RESERVED(PROPOSAL, event_proposal, reserved),
        RESERVED(REGISTRY, event_registry, reserved),
        RESERVED(MINING_ENTRY, event_mining_entry, reserved),
        RESERVED(MINING_ENERGY, event_mining_energy, reserved),
        RESERVED(MINING_COINS, event_mining_coins, reserved),
    };
    const uint8_t *bytes = (const uint8_t *)event;
    uint8_t any = 0;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        for (size_t at = 0; parts[i].kind == event->kind && at < parts[i].size; at++) {
            any |= bytes[parts[i].offset + at];
        }
    }
    return any == 0;
}

static const struct event_header *event_at(const void *events, size_t at)
{
    return (const struct event_header *)(const void *)((const uint8_t *)events + at);
}

/* Whole events of known kinds, numbered, the outcome at their end and nowhere else. */
static bool is_whole(struct inspector *inspector, const void *events, size_t size)
{
    size_t at = 0;
    uint32_t sequence = 0;
    const struct event_header *event = NULL;

    while (at < size) {
        event = event_at(events, at);
        if (size - at < sizeof *event || size_of_event(event->kind) == 0 ||
            event->size != size_of_event(event->kind) || event->size > size - at ||
            event->number != inspector->now.command->number || event->sequence != sequence ||
            !is_reserved_zero(event)) {
            return false;
        }
        inspector->now.sequence = sequence++;
        at += event->size;
        if ((event->kind == EVENT_OUTCOME) != (at == size)) {
            return false;
        }
    }
    const void *last = event;
    inspector->now.outcome = last;
    return event != NULL;
}

/* ------------------------------------------------------------------ one command */

static const struct event_proposal *executed_among(const void *events, size_t size)
{
    for (size_t at = 0; at < size; at += event_at(events, at)->size) {
        const void *whole = event_at(events, at);
        const struct event_proposal *proposal = whole;

        if (proposal->header.kind == EVENT_PROPOSAL && proposal->state == PROPOSAL_STATE_EXECUTED) {
            return proposal;
        }
    }
    return NULL;
}

/* What the events are about: nothing, the command, or what it approves. */
static void find_act(struct inspector *inspector, const void *events, size_t size)
{
    struct inspector_now *now = &inspector->now;
    uint16_t result = now->outcome->result;

    now->actor = now->command->participant;
    now->refused = result != RESULT_OK && result != RESULT_REPLACE_NOT_PLACED;
    if (now->refused) {
        return;
    }
    now->act = now->command;
    inspector_check_permission(inspector, now->command, false);
    if (now->command->kind == COMMAND_APPROVE && !inspector->complains) {
        const struct event_proposal *executed = executed_among(events, size);

        now->act = executed != NULL ? inspector_approved(inspector, executed) : NULL;
    }
}

/* Trading brings about everything about orders and trades; other commands little. */
static bool may_bring_about(const struct inspector *inspector, uint16_t event)
{
    const struct command_header *act = inspector->now.act;
    uint16_t kind = act == NULL ? 0 : act->kind;
    bool orders = kind >= COMMAND_ORDER_PLACE && kind <= COMMAND_ORDER_LIST_CANCEL;
    bool trades = orders || kind == COMMAND_CLOCK || kind == COMMAND_SESSION_SET ||
                  kind == COMMAND_PARTICIPANT_FREEZE;

    switch ((enum event_kind)event) {
    case EVENT_ORDER_OPENED:
    case EVENT_ORDER_CHANGED:
    case EVENT_ORDER_CLOSED:
    case EVENT_TRADE:
    case EVENT_LEVEL:
    case EVENT_ORDER_LIST:
    case EVENT_SESSION: return trades;
    case EVENT_POSTING:
    case EVENT_BALANCE:
    case EVENT_WITHDRAWAL:
    case EVENT_REGISTRY: return act != NULL;
    case EVENT_MINING_ENTRY:
    case EVENT_MINING_SHARES:
    case EVENT_MINING_ENERGY:
    case EVENT_MINING_COINS:
    case EVENT_MINING_FEE: return kind >= COMMAND_JURISDICTION_PARAMETER_SET;
    case EVENT_PROPOSAL:
        return kind == COMMAND_PROPOSE || kind == COMMAND_PROPOSAL_WITHDRAW ||
               kind == COMMAND_CLOCK || inspector->now.command->kind == COMMAND_APPROVE;
    case EVENT_OUTCOME: return true;
    }
    return false;
}

static void see_event(struct inspector *inspector, const struct event_header *event)
{
    const void *whole = event;

    switch ((enum event_kind)event->kind) {
    case EVENT_OUTCOME: return;
    case EVENT_ORDER_OPENED: inspector_see_opened(inspector, whole); return;
    case EVENT_ORDER_CHANGED: inspector_see_changed(inspector, whole); return;
    case EVENT_ORDER_CLOSED: inspector_see_closed(inspector, whole); return;
    case EVENT_TRADE: inspector_see_trade(inspector, whole); return;
    case EVENT_LEVEL: inspector_see_level(inspector, whole); return;
    case EVENT_ORDER_LIST: inspector_see_list(inspector, whole); return;
    case EVENT_SESSION: inspector_see_session(inspector, whole); return;
    case EVENT_POSTING: inspector_see_posting(inspector, whole); return;
    case EVENT_BALANCE: inspector_see_balance(inspector, whole); return;
    case EVENT_WITHDRAWAL: inspector_see_withdrawal(inspector, whole); return;
    case EVENT_PROPOSAL: inspector_see_proposal(inspector, whole); return;
    case EVENT_REGISTRY: inspector_see_registry(inspector, whole); return;
    case EVENT_MINING_ENTRY: inspector_see_mining_entry(inspector, whole); return;
    case EVENT_MINING_SHARES: inspector_see_mining_shares(inspector, whole); return;
    case EVENT_MINING_ENERGY: inspector_see_mining_energy(inspector, whole); return;
    case EVENT_MINING_COINS: inspector_see_mining_coins(inspector, whole); return;
    case EVENT_MINING_FEE: inspector_see_mining_fee(inspector, whole); return;
    }
}

static void see_events(struct inspector *inspector, const void *events, size_t size)
{
    struct inspector_now *now = &inspector->now;

    for (size_t at = 0; at < size && !inspector->complains; at += event_at(events, at)->size) {
        const struct event_header *event = event_at(events, at);

        now->sequence = event->sequence;
        if (now->refused && event->kind != EVENT_OUTCOME) {
            inspector_complain(inspector, INSPECTOR_RULE_REFUSAL, 0,
                               "a refused command brings something about");
            return;
        }
        bool ends = event->kind == EVENT_BALANCE || event->kind == EVENT_OUTCOME;
        if (!may_bring_about(inspector, event->kind) || (now->ending && !ends)) {
            inspector_complain(inspector, INSPECTOR_RULE_EFFECT, 0,
                               "an event that this command cannot bring about, or not here");
            return;
        }
        now->ending = ends;
        see_event(inspector, event);
    }
}

/* What the outcome must name when the command was carried out. */
static bool is_outcome_right(const struct inspector *inspector)
{
    const struct inspector_now *now = &inspector->now;
    const struct event_outcome *outcome = now->outcome;
    const struct command_header *command = now->command;
    uint64_t cancelled = 0;

    if (outcome->participant != command->participant || outcome->request != command->request ||
        outcome->origin != command->origin || outcome->command != command->kind ||
        outcome->result == 0) {
        return false;
    }
    if (command->kind != COMMAND_ORDER_REPLACE &&
        (outcome->cancel_result != 0 || outcome->place_result != 0)) {
        return false;
    }
    if (now->refused) {
        return outcome->cancelled == 0 && outcome->list == 0;
    }
    if (inspector_has(inspector, COMMAND_ORDER_REPLACE)) {
        cancelled = now->cancelled;
    } else if (inspector_has(inspector, COMMAND_ORDER_CANCEL_ALL) ||
               inspector_has(inspector, COMMAND_PARTICIPANT_FREEZE)) {
        cancelled = now->closed;
    }
    return outcome->cancelled == cancelled && outcome->list == now->list;
}

static bool is_id_right(const struct inspector *inspector)
{
    const struct inspector_now *now = &inspector->now;
    const void *act = now->act;
    uint64_t id = now->id;

    if (now->refused || now->outcome->result == RESULT_REPLACE_NOT_PLACED) {
        return true;
    }
    if (inspector_has(inspector, COMMAND_COUNTDOWN_SET)) {
        id = ((const struct command_countdown_set *)act)->instrument;
    } else if (inspector_has(inspector, COMMAND_QUARANTINE)) {
        id = ((const struct command_quarantine *)act)->record;
    } else if (inspector_has(inspector, COMMAND_ORDER_CANCEL_ALL) ||
               inspector_has(inspector, COMMAND_CLOCK)) {
        id = 0;
    }
    return now->outcome->id == id;
}

/* May all of somebody's orders be cancelled by who asked for it? */
static bool is_cancel_all_right(const struct inspector *inspector,
                                const struct command_order_cancel_all *cancel)
{
    uint32_t actor = inspector->now.actor;

    if (cancel->instrument > inspector->instruments_count) {
        return false;
    }
    if (cancel->target == 0 || cancel->target == actor) {
        return true;
    }
    const struct inspector_person *target = inspector_person(inspector, cancel->target);
    return target != NULL && target->frozen &&
           (inspector->people[actor].roles & (uint32_t)ROLE_OPERATOR) != 0;
}

/* What acts about orders and sessions must have brought about. */
static bool is_trading_complete(const struct inspector *inspector)
{
    const struct inspector_now *now = &inspector->now;
    const void *act = now->act;
    uint16_t kind = now->act == NULL ? 0 : now->act->kind;
    bool opens = kind == COMMAND_ORDER_PLACE || kind == COMMAND_ORDER_LIST_PLACE ||
                 (kind == COMMAND_ORDER_REPLACE && now->outcome->result == RESULT_OK);
    const struct command_countdown_set *countdown = act;

    if ((now->opened > 0) != opens || now->amended != (kind == COMMAND_ORDER_AMEND ? 1 : 0) ||
        now->sessions != (kind == COMMAND_SESSION_SET ? 1 : 0)) {
        return false;
    }
    if (kind == COMMAND_ORDER_CANCEL || kind == COMMAND_ORDER_LIST_CANCEL) {
        return now->cancelled != 0;
    }
    if (kind == COMMAND_COUNTDOWN_SET) {
        return countdown->instrument >= 1 && countdown->instrument <= inspector->instruments_count;
    }
    return kind != COMMAND_ORDER_CANCEL_ALL || is_cancel_all_right(inspector, act);
}

/* Did everything happen that the command says? Postings are inspect_books.c's question. */
static bool is_complete(const struct inspector *inspector)
{
    const struct inspector_now *now = &inspector->now;
    const struct command_header *act = now->act;
    uint16_t kind = act == NULL ? 0 : act->kind;

    if (now->unannounced != 0 || now->empty_lists != 0 || inspector->unfinished != 0) {
        return false;
    }
    if (now->refused) {
        return true;
    }
    bool withdraws = kind == COMMAND_WITHDRAW_REQUEST || kind == COMMAND_WITHDRAW_SETTLE ||
                     kind == COMMAND_WITHDRAW_REJECT;
    bool decides = kind == COMMAND_PROPOSE || kind == COMMAND_PROPOSAL_WITHDRAW ||
                   now->command->kind == COMMAND_APPROVE;
    return now->withdrawal_events == (withdraws ? 1 : 0) &&
           now->mining_events == (kind >= COMMAND_JURISDICTION_PARAMETER_SET ? 1 : 0) &&
           (kind == COMMAND_CLOCK || now->proposal_events == (decides ? 1 : 0)) &&
           is_trading_complete(inspector);
}

static void end_command(struct inspector *inspector)
{
    inspector_end_books(inspector);
    if (!is_complete(inspector)) {
        inspector_complain(inspector, INSPECTOR_RULE_EFFECT, 0,
                           "something is missing that the command was to bring about");
    }
    if (!is_outcome_right(inspector) || !is_id_right(inspector)) {
        inspector_complain(inspector, INSPECTOR_RULE_SHAPE, inspector->now.outcome->id,
                           "the outcome does not answer its command, or names something else");
    }
    if (!inspector->complains) {
        inspector_change_registry(inspector);
    }
}

/* Numbers, time, sender: the questions before any other. True: go on. */
static bool is_admitted(struct inspector *inspector)
{
    const struct command_header *command = inspector->now.command;

    if (command->number != inspector->number + 1) {
        inspector_complain(inspector, INSPECTOR_RULE_NUMBER, command->number,
                           "a number is missing");
        return false;
    }
    inspector->number = command->number;
    if (inspector->now.outcome->result == RESULT_QUARANTINED || inspector->skipped_count > 0) {
        inspector_see_skipping(inspector);
        if (inspector->complains || inspector->now.outcome->result == RESULT_QUARANTINED) {
            return !inspector->complains;
        }
    }
    enum result expected = inspector_sender_result(inspector, command);
    if (expected == 0) {
        inspector->time_us = command->time_us;
        inspector_use_key(inspector, command);
        return true;
    }
    if (inspector->now.outcome->result != expected) {
        inspector_complain(inspector,
                           expected == RESULT_TIME_BACKWARDS ? INSPECTOR_RULE_TIME
                                                             : INSPECTOR_RULE_SENDER,
                           command->participant, "a command is taken that may not be sent");
        return false;
    }
    return true;
}

void inspector_on_command(struct inspector *inspector, const struct command_header *command,
                          const void *events, size_t size)
{
    struct inspector_now *now = &inspector->now;

    ENSURE((uintptr_t)command % 16 == 0 && (uintptr_t)events % 16 == 0);
    if (inspector->complains) {
        return;
    }
    memset(now, 0, offsetof(struct inspector_now, wrapped));
    now->command = command;
    if (!is_whole(inspector, events, size)) {
        inspector_complain(inspector, INSPECTOR_RULE_SHAPE, 0,
                           "the events are not whole, numbered and ended by one outcome");
        return;
    }
    if (!is_admitted(inspector)) {
        return;
    }
    find_act(inspector, events, size);
    if (!inspector->complains) {
        inspector_expect_money(inspector);
        see_events(inspector, events, size);
    }
    if (!inspector->complains) {
        end_command(inspector);
    }
}
