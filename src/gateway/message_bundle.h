/* SPDX-License-Identifier: Apache-2.0
 *
 * WebSocket text messages, encoded one behind the other, to be queued as one frame: what a stream
 * has to say in one batch costs each listener one pointer, however many messages it is.
 */
#ifndef GATEWAY_MESSAGE_BUNDLE_H
#define GATEWAY_MESSAGE_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"
#include "gateway/shared_frame.h"

/* All zero is an empty bundle, which holds no memory. */
struct message_bundle {
    struct shared_frame *frame; /* its size is the room; private */
    uint32_t used;
    uint32_t count; /* messages */
};

/* Adds a message. Aborts when memory is out. */
void message_bundle_add(struct message_bundle *bundle, struct slice payload);

/* Adds a message made of three parts, of which the outer ones may be empty. */
void message_bundle_add_between(struct message_bundle *bundle, struct slice before,
                                struct slice payload, struct slice behind);

/* Adds {"stream":"<name>","data":<payload>}; the name, of at most 96 bytes, needs no escapes. */
void message_bundle_add_wrapped(struct message_bundle *bundle, struct slice name,
                                struct slice payload);

/* The messages as one frame, which is the caller's to release; the bundle is empty again. NULL
 * when it was empty. */
struct shared_frame *message_bundle_take(struct message_bundle *bundle);

/* Forgets the messages. */
void message_bundle_clear(struct message_bundle *bundle);

#endif
