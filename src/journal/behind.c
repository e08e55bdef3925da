/* SPDX-License-Identifier: Apache-2.0
 *
 * A look ahead by one batch. A room of its own because it costs nearly nothing where there is nothing to
 * see, which is always: the bytes looked at are in the reader's window as a rule, and most often the end
 * of what is known to be durable.
 *
 * Invariant: what is found here passed every check that the reader will make of it in its turn.
 *
 * Read next: reader.c; quarantine.h.
 */
#include "journal/behind.h"

#include <errno.h>
#include <string.h>

#include "journal/journal_folder.h"
#include "journal/segment_map.h"

/* Where the next batch stands: behind the tail, or at the beginning of another segment. */
struct spot {
    int file;
    uint64_t offset;
    uint64_t room; /* to the segment's footer */
};

_Static_assert(sizeof(struct batch_header) + sizeof(struct command_header) <= BEHIND_LOOK_SIZE,
               "what is looked at");

/* Is it a batch of quarantines, by its header and its first command, and where it should be? */
static bool is_sought(const struct behind_place *place, const uint8_t *look,
                      struct batch_header *header)
{
    const struct journal_head *head = &place->tail->head;
    struct command_header first;

    memcpy(header, look, sizeof *header);
    memcpy(&first, look + sizeof *header, sizeof first);
    return header->magic == JOURNAL_BATCH_MAGIC && first.kind == COMMAND_QUARANTINE &&
           batch_header_check(header) == NULL && header->first_number == head->number + 1 &&
           memcmp(&header->previous, &head->chain, sizeof head->chain) == 0 &&
           memcmp(&header->node, &head->node, sizeof head->node) == 0 &&
           header->count <= TARAZY_QUARANTINES_MAX &&
           header->size == header->count * sizeof(struct command_quarantine) &&
           header->first_number + header->count - 1 <= place->limit;
}

static int read_whole(const struct behind_place *place, const struct spot *spot,
                      const uint8_t *look, uint8_t *bytes)
{
    struct batch_header header;

    if (!is_sought(place, look, &header) || journal_batch_extent(header.size) > spot->room) {
        return 0;
    }
    size_t extent = (size_t)journal_batch_extent(header.size);
    int result = storage_read_bytes(place->storage, spot->file, bytes, extent, spot->offset);
    if (result < 0) {
        return result;
    }
    bool is_whole = memcmp(bytes, &header, sizeof header) == 0 &&
                    batch_check(bytes, place->sha) == NULL &&
                    batch_commands_check(&header, bytes + sizeof header) == NULL;
    return is_whole ? (int)header.count : 0;
}

/* The first batch of the segment that follows, if one does. */
static int read_following(const struct behind_place *place, uint8_t *bytes)
{
    const struct storage *storage = place->storage;
    uint64_t number = place->tail->head.number + 1;
    struct journal_name name = journal_segment_name(number);
    struct segment_header header;
    const char *wrong;
    uint8_t look[BEHIND_LOOK_SIZE];

    int file = storage->open(storage->context, place->folder, name.text, STORAGE_MODE_READ);
    if (file < 0) {
        return file == -ENOENT ? 0 : file;
    }
    int result = segment_header_read(storage, file, number, &header, &wrong);
    if (result == 0) {
        result = storage_read_bytes(storage, file, look, sizeof look, sizeof header);
    } else if (wrong != NULL) {
        result = 0;
        header.size = 0;
    }
    if (result == 0 && header.size > 0) {
        const struct spot spot = {.file = file,
                                  .offset = sizeof header,
                                  .room = journal_footer_offset(header.size) - sizeof header};
        result = read_whole(place, &spot, look, bytes);
    }
    storage->close(storage->context, file);
    return result;
}

int behind_read(const struct behind_place *place, uint8_t *bytes)
{
    const struct journal_tail *tail = place->tail;
    const struct spot spot = {.file = place->file,
                              .offset = tail->offset,
                              .room = journal_footer_offset(tail->segment_size) - tail->offset};
    uint8_t read[BEHIND_LOOK_SIZE];
    const uint8_t *look = place->seen;

    if (tail->head.number >= place->limit) {
        return 0;
    }
    if (spot.room < BEHIND_LOOK_SIZE) {
        return read_following(place, bytes);
    }
    if (look == NULL) {
        int result =
            storage_read_bytes(place->storage, place->file, read, sizeof read, tail->offset);
        if (result < 0) {
            return result;
        }
        look = read;
    }
    return journal_is_zero(look, sizeof(struct batch_header))
               ? read_following(place, bytes)
               : read_whole(place, &spot, look, bytes);
}
