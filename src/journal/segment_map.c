/* SPDX-License-Identifier: Apache-2.0
 *
 * The outline of a journal: headers and seals. A room of its own because the reader sees one segment
 * at a time and would not notice a file too many.
 *
 * Invariants: J10 and J11 of docs/journal-format.md.
 *
 * Read next: reader.c, which checks what is inside.
 */
#include "journal/segment_map.h"

#include <errno.h>
#include <string.h>

/* What the next segment must fit. */
struct outline {
    uint64_t next_number;
    struct hash256 chain;
    struct node_id node;
    bool is_sealed; /* the one before the next: false only before the last */
};

int segment_header_read(const struct storage *storage, int file, uint64_t first_number,
                        struct segment_header *header, const char **wrong)
{
    *wrong = NULL;
    int64_t size = storage->size(storage->context, file);
    if (size < 0) {
        return (int)size;
    }
    if (size < (int64_t)JOURNAL_SEGMENT_SIZE_MIN) {
        *wrong = "the file is too short for a segment";
        return -EBADMSG;
    }
    int result = storage_read_bytes(storage, file, header, sizeof *header, 0);
    if (result < 0) {
        return result;
    }
    *wrong = segment_header_check(header);
    if (*wrong == NULL && header->size != (uint64_t)size) {
        *wrong = "the file is not as long as the segment's header says";
    }
    if (*wrong == NULL && header->first_number != first_number) {
        *wrong = "the segment's header says another number than the file's name";
    }
    return *wrong == NULL ? 0 : -EBADMSG;
}

int segment_seal_read(const struct storage *storage, int file, uint64_t segment_size,
                      struct segment_footer *footer, enum segment_seal *seal)
{
    int result = storage_read_bytes(storage, file, footer, sizeof *footer,
                                    journal_footer_offset(segment_size));
    if (result < 0) {
        return result;
    }
    const uint8_t *bytes = (const uint8_t *)footer;
    if (journal_is_zero(bytes, sizeof *footer)) {
        *seal = SEGMENT_SEAL_NONE;
    } else if (segment_footer_check(footer) == NULL) {
        *seal = SEGMENT_SEAL_SEALED;
    } else if (journal_is_zero(bytes, JOURNAL_LINE_SIZE) || bytes[sizeof *footer - 1] == 0) {
        *seal = SEGMENT_SEAL_TORN;
    } else {
        *seal = SEGMENT_SEAL_BROKEN;
    }
    return 0;
}

static const char *check_header(const struct outline *outline, const struct segment_header *header,
                                bool is_first)
{
    struct sha256 *sha;
    struct journal_head genesis;

    if (!is_first) {
        if (memcmp(&header->node, &outline->node, sizeof header->node) != 0) {
            return "the segment is of another journal";
        }
        if (header->first_number != outline->next_number && outline->is_sealed) {
            return "the segment before this one is missing, or this one is too many";
        }
        if (memcmp(&header->previous, &outline->chain, sizeof header->previous) != 0 &&
            outline->is_sealed) {
            return "the segment's chain hash is not the one of the segment before";
        }
        return NULL;
    }
    if (header->first_number != 1) {
        return "the first segment is missing";
    }
    sha = sha256_create();
    genesis = journal_genesis(sha, &header->node);
    sha256_destroy(sha);
    return memcmp(&genesis.chain, &header->previous, sizeof genesis.chain) == 0
               ? NULL
               : "the chain does not begin with the node's id";
}

/* after: how many segments follow this one. */
static const char *check_seal(struct outline *outline, const struct segment_header *header,
                              const struct segment_footer *footer, enum segment_seal seal,
                              size_t after)
{
    outline->is_sealed = seal == SEGMENT_SEAL_SEALED;
    switch (seal) {
    case SEGMENT_SEAL_BROKEN: return "the segment's seal is damaged";
    case SEGMENT_SEAL_TORN: return after == 1 ? NULL : "the segment's seal is damaged";
    case SEGMENT_SEAL_NONE: return after <= 1 ? NULL : "the segment was never sealed";
    case SEGMENT_SEAL_SEALED: break;
    }
    if (after == 0) {
        return "the segment is sealed, and the one after it is missing";
    }
    if (footer->first_number != header->first_number ||
        memcmp(&footer->node, &header->node, sizeof footer->node) != 0) {
        return "the segment's seal is of another segment";
    }
    outline->next_number = footer->last_number + 1;
    outline->chain = footer->chain;
    return NULL;
}

static int check_segment(const struct storage *storage, int file, struct outline *outline,
                         const struct journal_numbers *segments, size_t index, const char **wrong)
{
    struct segment_header header;
    struct segment_footer footer;
    enum segment_seal seal;

    int result = segment_header_read(storage, file, segments->values[index], &header, wrong);
    if (result < 0) {
        return result;
    }
    *wrong = check_header(outline, &header, index == 0);
    if (*wrong != NULL) {
        return -EBADMSG;
    }
    outline->node = header.node;
    result = segment_seal_read(storage, file, header.size, &footer, &seal);
    if (result < 0) {
        return result;
    }
    *wrong = check_seal(outline, &header, &footer, seal, segments->count - 1 - index);
    return *wrong == NULL ? 0 : -EBADMSG;
}

bool segment_map_check(const struct storage *storage, int folder,
                       const struct journal_numbers *segments, struct journal_error *error)
{
    struct outline outline = {.next_number = 1};

    for (size_t i = 0; i < segments->count; i++) {
        struct journal_name name = journal_segment_name(segments->values[i]);
        const char *wrong = NULL;
        int file = storage->open(storage->context, folder, name.text, STORAGE_MODE_READ);

        if (file < 0) {
            journal_error_set(error, "the segment cannot be opened", name.text, file);
            return false;
        }
        int result = check_segment(storage, file, &outline, segments, i, &wrong);
        storage->close(storage->context, file);
        if (result < 0) {
            journal_error_set(error, wrong != NULL ? wrong : "the segment cannot be read",
                              name.text, wrong != NULL ? 0 : result);
            journal_error_place(error, 0, segments->values[i]);
            return false;
        }
    }
    return true;
}

int segment_map_later(const struct storage *storage, int folder, uint64_t number, uint64_t *later)
{
    struct journal_listing listing;
    struct journal_error error;

    *later = 0;
    int result = 0;
    if (!journal_listing_read(&listing, storage, folder, &error)) {
        result = error.error_number != 0 ? -error.error_number : -EBADMSG;
    }
    if (result == 0 && listing.segments.count > 0 &&
        listing.segments.values[listing.segments.count - 1] > number) {
        *later = listing.segments.values[listing.segments.count - 1];
    }
    journal_listing_clear(&listing);
    return result;
}
