/* SPDX-License-Identifier: Apache-2.0
 *
 * The supervisor's signature under a claim. A file of its own because it must be impossible to sign what
 * was not found: the report comes in, and nothing but a good one gets a line.
 *
 * Invariant: the text is a function of the claim alone, so that checking is writing it again.
 *
 * Next: liabilities_check.c.
 */
#include "proofs/liabilities_note.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ensure.h"

enum { HEX_SIZE = 2 * sizeof(struct hash256) + 1 };

static const char *hex_of(const struct hash256 *hash, char out[HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < sizeof hash->bytes; i++) {
        out[2 * i] = digits[hash->bytes[i] >> 4];
        out[2 * i + 1] = digits[hash->bytes[i] & 15];
    }
    out[HEX_SIZE - 1] = '\0';
    return out;
}

/* Everything but the empty line and the signatures. */
static size_t write_text(const struct liabilities_claim *claim, char *out, size_t size)
{
    char root[HEX_SIZE];
    char totals[HEX_SIZE];
    int written = snprintf(
        out, size,
        "tarazy-liabilities-checked 1\nrecord %" PRIu64 "\nepoch %" PRIu64 "\nroot %s\ntotals %s\n"
        "totals exact, nothing negative, all accounts once\n",
        claim->record, claim->epoch, hex_of(&claim->root, root), hex_of(&claim->totals, totals));

    ENSURE(written > 0 && (size_t)written < size);
    return (size_t)written;
}

size_t liabilities_note_write(const struct liabilities_claim *claim,
                              const struct liabilities_report *report, const struct note_key *key,
                              const uint8_t seed[ED25519_KEY_SIZE],
                              char out[LIABILITIES_NOTE_MAX + 1])
{
    struct liabilities_claim found = liabilities_claim_of(&report->statement);
    char line[NOTE_LINE_MAX + 1];

    ENSURE(liabilities_report_is_good(report));
    ENSURE(found.record == claim->record && found.epoch == claim->epoch &&
           memcmp(&found.root, &claim->root, sizeof found.root) == 0 &&
           memcmp(&found.totals, &claim->totals, sizeof found.totals) == 0);
    size_t size = write_text(claim, out, LIABILITIES_NOTE_MAX);
    size_t line_size = note_line_write(key, seed, out, size, 0, line);
    if (line_size == 0) {
        return 0;
    }
    ENSURE(size + 1 + line_size <= LIABILITIES_NOTE_MAX);
    out[size] = '\n';
    memcpy(out + size + 1, line, line_size + 1);
    return size + 1 + line_size;
}

bool liabilities_note_check(const char *note, size_t size, const struct note_key *key,
                            const struct liabilities_claim *claim)
{
    char expected[LIABILITIES_NOTE_MAX + 1];
    size_t expected_size = write_text(claim, expected, LIABILITIES_NOTE_MAX);
    struct signed_note read;

    return signed_note_read(&read, note, size) && read.text_size == expected_size &&
           memcmp(read.text, expected, expected_size) == 0 &&
           signed_note_check(&read, key, NULL) == NOTE_CHECK_SIGNED;
}
