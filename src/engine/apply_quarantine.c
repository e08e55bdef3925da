/* SPDX-License-Identifier: Apache-2.0
 *
 * The way past a command at which every engine stops. A file of its own because skipping must touch nothing
 * of what might be broken: not the sender, not his key, not a byte behind the header.
 *
 * Invariants: a skipped command changes the state's number and time and nothing else; a quarantine changes
 * nothing at all. Who may demand it is not asked here: signatures are checked where the journal is read.
 *
 * Next: journal/quarantine.h.
 */
#include "engine/apply.h"
#include "engine/emit.h"

enum result check_quarantine(const struct engine *engine,
                             const struct command_quarantine *quarantine)
{
    /* While it is applied the engine already has its number; what it skipped lies before it. */
    bool is_past =
        quarantine->record <= engine->number && quarantine->record != quarantine->header.number;

    return quarantine->record != 0 && is_past ? RESULT_OK : RESULT_FIELD_INVALID;
}

enum result apply_quarantine(struct apply *apply, const struct command_quarantine *quarantine)
{
    enum result result = check_quarantine(apply->engine, quarantine);

    if (result == RESULT_OK) {
        apply->id = quarantine->record;
    }
    return result;
}

void tarazy_engine_skip(struct engine *engine, const struct command_header *command,
                        struct event_buffer *events)
{
    struct apply apply = apply_begin(engine, command, events);

    if (command->time_us > engine->time_us) {
        engine->time_us = command->time_us;
    }
    emit_end(&apply, RESULT_QUARANTINED);
}
