/* SPDX-License-Identifier: Apache-2.0
 *
 * One well-formed command of each kind, for tests that need some bytes of every sort. They are well
 * formed, no more: an engine may well refuse them.
 */
#ifndef SUPPORT_COMMAND_SAMPLES_H
#define SUPPORT_COMMAND_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "tarazy/command.h"

/* Room for any command, aligned for amounts. */
union command_sample {
    struct command_header header;
    _Alignas(64) uint8_t bytes[TARAZY_COMMAND_SIZE_MAX];
};

/* Every kind there is, ascending; ends with 0. */
extern const uint16_t command_sample_kinds[];

/* Makes the sample of a kind (zero after its end); returns its size. PROPOSE wraps a TIER_SET. */
size_t command_sample_make(union command_sample *sample, uint16_t kind);

/* Makes a PROPOSE that wraps the sample of a kind (not PROPOSE itself); returns its size. */
size_t command_sample_propose(union command_sample *sample, uint16_t kind);

#endif
