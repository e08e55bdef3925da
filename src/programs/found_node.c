/* SPDX-License-Identifier: Apache-2.0
 *
 * A node comes into being. A file of its own because the order of its three files on disk matters: the
 * key that seals, the list of secrets, and last the journal, whose presence says that all is there.
 * Read next: node/founding.c.
 */
#include "programs/found_node.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "node/founding.h"
#include "platform/clock.h"
#include "programs/exit_codes.h"
#include "programs/founding_file.h"
#include "programs/sandbox_founding.h"

static void found_print_failure(const char *name, const struct founding_failure *failure)
{
    char text[JOURNAL_ERROR_TEXT_SIZE];
    if (failure->index > 0) {
        (void)fprintf(stderr, "%s: command %u, %s, is refused: %s\n", name, failure->index,
                      tarazy_command_name(failure->kind), tarazy_result_text(failure->result));
        return;
    }
    (void)fprintf(stderr, "%s\n", journal_error_text(&failure->error, text));
}

static int found_print_errno(const struct config *config, const char *what, int error)
{
    (void)fprintf(stderr, "%s/%s: %s\n", config->directory, what, strerror(-error));
    return EXIT_CODE_FAILED;
}

/* The node's key: an earlier founding that was interrupted may have left one. */
static int found_key(const struct config *config, struct node_key *key)
{
    int result = node_key_create(config->directory, key);
    return result == -EEXIST ? node_key_read(config->directory, key) : result;
}

static int found_write(const struct config *config, const char *name,
                       const struct founding *founding, const struct key_list *keys)
{
    struct founding_failure failure;
    int64_t now_us = clock_wall_us(clock_source_system());
    struct founding_place place = {
        .storage = storage_system(),
        .directory = config->directory,
        .segment_size = config->segment_size,
    };
    if (!founding_prove(founding, now_us, &failure)) {
        found_print_failure(name, &failure);
        return EXIT_CODE_USAGE;
    }
    int result = key_list_write(keys, config->directory);
    if (result < 0) {
        return found_print_errno(config, KEY_LIST_NAME, result);
    }
    if (!founding_write(founding, &place, now_us, &failure)) {
        found_print_failure(name, &failure);
        return failure.error.error_number != 0 ? EXIT_CODE_DISK : EXIT_CODE_FAILED;
    }
    return EXIT_CODE_DONE;
}

int found_node(const struct config *config, const char *file)
{
    struct founding founding;
    struct key_list keys;
    struct node_key key;
    int code = EXIT_CODE_FAILED;
    struct founding_input input = {
        .name = file != NULL ? file : "sandbox.founding",
        .text = file != NULL     ? NULL
                : config->mining ? mining_founding_text
                                 : sandbox_founding_text,
        .law = file == NULL && config->mining ? kz_jurisdiction_text : NULL,
        .limits = &config->limits,
        .node_key = &key,
    };
    if (mkdir(config->directory, 0700) != 0 && errno != EEXIST) {
        return found_print_errno(config, "", -errno);
    }
    int result = found_key(config, &key);
    if (result < 0) {
        return found_print_errno(config, NODE_KEY_NAME, result);
    }
    if (!founding_create(&founding) || !key_list_create(&keys)) {
        (void)fprintf(stderr, "out of memory\n");
    } else if (!founding_file_read(&input, &founding, &keys)) {
        code = EXIT_CODE_USAGE;
    } else {
        code = found_write(config, input.name, &founding, &keys);
    }
    secret_wipe(&key, sizeof key);
    key_list_destroy(&keys);
    founding_destroy(&founding);
    return code;
}
