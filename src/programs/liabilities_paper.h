/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the papers of a proof of liabilities from files, and showing amounts: shared by `tarazy
 * liabilities` and `tarazy check-liabilities`.
 */
#ifndef PROGRAMS_LIABILITIES_PAPER_H
#define PROGRAMS_LIABILITIES_PAPER_H

#include <stdbool.h>

#include "proofs/liabilities_proof.h"
#include "proofs/signed_note.h"

enum { LIABILITIES_HEX_SIZE = 2 * sizeof(struct hash256) + 1 };

/* Returns out, ended by a zero. */
const char *liabilities_paper_hex(const struct hash256 *hash, char out[LIABILITIES_HEX_SIZE]);

/* "total      BTC 12.50000000", one line per asset, on standard output. */
void liabilities_paper_totals(const struct liabilities_statement *statement);

/* The same of one balance. */
void liabilities_paper_balance(const struct liabilities_statement *statement,
                               const uint128 *balance);

/* False: said on standard error, with the program's name. */
bool liabilities_paper_statement(const char *program, const char *path,
                                 struct liabilities_statement *out);
bool liabilities_paper_proof(const char *program, const char *path, struct liabilities_proof *out);

/* A note of the supervisor about this claim. */
bool liabilities_paper_note(const char *program, const char *path, const struct note_key *key,
                            const struct liabilities_claim *claim);

/* 64 hexadecimal digits and a line's end. */
bool liabilities_paper_key(const char *program, const char *path, struct hash256 *out);

#endif
