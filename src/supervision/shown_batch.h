/* SPDX-License-Identifier: Apache-2.0
 *
 * A batch as it came behind its frame: is it whole, and what does it say?
 */
#ifndef SUPERVISION_SHOWN_BATCH_H
#define SUPERVISION_SHOWN_BATCH_H

#include <stdint.h>

#include "journal/journal_format.h"
#include "journal/reader.h"
#include "platform/sha256.h"
#include "supervision/follow_protocol.h"

/* Is what came a whole batch, by itself: sums, commands, numbers, empty sectors at its place? NULL: yes; else a sentence.
 * header: a copy of the batch's first bytes. */
const char *shown_batch_check(struct sha256 *sha, const struct follow_frame *frame,
                              const struct batch_header *header, const uint8_t *bytes);

/* What a whole batch says; its commands stay where they are. */
struct journal_batch shown_batch_of(const struct follow_frame *frame, const uint8_t *bytes);

#endif
