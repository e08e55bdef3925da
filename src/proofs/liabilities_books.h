/* SPDX-License-Identifier: Apache-2.0
 *
 * The accounts of an engine as leaves of the tree: every participant, under the handle he chose, and the
 * house's own two accounts. What is held for orders and withdrawals is owed like what is available. The
 * mirrors of the outside are not in it: with the sign turned they are the total.
 */
#ifndef PROOFS_LIABILITIES_BOOKS_H
#define PROOFS_LIABILITIES_BOOKS_H

#include "proofs/liabilities_build.h"
#include "tarazy/query.h"

/* As the engine stands now. false: no asset is listed yet, or more than LIABILITIES_ASSETS_MAX. The engine
 * is read until the source is done with. */
bool liabilities_books_source(const struct engine *engine, struct liabilities_source *source);

/* What a participant's leaf calls him; returns its bytes. 0: no such participant. */
size_t liabilities_books_identity(const struct engine *engine, uint32_t participant,
                                  char identity[LIABILITIES_IDENTITY_MAX]);

/* The statement of a tree of the engine as it stands now, before root and totals are known: see
 * liabilities_statement_close. The engine's assets are those of a source (ENSURE). */
void liabilities_books_statement(const struct engine *engine, uint64_t epoch,
                                 struct liabilities_statement *out);

#endif
