/* SPDX-License-Identifier: Apache-2.0
 *
 * Whom a block pays: a segwit address as a script. A file of its own because a wrong character here is lost money, and the checksum is
 * there to notice it. Source: BIP 173 and BIP 350. Read next: block_template.c.
 */
#include <string.h>

#include "codec/hex_text.h"
#include "stratum/block_template.h"

enum { ADDRESS_MAX = 90, CHECKSUM_SIZE = 6, PROGRAM_MAX = 40 };
#define BECH32_CONSTANT  1u
#define BECH32M_CONSTANT 0x2bc830a3u

static const char letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t polymod_step(uint32_t sum, uint8_t value)
{
    static const uint32_t generators[5] = {0x3b6a57b2u, 0x26508e6du, 0x1ea119fau, 0x3d4233ddu,
                                           0x2a1462b3u};
    uint32_t top = sum >> 25;

    sum = (sum & 0x1ffffffu) << 5 ^ value;
    for (unsigned i = 0; i < 5; i++) {
        sum ^= (top >> i & 1) != 0 ? generators[i] : 0;
    }
    return sum;
}

/* All of one case; false: both, or something that cannot stand in an address. */
static bool lower_case(struct slice text, char out[ADDRESS_MAX])
{
    bool has_lower = false;
    bool has_upper = false;

    for (size_t i = 0; i < text.size; i++) {
        char letter = text.data[i];

        if (letter < '!' || letter > '~') {
            return false;
        }
        bool is_upper = letter >= 'A' && letter <= 'Z';
        has_upper |= is_upper;
        has_lower |= letter >= 'a' && letter <= 'z';
        out[i] = letter;
        if (is_upper) {
            out[i] = (char)(letter - 'A' + 'a');
        }
    }
    return !has_lower || !has_upper;
}

/* The 5-bit values behind the separator; their number, or 0 when the checksum is of no kind. *is_m: of which kind. */
static size_t read_values(const char *address, size_t size, uint8_t *values, bool *is_m)
{
    size_t separator = size;
    uint32_t sum = 1;

    while (separator > 0 && address[separator - 1] != '1') {
        separator--;
    }
    if (separator < 2 || size - separator < CHECKSUM_SIZE + 1) {
        return 0;
    }
    for (size_t i = 0; i + 1 < separator; i++) {
        sum = polymod_step(sum, (uint8_t)address[i] >> 5);
    }
    sum = polymod_step(sum, 0);
    for (size_t i = 0; i + 1 < separator; i++) {
        sum = polymod_step(sum, (uint8_t)address[i] & 31);
    }
    for (size_t i = separator; i < size; i++) {
        const char *at = strchr(letters, address[i]);

        if (at == NULL) {
            return 0;
        }
        values[i - separator] = (uint8_t)(at - letters);
        sum = polymod_step(sum, values[i - separator]);
    }
    *is_m = sum == BECH32M_CONSTANT;
    return sum == BECH32_CONSTANT || *is_m ? size - separator - CHECKSUM_SIZE : 0;
}

/* Five bits to eight; false: bits left over that are not zero, or too many. */
static bool regroup(const uint8_t *values, size_t count, uint8_t *out, size_t *size)
{
    uint32_t bits = 0;
    unsigned held = 0;

    *size = 0;
    for (size_t i = 0; i < count; i++) {
        bits = (bits << 5 | values[i]) & 0xfffu;
        held += 5;
        if (held >= 8) {
            held -= 8;
            if (*size == PROGRAM_MAX) {
                return false;
            }
            out[(*size)++] = (uint8_t)(bits >> held);
        }
    }
    return held < 5 && (bits & ((1u << held) - 1)) == 0;
}

static bool address_script(struct slice text, uint8_t *script, size_t *size)
{
    char address[ADDRESS_MAX];
    uint8_t values[ADDRESS_MAX];
    uint8_t program[PROGRAM_MAX];
    size_t program_size;
    bool is_m = false;

    if (text.size > ADDRESS_MAX || !lower_case(text, address)) {
        return false;
    }
    size_t count = read_values(address, text.size, values, &is_m);
    if (count < 1 || values[0] > 16 || is_m != (values[0] != 0) ||
        !regroup(values + 1, count - 1, program, &program_size) || program_size < 2 ||
        (values[0] == 0 && program_size != 20 && program_size != 32)) {
        return false;
    }
    script[0] = (uint8_t)(values[0] == 0 ? 0 : 0x50 + values[0]);
    script[1] = (uint8_t)program_size;
    memcpy(script + 2, program, program_size);
    *size = program_size + 2;
    return true;
}

bool payout_script_read(struct slice text, uint8_t script[TEMPLATE_SCRIPT_MAX], size_t *size)
{
    static const char prefix[] = "script:";
    size_t prefix_size = sizeof prefix - 1;

    if (text.size > prefix_size && memcmp(text.data, prefix, prefix_size) == 0) {
        *size = (text.size - prefix_size) / 2;
        return *size > 0 && *size <= TEMPLATE_SCRIPT_MAX &&
               hex_decode(slice_of(text.data + prefix_size, text.size - prefix_size), script,
                          *size);
    }
    return address_script(text, script, size);
}
