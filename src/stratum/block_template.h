/* SPDX-License-Identifier: Apache-2.0
 *
 * A block template (BIP 22, 23, 145) and the coinbase transaction that pays the miner: height first (BIP 34), the witness commitment as
 * the node gives it (BIP 141).
 */
#ifndef STRATUM_BLOCK_TEMPLATE_H
#define STRATUM_BLOCK_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"
#include "stratum/job.h"

enum {
    TEMPLATE_SCRIPT_MAX = 128,
    TEMPLATE_EXTRANONCE1_SIZE = 4,
    TEMPLATE_EXTRANONCE2_SIZE = 8,
    TEMPLATE_TRANSACTIONS_MAX = 65536,
};

struct block_template {
    struct stratum_job job; /* coinbase parts and branches belong to the template */
    uint8_t *parts;         /* of the coinbase transaction, without its witness */
    char *transactions;     /* hexadecimal digits of all but the coinbase transaction */
    size_t transactions_size;
    uint32_t transaction_count; /* without the coinbase transaction */
    uint64_t height;
    bool has_witness;
};

/* Of getblocktemplate's "result". NULL: it is none, or not one that can be mined; *why says what. */
struct block_template *block_template_read(struct slice result, const uint8_t *script,
                                           size_t script_size, const char **why);
void block_template_destroy(struct block_template *block);

/* The whole block in hexadecimal digits, terminated, to be freed. extranonce: both, one behind the other. */
char *block_template_block(const struct block_template *block, const uint8_t header[HEADER_SIZE],
                           const uint8_t *extranonce, size_t extranonce_size, size_t *size);

/* The output script of a segwit address (BIP 173, BIP 350) of any network, or of "script:HEX". False: neither. */
bool payout_script_read(struct slice text, uint8_t script[TEMPLATE_SCRIPT_MAX], size_t *size);

#endif
