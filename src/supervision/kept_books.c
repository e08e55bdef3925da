/* SPDX-License-Identifier: Apache-2.0
 *
 * What listeners know, on the disk and back. A room of its own because it must be as hard to fool as a snapshot, and no
 * listener should have to know how.
 *
 * Invariants: under its name a file is whole; a part is given to its listener only with the name and the size under which
 * it was kept, and counts only if its digest agrees; after a failure every listener is as at the beginning, none half
 * taken up.
 *
 * Read next: replica.c; journal/snapshot.c, whose twin this is.
 */
#include "supervision/kept_books.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/journal_folder.h"
#include "journal/reader.h"
#include "journal/state_digest.h"
#include "platform/signature.h"

static const char books_prefix[] = "books-";
static const char books_end[] = ".kept";
static const char books_magic[16] = "tarazy books 1\n";

enum { KEPT_NUMBER_DIGITS = 20, KEPT_LISTED_MAX = 64 };

struct kept_header_part {
    char name[KEPT_NAME_SIZE];
    uint64_t size;
    struct hash256 digest;
};

struct kept_header {
    char magic[16];
    struct kept_place place;
    uint32_t count;
    uint32_t reserved;
    struct kept_header_part parts[KEPT_BOOKS_PARTS_MAX];
    struct hash256 sum; /* of everything above */
};
_Static_assert(sizeof(struct kept_header) <= JOURNAL_PAGE_SIZE, "the header has a page");

static struct journal_name books_name(uint64_t number, const char *end)
{
    struct journal_name name;

    (void)snprintf(name.text, sizeof name.text, "%s%020" PRIu64 "%s", books_prefix, number, end);
    return name;
}

static struct hash256 header_sum(const struct kept_header *header)
{
    const struct byte_part part = {.bytes = header, .size = offsetof(struct kept_header, sum)};
    struct hash256 sum = {{0}};

    sha256_compute(&part, 1, sum.bytes);
    return sum;
}

static uint64_t next_page(uint64_t offset)
{
    return (offset + JOURNAL_PAGE_SIZE - 1) / JOURNAL_PAGE_SIZE * JOURNAL_PAGE_SIZE;
}

bool kept_books_can(const struct kept_listeners *listeners)
{
    size_t count = 0;

    for (size_t i = 0; i < listeners->count; i++) {
        const struct replica_listener *listener = &listeners->all[i];

        if (listener->kept_name == NULL) {
            return false;
        }
        struct kept_part part = listener->keep(listener->context);
        if (part.bytes == NULL) {
            return false;
        }
        count++;
    }
    return count > 0 && count <= KEPT_BOOKS_PARTS_MAX;
}

/* ------------------------------------------------------------------ writing */

/* A part at its place, chunks of zeros left out; its digest. 0 or a negative errno. */
static int write_part(const struct storage *storage, int file, const struct kept_part *part,
                      uint64_t offset, struct hash256 *out)
{
    const uint8_t *bytes = part->bytes;
    struct state_digest digest;
    int result = 0;

    state_digest_create(&digest);
    state_digest_start(&digest, part->size);
    for (size_t done = 0; done < part->size && result == 0;) {
        size_t chunk = part->size - done < JOURNAL_STATE_CHUNK_SIZE ? part->size - done
                                                                    : JOURNAL_STATE_CHUNK_SIZE;

        if (!state_digest_add(&digest, bytes + done, chunk)) {
            result = storage_write_bytes(storage, file, bytes + done, chunk, offset + done);
        }
        done += chunk;
    }
    if (result == 0) {
        state_digest_finish(&digest, out);
    }
    state_digest_destroy(&digest);
    return result;
}

static int write_file(const struct storage *storage, int file, const struct kept_place *place,
                      const struct kept_listeners *listeners)
{
    uint8_t page[JOURNAL_PAGE_SIZE] = {0};
    struct kept_header header = {.place = *place};
    uint64_t offset = sizeof page;
    int result = 0;

    memcpy(header.magic, books_magic, sizeof header.magic);
    for (size_t i = 0; i < listeners->count && result == 0; i++) {
        const struct replica_listener *listener = &listeners->all[i];
        struct kept_header_part *kept = &header.parts[header.count++];
        struct kept_part part = listener->keep(listener->context);

        (void)snprintf(kept->name, sizeof kept->name, "%s", listener->kept_name);
        kept->size = part.size;
        result = storage->resize(storage->context, file, next_page(offset + part.size));
        if (result == 0) {
            result = write_part(storage, file, &part, offset, &kept->digest);
        }
        offset = next_page(offset + part.size);
    }
    header.sum = header_sum(&header);
    memcpy(page, &header, sizeof header);
    if (result == 0) {
        result = storage_write_bytes(storage, file, page, sizeof page, 0);
    }
    return result == 0 ? storage->sync(storage->context, file) : result;
}

static bool fail(struct journal_error *error, const char *what, const struct journal_name *name,
                 int error_number)
{
    journal_error_set(error, what, name->text, error_number);
    return false;
}

static bool write_books(const struct storage *storage, int folder, const struct kept_place *place,
                        const struct kept_listeners *listeners, struct journal_error *error)
{
    struct journal_name temporary = books_name(place->number, ".temp");
    struct journal_name name = books_name(place->number, books_end);

    (void)storage->remove(storage->context, folder, temporary.text);
    (void)storage->remove(storage->context, folder, name.text);
    int file = storage->open(storage->context, folder, temporary.text, STORAGE_MODE_CREATE);
    if (file < 0) {
        return fail(error, "the books cannot be kept", &temporary, file);
    }
    int result = write_file(storage, file, place, listeners);
    (void)storage->close(storage->context, file);
    if (result == 0) {
        result = storage->rename(storage->context, folder, temporary.text, name.text);
    }
    if (result == 0) {
        result = storage->sync_folder(storage->context, folder);
    }
    if (result < 0) {
        (void)storage->remove(storage->context, folder, temporary.text);
        return fail(error, "the books cannot be kept", &name, result);
    }
    return true;
}

/* ------------------------------------------------------------------ reading */

static bool read_header(const struct storage *storage, int file, uint64_t number,
                        struct kept_header *header)
{
    if (storage_read_bytes(storage, file, header, sizeof *header, 0) != 0) {
        return false;
    }
    struct hash256 sum = header_sum(header);
    return memcmp(&sum, &header->sum, sizeof sum) == 0 &&
           memcmp(header->magic, books_magic, sizeof header->magic) == 0 &&
           header->place.number == number && header->count <= KEPT_BOOKS_PARTS_MAX;
}

static bool read_place(const struct storage *storage, int folder, uint64_t number,
                       struct kept_place *place)
{
    struct journal_name name = books_name(number, books_end);
    struct kept_header header;

    int file = storage->open(storage->context, folder, name.text, STORAGE_MODE_READ);
    if (file < 0) {
        return false;
    }
    bool is_read = read_header(storage, file, number, &header);
    (void)storage->close(storage->context, file);
    *place = header.place;
    return is_read;
}

/* A part into zeroed memory: true when its digest agrees. */
static bool read_part(const struct storage *storage, int file, const struct kept_part *part,
                      uint64_t offset, const struct hash256 *expected)
{
    uint8_t *bytes = part->bytes;
    struct state_digest digest;
    struct hash256 found;
    bool is_good = true;

    state_digest_create(&digest);
    state_digest_start(&digest, part->size);
    for (size_t done = 0; done < part->size && is_good;) {
        size_t chunk = part->size - done < JOURNAL_STATE_CHUNK_SIZE ? part->size - done
                                                                    : JOURNAL_STATE_CHUNK_SIZE;
        int64_t data = storage->next_data(storage->context, file, offset + done);

        if (data >= (int64_t)(offset + done + chunk) && chunk == JOURNAL_STATE_CHUNK_SIZE) {
            state_digest_add_zeros(&digest);
        } else {
            is_good = storage_read_bytes(storage, file, bytes + done, chunk, offset + done) == 0;
            (void)state_digest_add(&digest, bytes + done, chunk);
        }
        done += chunk;
    }
    if (is_good) {
        state_digest_finish(&digest, &found);
        is_good = memcmp(&found, expected, sizeof found) == 0;
    }
    state_digest_destroy(&digest);
    return is_good;
}

static bool read_parts(const struct storage *storage, int file, const struct kept_header *header,
                       const struct kept_listeners *listeners)
{
    uint64_t offset = JOURNAL_PAGE_SIZE;

    if (header->count != listeners->count) {
        return false;
    }
    for (size_t i = 0; i < listeners->count; i++) {
        const struct replica_listener *listener = &listeners->all[i];
        const struct kept_header_part *kept = &header->parts[i];

        if (listener->kept_name == NULL ||
            strncmp(kept->name, listener->kept_name, sizeof kept->name) != 0) {
            return false;
        }
        struct kept_part part = listener->make(listener->context, kept->size);
        if (part.bytes == NULL || part.size != kept->size ||
            !read_part(storage, file, &part, offset, &kept->digest)) {
            return false;
        }
        offset = next_page(offset + kept->size);
    }
    return true;
}

static bool read_books(const struct storage *storage, int folder, uint64_t number,
                       const struct kept_listeners *listeners)
{
    struct journal_name name = books_name(number, books_end);
    struct kept_header header;

    int file = storage->open(storage->context, folder, name.text, STORAGE_MODE_READ);
    if (file < 0) {
        return false;
    }
    bool is_whole = read_header(storage, file, number, &header) &&
                    read_parts(storage, file, &header, listeners);
    (void)storage->close(storage->context, file);
    for (size_t i = 0; i < listeners->count && is_whole; i++) {
        is_whole = listeners->all[i].resume(listeners->all[i].context);
    }
    for (size_t i = 0; i < listeners->count && !is_whole; i++) {
        if (listeners->all[i].forget != NULL) {
            listeners->all[i].forget(listeners->all[i].context);
        }
    }
    return is_whole;
}

/* ------------------------------------------------------------------ old ones */

struct listed {
    struct journal_name names[KEPT_LISTED_MAX];
    size_t count;
};

static void list_one(void *context, const char *name)
{
    struct listed *listed = context;

    if (strncmp(name, books_prefix, sizeof books_prefix - 1) == 0 &&
        listed->count < KEPT_LISTED_MAX) {
        (void)snprintf(listed->names[listed->count++].text, sizeof listed->names[0].text, "%s",
                       name);
    }
}

static bool has_snapshot(const struct journal_listing *listing, const char *name)
{
    for (size_t i = 0; i < listing->snapshots.count; i++) {
        struct journal_name kept = books_name(listing->snapshots.values[i], books_end);

        if (strcmp(kept.text, name) == 0) {
            return true;
        }
    }
    return false;
}

static void sweep(const struct storage *storage, int folder)
{
    struct journal_listing listing;
    struct journal_error error;
    struct listed listed = {.count = 0};

    if (journal_listing_read(&listing, storage, folder, &error) &&
        storage->list(storage->context, folder, list_one, &listed) == 0) {
        for (size_t i = 0; i < listed.count; i++) {
            if (!has_snapshot(&listing, listed.names[i].text)) {
                (void)storage->remove(storage->context, folder, listed.names[i].text);
            }
        }
    }
    journal_listing_clear(&listing);
}

/* ------------------------------------------------------------------ with the snapshot */

bool kept_books_write(const struct storage *storage, const char *directory,
                      const struct snapshot_source *source, uint64_t last_first,
                      const struct kept_listeners *listeners, struct journal_error *error)
{
    const struct kept_place place = {.number = source->head.number,
                                     .last_first = last_first,
                                     .node = source->head.node,
                                     .chain = source->head.chain};
    int folder = storage->open_folder(storage->context, directory, false);

    if (folder < 0) {
        journal_error_set(error, "the folder cannot be opened", "", folder);
        return false;
    }
    /* The books first: a snapshot without them is of no use here. */
    bool is_written = write_books(storage, folder, &place, listeners, error) &&
                      snapshot_write(storage, folder, source, error);
    sweep(storage, folder);
    (void)storage->close(storage->context, folder);
    return is_written;
}

/* Is the snapshot of the history that the copy has: is its chain hash that of the batch it stands behind? */
static bool is_of_copy(const struct storage *storage, const char *directory,
                       const struct journal_head *head)
{
    const struct journal_reader_options options = {
        .storage = storage, .directory = directory, .from = head->number + 1};
    struct journal_error error;
    struct journal_reader *reader = journal_reader_open(&options, &error);

    if (reader == NULL) {
        return false;
    }
    const struct journal_head *there = &journal_reader_tail(reader)->head;
    bool is_same = there->number == head->number &&
                   memcmp(&there->chain, &head->chain, sizeof head->chain) == 0 &&
                   memcmp(&there->node, &head->node, sizeof head->node) == 0;
    journal_reader_close(reader);
    return is_same;
}

struct search {
    const struct storage *storage;
    const char *directory;
    int folder;
    const struct kept_listeners *listeners;
};

static bool take_one(const struct search *search, uint64_t number, struct snapshot_state *state,
                     struct kept_place *place)
{
    struct journal_error error;

    if (!read_place(search->storage, search->folder, number, place) ||
        !snapshot_read(search->storage, search->folder, number, state, &error)) {
        return false;
    }
    if (memcmp(&place->chain, &state->head.chain, sizeof place->chain) != 0 ||
        !is_of_copy(search->storage, search->directory, &state->head) ||
        !read_books(search->storage, search->folder, number, search->listeners)) {
        snapshot_state_destroy(state);
        return false;
    }
    return true;
}

bool kept_books_find(const struct storage *storage, const char *directory,
                     const struct kept_listeners *listeners, struct snapshot_state *state,
                     struct kept_place *place)
{
    struct search search = {storage, directory, -1, listeners};
    struct journal_listing listing;
    struct journal_error error;
    bool is_found = false;

    search.folder = storage->open_folder(storage->context, directory, false);
    if (search.folder < 0) {
        return false;
    }
    if (journal_listing_read(&listing, storage, search.folder, &error)) {
        for (size_t i = listing.snapshots.count; i > 0 && !is_found; i--) {
            is_found = take_one(&search, listing.snapshots.values[i - 1], state, place);
        }
    }
    journal_listing_clear(&listing);
    (void)storage->close(storage->context, search.folder);
    return is_found;
}
