/* SPDX-License-Identifier: Apache-2.0
 *
 * A supervisor's copy becomes the folder of a core: by hand, after the copy was proven whole, and the old core proven, or
 * signed by two, not to come back. docs/adr/0010-promotion-and-fencing.md says what that is worth.
 */
#ifndef SUPERVISION_PROMOTION_H
#define SUPERVISION_PROMOTION_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/slice.h"
#include "journal/journal_format.h"
#include "platform/storage.h"
#include "supervision/journal_copy.h"

#define PROMOTION_FENCE_NAME JOURNAL_COPY_PROMOTED_NAME /* in the copy: why it was promoted */
#define PROMOTION_FENCED_NAME \
    "segment-fenced" /* in the old folder: no core starts there any more (J1) */
#define PROMOTION_TEXT_SIZE 512u

struct promotion_options {
    const struct storage *storage;
    const char *directory; /* the copy */
    uint64_t
        evidence_count; /* wrong records that were found about this node: with any, nothing is promoted */
    const struct storage *old_storage;
    const char *old_directory; /* the old core's folder; NULL: it cannot be reached … */
    struct slice statement;    /* … and this is signed instead */
    uint64_t expected_number;  /* the copy must pass through this head; 0: none is known */
    struct hash256 expected_chain;
    int64_t now_us;
};

/* The head at which the copy stands after it was proven whole: what a statement must name. false: reason. */
bool promotion_prove(const struct promotion_options *options, struct journal_head *head,
                     char reason[PROMOTION_TEXT_SIZE]);

/* All of it. true: the copy may be started as a core. false: reason; nothing was changed, unless the reason says that a
 * fence could not be written: then the old folder may be fenced already. */
bool promotion_run(const struct promotion_options *options, struct journal_head *head,
                   char reason[PROMOTION_TEXT_SIZE]);

#endif
