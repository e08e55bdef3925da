/* SPDX-License-Identifier: Apache-2.0
 *
 * The text format that Prometheus reads (version 0.0.4), written into the caller's room. Counters of
 * time are microseconds inside and seconds with six decimals outside.
 */
#ifndef GATEWAY_METRICS_TEXT_H
#define GATEWAY_METRICS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"

struct metrics_text {
    char *bytes;
    size_t capacity;
    size_t size;
    bool is_full; /* something did not fit: the text is of no use */
};

/* # HELP and # TYPE lines. */
void metrics_text_family(struct metrics_text *text, const char *name, const char *type,
                         const char *help);

/* name{labels} value; labels: `a="b",c="d"` or "". */
void metrics_text_number(struct metrics_text *text, const char *name, const char *labels,
                         uint64_t value);
void metrics_text_seconds(struct metrics_text *text, const char *name, const char *labels,
                          uint64_t value_us);

/* A family with one sample. */
void metrics_text_counter(struct metrics_text *text, const char *name, const char *help,
                          uint64_t value);
void metrics_text_gauge(struct metrics_text *text, const char *name, const char *help,
                        uint64_t value);

#endif
