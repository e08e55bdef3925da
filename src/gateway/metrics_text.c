/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines for Prometheus.
 *
 * Why a file of its own: a small foreign grammar in one place. Invariant: nothing is written past
 * the room, and a text that was cut says so. Read next: metrics_page.c.
 */
#include "gateway/metrics_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void put(struct metrics_text *text, const char *part)
{
    size_t size = strlen(part);

    if (text->is_full || size >= text->capacity - text->size) {
        text->is_full = true;
        return;
    }
    memcpy(text->bytes + text->size, part, size + 1);
    text->size += size;
}

/* Name, labels if there are any, value, end of line. */
static void put_sample(struct metrics_text *text, const char *name, const char *labels,
                       const char *value)
{
    put(text, name);
    if (labels[0] != '\0') {
        put(text, "{");
        put(text, labels);
        put(text, "}");
    }
    put(text, " ");
    put(text, value);
    put(text, "\n");
}

void metrics_text_family(struct metrics_text *text, const char *name, const char *type,
                         const char *help)
{
    put(text, "# HELP ");
    put(text, name);
    put(text, " ");
    put(text, help);
    put(text, "\n# TYPE ");
    put(text, name);
    put(text, " ");
    put(text, type);
    put(text, "\n");
}

void metrics_text_number(struct metrics_text *text, const char *name, const char *labels,
                         uint64_t value)
{
    char shown[32];

    (void)snprintf(shown, sizeof shown, "%" PRIu64, value);
    put_sample(text, name, labels, shown);
}

void metrics_text_seconds(struct metrics_text *text, const char *name, const char *labels,
                          uint64_t value_us)
{
    char shown[48];

    (void)snprintf(shown, sizeof shown, "%" PRIu64 ".%06" PRIu64, value_us / 1000000,
                   value_us % 1000000);
    put_sample(text, name, labels, shown);
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
