/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines for Prometheus.
 *
 * Why a file of its own: a small foreign grammar in one place. Invariant: nothing is written past
 * the room, and a text that was cut says so. Read next: metrics_page.c.
 */
#include "gateway/metrics_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 2, 3))) static void put(struct metrics_text *text, const char *format,
                                                      ...)
{
    size_t room = text->capacity - text->size;
    va_list arguments;

    va_start(arguments, format);
    int size = vsnprintf(text->bytes + text->size, room, format, arguments);
    va_end(arguments);
    if (size < 0 || (size_t)size >= room) {
        text->is_full = true;
        return;
    }
    text->size += (size_t)size;
}

void metrics_text_family(struct metrics_text *text, const char *name, const char *type,
                         const char *help)
{
    put(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* name or name{labels}, and a blank. */
static void put_name(struct metrics_text *text, const char *name, const char *labels)
{
    if (labels[0] == '\0') {
        put(text, "%s ", name);
    } else {
        put(text, "%s{%s} ", name, labels);
    }
}

void metrics_text_number(struct metrics_text *text, const char *name, const char *labels,
                         uint64_t value)
{
    put_name(text, name, labels);
    put(text, "%" PRIu64 "\n", value);
}

void metrics_text_seconds(struct metrics_text *text, const char *name, const char *labels,
                          uint64_t value_us)
{
    put_name(text, name, labels);
    put(text, "%" PRIu64 ".%06" PRIu64 "\n", value_us / 1000000, value_us % 1000000);
}

void metrics_text_counter(struct metrics_text *text, const char *name, const char *help,
                          uint64_t value)
{
    metrics_text_family(text, name, "counter", help);
    metrics_text_number(text, name, "", value);
}

void metrics_text_gauge(struct metrics_text *text, const char *name, const char *help,
                        uint64_t value)
{
    metrics_text_family(text, name, "gauge", help);
    metrics_text_number(text, name, "", value);
}
