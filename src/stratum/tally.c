/* SPDX-License-Identifier: Apache-2.0
 *
 * Sums of a log. A file of its own because a reading must be the same whoever adds it up: the meter, a restarted
 * meter, an inspector with the file. Invariant: a function of the records alone. Read next: interval.c.
 */
#include "stratum/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

enum { ACCOUNTS_MIN = 64 };

struct tally_book {
    struct tally *tallies;
    size_t count;
    size_t capacity;
    uint32_t *places; /* open addressing by name: index + 1 into tallies */
    size_t slots;
    uint32_t *workers; /* index + 1 into tallies, by number */
    size_t worker_capacity;
    int64_t begin_us;
    int64_t last_us;
    bool is_closed;
    struct difficulty difficulty; /* of the last accepted share, with its work */
    wide_half work;
};

struct tally_book *tally_book_create(void)
{
    struct tally_book *book = calloc(1, sizeof *book);

    ENSURE(book != NULL);
    book->slots = 2 * ACCOUNTS_MIN;
    book->places = calloc(book->slots, sizeof *book->places);
    ENSURE(book->places != NULL);
    return book;
}

void tally_book_destroy(struct tally_book *book)
{
    if (book != NULL) {
        free(book->tallies);
        free(book->places);
        free(book->workers);
        free(book);
    }
}

/* FNV-1a; names are chosen by strangers, but a crowded table only costs time within one interval. */
static size_t name_hash(const char *name)
{
    uint64_t hash = 14695981039346656037u;

    for (; *name != '\0'; name++) {
        hash = (hash ^ (uint8_t)*name) * 1099511628211u;
    }
    return (size_t)(hash ^ hash >> 32);
}

static uint32_t *place_of(const struct tally_book *book, const char *account)
{
    size_t at = name_hash(account) & (book->slots - 1);

    while (book->places[at] != 0 &&
           strcmp(book->tallies[book->places[at] - 1].account, account) != 0) {
        at = (at + 1) & (book->slots - 1);
    }
    return &book->places[at];
}

static void grow(struct tally_book *book)
{
    book->capacity = book->capacity == 0 ? ACCOUNTS_MIN : 2 * book->capacity;
    book->tallies = realloc(book->tallies, book->capacity * sizeof *book->tallies);
    free(book->places);
    book->slots = 2 * book->capacity;
    book->places = calloc(book->slots, sizeof *book->places);
    ENSURE(book->tallies != NULL && book->places != NULL);
    for (size_t i = 0; i < book->count; i++) {
        *place_of(book, book->tallies[i].account) = (uint32_t)(i + 1);
    }
}

static uint32_t account_enter(struct tally_book *book, const char *account)
{
    uint32_t *place = place_of(book, account);

    if (*place != 0) {
        return *place;
    }
    if (book->count == book->capacity) {
        grow(book);
        place = place_of(book, account);
    }
    struct tally *tally = &book->tallies[book->count];
    *tally = (struct tally){0};
    memcpy(tally->account, account, strlen(account));
    book->count++;
    *place = (uint32_t)book->count;
    return *place;
}

static bool worker_enter(struct tally_book *book, const struct log_record *record)
{
    char account[STRATUM_WORKER_MAX + 1] = {0};

    if (record->worker == 0 || record->worker > TALLY_WORKERS_MAX) {
        return false;
    }
    if (record->worker >= book->worker_capacity) {
        size_t capacity = 2 * (size_t)record->worker + 64;

        book->workers = realloc(book->workers, capacity * sizeof *book->workers);
        ENSURE(book->workers != NULL);
        memset(book->workers + book->worker_capacity, 0,
               (capacity - book->worker_capacity) * sizeof *book->workers);
        book->worker_capacity = capacity;
    }
    memcpy(account, record->body, STRATUM_WORKER_MAX);
    account[strcspn(account, ".")] = '\0';
    book->workers[record->worker] = account_enter(book, account);
    return true;
}

static void count_accepted(struct tally_book *book, struct tally *tally,
                           const struct log_record *record)
{
    struct difficulty difficulty = {.mantissa = record->mantissa, .decimals = record->decimals};

    if (book->work == 0 || difficulty.mantissa != book->difficulty.mantissa ||
        difficulty.decimals != book->difficulty.decimals) {
        struct target target = target_of_difficulty(difficulty);

        book->difficulty = difficulty;
        book->work = target_work(&target);
    }
    struct wide work = wide_of(book->work);
    struct wide square = wide_multiply(&work, &work);
    tally->accepted++;
    tally->work += book->work;
    tally->squares = wide_add(&tally->squares, &square);
}

static bool count_share(struct tally_book *book, const struct log_record *record)
{
    if (record->worker >= book->worker_capacity || book->workers[record->worker] == 0) {
        return false;
    }
    struct tally *tally = &book->tallies[book->workers[record->worker] - 1];
    if (record->kind == LOG_KIND_ACCEPTED) {
        if (record->mantissa == 0 || record->mantissa > DIFFICULTY_MANTISSA_MAX ||
            record->decimals > DIFFICULTY_DECIMALS_MAX) {
            return false;
        }
        count_accepted(book, tally, record);
    } else {
        tally->rejected += record->kind == LOG_KIND_REJECTED ? 1 : 0;
        tally->stale += record->kind == LOG_KIND_STALE ? 1 : 0;
        tally->refused += record->kind == LOG_KIND_REFUSED ? 1 : 0;
    }
    return true;
}

bool tally_book_take(struct tally_book *book, const struct log_record *record)
{
    book->last_us = record->time_us;
    switch ((enum log_kind)record->kind) {
    case LOG_KIND_BEGIN: book->begin_us = record->time_us; return true;
    case LOG_KIND_END: book->is_closed = true; return true;
    case LOG_KIND_WORKER: return worker_enter(book, record);
    case LOG_KIND_ACCEPTED:
    case LOG_KIND_REJECTED:
    case LOG_KIND_STALE:
    case LOG_KIND_REFUSED: return count_share(book, record);
    }
    return false;
}

int64_t tally_book_begin_us(const struct tally_book *book)
{
    return book->begin_us;
}

int64_t tally_book_end_us(const struct tally_book *book)
{
    return book->last_us > book->begin_us ? book->last_us : book->begin_us + 1;
}

bool tally_book_is_closed(const struct tally_book *book)
{
    return book->is_closed;
}

static int compare_accounts(const void *left, const void *right)
{
    return strcmp(((const struct tally *)left)->account, ((const struct tally *)right)->account);
}

const struct tally *tally_book_sort(struct tally_book *book, size_t *count)
{
    if (book->count > 0) {
        qsort(book->tallies, book->count, sizeof *book->tallies, compare_accounts);
    }
    *count = book->count;
    return book->tallies;
}

uint64_t tally_effective_milli(const struct tally *tally)
{
    const struct wide thousand = wide_of(1000);

    if (tally->accepted == 0) {
        return 0;
    }
    struct wide work = wide_of(tally->work);
    struct wide square = wide_multiply(&work, &work);
    struct wide product = wide_multiply(&square, &thousand);
    struct wide quotient = wide_divide(&product, &tally->squares);

    return (uint64_t)wide_to_half(&quotient);
}
