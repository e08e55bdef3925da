/* SPDX-License-Identifier: Apache-2.0
 *
 * The way back. A file of its own because here the backup is the only truth left: it is read in full
 * before a byte is written, and what was written is read in full before it may be called a journal.
 *
 * Invariants: the folder was empty; its first segment gets its name when everything else is durable,
 * so a restore that was cut is refused by every start; a copy that does not agree is no journal again.
 *
 * Read next: backup_proof.c.
 */
#include <errno.h>
#include <string.h>

#include "backup/backup.h"
#include "backup/backup_copy.h"
#include "backup/backup_proof.h"

#define RESTORE_TEMPORARY_NAME "restore.temp"

struct restore {
    const struct backup_place *from;
    const struct backup_place *to;
    struct backup_copy copy;
    struct backup_head head;
    struct journal_error *error;
};

static void restore_count(void *visitor, const char *name)
{
    uint64_t *count = visitor;
    (void)name;
    *count += 1;
}

static bool restore_check_empty(struct restore *restore)
{
    const struct storage *to = restore->to->storage;
    uint64_t count = 0;
    int result = to->list(to->context, restore->copy.to_folder, restore_count, &count);
    if (result < 0 || count > 0) {
        journal_error_set(restore->error,
                          result < 0 ? "the folder cannot be read"
                                     : "the folder is not empty: a backup is restored into an "
                                       "empty one only",
                          "", result);
        return false;
    }
    return true;
}

/* The proof of the backup, or of its copy: the same questions. */
static bool restore_prove(struct restore *restore, const struct backup_place *place, bool is_whole)
{
    struct backup_head found;
    const struct backup_proof_options options = {
        .storage = place->storage,
        .directory = place->directory,
        .is_whole = is_whole,
        .limit = restore->head.number,
        .snapshot = restore->head.snapshot,
        .chain = &restore->head.chain,
        .state = &restore->head.state,
    };
    return backup_prove(&options, &found, restore->error);
}

static bool restore_copy_segment(struct restore *restore, uint64_t first_number)
{
    struct journal_name name = journal_segment_name(first_number);
    struct backup_part part = {.name = name.text, .to_name = name.text};
    if (first_number == 1) {
        part.to_name = RESTORE_TEMPORARY_NAME;
    }
    if (!backup_copy_size(&restore->copy, name.text, &part.size)) {
        return false;
    }
    part.end = first_number == restore->head.segment ? restore->head.offset : part.size;
    return backup_copy_part(&restore->copy, &part);
}

static bool restore_copy_all(struct restore *restore)
{
    const struct storage *from = restore->from->storage;
    struct journal_listing listing;
    bool is_copied =
        journal_listing_read(&listing, from, restore->copy.from_folder, restore->error);
    for (size_t i = 0; is_copied && i < listing.segments.count; i++) {
        uint64_t first_number = listing.segments.values[i];
        is_copied =
            first_number > restore->head.segment || restore_copy_segment(restore, first_number);
    }
    journal_listing_clear(&listing);
    if (is_copied && restore->head.snapshot != 0) {
        struct journal_name name = journal_snapshot_name(restore->head.snapshot);
        struct backup_part part = {.name = name.text, .to_name = name.text};
        is_copied = backup_copy_size(&restore->copy, name.text, &part.size);
        part.end = part.size;
        is_copied = is_copied && backup_copy_part(&restore->copy, &part);
    }
    return is_copied;
}

/* From here on the folder is a journal. */
static bool restore_name_first(struct restore *restore)
{
    const struct storage *to = restore->to->storage;
    int folder = restore->copy.to_folder;
    struct journal_name name = journal_segment_name(1);
    int result = to->sync_folder(to->context, folder);
    if (result == 0) {
        result = to->rename(to->context, folder, RESTORE_TEMPORARY_NAME, name.text);
    }
    if (result == 0) {
        result = to->sync_folder(to->context, folder);
    }
    if (result < 0) {
        journal_error_set(restore->error, "the first segment cannot be given its name", name.text,
                          result);
    }
    return result == 0;
}

/* A copy that does not agree must not be started. */
static void restore_unname_first(struct restore *restore)
{
    const struct storage *to = restore->to->storage;
    struct journal_name name = journal_segment_name(1);
    (void)to->remove(to->context, restore->copy.to_folder, name.text);
    (void)to->sync_folder(to->context, restore->copy.to_folder);
}

static bool restore_work(struct restore *restore)
{
    const struct storage *from = restore->from->storage;
    if (!backup_head_read(&restore->head, from, restore->copy.from_folder, restore->error)) {
        return false;
    }
    if (restore->head.number == 0) {
        journal_error_set(restore->error, "there is no finished backup here: no file backup-*.head",
                          "", 0);
        return false;
    }
    /* What a later backup, cut short, has left behind the head is of no interest. */
    if (!restore_prove(restore, restore->from, false) || !backup_copy_begin(&restore->copy) ||
        !restore_copy_all(restore) || !restore_name_first(restore)) {
        return false;
    }
    if (!restore_prove(restore, restore->to, true)) {
        restore_unname_first(restore);
        return false;
    }
    return true;
}

bool backup_restore(const struct backup_place *from, const struct backup_place *to,
                    struct backup_report *report, struct journal_error *error)
{
    struct restore restore = {
        .from = from, .to = to, .error = error, .copy = {.from = from->storage, .to = to->storage}};
    bool is_done = false;
    *report = (struct backup_report){0};
    restore.copy.error = error;
    restore.copy.from_folder =
        from->storage->open_folder(from->storage->context, from->directory, false);
    if (restore.copy.from_folder < 0) {
        journal_error_set(error, "the backup's folder cannot be opened", "",
                          restore.copy.from_folder);
        return false;
    }
    restore.copy.to_folder = to->storage->open_folder(to->storage->context, to->directory, true);
    if (restore.copy.to_folder < 0) {
        journal_error_set(error, "the folder to restore into cannot be opened", "",
                          restore.copy.to_folder);
        goto close_from;
    }
    is_done = restore_check_empty(&restore) && restore_work(&restore);
    report->head = restore.head;
    report->bytes = restore.copy.bytes;
    backup_copy_end(&restore.copy);
    to->storage->close(to->storage->context, restore.copy.to_folder);
close_from:
    from->storage->close(from->storage->context, restore.copy.from_folder);
    return is_done;
}
