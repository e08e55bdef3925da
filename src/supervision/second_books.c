/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the replica, which re-performs with the engine's own code, and the inspector, which shares none of it. A room
 * of its own so that neither knows the other. Invariant: books that could not be made are a complaint. Read next:
 * inspector/inspector.h.
 */
#include "supervision/second_books.h"

#include <stdio.h>

#include "tarazy/command.h"

static void create(struct second_books *books, const struct command_header *command)
{
    const struct command_node_found *found = (const void *)command;
    size_t size = command->kind == COMMAND_NODE_FOUND ? inspector_size(&found->limits) : 0;

    if (size > 0) {
        books->block = state_block_create(size);
    }
    if (books->block.bytes != NULL) {
        books->inspector = inspector_create(books->block.bytes, size, &found->limits);
    }
    books->is_impossible = books->inspector == NULL;
}

static void on_command(void *context, const struct engine *engine,
                       const struct command_header *command, const uint8_t *events, size_t size)
{
    struct second_books *books = context;

    (void)engine;
    if (books->inspector == NULL && !books->is_impossible) {
        create(books, command);
    }
    if (books->inspector != NULL) {
        inspector_on_command(books->inspector, command, events, size);
    }
}

static const char *complaint(void *context)
{
    struct second_books *books = context;

    if (books->is_impossible) {
        return "the second books cannot be made";
    }
    const struct inspector_complaint *found =
        books->inspector != NULL ? inspector_complaint(books->inspector) : NULL;
    if (found == NULL) {
        return NULL;
    }
    (void)snprintf(books->text, sizeof books->text, "%s: %s", inspector_rule_text(found->rule),
                   found->what);
    return books->text;
}

/* ------------------------------------------------------------------ kept */

static struct kept_part keep(void *context)
{
    const struct second_books *books = context;

    if (books->inspector == NULL || inspector_complaint(books->inspector) != NULL) {
        return (struct kept_part){NULL, 0};
    }
    return (struct kept_part){books->block.bytes, books->block.size};
}

static struct kept_part make(void *context, size_t size)
{
    struct second_books *books = context;

    second_books_destroy(books);
    books->block = state_block_create(size);
    return (struct kept_part){books->block.bytes, size};
}

static bool resume(void *context)
{
    struct second_books *books = context;

    books->inspector = inspector_adopt(books->block.bytes, books->block.size);
    return books->inspector != NULL;
}

static void forget(void *context)
{
    second_books_destroy(context);
}

struct replica_listener second_books_listener(struct second_books *books)
{
    return (struct replica_listener){
        .context = books,
        .on_command = on_command,
        .complaint = complaint,
        .kept_name = "second books 1",
        .keep = keep,
        .make = make,
        .resume = resume,
        .forget = forget,
    };
}

void second_books_destroy(struct second_books *books)
{
    if (books->block.bytes != NULL) {
        state_block_destroy(&books->block);
    }
    books->block = (struct state_block){NULL, 0};
    books->inspector = NULL;
    books->is_impossible = false;
}
