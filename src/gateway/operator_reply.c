/* SPDX-License-Identifier: Apache-2.0
 *
 * What operators read.
 *
 * Why a file of its own: who approves a proposal must see all of it, so it is shown as the very
 * command it wraps. Invariant: a secret is never shown, not even sealed. Read next: rest_operator.c.
 */
#include "gateway/operator_reply.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "codec/command_json.h"
#include "codec/hex_text.h"
#include "gateway/order_reply.h"
#include "gateway/venue.h"
#include "gateway/wire_names.h"

static void write_bits(struct json_writer *json, const char *name, uint32_t bits,
                       const char *(*word)(uint32_t index, uint32_t *bit))
{
    const char *text;
    uint32_t bit;

    json_write_key(json, name);
    json_write_array_begin(json);
    for (uint32_t i = 0; (text = word(i, &bit)) != NULL; i++) {
        if ((bits & bit) != 0) {
            json_write_text(json, text);
        }
    }
    json_write_array_end(json);
}

static void write_handle(struct answer *answer, const char *name, uint32_t participant)
{
    struct participant_view view = {0};

    (void)tarazy_query_participant(answer->venue->engine, participant, &view);
    reply_key_fixed(&answer->json, name, view.handle.text, sizeof view.handle.text);
}

void reply_participant(struct answer *answer, const struct participant_view *participant)
{
    struct json_writer *json = &answer->json;

    json_write_object_begin(json);
    json_write_key_uint64(json, "participant", participant->participant);
    reply_key_fixed(json, "handle", participant->handle.text, sizeof participant->handle.text);
    write_bits(json, "roles", participant->roles, wire_role);
    json_write_key_uint64(json, "tier", participant->tier);
    json_write_key_bool(json, "frozen", participant->frozen);
    json_write_object_end(json);
}

/* "127.0.0.0/8", "::1/128": the canonical text is long enough for any. */
static void write_range(struct json_writer *json, const struct ip_range *range)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    const uint8_t *bytes = range->address;
    char text[64];

    if (memcmp(bytes, mapped, sizeof mapped) == 0 && range->prefix >= 96) {
        (void)snprintf(text, sizeof text, "%u.%u.%u.%u/%u", bytes[12], bytes[13], bytes[14],
                       bytes[15], range->prefix - 96u);
    } else {
        size_t used = 0;

        for (size_t i = 0; i < 16; i += 2) {
            used += (size_t)snprintf(text + used, sizeof text - used, i == 0 ? "%x" : ":%x",
                                     (unsigned)(bytes[i] << 8 | bytes[i + 1]));
        }
        (void)snprintf(text + used, sizeof text - used, "/%u", range->prefix);
    }
    json_write_text(json, text);
}

static void write_ranges(struct json_writer *json, const struct key_view *key)
{
    static const struct ip_range unused;

    json_write_key(json, "ranges");
    json_write_array_begin(json);
    for (size_t i = 0; i < TARAZY_KEY_RANGES_MAX; i++) {
        if (memcmp(&key->ranges[i], &unused, sizeof unused) != 0) {
            write_range(json, &key->ranges[i]);
        }
    }
    json_write_array_end(json);
}

void reply_key(struct answer *answer, const struct key_view *key)
{
    struct json_writer *json = &answer->json;
    char id[2 * sizeof key->id.bytes];

    hex_encode(key->id.bytes, sizeof key->id.bytes, id);
    json_write_object_begin(json);
    json_write_key_string(json, "apiKey", slice_of(id, sizeof id));
    write_handle(answer, "owner", key->owner);
    json_write_key_text(json, "type", wire_key_type(key->type));
    write_bits(json, "scopes", key->scopes, wire_scope);
    write_ranges(json, key);
    json_write_key_bool(json, "nonceRequired", key->nonce_required);
    json_write_key_bool(json, "revoked", key->revoked);
    answer_key_time(answer, "expires", key->expires_us);
    json_write_object_end(json);
}

/* A copy of the wrapped command to be shown: public keys stay, sealed secrets do not. */
union shown_command {
    struct command_header header;
    struct command_key_create key_create;
    _Alignas(16) uint8_t bytes[TARAZY_PROPOSED_SIZE_MAX];
};

static void show_command(union shown_command *shown, const struct proposal_view *proposal)
{
    memset(shown, 0, sizeof *shown);
    memcpy(shown->bytes, proposal->command, proposal->size);
    if (proposal->kind == COMMAND_KEY_CREATE && shown->key_create.type == KEY_TYPE_HMAC) {
        shown->key_create.material_size = 0;
        memset(shown->key_create.material, 0, sizeof shown->key_create.material);
    }
}

void reply_proposal(struct answer *answer, const struct proposal_view *proposal)
{
    struct json_writer *json = &answer->json;
    union shown_command shown;

    show_command(&shown, proposal);

    json_write_object_begin(json);
    json_write_key_uint64(json, "proposalId", proposal->proposal);
    write_handle(answer, "proposer", proposal->proposer);
    answer_key_time(answer, "expires", proposal->expires_us);
    json_write_key_text(json, "act", tarazy_command_name(proposal->kind));
    json_write_key(json, "command");
    command_json_write(json, &shown.header);
    json_write_object_end(json);
}

void reply_withdrawal(struct answer *answer, const struct withdrawal_view *withdrawal)
{
    struct json_writer *json = &answer->json;
    struct asset_view asset = {0};

    (void)tarazy_query_asset(answer->venue->engine, withdrawal->asset, &asset);
    json_write_object_begin(json);
    json_write_key_uint64(json, "withdrawal", withdrawal->withdrawal);
    write_handle(answer, "participant", withdrawal->participant);
    reply_key_fixed(json, "asset", asset.code.text, sizeof asset.code.text);
    reply_key_amount(json, "amount", withdrawal->amount, asset.scale);
    reply_key_amount(json, "fee", withdrawal->fee, asset.scale);
    json_write_key_uint64(json, "rail", withdrawal->rail);
    reply_key_fixed(json, "address", withdrawal->address.text, sizeof withdrawal->address.text);
    reply_key_client_id(json, "clientId", &withdrawal->client_id);
    answer_key_time(answer, "requested", withdrawal->requested_us);
    json_write_object_end(json);
}

void reply_tier(struct answer *answer, uint16_t number, const struct tier_view *tier)
{
    struct json_writer *json = &answer->json;

    json_write_object_begin(json);
    json_write_key_uint64(json, "tier", number);
    write_bits(json, "rights", tier->rights, wire_right);
    reply_key_rate(json, "maker", tier->maker);
    reply_key_rate(json, "taker", tier->taker);
    json_write_key_uint64(json, "maxOrders", tier->orders_max);
    json_write_object_end(json);
}

void reply_node(struct answer *answer)
{
    struct json_writer *json = &answer->json;
    const struct node_view *node = &answer->venue->node;

    json_write_object_begin(json);
    reply_key_fixed(json, "name", node->name.text, sizeof node->name.text);
    json_write_key_bool(json, "sandbox", node->sandbox);
    json_write_key_bool(json, "open", node->open);
    json_write_key_uint64(json, "number", answer->venue->number);
    answer_key_time(answer, "time", tarazy_engine_time(answer->venue->engine));
    json_write_key_uint64(json, "assets", node->assets);
    json_write_key_uint64(json, "instruments", node->instruments);
    json_write_key_uint64(json, "participants", node->participants);
    json_write_key_uint64(json, "orders", node->orders);
    json_write_object_end(json);
}
