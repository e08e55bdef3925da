/* SPDX-License-Identifier: Apache-2.0
 *
 * What a disk in memory is made of. Each file has two contents: `now`, what a read sees, and `disk`,
 * what a sync has saved, with the list of changes between them. The folder has two lists of names
 * likewise. Used by fake_disk.c only.
 */
#ifndef SUPPORT_FAKE_DISK_MODEL_H
#define SUPPORT_FAKE_DISK_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/storage.h"
#include "support/fake_disk.h"

enum { FAKE_FILES_MAX = 256, FAKE_HANDLES_MAX = 64, FAKE_SECTOR = 512 };

struct fake_content {
    uint8_t *bytes;
    size_t size;
    size_t room;
};

struct fake_change { /* of a file's bytes */
    bool is_resize;
    uint64_t offset; /* or the new size */
    struct fake_content data;
};

struct fake_file {
    struct fake_content now;
    struct fake_content disk;
    struct fake_change *changes;
    size_t change_count;
    size_t change_room;
    bool is_used;
};

struct fake_entry {
    char name[STORAGE_NAME_SIZE];
    uint32_t file; /* index + 1; 0 = free */
};

struct fake_names {
    struct fake_entry entries[FAKE_FILES_MAX];
};

struct fake_name_change { /* from empty: made; to empty: removed */
    char from[STORAGE_NAME_SIZE];
    char to[STORAGE_NAME_SIZE];
    uint32_t file;
};

enum fake_handle_kind {
    FAKE_HANDLE_FREE = 0,
    FAKE_HANDLE_FOLDER = 1,
    FAKE_HANDLE_LOCK = 2,
    FAKE_HANDLE_FILE = 3,
};

struct fake_handle {
    enum fake_handle_kind kind;
    uint32_t file;
    bool may_write;
};

struct fake_disk {
    struct storage storage;
    struct fake_file files[FAKE_FILES_MAX];
    struct fake_names now;
    struct fake_names disk;
    struct fake_name_change *changes;
    size_t change_count;
    size_t change_room;
    struct fake_handle handles[FAKE_HANDLES_MAX];
    enum fake_failure failure;
    uint64_t failure_call;
    int error_number;
    uint64_t calls;
    bool has_failed;
    bool is_lying; /* syncs do nothing */
};

void fake_content_write(struct fake_content *content, uint64_t offset, const uint8_t *bytes,
                        size_t size);
void fake_content_resize(struct fake_content *content, size_t size);
void fake_content_copy(struct fake_content *to, const struct fake_content *from);
void fake_content_free(struct fake_content *content);

void fake_file_free(struct fake_file *file);
/* Changes `now` and notes how. */
void fake_file_change(struct fake_file *file, bool is_resize, uint64_t offset, const uint8_t *bytes,
                      size_t size);
/* All changes reach the disk; or are forgotten while `now` goes on showing them. */
void fake_file_save(struct fake_file *file);
void fake_file_forget(struct fake_file *file);

struct fake_entry *fake_names_find(struct fake_names *names, const char *name);
void fake_names_change(struct fake_names *names, const struct fake_name_change *change);

uint32_t fake_disk_make_file(struct fake_disk *disk);
struct fake_file *fake_disk_file(struct fake_disk *disk, uint32_t number);
/* Changes the names now and notes how. */
void fake_disk_change_name(struct fake_disk *disk, const char *from, const char *to, uint32_t file);

#endif
