/* SPDX-License-Identifier: Apache-2.0
 *
 * The other end of a link: what a follower has of it. Non-blocking throughout. Commands wait in a
 * fixed queue until the core takes them.
 */
#ifndef NODE_LINK_CLIENT_H
#define NODE_LINK_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/link.h"
#include "tarazy/command.h"

#define LINK_QUEUE_SIZE (1u << 20) /* some thousand orders */

struct link_client {
    uint8_t *queue; /* LINK_QUEUE_SIZE */
    size_t queue_start;
    size_t queue_end;
    struct link_notice notices[64];
    size_t notices_start; /* bytes taken */
    size_t notices_end;   /* bytes read */
    bool is_drained;      /* the last read got less than there was room for */
    int fd;               /* −1: not connected */
};

/* False: out of memory. Not connected yet. */
bool link_client_create(struct link_client *client);
void link_client_destroy(struct link_client *client);

/* 0: connected (the core's WELCOME follows); else a negative errno: nobody is there now. */
int link_client_connect(struct link_client *client, const char *folder);

/* Forgets what was not sent and closes. */
void link_client_disconnect(struct link_client *client);

/* Copies a command into the queue. False: not connected, or full. */
bool link_client_queue(struct link_client *client, const struct command_header *command);

/* Bytes of commands that the queue takes now; 0: not connected. */
size_t link_client_room(const struct link_client *client);

/* Sends what the core takes now. 0, or a negative errno: the link is lost. */
int link_client_flush(struct link_client *client);
bool link_client_wants_write(const struct link_client *client);

/* 1: *notice is the next one; 0: none now; a negative errno: the link is lost. */
int link_client_next(struct link_client *client, struct link_notice *notice);

/* The next one would be asked of the kernel, which had no more a moment ago: who waits for the
 * descriptor anyway need not ask. */
bool link_client_is_drained(const struct link_client *client);

#endif
