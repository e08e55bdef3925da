/* SPDX-License-Identifier: Apache-2.0
 *
 * The registry's answer to a stranger. A room of its own because it is the only thing between the journal and the
 * network, and is asked again whenever the registry may have changed. Invariant: permitted is what passes every
 * single question; there is no name, address or setting that passes without. Read next: docs/ROLES.md, relay.c.
 */
#include "supervision/follow_permission.h"

#include <string.h>

#include "tarazy/query.h"

/* RFC 8410 4: what stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo. */
static const uint8_t ed25519_prefix[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                         0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

/* Is the key that TLS has proven the one that the registry has? */
static bool is_same_key(const struct key_view *key, const struct follow_claim *claim)
{
    size_t prefix = key->type == KEY_TYPE_ED25519 ? sizeof ed25519_prefix : 0;

    if (key->type != KEY_TYPE_ED25519 && key->type != KEY_TYPE_RSA) {
        return false; /* a shared secret is not something that a certificate could prove */
    }
    return key->material_size > 0 && claim->der_size == prefix + key->material_size &&
           memcmp(claim->der, ed25519_prefix, prefix) == 0 &&
           memcmp(claim->der + prefix, key->material, key->material_size) == 0;
}

static bool is_in_range(const uint8_t address[16], const struct ip_range *range)
{
    for (uint32_t bit = 0; bit < range->prefix; bit++) {
        unsigned mask = 0x80u >> (bit % 8);

        if (((address[bit / 8] ^ range->address[bit / 8]) & mask) != 0) {
            return false;
        }
    }
    return true;
}

/* No range at all: from anywhere. */
static bool is_address_allowed(const struct key_view *key, const uint8_t address[16])
{
    static const struct ip_range unused;
    bool has_range = false;

    for (size_t i = 0; i < TARAZY_KEY_RANGES_MAX; i++) {
        bool is_used = memcmp(&key->ranges[i], &unused, sizeof unused) != 0;

        if (is_used && is_in_range(address, &key->ranges[i])) {
            return true;
        }
        has_range = has_range || is_used;
    }
    return !has_range;
}

static const char *refuse_owner(const struct engine *engine, uint32_t owner)
{
    struct participant_view participant;

    if (!tarazy_query_participant(engine, owner, &participant)) {
        return "the key has no owner";
    }
    if (participant.frozen) {
        return "the key's owner is frozen";
    }
    return (participant.roles & ROLE_SUPERVISOR) != 0 ? NULL : "the key's owner is no supervisor";
}

const char *follow_permission_refuse(const struct engine *engine, const struct follow_claim *claim,
                                     int64_t now_us)
{
    struct key_view key;

    if (!tarazy_query_key(engine, &claim->key, &key)) {
        return "no key has this id";
    }
    if (!is_same_key(&key, claim)) {
        return "the certificate's key is not the registered one";
    }
    if (key.revoked) {
        return "the key is revoked";
    }
    if (key.expires_us != 0 && now_us >= key.expires_us) {
        return "the key has expired";
    }
    if ((key.scopes & KEY_SCOPE_READ) == 0) {
        return "the key is not good for reading";
    }
    if (!is_address_allowed(&key, claim->address)) {
        return "the key may not be used from this address";
    }
    return refuse_owner(engine, key.owner);
}
