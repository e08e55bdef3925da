/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading fields with libconfuse. A file of its own because the configuration and the founding file
 * share it. Invariant: whatever is wrong is said once, with file and line.
 * Read next: config.c.
 */
#include "programs/confuse_fields.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONFUSE_SEEN = 1 << 24, /* an own flag beside libconfuse's: the option stood in the file */
    CONFUSE_TEXT_MAX = 1000
};

/* Of the file being read. libconfuse's default sections do not know its name. */
static const struct confuse_range *confuse_ranges;
static const cfg_t *confuse_root;

__attribute__((format(printf, 2, 0))) static void confuse_print_error(cfg_t *cfg,
                                                                      const char *format,
                                                                      va_list arguments)
{
    if (cfg != NULL && confuse_root->filename != NULL) {
        (void)fprintf(stderr, "%s:%d: ", confuse_root->filename, cfg->line);
    }
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
}

/* 0 the first time, −1 with a message after that. */
static int confuse_mark(cfg_t *cfg, cfg_opt_t *option)
{
    if ((option->flags & CONFUSE_SEEN) != 0) {
        cfg_error(cfg, "'%s' is given twice", option->name);
        return -1;
    }
    option->flags |= CONFUSE_SEEN;
    return 0;
}

int confuse_check_once(cfg_t *cfg, cfg_opt_t *option)
{
    return confuse_mark(cfg, option);
}

static const struct confuse_range *confuse_range_of(const char *name)
{
    for (const struct confuse_range *range = confuse_ranges; range->name != NULL; range++) {
        if (strcmp(range->name, name) == 0) {
            return range;
        }
    }
    return NULL;
}

int confuse_take_number(cfg_t *cfg, cfg_opt_t *option, const char *value, void *result)
{
    const struct confuse_range *range = confuse_range_of(option->name);
    char *end = NULL;
    if (confuse_mark(cfg, option) != 0) {
        return -1;
    }
    errno = 0;
    long number = strtol(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || value[0] < '-' || value[0] > '9') {
        cfg_error(cfg, "'%s' must be a whole number, not '%s'", option->name, value);
        return -1;
    }
    if (range == NULL || number < range->min || number > range->max) {
        cfg_error(cfg, "'%s' must be between %ld and %ld", option->name,
                  range == NULL ? 0 : range->min, range == NULL ? 0 : range->max);
        return -1;
    }
    *(long *)result = number;
    return 0;
}

int confuse_take_text(cfg_t *cfg, cfg_opt_t *option, const char *value, void *result)
{
    if (confuse_mark(cfg, option) != 0) {
        return -1;
    }
    if (strlen(value) > CONFUSE_TEXT_MAX) {
        cfg_error(cfg, "'%s' is too long", option->name);
        return -1;
    }
    *(const char **)result = value;
    return 0;
}

int confuse_take_bool(cfg_t *cfg, cfg_opt_t *option, const char *value, void *result)
{
    int truth = cfg_parse_boolean(value);
    if (confuse_mark(cfg, option) != 0) {
        return -1;
    }
    if (truth < 0) {
        cfg_error(cfg, "'%s' must be yes or no, not '%s'", option->name, value);
        return -1;
    }
    *(cfg_bool_t *)result = truth != 0 ? cfg_true : cfg_false;
    return 0;
}

bool confuse_was_given(cfg_t *cfg, const char *name)
{
    const cfg_opt_t *option = cfg_getopt(cfg, name);
    return option != NULL && (option->flags & CONFUSE_SEEN) != 0;
}

void confuse_prepare(cfg_t *cfg, const struct confuse_range *ranges)
{
    confuse_ranges = ranges;
    confuse_root = cfg;
    (void)cfg_set_error_function(cfg, confuse_print_error);
}

bool confuse_parse_file(cfg_t *cfg, const char *path)
{
    int result = cfg_parse(cfg, path);
    if (result == CFG_FILE_ERROR) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
    }
    return result == CFG_SUCCESS;
}

bool confuse_parse_text(cfg_t *cfg, const char *name, const char *text)
{
    FILE *stream = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    if (stream == NULL) {
        (void)fprintf(stderr, "%s: %s\n", name, strerror(errno));
        return false;
    }
    free(cfg->filename);
    cfg->filename = strdup(name);
    int result = cfg_parse_fp(cfg, stream);
    (void)fclose(stream);
    return result == CFG_SUCCESS;
}

bool confuse_copy_text(cfg_t *cfg, const char *name, char *out, size_t size)
{
    const char *text = cfg_getstr(cfg, name);
    size_t length = text == NULL ? 0 : strlen(text);
    if (length >= size) {
        cfg_error(cfg, "'%s' is longer than %zu bytes", name, size - 1);
        return false;
    }
    if (length > 0) {
        memcpy(out, text, length);
    }
    out[length] = '\0';
    return true;
}
