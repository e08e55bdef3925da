/* SPDX-License-Identifier: Apache-2.0
 *
 * The log: one logfmt line per event on standard error, written by one write(2), so that lines of
 * several processes never mix. Values are escaped, so that nobody outside can forge a line, and
 * lines are capped. Secrets are never given to it.
 *
 *     struct log_line line;
 *     log_line_begin(&line, LOG_LEVEL_INFO, "peer_closed");
 *     log_line_number(&line, "origin", origin);
 *     log_line_text(&line, "why", "end of stream");
 *     log_line_end(&line);
 *
 *     time=2026-11-22T12:00:00.123456Z level=info program=core event=peer_closed origin=7 why="end of stream"
 */
#ifndef PLATFORM_LOG_LINE_H
#define PLATFORM_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level {
    LOG_LEVEL_ERROR = 1,   /* somebody must act */
    LOG_LEVEL_WARNING = 2, /* somebody should look */
    LOG_LEVEL_INFO = 3,    /* what an operator wants to have seen afterwards */
    LOG_LEVEL_DEBUG = 4,
};

enum {
    LOG_LINE_SIZE_MAX = 1024, /* bytes of a line, its end included */
    LOG_LINE_VALUE_MAX = 512  /* bytes of one value after escaping */
};

struct log_line {
    char text[LOG_LINE_SIZE_MAX];
    size_t size;
    bool is_wanted; /* private: the level is on */
    bool is_cut;    /* private: something did not fit; the line ends with cut=1 */
};

/* For the whole process, before the first line: who writes, and the lowest level written (INFO at
 * first). `program` is kept, not copied. */
void log_line_set_program(const char *program);
void log_line_set_level(enum log_level level);

/* "error", "warning", "info", "debug"; 0 for another text. */
enum log_level log_level_of_text(const char *text);

/* Starts a line; the time is the system's. Names of events and fields are words of a-z 0-9 _ that
 * stand in the source, never input. */
void log_line_begin(struct log_line *line, enum log_level level, const char *event);

/* Adds name=value. A value with anything but visible ASCII without quotes, backslash and equals
 * signs is quoted, other bytes become \xNN; what is longer than LOG_LINE_VALUE_MAX is cut. */
void log_line_text(struct log_line *line, const char *name, const char *value);
void log_line_bytes(struct log_line *line, const char *name, const void *value, size_t size);
void log_line_number(struct log_line *line, const char *name, int64_t value);
void log_line_unsigned(struct log_line *line, const char *name, uint64_t value);
/* "EIO: Input/output error" for 5 or -5. */
void log_line_errno(struct log_line *line, const char *name, int error);

/* Writes the line, if its level is on. A failing write is nobody's business. */
void log_line_end(struct log_line *line);

/* A line with at most one text value, in one call. `name` NULL: without. */
void log_event(enum log_level level, const char *event, const char *name, const char *value);

#endif
