/* SPDX-License-Identifier: Apache-2.0
 *
 * People, keys, tiers, assets, instruments as accepted commands leave them. A file of its own because the
 * events only say that something changed: what it is now stands in the command, and the inspector keeps
 * its own copy.
 *
 * Invariant: numbers are given in order, and each change is announced by just one event.
 *
 * Next: inspect_proposals.c.
 */
#include <string.h>

#include "inspector/inspector_state.h"

static uint64_t hash_id(const struct inspector *inspector, const struct hash256 *id)
{
    return hash_bytes(inspector->seed, id, sizeof *id);
}

static uint32_t find_key(const struct inspector *inspector, const struct hash256 *id)
{
    uint32_t cursor;
    uint32_t key = table_first(&inspector->keys_by_id, hash_id(inspector, id), &cursor);

    while (key != 0 && memcmp(&inspector->keys[key].id, id, sizeof *id) != 0) {
        key = table_next(&inspector->keys_by_id, hash_id(inspector, id), &cursor);
    }
    return key;
}

/* Which subject and number an accepted act must announce; 0 = none. */
static uint16_t announced_by(const struct inspector *inspector, uint32_t *id)
{
    const struct command_header *act = inspector->now.act;
    const void *whole = act;

    *id = 0;
    if (act == NULL) {
        return 0;
    }
    switch ((enum command_kind)act->kind) {
    case COMMAND_NODE_FOUND:
    case COMMAND_NODE_OPEN: return REGISTRY_SUBJECT_NODE;
    case COMMAND_PARTICIPANT_CREATE:
        *id = inspector->people_count + 1;
        return REGISTRY_SUBJECT_PARTICIPANT;
    case COMMAND_PARTICIPANT_UPDATE:
        *id = ((const struct command_participant_update *)whole)->target;
        return REGISTRY_SUBJECT_PARTICIPANT;
    case COMMAND_PARTICIPANT_FREEZE:
        *id = ((const struct command_participant_freeze *)whole)->target;
        return REGISTRY_SUBJECT_PARTICIPANT;
    case COMMAND_KEY_CREATE: *id = inspector->keys_count + 1; return REGISTRY_SUBJECT_KEY;
    case COMMAND_KEY_REVOKE:
        *id = find_key(inspector, &((const struct command_key_revoke *)whole)->id);
        return REGISTRY_SUBJECT_KEY;
    case COMMAND_TIER_SET:
        *id = ((const struct command_tier_set *)whole)->tier;
        return REGISTRY_SUBJECT_TIER;
    case COMMAND_TIER_LIMIT_SET:
        *id = ((const struct command_tier_limit_set *)whole)->tier;
        return REGISTRY_SUBJECT_TIER;
    case COMMAND_ASSET_CREATE: *id = inspector->assets_count + 1; return REGISTRY_SUBJECT_ASSET;
    case COMMAND_INSTRUMENT_CREATE:
        *id = inspector->instruments_count + 1;
        return REGISTRY_SUBJECT_INSTRUMENT;
    case COMMAND_INSTRUMENT_UPDATE:
        *id = ((const struct command_instrument_update *)whole)->instrument;
        return REGISTRY_SUBJECT_INSTRUMENT;
    case COMMAND_CLOCK:
    case COMMAND_PROPOSE:
    case COMMAND_APPROVE:
    case COMMAND_PROPOSAL_WITHDRAW:
    case COMMAND_SESSION_SET:
    case COMMAND_SANDBOX_DEPOSIT:
    case COMMAND_DEPOSIT:
    case COMMAND_WITHDRAW_REQUEST:
    case COMMAND_WITHDRAW_SETTLE:
    case COMMAND_WITHDRAW_REJECT:
    case COMMAND_CORRECTION:
    case COMMAND_ORDER_PLACE:
    case COMMAND_ORDER_CANCEL:
    case COMMAND_ORDER_CANCEL_ALL:
    case COMMAND_ORDER_REPLACE:
    case COMMAND_ORDER_AMEND:
    case COMMAND_ORDER_LIST_PLACE:
    case COMMAND_ORDER_LIST_CANCEL:
    case COMMAND_COUNTDOWN_SET:
    case COMMAND_LIABILITIES_PUBLISH:
    case COMMAND_QUARANTINE: return 0;
#define MINING_CASE(name, number, type) \
    case COMMAND_##name: return 0;
        TARAZY_MINING_COMMANDS(MINING_CASE)
#undef MINING_CASE
    }
    return 0;
}

void inspector_see_registry(struct inspector *inspector, const struct event_registry *event)
{
    uint32_t id;
    uint16_t subject = announced_by(inspector, &id);

    if (subject == 0 || event->subject != subject || event->subject_id != id ||
        inspector->now.registry_events++ != 0) {
        inspector_complain(inspector, INSPECTOR_RULE_EFFECT, event->subject_id,
                           "something else in the registry changes than the command says");
    }
    inspector->now.id = event->subject_id;
}

static void add_person(struct inspector *inspector, const struct command_participant_create *create)
{
    if (inspector->people_count >= inspector->limits.participants_max) {
        inspector_complain(inspector, INSPECTOR_RULE_ROOM, 0, "more participants than licensed");
        return;
    }
    inspector->people[++inspector->people_count] = (struct inspector_person){
        .identity = create->identity,
        .roles = create->roles,
        .tier = create->tier,
    };
}

static void update_person(struct inspector *inspector,
                          const struct command_participant_update *update)
{
    inspector->people[update->target].roles = update->roles;
    inspector->people[update->target].tier = update->tier;
}

static void add_key(struct inspector *inspector, const struct command_key_create *create)
{
    bool for_other = create->owner != inspector->now.actor && inspector->now.actor != 0;

    if (inspector->keys_count >= inspector->limits.keys_max) {
        inspector_complain(inspector, INSPECTOR_RULE_ROOM, 0, "more keys than licensed");
        return;
    }
    if (inspector_person(inspector, create->owner) == NULL ||
        find_key(inspector, &create->id) != 0 ||
        (for_other && (inspector->people[inspector->now.actor].roles & ROLE_OPERATOR) == 0)) {
        inspector_complain(inspector, INSPECTOR_RULE_ROLE, create->owner,
                           "a key that is not new, or for nobody, or not theirs to give");
        return;
    }
    inspector->keys[++inspector->keys_count] = (struct inspector_key){
        .id = create->id,
        .expires_us = create->expires_us,
        .owner = create->owner,
        .scopes = create->scopes,
        .nonce_required = create->nonce_required,
    };
    table_insert(&inspector->keys_by_id, hash_id(inspector, &create->id), inspector->keys_count);
}

static void revoke_key(struct inspector *inspector, const struct command_key_revoke *revoke)
{
    uint32_t key = find_key(inspector, &revoke->id);
    uint32_t who = inspector->now.actor;

    if (key == 0 || inspector->keys[key].revoked ||
        (inspector->keys[key].owner != who &&
         (inspector->people[who].roles & ROLE_OPERATOR) == 0)) {
        inspector_complain(inspector, INSPECTOR_RULE_ROLE, key,
                           "a key is revoked that is not theirs, or not there");
        return;
    }
    inspector->keys[key].revoked = 1;
}

static void add_asset(struct inspector *inspector, const struct command_asset_create *create)
{
    if (inspector->assets_count >= inspector->limits.assets_max ||
        create->scale > MONEY_SCALE_MAX) {
        inspector_complain(inspector, INSPECTOR_RULE_ROOM, 0, "more assets than licensed");
        return;
    }
    inspector->assets[++inspector->assets_count] = (struct inspector_asset){
        .supply_max = amount_units(create->supply_max),
        .withdraw_min = amount_units(create->withdraw_min),
        .withdraw_fee = amount_units(create->withdraw_fee),
        .scale = create->scale,
    };
}

static void add_instrument(struct inspector *inspector,
                           const struct command_instrument_create *create)
{
    const struct instrument_terms *terms = &create->terms;
    int64_t unit = 1;

    if (inspector->instruments_count >= inspector->limits.instruments_max || terms->base < 1 ||
        terms->base > inspector->assets_count || terms->quote < 1 ||
        terms->quote > inspector->assets_count || terms->base == terms->quote ||
        price_units(terms->tick) <= 0 || quantity_units(terms->lot) <= 0 ||
        price_units(terms->reference) <= 0) {
        inspector_complain(inspector, INSPECTOR_RULE_ROOM, 0,
                           "an instrument of no assets, or more of them than licensed");
        return;
    }
    for (uint8_t scale = inspector->assets[terms->base].scale; scale > 0; scale--) {
        unit *= 10;
    }
    inspector->listings[++inspector->instruments_count] = (struct inspector_listing){
        .terms = *terms,
        .reference = price_units(terms->reference),
        .last = price_units(terms->reference),
        .unit = unit,
        .session = create->session,
    };
}

static void update_instrument(struct inspector *inspector,
                              const struct command_instrument_update *update)
{
    struct inspector_listing *listing = inspector_listing(inspector, update->instrument);
    int64_t reference = price_units(update->terms.reference);

    if (listing == NULL || update->terms.base != listing->terms.base ||
        update->terms.quote != listing->terms.quote ||
        price_compare(update->terms.tick, listing->terms.tick) != 0 ||
        quantity_compare(update->terms.lot, listing->terms.lot) != 0) {
        inspector_complain(inspector, INSPECTOR_RULE_EFFECT, update->instrument,
                           "what an instrument is cannot change");
        return;
    }
    if (reference != price_units(listing->terms.reference)) {
        listing->reference = reference;
        listing->last = listing->trades == 0 ? reference : listing->last;
    }
    listing->terms = update->terms;
}

static void set_tier(struct inspector *inspector, const struct command_tier_set *set)
{
    inspector->tiers[set->tier] = (struct inspector_tier){
        .maker_ppm = rate_ppm(set->maker),
        .taker_ppm = rate_ppm(set->taker),
        .rights = set->rights,
        .set = true,
    };
}

static void set_day_limit(struct inspector *inspector, const struct command_tier_limit_set *set)
{
    size_t place = (size_t)set->tier * (inspector->limits.assets_max + 1) + set->asset;

    inspector->day_limits[place] = (struct inspector_day_limit){
        .withdraw = amount_units(set->withdraw_day_max),
        .deposit = amount_units(set->deposit_day_max),
    };
}

static void found(struct inspector *inspector, const struct command_node_found *command)
{
    if (memcmp(&command->limits, &inspector->limits, sizeof command->limits) != 0) {
        inspector_complain(inspector, INSPECTOR_RULE_EFFECT, 0, "the licence has other limits");
    }
    memcpy(inspector->seed.words, command->hash_seed, sizeof inspector->seed.words);
    inspector->founded = true;
    inspector->sandbox = command->sandbox != 0;
}

/* Is everything there that a change of the registry names? */
static bool are_names_known(const struct inspector *inspector, const struct command_header *act)
{
    const void *whole = act;
    uint16_t tier = 1;
    uint16_t asset = 1;
    uint32_t target = 1;

    if (act->kind == COMMAND_PARTICIPANT_CREATE) {
        tier = ((const struct command_participant_create *)whole)->tier;
        return tier >= 1 && tier <= TARAZY_TIERS_MAX && inspector->tiers[tier].set;
    }
    if (act->kind == COMMAND_PARTICIPANT_UPDATE) {
        tier = ((const struct command_participant_update *)whole)->tier;
        target = ((const struct command_participant_update *)whole)->target;
        return inspector_person(inspector, target) != NULL && tier >= 1 &&
               tier <= TARAZY_TIERS_MAX && inspector->tiers[tier].set;
    }
    if (act->kind == COMMAND_PARTICIPANT_FREEZE) {
        target = ((const struct command_participant_freeze *)whole)->target;
        return inspector_person(inspector, target) != NULL;
    }
    if (act->kind == COMMAND_TIER_SET) {
        tier = ((const struct command_tier_set *)whole)->tier;
    } else if (act->kind == COMMAND_TIER_LIMIT_SET) {
        tier = ((const struct command_tier_limit_set *)whole)->tier;
        asset = ((const struct command_tier_limit_set *)whole)->asset;
        return tier >= 1 && tier <= TARAZY_TIERS_MAX && inspector->tiers[tier].set && asset >= 1 &&
               asset <= inspector->assets_count;
    }
    return tier >= 1 && tier <= TARAZY_TIERS_MAX;
}

static void freeze(struct inspector *inspector, const struct command_participant_freeze *command)
{
    inspector->people[command->target].frozen = command->frozen != 0;
}

/* One root of liabilities an epoch, of books that were. */
static void publish(struct inspector *inspector, const struct command_liabilities_publish *command)
{
    if (command->epoch <= inspector->last_epoch || command->record == 0 ||
        command->record >= inspector->number) {
        inspector_complain(inspector, INSPECTOR_RULE_EFFECT, command->epoch,
                           "a root of liabilities is published twice, or of books to come");
    }
    inspector->last_epoch = command->epoch;
}

static void change(struct inspector *inspector, const struct command_header *act)
{
    const void *whole = act;

    switch (act->kind) {
    case COMMAND_NODE_FOUND: found(inspector, whole); return;
    case COMMAND_NODE_OPEN: inspector->open = true; return;
    case COMMAND_PARTICIPANT_CREATE: add_person(inspector, whole); return;
    case COMMAND_PARTICIPANT_UPDATE: update_person(inspector, whole); return;
    case COMMAND_PARTICIPANT_FREEZE: freeze(inspector, whole); return;
    case COMMAND_KEY_CREATE: add_key(inspector, whole); return;
    case COMMAND_KEY_REVOKE: revoke_key(inspector, whole); return;
    case COMMAND_TIER_SET: set_tier(inspector, whole); return;
    case COMMAND_TIER_LIMIT_SET: set_day_limit(inspector, whole); return;
    case COMMAND_ASSET_CREATE: add_asset(inspector, whole); return;
    case COMMAND_INSTRUMENT_CREATE: add_instrument(inspector, whole); return;
    case COMMAND_INSTRUMENT_UPDATE: update_instrument(inspector, whole); return;
    case COMMAND_LIABILITIES_PUBLISH: publish(inspector, whole); return;
    case COMMAND_QUARANTINE: inspector_see_quarantine(inspector, whole); return;
    default: /* not an enum */ return;
    }
}

void inspector_change_registry(struct inspector *inspector)
{
    const struct command_header *act = inspector->now.act;
    uint32_t id;
    bool announces = announced_by(inspector, &id) != 0;

    if (act == NULL) {
        return;
    }
    if (announces != (inspector->now.registry_events == 1) || !are_names_known(inspector, act)) {
        inspector_complain(inspector, INSPECTOR_RULE_EFFECT, id,
                           "a change of the registry is not announced, or names what is not there");
        return;
    }
    change(inspector, act);
}
