/* SPDX-License-Identifier: Apache-2.0
 *
 * The words for the vocabulary's numbers. The lists stand in the public headers; this file only
 * turns them into switches, so that a new entry cannot be forgotten here.
 */
#include "tarazy/event.h"
#include "tarazy/result.h"

const char *tarazy_result_text(enum result result)
{
    switch (result) {
#define RESULT_TEXT(name, number, text) \
    case RESULT_##name: return text;
        TARAZY_RESULTS(RESULT_TEXT)
#undef RESULT_TEXT
    }
    return "unknown result";
}

const char *tarazy_result_name(enum result result)
{
    switch (result) {
#define RESULT_NAME(name, number, text) \
    case RESULT_##name: return #name;
        TARAZY_RESULTS(RESULT_NAME)
#undef RESULT_NAME
    }
    return "UNKNOWN";
}

const char *tarazy_event_name(uint16_t kind)
{
    switch ((enum event_kind)kind) {
#define EVENT_NAME(name, number, type) \
    case EVENT_##name: return #name;
        TARAZY_EVENTS(EVENT_NAME)
#undef EVENT_NAME
    }
    return NULL;
}
