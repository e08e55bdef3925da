/* SPDX-License-Identifier: Apache-2.0
 *
 * The session at the pool, kept over restarts, so that the pool gives the same extranonce1 again and miners work on. A file of its own
 * because it is the only thing of a pool that outlives the process. Read next: upstream.c.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platform/replaced_file.h"
#include "stratum/meter_inside.h"

static const char session_file[] = "pool.session";

void pool_session_keep(struct upstream *up)
{
    int folder = open(up->meter->options.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (folder >= 0) {
        (void)replaced_file_write(folder, session_file, up->session, strlen(up->session));
        (void)close(folder);
    }
}

void pool_session_read(struct upstream *up)
{
    char path[METER_TEXT_MAX + 32];
    char text[STRATUM_SESSION_MAX + 1] = {0};

    (void)snprintf(path, sizeof path, "%s/%s", up->meter->options.directory, session_file);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return;
    }
    ssize_t size = read(file, text, STRATUM_SESSION_MAX);
    (void)close(file);
    for (ssize_t i = 0; i < size; i++) {
        if (text[i] <= ' ' || text[i] > '~' || text[i] == '"' || text[i] == '\\') {
            return;
        }
    }
    memcpy(up->session, text, sizeof text);
}
