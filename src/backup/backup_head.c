/* SPDX-License-Identifier: Apache-2.0
 *
 * The head of a backup. A file of its own because its presence is what makes a folder a backup.
 * Invariants: the newest one describes files that were durable before it; a name and its number agree.
 * Read next: backup.c, which writes it last; restore.c, which reads it first.
 */
#include "backup/backup_head.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "platform/sha256.h"

enum { HEAD_DIGITS = 20 };
#define HEAD_HASHED offsetof(struct backup_head, hash)

static const char head_prefix[] = "backup-";
static const char head_suffix[] = ".head";

struct journal_name backup_head_name(uint64_t number)
{
    struct journal_name name;
    (void)snprintf(name.text, sizeof name.text, "%s%020" PRIu64 "%s", head_prefix, number,
                   head_suffix);
    return name;
}

/* The number in a head's name; 0: the name is another. */
static uint64_t head_number(const char *text)
{
    uint64_t number = 0;
    const char *at = text + sizeof head_prefix - 1;
    if (strncmp(text, head_prefix, sizeof head_prefix - 1) != 0 ||
        strlen(at) != HEAD_DIGITS + sizeof head_suffix - 1) {
        return 0;
    }
    for (size_t i = 0; i < HEAD_DIGITS; i++) {
        if (at[i] < '0' || at[i] > '9' || number > (UINT64_MAX - 9) / 10) {
            return 0;
        }
        number = number * 10 + (uint64_t)(at[i] - '0');
    }
    return strcmp(at + HEAD_DIGITS, head_suffix) == 0 ? number : 0;
}

/* The newest head's number, and the newest of those below a bound. */
struct head_search {
    uint64_t below; /* 0: no bound */
    uint64_t newest;
};

static void head_visit(void *visitor, const char *name)
{
    struct head_search *search = visitor;
    uint64_t number = head_number(name);
    if (number > search->newest && (search->below == 0 || number < search->below)) {
        search->newest = number;
    }
}

static void head_hash(const struct backup_head *head, struct hash256 *hash)
{
    struct sha256 *sha = sha256_create();
    sha256_start(sha);
    sha256_add(sha, head, HEAD_HASHED);
    sha256_finish(sha, hash);
    sha256_destroy(sha);
}

static const char *head_check(const struct backup_head *head, uint64_t number)
{
    struct hash256 hash;
    head_hash(head, &hash);
    if (memcmp(&hash, &head->hash, sizeof hash) != 0) {
        return "the head of the backup is damaged";
    }
    if (head->magic != BACKUP_MAGIC || head->version != BACKUP_VERSION) {
        return "this is not the head of a backup that this program knows";
    }
    if (head->number != number || head->snapshot > number || head->segment == 0 ||
        head->segment > number || head->offset > head->segment_size ||
        head->segment_size > JOURNAL_SEGMENT_SIZE_MAX) {
        return "the head of the backup does not agree with itself";
    }
    return NULL;
}

bool backup_head_read(struct backup_head *head, const struct storage *storage, int folder,
                      struct journal_error *error)
{
    struct head_search search = {0};
    *head = (struct backup_head){0};
    int result = storage->list(storage->context, folder, head_visit, &search);
    if (result < 0) {
        journal_error_set(error, "the folder cannot be read", "", result);
        return false;
    }
    if (search.newest == 0) {
        return true;
    }
    struct journal_name name = backup_head_name(search.newest);
    int file = storage->open(storage->context, folder, name.text, STORAGE_MODE_READ);
    result = file < 0 ? file : storage_read_bytes(storage, file, head, sizeof *head, 0);
    if (file >= 0) {
        storage->close(storage->context, file);
    }
    if (result < 0 && result != -ENODATA) {
        journal_error_set(error, "the head of the backup cannot be read", name.text, result);
        return false;
    }
    const char *wrong =
        result < 0 ? "the head of the backup is cut" : head_check(head, search.newest);
    if (wrong != NULL) {
        journal_error_set(error, wrong, name.text, 0);
    }
    return wrong == NULL;
}

/* Older ones say nothing any more; failing here costs nothing. */
static void head_remove_older(const struct storage *storage, int folder, uint64_t number)
{
    struct head_search search = {.below = number};
    while (storage->list(storage->context, folder, head_visit, &search) == 0 &&
           search.newest != 0) {
        struct journal_name name = backup_head_name(search.newest);
        if (storage->remove(storage->context, folder, name.text) < 0) {
            return;
        }
        search.newest = 0;
    }
}

bool backup_head_write(struct backup_head *head, const struct storage *storage, int folder,
                       struct journal_error *error)
{
    struct journal_name name = backup_head_name(head->number);
    head->magic = BACKUP_MAGIC;
    head->version = BACKUP_VERSION;
    head_hash(head, &head->hash);
    (void)storage->remove(storage->context, folder, BACKUP_TEMPORARY_NAME);
    int file = storage->open(storage->context, folder, BACKUP_TEMPORARY_NAME, STORAGE_MODE_CREATE);
    int result = file < 0 ? file : storage_write_bytes(storage, file, head, sizeof *head, 0);
    if (result >= 0) {
        result = storage->sync(storage->context, file);
    }
    if (file >= 0) {
        storage->close(storage->context, file);
    }
    if (result >= 0) {
        result = storage->rename(storage->context, folder, BACKUP_TEMPORARY_NAME, name.text);
    }
    if (result >= 0) {
        result = storage->sync_folder(storage->context, folder);
    }
    if (result < 0) {
        journal_error_set(error, "the head of the backup cannot be written", name.text, result);
        return false;
    }
    head_remove_older(storage, folder, head->number);
    return true;
}
