/* SPDX-License-Identifier: Apache-2.0
 *
 * Each process's way to the disk. A room of its own because it decides what a call does before the
 * disk in memory sees it. Invariants: a dead process changes nothing; at most one piece of damage at a
 * time; what is damaged can be put right again byte for byte.
 *
 * Read next: tests/support/fake_disk.h, what survives a loss of power.
 */
#include "sim/sim_disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/journal_format.h"
#include "sim/sim_canary.h"
#include "sim/sim_wraps.h"

enum { HANDLES_MAX = 64, PATCHES_MAX = 2, CALL_US = 4, SYNC_US = 350 };

/* Bytes that should be there and are not. */
struct patch {
    char name[STORAGE_NAME_SIZE];
    uint64_t offset;
    uint8_t *bytes;
    size_t size;
};

static struct fake_disk *disk;
static const struct storage *below;
static char names[HANDLES_MAX][STORAGE_NAME_SIZE]; /* by handle */
static struct patch patches[PATCHES_MAX];
static uint32_t patch_count;
static uint64_t damage_last; /* last number of a batch that went wrong; 0: it is a bit */
static uint64_t head_now;

/* Counts the call, and plans its failure with the disk. False: dead. */
static bool begin(int64_t us)
{
    bool lives = sim_call(us);
    enum fake_failure failure = FAKE_FAILURE_NONE;
    int error = 0;
    if (lives && sim_trouble_now(SIM_TROUBLE_ERROR)) {
        failure = FAKE_FAILURE_ONCE;
        error = sim.current->trouble_error;
    } else if (lives && sim_trouble_now(SIM_TROUBLE_SHORT)) {
        failure = FAKE_FAILURE_SHORT;
        error = EIO;
    }
    fake_disk_plan(disk, failure, 1, error);
    return lives;
}

static int disk_open_folder(void *context, const char *path, bool create)
{
    (void)context;
    return begin(CALL_US) ? below->open_folder(disk, path, create) : -EIO;
}

static int disk_lock(void *context, int folder, const char *name)
{
    (void)context;
    return begin(CALL_US) ? below->lock(disk, folder, name) : -EIO;
}

static int disk_list(void *context, int folder, void (*visit)(void *, const char *), void *visitor)
{
    (void)context;
    return begin(CALL_US) ? below->list(disk, folder, visit, visitor) : -EIO;
}

static int disk_open(void *context, int folder, const char *name, enum storage_mode mode)
{
    (void)context;
    int handle = begin(CALL_US) ? below->open(disk, folder, name, mode) : -EIO;
    if (handle >= 0) {
        ENSURE(handle < HANDLES_MAX);
        (void)snprintf(names[handle], STORAGE_NAME_SIZE, "%s", name);
    }
    return handle;
}

static int disk_rename(void *context, int folder, const char *from, const char *to)
{
    (void)context;
    int result = begin(CALL_US) ? below->rename(disk, folder, from, to) : -EIO;
    for (int i = 0; i < HANDLES_MAX && result == 0; i++) {
        if (strcmp(names[i], from) == 0) {
            (void)snprintf(names[i], STORAGE_NAME_SIZE, "%s", to);
        }
    }
    return result;
}

static int disk_remove(void *context, int folder, const char *name)
{
    (void)context;
    return begin(CALL_US) ? below->remove(disk, folder, name) : -EIO;
}

static int disk_sync_folder(void *context, int folder)
{
    (void)context;
    return begin(SYNC_US) ? below->sync_folder(disk, folder) : -EIO;
}

/* Also of the dead: the kernel closes for them. */
static int disk_close(void *context, int handle)
{
    (void)context;
    return below->close(disk, handle);
}

static int64_t disk_size(void *context, int file)
{
    (void)context;
    return begin(CALL_US) ? below->size(disk, file) : -EIO;
}

static int disk_resize(void *context, int file, uint64_t size)
{
    (void)context;
    return begin(CALL_US) ? below->resize(disk, file, size) : -EIO;
}

static int64_t disk_read(void *context, int file, void *bytes, size_t size, uint64_t offset)
{
    (void)context;
    int64_t got = begin(CALL_US) ? below->read(disk, file, bytes, size, offset) : -EIO;
    if (got > 0 && sim_trouble_now(SIM_TROUBLE_FLIP)) {
        uint64_t bit = random_below(&sim.current->random, (uint64_t)got * 8);
        ((uint8_t *)bytes)[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    return got;
}

/* ------------------------------------------------------------------ damage */

static void note_patch(const char *name, uint64_t offset, const void *bytes, size_t size)
{
    ENSURE(patch_count < PATCHES_MAX);
    struct patch *patch = &patches[patch_count++];
    (void)snprintf(patch->name, sizeof patch->name, "%s", name);
    patch->offset = offset;
    patch->size = size;
    patch->bytes = malloc(size);
    ENSURE(patch->bytes != NULL);
    memcpy(patch->bytes, bytes, size);
}

static void apply_patches(struct fake_disk *to)
{
    for (uint32_t i = 0; i < patch_count; i++) {
        size_t size;
        uint8_t *bytes = fake_disk_bytes(to, patches[i].name, &size);
        if (bytes == NULL || patches[i].offset + patches[i].size > size) {
            continue;
        }
        /* Durable at once; and nothing else of the file becomes so. */
        fake_disk_patch(to, patches[i].name, patches[i].offset, patches[i].bytes, patches[i].size);
    }
}

static void forget_patches(void)
{
    while (patch_count > 0) {
        free(patches[--patch_count].bytes);
    }
}

void sim_disk_repair(void)
{
    apply_patches(disk);
    forget_patches();
    sim.was_repaired = true;
}

struct fake_disk *sim_disk_copy_repaired(void)
{
    struct fake_disk *copy = fake_disk_copy(disk);
    apply_patches(copy);
    return copy;
}

bool sim_disk_is_damaged(void)
{
    return patch_count > 0;
}

bool sim_disk_damage_is_last(void)
{
    return patch_count > 0 && damage_last != 0 && head_now <= damage_last;
}

void sim_disk_note_recovered(uint64_t head)
{
    head_now = head;
    if (patch_count > 0 && damage_last != 0 && head < damage_last) {
        free(patches[0].bytes);
        patches[0] = patches[--patch_count];
        damage_last = 0;
    }
}

void sim_disk_note_head(uint64_t head)
{
    head_now = head;
}

static bool is_journal(const char *name)
{
    return strncmp(name, "segment-", 8) == 0;
}

/* A write of a batch, behind other batches. */
static bool is_batch(int file, const struct byte_part *parts, size_t count, uint64_t offset)
{
    return count == 3 && offset > 4096 && parts[0].size == sizeof(struct batch_header) &&
           is_journal(names[file]);
}

/* The batch is written into an earlier place of the same file, or nowhere. */
static int64_t write_wrongly(int file, const struct byte_part *parts, uint64_t offset, bool is_lost)
{
    size_t size = parts[0].size + parts[1].size + parts[2].size;
    uint8_t *whole = malloc(size);
    size_t file_size;
    uint8_t *bytes = fake_disk_bytes(disk, names[file], &file_size);
    ENSURE(whole != NULL && bytes != NULL && offset + size <= file_size);
    memcpy(whole, parts[0].bytes, parts[0].size);
    memcpy(whole + parts[0].size, parts[1].bytes, parts[1].size);
    memcpy(whole + parts[0].size + parts[1].size, parts[2].bytes, parts[2].size);
    note_patch(names[file], offset, whole, size);
    struct batch_header header;
    memcpy(&header, whole, sizeof header);
    damage_last = header.first_number + header.count - 1;
    if (!is_lost && size < offset) {
        uint64_t wrong = random_below(&sim.current->random, (offset - size) / 512) * 512;
        note_patch(names[file], wrong, bytes + wrong, size);
        fake_disk_patch(disk, names[file], wrong, whole, size);
    }
    free(whole);
    return (int64_t)size;
}

bool sim_disk_flip_journal(struct random_stream *random, uint64_t durable)
{
    const char *name;
    char chosen[STORAGE_NAME_SIZE] = "";
    uint32_t seen = 0;
    if (patch_count > 0) {
        return false;
    }
    for (size_t i = 0; (name = fake_disk_name(disk, i)) != NULL; i++) {
        if (is_journal(name) && random_once_in(random, ++seen)) {
            (void)snprintf(chosen, sizeof chosen, "%s", name);
        }
    }
    size_t size;
    uint8_t *bytes = fake_disk_bytes(disk, chosen, &size);
    size_t end = sizeof(struct segment_header);
    size_t last = end;
    while (bytes != NULL && end + sizeof(struct batch_header) < size) {
        struct batch_header header;
        memcpy(&header, bytes + end, sizeof header);
        if (header.magic != JOURNAL_BATCH_MAGIC ||
            header.first_number + header.count - 1 > durable) {
            break;
        }
        last = end;
        end += journal_batch_extent(header.size);
    }
    if (last <= sizeof(struct segment_header)) {
        return false;
    }
    uint64_t bit = random_below(random, last * 8);
    uint8_t turned = (uint8_t)(bytes[bit / 8] ^ (1u << (bit % 8)));
    note_patch(chosen, bit / 8, bytes + bit / 8, 1);
    fake_disk_patch(disk, chosen, bit / 8, &turned, 1);
    damage_last = 0;
    return true;
}

bool sim_disk_flip_snapshot(struct random_stream *random)
{
    const char *name;
    for (size_t i = 0; (name = fake_disk_name(disk, i)) != NULL; i++) {
        size_t size;
        const uint8_t *bytes = fake_disk_bytes(disk, name, &size);
        if (strncmp(name, "snapshot-", 9) == 0 && size > 0 && random_once_in(random, 2)) {
            uint64_t bit = random_below(random, (uint64_t)size * 8);
            uint8_t turned = (uint8_t)(bytes[bit / 8] ^ (1u << (bit % 8)));
            fake_disk_patch(disk, name, bit / 8, &turned, 1);
            return true;
        }
    }
    return false;
}

static int64_t disk_write(void *context, int file, const struct byte_part *parts, size_t count,
                          uint64_t offset)
{
    (void)context;
    if (!begin(CALL_US)) {
        return -EIO;
    }
    bool may_lose = patch_count == 0 && is_batch(file, parts, count, offset);
    if (may_lose && sim_trouble_now(SIM_TROUBLE_MISDIRECT)) {
        return write_wrongly(file, parts, offset, false);
    }
    if (may_lose && sim_trouble_now(SIM_TROUBLE_LOSE)) {
        return write_wrongly(file, parts, offset, true);
    }
    return below->write(disk, file, parts, count, offset);
}

static int disk_sync(void *context, int file)
{
    (void)context;
    int64_t us = SYNC_US + (int64_t)random_below(&sim.random, SYNC_US) + sim.disk_slow_us;
    return begin(us) ? below->sync(disk, file) : -EIO;
}

static void disk_start_writeback(void *context, int file, uint64_t offset, uint64_t size)
{
    (void)context;
    (void)file;
    (void)offset;
    (void)size;
}

static int64_t disk_next_data(void *context, int file, uint64_t offset)
{
    (void)context;
    return begin(CALL_US) ? below->next_data(disk, file, offset) : -EIO;
}

/* ------------------------------------------------------------------ the disk */

void sim_disk_start(void)
{
    disk = fake_disk_create();
    below = fake_disk_storage(disk);
    memset(names, 0, sizeof names);
    patch_count = 0;
    fake_disk_lie(disk, canary_is(SIM_CANARY_LYING_SYNC));
}

void sim_disk_end(void)
{
    forget_patches();
    fake_disk_destroy(disk);
}

struct fake_disk *sim_disk(void)
{
    return disk;
}

void sim_disk_give(struct sim_process *process)
{
    process->storage = (struct storage){
        .context = process,
        .open_folder = disk_open_folder,
        .lock = disk_lock,
        .list = disk_list,
        .open = disk_open,
        .rename = disk_rename,
        .remove = disk_remove,
        .sync_folder = disk_sync_folder,
        .close = disk_close,
        .size = disk_size,
        .resize = disk_resize,
        .read = disk_read,
        .write = disk_write,
        .sync = disk_sync,
        .start_writeback = disk_start_writeback,
        .next_data = disk_next_data,
    };
}

void sim_disk_lose_power(enum fake_loss loss)
{
    fake_disk_restart(disk, loss, &sim.random);
}

const struct storage *__wrap_storage_system(void)
{
    ENSURE(sim.current != NULL);
    return &sim.current->storage;
}
