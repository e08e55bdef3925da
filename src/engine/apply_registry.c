/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands about people, keys and tiers. The registry keeps them; what is decided here is what it
 * cannot see alone: whether a tier's limit names a listed asset, and that a frozen participant's orders
 * leave the books.
 *
 * Invariant: one person may stop a participant or a key; to start again takes two (registry/roles.c).
 *
 * Next: apply_proposal.c.
 */
#include "engine/closing.h"
#include "engine/emit.h"

enum result check_participant_create(const struct engine *engine,
                                     const struct command_participant_create *create)
{
    return registry_participant_check(engine_registry(engine), create);
}

enum result apply_participant_create(struct apply *apply,
                                     const struct command_participant_create *create)
{
    enum result result = check_participant_create(apply->engine, create);

    if (result != RESULT_OK) {
        return result;
    }
    uint32_t participant = registry_participant_add(apply->registry, create);
    apply->id = participant;
    emit_registry(apply, REGISTRY_SUBJECT_PARTICIPANT, participant);
    return RESULT_OK;
}

enum result check_participant_update(const struct engine *engine,
                                     const struct command_participant_update *update)
{
    const struct registry *registry = engine_registry(engine);

    if (registry_participant(registry, update->target) == NULL) {
        return RESULT_UNKNOWN_PARTICIPANT;
    }
    return registry_tier(registry, update->tier) != NULL ? RESULT_OK : RESULT_UNKNOWN_TIER;
}

enum result apply_participant_update(struct apply *apply,
                                     const struct command_participant_update *update)
{
    enum result result = check_participant_update(apply->engine, update);

    if (result != RESULT_OK) {
        return result;
    }
    registry_participant_update(apply->registry, update->target, update->roles, update->tier);
    apply->id = update->target;
    emit_registry(apply, REGISTRY_SUBJECT_PARTICIPANT, update->target);
    return RESULT_OK;
}

enum result check_participant_freeze(const struct engine *engine,
                                     const struct command_participant_freeze *freeze)
{
    const struct registry *registry = engine_registry(engine);

    return registry_participant(registry, freeze->target) != NULL ? RESULT_OK
                                                                  : RESULT_UNKNOWN_PARTICIPANT;
}

/* Freezing takes the participant's orders off the books, at most TARAZY_CLOSES_MAX of them: the
 * outcome counts them, and an operator's ORDER_CANCEL_ALL takes what is left. */
enum result apply_participant_freeze(struct apply *apply,
                                     const struct command_participant_freeze *freeze)
{
    enum result result = check_participant_freeze(apply->engine, freeze);

    if (result != RESULT_OK) {
        return result;
    }
    registry_participant_freeze(apply->registry, freeze->target, freeze->frozen != 0);
    if (freeze->frozen != 0) {
        apply->cancelled = close_all(apply, freeze->target, 0, CLOSE_REASON_FROZEN);
    }
    apply->id = freeze->target;
    emit_registry(apply, REGISTRY_SUBJECT_PARTICIPANT, freeze->target);
    return RESULT_OK;
}

/* A key for somebody else is an operator's act, even in the hands of one who may also trade. */
enum result check_key_create(const struct engine *engine, const struct command_key_create *create)
{
    const struct registry *registry = engine_registry(engine);
    uint32_t sender = create->header.participant;

    if (sender != 0 && create->owner != sender &&
        (registry_participant(registry, sender)->roles & ROLE_OPERATOR) == 0) {
        return RESULT_NOT_PERMITTED;
    }
    return registry_key_check(registry, create);
}

enum result apply_key_create(struct apply *apply, const struct command_key_create *create)
{
    enum result result = check_key_create(apply->engine, create);

    if (result != RESULT_OK) {
        return result;
    }
    uint32_t key = registry_key_add(apply->registry, create);
    apply->id = key;
    emit_registry(apply, REGISTRY_SUBJECT_KEY, key);
    return RESULT_OK;
}

enum result check_key_revoke(const struct engine *engine, const struct command_key_revoke *revoke)
{
    const struct registry *registry = engine_registry(engine);
    uint32_t number = registry_key_find(registry, &revoke->id);
    uint32_t sender = revoke->header.participant;

    if (number == 0) {
        return RESULT_UNKNOWN_KEY;
    }
    const struct key *key = registry_key(registry, number);
    if (key->owner != sender &&
        (registry_participant(registry, sender)->roles & ROLE_OPERATOR) == 0) {
        return RESULT_KEY_NOT_OWNER;
    }
    return key->revoked ? RESULT_KEY_REVOKED : RESULT_OK;
}

enum result apply_key_revoke(struct apply *apply, const struct command_key_revoke *revoke)
{
    enum result result = check_key_revoke(apply->engine, revoke);

    if (result != RESULT_OK) {
        return result;
    }
    uint32_t key = registry_key_find(apply->registry, &revoke->id);
    registry_key_revoke(apply->registry, key);
    apply->id = key;
    emit_registry(apply, REGISTRY_SUBJECT_KEY, key);
    return RESULT_OK;
}

enum result check_tier_set(const struct engine *engine, const struct command_tier_set *set)
{
    (void)engine;
    return set->tier >= 1 && set->tier <= TARAZY_TIERS_MAX ? RESULT_OK : RESULT_UNKNOWN_TIER;
}

enum result apply_tier_set(struct apply *apply, const struct command_tier_set *set)
{
    enum result result = check_tier_set(apply->engine, set);

    if (result != RESULT_OK) {
        return result;
    }
    registry_tier_set(apply->registry, set);
    apply->id = set->tier;
    emit_registry(apply, REGISTRY_SUBJECT_TIER, set->tier);
    return RESULT_OK;
}

enum result check_tier_limit_set(const struct engine *engine,
                                 const struct command_tier_limit_set *set)
{
    if (registry_tier(engine_registry(engine), set->tier) == NULL) {
        return RESULT_UNKNOWN_TIER;
    }
    return engine_asset(engine, set->asset) != NULL ? RESULT_OK : RESULT_UNKNOWN_ASSET;
}

enum result apply_tier_limit_set(struct apply *apply, const struct command_tier_limit_set *set)
{
    enum result result = check_tier_limit_set(apply->engine, set);

    if (result != RESULT_OK) {
        return result;
    }
    registry_tier_limit_set(apply->registry, set);
    apply->id = set->tier;
    emit_registry(apply, REGISTRY_SUBJECT_TIER, set->tier);
    return RESULT_OK;
}
