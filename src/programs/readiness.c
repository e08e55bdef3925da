/* SPDX-License-Identifier: Apache-2.0
 *
 * A process says that it is ready. Read next: serve_main.c, which listens.
 */
#include "programs/readiness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platform/log_line.h"

void readiness_tell(int fd, const char *text)
{
    char line[256];
    int size = snprintf(line, sizeof line, "%s\n", text);
    log_event(LOG_LEVEL_INFO, "ready", "at", text);
    if (fd < 0 || size < 0 || (size_t)size >= sizeof line) {
        return;
    }
    if (write(fd, line, (size_t)size) < 0) {
        log_event(LOG_LEVEL_WARNING, "ready_not_told", "why", strerror(errno));
    }
    (void)close(fd);
}
