/* SPDX-License-Identifier: Apache-2.0
 *
 * Work from a Bitcoin node: getblocktemplate asked by a thread beside the loop, jobs made of it, found blocks handed in with
 * submitblock until the node has answered.
 */
#ifndef STRATUM_NODE_WORK_H
#define STRATUM_NODE_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/event_loop.h"
#include "stratum/block_template.h"

struct node_work;

struct node_work_options {
    const char *url;                     /* http://USER:PASSWORD@HOST:PORT/ */
    uint8_t script[TEMPLATE_SCRIPT_MAX]; /* pays the reward */
    size_t script_size;
    const char *directory; /* found blocks are kept here until the node has answered */
    uint32_t refresh_s;    /* a new job on the same block after so long */
};

/* NULL: no memory, or no thread. Starts asking at once. */
struct node_work *node_work_create(const struct node_work_options *options);
void node_work_destroy(struct node_work *work);

/* Rings when there is a new template or an answer about a block. */
int node_work_attach(struct node_work *work, struct event_loop *loop,
                     void (*on_news)(void *context), void *context);
void node_work_detach(struct node_work *work);

/* The newest template, once; to be freed with block_template_destroy(). NULL: none since the last call. */
struct block_template *node_work_take(struct node_work *work);

/* Hands a block in. `block`: its hexadecimal digits; written and synced in the folder before it is sent. */
void node_work_submit(struct node_work *work, const char *name, const char *block, size_t size);

#endif
