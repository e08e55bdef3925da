/* SPDX-License-Identifier: Apache-2.0
 *
 * What libconfuse does not do by itself and every file read with it needs: one shape of error
 * messages, options given twice, numbers out of range.
 */
#ifndef PROGRAMS_CONFUSE_FIELDS_H
#define PROGRAMS_CONFUSE_FIELDS_H

#include <confuse.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number's bounds, by its option's name. A table ends with a name of NULL. */
struct confuse_range {
    const char *name;
    long min;
    long max;
};

/* For CFG_INT_CB: a whole number within the bounds that confuse_set_ranges gave its name. */
int confuse_take_number(cfg_t *cfg, cfg_opt_t *option, const char *value, void *result);

/* For CFG_STR_CB: any text, once, of at most 1000 bytes. */
int confuse_take_text(cfg_t *cfg, cfg_opt_t *option, const char *value, void *result);

/* For CFG_BOOL_CB: yes or no, true or false, on or off; once. */
int confuse_take_bool(cfg_t *cfg, cfg_opt_t *option, const char *value, void *result);

/* For cfg_set_validate_func of a section without title: it stands there once. */
int confuse_check_once(cfg_t *cfg, cfg_opt_t *option);

/* Did this option or section stand in the file? */
bool confuse_was_given(cfg_t *cfg, const char *name);

/* Before parsing: errors are printed to standard error as FILE:LINE: text. */
void confuse_prepare(cfg_t *cfg, const struct confuse_range *ranges);

/* Parses a file. False: faults were printed. */
bool confuse_parse_file(cfg_t *cfg, const char *path);

/* Parses a text; `name` stands for the file in messages. */
bool confuse_parse_text(cfg_t *cfg, const char *name, const char *text);

/* Copies a text option; false (and said, with what it is) when it does not fit. */
bool confuse_copy_text(cfg_t *cfg, const char *name, char *out, size_t size);

#endif
