/* SPDX-License-Identifier: Apache-2.0
 *
 * Alarms on paper. A room of its own because an alarm must leave a trace whatever else fails: it is logged first, then
 * evidence is kept, then the book is written. Invariants: the book is only ever appended to; evidence is never
 * replaced; a status is there whole or not at all. Read next: supervisor.c.
 */
#include "supervision/alarm_book.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "codec/json_writer.h"
#include "platform/log_line.h"

enum { ALARM_LINE_SIZE = 2048 };

const char *alarm_word(enum alarm alarm)
{
    switch (alarm) {
    case ALARM_SILENCE: return "silence";
    case ALARM_NO_CORE: return "no_core";
    case ALARM_REFUSED: return "refused";
    case ALARM_CHECKPOINT: return "checkpoint";
    case ALARM_UNSIGNED: return "unsigned";
    case ALARM_LIABILITIES: return "liabilities";
    case ALARM_QUARANTINE: return "quarantine";
    case ALARM_FINDING: break;
    }
    return "finding";
}

const char *replica_kind_word(enum replica_kind kind)
{
    switch (kind) {
    case REPLICA_KIND_RECORD: return "record";
    case REPLICA_KIND_HISTORY: return "history";
    case REPLICA_KIND_DIVERGED: return "diverged";
    case REPLICA_KIND_BOOKS: return "books";
    case REPLICA_KIND_STATE: return "state";
    case REPLICA_KIND_OWN: break;
    }
    return "own";
}

int alarm_book_open(struct alarm_book *book, const char *directory)
{
    if (mkdir(directory, 0750) != 0 && errno != EEXIST) {
        return -errno;
    }
    book->folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return book->folder < 0 ? -errno : 0;
}

void alarm_book_close(struct alarm_book *book)
{
    if (book->folder >= 0) {
        (void)close(book->folder);
    }
    book->folder = -1;
}

/* Opens, writes, syncs. 0 or a negative errno. */
static int write_file(int folder, const char *name, int flags, const void *bytes, size_t size)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | flags, 0640);

    if (fd < 0) {
        return -errno;
    }
    ssize_t written = write(fd, bytes, size);
    int result = written < 0 ? -errno : written != (ssize_t)size ? -EIO : 0;
    if (result == 0 && fsync(fd) != 0) {
        result = -errno;
    }
    (void)close(fd);
    return result;
}

static void log_alarm(const char *node, const struct pursuit_alarm *alarm)
{
    struct log_line line;

    log_line_begin(&line, alarm->is_raised ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
                   alarm->is_raised ? "alarm" : "alarm_cleared");
    log_line_text(&line, "node", node);
    log_line_text(&line, "alarm", alarm_word(alarm->alarm));
    if (alarm->finding != NULL) {
        log_line_text(&line, "kind", replica_kind_word(alarm->finding->kind));
    }
    log_line_unsigned(&line, "number", alarm->number);
    log_line_text(&line, "reason", alarm->reason);
    log_line_end(&line);
}

static void log_unwritten(const char *what, int error)
{
    struct log_line line;

    log_line_begin(&line, LOG_LEVEL_ERROR, "not_written");
    log_line_text(&line, "file", what);
    log_line_errno(&line, "why", error);
    log_line_end(&line);
}

/* Keeps the bytes in the node's folder; name: how it is called there, empty when there is nothing to keep. */
static void keep_evidence(const struct alarm_book *book, const char *node, int64_t wall_us,
                          const struct pursuit_alarm *alarm, char name[ALARM_EVIDENCE_SIZE])
{
    name[0] = '\0';
    /* A trouble of our own is nothing against the node, and the folder may be somebody else's by now. */
    if (alarm->finding == NULL ? alarm->evidence_size == 0
                               : alarm->finding->kind == REPLICA_KIND_OWN) {
        return;
    }
    (void)snprintf(name, ALARM_EVIDENCE_SIZE, ALARM_EVIDENCE_PREFIX "%llu-%lld.%s",
                   (unsigned long long)alarm->number, (long long)wall_us,
                   alarm->finding != NULL ? "frame" : "note");
    int folder = openat(book->folder, node, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = folder < 0
                     ? -errno
                     : write_file(folder, name, O_EXCL, alarm->evidence, alarm->evidence_size);
    if (folder >= 0) {
        (void)fsync(folder);
        (void)close(folder);
    }
    if (result < 0) {
        log_unwritten(name, result);
    }
}

static void time_text(int64_t wall_us, char out[40])
{
    struct tm parts = {0};
    time_t seconds = (time_t)(wall_us / 1000000);
    char whole[24];

    (void)gmtime_r(&seconds, &parts);
    (void)strftime(whole, sizeof whole, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(out, 40, "%s.%06dZ", whole, (int)(wall_us % 1000000));
}

void alarm_book_write(const struct alarm_book *book, const char *node, int64_t wall_us,
                      const struct pursuit_alarm *alarm)
{
    char text[ALARM_LINE_SIZE];
    char time[40];
    char evidence[ALARM_EVIDENCE_SIZE];
    struct json_writer json;

    log_alarm(node, alarm);
    keep_evidence(book, node, wall_us, alarm, evidence);
    time_text(wall_us, time);
    json_writer_begin(&json, text, sizeof text - 1);
    json_write_object_begin(&json);
    json_write_key_text(&json, "time", time);
    json_write_key_text(&json, "node", node);
    json_write_key_text(&json, "alarm", alarm_word(alarm->alarm));
    json_write_key_bool(&json, "raised", alarm->is_raised);
    if (alarm->finding != NULL) {
        json_write_key_text(&json, "kind", replica_kind_word(alarm->finding->kind));
    }
    if (alarm->finding != NULL || evidence[0] != '\0') {
        json_write_key_text(&json, "evidence", evidence);
    }
    json_write_key_uint64(&json, "number", alarm->number);
    json_write_key_text(&json, "reason", alarm->reason);
    json_write_object_end(&json);
    struct slice line = json_writer_text(&json);
    text[line.size] = '\n';
    int result = write_file(book->folder, ALARM_BOOK_NAME, O_APPEND, text, line.size + 1);
    if (result < 0) {
        log_unwritten(ALARM_BOOK_NAME, result);
    }
}

int alarm_book_status(const struct alarm_book *book, const char *text, size_t size)
{
    static const char temporary[] = ALARM_STATUS_NAME ".temp";
    int result = write_file(book->folder, temporary, O_TRUNC, text, size);

    if (result == 0 && renameat(book->folder, temporary, book->folder, ALARM_STATUS_NAME) != 0) {
        result = -errno;
    }
    return result;
}

int alarm_evidence_count(const char *directory)
{
    static const char prefix[] = ALARM_EVIDENCE_PREFIX;
    int count = 0;
    DIR *folder = opendir(directory);

    if (folder == NULL) {
        return -errno;
    }
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        count += strncmp(entry->d_name, prefix, sizeof prefix - 1) == 0 ? 1 : 0;
    }
    (void)closedir(folder);
    return count;
}
