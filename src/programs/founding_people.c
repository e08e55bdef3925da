/* SPDX-License-Identifier: Apache-2.0
 *
 * People of a founding file. A file of its own because it makes secrets. Invariant: a key that is made
 * here stands in the key list and, sealed or public, in the founding: in both or in none.
 * Read next: key_list.c and public_key_file.c.
 */
#include "programs/founding_people.h"

#include <stdio.h>
#include <string.h>

#include "codec/hex_text.h"
#include "programs/founding_values.h"
#include "programs/public_key_file.h"

static const struct founding_word founding_roles[] = {
    {"trader", ROLE_TRADER},
    {"market_maker", ROLE_MARKET_MAKER},
    {"operator", ROLE_OPERATOR},
    {"approver", ROLE_APPROVER},
    {"supervisor", ROLE_SUPERVISOR},
    {"custodian", ROLE_CUSTODIAN},
    {"authority", ROLE_AUTHORITY},
    {"meter", ROLE_METER},
    {"pool", ROLE_POOL},
    {NULL, 0},
};

static const struct founding_word founding_scopes[] = {
    {"read", KEY_SCOPE_READ},
    {"trade", KEY_SCOPE_TRADE},
    {"withdraw", KEY_SCOPE_WITHDRAW},
    {"operate", KEY_SCOPE_OPERATE},
    {NULL, 0},
};

/* What `keys` asks for: bits of its own, since both kinds may be wanted. */
enum founding_made { FOUNDING_MADE_HMAC = 1, FOUNDING_MADE_ED25519 = 2 };

static const struct founding_word founding_made_keys[] = {
    {"hmac", FOUNDING_MADE_HMAC},
    {"ed25519", FOUNDING_MADE_ED25519},
    {NULL, 0},
};

enum {
    FOUNDING_TRADING = ROLE_TRADER | ROLE_MARKET_MAKER,
    FOUNDING_STAFF = ROLE_OPERATOR | ROLE_APPROVER | ROLE_CUSTODIAN | ROLE_SUPERVISOR |
                     ROLE_AUTHORITY | ROLE_METER | ROLE_POOL
};

/* A key made for a role can do all that the role can; the engine checks the role anyway. It
 * takes money out only where it may come from named addresses alone: that, too, the engine checks. */
static uint8_t founding_scopes_of(uint32_t roles, size_t ranges)
{
    uint32_t scopes = KEY_SCOPE_READ;
    if ((roles & (uint32_t)FOUNDING_TRADING) != 0) {
        scopes |= KEY_SCOPE_TRADE;
    }
    if ((roles & (uint32_t)FOUNDING_TRADING) != 0 && ranges > 0) {
        scopes |= KEY_SCOPE_WITHDRAW;
    }
    if ((roles & (uint32_t)FOUNDING_STAFF) != 0) {
        scopes |= KEY_SCOPE_OPERATE | KEY_SCOPE_TRADE;
    }
    return (uint8_t)scopes;
}

/* One person of the file, and the number he will have. */
struct founding_person {
    cfg_t *root;
    cfg_t *section;
    const struct founding_input *input;
    struct founding *founding;
    struct key_list *keys;
    uint32_t number;
    uint32_t roles;
};

static bool founding_make_key(const struct founding_person *person, enum key_type type)
{
    size_t ranges;
    struct command_key_create command = {
        .header.kind = COMMAND_KEY_CREATE,
        .owner = person->number,
    };
    if (!founding_ranges(person->section, "from", command.ranges, &ranges)) {
        return false;
    }
    command.scopes = founding_scopes_of(person->roles, ranges);
    struct made_key *key = key_list_make(person->keys, type, person->input->node_key, &command);
    if (key == NULL) {
        cfg_error(person->section, "no key can be made for it");
        return false;
    }
    (void)snprintf(key->participant, sizeof key->participant, "%s", cfg_title(person->section));
    (void)snprintf(key->role, sizeof key->role, "%s", cfg_getstr(person->section, "roles"));
    return founding_emit(person->section, person->founding, &command.header);
}

static bool founding_make_keys(const struct founding_person *person)
{
    uint32_t made;
    if (!founding_words(person->section, "keys", founding_made_keys, &made)) {
        return false;
    }
    return ((made & FOUNDING_MADE_HMAC) == 0 || founding_make_key(person, KEY_TYPE_HMAC)) &&
           ((made & FOUNDING_MADE_ED25519) == 0 || founding_make_key(person, KEY_TYPE_ED25519));
}

/* Keys that people bring: only their public half is ever seen here. The id is the hash of it. */
static bool founding_add_public_keys(const struct founding_person *person)
{
    for (unsigned int i = 0; i < cfg_size(person->section, "public_key"); i++) {
        cfg_t *section = cfg_getnsec(person->section, "public_key", i);
        uint32_t scopes;
        size_t ranges;
        char error[256];
        struct command_key_create command = {
            .header.kind = COMMAND_KEY_CREATE,
            .owner = person->number,
            .nonce_required = cfg_getbool(section, "nonce_required") == cfg_true,
        };
        if (!founding_words(section, "scopes", founding_scopes, &scopes) ||
            !founding_ranges(section, "from", command.ranges, &ranges)) {
            return false;
        }
        command.scopes = scopes == 0 ? founding_scopes_of(person->roles, ranges) : (uint8_t)scopes;
        if (!public_key_file_read(cfg_title(section), &command, error, sizeof error)) {
            cfg_error(section, "%s: %s", cfg_title(section), error);
            return false;
        }
        if (!founding_emit(section, person->founding, &command.header)) {
            return false;
        }
    }
    return true;
}

static bool founding_add_deposits(const struct founding_person *person)
{
    for (unsigned int i = 0; i < cfg_size(person->section, "deposit"); i++) {
        cfg_t *section = cfg_getnsec(person->section, "deposit", i);
        uint8_t scale = 0;
        char reference[sizeof(struct evidence)];
        struct command_sandbox_deposit command = {
            .header.kind = COMMAND_SANDBOX_DEPOSIT,
            .target = person->number,
            .asset = founding_asset(person->root, cfg_title(section), &scale),
            .evidence.rail = TARAZY_RAIL_SANDBOX,
        };
        (void)snprintf(reference, sizeof reference, "founding %u %s", person->number,
                       cfg_title(section));
        if (command.asset == 0) {
            cfg_error(section, "'%s' is no asset of this file", cfg_title(section));
            return false;
        }
        if (!founding_amount(section, "amount", scale, &command.amount) ||
            !founding_text(section, "the reference", reference, command.evidence.text,
                           sizeof command.evidence.text) ||
            !founding_emit(section, person->founding, &command.header)) {
            return false;
        }
    }
    return true;
}

static bool founding_add_person(struct founding_person *person)
{
    cfg_t *section = person->section;
    const char *identity = cfg_getstr(section, "identity");
    struct command_participant_create command = {
        .header.kind = COMMAND_PARTICIPANT_CREATE,
        .tier = (uint16_t)cfg_getint(section, "tier"),
    };
    if (identity != NULL && !hex_decode(slice_of_text(identity), command.identity.bytes,
                                        sizeof command.identity.bytes)) {
        cfg_error(section, "'identity' must be 64 hexadecimal digits");
        return false;
    }
    if (!founding_words(section, "roles", founding_roles, &person->roles)) {
        return false;
    }
    if (person->roles == 0 || command.tier == 0) {
        cfg_error(section, "a participant needs 'roles' and a 'tier'");
        return false;
    }
    command.roles = person->roles;
    return founding_text(section, "the name", cfg_title(section), command.handle.text,
                         sizeof command.handle.text) &&
           founding_emit(section, person->founding, &command.header) &&
           founding_make_keys(person) && founding_add_public_keys(person) &&
           founding_add_deposits(person);
}

bool founding_add_people(cfg_t *root, const struct founding_input *input, struct founding *founding,
                         struct key_list *keys)
{
    for (unsigned int i = 0; i < cfg_size(root, "participant"); i++) {
        struct founding_person person = {
            .root = root,
            .section = cfg_getnsec(root, "participant", i),
            .input = input,
            .founding = founding,
            .keys = keys,
            .number = i + 1,
        };
        if (!founding_add_person(&person)) {
            return false;
        }
    }
    return true;
}
