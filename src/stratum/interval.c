/* SPDX-License-Identifier: Apache-2.0
 *
 * One interval after the other, over crashes. A file of its own because here it is decided what is counted, how often: once. Invariants:
 * readings come out of the closed log alone; a log has readings or is the running one; numbers of readings have no
 * gaps; an interval begins no earlier than the one before it ended. Read next: share_log.c, tally.c, reading.c.
 */
#include "stratum/interval.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

enum { LOGS_MAX = 1 << 20, READING_LINE_MAX = 1024, SEEN_LOGS = 2, FOLLOWS_US = 2000000 };

struct interval {
    struct interval_options options;
    int folder;
    int lock;
    struct share_log *log;
    struct tally_book *book;
    int64_t begin_us;                        /* of the running log */
    int64_t started_us;                      /* when it began, by the monotonic clock */
    int64_t ended_us;                        /* where the one before ended */
    int64_t last_us;                         /* of the last record */
    uint64_t sequence;                       /* of the last reading */
    char (*workers)[STRATUM_WORKER_MAX + 1]; /* by number - 1: introduced in the running log */
    uint32_t worker_count;
    uint32_t worker_capacity;
    uint32_t *places; /* of workers by name: open addressing, number */
    size_t slots;
};

/* ---- time ---- */

int64_t interval_begin_us(const struct interval *interval)
{
    return interval->begin_us;
}

/* Where this interval has to end. */
static int64_t limit_us(const struct interval *interval)
{
    int64_t length = interval->options.length_us;

    return length == 0 ? INT64_MAX : (interval->begin_us / length + 1) * length;
}

static int64_t running_us(const struct interval *interval)
{
    int64_t passed = clock_monotonic_us(interval->options.clock) - interval->started_us;

    return interval->begin_us + (passed > 0 ? passed : 0);
}

int64_t interval_now_us(const struct interval *interval)
{
    int64_t now = running_us(interval);
    int64_t limit = limit_us(interval);

    return now < limit ? now : limit;
}

bool interval_is_due(const struct interval *interval)
{
    return running_us(interval) >= limit_us(interval);
}

/* ---- names of the folder ---- */

struct folder_list {
    int64_t *logs;
    size_t log_count;
    size_t log_capacity;
    int64_t *readings; /* files of readings, sent or not */
    size_t reading_count;
    size_t reading_capacity;
};

static void list_add(int64_t **list, size_t *count, size_t *capacity, int64_t value)
{
    if (*count == *capacity) {
        *capacity = *capacity == 0 ? 64 : 2 * *capacity;
        *list = realloc(*list, *capacity * sizeof **list);
        ENSURE(*list != NULL);
    }
    (*list)[(*count)++] = value;
}

static void readings_name(const char *prefix, int64_t begin_us, char out[LOG_NAME_SIZE])
{
    (void)snprintf(out, LOG_NAME_SIZE, "%s-%020lld.json", prefix, (long long)begin_us);
}

static void look_at_name(void *visitor, const char *name)
{
    struct folder_list *list = visitor;
    char same[LOG_NAME_SIZE];
    int64_t begin_us;

    if (share_log_name_read(name, &begin_us)) {
        list_add(&list->logs, &list->log_count, &list->log_capacity, begin_us);
        return;
    }
    const char *dash = strchr(name, '-');
    if (dash == NULL) {
        return;
    }
    begin_us = (int64_t)strtoll(dash + 1, NULL, 10);
    readings_name("readings", begin_us, same);
    bool is_waiting = strcmp(same, name) == 0;
    readings_name("sent", begin_us, same);
    if (is_waiting || strcmp(same, name) == 0) {
        list_add(&list->readings, &list->reading_count, &list->reading_capacity, begin_us);
    }
}

static int compare_times(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

static int list_read(const struct interval *interval, struct folder_list *list)
{
    const struct storage *storage = interval->options.storage;
    int error = storage->list(storage->context, interval->folder, look_at_name, list);

    if (list->log_count > 0) {
        qsort(list->logs, list->log_count, sizeof *list->logs, compare_times);
    }
    if (list->reading_count > 0) {
        qsort(list->readings, list->reading_count, sizeof *list->readings, compare_times);
    }
    return error;
}

static void list_free(struct folder_list *list)
{
    free(list->logs);
    free(list->readings);
}

static bool has_readings(const struct folder_list *list, int64_t begin_us)
{
    return list->reading_count > 0 && bsearch(&begin_us, list->readings, list->reading_count,
                                              sizeof begin_us, compare_times) != NULL;
}

/* ---- readings of a closed log ---- */

struct text {
    char *bytes;
    size_t size;
    size_t capacity;
};

static void add_reading(struct text *text, const struct reading *reading)
{
    if (text->capacity - text->size < READING_LINE_MAX) {
        text->capacity = 2 * text->capacity + 4 * READING_LINE_MAX;
        text->bytes = realloc(text->bytes, text->capacity);
        ENSURE(text->bytes != NULL);
    }
    size_t size = reading_write(reading, text->bytes + text->size, READING_LINE_MAX - 1);
    ENSURE(size > 0);
    text->size += size;
    text->bytes[text->size++] = '\n';
}

/* Writes a file under a passing name, syncs it, gives it its own name. */
static int write_whole(const struct interval *interval, const char *name, const struct text *text)
{
    const struct storage *storage = interval->options.storage;
    int error = storage->remove(storage->context, interval->folder, "readings.new");
    int file =
        storage->open(storage->context, interval->folder, "readings.new", STORAGE_MODE_CREATE);

    if (file < 0 || (error != 0 && error != -ENOENT)) {
        return file < 0 ? file : error;
    }
    error = text->size == 0 ? 0 : storage_write_bytes(storage, file, text->bytes, text->size, 0);
    if (error == 0) {
        error = storage->sync(storage->context, file);
    }
    (void)storage->close(storage->context, file);
    if (error == 0) {
        error = storage->rename(storage->context, interval->folder, "readings.new", name);
    }
    return error != 0 ? error : storage->sync_folder(storage->context, interval->folder);
}

static int write_readings(struct interval *interval, struct tally_book *book,
                          const struct hash256 *hash, size_t *readings)
{
    struct text text = {0};
    char name[LOG_NAME_SIZE];
    const struct tally *tallies = tally_book_sort(book, readings);

    for (size_t i = 0; i < *readings; i++) {
        const struct register_entry *entry =
            register_names_find(interval->options.names, tallies[i].account);
        struct reading reading = {
            .sequence = interval->sequence + 1 + i,
            .miner = entry == NULL ? 0 : entry->miner,
            .site = entry == NULL ? 0 : entry->site,
            .pool = register_names_pool(interval->options.names),
            .begin_us = tally_book_begin_us(book),
            .end_us = tally_book_end_us(book),
            .accepted = tallies[i].accepted,
            .rejected = tallies[i].rejected,
            .stale = tallies[i].stale,
            .refused = tallies[i].refused,
            .effective_milli = tally_effective_milli(&tallies[i]),
            .work = tallies[i].work,
            .log = *hash,
        };

        memcpy(reading.account, tallies[i].account, sizeof reading.account);
        add_reading(&text, &reading);
    }
    readings_name("readings", tally_book_begin_us(book), name);
    int error = write_whole(interval, name, &text);
    free(text.bytes);
    if (error == 0) {
        interval->sequence += *readings;
    }
    return error;
}

/* ---- what a former life left ---- */

struct revival {
    struct interval *interval;
    struct tally_book *book;
    bool is_recent; /* its shares could still be replayed */
    bool is_sound;
};

static void revive(void *context, const struct log_record *record)
{
    struct revival *revival = context;
    struct seen_shares *seen = revival->interval->options.seen;

    revival->is_sound &= tally_book_take(revival->book, record);
    if (record->kind == LOG_KIND_ACCEPTED && revival->is_recent && seen != NULL) {
        struct hash256 once;
        struct sha256 *sha = sha256_create();

        hash_twice(sha, &(struct byte_part){record->body, HEADER_SIZE}, 1, &once);
        (void)seen_shares_add(seen, record->body + 4, &once);
        sha256_destroy(sha);
    }
}

/* Reads a log once more: its shares are seen, its end is known; without readings it gets them. */
static int revive_log(struct interval *interval, int64_t begin_us, bool is_recent, bool is_open)
{
    char name[LOG_NAME_SIZE];
    size_t readings;
    struct revival revival = {interval, tally_book_create(), is_recent, true};
    struct log_reading reading = {.visit = revive, .context = &revival};

    share_log_name(begin_us, name);
    enum log_result result =
        share_log_read(interval->options.storage, interval->folder, name, &reading);
    int error = result == LOG_RESULT_DAMAGED ? -EBADMSG : reading.error;
    if (error == 0 && !revival.is_sound) {
        error = -EBADMSG;
    }
    if (error == 0 && tally_book_end_us(revival.book) > interval->ended_us) {
        interval->ended_us = tally_book_end_us(revival.book);
    }
    /* A log whose very first record was lost has told nobody anything: it is not told of, either. */
    if (error == 0 && is_open && tally_book_begin_us(revival.book) != 0) {
        error = write_readings(interval, revival.book, &reading.hash, &readings);
    }
    tally_book_destroy(revival.book);
    return error;
}

/* The number of the last reading: of the last line of the newest file that has one. */
static int find_sequence(struct interval *interval, const struct folder_list *list)
{
    for (size_t i = list->reading_count; i-- > 0 && interval->sequence == 0;) {
        char name[LOG_NAME_SIZE];
        char *text = NULL;
        size_t size = 0;
        struct reading reading;

        readings_name("readings", list->readings[i], name);
        int error = spool_read(interval->options.storage, interval->folder, name, &text, &size);
        if (error == -ENOENT) {
            readings_name("sent", list->readings[i], name);
            error = spool_read(interval->options.storage, interval->folder, name, &text, &size);
        }
        if (error != 0) {
            return error;
        }
        size_t begin = size == 0 ? 0 : size - 1;
        while (begin > 0 && text[begin - 1] != '\n') {
            begin--;
        }
        bool is_good =
            size == 0 || (text[size - 1] == '\n' &&
                          reading_read(slice_of(text + begin, size - 1 - begin), &reading));
        interval->sequence = size == 0 || !is_good ? 0 : reading.sequence;
        free(text);
        if (!is_good) {
            return -EBADMSG;
        }
    }
    return 0;
}

static int revive_all(struct interval *interval, char what[LOG_NAME_SIZE])
{
    struct folder_list list = {0};
    int error = list_read(interval, &list);

    if (error == 0) {
        error = find_sequence(interval, &list);
    }
    for (size_t i = 0; i < list.log_count && error == 0; i++) {
        bool is_recent = i + SEEN_LOGS >= list.log_count;
        bool is_open = !has_readings(&list, list.logs[i]);

        share_log_name(list.logs[i], what);
        if (list.logs[i] >= interval->ended_us) {
            interval->ended_us = list.logs[i] + 1;
        }
        if (is_recent || is_open) {
            error = revive_log(interval, list.logs[i], is_recent, is_open);
        }
    }
    list_free(&list);
    return error;
}

/* ---- the running one ---- */

static int begin(struct interval *interval)
{
    int64_t wall = clock_wall_us(interval->options.clock);

    int64_t late = wall - interval->ended_us;

    /* Right behind the one before it begins where that ended, so that no time is missing. */
    interval->started_us = clock_monotonic_us(interval->options.clock);
    interval->begin_us = wall;
    if (late < FOLLOWS_US) {
        interval->begin_us = interval->ended_us;
        interval->started_us -= late > 0 ? late : 0;
    }
    interval->last_us = interval->begin_us;
    interval->worker_count = 0;
    memset(interval->places, 0, interval->slots * sizeof *interval->places);
    return share_log_create(interval->options.storage, interval->folder, interval->begin_us,
                            &interval->log);
}

int interval_open(const struct interval_options *options, struct interval **out,
                  char what[LOG_NAME_SIZE])
{
    const struct storage *storage = options->storage;
    struct interval *interval = calloc(1, sizeof *interval);

    ENSURE(interval != NULL);
    *out = NULL;
    what[0] = '\0';
    interval->options = *options;
    interval->slots = 1024;
    interval->places = calloc(interval->slots, sizeof *interval->places);
    ENSURE(interval->places != NULL);
    interval->lock = -1;
    interval->folder = storage->open_folder(storage->context, options->directory, true);
    int error = interval->folder < 0 ? interval->folder : 0;
    if (error == 0) {
        interval->lock = storage->lock(storage->context, interval->folder, "meter.lock");
        error = interval->lock < 0 ? interval->lock : revive_all(interval, what);
    }
    if (error == 0) {
        error = begin(interval);
    }
    if (error != 0) {
        interval_destroy(interval);
        return error;
    }
    *out = interval;
    return 0;
}

void interval_destroy(struct interval *interval)
{
    if (interval == NULL) {
        return;
    }
    const struct storage *storage = interval->options.storage;

    share_log_destroy(interval->log);
    if (interval->lock >= 0) {
        (void)storage->close(storage->context, interval->lock);
    }
    if (interval->folder >= 0) {
        (void)storage->close(storage->context, interval->folder);
    }
    free(interval->workers);
    free(interval->places);
    free(interval);
}

static uint32_t *worker_place(const struct interval *interval, const char *name)
{
    struct slice text = slice_of_text(name);
    size_t at = 5381;

    for (size_t i = 0; i < text.size; i++) {
        at = at * 33 + (uint8_t)text.data[i];
    }
    at &= interval->slots - 1;
    while (interval->places[at] != 0 &&
           strcmp(interval->workers[interval->places[at] - 1], name) != 0) {
        at = (at + 1) & (interval->slots - 1);
    }
    return &interval->places[at];
}

static void grow_workers(struct interval *interval)
{
    interval->worker_capacity =
        interval->worker_capacity == 0 ? 512 : 2 * interval->worker_capacity;
    interval->workers =
        realloc(interval->workers, interval->worker_capacity * sizeof *interval->workers);
    free(interval->places);
    interval->slots = 2 * (size_t)interval->worker_capacity;
    interval->places = calloc(interval->slots, sizeof *interval->places);
    ENSURE(interval->workers != NULL && interval->places != NULL);
    for (uint32_t i = 0; i < interval->worker_count; i++) {
        *worker_place(interval, interval->workers[i]) = i + 1;
    }
}

uint32_t interval_worker(struct interval *interval, const char *name)
{
    uint32_t *place = worker_place(interval, name);
    struct log_record record = {.worker = interval->worker_count + 1};

    if (*place != 0) {
        return *place;
    }
    if (interval->worker_count >= TALLY_WORKERS_MAX) {
        return 0;
    }
    memcpy(record.body, name, strlen(name));
    if (!interval_add(interval, LOG_KIND_WORKER, &record)) {
        return 0;
    }
    if (interval->worker_count == interval->worker_capacity) {
        grow_workers(interval);
        place = worker_place(interval, name);
    }
    memcpy(interval->workers[interval->worker_count], name, strlen(name) + 1);
    *place = ++interval->worker_count;
    return *place;
}

bool interval_add(struct interval *interval, enum log_kind kind, struct log_record *record)
{
    int64_t now = interval_now_us(interval);

    record->kind = (uint8_t)kind;
    record->time_us = now > interval->last_us ? now : interval->last_us;
    interval->last_us = record->time_us;
    return share_log_add(interval->log, record);
}

int interval_sync(struct interval *interval)
{
    return share_log_sync(interval->log);
}

int interval_turn(struct interval *interval, size_t *readings)
{
    struct log_record record = {0};
    char name[LOG_NAME_SIZE];
    int64_t begin_us = interval->begin_us;
    struct revival revival = {interval, tally_book_create(), false, true};
    struct log_reading reading = {.visit = revive, .context = &revival};

    *readings = 0;
    int error = interval_sync(interval);
    if (error == 0) {
        ENSURE(interval_add(interval, LOG_KIND_END, &record));
        error = interval_sync(interval);
    }
    if (error == 0) {
        share_log_destroy(interval->log);
        interval->log = NULL;
        interval->ended_us = record.time_us;
        share_log_name(begin_us, name);
        if (share_log_read(interval->options.storage, interval->folder, name, &reading) !=
            LOG_RESULT_OK) {
            error = reading.error != 0 ? reading.error : -EBADMSG;
        }
    }
    if (error == 0) {
        error = write_readings(interval, revival.book, &reading.hash, readings);
    }
    tally_book_destroy(revival.book);
    return error != 0 ? error : begin(interval);
}
