/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts of proofs and statements of liabilities, of any bytes: what is read has one spelling, and a
 * proof that is read can be checked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proofs/liabilities_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

static struct liabilities_proof proof;
static struct liabilities_statement statement;
static char text[LIABILITIES_TEXT_MAX];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    uint128 balance[LIABILITIES_ASSETS_MAX];

    if (liabilities_statement_read(bytes, size, &statement) == 0) {
        size_t written = liabilities_statement_write(&statement, text, sizeof text);
        CHECK(written == size && memcmp(text, bytes, size) == 0);
    }
    if (liabilities_proof_read(bytes, size, &proof) == 0) {
        size_t written = liabilities_proof_write(&proof, text, sizeof text);
        CHECK(written == size && memcmp(text, bytes, size) == 0);
        struct liabilities_claim claim = liabilities_claim_of(&proof.statement);
        enum liabilities_verdict verdict =
            liabilities_proof_check(&proof, &claim, proof.identity, proof.identity_size, balance);
        CHECK(strcmp(liabilities_verdict_text(verdict), "unknown") != 0);
    }
    return 0;
}
