/* SPDX-License-Identifier: Apache-2.0
 *
 * Building a tree again. A file of its own because it is the only place where a notary begins to remember what it has
 * not itself signed. Invariants: the state is written last, and only when every tree that is known to have been signed
 * was met on the way; the new tree holds all that is durable, so it is not smaller than any that was ever signed.
 *
 * Read next: notary.c.
 */
#include "notary/tree_rebuild.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct rebuild {
    const struct tree_rebuild_options *options;
    struct tree_rebuild_report *report;
    struct notary *notary;
    struct journal_reader *reader;
};

bool signed_trees_add(struct signed_trees *trees, const struct checkpoint *tree)
{
    if (tree->size == 0) {
        return true;
    }
    if (trees->count == SIGNED_TREES_MAX) {
        return false;
    }
    trees->tree[trees->count++] = *tree;
    return true;
}

const char *signed_trees_add_note(struct signed_trees *trees, const struct note_key *key,
                                  const char *note, size_t size)
{
    struct checkpoint checkpoint;
    struct signed_note parts;

    if (checkpoint_open(&checkpoint, &parts, note, size, key) != CHECKPOINT_CHECK_GOOD) {
        return "it is not a checkpoint of this node's notary";
    }
    return signed_trees_add(trees, &checkpoint) ? NULL : "too many checkpoints";
}

static enum tree_rebuilt fail(struct rebuild *rebuild, enum tree_rebuilt result, const char *why)
{
    (void)snprintf(rebuild->report->text, sizeof rebuild->report->text, "%s", why);
    return result;
}

static enum tree_rebuilt fail_about(struct rebuild *rebuild, const char *what, uint64_t size)
{
    (void)snprintf(rebuild->report->text, sizeof rebuild->report->text,
                   "%s of %" PRIu64 " batches that was signed", what, size);
    return TREE_REBUILT_OTHER;
}

static enum tree_rebuilt open_both(struct rebuild *rebuild)
{
    const struct tree_rebuild_options *options = rebuild->options;
    const struct storage *storage = options->notary->storage;
    const struct journal_reader_options reader = {.storage =
                                                      storage == NULL ? storage_system() : storage,
                                                  .directory = options->journal,
                                                  .from = 1};
    struct notary_options notary = *options->notary;
    char error[NOTARY_ERROR_MAX];
    char text[JOURNAL_ERROR_TEXT_SIZE];
    struct journal_error why;

    notary.published = NULL;
    rebuild->notary = notary_open(&notary, error);
    if (rebuild->notary == NULL) {
        return fail(rebuild, TREE_REBUILT_FAILED, error);
    }
    if (notary_last(rebuild->notary).size != 0) {
        return fail(rebuild, TREE_REBUILT_FAILED, "the new folder has a tree already");
    }
    rebuild->reader = journal_reader_open(&reader, &why);
    if (rebuild->reader == NULL) {
        return fail(rebuild, TREE_REBUILT_FAILED, journal_error_text(&why, text));
    }
    return notary_is_of(rebuild->notary, &journal_reader_tail(rebuild->reader)->head)
               ? TREE_REBUILT_DONE
               : fail(rebuild, TREE_REBUILT_OTHER, "the journal is that of another node");
}

/* If a tree of this size was signed: is it the same? Then its partial tiles are wanted, too: proofs go to it. */
static enum tree_rebuilt compare(struct rebuild *rebuild)
{
    const struct signed_trees *trees = rebuild->options->trees;
    struct checkpoint now = notary_tree(rebuild->notary);
    bool was_signed = false;

    for (size_t i = 0; i < trees->count; i++) {
        if (trees->tree[i].size == now.size && !merkle_equals(&trees->tree[i].root, &now.root)) {
            return fail_about(rebuild, "the journal does not give the tree", now.size);
        }
        was_signed = was_signed || trees->tree[i].size == now.size;
    }
    return !was_signed || notary_write_tiles(rebuild->notary)
               ? TREE_REBUILT_DONE
               : fail(rebuild, TREE_REBUILT_FAILED, notary_error(rebuild->notary));
}

static enum tree_rebuilt take_all(struct rebuild *rebuild)
{
    const struct tree_rebuild_options *options = rebuild->options;
    enum tree_rebuilt result = TREE_REBUILT_DONE;
    char text[JOURNAL_ERROR_TEXT_SIZE];
    struct journal_batch batch;

    while (result == TREE_REBUILT_DONE && notary_number(rebuild->notary) < options->durable) {
        enum journal_read read = journal_reader_next(rebuild->reader, options->durable, &batch);

        if (read == JOURNAL_READ_END) {
            return fail(rebuild, TREE_REBUILT_FAILED,
                        "the journal ends before what the core calls durable");
        }
        if (read != JOURNAL_READ_BATCH) {
            return fail(rebuild, TREE_REBUILT_FAILED,
                        journal_error_text(journal_reader_error(rebuild->reader), text));
        }
        result = notary_add(rebuild->notary, &batch)
                     ? compare(rebuild)
                     : fail(rebuild, TREE_REBUILT_FAILED, notary_error(rebuild->notary));
    }
    return result;
}

/* Was everything that was signed met on the way? */
static enum tree_rebuilt check_all(struct rebuild *rebuild)
{
    const struct signed_trees *trees = rebuild->options->trees;
    struct checkpoint now = notary_tree(rebuild->notary);

    for (size_t i = 0; i < trees->count; i++) {
        if (trees->tree[i].size > now.size) {
            return fail_about(rebuild, "the journal ends before the tree", trees->tree[i].size);
        }
    }
    return TREE_REBUILT_DONE;
}

enum tree_rebuilt tree_rebuild(const struct tree_rebuild_options *options,
                               struct tree_rebuild_report *report)
{
    struct rebuild rebuild = {.options = options, .report = report};
    enum tree_rebuilt result = TREE_REBUILT_DONE;

    *report = (struct tree_rebuild_report){.number = 0};
    if (options->trees->count == 0) {
        return fail(&rebuild, TREE_REBUILT_UNKNOWN, "no checkpoint is known that was ever signed");
    }
    result = open_both(&rebuild);
    if (result == TREE_REBUILT_DONE) {
        result = take_all(&rebuild);
    }
    if (result == TREE_REBUILT_DONE) {
        result = check_all(&rebuild);
    }
    if (result == TREE_REBUILT_DONE) {
        report->tree = notary_tree(rebuild.notary);
        report->number = notary_number(rebuild.notary);
        if (!notary_settle(rebuild.notary)) {
            result = fail(&rebuild, TREE_REBUILT_FAILED, notary_error(rebuild.notary));
        }
    }
    journal_reader_close(rebuild.reader);
    notary_close(rebuild.notary);
    return result;
}
