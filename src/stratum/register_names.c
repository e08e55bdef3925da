/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of accounts. A file of its own because it is what a stolen worker name is held against. Invariant: sorted,
 * no account twice. Read next: session.c.
 */
#include "stratum/register_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "codec/hex_text.h"
#include "platform/signature.h"

enum { ENTRIES_MAX = 1 << 20 };

struct register_names {
    struct register_entry *entries;
    size_t count;
    size_t capacity;
    uint32_t pool;
};

static struct slice next_word(struct slice *line)
{
    size_t begin = 0;

    while (begin < line->size && (line->data[begin] == ' ' || line->data[begin] == '\t')) {
        begin++;
    }
    size_t end = begin;
    while (end < line->size && line->data[end] != ' ' && line->data[end] != '\t') {
        end++;
    }
    struct slice word = slice_of(line->data + begin, end - begin);
    *line = slice_of(line->data + end, line->size - end);
    return word;
}

static bool read_number(struct slice text, uint32_t *out)
{
    uint64_t number;
    struct json_value value = {.type = JSON_TYPE_NUMBER, .raw = text};

    if (text.size == 0 || !json_number_uint64(value, &number) || number > UINT32_MAX) {
        return false;
    }
    *out = (uint32_t)number;
    return true;
}

static bool starts_with(struct slice word, const char *prefix, struct slice *rest)
{
    size_t size = strlen(prefix);

    if (word.size < size || memcmp(word.data, prefix, size) != 0) {
        return false;
    }
    *rest = slice_of(word.data + size, word.size - size);
    return true;
}

static bool read_field(struct slice word, struct register_entry *entry)
{
    struct slice rest;

    if (starts_with(word, "miner=", &rest)) {
        return entry->miner == 0 && read_number(rest, &entry->miner) && entry->miner != 0;
    }
    if (starts_with(word, "site=", &rest)) {
        return entry->site == 0 && read_number(rest, &entry->site) && entry->site != 0;
    }
    if (starts_with(word, "password=", &rest)) {
        bool is_first = !entry->has_password;

        entry->has_password = true;
        return is_first && hex_decode(rest, entry->password, sizeof entry->password);
    }
    return false;
}

static bool read_entry(struct slice line, struct register_entry *entry)
{
    struct slice word = next_word(&line);

    *entry = (struct register_entry){0};
    if (word.size > STRATUM_WORKER_MAX || memchr(word.data, '.', word.size) != NULL) {
        return false;
    }
    memcpy(entry->account, word.data, word.size);
    for (word = next_word(&line); word.size > 0; word = next_word(&line)) {
        if (!read_field(word, entry)) {
            return false;
        }
    }
    return entry->miner != 0;
}

static void add_entry(struct register_names *names, const struct register_entry *entry)
{
    if (names->count == names->capacity) {
        names->capacity = names->capacity == 0 ? 64 : 2 * names->capacity;
        names->entries = realloc(names->entries, names->capacity * sizeof *names->entries);
        ENSURE(names->entries != NULL);
    }
    names->entries[names->count++] = *entry;
}

static int compare_entries(const void *left, const void *right)
{
    return strcmp(((const struct register_entry *)left)->account,
                  ((const struct register_entry *)right)->account);
}

static bool has_doubles(const struct register_names *names)
{
    for (size_t i = 1; i < names->count; i++) {
        if (compare_entries(&names->entries[i - 1], &names->entries[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int compare_miners(const void *left, const void *right)
{
    uint32_t a = ((const struct register_entry *)left)->miner;
    uint32_t b = ((const struct register_entry *)right)->miner;

    return (a > b) - (a < b);
}

/* Two accounts of one miner: he would have two readings of one interval. Sorts. */
static bool has_one_miner_twice(struct register_names *names)
{
    if (names->count > 0) {
        qsort(names->entries, names->count, sizeof *names->entries, compare_miners);
    }
    for (size_t i = 1; i < names->count; i++) {
        if (names->entries[i - 1].miner == names->entries[i].miner) {
            return true;
        }
    }
    return false;
}

static bool read_lines(struct register_names *names, struct slice text, size_t *line)
{
    for (*line = 1; text.size > 0; (*line)++) {
        const char *end = memchr(text.data, '\n', text.size);
        size_t size = end == NULL ? text.size : (size_t)(end - text.data);
        struct slice one = slice_of(text.data, size);
        const char *comment = memchr(one.data, '#', one.size);
        struct register_entry entry;

        text = end == NULL ? slice_of(text.data, 0) : slice_of(end + 1, text.size - size - 1);
        if (comment != NULL) {
            one.size = (size_t)(comment - one.data);
        }
        one = slice_trim(one);
        if (one.size == 0) {
            continue;
        }
        if (names->count == ENTRIES_MAX || !read_entry(one, &entry)) {
            return false;
        }
        add_entry(names, &entry);
    }
    return true;
}

struct register_names *register_names_read(const char *text, size_t size, uint32_t pool,
                                           size_t *line)
{
    struct register_names *names = calloc(1, sizeof *names);

    ENSURE(names != NULL);
    names->pool = pool;
    if (!read_lines(names, slice_of(text, size), line)) {
        register_names_destroy(names);
        return NULL;
    }
    bool is_doubled = has_one_miner_twice(names);
    if (names->count > 0) {
        qsort(names->entries, names->count, sizeof *names->entries, compare_entries);
    }
    if (is_doubled || has_doubles(names)) {
        *line = 0;
        register_names_destroy(names);
        return NULL;
    }
    return names;
}

void register_names_destroy(struct register_names *names)
{
    if (names != NULL) {
        free(names->entries);
        free(names);
    }
}

uint32_t register_names_pool(const struct register_names *names)
{
    return names == NULL ? 0 : names->pool;
}

const struct register_entry *register_names_find(const struct register_names *names,
                                                 const char *worker)
{
    struct register_entry key = {0};
    size_t size = strcspn(worker, ".");

    if (names == NULL || names->count == 0 || size > STRATUM_WORKER_MAX) {
        return NULL;
    }
    memcpy(key.account, worker, size);
    return bsearch(&key, names->entries, names->count, sizeof key, compare_entries);
}

bool register_names_admit(const struct register_names *names, const char *worker,
                          const char *password)
{
    const struct register_entry *entry = register_names_find(names, worker);
    uint8_t digest[SHA256_SIZE];

    if (entry == NULL || !entry->has_password) {
        return true;
    }
    sha256_compute(&(struct byte_part){password, strlen(password)}, 1, digest);
    return secret_equals(digest, entry->password, sizeof digest);
}
