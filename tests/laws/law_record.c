/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing a stream down. A room of its own because whoever tells lies and whoever changes premises must
 * begin with the same truth. Invariant: what is written down is a beginning of the stream, without gaps.
 *
 * Read next: inspector_lies.c; inspector_premises.c.
 */
#include "laws/law_record.h"

#include <stdlib.h>
#include <string.h>

#define EVENTS_SIZE ((size_t)64 << 20)
#define EVENTS_ROOM ((size_t)1 << 20) /* no command of the laws has more */

static void record(void *context, const struct law *law, const union law_command *command)
{
    struct law_stream *stream = context;

    if (stream->count == stream->count_max || EVENTS_SIZE - stream->used < law->events.used) {
        return;
    }
    struct law_record *record = &stream->records[stream->count++];
    record->command = *command;
    record->events = stream->used;
    record->size = law->events.used;
    memcpy(stream->events + stream->used, law->events.bytes, law->events.used);
    stream->used += law->events.used;
}

void law_stream_make(struct law_stream *stream, law_generator *generator, uint64_t seed,
                     uint32_t count)
{
    struct law law;
    static union law_command command;

    *stream = (struct law_stream){
        .events = aligned_alloc(64, EVENTS_SIZE),
        .records = aligned_alloc(64, count * sizeof *stream->records),
        .count_max = count,
    };
    if (stream->events == NULL || stream->records == NULL) {
        abort();
    }
    law_start(&law, &law_limits_tight, seed, record, stream);
    while (stream->count < count && EVENTS_SIZE - stream->used > EVENTS_ROOM) {
        generator(&law, &command);
        law_send(&law, &command);
    }
    law_end(&law);
}

void law_stream_free(struct law_stream *stream)
{
    free(stream->events);
    free(stream->records);
    *stream = (struct law_stream){0};
}
