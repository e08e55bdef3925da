/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys, clocks and signatures.
 *
 * Why a file of its own: everything that decides "is it really him" in one place to be read with
 * suspicion. Invariants: every refusal of a key reads the same, so that nobody learns which part
 * was wrong; codes are compared in constant time; an opened secret lives only inside hmac_key_prepare's
 * caller and is wiped; a slot of the ring is used only for the key number and id it was made for.
 * Read next: signed_request.c, which finds the signed bytes.
 */
#include "gateway/authenticate.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "codec/base64_text.h"
#include "codec/decimal_text.h"
#include "codec/hex_text.h"
#include "platform/entropy.h"
#include "platform/signature.h"

enum { RING_SLOTS = 4096, SIGNATURE_SIZE_MAX = 512, API_KEY_DIGITS = 64 };

struct ring_slot {
    uint32_t key; /* 0: empty */
    uint8_t type;
    struct hmac_key hmac;
    struct public_key *public_key;
};

struct key_ring {
    struct node_key node_key;
    struct ring_slot slots[RING_SLOTS];
};

struct key_ring *key_ring_create(const struct node_key *node_key)
{
    struct key_ring *ring = calloc(1, sizeof *ring);

    if (ring != NULL) {
        ring->node_key = *node_key;
    }
    return ring;
}

static void slot_clear(struct ring_slot *slot)
{
    public_key_destroy(slot->public_key);
    secret_wipe(slot, sizeof *slot);
}

const struct node_key *key_ring_node_key(const struct key_ring *ring)
{
    return &ring->node_key;
}

void key_ring_destroy(struct key_ring *ring)
{
    if (ring == NULL) {
        return;
    }
    for (size_t i = 0; i < RING_SLOTS; i++) {
        if (ring->slots[i].key != 0) {
            slot_clear(&ring->slots[i]);
        }
    }
    secret_wipe(&ring->node_key, sizeof ring->node_key);
    free(ring);
}

/* ------------------------------------------------------------------ the key */

static bool is_in_range(const uint8_t address[16], const struct ip_range *range)
{
    size_t whole = range->prefix / 8;
    unsigned rest = range->prefix % 8;

    if (memcmp(address, range->address, whole) != 0) {
        return false;
    }
    if (rest == 0) {
        return true;
    }
    unsigned mask = 0xFFu << (8 - rest) & 0xFFu;

    return (address[whole] & mask) == (range->address[whole] & mask);
}

static bool is_unused(const struct ip_range *range)
{
    static const struct ip_range unused;

    return memcmp(range, &unused, sizeof unused) == 0;
}

/* No range at all: from anywhere. */
static bool is_address_allowed(const uint8_t address[16], const struct key_view *key)
{
    bool has_range = false;

    for (size_t i = 0; i < TARAZY_KEY_RANGES_MAX; i++) {
        if (is_unused(&key->ranges[i])) {
            continue;
        }
        if (is_in_range(address, &key->ranges[i])) {
            return true;
        }
        has_range = true;
    }
    return !has_range;
}

bool authenticate_key(const struct engine *engine, const struct key_demand *demand,
                      struct caller *caller, struct failure *failure)
{
    struct hash256 id;
    struct key_view key;
    struct participant_view participant;

    if (demand->api_key.size != API_KEY_DIGITS ||
        !hex_decode(demand->api_key, id.bytes, sizeof id.bytes)) {
        return failure_set(failure, VENUE_ERROR_KEY_FORMAT, NULL, NULL);
    }
    if (!tarazy_query_key(engine, &id, &key) || key.revoked ||
        (key.expires_us != 0 && key.expires_us <= demand->now_us) ||
        !is_address_allowed(demand->address, &key) ||
        (key.scopes & demand->scope) != demand->scope ||
        !tarazy_query_participant(engine, key.owner, &participant)) {
        return failure_set(failure, VENUE_ERROR_KEY_REJECTED, NULL, NULL);
    }
    *caller = (struct caller){
        .participant = key.owner,
        .key = key.key,
        .scopes = key.scopes,
        .type = key.type,
    };
    return true;
}

/* ------------------------------------------------------------------ the time */

bool authenticate_time(int64_t now_us, int64_t timestamp_us, int64_t recv_window_us,
                       struct failure *failure)
{
    if (timestamp_us >= now_us + CLOCK_AHEAD_MAX_US) {
        return failure_set(failure, VENUE_ERROR_TIMESTAMP_AHEAD, NULL, NULL);
    }
    if (now_us - timestamp_us > recv_window_us) {
        return failure_set(failure, VENUE_ERROR_TIMESTAMP_OUTSIDE, NULL, NULL);
    }
    return true;
}

bool authenticate_read_window(struct slice text, int64_t *window_us, struct failure *failure)
{
    if (decimal_text_parse(text, 3, window_us) != DECIMAL_RESULT_OK ||
        *window_us > RECV_WINDOW_MAX_US) {
        return failure_set(failure, VENUE_ERROR_INVALID, "recvWindow", NULL);
    }
    return true;
}

/* ------------------------------------------------------------------ the signature */

static bool slot_prepare(const struct key_ring *ring, struct ring_slot *slot,
                         const struct key_view *key)
{
    uint8_t secret[TARAZY_KEY_MATERIAL_MAX];
    size_t size = 0;

    if (key->type == KEY_TYPE_HMAC) {
        bool is_open = secret_open(&ring->node_key, &key->id, key->material, key->material_size,
                                   secret, &size);
        if (is_open) {
            hmac_key_prepare(&slot->hmac, secret, size);
        }
        secret_wipe(secret, sizeof secret);
        return is_open;
    }
    if (key->type == KEY_TYPE_ED25519) {
        slot->public_key = key->material_size == ED25519_KEY_SIZE
                               ? public_key_create_ed25519(key->material)
                               : NULL;
    } else {
        slot->public_key = public_key_create(key->material, key->material_size);
    }
    return slot->public_key != NULL;
}

/* The prepared key; NULL: its material is of no use. */
static const struct ring_slot *slot_of(struct key_ring *ring, const struct engine *engine,
                                       uint32_t number)
{
    struct ring_slot *slot = &ring->slots[number % RING_SLOTS];
    struct key_view key;

    if (slot->key == number) {
        return slot;
    }
    if (slot->key != 0) {
        slot_clear(slot);
    }
    if (!tarazy_query_key_by_number(engine, number, &key) || !slot_prepare(ring, slot, &key)) {
        slot_clear(slot);
        return NULL;
    }
    slot->key = number;
    slot->type = key.type;
    return slot;
}

static bool verify_hmac(const struct ring_slot *slot, struct slice message, struct slice signature)
{
    const struct byte_part part = {message.data, message.size};
    uint8_t sent[SHA256_SIZE];
    uint8_t code[SHA256_SIZE];

    if (!hex_decode(signature, sent, sizeof sent)) {
        return false;
    }
    hmac_compute(&slot->hmac, &part, 1, code);
    return secret_equals(sent, code, sizeof code);
}

static bool verify_public(const struct ring_slot *slot, struct slice message,
                          struct slice signature)
{
    uint8_t sent[SIGNATURE_SIZE_MAX];
    size_t size;

    return base64_decode(signature, sent, sizeof sent, &size) &&
           public_key_verify(slot->public_key, message.data, message.size, sent, size);
}

bool authenticate_signature(struct key_ring *ring, const struct engine *engine,
                            const struct caller *caller, struct slice message,
                            struct slice signature, struct failure *failure)
{
    const struct ring_slot *slot = slot_of(ring, engine, caller->key);
    bool is_right = false;

    ENSURE(caller->key != 0);
    if (slot != NULL && slot->type == KEY_TYPE_HMAC) {
        is_right = verify_hmac(slot, message, signature);
    } else if (slot != NULL) {
        is_right = verify_public(slot, message, signature);
    }
    if (!is_right) {
        return failure_set(failure, VENUE_ERROR_SIGNATURE, NULL, NULL);
    }
    return true;
}

bool key_ring_new_secret(const struct key_ring *ring, struct command_key_create *create,
                         char secret[HMAC_SECRET_SIZE])
{
    uint8_t random[HMAC_SECRET_SIZE / 2];

    entropy_fill(create->id.bytes, sizeof create->id.bytes);
    entropy_fill(random, sizeof random);
    hex_encode(random, sizeof random, secret);
    secret_wipe(random, sizeof random);
    create->material_size = (uint16_t)secret_seal(&ring->node_key, &create->id, secret,
                                                  HMAC_SECRET_SIZE, create->material);
    return create->material_size != 0;
}
