/* SPDX-License-Identifier: Apache-2.0
 *
 * A fixed buffer that cuts a stream of bytes into whole commands. When it is full the stream is not
 * read: that is all the back-pressure there is.
 */
#ifndef NODE_INBOX_H
#define NODE_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tarazy/command.h"

/* Room for some hundred orders: enough to keep a batch full while the last one syncs. */
#define INBOX_SIZE (128u << 10)

struct inbox {
    uint8_t *bytes; /* INBOX_SIZE, 64-byte aligned */
    size_t start;   /* of the first command not taken; a multiple of 64 */
    size_t end;     /* of what was read */
};

/* False: out of memory. */
bool inbox_create(struct inbox *inbox);
void inbox_destroy(struct inbox *inbox);

enum inbox_read {
    INBOX_READ_SOME = 1,
    INBOX_READ_NOTHING, /* nothing there now, or no room for it */
    INBOX_READ_END      /* the peer has closed, or the socket failed */
};

/* One read(2) of a non-blocking descriptor, as much as there is room for. */
enum inbox_read inbox_read(struct inbox *inbox, int fd);

/* Is there room to read into? False until commands are taken. */
bool inbox_has_room(const struct inbox *inbox);

enum inbox_next {
    INBOX_NEXT_COMMAND = 1,
    INBOX_NEXT_NONE,    /* not a whole command yet */
    INBOX_NEXT_NONSENSE /* its kind is unknown: where the next one starts cannot be known */
};

/* The next whole command, without taking it; valid until the next read. Only its kind was looked
 * at: whether it is well formed is the caller's question. */
enum inbox_next inbox_peek(const struct inbox *inbox, const struct command_header **command,
                           size_t *size);
/* Takes the command that was peeked at. */
void inbox_take(struct inbox *inbox, size_t size);

#endif
