/* SPDX-License-Identifier: Apache-2.0
 *
 * From copy to core. A room of its own because two cores on one history are the worst that can happen to a node, and
 * everything that stands against it should be read on one page.
 *
 * Order: no finding stands against the node · nobody else holds the copy · the copy is proven from its first command ·
 * the old core is fenced, or two people have signed that it is · why is written into the copy. Invariants: the old folder's
 * lock is held from before the first look at it until it is fenced; a copy that lacks a record of the old folder is
 * not promoted; a copy is promoted once.
 *
 * Read next: fence_statement.c; docs/adr/0010-promotion-and-fencing.md.
 */
#include "supervision/promotion.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "journal/journal_folder.h"
#include "journal/reader.h"
#include "journal/verifier.h"
#include "supervision/fence_statement.h"
#include "supervision/replica.h"
#include "supervision/second_books.h"

/* What one promotion knows on its way. */
struct promotion {
    const struct promotion_options *options;
    struct second_books books;
    struct replica_listener listener;
    struct replica *replica;
    struct journal_head head;
    char *reason;
};

static bool refuse(struct promotion *promotion, const char *what)
{
    (void)snprintf(promotion->reason, PROMOTION_TEXT_SIZE, "%s", what);
    return false;
}

static bool refuse_error(struct promotion *promotion, const char *what,
                         const struct journal_error *error)
{
    char text[JOURNAL_ERROR_TEXT_SIZE];

    (void)snprintf(promotion->reason, PROMOTION_TEXT_SIZE, "%s: %s", what,
                   journal_error_text(error, text));
    return false;
}

/* ------------------------------------------------------------------ the copy */

/* Opening it takes its lock, and re-performs all of it with both sets of books. */
static bool open_copy(struct promotion *promotion)
{
    struct replica_finding finding;
    const struct replica_options options = {.storage = promotion->options->storage,
                                            .directory = promotion->options->directory,
                                            .listeners = &promotion->listener,
                                            .listener_count = 1};

    promotion->listener = second_books_listener(&promotion->books);
    promotion->replica = replica_open(&options, &finding);
    if (promotion->replica == NULL) {
        return refuse(promotion, finding.reason);
    }
    promotion->head = *replica_head(promotion->replica);
    return promotion->head.number > 0 || refuse(promotion, "the copy is empty");
}

static bool prove(struct promotion *promotion)
{
    const struct verifier_options options = {
        .storage = promotion->options->storage,
        .directory = promotion->options->directory,
        .expected_number = promotion->options->expected_number,
        .expected_chain = promotion->options->expected_chain,
    };
    struct verifier_report report;

    if (promotion->options->evidence_count > 0) {
        return refuse(promotion,
                      "evidence of a wrong record stands in the copy's folder: look at it first");
    }
    if (!open_copy(promotion)) {
        return false;
    }
    if (journal_verify(&options, &report) != VERIFIER_RESULT_AGREES) {
        return refuse_error(promotion, "the copy does not verify", &report.error);
    }
    return report.head.number == promotion->head.number ||
           refuse(promotion, "the copy does not end where it should");
}

static void end(struct promotion *promotion)
{
    replica_close(promotion->replica);
    second_books_destroy(&promotion->books);
}

bool promotion_prove(const struct promotion_options *options, struct journal_head *head,
                     char reason[PROMOTION_TEXT_SIZE])
{
    struct promotion promotion = {.options = options, .reason = reason};
    bool is_good = prove(&promotion);

    *head = promotion.head;
    end(&promotion);
    return is_good;
}

/* ------------------------------------------------------------------ fencing */

/* Writes a new small file, synced under its name. 0 or a negative errno. */
static int write_once(const struct storage *storage, int folder, const char *name,
                      struct slice text)
{
    int file = storage->open(storage->context, folder, name, STORAGE_MODE_CREATE);

    if (file < 0) {
        return file;
    }
    int result = storage_write_bytes(storage, file, text.data, text.size, 0);
    if (result == 0) {
        result = storage->sync(storage->context, file);
    }
    storage->close(storage->context, file);
    return result == 0 ? storage->sync_folder(storage->context, folder) : result;
}

/* Is the copy as long as the old journal, and the same there? What the old one has more was acknowledged. */
static bool compare_old(struct promotion *promotion)
{
    const struct journal_reader_options options = {
        .storage = promotion->options->old_storage,
        .directory = promotion->options->old_directory,
        .from = promotion->head.number,
    };
    struct journal_error error;
    struct journal_batch batch;
    struct journal_reader *reader = journal_reader_open(&options, &error);

    if (reader == NULL) {
        return refuse_error(promotion, "the old folder", &error);
    }
    enum journal_read read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch);
    bool is_same = read == JOURNAL_READ_BATCH &&
                   batch.first_number + batch.count - 1 == promotion->head.number &&
                   memcmp(&batch.chain, &promotion->head.chain, sizeof batch.chain) == 0 &&
                   memcmp(&journal_reader_tail(reader)->head.node, &promotion->head.node,
                          sizeof promotion->head.node) == 0;
    if (!is_same) {
        (void)refuse(promotion,
                     "the old folder holds another history than the copy, or a shorter one");
    } else {
        read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch);
        /* What was never finished was never acknowledged. */
        is_same = read == JOURNAL_READ_END || read == JOURNAL_READ_TORN;
        if (!is_same) {
            (void)refuse(promotion, "the old folder has records that the copy lacks: start the old "
                                    "core there, or let the supervisor follow to the end");
        }
    }
    journal_reader_close(reader);
    return is_same;
}

/* 1: fenced for this very promotion, which was interrupted; 0: not fenced; -1: refused. */
static int is_fenced_already(struct promotion *promotion, int folder, struct slice text)
{
    const struct storage *storage = promotion->options->old_storage;
    char found[FENCE_STATEMENT_SIZE_MAX];
    int file = storage->open(storage->context, folder, PROMOTION_FENCED_NAME, STORAGE_MODE_READ);

    if (file < 0) {
        return 0;
    }
    int64_t size = storage->read(storage->context, file, found, sizeof found, 0);
    storage->close(storage->context, file);
    if (size == (int64_t)text.size && memcmp(found, text.data, text.size) == 0) {
        return 1;
    }
    (void)refuse(promotion, "the old folder was fenced for another promotion");
    return -1;
}

static bool fence_locked(struct promotion *promotion, int folder, struct slice text)
{
    int already = is_fenced_already(promotion, folder, text);

    if (already != 0) {
        return already > 0;
    }
    if (!compare_old(promotion)) {
        return false;
    }
    int result = write_once(promotion->options->old_storage, folder, PROMOTION_FENCED_NAME, text);
    if (result < 0) {
        (void)snprintf(promotion->reason, PROMOTION_TEXT_SIZE,
                       "the fence could not be written into the old folder: %s", strerror(-result));
    }
    return result == 0;
}

/* With the old folder at hand: no core runs there, none lacks us anything, and none will start there. */
static bool fence_old(struct promotion *promotion, struct slice text)
{
    const struct storage *storage = promotion->options->old_storage;
    int folder = storage->open_folder(storage->context, promotion->options->old_directory, false);

    if (folder < 0) {
        return refuse(promotion, "the old folder cannot be opened");
    }
    int lock = storage->lock(storage->context, folder, JOURNAL_LOCK_NAME);
    if (lock < 0) {
        storage->close(storage->context, folder);
        return refuse(promotion,
                      "a core holds the old folder, or it cannot be locked: stop it first");
    }
    bool is_fenced = fence_locked(promotion, folder, text);
    storage->close(storage->context, lock);
    storage->close(storage->context, folder);
    return is_fenced;
}

/* The last act: after it the copy is a core's folder. */
static bool write_fence(struct promotion *promotion, struct slice text)
{
    const struct storage *storage = promotion->options->storage;
    int folder = storage->open_folder(storage->context, promotion->options->directory, false);
    int result = folder < 0 ? folder : write_once(storage, folder, PROMOTION_FENCE_NAME, text);

    if (folder >= 0) {
        storage->close(storage->context, folder);
    }
    if (result == -EEXIST) {
        return refuse(promotion, "the copy was promoted before");
    }
    if (result < 0) {
        (void)snprintf(promotion->reason, PROMOTION_TEXT_SIZE,
                       "the fence could not be written into the copy: %s", strerror(-result));
    }
    return result == 0;
}

static bool fence(struct promotion *promotion)
{
    const struct promotion_options *options = promotion->options;
    char text[FENCE_STATEMENT_SIZE_MAX];

    if (options->old_directory == NULL) {
        const char *wrong =
            fence_statement_refuse(options->statement, &promotion->head,
                                   replica_engine(promotion->replica), options->now_us);
        return wrong != NULL ? refuse(promotion, wrong)
                             : write_fence(promotion, options->statement);
    }
    size_t size = fence_statement_draft(
        &promotion->head, "the old folder was locked and fenced here", text, sizeof text);
    struct slice draft = slice_of(text, size);
    return fence_old(promotion, draft) && write_fence(promotion, draft);
}

bool promotion_run(const struct promotion_options *options, struct journal_head *head,
                   char reason[PROMOTION_TEXT_SIZE])
{
    struct promotion promotion = {.options = options, .reason = reason};
    bool is_good = prove(&promotion) && fence(&promotion);

    *head = promotion.head;
    end(&promotion);
    return is_good;
}
