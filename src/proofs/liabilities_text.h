/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements and proofs of liabilities as text: what is published, sent and kept. One spelling only:
 * lines of words between single spaces, decimal numbers without leading zeros, lower-case hexadecimal,
 * nothing missing, nothing more. The format stands in docs/proof-of-liabilities.md.
 */
#ifndef PROOFS_LIABILITIES_TEXT_H
#define PROOFS_LIABILITIES_TEXT_H

#include "proofs/liabilities_proof.h"

#define LIABILITIES_TEXT_MAX (4u << 20) /* bytes of the longest proof, and then some */

/* Bytes written, without an end; 0: they do not fit into size. */
size_t liabilities_statement_write(const struct liabilities_statement *statement, char *text,
                                   size_t size);
size_t liabilities_proof_write(const struct liabilities_proof *proof, char *text, size_t size);

/* Reads all of text. 0, or the line (1, 2 …) that is the first wrong one; *out is then undefined. What
 * was read is well formed, not true: liabilities_proof_check says that. */
uint32_t liabilities_statement_read(const char *text, size_t size,
                                    struct liabilities_statement *out);
uint32_t liabilities_proof_read(const char *text, size_t size, struct liabilities_proof *out);

#endif
