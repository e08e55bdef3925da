/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything random in the tree of liabilities, out of one key. A file of its own because privacy rests
 * on it and soundness does not: with a bad key somebody may learn too much, but no sum is wrong.
 *
 * Invariant: nothing depends on anything but the key and the arguments, so that whoever holds key and
 * books builds the same tree.
 *
 * Next: liabilities_tree.c.
 */
#include "proofs/liabilities_key.h"

#include <string.h>

#include "base/ensure.h"
#include "tarazy/money.h"

enum { CUTS_PER_BLOCK = 4 };

/* A label and its numbers, one behind the other. */
struct message {
    uint8_t bytes[32];
    size_t size;
};

static struct message message_start(const char *label)
{
    struct message message = {.size = strlen(label)};

    ENSURE(message.size <= sizeof message.bytes);
    memcpy(message.bytes, label, message.size);
    return message;
}

static void message_add(struct message *message, uint64_t number, size_t size)
{
    ENSURE(message->size + size <= sizeof message->bytes);
    for (size_t i = 0; i < size; i++) {
        message->bytes[message->size++] = (uint8_t)(number >> (8 * i));
    }
}

static void message_code(const struct message *message, const struct hmac_key *key,
                         struct hash256 *code)
{
    const struct byte_part part = {message->bytes, message->size};

    hmac_compute(key, &part, 1, code->bytes);
}

void liabilities_key_prepare(struct liabilities_key *key, const struct hash256 *secret,
                             uint64_t epoch)
{
    hmac_key_prepare(&key->hmac, secret, sizeof *secret);
    key->epoch = epoch;
}

uint32_t liabilities_key_place(const struct liabilities_key *key, uint32_t owner, unsigned part)
{
    struct message message = message_start("place");
    struct hash256 code;

    message_add(&message, owner, 4);
    message_add(&message, part, 1);
    message_code(&message, &key->hmac, &code);
    return (uint32_t)code.bytes[0] << 24 | (uint32_t)code.bytes[1] << 16 |
           (uint32_t)code.bytes[2] << 8 | code.bytes[3];
}

void liabilities_key_padding(const struct liabilities_key *key, unsigned level, uint32_t index,
                             struct hash256 *mask)
{
    struct message message = message_start("padding");

    message_add(&message, level, 1);
    message_add(&message, index, 4);
    message_code(&message, &key->hmac, mask);
}

void liabilities_key_user(const struct liabilities_key *key, uint32_t owner, struct hash256 *secret)
{
    struct message message = message_start("user");

    message_add(&message, owner, 4);
    message_code(&message, &key->hmac, secret);
}

void liabilities_user_prepare(struct liabilities_user *user, const struct hash256 *secret,
                              uint64_t epoch)
{
    hmac_key_prepare(&user->hmac, secret, sizeof *secret);
    user->epoch = epoch;
}

unsigned liabilities_user_parts(const struct liabilities_user *user)
{
    struct message message = message_start("parts");
    struct hash256 code;

    message_add(&message, user->epoch, 8);
    message_code(&message, &user->hmac, &code);
    return LIABILITIES_PARTS_MIN +
           code.bytes[0] % (LIABILITIES_PARTS_MAX - LIABILITIES_PARTS_MIN + 1);
}

void liabilities_user_salt(const struct liabilities_user *user, unsigned part, struct hash256 *salt)
{
    struct message message = message_start("salt");

    message_add(&message, user->epoch, 8);
    message_add(&message, part, 1);
    message_code(&message, &user->hmac, salt);
}

/* random/2^64 of a whole: random × whole has up to 192 bits, so the halves of the whole are taken one by
 * one. Rounded down; whole is at most 2^127. */
static uint128 fraction_of(uint64_t random, uint128 whole)
{
    uint128 high = (uint128)random * (uint64_t)(whole >> 64);
    uint128 low = (uint128)random * (uint64_t)whole;

    return high + (low >> 64);
}

/* Four cuts of an asset, each between 0 and value. What rounding takes is the next part's. */
static void user_cuts(const struct liabilities_user *user, unsigned asset, uint128 value,
                      unsigned block, uint128 cuts[CUTS_PER_BLOCK])
{
    struct message message = message_start("cuts");
    uint64_t random[CUTS_PER_BLOCK];
    struct hash256 code;

    message_add(&message, user->epoch, 8);
    message_add(&message, asset, 2);
    message_add(&message, block, 1);
    message_code(&message, &user->hmac, &code);
    memcpy(random, code.bytes, sizeof random);
    for (unsigned i = 0; i < CUTS_PER_BLOCK; i++) {
        cuts[i] = fraction_of(random[i], value + 1);
    }
}

static void sort_cuts(uint128 *cuts, unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        uint128 cut = cuts[i];
        unsigned at = i;

        for (; at > 0 && cuts[at - 1] > cut; at--) {
            cuts[at] = cuts[at - 1];
        }
        cuts[at] = cut;
    }
}

uint128 liabilities_user_share(const struct liabilities_user *user, unsigned asset, uint128 value,
                               unsigned part, unsigned parts)
{
    uint128 cuts[LIABILITIES_PARTS_MAX] = {0};

    ENSURE(parts >= 1 && parts <= LIABILITIES_PARTS_MAX && part < parts);
    if (value == 0) {
        return 0;
    }
    for (unsigned i = 0; i + 1 < parts; i += CUTS_PER_BLOCK) {
        user_cuts(user, asset, value, i / CUTS_PER_BLOCK, cuts + i);
    }
    sort_cuts(cuts, parts - 1);
    uint128 from = part == 0 ? 0 : cuts[part - 1];
    uint128 to = part + 1 == parts ? value : cuts[part];
    return to - from;
}
