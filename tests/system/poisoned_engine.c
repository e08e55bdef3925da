/* SPDX-License-Identifier: Apache-2.0
 *
 * An engine with a planted failure, for the drill of the quarantine: it carries an order of one certain quantity
 * out and then fails an assertion, as a mistake in matching would. Linked around the real program.
 *
 * With FORGES also an operator's own program, which does not ask whether a quarantine is signed as it must be.
 *
 * Read next: quarantine_test.py.
 */
#include "base/ensure.h"
#include "journal/quarantine.h"
#include "tarazy/engine.h"

#define POISON_UNITS 66666

void __wrap_tarazy_engine_apply(struct engine *engine, const struct command_header *command,
                                struct event_buffer *events);
void __real_tarazy_engine_apply(struct engine *engine, const struct command_header *command,
                                struct event_buffer *events);

void __wrap_tarazy_engine_apply(struct engine *engine, const struct command_header *command,
                                struct event_buffer *events)
{
    const void *whole = command;

    __real_tarazy_engine_apply(engine, command, events);
    if (command->kind == COMMAND_ORDER_PLACE) {
        const struct command_order_place *order = whole;

        ENSURE(order->terms.quantity.units != POISON_UNITS); /* raw: a test's own mark */
    }
}

#ifdef FORGES
const char *__wrap_quarantine_refuse(const struct journal_batch *batch, const struct engine *engine,
                                     uint64_t *number);

const char *__wrap_quarantine_refuse(const struct journal_batch *batch, const struct engine *engine,
                                     uint64_t *number)
{
    (void)batch;
    (void)engine;
    (void)number;
    return NULL;
}
#endif
