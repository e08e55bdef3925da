/* SPDX-License-Identifier: Apache-2.0
 *
 * Contents, names, and what becomes of them when the power goes.
 *
 * Read next: fake_disk.c, the calls.
 */
#include "support/fake_disk_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

void fake_content_resize(struct fake_content *content, size_t size)
{
    if (size > content->room) {
        content->room = size;
        content->bytes = realloc(content->bytes, size);
        ENSURE(content->bytes != NULL);
    }
    if (size > content->size) {
        memset(content->bytes + content->size, 0, size - content->size);
    }
    content->size = size;
}

void fake_content_write(struct fake_content *content, uint64_t offset, const uint8_t *bytes,
                        size_t size)
{
    if (offset + size > content->size) {
        fake_content_resize(content, (size_t)offset + size);
    }
    if (size > 0) {
        memcpy(content->bytes + offset, bytes, size);
    }
}

void fake_content_copy(struct fake_content *to, const struct fake_content *from)
{
    fake_content_resize(to, 0);
    fake_content_write(to, 0, from->bytes, from->size);
}

void fake_content_free(struct fake_content *content)
{
    free(content->bytes);
    *content = (struct fake_content){NULL, 0, 0};
}

static void apply_change(struct fake_content *content, const struct fake_change *change)
{
    if (change->is_resize) {
        fake_content_resize(content, (size_t)change->offset);
    } else {
        fake_content_write(content, change->offset, change->data.bytes, change->data.size);
    }
}

void fake_file_change(struct fake_file *file, bool is_resize, uint64_t offset, const uint8_t *bytes,
                      size_t size)
{
    if (file->change_count == file->change_room) {
        file->change_room = file->change_room * 2 + 4;
        file->changes = realloc(file->changes, file->change_room * sizeof *file->changes);
        ENSURE(file->changes != NULL);
    }
    struct fake_change *change = &file->changes[file->change_count++];
    *change = (struct fake_change){.is_resize = is_resize, .offset = offset};
    fake_content_write(&change->data, 0, bytes, size);
    apply_change(&file->now, change);
}

void fake_file_forget(struct fake_file *file)
{
    for (size_t i = 0; i < file->change_count; i++) {
        fake_content_free(&file->changes[i].data);
    }
    file->change_count = 0;
}

void fake_file_save(struct fake_file *file)
{
    for (size_t i = 0; i < file->change_count; i++) {
        apply_change(&file->disk, &file->changes[i]);
    }
    fake_file_forget(file);
}

void fake_file_free(struct fake_file *file)
{
    fake_file_forget(file);
    free(file->changes);
    fake_content_free(&file->now);
    fake_content_free(&file->disk);
    *file = (struct fake_file){.is_used = false};
}

struct fake_entry *fake_names_find(struct fake_names *names, const char *name)
{
    for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
        if (names->entries[i].file != 0 && strcmp(names->entries[i].name, name) == 0) {
            return &names->entries[i];
        }
    }
    return NULL;
}

static void add(struct fake_names *names, const char *name, uint32_t file)
{
    size_t i = 0;

    while (i < FAKE_FILES_MAX && names->entries[i].file != 0) {
        i++;
    }
    ENSURE(i < FAKE_FILES_MAX);
    snprintf(names->entries[i].name, STORAGE_NAME_SIZE, "%s", name);
    names->entries[i].file = file;
}

void fake_names_change(struct fake_names *names, const struct fake_name_change *change)
{
    struct fake_entry *from = change->from[0] != '\0' ? fake_names_find(names, change->from) : NULL;

    if (from != NULL) {
        from->file = 0;
    }
    if (change->to[0] != '\0') {
        add(names, change->to, change->file);
    }
}

void fake_disk_change_name(struct fake_disk *disk, const char *from, const char *to, uint32_t file)
{
    if (disk->change_count == disk->change_room) {
        disk->change_room = disk->change_room * 2 + 8;
        disk->changes = realloc(disk->changes, disk->change_room * sizeof *disk->changes);
        ENSURE(disk->changes != NULL);
    }
    struct fake_name_change *change = &disk->changes[disk->change_count++];
    *change = (struct fake_name_change){.file = file};
    snprintf(change->from, sizeof change->from, "%s", from);
    snprintf(change->to, sizeof change->to, "%s", to);
    fake_names_change(&disk->now, change);
}

struct fake_file *fake_disk_file(struct fake_disk *disk, uint32_t number)
{
    ENSURE(number >= 1 && number <= FAKE_FILES_MAX);
    return &disk->files[number - 1];
}

/* Has it a name, or can it have one after a crash, or is it open? */
static bool is_needed(const struct fake_disk *disk, uint32_t file)
{
    for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
        if (disk->now.entries[i].file == file || disk->disk.entries[i].file == file) {
            return true;
        }
    }
    for (size_t i = 0; i < disk->change_count; i++) {
        if (disk->changes[i].file == file) {
            return true;
        }
    }
    for (size_t i = 0; i < FAKE_HANDLES_MAX; i++) {
        if (disk->handles[i].kind == FAKE_HANDLE_FILE && disk->handles[i].file == file) {
            return true;
        }
    }
    return false;
}

/* Files that were removed for good. */
static void free_forgotten(struct fake_disk *disk)
{
    for (uint32_t i = 0; i < FAKE_FILES_MAX; i++) {
        if (disk->files[i].is_used && !is_needed(disk, i + 1)) {
            fake_file_free(&disk->files[i]);
        }
    }
}

uint32_t fake_disk_make_file(struct fake_disk *disk)
{
    uint32_t i = 0;

    while (i < FAKE_FILES_MAX && disk->files[i].is_used) {
        i++;
    }
    if (i == FAKE_FILES_MAX) {
        free_forgotten(disk);
        for (i = 0; i < FAKE_FILES_MAX && disk->files[i].is_used; i++) {
        }
    }
    ENSURE(i < FAKE_FILES_MAX);
    disk->files[i].is_used = true;
    return i + 1;
}

/* ---- losing power ---- */

/* Some of a write's sectors reach the disk. */
static void lose_sectors(struct fake_content *disk, const struct fake_change *change,
                         struct random_stream *random)
{
    for (size_t done = 0; done < change->data.size;) {
        uint64_t at = change->offset + done;
        size_t piece = FAKE_SECTOR - (size_t)(at % FAKE_SECTOR);

        if (piece > change->data.size - done) {
            piece = change->data.size - done;
        }
        if (random_once_in(random, 2)) {
            fake_content_write(disk, at, change->data.bytes + done, piece);
        }
        done += piece;
    }
}

static void settle_file(struct fake_file *file, enum fake_loss loss, struct random_stream *random)
{
    size_t kept = 0;

    if (loss == FAKE_LOSS_BYTES || loss == FAKE_LOSS_SECTORS) {
        kept = (size_t)random_below(random, file->change_count + 1);
    }
    for (size_t i = 0; i < kept; i++) {
        apply_change(&file->disk, &file->changes[i]);
    }
    if (loss == FAKE_LOSS_BYTES && kept < file->change_count) {
        struct fake_change *change = &file->changes[kept];

        change->data.size = (size_t)random_below(random, change->data.size + 1);
        apply_change(&file->disk, change);
    }
    for (size_t i = kept; loss == FAKE_LOSS_SECTORS && i < file->change_count; i++) {
        if (!file->changes[i].is_resize) {
            lose_sectors(&file->disk, &file->changes[i], random);
        }
    }
    if (loss == FAKE_LOSS_NOTHING) {
        fake_content_copy(&file->disk, &file->now);
    }
    fake_file_forget(file);
    fake_content_copy(&file->now, &file->disk);
}

void fake_disk_restart(struct fake_disk *disk, enum fake_loss loss, struct random_stream *random)
{
    size_t kept = loss == FAKE_LOSS_NOTHING ? disk->change_count : 0;
    bool is_named[FAKE_FILES_MAX] = {false};

    if (loss == FAKE_LOSS_BYTES || loss == FAKE_LOSS_SECTORS) {
        kept = (size_t)random_below(random, disk->change_count + 1);
    }
    for (size_t i = 0; i < kept; i++) {
        fake_names_change(&disk->disk, &disk->changes[i]);
    }
    disk->change_count = 0;
    disk->now = disk->disk;
    for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
        if (disk->now.entries[i].file != 0) {
            is_named[disk->now.entries[i].file - 1] = true;
        }
    }
    for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
        if (is_named[i]) {
            settle_file(&disk->files[i], loss, random);
        } else {
            fake_file_free(&disk->files[i]);
        }
    }
    memset(disk->handles, 0, sizeof disk->handles);
    fake_disk_plan(disk, FAKE_FAILURE_NONE, 0, 0);
}
