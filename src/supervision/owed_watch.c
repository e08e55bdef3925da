/* SPDX-License-Identifier: Apache-2.0
 *
 * Roots of liabilities, built again from one's own copy. A room of its own because a root is about a record in the past and
 * takes long: a child re-performs the copy up to it and builds the tree (docs/proof-of-liabilities.md).
 *
 * Invariants: roots are built in the order in which they were published; one that does not agree is the last one looked
 * at; what was cosigned is not built again. Nobody's balance leaves the child.
 *
 * Read next: proofs/liabilities_check.h, side_task.h, witnessing.c.
 */
#include "supervision/owed_watch.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec/hex_text.h"
#include "journal/state_at.h"
#include "platform/signature.h"
#include "proofs/liabilities_check.h"
#include "tarazy/command.h"
#include "tarazy/query.h"

enum { OWED_RETRY_US = 2000000, OWED_PATH_SIZE = 4200 };

struct question {
    const struct owed_watch *watch;
    struct owed_root root;
};

struct answer {
    enum owed_news news;
    char reason[OWED_REASON_SIZE];
};

bool owed_watch_open(struct owed_watch *watch)
{
    watch->waiting = calloc(OWED_WAITING_MAX, sizeof watch->waiting[0]);
    return watch->waiting != NULL;
}

void owed_watch_close(struct owed_watch *watch)
{
    side_task_stop(&watch->task);
    free(watch->waiting);
    watch->waiting = NULL;
}

/* ------------------------------------------------------------------ as they come */

static void drop_first(struct owed_watch *watch)
{
    watch->count--;
    memmove(watch->waiting, watch->waiting + 1, watch->count * sizeof watch->waiting[0]);
}

static void on_command(void *context, const struct engine *engine,
                       const struct command_header *command, const uint8_t *events, size_t size)
{
    struct owed_watch *watch = context;
    struct liabilities_view view;

    (void)events;
    (void)size;
    /* One that was refused has published nothing. */
    if (command->kind != COMMAND_LIABILITIES_PUBLISH || !tarazy_query_liabilities(engine, &view) ||
        view.published != command->number) {
        return;
    }
    if (watch->count == OWED_WAITING_MAX) {
        watch->given_up = watch->waiting[0].batch + 1;
        side_task_stop(&watch->task);
        drop_first(watch);
    }
    watch->waiting[watch->count++] = (struct owed_root){
        .claim = {view.record, view.epoch, view.root, view.totals},
        .number = command->number,
        .batch = own_tree_size(watch->tree),
    };
}

/* Kept only when nothing waits: then there is nothing to know. */
static struct kept_part keep(void *context)
{
    struct owed_watch *watch = context;
    bool waits = watch->count > 0 || watch->given_up > watch->settled;

    return (struct kept_part){waits ? NULL : watch->waiting, 0};
}

static struct kept_part make(void *context, size_t size)
{
    const struct owed_watch *watch = context;

    return (struct kept_part){size == 0 ? watch->waiting : NULL, size};
}

static bool resume(void *context)
{
    const struct owed_watch *watch = context;

    return watch->count == 0;
}

struct replica_listener owed_watch_listener(struct owed_watch *watch)
{
    return (struct replica_listener){
        .context = watch,
        .on_command = on_command,
        .kept_name = "nothing owed unseen 1",
        .keep = keep,
        .make = make,
        .resume = resume,
    };
}

/* ------------------------------------------------------------------ the child */

static bool read_key(const char *folder, uint64_t epoch, struct hash256 *key)
{
    char path[OWED_PATH_SIZE];
    char text[2 * sizeof key->bytes + 2];

    if (folder == NULL) {
        return false;
    }
    (void)snprintf(path, sizeof path, "%s/%" PRIu64 ".key", folder, epoch);
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    ssize_t size = read(file, text, sizeof text);
    (void)close(file);
    if (size > 0 && text[size - 1] == '\n') {
        size--;
    }
    bool is_read =
        size > 0 && hex_decode(slice_of(text, (size_t)size), key->bytes, sizeof key->bytes);
    secret_wipe(text, sizeof text);
    return is_read;
}

static void say(struct answer *answer, enum owed_news news, const char *reason)
{
    answer->news = news;
    (void)snprintf(answer->reason, sizeof answer->reason, "%s", reason);
}

static void check_books(const struct engine *engine, const struct question *asked,
                        const struct hash256 *key, struct answer *answer)
{
    struct liabilities_report *report = calloc(1, sizeof *report);

    if (report == NULL || !liabilities_check(engine, &asked->root.claim, key, report)) {
        say(answer, OWED_NEWS_FAILED, "no memory to build the tree of liabilities");
    } else if (!liabilities_report_is_good(report)) {
        const char *wrong = liabilities_report_text(report);

        say(answer, OWED_NEWS_WRONG, wrong != NULL ? wrong : "it is another one");
    } else {
        say(answer, OWED_NEWS_AGREES, "");
    }
    free(report);
}

static void work(const void *question, void *answer)
{
    const struct question *asked = question;
    struct journal_error error;
    struct state_at state;
    struct hash256 key;
    char text[JOURNAL_ERROR_TEXT_SIZE];

    if (!read_key(asked->watch->keys, asked->root.claim.epoch, &key)) {
        say(answer, OWED_NEWS_NO_KEY, "the key of the epoch is not there");
        return;
    }
    if (!state_at_read(asked->watch->storage, asked->watch->copy, asked->root.claim.record, &state,
                       &error)) {
        secret_wipe(&key, sizeof key);
        say(answer, OWED_NEWS_FAILED, journal_error_text(&error, text));
        return;
    }
    check_books(state.engine, asked, &key, answer);
    secret_wipe(&key, sizeof key);
    state_at_destroy(&state);
}

/* ------------------------------------------------------------------ going on */

void owed_watch_settle(struct owed_watch *watch, uint64_t size)
{
    watch->settled = size > watch->settled ? size : watch->settled;
    while (watch->count > 0 && watch->waiting[0].batch < size && !watch->is_wrong) {
        side_task_stop(&watch->task);
        drop_first(watch);
    }
}

bool owed_watch_covers(const struct owed_watch *watch, uint64_t size)
{
    return watch->given_up <= watch->settled &&
           (watch->count == 0 || watch->waiting[0].batch >= size);
}

static enum owed_news take_answer(struct owed_watch *watch, const struct answer *answer,
                                  int64_t now_us)
{
    watch->about = watch->waiting[0];
    (void)snprintf(watch->reason, sizeof watch->reason, "liabilities of epoch %" PRIu64 ": %.200s",
                   watch->about.claim.epoch, answer->reason);
    if (answer->news == OWED_NEWS_AGREES) {
        drop_first(watch);
    } else if (answer->news == OWED_NEWS_WRONG) {
        watch->is_wrong = true;
    } else {
        watch->retry_us = now_us + OWED_RETRY_US;
    }
    return answer->news;
}

enum owed_news owed_watch_work(struct owed_watch *watch, uint64_t size, int64_t now_us)
{
    struct answer answer = {.news = OWED_NEWS_NONE};

    if (watch->count == 0 || watch->is_wrong) {
        return OWED_NEWS_NONE;
    }
    int said = side_task_poll(&watch->task, &answer, sizeof answer);
    if (said < 0) {
        say(&answer, OWED_NEWS_FAILED, "the building of the tree ended without an answer");
    }
    if (said != 0) {
        return take_answer(watch, &answer, now_us);
    }
    if (watch->task.child == 0 && now_us >= watch->retry_us && watch->waiting[0].batch < size) {
        const struct question question = {.watch = watch, .root = watch->waiting[0]};

        (void)side_task_begin(&watch->task, work, &question, sizeof answer);
    }
    return OWED_NEWS_NONE;
}
