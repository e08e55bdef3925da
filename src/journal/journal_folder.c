/* SPDX-License-Identifier: Apache-2.0
 *
 * Names: their one spelling, and reading them back. A name that begins like ours and is not one of
 * ours is told, not passed over: it may be the segment that somebody has moved aside.
 *
 * Invariant: J1 of docs/journal-format.md.
 *
 * Read next: segment_map.c, which looks whether the segments fit each other.
 */
#include "journal/journal_folder.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS 20u

static const char SEGMENT_PREFIX[] = "segment-";
static const char SEGMENT_SUFFIX[] = ".journal";
static const char SNAPSHOT_PREFIX[] = "snapshot-";
static const char SNAPSHOT_SUFFIX[] = ".state";
static const char TEMPORARY_SUFFIX[] = ".temp";

static struct journal_name make_name(const char *prefix, uint64_t number, const char *suffix)
{
    struct journal_name name;

    snprintf(name.text, sizeof name.text, "%s%020" PRIu64 "%s", prefix, number, suffix);
    return name;
}

struct journal_name journal_segment_name(uint64_t first_number)
{
    return make_name(SEGMENT_PREFIX, first_number, SEGMENT_SUFFIX);
}

struct journal_name journal_snapshot_name(uint64_t number)
{
    return make_name(SNAPSHOT_PREFIX, number, SNAPSHOT_SUFFIX);
}

struct journal_name journal_snapshot_temporary_name(uint64_t number)
{
    return make_name(SNAPSHOT_PREFIX, number, TEMPORARY_SUFFIX);
}

static bool begins_with(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* The number in prefix, 20 digits, suffix; 0 when the name is another. */
static uint64_t number_in(const char *name, const char *prefix, const char *suffix)
{
    size_t begin = strlen(prefix);
    uint64_t number = 0;

    if (!begins_with(name, prefix) || strlen(name) != begin + DIGITS + strlen(suffix) ||
        strcmp(name + begin + DIGITS, suffix) != 0) {
        return 0;
    }
    for (size_t i = begin; i < begin + DIGITS; i++) {
        uint64_t digit = (uint64_t)(name[i] - '0');

        if (name[i] < '0' || name[i] > '9' || number > (UINT64_MAX - digit) / 10) {
            return 0;
        }
        number = number * 10 + digit;
    }
    return number;
}

static void numbers_add(struct journal_listing *listing, struct journal_numbers *numbers,
                        uint64_t number)
{
    if (numbers->count == numbers->capacity) {
        size_t capacity = numbers->capacity == 0 ? 64 : numbers->capacity * 2;
        uint64_t *values = capacity > JOURNAL_FILES_MAX
                               ? NULL
                               : realloc(numbers->values, capacity * sizeof *values);
        if (values == NULL) {
            listing->is_too_long = true;
            return;
        }
        numbers->values = values;
        numbers->capacity = capacity;
    }
    numbers->values[numbers->count++] = number;
}

static void visit(void *visitor, const char *name)
{
    struct journal_listing *listing = visitor;
    uint64_t number;

    if (strcmp(name, JOURNAL_NEXT_SEGMENT_NAME) == 0) {
        listing->has_next_segment = true;
    } else if ((number = number_in(name, SEGMENT_PREFIX, SEGMENT_SUFFIX)) != 0) {
        numbers_add(listing, &listing->segments, number);
    } else if ((number = number_in(name, SNAPSHOT_PREFIX, SNAPSHOT_SUFFIX)) != 0) {
        numbers_add(listing, &listing->snapshots, number);
    } else if ((number = number_in(name, SNAPSHOT_PREFIX, TEMPORARY_SUFFIX)) != 0) {
        numbers_add(listing, &listing->temporaries, number);
    } else if (begins_with(name, SEGMENT_PREFIX) || begins_with(name, SNAPSHOT_PREFIX)) {
        memcpy(listing->stranger, name, strlen(name) + 1);
    }
}

static int compare_numbers(const void *a, const void *b)
{
    const uint64_t *left = a;
    const uint64_t *right = b;

    return (*left > *right) - (*left < *right);
}

static void numbers_sort(struct journal_numbers *numbers)
{
    if (numbers->count > 1) {
        qsort(numbers->values, numbers->count, sizeof *numbers->values, compare_numbers);
    }
}

bool journal_listing_read(struct journal_listing *listing, const struct storage *storage,
                          int folder, struct journal_error *error)
{
    memset(listing, 0, sizeof *listing);
    int result = storage->list(storage->context, folder, visit, listing);
    if (result < 0) {
        journal_error_set(error, "the folder cannot be read", "", result);
        return false;
    }
    if (listing->is_too_long) {
        journal_error_set(error, "too many files, or no memory for their names", "", ENOMEM);
        return false;
    }
    if (listing->stranger[0] != '\0') {
        journal_error_set(error, "the name looks like the journal's and is not", listing->stranger,
                          0);
        return false;
    }
    numbers_sort(&listing->segments);
    numbers_sort(&listing->snapshots);
    numbers_sort(&listing->temporaries);
    return true;
}

void journal_listing_clear(struct journal_listing *listing)
{
    free(listing->segments.values);
    free(listing->snapshots.values);
    free(listing->temporaries.values);
    memset(listing, 0, sizeof *listing);
}
