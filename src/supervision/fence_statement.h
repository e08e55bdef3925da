/* SPDX-License-Identifier: Apache-2.0
 *
 * What two people sign when the machine of an old core cannot be reached: that it will not come back, and behind which
 * record the new one goes on. A text, so that both can read what they sign:
 *
 *     tarazy fence 1
 *     node <32 hexadecimal digits>
 *     number <last command>
 *     chain <64 hexadecimal digits>
 *     how <one line: what was done to the old machine, by whom, when>
 *     signed <API key id> <Ed25519 signature of everything above the first such line, base64>
 *     signed <API key id> <the same>
 */
#ifndef SUPERVISION_FENCE_STATEMENT_H
#define SUPERVISION_FENCE_STATEMENT_H

#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"
#include "journal/journal_format.h"
#include "tarazy/engine.h"

#define FENCE_STATEMENT_SIZE_MAX 4096u

/* Writes the part to be signed. Returns its size; 0: `how` is empty, has more than one line, or does not fit. */
size_t fence_statement_draft(const struct journal_head *head, const char *how, char *out,
                             size_t capacity);

/* NULL: the statement is about exactly this head, and is signed by two different people who may do that by this state's
 * registry: one an operator, the other an approver, neither frozen, each with a key of scope OPERATE that is neither
 * revoked nor expired. Else what is wrong. */
const char *fence_statement_refuse(struct slice statement, const struct journal_head *head,
                                   const struct engine *engine, int64_t now_us);

#endif
