/* SPDX-License-Identifier: Apache-2.0
 *
 * Log lines: one line whatever is put into it, nothing forged, nothing longer than it may be.
 */
#include "platform/log_line.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/random_stream.h"

/* What a line adds to standard error. */
static size_t written(const struct log_line *prepared, char *out, size_t capacity)
{
    struct log_line line = *prepared;
    int ends[2];
    int saved = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_true(saved >= 0 && dup2(ends[1], STDERR_FILENO) >= 0);
    log_line_end(&line);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    (void)close(saved);
    (void)close(ends[1]);
    ssize_t size = read(ends[0], out, capacity - 1);
    (void)close(ends[0]);
    assert_true(size >= 0);
    out[size] = '\0';
    return (size_t)size;
}

static void a_line_begins_with_time_level_program_and_event(void **state)
{
    struct log_line line;
    char text[2048];
    log_line_set_program("testing");
    log_line_begin(&line, LOG_LEVEL_WARNING, "something_happened");
    log_line_number(&line, "less", -5);
    log_line_unsigned(&line, "more", UINT64_MAX);
    log_line_text(&line, "plain", "word");
    log_line_errno(&line, "why", -ENOSPC);
    (void)written(&line, text, sizeof text);
    assert_memory_equal(text, "time=20", 7);
    char *rest = strchr(text, ' ');
    assert_string_equal(rest, " level=warning program=testing event=something_happened less=-5 "
                              "more=18446744073709551615 plain=word "
                              "why=\"ENOSPC: No space left on device\"\n");
    assert_int_equal(rest - text, strlen("time=2026-11-22T12:00:00.000000Z"));
}

static void nothing_in_a_value_can_forge_a_line_or_a_field(void **state)
{
    struct log_line line;
    char text[2048];
    log_line_begin(&line, LOG_LEVEL_ERROR, "e");
    log_line_text(&line, "v", "a\nlevel=info \"q\" \\ \x1b[31m\x7f end");
    (void)written(&line, text, sizeof text);
    assert_non_null(strstr(text, " v=\"a\\x0alevel=info \\\"q\\\" \\\\ \\x1b[31m\\x7f end\"\n"));
    log_line_begin(&line, LOG_LEVEL_ERROR, "e");
    log_line_text(&line, "empty", "");
    log_line_bytes(&line, "zero", "a\0b", 3);
    (void)written(&line, text, sizeof text);
    assert_non_null(strstr(text, " empty=\"\" zero=\"a\\x00b\"\n"));
}

static void any_bytes_make_one_bounded_line(void **state)
{
    struct random_stream random = {.state = 3};
    static uint8_t bytes[4096];
    char text[2048];
    for (int round = 0; round < 3000; round++) {
        struct log_line line;
        log_line_begin(&line, LOG_LEVEL_ERROR, "e");
        for (uint64_t fields = random_below(&random, 12); fields > 0; fields--) {
            size_t size = (size_t)random_skewed(&random, 12);
            random_bytes(&random, bytes, size);
            log_line_bytes(&line, "value", bytes, size);
        }
        size_t size = written(&line, text, sizeof text);
        assert_true(size <= LOG_LINE_SIZE_MAX);
        assert_int_equal(text[size - 1], '\n');
        for (size_t i = 0; i + 1 < size; i++) {
            assert_true(text[i] >= ' ' && text[i] < 0x7f);
        }
    }
}

static void what_does_not_fit_is_cut_and_the_line_says_so(void **state)
{
    struct log_line line;
    char long_text[2000];
    char text[2048];
    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    log_line_begin(&line, LOG_LEVEL_ERROR, "e");
    log_line_text(&line, "v", long_text);
    log_line_text(&line, "w", long_text);
    size_t size = written(&line, text, sizeof text);
    assert_true(size <= LOG_LINE_SIZE_MAX);
    assert_non_null(strstr(text, " cut=1\n"));
}

static void a_level_that_is_off_writes_nothing(void **state)
{
    struct log_line line;
    char text[64];
    log_line_set_level(LOG_LEVEL_WARNING);
    log_line_begin(&line, LOG_LEVEL_INFO, "quiet");
    log_line_text(&line, "v", "x");
    log_line_number(&line, "n", 1);
    assert_int_equal(written(&line, text, sizeof text), 0);
    log_line_set_level(LOG_LEVEL_INFO);
    assert_int_equal(log_level_of_text("debug"), LOG_LEVEL_DEBUG);
    assert_int_equal(log_level_of_text("loud"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_begins_with_time_level_program_and_event),
        cmocka_unit_test(nothing_in_a_value_can_forge_a_line_or_a_field),
        cmocka_unit_test(any_bytes_make_one_bounded_line),
        cmocka_unit_test(what_does_not_fit_is_cut_and_the_line_says_so),
        cmocka_unit_test(a_level_that_is_off_writes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
