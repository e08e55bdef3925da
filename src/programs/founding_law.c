/* SPDX-License-Identifier: Apache-2.0
 *
 * The law in a founding. A file of its own because it comes out of a file of its own, written by lawyers.
 * Invariant: all of that file or nothing. Read next: codec/jurisdiction_file.h.
 */
#include "programs/founding_law.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/jurisdiction_file.h"
#include "programs/founding_people.h"

enum { LAW_SIZE_MAX = 1 << 20 };

static bool add_text(cfg_t *root, const char *name, struct slice text, struct founding *founding)
{
    struct jurisdiction_file *file = calloc(1, sizeof *file);
    bool is_good = true;

    if (file == NULL) {
        cfg_error(root, "%s: out of memory", name);
        return false;
    }
    struct jurisdiction_file_problem problem = jurisdiction_file_parse(file, text);
    if (problem.result != JURISDICTION_FILE_RESULT_OK) {
        cfg_error(root, "%s:%u: %s", name, problem.line, jurisdiction_file_problem_text(&problem));
        is_good = false;
    }
    for (uint32_t i = 0; is_good && i < file->count; i++) {
        const struct command_jurisdiction_parameter_set set = {
            .header = {.kind = COMMAND_JURISDICTION_PARAMETER_SET},
            .parameter = file->parameters[i],
        };

        is_good = founding_emit(root, founding, &set.header);
    }
    free(file);
    return is_good;
}

static bool add_file(cfg_t *root, const char *path, struct founding *founding)
{
    FILE *in = fopen(path, "re");
    char *text = malloc(LAW_SIZE_MAX);
    bool is_good = in != NULL && text != NULL;

    if (!is_good) {
        cfg_error(root, "%s: %s", path, strerror(errno));
    } else {
        size_t size = fread(text, 1, LAW_SIZE_MAX, in);

        is_good = !ferror(in) && size < LAW_SIZE_MAX;
        if (!is_good) {
            cfg_error(root, "%s: it cannot be read, or is too long", path);
        }
        is_good = is_good && add_text(root, path, slice_of(text, size), founding);
    }
    free(text);
    if (in != NULL) {
        (void)fclose(in);
    }
    return is_good;
}

bool founding_add_law(cfg_t *root, const struct founding_input *input, struct founding *founding)
{
    const char *path = cfg_getstr(root, "jurisdiction");

    if (path != NULL) {
        return add_file(root, path, founding);
    }
    return input->law == NULL ||
           add_text(root, "the built-in law", slice_of_text(input->law), founding);
}
