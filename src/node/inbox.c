/* SPDX-License-Identifier: Apache-2.0
 *
 * The core's inbox, one per connection. A room of its own because it is the only place where bytes
 * from another process become commands. Invariants: 0 <= start <= end <= INBOX_SIZE; start is a
 * multiple of 64, so every command lies aligned; a whole command always fits.
 * Read next: peers.c, which reads, and core.c, which takes.
 */
#include "node/inbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"

#define INBOX_ALIGNMENT 64u

bool inbox_create(struct inbox *inbox)
{
    *inbox = (struct inbox){.bytes = aligned_alloc(INBOX_ALIGNMENT, INBOX_SIZE)};
    return inbox->bytes != NULL;
}

void inbox_destroy(struct inbox *inbox)
{
    free(inbox->bytes);
    *inbox = (struct inbox){0};
}

/* Moves what is left to the front when the room behind it has become small. */
static void inbox_compact(struct inbox *inbox)
{
    if (inbox->start == 0 ||
        (inbox->start < inbox->end && INBOX_SIZE - inbox->end >= INBOX_SIZE / 2)) {
        return;
    }
    memmove(inbox->bytes, inbox->bytes + inbox->start, inbox->end - inbox->start);
    inbox->end -= inbox->start;
    inbox->start = 0;
}

bool inbox_has_room(const struct inbox *inbox)
{
    return inbox->start > 0 || inbox->end < INBOX_SIZE;
}

enum inbox_read inbox_read(struct inbox *inbox, int fd)
{
    ENSURE(inbox->start <= inbox->end && inbox->end <= INBOX_SIZE);
    inbox_compact(inbox);
    if (inbox->end == INBOX_SIZE) {
        return INBOX_READ_NOTHING;
    }
    ssize_t got = read(fd, inbox->bytes + inbox->end, INBOX_SIZE - inbox->end);
    if (got > 0) {
        inbox->end += (size_t)got;
        return INBOX_READ_SOME;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return INBOX_READ_NOTHING;
    }
    return INBOX_READ_END;
}

enum inbox_next inbox_peek(const struct inbox *inbox, const struct command_header **command,
                           size_t *size)
{
    size_t have = inbox->end - inbox->start;
    ENSURE(inbox->start % INBOX_ALIGNMENT == 0);
    if (have < sizeof **command) {
        return INBOX_NEXT_NONE;
    }
    const struct command_header *header = (const void *)(inbox->bytes + inbox->start);
    size_t whole = tarazy_command_size(header->kind);
    if (whole == 0) {
        return INBOX_NEXT_NONSENSE;
    }
    ENSURE(whole % INBOX_ALIGNMENT == 0 && whole <= TARAZY_COMMAND_SIZE_MAX);
    if (have < whole) {
        return INBOX_NEXT_NONE;
    }
    *command = header;
    *size = whole;
    return INBOX_NEXT_COMMAND;
}

void inbox_take(struct inbox *inbox, size_t size)
{
    ENSURE(size % INBOX_ALIGNMENT == 0 && size <= inbox->end - inbox->start);
    inbox->start += size;
    if (inbox->start == inbox->end) {
        inbox->start = 0;
        inbox->end = 0;
    }
}
