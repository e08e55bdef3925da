/* SPDX-License-Identifier: Apache-2.0
 *
 * A ring of depth changes, and their merging.
 *
 * Why a file of its own: a reader must get every level's last state and no gap in the update ids,
 * however long he was away; that is a law one can test without sockets.
 * Invariants: the ring holds whole windows, oldest first; `from` is the first update of the oldest
 * window, `to` the last of the newest; from = to + 1 when it is empty.
 * Read next: market_streams.c.
 */
#include "gateway/diff_backlog.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "money/arithmetic.h"

struct backlog_change {
    struct depth_change change;
    uint64_t last; /* of its window */
};

struct diff_backlog {
    uint32_t changes_max;
    uint32_t first; /* place of the oldest change */
    uint32_t count;
    uint64_t from;
    uint64_t to;
    struct backlog_change changes[];
};

struct diff_backlog *diff_backlog_create(uint32_t changes_max)
{
    struct diff_backlog *backlog =
        calloc(1, sizeof *backlog + changes_max * sizeof backlog->changes[0]);

    ENSURE(backlog != NULL && changes_max > 0);
    backlog->changes_max = changes_max;
    return backlog;
}

void diff_backlog_destroy(struct diff_backlog *backlog)
{
    free(backlog);
}

static struct backlog_change *change_at(const struct diff_backlog *backlog, uint32_t index)
{
    uint32_t place = (backlog->first + index) % backlog->changes_max;

    return (struct backlog_change *)(uintptr_t)&backlog->changes[place];
}

static void drop_oldest_window(struct diff_backlog *backlog)
{
    uint64_t last = change_at(backlog, 0)->last;

    while (backlog->count > 0 && change_at(backlog, 0)->last == last) {
        backlog->first = (backlog->first + 1) % backlog->changes_max;
        backlog->count--;
    }
    backlog->from = last + 1;
}

void diff_backlog_append(struct diff_backlog *backlog, const struct depth_window *window,
                         const struct depth_change *changes)
{
    ENSURE(window->first >= 1 && window->first <= window->last && window->changes > 0);
    ENSURE(backlog->to == 0 || window->first == backlog->to + 1);
    if (backlog->to == 0) {
        backlog->from = window->first;
    }
    backlog->to = window->last;
    while (backlog->count > 0 && backlog->count + window->changes > backlog->changes_max) {
        drop_oldest_window(backlog);
    }
    if (window->changes > backlog->changes_max) {
        backlog->from = window->last + 1;
        return;
    }
    for (uint32_t i = 0; i < window->changes; i++) {
        *change_at(backlog, backlog->count++) =
            (struct backlog_change){.change = changes[i], .last = window->last};
    }
}

bool diff_backlog_covers(const struct diff_backlog *backlog, uint64_t first)
{
    return backlog->to != 0 && first >= backlog->from && first <= backlog->to;
}

static int compare_places(const void *left, const void *right)
{
    const struct depth_change *a = left;
    const struct depth_change *b = right;

    if (a->side != b->side) {
        return a->side < b->side ? -1 : 1;
    }
    return price_compare(a->price, b->price);
}

/* Changes with their age: of equal places the newest comes first and is the one that stays. */
struct aged_change {
    struct depth_change change;
    uint32_t age; /* 0: the newest */
};

static int compare_aged(const void *left, const void *right)
{
    const struct aged_change *a = left;
    const struct aged_change *b = right;
    int order = compare_places(&a->change, &b->change);

    return order != 0 ? order : (a->age > b->age) - (a->age < b->age);
}

uint32_t diff_backlog_merge(const struct diff_backlog *backlog, uint64_t first,
                            struct depth_change *out, uint64_t *last)
{
    ENSURE(diff_backlog_covers(backlog, first));
    struct aged_change *aged = calloc(backlog->count, sizeof *aged);
    uint32_t taken = 0;
    uint32_t count = 0;

    ENSURE(aged != NULL);
    while (taken < backlog->count) {
        const struct backlog_change *change = change_at(backlog, backlog->count - 1 - taken);

        if (change->last < first) {
            break;
        }
        aged[taken] = (struct aged_change){.change = change->change, .age = taken};
        taken++;
    }
    qsort(aged, taken, sizeof *aged, compare_aged);
    for (uint32_t i = 0; i < taken; i++) {
        if (count == 0 || compare_places(&out[count - 1], &aged[i].change) != 0) {
            out[count++] = aged[i].change;
        }
    }
    free(aged);
    *last = backlog->to;
    return count;
}
