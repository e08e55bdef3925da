/* SPDX-License-Identifier: Apache-2.0
 *
 * The state block as a file, and back. A room of its own because what is under a snapshot's name must
 * be whole whenever the power goes, and because a reader must not believe it anyway.
 *
 * Invariants: J18 to J20 of docs/journal-format.md: temporary name, sync, rename, sync of the folder;
 * the digest covers the logical bytes, holes included; nothing here is the record.
 *
 * Read next: snapshot_child.c, which does this beside the running core; recovery.c.
 */
#include "journal/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/journal_folder.h"
#include "journal/state_digest.h"

#define WRITEBACK_SIZE ((uint64_t)8 << 20)

static bool fail(struct journal_error *error, const char *what, const struct journal_name *name,
                 int error_number)
{
    journal_error_set(error, what, name->text, error_number);
    return false;
}

/* ---- writing ---- */

/* The block behind the header, untouched chunks left out; its digest. 0 or a negative errno. */
static int write_block(const struct storage *storage, int file, const uint8_t *block, uint64_t size,
                       struct hash256 *state)
{
    struct state_digest digest;
    uint64_t done = 0;
    uint64_t unhinted = 0;
    int result = storage->resize(storage->context, file, JOURNAL_PAGE_SIZE + size);

    state_digest_create(&digest);
    state_digest_start(&digest, size);
    while (done < size && result == 0) {
        size_t chunk = size - done < JOURNAL_STATE_CHUNK_SIZE ? (size_t)(size - done)
                                                              : JOURNAL_STATE_CHUNK_SIZE;

        if (!state_digest_add(&digest, block + done, chunk)) {
            result =
                storage_write_bytes(storage, file, block + done, chunk, JOURNAL_PAGE_SIZE + done);
        }
        done += chunk;
        if (done - unhinted >= WRITEBACK_SIZE) {
            /* In small portions, so that the core's own syncs do not queue behind gigabytes. */
            storage->start_writeback(storage->context, file, JOURNAL_PAGE_SIZE + unhinted,
                                     done - unhinted);
            unhinted = done;
        }
    }
    if (result == 0) {
        state_digest_finish(&digest, state);
    }
    state_digest_destroy(&digest);
    return result;
}

static int write_file(const struct storage *storage, int file, const struct snapshot_source *source)
{
    size_t size;
    const void *block = tarazy_engine_block(source->engine, &size);
    struct snapshot_header header;
    struct sha256 *sha = sha256_create();

    memset(&header, 0, sizeof header);
    header.number = source->head.number;
    header.time_us = source->head.time_us;
    header.size = size;
    header.node = source->head.node;
    header.events = source->events;
    header.chain = source->head.chain;
    header.limits = source->limits;
    int result = write_block(storage, file, block, size, &header.state);
    if (result == 0) {
        snapshot_header_seal(&header, sha);
        result = storage_write_bytes(storage, file, &header, sizeof header, 0);
    }
    sha256_destroy(sha);
    return result == 0 ? storage->sync(storage->context, file) : result;
}

/* Old ones go once a newer one is durable, and what a killed child left behind. Failing here costs disk
 * space and nothing else. */
static void remove_old(const struct storage *storage, int folder)
{
    struct journal_listing listing;
    struct journal_error error;

    if (journal_listing_read(&listing, storage, folder, &error)) {
        for (size_t i = 0; i + SNAPSHOT_KEEP < listing.snapshots.count; i++) {
            struct journal_name name = journal_snapshot_name(listing.snapshots.values[i]);

            (void)storage->remove(storage->context, folder, name.text);
        }
        /* One is written at a time, and this one has its name: these were given up. */
        for (size_t i = 0; i < listing.temporaries.count; i++) {
            struct journal_name name =
                journal_snapshot_temporary_name(listing.temporaries.values[i]);

            (void)storage->remove(storage->context, folder, name.text);
        }
    }
    journal_listing_clear(&listing);
}

/* Is there one of this number already? A bad one is taken away. */
static bool is_there(const struct storage *storage, int folder, uint64_t number)
{
    struct snapshot_state state;
    struct journal_error error;
    struct journal_name name = journal_snapshot_name(number);

    if (snapshot_read(storage, folder, number, &state, &error)) {
        snapshot_state_destroy(&state);
        return true;
    }
    if (error.error_number != ENOENT) {
        (void)storage->remove(storage->context, folder, name.text);
    }
    return false;
}

bool snapshot_write(const struct storage *storage, int folder, const struct snapshot_source *source,
                    struct journal_error *error)
{
    struct journal_name temporary = journal_snapshot_temporary_name(source->head.number);
    struct journal_name name = journal_snapshot_name(source->head.number);

    ENSURE(source->head.number > 0);
    ENSURE(tarazy_engine_number(source->engine) == source->head.number);
    if (is_there(storage, folder, source->head.number)) {
        return true;
    }
    (void)storage->remove(storage->context, folder, temporary.text);
    int file = storage->open(storage->context, folder, temporary.text, STORAGE_MODE_CREATE);
    if (file < 0) {
        return fail(error, "the snapshot cannot be made", &temporary, file);
    }
    int result = write_file(storage, file, source);
    storage->close(storage->context, file);
    if (result < 0) {
        (void)storage->remove(storage->context, folder, temporary.text);
        return fail(error, "the snapshot cannot be written", &temporary, result);
    }
    result = storage->rename(storage->context, folder, temporary.text, name.text);
    if (result == 0) {
        result = storage->sync_folder(storage->context, folder);
    }
    if (result < 0) {
        return fail(error, "the snapshot cannot be given its name", &name, result);
    }
    remove_old(storage, folder);
    return true;
}

/* ---- reading ---- */

/* The header's page. -EBADMSG with *wrong set when it is not one. */
static int read_header(const struct storage *storage, int file, uint64_t number,
                       struct snapshot_header *header, const char **wrong)
{
    uint8_t page[JOURNAL_PAGE_SIZE];
    struct sha256 *sha;

    *wrong = NULL;
    int64_t size = storage->size(storage->context, file);
    if (size < 0) {
        return (int)size;
    }
    if (size < (int64_t)sizeof page) {
        *wrong = "the file is too short for a snapshot";
        return -EBADMSG;
    }
    int result = storage_read_bytes(storage, file, page, sizeof page, 0);
    if (result < 0) {
        return result;
    }
    memcpy(header, page, sizeof *header);
    sha = sha256_create();
    *wrong = snapshot_header_check(header, sha);
    sha256_destroy(sha);
    if (*wrong == NULL && !journal_is_zero(page + sizeof *header, sizeof page - sizeof *header)) {
        *wrong = "the snapshot's header is followed by something";
    }
    if (*wrong == NULL && (uint64_t)size != sizeof page + header->size) {
        *wrong = "the file is not as long as the snapshot's header says";
    }
    if (*wrong == NULL && header->number != number) {
        *wrong = "the snapshot's header says another number than the file's name";
    }
    return *wrong == NULL ? 0 : -EBADMSG;
}

/* The block into fresh zero memory, and the digest of what was read. 0 or a negative errno. */
static int read_block(const struct storage *storage, int file, uint8_t *block, uint64_t size,
                      struct hash256 *state)
{
    struct state_digest digest;
    uint64_t done = 0;
    uint64_t data = 0; /* offset in the block of the next byte that may not be zero */
    int result = 0;

    state_digest_create(&digest);
    state_digest_start(&digest, size);
    while (done < size && result == 0) {
        size_t chunk = size - done < JOURNAL_STATE_CHUNK_SIZE ? (size_t)(size - done)
                                                              : JOURNAL_STATE_CHUNK_SIZE;

        if (data <= done) {
            int64_t found = storage->next_data(storage->context, file, JOURNAL_PAGE_SIZE + done);
            result = found < 0 ? (int)found : 0;
            data = found < 0 ? done : (uint64_t)found - JOURNAL_PAGE_SIZE;
        }
        if (data >= done + chunk && chunk == JOURNAL_STATE_CHUNK_SIZE) {
            state_digest_add_zeros(&digest);
        } else if (result == 0) {
            result =
                storage_read_bytes(storage, file, block + done, chunk, JOURNAL_PAGE_SIZE + done);
            (void)state_digest_add(&digest, block + done, chunk);
        }
        done += chunk;
    }
    if (result == 0) {
        state_digest_finish(&digest, state);
    }
    state_digest_destroy(&digest);
    return result;
}

/* Everything behind a whole header. */
static int take_up(const struct storage *storage, int file, const struct snapshot_header *header,
                   struct snapshot_state *state, const char **wrong)
{
    size_t size = tarazy_engine_size(&header->limits);

    if (size == 0 || size != header->size) {
        *wrong = "the snapshot is of an engine that this program does not have";
        return -EBADMSG;
    }
    state->block = state_block_create(size);
    if (state->block.bytes == NULL) {
        return -ENOMEM;
    }
    int result = read_block(storage, file, state->block.bytes, size, &state->state);
    if (result < 0) {
        return result;
    }
    if (memcmp(&state->state, &header->state, sizeof header->state) != 0) {
        *wrong = "the digest of the snapshot's state does not agree";
        return -EBADMSG;
    }
    state->engine = tarazy_engine_adopt(state->block.bytes, size);
    if (state->engine == NULL || tarazy_engine_number(state->engine) != header->number) {
        *wrong = "the engine does not take up the snapshot's state";
        return -EBADMSG;
    }
    state->head = (struct journal_head){
        .number = header->number,
        .time_us = header->time_us,
        .chain = header->chain,
        .node = header->node,
    };
    state->events = header->events;
    state->limits = header->limits;
    return 0;
}

/* Opens, reads the header, and, with a state, the rest. */
static bool read_file(const struct storage *storage, int folder, struct snapshot_header *header,
                      struct snapshot_state *state, struct journal_error *error)
{
    uint64_t number = header->number;
    struct journal_name name = journal_snapshot_name(number);
    const char *wrong;

    int file = storage->open(storage->context, folder, name.text, STORAGE_MODE_READ);
    if (file < 0) {
        return fail(error, "the snapshot cannot be opened", &name, file);
    }
    int result = read_header(storage, file, number, header, &wrong);
    if (result == 0 && state != NULL) {
        result = take_up(storage, file, header, state, &wrong);
    }
    storage->close(storage->context, file);
    if (result < 0) {
        return fail(error, wrong != NULL ? wrong : "the snapshot cannot be read", &name,
                    wrong != NULL ? 0 : result);
    }
    return true;
}

bool snapshot_read_header(const struct storage *storage, int folder, uint64_t number,
                          struct snapshot_header *header, struct journal_error *error)
{
    header->number = number;
    return read_file(storage, folder, header, NULL, error);
}

bool snapshot_read(const struct storage *storage, int folder, uint64_t number,
                   struct snapshot_state *state, struct journal_error *error)
{
    struct snapshot_header header = {.number = number};

    memset(state, 0, sizeof *state);
    if (!read_file(storage, folder, &header, state, error)) {
        snapshot_state_destroy(state);
        return false;
    }
    return true;
}

bool snapshot_read_newest(const struct storage *storage, int folder, uint64_t limit,
                          struct snapshot_state *state, uint32_t *bad_count,
                          struct journal_error *error)
{
    struct journal_listing listing;
    bool is_listed = journal_listing_read(&listing, storage, folder, error);

    memset(state, 0, sizeof *state);
    *bad_count = 0;
    for (size_t i = is_listed ? listing.snapshots.count : 0; i > 0 && state->engine == NULL; i--) {
        struct journal_error bad;

        if (listing.snapshots.values[i - 1] > limit ||
            snapshot_read(storage, folder, listing.snapshots.values[i - 1], state, &bad)) {
            continue;
        }
        /* The core may have removed it since the listing. */
        if (bad.error_number != ENOENT) {
            *error = *bad_count == 0 ? bad : *error;
            (*bad_count)++;
        }
    }
    journal_listing_clear(&listing);
    return is_listed;
}

const char *snapshot_misfit(const struct journal_head *snapshot, const struct journal_head *journal)
{
    if (journal->number != snapshot->number) {
        return "the snapshot's number is not the end of a batch";
    }
    return memcmp(&journal->node, &snapshot->node, sizeof journal->node) == 0 &&
                   memcmp(&journal->chain, &snapshot->chain, sizeof journal->chain) == 0
               ? NULL
               : "the snapshot is not of this journal";
}

void snapshot_state_destroy(struct snapshot_state *state)
{
    state_block_destroy(&state->block);
    state->engine = NULL;
}
