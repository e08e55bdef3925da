/* SPDX-License-Identifier: Apache-2.0
 *
 * Assets, instruments and their sessions. What fits together within an instrument's terms the market
 * knows; here it is joined with the assets it names and the house accounts it needs.
 *
 * Invariants: an asset's accounts for fees and rounding exist as long as the asset; an asset can hold
 * its whole supply (2^120 units); leaving an auction for continuous trading uncrosses at once.
 *
 * Next: apply_money.c.
 */
#include "base/text.h"
#include "engine/apply_auction.h"
#include "engine/emit.h"
#include "engine/listing.h"

#define HOUSE_ACCOUNTS 2u /* fees and rounding, of each asset */

static uint64_t hash_code(const struct engine *engine, const struct asset_code *code)
{
    return hash_bytes(engine->seed, code, sizeof *code);
}

uint16_t listing_find_asset(const struct engine *engine, const struct asset_code *code)
{
    uint64_t hash = hash_code(engine, code);
    uint32_t cursor;
    uint32_t index = table_first(&engine->assets_by_code, hash, &cursor);

    while (index != 0 && !text_equals(engine_asset(engine, (uint16_t)index)->code.text, code->text,
                                      sizeof code->text)) {
        index = table_next(&engine->assets_by_code, hash, &cursor);
    }
    return (uint16_t)index;
}

static bool are_amounts_sound(const struct command_asset_create *create)
{
    return amount_is_positive(create->supply_max) && amount_is_bounded(create->supply_max) &&
           amount_compare(create->withdraw_min, create->supply_max) <= 0 &&
           amount_compare(create->withdraw_fee, create->supply_max) <= 0 &&
           !amount_is_negative(create->withdraw_min) && !amount_is_negative(create->withdraw_fee);
}

enum result check_asset_create(const struct engine *engine,
                               const struct command_asset_create *create)
{
    if (!are_amounts_sound(create)) {
        return RESULT_AMOUNT_INVALID;
    }
    if (create->scale > MONEY_SCALE_MAX) {
        return RESULT_FIELD_INVALID;
    }
    if (listing_find_asset(engine, &create->code) != 0) {
        return RESULT_DUPLICATE_ASSET;
    }
    if (engine->assets_count >= engine->limits.assets_max) {
        return RESULT_ASSETS_FULL;
    }
    return ledger_room(engine_ledger(engine)) >= HOUSE_ACCOUNTS ? RESULT_OK : RESULT_ACCOUNTS_FULL;
}

enum result apply_asset_create(struct apply *apply, const struct command_asset_create *create)
{
    struct engine *engine = apply->engine;
    enum result result = check_asset_create(engine, create);

    if (result != RESULT_OK) {
        return result;
    }
    uint16_t number = ++engine->assets_count;
    struct asset *asset = engine_asset_at(engine, number);
    asset->supply_max = create->supply_max;
    asset->withdraw_min = create->withdraw_min;
    asset->withdraw_fee = create->withdraw_fee;
    asset->code = create->code;
    asset->fees_account = ledger_open(apply->ledger, TARAZY_OWNER_FEES, number);
    asset->rounding_account = ledger_open(apply->ledger, TARAZY_OWNER_ROUNDING, number);
    asset->name = create->name;
    asset->scale = create->scale;
    ENSURE(asset->fees_account != 0 && asset->rounding_account != 0);
    table_insert(&engine->assets_by_code, hash_code(engine, &create->code), number);
    apply->id = number;
    emit_registry(apply, REGISTRY_SUBJECT_ASSET, number);
    return RESULT_OK;
}

enum result check_instrument_create(const struct engine *engine,
                                    const struct command_instrument_create *create)
{
    const struct asset *base = engine_asset(engine, create->terms.base);

    if (base == NULL || engine_asset(engine, create->terms.quote) == NULL) {
        return RESULT_UNKNOWN_ASSET;
    }
    return market_listing_check(engine_market(engine), &create->terms, base->scale);
}

enum result apply_instrument_create(struct apply *apply,
                                    const struct command_instrument_create *create)
{
    enum result result = check_instrument_create(apply->engine, create);

    if (result != RESULT_OK) {
        return result;
    }
    uint8_t base_scale = engine_asset_at(apply->engine, create->terms.base)->scale;
    uint16_t instrument = market_list_instrument(apply->market, &create->terms, base_scale,
                                                 (enum session)create->session);
    apply->id = instrument;
    emit_registry(apply, REGISTRY_SUBJECT_INSTRUMENT, instrument);
    return RESULT_OK;
}

enum result check_instrument_update(const struct engine *engine,
                                    const struct command_instrument_update *update)
{
    const struct market *market = engine_market(engine);

    if (market_instrument(market, update->instrument) == NULL) {
        return RESULT_UNKNOWN_INSTRUMENT;
    }
    return market_terms_check(market, update->instrument, &update->terms);
}

enum result apply_instrument_update(struct apply *apply,
                                    const struct command_instrument_update *update)
{
    enum result result = check_instrument_update(apply->engine, update);

    if (result != RESULT_OK) {
        return result;
    }
    market_terms_set(apply->market, update->instrument, &update->terms);
    apply->id = update->instrument;
    emit_registry(apply, REGISTRY_SUBJECT_INSTRUMENT, update->instrument);
    return RESULT_OK;
}

/* A session's end lies ahead; only an auction has one. */
enum result check_session_set(const struct engine *engine, const struct command_session_set *set)
{
    const struct market *market = engine_market(engine);

    if (market_instrument(market, set->instrument) == NULL) {
        return RESULT_UNKNOWN_INSTRUMENT;
    }
    if (set->until_us != 0 &&
        (set->session != SESSION_AUCTION || set->until_us <= set->header.time_us)) {
        return RESULT_FIELD_INVALID;
    }
    return market_session_check(market, set->instrument, (enum session)set->session);
}

enum result apply_session_set(struct apply *apply, const struct command_session_set *set)
{
    enum result result = check_session_set(apply->engine, set);

    if (result != RESULT_OK) {
        return result;
    }
    /* To continuous trading the way may lead through an auction that ends now. */
    market_session_set(apply->market, set->instrument, (enum session)set->session,
                       set->session == SESSION_CONTINUOUS ? apply->now_us : set->until_us);
    apply->id = set->instrument;
    emit_session(apply, set->instrument, SESSION_REASON_OPERATOR, NULL);
    auction_run(apply, set->instrument);
    return RESULT_OK;
}
