/* SPDX-License-Identifier: Apache-2.0
 *
 * A record at which every engine stops, and the two people who say that it is to be skipped. Here is what
 * they sign and whether they may; which bytes stand behind a batch is behind.h, skipping is replayer.h.
 * docs/journal-format.md, J24 to J26; why: docs/adr/0013-quarantine.md.
 */
#ifndef JOURNAL_QUARANTINE_H
#define JOURNAL_QUARANTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/reader.h"
#include "tarazy/engine.h"

#define QUARANTINE_TEXT_SIZE 512u

/* The text that operator and approver sign; its size. Everything the command says stands in it, and by the
 * chain hash the node and the place.
 *
 *     tarazy quarantine 1
 *     record <number>
 *     sha256 <of the record's bytes>
 *     chain <of the batch that holds it>
 *     operator <participant> key <number>
 *     approver <participant> key <number>
 *     reason <text>
 */
size_t quarantine_text(const struct command_quarantine *quarantine,
                       char text[QUARANTINE_TEXT_SIZE]);

/* Does the batch consist of quarantines? What the reader hands out has nothing else beside them. */
bool quarantine_is_batch(const struct journal_batch *batch);

/* The bytes of a command of the batch; NULL: it holds no such number. */
const struct command_header *quarantine_find(const struct journal_batch *batch, uint64_t number);

/* May the records of this batch be skipped that the quarantines behind it name? engine: as it was before
 * the batch. NULL: yes, each is named as it stands there and signed by an operator and by another person
 * who is an approver, neither frozen, with Ed25519 keys of their own, good for OPERATE, neither revoked
 * nor expired. Else what is wrong, and *number is the record. */
const char *quarantine_refuse(const struct journal_batch *batch, const struct engine *engine,
                              uint64_t *number);

#endif
