/* SPDX-License-Identifier: Apache-2.0
 *
 * Log lines. A room of its own because everything that runs writes them and nothing may be able to
 * write a false one: each value passes through one escaping function. Invariants: text never grows
 * past its array; the last bytes are always kept free for the mark of a cut line and the newline.
 * Read next: programs/config.h for how the level is set.
 */
#include "platform/log_line.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/ensure.h"

static const char log_cut_mark[] = " cut=1\n";
enum { LOG_TEXT_MAX = LOG_LINE_SIZE_MAX - (int)sizeof log_cut_mark };

static const char *log_program = "tarazy";
static enum log_level log_level_lowest = LOG_LEVEL_INFO;

static const struct {
    enum log_level level;
    const char *text;
} log_levels[] = {
    {LOG_LEVEL_ERROR, "error"},
    {LOG_LEVEL_WARNING, "warning"},
    {LOG_LEVEL_INFO, "info"},
    {LOG_LEVEL_DEBUG, "debug"},
};

void log_line_set_program(const char *program)
{
    log_program = program;
}

void log_line_set_level(enum log_level level)
{
    log_level_lowest = level;
}

enum log_level log_level_of_text(const char *text)
{
    for (size_t i = 0; i < sizeof log_levels / sizeof log_levels[0]; i++) {
        if (strcmp(text, log_levels[i].text) == 0) {
            return log_levels[i].level;
        }
    }
    return (enum log_level)0;
}

/* Appends bytes that are known to be clean; false when they do not fit, and then none are added. */
static bool log_append(struct log_line *line, const char *bytes, size_t size)
{
    ENSURE(line->size <= LOG_TEXT_MAX);
    if (size > LOG_TEXT_MAX - line->size) {
        line->is_cut = true;
        return false;
    }
    memcpy(line->text + line->size, bytes, size);
    line->size += size;
    return true;
}

static void log_append_text(struct log_line *line, const char *text)
{
    (void)log_append(line, text, strlen(text));
}

/* Decimal digits of value, at least `width` of them. */
static void log_append_digits(struct log_line *line, uint64_t value, size_t width)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + (char)(value % 10));
        value /= 10;
    } while (value > 0);
    while (sizeof digits - at < width) {
        digits[--at] = '0';
    }
    (void)log_append(line, digits + at, sizeof digits - at);
}

static void log_append_time(struct log_line *line)
{
    struct timespec now = {0};
    struct tm utc = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &utc);
    log_append_digits(line, (uint64_t)utc.tm_year + 1900, 4);
    log_append_text(line, "-");
    log_append_digits(line, (uint64_t)utc.tm_mon + 1, 2);
    log_append_text(line, "-");
    log_append_digits(line, (uint64_t)utc.tm_mday, 2);
    log_append_text(line, "T");
    log_append_digits(line, (uint64_t)utc.tm_hour, 2);
    log_append_text(line, ":");
    log_append_digits(line, (uint64_t)utc.tm_min, 2);
    log_append_text(line, ":");
    log_append_digits(line, (uint64_t)utc.tm_sec, 2);
    log_append_text(line, ".");
    log_append_digits(line, (uint64_t)now.tv_nsec / 1000, 6);
    log_append_text(line, "Z");
}

void log_line_begin(struct log_line *line, enum log_level level, const char *event)
{
    line->size = 0;
    line->is_cut = false;
    line->is_wanted = level <= log_level_lowest;
    if (!line->is_wanted) {
        return;
    }
    log_append_text(line, "time=");
    log_append_time(line);
    log_append_text(line, " level=");
    log_append_text(line, log_levels[level - LOG_LEVEL_ERROR].text);
    log_append_text(line, " program=");
    log_append_text(line, log_program);
    log_append_text(line, " event=");
    log_append_text(line, event);
}

static bool log_is_plain(unsigned char byte)
{
    return byte > ' ' && byte < 0x7f && byte != '"' && byte != '\\' && byte != '=';
}

/* What a byte becomes inside quotes; returns how many characters. */
static size_t log_escape(unsigned char byte, char out[4])
{
    static const char digits[] = "0123456789abcdef";
    if (log_is_plain(byte) || byte == ' ' || byte == '=') {
        out[0] = (char)byte;
        return 1;
    }
    out[0] = '\\';
    if (byte == '"' || byte == '\\') {
        out[1] = (char)byte;
        return 2;
    }
    out[1] = 'x';
    out[2] = digits[byte >> 4];
    out[3] = digits[byte & 15];
    return 4;
}

void log_line_bytes(struct log_line *line, const char *name, const void *value, size_t size)
{
    const unsigned char *bytes = value;
    char out[LOG_LINE_VALUE_MAX + 2];
    size_t used = 1;
    bool is_plain = size > 0;

    if (!line->is_wanted) {
        return;
    }
    out[0] = '"';
    for (size_t i = 0; i < size; i++) {
        char escaped[4];
        size_t length = log_escape(bytes[i], escaped);
        if (length > sizeof out - 1 - used) {
            line->is_cut = true;
            break;
        }
        memcpy(out + used, escaped, length);
        used += length;
        is_plain = is_plain && log_is_plain(bytes[i]);
    }
    out[used++] = '"';

    size_t before = line->size;
    if (!log_append(line, " ", 1) || !log_append(line, name, strlen(name)) ||
        !log_append(line, "=", 1) ||
        !log_append(line, is_plain ? out + 1 : out, is_plain ? used - 2 : used)) {
        line->size = before; /* a field stands whole or not at all */
    }
}

void log_line_text(struct log_line *line, const char *name, const char *value)
{
    log_line_bytes(line, name, value, strlen(value));
}

void log_line_unsigned(struct log_line *line, const char *name, uint64_t value)
{
    if (!line->is_wanted) {
        return;
    }
    log_append_text(line, " ");
    log_append_text(line, name);
    log_append_text(line, "=");
    log_append_digits(line, value, 1);
}

void log_line_number(struct log_line *line, const char *name, int64_t value)
{
    if (!line->is_wanted) {
        return;
    }
    log_append_text(line, " ");
    log_append_text(line, name);
    log_append_text(line, value < 0 ? "=-" : "=");
    log_append_digits(line, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 1);
}

void log_line_errno(struct log_line *line, const char *name, int error)
{
    int number = error < 0 ? -error : error;
    const char *word = strerrorname_np(number);
    const char *text = strerrordesc_np(number);
    char value[128];

    if (word == NULL || text == NULL) {
        log_line_number(line, name, number);
        return;
    }
    (void)snprintf(value, sizeof value, "%s: %s", word, text);
    log_line_text(line, name, value);
}

void log_line_end(struct log_line *line)
{
    if (!line->is_wanted) {
        return;
    }
    const char *end = line->is_cut ? log_cut_mark : "\n";
    size_t end_size = strlen(end);
    memcpy(line->text + line->size, end, end_size);
    if (write(STDERR_FILENO, line->text, line->size + end_size) < 0) {
        errno = 0; /* there is nowhere to tell it */
    }
}

void log_event(enum log_level level, const char *event, const char *name, const char *value)
{
    struct log_line line;
    log_line_begin(&line, level, event);
    if (name != NULL) {
        log_line_text(&line, name, value);
    }
    log_line_end(&line);
}
