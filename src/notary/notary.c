/* SPDX-License-Identifier: Apache-2.0
 *
 * The notary's tree. A library of its own, without process or link, so that every crash between two of
 * its writes can be tried. Invariants: the edge in memory is that of all batches taken in; tiles that
 * the state speaks of are durable; the state is durable before its tree is signed; each root that is
 * signed has been computed on two roads, the second from the bytes read back. After the first failure
 * nothing is signed any more. Read next: tile_shelf.c, witness/two_slots.c.
 */
#include "notary/notary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "notary/tile_shelf.h"
#include "proofs/merkle_proof.h"
#include "proofs/record_tree.h"
#include "proofs/tile_folder.h"
#include "witness/two_slots.h"

static const char notary_state_name[] = "notary.state";
static const char notary_lock_name[] = "notary.lock";
static const char notary_magic[8] = {'T', 'R', 'Z', 'N', 'O', 'T', 'A', '1'};

/* What must never be forgotten: the tree that was signed last, and how to go on from it. */
struct notary_state {
    char magic[8];
    uint64_t number; /* of the last command in it */
    struct hash256 chain;
    struct hash256 root;
    struct node_id node;
    struct merkle_edge edge;
};
_Static_assert(sizeof(struct notary_state) <= SLOT_PAYLOAD_MAX, "the state fits into a slot");

struct notary {
    const struct storage *storage;
    struct note_key key;
    uint8_t seed[ED25519_KEY_SIZE];
    struct node_id node;
    struct two_slots slots;
    struct tile_folder tiles;
    struct tile_shelf *shelf;
    struct record_log log;
    struct hash256 chain; /* of the last batch taken in */
    struct notary_state last;
    struct hash256 *leaves; /* RECORD_COMMANDS_MAX */
    int folder;
    int lock;
    bool has_failed;
    char error[NOTARY_ERROR_MAX];
};

static bool notary_fail(struct notary *notary, const char *what, int error_number)
{
    if (error_number == 0) {
        (void)snprintf(notary->error, sizeof notary->error, "%s", what);
    } else {
        (void)snprintf(notary->error, sizeof notary->error, "%s: %s", what,
                       strerror(error_number < 0 ? -error_number : error_number));
    }
    notary->has_failed = true;
    return false;
}

void notary_origin(const struct node_id *node, char origin[NOTE_NAME_MAX + 1])
{
    int at = snprintf(origin, NOTE_NAME_MAX + 1, "tarazy/");

    for (size_t i = 0; i < sizeof node->bytes; i++) {
        at += snprintf(origin + at, NOTE_NAME_MAX + 1 - (size_t)at, "%02x", node->bytes[i]);
    }
}

bool notary_make_key(const struct node_id *node, const uint8_t seed[ED25519_KEY_SIZE],
                     struct note_key *key)
{
    char origin[NOTE_NAME_MAX + 1];
    uint8_t raw[ED25519_KEY_SIZE];

    notary_origin(node, origin);
    return ed25519_public_key(seed, raw) && note_key_make(key, origin, NOTE_KEY_KIND_ED25519, raw);
}

/* ------------------------------------------------------------------ opening */

/* NULL: it is a state that a notary has written; else what is wrong with it. */
static const char *notary_state_refuse(const struct notary_state *state, size_t size)
{
    if (size != sizeof *state || memcmp(state->magic, notary_magic, sizeof state->magic) != 0 ||
        !merkle_edge_is_sound(&state->edge)) {
        return "the notary's state is not one";
    }
    struct hash256 root = merkle_edge_root(&state->edge);
    return merkle_equals(&root, &state->root) ? NULL
                                              : "the notary's state does not agree with itself";
}

/* Is the state one of ours and of this node? */
static bool notary_take_state(struct notary *notary, size_t size)
{
    const struct notary_state *last = &notary->last;

    if (size == 0) {
        notary->last = (struct notary_state){.node = notary->node};
        return true;
    }
    const char *wrong = notary_state_refuse(last, size);
    if (wrong != NULL) {
        return notary_fail(notary, wrong, 0);
    }
    if (memcmp(&last->node, &notary->node, sizeof last->node) != 0) {
        return notary_fail(notary, "the notary's state is that of another node", 0);
    }
    notary->log = (struct record_log){.edge = last->edge, .number = last->number};
    notary->chain = last->chain;
    return true;
}

static bool notary_open_state(struct notary *notary, const char *directory)
{
    const struct storage *storage = notary->storage;
    uint8_t payload[SLOT_PAYLOAD_MAX] = {0};
    size_t size = 0;

    notary->folder = storage->open_folder(storage->context, directory, true);
    if (notary->folder < 0) {
        return notary_fail(notary, "the folder of the tree cannot be opened", notary->folder);
    }
    notary->lock = notary_keep_out(storage, notary->folder);
    if (notary->lock < 0) {
        return notary_fail(notary, "another notary works in this folder", 0);
    }
    int result =
        two_slots_open(&notary->slots, storage, notary->folder, notary_state_name, payload, &size);
    if (result == -EBADMSG) {
        return notary_fail(notary,
                           "the notary's state is damaged: it may not sign what it could "
                           "have forgotten",
                           0);
    }
    if (result < 0) {
        return notary_fail(notary, "the notary's state cannot be read", result);
    }
    memcpy(&notary->last, payload, sizeof notary->last);
    return notary_take_state(notary, size);
}

/* Do the tiles on the disk give the tree that was last signed? */
static bool notary_check_tiles(struct notary *notary)
{
    struct tile_reader reader;
    struct merkle_edge edge;
    uint64_t size = notary->last.edge.size;

    tile_folder_reader(&notary->tiles, size, &reader);
    struct merkle_source source = tile_reader_source(&reader);
    if (!merkle_source_edge(&source, size, &edge)) {
        return notary_fail(notary, "a tile of the tree that was last signed cannot be read", 0);
    }
    return memcmp(&edge, &notary->last.edge, sizeof edge) == 0 ||
           notary_fail(notary, "the tiles are not those of the tree that was last signed", 0);
}

/* What the world has seen must be a beginning of what the state remembers. */
static bool notary_check_published(struct notary *notary, const struct notary_options *options)
{
    struct checkpoint checkpoint;
    struct signed_note note;
    struct tile_reader reader;
    struct hash256 root;

    if (options->published == NULL) {
        return true;
    }
    if (checkpoint_open(&checkpoint, &note, options->published, options->published_size,
                        &notary->key) != CHECKPOINT_CHECK_GOOD) {
        return notary_fail(notary, "the published checkpoint is not one of this notary's key", 0);
    }
    if (checkpoint.size > notary->last.edge.size) {
        return notary_fail(notary, "a larger tree was published than the state remembers", 0);
    }
    tile_folder_reader(&notary->tiles, checkpoint.size, &reader);
    struct merkle_source source = tile_reader_source(&reader);
    if (!merkle_source_root(&source, checkpoint.size, &root) ||
        !merkle_equals(&root, &checkpoint.root)) {
        return notary_fail(notary, "the published checkpoint is not a beginning of this tree", 0);
    }
    return true;
}

static bool notary_prepare(struct notary *notary, const struct notary_options *options)
{
    int result = 0;

    if (!notary_make_key(&notary->node, notary->seed, &notary->key)) {
        return notary_fail(notary, "the notary's key cannot be used", 0);
    }
    if (!tile_folder_set(&notary->tiles, notary->storage, options->directory)) {
        return notary_fail(notary, "the folder's path is too long", 0);
    }
    if (!notary_open_state(notary, options->directory) || !notary_check_tiles(notary) ||
        !notary_check_published(notary, options)) {
        return false;
    }
    notary->shelf =
        tile_shelf_open(&notary->tiles, notary->folder, notary->last.edge.size, &result);
    return notary->shelf != NULL ||
           notary_fail(notary, "the tiles to go on with cannot be read", result);
}

struct notary *notary_open(const struct notary_options *options, char error[NOTARY_ERROR_MAX])
{
    struct notary *notary = calloc(1, sizeof *notary);

    (void)snprintf(error, NOTARY_ERROR_MAX, "there is no memory for a notary");
    if (notary == NULL) {
        return NULL;
    }
    notary->storage = options->storage == NULL ? storage_system() : options->storage;
    notary->node = options->node;
    notary->slots.file = -1;
    notary->folder = -1;
    notary->lock = -1;
    memcpy(notary->seed, options->seed, sizeof notary->seed);
    notary->leaves = calloc(RECORD_COMMANDS_MAX, sizeof *notary->leaves);
    if (notary->leaves == NULL || !notary_prepare(notary, options)) {
        if (notary->has_failed) {
            (void)snprintf(error, NOTARY_ERROR_MAX, "%s", notary->error);
        }
        notary_close(notary);
        return NULL;
    }
    return notary;
}

void notary_close(struct notary *notary)
{
    if (notary == NULL) {
        return;
    }
    tile_shelf_close(notary->shelf);
    two_slots_close(&notary->slots);
    if (notary->lock >= 0) {
        (void)notary->storage->close(notary->storage->context, notary->lock);
    }
    if (notary->folder >= 0) {
        (void)notary->storage->close(notary->storage->context, notary->folder);
    }
    secret_wipe(notary->seed, sizeof notary->seed);
    free(notary->leaves);
    free(notary);
}

/* ------------------------------------------------------------------ asking */

const struct note_key *notary_key(const struct notary *notary)
{
    return &notary->key;
}

uint64_t notary_number(const struct notary *notary)
{
    return notary->log.number;
}

bool notary_is_of(const struct notary *notary, const struct journal_head *head)
{
    return memcmp(&head->node, &notary->node, sizeof head->node) == 0 &&
           head->number == notary->log.number &&
           (notary->log.number == 0 || merkle_equals(&head->chain, &notary->chain));
}

bool notary_has_news(const struct notary *notary)
{
    return !notary->has_failed && notary->log.edge.size > notary->last.edge.size;
}

struct checkpoint notary_last(const struct notary *notary)
{
    struct checkpoint checkpoint = {.size = notary->last.edge.size, .root = notary->last.root};

    memcpy(checkpoint.origin, notary->key.name, sizeof checkpoint.origin);
    return checkpoint;
}

struct checkpoint notary_tree(const struct notary *notary)
{
    struct checkpoint tree = {.size = notary->log.edge.size,
                              .root = merkle_edge_root(&notary->log.edge)};

    memcpy(tree.origin, notary->key.name, sizeof tree.origin);
    return tree;
}

bool notary_recall(const struct storage *storage, int folder, const struct node_id *node,
                   struct checkpoint *out)
{
    uint8_t payload[SLOT_PAYLOAD_MAX] = {0};
    struct notary_state state;
    struct two_slots slots;
    size_t size = 0;

    *out = (struct checkpoint){.size = 0};
    /* two_slots_open would make one that is not there. */
    int file = storage->open(storage->context, folder, notary_state_name, STORAGE_MODE_READ);
    if (file < 0) {
        return true;
    }
    (void)storage->close(storage->context, file);
    if (two_slots_open(&slots, storage, folder, notary_state_name, payload, &size) < 0) {
        return true;
    }
    two_slots_close(&slots);
    memcpy(&state, payload, sizeof state);
    if (size == 0 || notary_state_refuse(&state, size) != NULL) {
        return true;
    }
    out->size = state.edge.size;
    out->root = state.root;
    notary_origin(&state.node, out->origin);
    return memcmp(&state.node, node, sizeof *node) == 0;
}

int notary_keep_out(const struct storage *storage, int folder)
{
    return storage->lock(storage->context, folder, notary_lock_name);
}

const char *notary_error(const struct notary *notary)
{
    return notary->error;
}

/* ------------------------------------------------------------------ taking in */

/* The batch's root once more, level by level: a bit that flipped in memory or a mistake in one of the
 * two roads is found before anything is signed. */
static bool notary_check_batch(struct notary *notary, const struct record_batch *batch,
                               const struct record_entry *entry)
{
    if (!record_batch_leaves(batch, notary->leaves)) {
        return false;
    }
    struct hash256 root = merkle_root_by_levels(notary->leaves, batch->count);
    return merkle_equals(&root, &entry->root);
}

bool notary_add(struct notary *notary, const struct journal_batch *batch)
{
    const struct record_batch records = {
        .node = notary->node.bytes,
        .first_number = batch->first_number,
        .count = batch->count,
        .size = batch->size,
        .time_us = batch->time_us,
        .chain = batch->chain,
        .commands = batch->commands,
    };
    const struct record_place place = {batch->first_number, batch->segment, batch->offset};
    struct record_entry entry;

    if (notary->has_failed) {
        return false;
    }
    if (notary->log.number > 0 && !merkle_equals(&batch->previous, &notary->chain)) {
        return notary_fail(notary, "the journal does not continue what is in the tree", 0);
    }
    if (!record_log_add(&notary->log, &records, notary->leaves, &entry) ||
        !notary_check_batch(notary, &records, &entry)) {
        return notary_fail(notary, "a batch is not what its header says", 0);
    }
    notary->chain = batch->chain;
    int result = tile_shelf_add(notary->shelf, &entry, &place);
    return result == 0 || notary_fail(notary, "a tile cannot be written", result);
}

/* ------------------------------------------------------------------ signing */

/* Computes the root once more from what is on the disk. */
bool notary_write_tiles(struct notary *notary)
{
    struct hash256 root = merkle_edge_root(&notary->log.edge);
    struct tile_reader reader;
    struct hash256 again;

    if (notary->has_failed) {
        return false;
    }
    int result = tile_shelf_settle(notary->shelf);

    if (result != 0) {
        return notary_fail(notary, "a tile cannot be written", result);
    }
    tile_folder_reader(&notary->tiles, notary->log.edge.size, &reader);
    struct merkle_source source = tile_reader_source(&reader);
    if (!merkle_source_root(&source, notary->log.edge.size, &again) ||
        !merkle_equals(&again, &root)) {
        return notary_fail(notary, "the tiles on the disk are not those that were computed", 0);
    }
    return true;
}

static bool notary_remember(struct notary *notary)
{
    struct notary_state next = {
        .number = notary->log.number,
        .chain = notary->chain,
        .root = merkle_edge_root(&notary->log.edge),
        .node = notary->node,
        .edge = notary->log.edge,
    };

    memcpy(next.magic, notary_magic, sizeof next.magic);
    int result = two_slots_write(&notary->slots, &next, sizeof next);
    if (result != 0) {
        return notary_fail(notary, "the notary's state cannot be written", result);
    }
    notary->last = next;
    return true;
}

bool notary_settle(struct notary *notary)
{
    if (notary_has_news(notary)) {
        return notary_write_tiles(notary) && notary_remember(notary);
    }
    return !notary->has_failed;
}

size_t notary_sign(struct notary *notary, char *note)
{
    if (!notary_settle(notary)) {
        return 0;
    }
    size_t size = checkpoint_sign(notary->last.edge.size, &notary->last.root, &notary->key,
                                  notary->seed, note);
    if (size == 0) {
        (void)notary_fail(notary, "the notary's key does not sign", 0);
    }
    return size;
}
