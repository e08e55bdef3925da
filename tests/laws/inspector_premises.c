/* SPDX-License-Identifier: Apache-2.0
 *
 * Acts that would have been right under other premises. A true stream is recorded; then what was said
 * before is altered (a person's roles, identity or tier limits, an instrument's bands, an order's price),
 * so that what happened later, however well its events fit each other, must not have been. The inspector
 * must say so, and name the rule.
 *
 *     inspector_premises [SEED]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspector/inspector.h"
#include "laws/law_record.h"
#include "laws/law_world.h"

#define COMMANDS 8000u
#define STREAMS  3u

/* Alters one record, its events included. */
typedef void alteration(struct law_record *record, uint8_t *events);

struct premise {
    const char *name;
    alteration *alter;
    enum inspector_rule rule;
};

static const struct event_outcome *outcome_of(const struct law_record *record,
                                              const uint8_t *events)
{
    const void *last = events + record->size - sizeof(struct event_outcome);

    return last;
}

/* The first event of this kind; NULL: none. */
static void *find_event(const struct law_record *record, uint8_t *events, uint16_t kind)
{
    for (size_t at = 0; at < record->size;) {
        void *whole = events + at;
        const struct event_header *event = whole;

        if (event->kind == kind) {
            return whole;
        }
        at += event->size;
    }
    return NULL;
}

static bool is_kind(const struct law_record *record, uint16_t kind)
{
    return record->command.header.kind == kind;
}

static void all_are_one_person(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_PARTICIPANT_CREATE)) {
        memset(&record->command.participant_create.identity, 7, sizeof(struct hash256));
    }
}

static void custodians_are_none(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_PARTICIPANT_CREATE) &&
        record->command.participant_create.roles == ROLE_CUSTODIAN) {
        record->command.participant_create.roles = ROLE_TRADER;
    }
}

static void market_makers_are_none(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_PARTICIPANT_CREATE) &&
        record->command.participant_create.roles == ROLE_MARKET_MAKER) {
        record->command.participant_create.roles = ROLE_SUPERVISOR;
    }
}

static void nonces_stand_still(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (record->command.header.participant != 0) {
        record->command.header.nonce = 4711;
    }
}

static void keys_had_expired(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_KEY_CREATE) && record->command.header.participant == 0) {
        record->command.key_create.expires_us = record->command.header.time_us + 1;
    }
}

static void keys_could_only_read(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_KEY_CREATE) && record->command.header.participant == 0) {
        record->command.key_create.scopes = KEY_SCOPE_READ;
    }
}

static void nothing_may_be_withdrawn_in_a_day(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_TIER_LIMIT_SET)) {
        record->command.tier_limit_set.withdraw_day_max.units = 0;
    }
}

static void nothing_may_be_deposited_in_a_day(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_TIER_LIMIT_SET)) {
        record->command.tier_limit_set.deposit_day_max.units = 0;
    }
}

static void no_tier_trades(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_TIER_SET)) {
        record->command.tier_set.rights = TIER_RIGHT_DEPOSIT | TIER_RIGHT_WITHDRAW;
    }
}

static void fees_were_published_higher(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_TIER_SET)) {
        record->command.tier_set.taker.ppm += 1000;
    }
}

static void the_static_band_is_narrow(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_INSTRUMENT_CREATE)) {
        record->command.instrument_create.terms.band_static_ppm = 1;
    }
}

static void the_dynamic_band_is_narrow(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_INSTRUMENT_CREATE)) {
        record->command.instrument_create.terms.band_dynamic_ppm = 1;
    }
}

static void auctions_take_longer(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_INSTRUMENT_CREATE)) {
        record->command.instrument_create.terms.auction_ms += 1;
    }
}

static void there_is_little_of_every_asset(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_ASSET_CREATE)) {
        record->command.asset_create.supply_max.units = 4000;
    }
}

static void withdrawals_cost_more(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_ASSET_CREATE)) {
        record->command.asset_create.withdraw_fee.units += 1;
    }
}

/* Told in command and event alike: orders at once would have been worse than they allow. */
static void sellers_asked_more(struct law_record *record, uint8_t *events)
{
    struct event_order_opened *opened = find_event(record, events, EVENT_ORDER_OPENED);
    struct order_terms *terms = &record->command.order_place.terms;
    const struct event_trade *trade = find_event(record, events, EVENT_TRADE);

    if (is_kind(record, COMMAND_ORDER_PLACE) && opened != NULL && trade != NULL &&
        terms->side == SIDE_SELL && terms->price.units != 0) {
        terms->price.units *= 3;
        opened->terms.price.units *= 3;
    }
}

/* What set a stop order off is told as something else: then it still waits. */
static void no_stop_was_set_off(struct law_record *record, uint8_t *events)
{
    for (size_t at = 0; at < record->size;) {
        void *whole = events + at;
        struct event_order_changed *event = whole;

        if (event->header.kind == EVENT_ORDER_CHANGED && event->change == ORDER_CHANGE_TRIGGERED) {
            event->change = ORDER_CHANGE_TRAILING;
        }
        at += event->header.size;
    }
}

static void orders_are_good_for_years(struct law_record *record, uint8_t *events)
{
    struct event_order_opened *opened = find_event(record, events, EVENT_ORDER_OPENED);
    struct order_terms *terms = &record->command.order_place.terms;

    if (is_kind(record, COMMAND_ORDER_PLACE) && opened != NULL && terms->expires_us != 0) {
        terms->expires_us += (int64_t)366 * 86400 * 1000000;
        opened->terms.expires_us = terms->expires_us;
    }
}

static void another_proposal_is_taken_back(struct law_record *record, uint8_t *events)
{
    if (is_kind(record, COMMAND_PROPOSAL_WITHDRAW) &&
        outcome_of(record, events)->result == RESULT_OK) {
        record->command.proposal_withdraw.proposal += 1;
    }
}

static void proposals_expire_at_once(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_PROPOSE)) {
        record->command.propose.expires_us = record->command.header.time_us + 1;
    }
}

/* A freeze is its sender's alone; to unfreeze is not. */
static void who_froze_unfroze(struct law_record *record, uint8_t *events)
{
    if (is_kind(record, COMMAND_PARTICIPANT_FREEZE) &&
        outcome_of(record, events)->result == RESULT_OK &&
        find_event(record, events, EVENT_ORDER_CLOSED) == NULL) {
        record->command.participant_freeze.frozen = 0;
    }
}

static void evidence_is_always_the_same(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_SANDBOX_DEPOSIT)) {
        memset(record->command.sandbox_deposit.evidence.text, 'x', 8);
    }
}

static void the_node_is_no_sandbox(struct law_record *record, uint8_t *events)
{
    (void)events;
    if (is_kind(record, COMMAND_NODE_FOUND)) {
        record->command.bytes[sizeof(struct command_header)] = 0;
    }
}

static const struct premise premises[] = {
#define PREMISE(name, rule)                \
    {                                      \
#name, name, INSPECTOR_RULE_##rule \
    }
    PREMISE(all_are_one_person, FOUR_EYES),
    PREMISE(custodians_are_none, ROLE),
    PREMISE(market_makers_are_none, ROLE),
    PREMISE(nonces_stand_still, SENDER),
    PREMISE(keys_had_expired, SENDER),
    PREMISE(keys_could_only_read, SENDER),
    PREMISE(nothing_may_be_withdrawn_in_a_day, TIER),
    PREMISE(nothing_may_be_deposited_in_a_day, TIER),
    PREMISE(no_tier_trades, TIER),
    PREMISE(fees_were_published_higher, FEE),
    PREMISE(the_static_band_is_narrow, BAND),
    PREMISE(the_dynamic_band_is_narrow, BAND),
    PREMISE(auctions_take_longer, SESSION),
    PREMISE(there_is_little_of_every_asset, SUPPLY),
    PREMISE(withdrawals_cost_more, WITHDRAWAL),
    PREMISE(sellers_asked_more, LIMIT_PRICE),
    PREMISE(no_stop_was_set_off, LIMIT_PRICE),
    PREMISE(orders_are_good_for_years, ORDER),
    PREMISE(another_proposal_is_taken_back, PROPOSAL),
    PREMISE(proposals_expire_at_once, PROPOSAL),
    PREMISE(who_froze_unfroze, FOUR_EYES),
    PREMISE(evidence_is_always_the_same, EVIDENCE),
    PREMISE(the_node_is_no_sandbox, EFFECT),
#undef PREMISE
};

/* Shows the stream under other premises; which rule was broken, 0: none. */
static uint8_t show(const struct law_stream *stream, alteration *alter)
{
    static union { /* aligned as the events of one command must be */
        _Alignas(64) uint8_t bytes[TARAZY_EVENTS_SIZE_MAX];
    } events;
    static struct law_record altered;
    size_t size = inspector_size(&law_limits_tight);
    void *block = aligned_alloc(64, size);

    if (block == NULL) {
        abort();
    }
    memset(block, 0, size);
    struct inspector *inspector = inspector_create(block, size, &law_limits_tight);
    for (uint32_t i = 0; i < stream->count && inspector_complaint(inspector) == NULL; i++) {
        altered = stream->records[i];
        memcpy(events.bytes, stream->events + altered.events, altered.size);
        if (alter != NULL) {
            alter(&altered, events.bytes);
        }
        inspector_on_command(inspector, &altered.command.header, events.bytes, altered.size);
    }
    const struct inspector_complaint *complaint = inspector_complaint(inspector);
    uint8_t rule = complaint == NULL ? 0 : complaint->rule;
    free(block);
    return rule;
}

static bool try_premise(const struct law_stream *streams, const struct premise *premise)
{
    bool named = false;

    (void)printf("%-36s", premise->name);
    for (unsigned i = 0; i < STREAMS; i++) {
        uint8_t rule = show(&streams[i], premise->alter);

        named = named || rule == premise->rule;
        (void)printf(" %-10s", rule == 0 ? "-" : inspector_rule_name(rule));
    }
    (void)printf("%s\n", named ? "" : "  NOT NAMED");
    return named;
}

int main(int argc, char **argv)
{
    static law_generator *const generators[STREAMS] = {law_chaos, law_traders, law_treasury};
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    struct law_stream streams[STREAMS];
    bool good = true;

    for (unsigned i = 0; i < STREAMS; i++) {
        law_stream_make(&streams[i], generators[i], seed + i, COMMANDS);
        good = good && show(&streams[i], NULL) == 0;
    }
    if (!good) {
        (void)fputs("inspector: the truth is complained about\n", stderr);
    }
    for (size_t i = 0; i < sizeof premises / sizeof premises[0]; i++) {
        good = try_premise(streams, &premises[i]) && good;
    }
    for (unsigned i = 0; i < STREAMS; i++) {
        law_stream_free(&streams[i]);
    }
    return good ? 0 : 1;
}
