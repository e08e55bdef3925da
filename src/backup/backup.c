/* SPDX-License-Identifier: Apache-2.0
 *
 * Making a backup. A room of its own because it stands beside the journal and must not be trusted by
 * it: it reads files that somebody else writes, at a number below which nothing changes any more.
 *
 * Invariants: up to a durable number segments only grow, so bytes before it are copied once; whatever
 * stands behind the old head in the copy is cut off before it is written anew; the head comes last.
 *
 * Read next: backup_copy.c, backup_proof.c, backup_restore.c.
 */
#include "backup/backup.h"

#include <errno.h>
#include <string.h>

#include "backup/backup_copy.h"
#include "backup/backup_proof.h"
#include "journal/reader.h"
#include "journal/segment_map.h"
#include "journal/snapshot.h"

struct backup {
    const struct backup_place *from;
    const struct backup_place *to;
    struct backup_copy copy;
    struct backup_head old;   /* number 0: none */
    struct journal_tail tail; /* where the copy shall end */
    uint64_t snapshot;        /* that is in the copy; 0: none */
    struct journal_error *error;
};

static bool backup_fail(struct backup *backup, const char *what, uint64_t number)
{
    journal_error_set(backup->error, what, "", 0);
    journal_error_place(backup->error, 0, number);
    return false;
}

/* ------------------------------------------------------------------ where it ends */

/* Reads on from a number to the limit. Whether there was a batch goes to *has_any. */
static bool backup_read_to(struct backup *backup, uint64_t number, uint64_t limit, bool *has_any)
{
    const struct journal_reader_options options = {
        .storage = backup->from->storage,
        .directory = backup->from->directory,
        .from = number,
    };
    struct journal_batch batch;
    enum journal_read read;
    struct journal_reader *reader = journal_reader_open(&options, backup->error);
    if (reader == NULL) {
        return false;
    }
    *has_any = false;
    while ((read = journal_reader_next(reader, limit, &batch)) == JOURNAL_READ_BATCH) {
        *has_any = true;
    }
    backup->tail = *journal_reader_tail(reader);
    if (read == JOURNAL_READ_DAMAGED || read == JOURNAL_READ_FAILED) {
        *backup->error = *journal_reader_error(reader);
    }
    journal_reader_close(reader);
    return read == JOURNAL_READ_END || read == JOURNAL_READ_TORN;
}

/* The place behind the last command that is copied. */
static bool backup_find_end(struct backup *backup, uint64_t limit,
                            const struct journal_numbers *segments)
{
    bool has_any = false;
    if (segments->count == 0) {
        return backup_fail(backup, "there is no journal here", 0);
    }
    if (limit > 0) {
        if (!backup_read_to(backup, limit, limit, &has_any)) {
            return false;
        }
        return backup->tail.head.number == limit ||
               backup_fail(backup, "what the core calls durable is not the end of a batch", limit);
    }
    /* The last segment may have been made a moment before the end: then the one before it counts. */
    for (size_t i = segments->count; i > 0 && !has_any; i--) {
        if (!backup_read_to(backup, segments->values[i - 1], JOURNAL_LIMIT_NONE, &has_any)) {
            return false;
        }
    }
    return has_any || backup_fail(backup, "the node is not founded: the journal has no command", 0);
}

/* Does the node's journal pass through what was backed up before? Asked before anything is written. */
static bool backup_check_continues(struct backup *backup)
{
    const struct journal_reader_options options = {
        .storage = backup->from->storage,
        .directory = backup->from->directory,
        .from = backup->old.number + 1,
    };
    if (backup->old.number == 0) {
        return true;
    }
    if (backup->tail.head.number < backup->old.number) {
        return backup_fail(backup, "the node has less than was backed up before",
                           backup->tail.head.number);
    }
    struct journal_reader *reader = journal_reader_open(&options, backup->error);
    if (reader == NULL) {
        return false;
    }
    const struct journal_head *head = &journal_reader_tail(reader)->head;
    bool is_same = head->number == backup->old.number &&
                   memcmp(&head->chain, &backup->old.chain, sizeof head->chain) == 0 &&
                   memcmp(&head->node, &backup->old.node, sizeof head->node) == 0;
    journal_reader_close(reader);
    return is_same ||
           backup_fail(backup, "the node's journal does not pass through what was backed up before",
                       backup->old.number);
}

/* ------------------------------------------------------------------ segments */

/* Is the copy of a finished segment there already? Its seal is looked at; the proof reads the rest. */
static bool backup_has_segment(struct backup *backup, const char *name, uint64_t size)
{
    struct segment_footer own;
    struct segment_footer copied;
    enum segment_seal seal = SEGMENT_SEAL_NONE;
    const struct storage *from = backup->from->storage;
    const struct storage *to = backup->to->storage;
    int target = to->open(to->context, backup->copy.to_folder, name, STORAGE_MODE_READ);
    int source = from->open(from->context, backup->copy.from_folder, name, STORAGE_MODE_READ);
    bool is_there = source >= 0 && target >= 0 && to->size(to->context, target) == (int64_t)size &&
                    segment_seal_read(from, source, size, &own, &seal) == 0 &&
                    seal == SEGMENT_SEAL_SEALED &&
                    segment_seal_read(to, target, size, &copied, &seal) == 0 &&
                    seal == SEGMENT_SEAL_SEALED && memcmp(&own, &copied, sizeof own) == 0;
    if (source >= 0) {
        from->close(from->context, source);
    }
    if (target >= 0) {
        to->close(to->context, target);
    }
    return is_there;
}

static bool backup_copy_segment(struct backup *backup, uint64_t first_number)
{
    struct journal_name name = journal_segment_name(first_number);
    struct backup_part part = {.name = name.text, .to_name = name.text};
    if (!backup_copy_size(&backup->copy, name.text, &part.size)) {
        return false;
    }
    part.end = part.size;
    if (first_number == backup->tail.segment) {
        part.end = backup->tail.offset;
    }
    if (first_number == backup->old.segment) {
        part.begin = backup->old.offset;
    } else if (backup_has_segment(backup, name.text, part.size)) {
        return true;
    }
    return backup_copy_part(&backup->copy, &part);
}

static bool backup_copy_segments(struct backup *backup, const struct journal_numbers *segments)
{
    for (size_t i = 0; i < segments->count; i++) {
        uint64_t first_number = segments->values[i];
        if (first_number < backup->old.segment || first_number > backup->tail.segment) {
            continue; /* proven before, or begun since */
        }
        if (!backup_copy_segment(backup, first_number)) {
            return false;
        }
    }
    const struct storage *to = backup->to->storage;
    int result = to->sync_folder(to->context, backup->copy.to_folder);
    if (result < 0) {
        journal_error_set(backup->error, "the copy's names cannot be made durable", "", result);
    }
    return result == 0;
}

/* ------------------------------------------------------------------ the snapshot */

/* Copies one under a temporary name and gives it its own. */
static bool backup_copy_snapshot(struct backup *backup, uint64_t number)
{
    struct journal_name name = journal_snapshot_name(number);
    struct journal_name temporary = journal_snapshot_temporary_name(number);
    struct backup_part part = {.name = name.text, .to_name = temporary.text};
    const struct storage *to = backup->to->storage;
    if (!backup_copy_size(&backup->copy, name.text, &part.size)) {
        return false;
    }
    part.end = part.size;
    if (!backup_copy_part(&backup->copy, &part)) {
        return false;
    }
    int result = to->rename(to->context, backup->copy.to_folder, temporary.text, name.text);
    if (result == 0) {
        result = to->sync_folder(to->context, backup->copy.to_folder);
    }
    if (result < 0) {
        journal_error_set(backup->error, "the snapshot's copy cannot be given its name", name.text,
                          result);
    }
    return result == 0;
}

static bool backup_has_snapshot(struct backup *backup, uint64_t number)
{
    struct snapshot_header header;
    struct journal_error ignored;
    return snapshot_read_header(backup->to->storage, backup->copy.to_folder, number, &header,
                                &ignored);
}

/* The newest up to the end; one that the core has just removed is passed over. None is no error. */
static bool backup_take_snapshot(struct backup *backup, const struct journal_numbers *snapshots)
{
    for (size_t i = snapshots->count; i > 0; i--) {
        uint64_t number = snapshots->values[i - 1];
        if (number > backup->tail.head.number || number <= backup->old.snapshot) {
            continue; /* the one that is there is as good */
        }
        if (backup_has_snapshot(backup, number) || backup_copy_snapshot(backup, number)) {
            backup->snapshot = number;
            return true;
        }
        if (backup->error->error_number != ENOENT) {
            return false;
        }
    }
    backup->snapshot = backup->old.snapshot;
    return true;
}

/* Older snapshots say nothing that the newest does not; failing here costs disk space. */
static void backup_remove_snapshots(struct backup *backup)
{
    const struct storage *to = backup->to->storage;
    struct journal_listing listing;
    struct journal_error ignored;
    if (journal_listing_read(&listing, to, backup->copy.to_folder, &ignored)) {
        for (size_t i = 0; i < listing.snapshots.count; i++) {
            struct journal_name name = journal_snapshot_name(listing.snapshots.values[i]);
            if (listing.snapshots.values[i] != backup->snapshot) {
                (void)to->remove(to->context, backup->copy.to_folder, name.text);
            }
        }
        for (size_t i = 0; i < listing.temporaries.count; i++) {
            struct journal_name name =
                journal_snapshot_temporary_name(listing.temporaries.values[i]);
            (void)to->remove(to->context, backup->copy.to_folder, name.text);
        }
    }
    journal_listing_clear(&listing);
}

/* ------------------------------------------------------------------ all of it */

static bool backup_copy_all(struct backup *backup, uint64_t limit)
{
    const struct storage *from = backup->from->storage;
    struct journal_listing listing;
    /* First the end, then the names: whatever ends before it has its name by then. */
    bool is_copied =
        journal_listing_read(&listing, from, backup->copy.from_folder, backup->error) &&
        backup_find_end(backup, limit, &listing.segments);
    journal_listing_clear(&listing);
    if (!is_copied || !backup_check_continues(backup)) {
        return false;
    }
    is_copied = journal_listing_read(&listing, from, backup->copy.from_folder, backup->error) &&
                backup_copy_segments(backup, &listing.segments) &&
                backup_take_snapshot(backup, &listing.snapshots);
    journal_listing_clear(&listing);
    return is_copied;
}

/* A finished segment that is wrong is copied again by the next run. */
static void backup_remove_wrong(struct backup *backup)
{
    const struct storage *to = backup->to->storage;
    if (backup->error->error_number == 0 && backup->error->file[0] != '\0' &&
        backup->error->number > backup->old.number) {
        (void)to->remove(to->context, backup->copy.to_folder, backup->error->file);
    }
}

static bool backup_finish(struct backup *backup, struct backup_report *report)
{
    const struct backup_proof_options proof = {
        .storage = backup->to->storage,
        .directory = backup->to->directory,
        .is_whole = true,
        .limit = backup->tail.head.number,
        .snapshot = backup->snapshot,
        .known_number = backup->old.number,
        .known_chain = backup->old.chain,
        .chain = &backup->tail.head.chain,
    };
    if (!backup_prove(&proof, &report->head, backup->error)) {
        backup_remove_wrong(backup);
        return false;
    }
    report->bytes = backup->copy.bytes;
    if (report->head.number == backup->old.number) {
        report->head = backup->old; /* nothing new */
        return true;
    }
    if (!backup_head_write(&report->head, backup->to->storage, backup->copy.to_folder,
                           backup->error)) {
        return false;
    }
    backup_remove_snapshots(backup);
    return true;
}

bool backup_run(const struct backup_place *from, const struct backup_place *to, uint64_t limit,
                struct backup_report *report, struct journal_error *error)
{
    struct backup backup = {
        .from = from, .to = to, .error = error, .copy = {.from = from->storage, .to = to->storage}};
    bool is_done = false;
    *report = (struct backup_report){0};
    backup.copy.error = error;
    backup.copy.from_folder =
        from->storage->open_folder(from->storage->context, from->directory, false);
    if (backup.copy.from_folder < 0) {
        journal_error_set(error, "the node's folder cannot be opened", "", backup.copy.from_folder);
        return false;
    }
    backup.copy.to_folder = to->storage->open_folder(to->storage->context, to->directory, true);
    if (backup.copy.to_folder < 0) {
        journal_error_set(error, "the backup's folder cannot be opened", "", backup.copy.to_folder);
        goto close_from;
    }
    is_done = backup_head_read(&backup.old, to->storage, backup.copy.to_folder, error) &&
              backup_copy_begin(&backup.copy) && backup_copy_all(&backup, limit) &&
              backup_finish(&backup, report);
    report->was_there = backup.old.number > 0;
    report->from_number = backup.old.number;
    backup_copy_end(&backup.copy);
    to->storage->close(to->storage->context, backup.copy.to_folder);
close_from:
    from->storage->close(from->storage->context, backup.copy.from_folder);
    return is_done;
}
