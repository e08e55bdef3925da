/* SPDX-License-Identifier: Apache-2.0
 *
 * What a supervisor puts his name under after he has built the tree of liabilities again from his own
 * books: a signed note (c2sp.org/signed-note) that names the claim and says what he found.
 *
 *     tarazy-liabilities-checked 1
 *     record NUMBER
 *     epoch NUMBER
 *     root HEX
 *     totals HEX
 *     totals exact, nothing negative, all accounts once
 *
 *     — NAME base64(key id ‖ signature)
 */
#ifndef PROOFS_LIABILITIES_NOTE_H
#define PROOFS_LIABILITIES_NOTE_H

#include "proofs/liabilities_check.h"
#include "proofs/signed_note.h"

#define LIABILITIES_NOTE_MAX (512u + NOTE_LINE_MAX)

/* Signs what was found; the report is good and of this claim (ENSURE). Ended by a zero; returns its
 * bytes, 0 when libcrypto fails. */
size_t liabilities_note_write(const struct liabilities_claim *claim,
                              const struct liabilities_report *report, const struct note_key *key,
                              const uint8_t seed[ED25519_KEY_SIZE],
                              char out[LIABILITIES_NOTE_MAX + 1]);

/* Does this note, signed by this key, say all of it about just this claim? */
bool liabilities_note_check(const char *note, size_t size, const struct note_key *key,
                            const struct liabilities_claim *claim);

#endif
