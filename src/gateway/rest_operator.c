/* SPDX-License-Identifier: Apache-2.0
 *
 * Operators: people, keys, proposals, and what staff may read. Listing and money are in
 * rest_listing.c.
 *
 * Why a file of its own: acts on other people. All of them are signed requests of a key with the
 * scope `operate`; the engine decides which roles may do what. Invariant: a secret is told exactly
 * once, in the answer to the request that made it. Read next: operator_act.c.
 */
#include <string.h>

#include "base/ensure.h"
#include "codec/base64_text.h"
#include "codec/hex_text.h"
#include "gateway/operator_act.h"
#include "gateway/operator_reply.h"
#include "gateway/order_reply.h"
#include "gateway/range_text.h"
#include "gateway/routes.h"
#include "gateway/venue.h"
#include "gateway/wire_names.h"
#include "platform/signature.h"

/* ------------------------------------------------------------------ people */

static bool read_roles(struct call *call, uint32_t *roles)
{
    struct slice words = {0};

    (void)parameters_find(call->parameters, "roles", &words);
    return wire_parse_roles(words, roles) || call_error(call, VENUE_ERROR_INVALID, "roles", NULL);
}

static bool read_tier(struct call *call, uint16_t *tier)
{
    uint32_t number;

    if (!operator_act_number(call, "tier", TARAZY_TIERS_MAX, &number)) {
        return false;
    }
    *tier = (uint16_t)number;
    return true;
}

static bool read_identity(struct call *call, struct hash256 *identity)
{
    struct slice text;

    return !parameters_find(call->parameters, "identity", &text) ||
           hex_decode(text, identity->bytes, sizeof identity->bytes) ||
           call_error(call, VENUE_ERROR_INVALID, "identity", NULL);
}

static void post_participant(struct call *call)
{
    struct command_participant_create create = {.header = {.kind = COMMAND_PARTICIPANT_CREATE}};

    if (call_text(call, "handle", create.handle.text, sizeof create.handle.text) &&
        read_roles(call, &create.roles) && read_tier(call, &create.tier) &&
        read_identity(call, &create.identity)) {
        operator_act_submit(call, &create.header, NULL);
    }
}

static void put_participant(struct call *call)
{
    struct command_participant_update update = {.header = {.kind = COMMAND_PARTICIPANT_UPDATE}};

    if (operator_act_participant(call, "participant", &update.target) &&
        read_roles(call, &update.roles) && read_tier(call, &update.tier)) {
        operator_act_submit(call, &update.header, NULL);
    }
}

static void post_freeze(struct call *call)
{
    struct command_participant_freeze freeze = {.header = {.kind = COMMAND_PARTICIPANT_FREEZE}};

    if (operator_act_participant(call, "participant", &freeze.target)) {
        freeze.frozen = parameters_bool(call->parameters, "frozen", true);
        operator_act_submit(call, &freeze.header, NULL);
    }
}

static void get_participants(struct call *call)
{
    struct participant_view view;
    uint32_t limit;
    int64_t first = parameters_integer(call->parameters, "fromId", 1);

    if (!operator_act_is_staff(call) || !call_limit(call, 500, 1000, &limit)) {
        return;
    }
    json_write_array_begin(&call->answer.json);
    for (uint32_t i = 0; i < limit && first + i <= UINT32_MAX &&
                         tarazy_query_participant(call->venue->engine, (uint32_t)first + i, &view);
         i++) {
        reply_participant(&call->answer, &view);
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

/* Oneself: who am I, in the words of this interface? */
static void get_self(struct call *call)
{
    struct participant_view view = {0};

    (void)tarazy_query_participant(call->venue->engine, call->caller.participant, &view);
    reply_participant(&call->answer, &view);
    call_reply(call);
}

/* ------------------------------------------------------------------ keys */

enum { ID_DIGITS = 64, SPKI_MAX = TARAZY_KEY_MATERIAL_MAX };

_Static_assert(ID_DIGITS + HMAC_SECRET_SIZE <= PENDING_NOTE_MAX, "an id and a secret fit a note");

/* "apiKey" and, for HMAC, "secretKey": the note holds one behind the other. */
static void write_key_made(struct completion *completion)
{
    const char *note = completion->waiting->note;

    json_write_key_string(&completion->answer.json, "apiKey", slice_of(note, ID_DIGITS));
    if (note[ID_DIGITS] != '\0') {
        json_write_key_string(&completion->answer.json, "secretKey",
                              slice_of(note + ID_DIGITS, HMAC_SECRET_SIZE));
    }
}

/* A public key as SubjectPublicKeyInfo in base64; its hash becomes the id. */
static bool read_public_key(struct call *call, struct command_key_create *create)
{
    struct slice text = {0};
    uint8_t der[SPKI_MAX];
    size_t size;

    if (!parameters_find(call->parameters, "publicKey", &text)) {
        return call_error(call, VENUE_ERROR_MISSING, "publicKey", NULL);
    }
    struct public_key *key =
        base64_decode(text, der, sizeof der, &size) ? public_key_create(der, size) : NULL;
    bool is_ed25519 = key != NULL && public_key_kind(key) == PUBLIC_KEY_KIND_ED25519;

    public_key_destroy(key);
    if (key == NULL || is_ed25519 != (create->type == KEY_TYPE_ED25519)) {
        return call_error(call, VENUE_ERROR_INVALID, "publicKey", NULL);
    }
    const struct byte_part part = {der, size};

    sha256_compute(&part, 1, create->id.bytes);
    /* An Ed25519 key ends its SubjectPublicKeyInfo (RFC 8410, 4). */
    create->material_size = (uint16_t)(is_ed25519 ? ED25519_KEY_SIZE : size);
    memcpy(create->material, der + size - create->material_size, create->material_size);
    return true;
}

static bool read_ranges(struct call *call, struct command_key_create *create)
{
    struct slice text = {0};

    (void)parameters_find(call->parameters, "ranges", &text);
    return range_text_parse_list(text, create->ranges) ||
           call_error(call, VENUE_ERROR_INVALID, "ranges", NULL);
}

static bool read_key(struct call *call, struct command_key_create *create)
{
    struct slice word = {0};
    struct slice scopes = {0};

    (void)parameters_find(call->parameters, "type", &word);
    (void)parameters_find(call->parameters, "scopes", &scopes);
    create->type = wire_parse_key_type(word);
    create->nonce_required = parameters_bool(call->parameters, "nonceRequired", false);
    create->expires_us = parameters_time(call->parameters, "expires", 0);
    create->owner = call->caller.participant;
    if (create->type == 0) {
        return call_error(call, VENUE_ERROR_INVALID, "type", NULL);
    }
    if (!wire_parse_scopes(scopes, &create->scopes) || create->scopes == 0) {
        return call_error(call, VENUE_ERROR_INVALID, "scopes", NULL);
    }
    return read_ranges(call, create) && (!parameters_find(call->parameters, "owner", &word) ||
                                         operator_act_participant(call, "owner", &create->owner));
}

static void post_key(struct call *call)
{
    struct command_key_create create = {.header = {.kind = COMMAND_KEY_CREATE}};
    struct operator_extra extra = {.members = write_key_made};
    bool is_made;

    if (!read_key(call, &create)) {
        return;
    }
    if (create.type == KEY_TYPE_HMAC) {
        is_made = key_ring_new_secret(call->venue->keys, &create, extra.note + ID_DIGITS) ||
                  call_error(call, VENUE_ERROR_UNKNOWN, NULL, NULL);
    } else {
        is_made = read_public_key(call, &create);
    }
    if (is_made) {
        hex_encode(create.id.bytes, sizeof create.id.bytes, extra.note);
        operator_act_submit(call, &create.header, &extra);
    }
    secret_wipe(&extra, sizeof extra);
}

static void delete_key(struct call *call)
{
    struct command_key_revoke revoke = {.header = {.kind = COMMAND_KEY_REVOKE}};
    struct slice text = {0};

    (void)parameters_find(call->parameters, "apiKey", &text);
    if (!hex_decode(text, revoke.id.bytes, sizeof revoke.id.bytes)) {
        (void)call_error(call, VENUE_ERROR_INVALID, "apiKey", NULL);
        return;
    }
    operator_act_submit(call, &revoke.header, NULL);
}

/* Of oneself, or for staff of anybody. */
static void get_keys(struct call *call)
{
    uint32_t owner = call->caller.participant;
    struct key_view key;
    struct slice text;

    if (parameters_find(call->parameters, "owner", &text) &&
        (!operator_act_is_staff(call) || !operator_act_participant(call, "owner", &owner))) {
        return;
    }
    json_write_array_begin(&call->answer.json);
    for (uint32_t i = 1; tarazy_query_key_by_number(call->venue->engine, i, &key); i++) {
        if (key.owner == owner) {
            reply_key(&call->answer, &key);
        }
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

/* ------------------------------------------------------------------ proposals */

static void get_proposals(struct call *call)
{
    enum { PROPOSALS_SHOWN_MAX = 1000 };
    static struct proposal_view proposals[PROPOSALS_SHOWN_MAX]; /* one thread */

    if (!operator_act_is_staff(call)) {
        return;
    }
    size_t count = tarazy_query_proposals(call->venue->engine, proposals, PROPOSALS_SHOWN_MAX);

    json_write_array_begin(&call->answer.json);
    for (size_t i = 0; i < count; i++) {
        reply_proposal(&call->answer, &proposals[i]);
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

/* What became of the approved act: {"state":"EXECUTED"} or REFUSED with the reason. */
static void write_execution(struct completion *completion)
{
    struct json_writer *json = &completion->answer.json;

    for (const struct event_header *event =
             views_next_event(completion->events, completion->size, NULL);
         event != NULL; event = views_next_event(completion->events, completion->size, event)) {
        const struct event_proposal *proposal = (const struct event_proposal *)event;

        if (event->kind != EVENT_PROPOSAL) {
            continue;
        }
        bool is_done = proposal->state == PROPOSAL_STATE_EXECUTED;
        struct failure failure;

        json_write_key_text(json, "act", tarazy_command_name(proposal->command));
        json_write_key_text(json, "state", is_done ? "EXECUTED" : "REFUSED");
        if (!is_done) {
            (void)failure_set_result(&failure, (enum result)proposal->result, proposal->command);
            failure_write_members(json, &failure);
        }
    }
}

static void post_approve(struct call *call)
{
    struct command_approve approve = {.header = {.kind = COMMAND_APPROVE}};
    const struct operator_extra extra = {.members = write_execution};

    approve.proposal = (uint64_t)parameters_integer(call->parameters, "proposalId", 0);
    operator_act_submit(call, &approve.header, &extra);
}

static void post_proposal_withdraw(struct call *call)
{
    struct command_proposal_withdraw withdraw = {.header = {.kind = COMMAND_PROPOSAL_WITHDRAW}};

    withdraw.proposal = (uint64_t)parameters_integer(call->parameters, "proposalId", 0);
    operator_act_submit(call, &withdraw.header, NULL);
}

static void get_node(struct call *call)
{
    reply_node(&call->answer);
    call_reply(call);
}

/* ------------------------------------------------------------------ the table */

static const struct parameter_rule create_rules[] = {
    {"handle", PARAMETER_TYPE_TEXT, true},
    {"roles", PARAMETER_TYPE_TEXT, true},
    {"tier", PARAMETER_TYPE_INTEGER, true},
    {"identity", PARAMETER_TYPE_HEX, false},
    OPERATOR_ACT_PARAMETERS,
};

static const struct parameter_rule update_rules[] = {
    {"participant", PARAMETER_TYPE_TEXT, true},
    {"roles", PARAMETER_TYPE_TEXT, true},
    {"tier", PARAMETER_TYPE_INTEGER, true},
    OPERATOR_ACT_PARAMETERS,
};

static const struct parameter_rule freeze_rules[] = {
    {"participant", PARAMETER_TYPE_TEXT, true},
    {"frozen", PARAMETER_TYPE_BOOL, false},
    OPERATOR_ACT_PARAMETERS,
};

static const struct parameter_rule page_rules[] = {
    {"fromId", PARAMETER_TYPE_INTEGER, false},
    {"limit", PARAMETER_TYPE_INTEGER, false},
};

static const struct parameter_rule key_rules[] = {
    {"type", PARAMETER_TYPE_NAME, true},     {"scopes", PARAMETER_TYPE_TEXT, true},
    {"owner", PARAMETER_TYPE_TEXT, false},   {"publicKey", PARAMETER_TYPE_TEXT, false},
    {"ranges", PARAMETER_TYPE_TEXT, false},  {"nonceRequired", PARAMETER_TYPE_BOOL, false},
    {"expires", PARAMETER_TYPE_TIME, false}, OPERATOR_ACT_PARAMETERS,
};

static const struct parameter_rule revoke_rules[] = {
    {"apiKey", PARAMETER_TYPE_HEX, true},
    OPERATOR_ACT_PARAMETERS,
};

static const struct parameter_rule keys_rules[] = {
    {"owner", PARAMETER_TYPE_TEXT, false},
};

static const struct parameter_rule proposal_rules[] = {
    {"proposalId", PARAMETER_TYPE_INTEGER, true},
};

#define ACT(verb, where, operation, rules, what)                                                \
    {                                                                                           \
        .method = HTTP_METHOD_##verb, .path = "/tarazy/v1/" where, .answer = (operation),       \
        ROUTE_PARAMETERS(rules), .security = SECURITY_OPERATE, .weight = 1, .takes_json = true, \
        .summary = (what)                                                                       \
    }

static const struct route routes[] = {
    {.method = HTTP_METHOD_GET,
     .path = "/tarazy/v1/node",
     .answer = get_node,
     .security = SECURITY_NONE,
     .weight = 1,
     .summary = "What this node is and how far it has come"},
    {.method = HTTP_METHOD_GET,
     .path = "/tarazy/v1/self",
     .answer = get_self,
     .security = SECURITY_READ,
     .weight = 1,
     .summary = "Who one is here"},
    {.method = HTTP_METHOD_GET,
     .path = "/tarazy/v1/proposals",
     .answer = get_proposals,
     .security = SECURITY_OPERATE,
     .weight = 10,
     .summary = "Open proposals with the acts they wrap"},
    {.method = HTTP_METHOD_GET,
     .path = "/tarazy/v1/keys",
     .answer = get_keys,
     ROUTE_PARAMETERS(keys_rules),
     .security = SECURITY_OPERATE,
     .weight = 40,
     .summary = "API keys, one's own or for staff anybody's"},
    ACT(POST, "participant", post_participant, create_rules, "Register a participant"),
    ACT(PUT, "participant", put_participant, update_rules, "Change roles and tier"),
    ACT(POST, "participant/freeze", post_freeze, freeze_rules, "Freeze or unfreeze"),
    ACT(GET, "participants", get_participants, page_rules, "Participants"),
    ACT(POST, "key", post_key, key_rules, "Make an API key; its secret is told once"),
    ACT(DELETE, "key", delete_key, revoke_rules, "Revoke an API key"),
    ACT(POST, "proposal/approve", post_approve, proposal_rules, "Approve: the act is done now"),
    ACT(POST, "proposal/withdraw", post_proposal_withdraw, proposal_rules, "Close a proposal"),
};

const struct route_table rest_operator_routes = {routes, sizeof routes / sizeof routes[0]};
