/* SPDX-License-Identifier: Apache-2.0
 *
 * Pieces of tarazy_command_is_well_formed: small questions about fields, and one function per family
 * of commands. Only the shape files of base/ include this.
 */
#ifndef BASE_SHAPE_H
#define BASE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "tarazy/command.h"

/* Every byte is zero. */
static inline bool shape_is_zero(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    uint64_t seen = 0;
    size_t done = 0;

    for (; done + 8 <= size; done += 8) {
        uint64_t word;

        memcpy(&word, at + done, sizeof word);
        seen |= word;
    }
    for (; done < size; done++) {
        seen |= at[done];
    }
    return seen == 0;
}

#define SHAPE_IS_ZERO(field) shape_is_zero((field), sizeof(field))

/* Enums start at 1 and have no holes. */
static inline bool shape_is_enum(unsigned value, unsigned last)
{
    return value >= 1 && value <= last;
}

static inline bool shape_is_flag(unsigned value)
{
    return value <= 1;
}

static inline bool shape_is_mask(uint32_t value, uint32_t known)
{
    return (value & ~known) == 0;
}

/* Amounts, prices, quantities, moments: not below zero. */
static inline bool shape_is_amount(struct amount amount)
{
    return amount.units >= 0; /* raw: base lies below money */
}

static inline bool shape_is_price(struct price price)
{
    return price.units >= 0; /* raw: base lies below money */
}

static inline bool shape_is_quantity(struct quantity quantity)
{
    return quantity.units >= 0; /* raw: base lies below money */
}

static inline bool shape_is_rate(struct rate rate)
{
    return rate.ppm <= TARAZY_RATE_WHOLE; /* raw: base lies below money */
}

static inline bool shape_is_moment(int64_t time_us)
{
    return time_us >= 0;
}

/* A name that has to be there, and one that may be missing. */
#define SHAPE_IS_TEXT(field, charset) \
    ((field)[0] != '\0' && text_is_of((field), sizeof(field), (charset)))
#define SHAPE_MAY_BE_TEXT(field, charset) text_is_of((field), sizeof(field), (charset))

static inline bool shape_is_client_id(const struct client_id *id)
{
    return SHAPE_MAY_BE_TEXT(id->text, TEXT_CHARSET_CLIENT_ID);
}

/* Parts that several families have. */
bool shape_is_range(const struct ip_range *range);
bool shape_is_evidence(const struct evidence *evidence);

/* What an order says, wherever it stands. */
bool shape_is_order_terms(const struct order_terms *terms);

/* One function per kind that has fields to look at; size and kind are known to be right. */
bool shape_is_node_found(const struct command_node_found *command);
bool shape_is_participant_create(const struct command_participant_create *command);
bool shape_is_participant_update(const struct command_participant_update *command);
bool shape_is_participant_freeze(const struct command_participant_freeze *command);
bool shape_is_key_create(const struct command_key_create *command);
bool shape_is_tier_set(const struct command_tier_set *command);
bool shape_is_tier_limit_set(const struct command_tier_limit_set *command);
bool shape_is_asset_create(const struct command_asset_create *command);
bool shape_is_instrument_create(const struct command_instrument_create *command);
bool shape_is_instrument_update(const struct command_instrument_update *command);
bool shape_is_session_set(const struct command_session_set *command);
bool shape_is_sandbox_deposit(const struct command_sandbox_deposit *command);
bool shape_is_deposit(const struct command_deposit *command);
bool shape_is_withdraw_request(const struct command_withdraw_request *command);
bool shape_is_withdraw_settle(const struct command_withdraw_settle *command);
bool shape_is_correction(const struct command_correction *command);
bool shape_is_quarantine(const struct command_quarantine *command);
bool shape_is_order_cancel(const struct command_order_cancel *command);
bool shape_is_order_cancel_all(const struct command_order_cancel_all *command);
bool shape_is_order_replace(const struct command_order_replace *command);
bool shape_is_order_amend(const struct command_order_amend *command);
bool shape_is_order_list_place(const struct command_order_list_place *command);
bool shape_is_order_list_cancel(const struct command_order_list_cancel *command);
bool shape_is_countdown_set(const struct command_countdown_set *command);
bool shape_is_jurisdiction_parameter_set(const struct command_jurisdiction_parameter_set *command);
bool shape_is_miner_set(const struct command_miner_set *command);
bool shape_is_miner_decide(const struct command_miner_decide *command);
bool shape_is_pool_set(const struct command_pool_set *command);
bool shape_is_pool_decide(const struct command_pool_decide *command);
bool shape_is_share_reading(const struct command_share_reading *command);
bool shape_is_energy_reading(const struct command_energy_reading *command);
bool shape_is_site_set(const struct command_site_set *command);
bool shape_is_meter_set(const struct command_meter_set *command);
bool shape_is_equipment_set(const struct command_equipment_set *command);
bool shape_is_miner_address_set(const struct command_miner_address_set *command);
bool shape_is_pool_distribution(const struct command_pool_distribution *command);
bool shape_is_sale_record(const struct command_sale_record *command);
bool shape_is_fee_assess(const struct command_fee_assess *command);
bool shape_is_fee_pay(const struct command_fee_pay *command);

#endif
