/* SPDX-License-Identifier: Apache-2.0
 *
 * A true stream, written down: commands of a law's world with their events, to be shown again, altered or not.
 */
#ifndef LAWS_LAW_RECORD_H
#define LAWS_LAW_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "laws/law_world.h"

struct law_record {
    union law_command command;
    size_t events; /* where they begin in the stream's */
    size_t size;
};

struct law_stream {
    struct law_record *records;
    uint32_t count;
    uint32_t count_max;
    uint8_t *events;
    size_t used;
};

/* The world's founding and what the generator does in it, so many commands in all, or as many as have room. */
void law_stream_make(struct law_stream *stream, law_generator *generator, uint64_t seed,
                     uint32_t count);
void law_stream_free(struct law_stream *stream);

#endif
