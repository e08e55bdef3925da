/* SPDX-License-Identifier: Apache-2.0
 *
 * The founding file, first half: the node, its assets, tiers and instruments. A file of its own
 * because here people's words become the commands that nobody can take back. Invariant: the commands
 * come in the order in which the engine can accept them. Read next: founding_people.c.
 */
#include "programs/founding_file.h"

#include <stdio.h>
#include <string.h>

#include "money/arithmetic.h"
#include "platform/entropy.h"
#include "programs/confuse_fields.h"
#include "programs/founding_law.h"
#include "programs/founding_people.h"
#include "programs/founding_values.h"

#define FIELD_TEXT(name)   CFG_STR_CB(name, NULL, CFGF_NODEFAULT, confuse_take_text)
#define FIELD_NUMBER(name) CFG_INT_CB(name, 0, CFGF_NONE, confuse_take_number)
#define FIELD_BOOL(name)   CFG_BOOL_CB(name, cfg_false, CFGF_NONE, confuse_take_bool)
#define FIELD_SECTION(name, fields) \
    CFG_SEC(name, fields, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES)

static const struct confuse_range founding_bounds[] = {
    {"scale", 0, MONEY_SCALE_MAX},
    {"tier", 1, TARAZY_TIERS_MAX},
    {"maker_ppm", 0, TARAZY_RATE_WHOLE},
    {"taker_ppm", 0, TARAZY_RATE_WHOLE},
    {"orders_max", 0, UINT16_MAX},
    {"algo_orders_max", 0, UINT16_MAX},
    {"iceberg_orders_max", 0, UINT16_MAX},
    {"iceberg_parts_max", 0, UINT16_MAX},
    {"amends_max", 0, UINT8_MAX},
    {"order_lists_max", 0, UINT16_MAX},
    {"trailing_min_bps", 0, 10000},
    {"trailing_max_bps", 0, 10000},
    {"band_static_ppm", 0, 1000000000},
    {"band_dynamic_ppm", 0, 1000000000},
    {"slippage_ppm", 0, 1000000000},
    {"percent_up_ppm", 0, 1000000000},
    {"percent_down_ppm", 0, TARAZY_RATE_WHOLE},
    {"auction_ms", 0, 86400000},
    {NULL, 0, 0},
};

static const struct founding_word founding_rights[] = {
    {"trade", TIER_RIGHT_TRADE},
    {"withdraw", TIER_RIGHT_WITHDRAW},
    {"deposit", TIER_RIGHT_DEPOSIT},
    {NULL, 0},
};

static const struct founding_word founding_sessions[] = {
    {"closed", SESSION_CLOSED},           {"pre_open", SESSION_PRE_OPEN},
    {"continuous", SESSION_CONTINUOUS},   {"halted", SESSION_HALTED},
    {"cancel_only", SESSION_CANCEL_ONLY}, {NULL, 0},
};

bool founding_emit(cfg_t *section, struct founding *founding, const struct command_header *command)
{
    if (founding_add(founding, command)) {
        return true;
    }
    cfg_error(section, "this makes no %s command: a text or number in it is out of bounds",
              tarazy_command_name(command->kind));
    return false;
}

/* The asset's place in the file, from 1; 0 = none of this code. */
uint16_t founding_asset(cfg_t *root, const char *code, uint8_t *scale)
{
    for (unsigned int i = 0; code != NULL && i < cfg_size(root, "asset"); i++) {
        cfg_t *section = cfg_getnsec(root, "asset", i);
        if (strcmp(cfg_title(section), code) == 0) {
            *scale = (uint8_t)cfg_getint(section, "scale");
            return (uint16_t)(i + 1);
        }
    }
    return 0;
}

static bool founding_add_node(cfg_t *root, const struct founding_input *input,
                              struct founding *founding)
{
    struct command_node_found command = {
        .header.kind = COMMAND_NODE_FOUND,
        .sandbox = cfg_getbool(root, "sandbox") == cfg_true,
        .limits = *input->limits,
    };
    entropy_fill(command.hash_seed, sizeof command.hash_seed);
    return founding_text(root, "the name", cfg_getstr(root, "name"), command.name.text,
                         sizeof command.name.text) &&
           founding_emit(root, founding, &command.header);
}

static bool founding_add_asset(cfg_t *section, struct founding *founding)
{
    uint8_t scale = (uint8_t)cfg_getint(section, "scale");
    struct command_asset_create command = {.header.kind = COMMAND_ASSET_CREATE, .scale = scale};
    return founding_text(section, "the code", cfg_title(section), command.code.text,
                         sizeof command.code.text) &&
           founding_text(section, "the name", cfg_getstr(section, "name"), command.name.text,
                         sizeof command.name.text) &&
           founding_amount(section, "supply_max", scale, &command.supply_max) &&
           founding_amount(section, "withdraw_min", scale, &command.withdraw_min) &&
           founding_amount(section, "withdraw_fee", scale, &command.withdraw_fee) &&
           founding_emit(section, founding, &command.header);
}

static bool founding_add_tier(cfg_t *section, struct founding *founding)
{
    uint32_t rights;
    struct command_tier_set command = {
        .header.kind = COMMAND_TIER_SET,
        .maker = rate_of_ppm((uint32_t)cfg_getint(section, "maker_ppm")),
        .taker = rate_of_ppm((uint32_t)cfg_getint(section, "taker_ppm")),
        .orders_max = (uint32_t)cfg_getint(section, "orders_max"),
    };
    if (!founding_title_number(section, TARAZY_TIERS_MAX, &command.tier) ||
        !founding_words(section, "rights", founding_rights, &rights)) {
        return false;
    }
    command.rights = (uint16_t)rights;
    return founding_emit(section, founding, &command.header);
}

static bool founding_add_limits(cfg_t *section, uint16_t asset, struct founding *founding)
{
    uint8_t scale = (uint8_t)cfg_getint(section, "scale");
    for (unsigned int i = 0; i < cfg_size(section, "limit"); i++) {
        cfg_t *limit = cfg_getnsec(section, "limit", i);
        struct command_tier_limit_set command = {.header.kind = COMMAND_TIER_LIMIT_SET,
                                                 .asset = asset};
        if (!founding_title_number(limit, TARAZY_TIERS_MAX, &command.tier) ||
            !founding_limit(limit, "withdraw_day", scale, &command.withdraw_day_max) ||
            !founding_limit(limit, "deposit_day", scale, &command.deposit_day_max) ||
            !founding_emit(limit, founding, &command.header)) {
            return false;
        }
    }
    return true;
}

static void founding_take_counts(cfg_t *section, struct instrument_terms *terms)
{
    terms->band_static_ppm = (uint32_t)cfg_getint(section, "band_static_ppm");
    terms->band_dynamic_ppm = (uint32_t)cfg_getint(section, "band_dynamic_ppm");
    terms->slippage_ppm = (uint32_t)cfg_getint(section, "slippage_ppm");
    terms->percent_up_ppm = (uint32_t)cfg_getint(section, "percent_up_ppm");
    terms->percent_down_ppm = (uint32_t)cfg_getint(section, "percent_down_ppm");
    terms->auction_ms = (uint32_t)cfg_getint(section, "auction_ms");
    terms->trailing_min_bps = (uint16_t)cfg_getint(section, "trailing_min_bps");
    terms->trailing_max_bps = (uint16_t)cfg_getint(section, "trailing_max_bps");
    terms->orders_max = (uint16_t)cfg_getint(section, "orders_max");
    terms->algo_orders_max = (uint16_t)cfg_getint(section, "algo_orders_max");
    terms->iceberg_orders_max = (uint16_t)cfg_getint(section, "iceberg_orders_max");
    terms->iceberg_parts_max = (uint16_t)cfg_getint(section, "iceberg_parts_max");
    terms->amends_max = (uint16_t)cfg_getint(section, "amends_max");
    terms->order_lists_max = (uint16_t)cfg_getint(section, "order_lists_max");
}

static bool founding_take_money(cfg_t *section, uint8_t base_scale, uint8_t quote_scale,
                                struct instrument_terms *terms)
{
    return founding_price(section, "tick", quote_scale, &terms->tick) &&
           founding_price(section, "price_min", quote_scale, &terms->price_min) &&
           founding_price(section, "price_max", quote_scale, &terms->price_max) &&
           founding_price(section, "reference", quote_scale, &terms->reference) &&
           founding_quantity(section, "lot", base_scale, &terms->lot) &&
           founding_quantity(section, "quantity_min", base_scale, &terms->quantity_min) &&
           founding_quantity(section, "quantity_max", base_scale, &terms->quantity_max) &&
           founding_quantity(section, "market_quantity_max", base_scale,
                             &terms->market_quantity_max) &&
           founding_amount(section, "notional_min", quote_scale, &terms->notional_min) &&
           founding_amount(section, "notional_max", quote_scale, &terms->notional_max) &&
           founding_amount(section, "position_max", base_scale, &terms->position_max);
}

static bool founding_add_instrument(cfg_t *root, cfg_t *section, struct founding *founding)
{
    uint8_t base_scale = 0;
    uint8_t quote_scale = 0;
    uint32_t session = 0;
    struct command_instrument_create command = {.header.kind = COMMAND_INSTRUMENT_CREATE};
    command.terms.base = founding_asset(root, cfg_getstr(section, "base"), &base_scale);
    command.terms.quote = founding_asset(root, cfg_getstr(section, "quote"), &quote_scale);
    if (command.terms.base == 0 || command.terms.quote == 0) {
        cfg_error(section, "'base' and 'quote' must be assets of this file");
        return false;
    }
    if (!founding_word(section, "session", founding_sessions, &session) ||
        !founding_text(section, "the symbol", cfg_title(section), command.terms.symbol.text,
                       sizeof command.terms.symbol.text) ||
        !founding_take_money(section, base_scale, quote_scale, &command.terms)) {
        return false;
    }
    command.session = (uint8_t)session;
    founding_take_counts(section, &command.terms);
    return founding_emit(section, founding, &command.header);
}

static bool founding_add_lists(cfg_t *root, struct founding *founding)
{
    for (unsigned int i = 0; i < cfg_size(root, "asset"); i++) {
        if (!founding_add_asset(cfg_getnsec(root, "asset", i), founding)) {
            return false;
        }
    }
    for (unsigned int i = 0; i < cfg_size(root, "tier"); i++) {
        if (!founding_add_tier(cfg_getnsec(root, "tier", i), founding)) {
            return false;
        }
    }
    for (unsigned int i = 0; i < cfg_size(root, "asset"); i++) {
        if (!founding_add_limits(cfg_getnsec(root, "asset", i), (uint16_t)(i + 1), founding)) {
            return false;
        }
    }
    for (unsigned int i = 0; i < cfg_size(root, "instrument"); i++) {
        if (!founding_add_instrument(root, cfg_getnsec(root, "instrument", i), founding)) {
            return false;
        }
    }
    return true;
}

static bool founding_take(cfg_t *root, const struct founding_input *input,
                          struct founding *founding, struct key_list *keys)
{
    const struct command_node_open open = {.header.kind = COMMAND_NODE_OPEN};
    return founding_add_node(root, input, founding) && founding_add_lists(root, founding) &&
           founding_add_law(root, input, founding) &&
           founding_add_people(root, input, founding, keys) &&
           founding_emit(root, founding, &open.header);
}

/* What may stand where. libconfuse copies it. */
static cfg_opt_t fields_limit[] = {FIELD_TEXT("withdraw_day"), FIELD_TEXT("deposit_day"),
                                   CFG_END()};
static cfg_opt_t fields_asset[] = {FIELD_TEXT("name"),
                                   FIELD_NUMBER("scale"),
                                   FIELD_TEXT("supply_max"),
                                   FIELD_TEXT("withdraw_min"),
                                   FIELD_TEXT("withdraw_fee"),
                                   FIELD_SECTION("limit", fields_limit),
                                   CFG_END()};
static cfg_opt_t fields_tier[] = {FIELD_TEXT("rights"), FIELD_NUMBER("maker_ppm"),
                                  FIELD_NUMBER("taker_ppm"), FIELD_NUMBER("orders_max"), CFG_END()};
static cfg_opt_t fields_instrument[] = {FIELD_TEXT("base"),
                                        FIELD_TEXT("quote"),
                                        FIELD_TEXT("session"),
                                        FIELD_TEXT("tick"),
                                        FIELD_TEXT("lot"),
                                        FIELD_TEXT("reference"),
                                        FIELD_TEXT("price_min"),
                                        FIELD_TEXT("price_max"),
                                        FIELD_TEXT("quantity_min"),
                                        FIELD_TEXT("quantity_max"),
                                        FIELD_TEXT("market_quantity_max"),
                                        FIELD_TEXT("notional_min"),
                                        FIELD_TEXT("notional_max"),
                                        FIELD_TEXT("position_max"),
                                        FIELD_NUMBER("band_static_ppm"),
                                        FIELD_NUMBER("band_dynamic_ppm"),
                                        FIELD_NUMBER("slippage_ppm"),
                                        FIELD_NUMBER("percent_up_ppm"),
                                        FIELD_NUMBER("percent_down_ppm"),
                                        FIELD_NUMBER("auction_ms"),
                                        FIELD_NUMBER("trailing_min_bps"),
                                        FIELD_NUMBER("trailing_max_bps"),
                                        FIELD_NUMBER("orders_max"),
                                        FIELD_NUMBER("algo_orders_max"),
                                        FIELD_NUMBER("iceberg_orders_max"),
                                        FIELD_NUMBER("iceberg_parts_max"),
                                        FIELD_NUMBER("amends_max"),
                                        FIELD_NUMBER("order_lists_max"),
                                        CFG_END()};
static cfg_opt_t fields_deposit[] = {FIELD_TEXT("amount"), CFG_END()};
static cfg_opt_t fields_key[] = {FIELD_TEXT("scopes"), FIELD_TEXT("from"),
                                 FIELD_BOOL("nonce_required"), CFG_END()};
static cfg_opt_t fields_participant[] = {FIELD_TEXT("roles"),
                                         FIELD_NUMBER("tier"),
                                         FIELD_TEXT("identity"),
                                         FIELD_TEXT("keys"),
                                         FIELD_TEXT("from"),
                                         FIELD_SECTION("deposit", fields_deposit),
                                         FIELD_SECTION("public_key", fields_key),
                                         CFG_END()};
static cfg_opt_t fields_options[] = {FIELD_TEXT("name"),
                                     FIELD_BOOL("sandbox"),
                                     FIELD_TEXT("jurisdiction"),
                                     FIELD_SECTION("tier", fields_tier),
                                     FIELD_SECTION("asset", fields_asset),
                                     FIELD_SECTION("instrument", fields_instrument),
                                     FIELD_SECTION("participant", fields_participant),
                                     CFG_END()};

bool founding_file_read(const struct founding_input *input, struct founding *founding,
                        struct key_list *keys)
{
    cfg_t *root = cfg_init(fields_options, CFGF_NONE);
    if (root == NULL) {
        (void)fprintf(stderr, "%s: out of memory\n", input->name);
        return false;
    }
    confuse_prepare(root, founding_bounds);
    bool is_parsed = input->text != NULL ? confuse_parse_text(root, input->name, input->text)
                                         : confuse_parse_file(root, input->name);
    bool is_good = is_parsed && founding_take(root, input, founding, keys);
    cfg_free(root);
    return is_good;
}
