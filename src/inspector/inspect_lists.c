/* SPDX-License-Identifier: Apache-2.0
 *
 * Order lists: their orders are opened one after another, then the list is announced; it is over, and
 * says so, when its last order is. A file of its own because a list holds for its orders together.
 *
 * Invariant: a list in the table has the open ones among its orders; one without any is over before the
 * command is.
 *
 * Next: inspect_trades.c.
 */
#include <string.h>

#include "inspector/inspector_state.h"

static void complain(struct inspector *inspector, uint64_t list, const char *what)
{
    inspector_complain(inspector, INSPECTOR_RULE_LIST, list, what);
}

static uint32_t find_slot(const struct inspector *inspector, uint64_t number)
{
    uint64_t hash = hash_u64(inspector->seed, number);
    uint32_t cursor;

    for (uint32_t i = table_first(&inspector->lists_by_number, hash, &cursor); i != 0;
         i = table_next(&inspector->lists_by_number, hash, &cursor)) {
        const struct inspector_list *list = pool_at(&inspector->lists, i);

        if (list->number == number) {
            return i;
        }
    }
    return 0;
}

/* The first order makes the list's record. */
static uint32_t make_list(struct inspector *inspector)
{
    const void *act = inspector->now.act;
    const struct command_order_list_place *place = act;
    uint32_t slot = pool_take(&inspector->lists);

    if (slot == 0) {
        inspector_complain(inspector, INSPECTOR_RULE_ROOM, 0, "more order lists than licensed");
        return 0;
    }
    struct inspector_list *list = pool_at(&inspector->lists, slot);
    list->number = inspector->last_list + 1;
    list->client_id = place->client_id;
    list->participant = inspector->now.actor;
    list->instrument = place->terms[0].instrument;
    list->contingency = place->contingency;
    list->legs = place->legs;
    table_insert(&inspector->lists_by_number, hash_u64(inspector->seed, list->number), slot);
    return slot;
}

void inspector_join_list(struct inspector *inspector, struct inspector_order *order, uint32_t slot)
{
    struct inspector_now *now = &inspector->now;
    uint32_t leg = now->opened - 1;

    if (leg == 0) {
        now->unannounced = make_list(inspector);
    }
    if (now->unannounced == 0) {
        complain(inspector, order->number, "an order joins a list that is announced already");
        return;
    }
    struct inspector_list *list = pool_at(&inspector->lists, now->unannounced);
    inspector_count_list(inspector, list, -1);
    list->orders[leg] = slot;
    list->numbers[leg] = order->number;
    order->list = now->unannounced;
}

void inspector_leave_list(struct inspector *inspector, struct inspector_order *order, uint32_t slot)
{
    struct inspector_list *list = pool_at(&inspector->lists, order->list);
    bool empty = true;

    for (uint32_t leg = 0; leg < list->legs; leg++) {
        if (list->orders[leg] == slot) {
            list->orders[leg] = 0;
        }
        empty = empty && list->orders[leg] == 0;
    }
    inspector_count_list(inspector, list, 1);
    inspector->now.empty_lists += empty;
}

static bool is_same_list(const struct inspector_list *list, const struct event_order_list *event)
{
    return event->list == list->number && event->participant == list->participant &&
           event->instrument == list->instrument && event->contingency == list->contingency &&
           event->legs == list->legs &&
           memcmp(&event->client_id, &list->client_id, sizeof list->client_id) == 0 &&
           memcmp(event->orders, list->numbers, sizeof list->numbers) == 0;
}

static void see_announced(struct inspector *inspector, const struct event_order_list *event)
{
    struct inspector_now *now = &inspector->now;
    const struct inspector_list *list = pool_at(&inspector->lists, now->unannounced);

    if (now->unannounced == 0 || !is_same_list(list, event) || now->opened != list->legs) {
        complain(inspector, event->list, "a list is announced other than its command says");
        return;
    }
    inspector->last_list = list->number;
    now->list = list->number;
    now->unannounced = 0;
}

static void see_over(struct inspector *inspector, const struct event_order_list *event)
{
    struct inspector_now *now = &inspector->now;
    uint32_t slot = find_slot(inspector, event->list);
    const struct inspector_list *list = pool_at(&inspector->lists, slot);

    if (slot == 0 || !is_same_list(list, event)) {
        complain(inspector, event->list, "a list ends that is not open, or was another");
        return;
    }
    for (uint32_t leg = 0; leg < list->legs; leg++) {
        if (list->orders[leg] != 0) {
            complain(inspector, event->list, "a list is over and an order of it open");
            return;
        }
    }
    now->empty_lists--;
    if (inspector_has(inspector, COMMAND_ORDER_LIST_CANCEL)) {
        now->list = list->number;
    }
    table_remove(&inspector->lists_by_number, hash_u64(inspector->seed, list->number), slot);
    pool_give(&inspector->lists, slot);
}

void inspector_see_list(struct inspector *inspector, const struct event_order_list *event)
{
    if (event->state == LIST_STATE_EXECUTING) {
        see_announced(inspector, event);
    } else if (event->state == LIST_STATE_ALL_DONE) {
        see_over(inspector, event);
    } else {
        complain(inspector, event->list, "a list is in no known state");
    }
}
