/* SPDX-License-Identifier: Apache-2.0
 *
 * Names given by clients. A room of its own because idempotency rests on it: a name is taken as
 * long as its order is open, and after that until client_ids_max younger ones are gone as well.
 *
 * Invariants: every open order or list with a name is in its table; every used place of the ring is
 * in the table of remembered names; names of one participant never meet another's.
 */
#include "market/client_ids.h"

#include <string.h>

bool client_id_equals(const struct client_id *a, const struct client_id *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

uint64_t client_id_hash(const struct market *market, uint32_t participant,
                        const struct client_id *client_id)
{
    struct {
        uint32_t participant;
        struct client_id client_id;
    } name = {participant, *client_id};

    return hash_bytes(market->seed, &name, sizeof name);
}

void client_ids_add_order(struct market *market, uint32_t slot)
{
    const struct order *order = market_order_at(market, slot);

    table_insert(&market->by_client, client_id_hash(market, order->participant, &order->client_id),
                 slot);
}

void client_ids_retire_order(struct market *market, uint32_t slot)
{
    const struct order *order = market_order_at(market, slot);
    uint64_t hash = client_id_hash(market, order->participant, &order->client_id);

    table_remove(&market->by_client, hash, slot);
    client_ids_remember(market, order->participant, &order->client_id, CLIENT_ID_KIND_ORDER,
                        order->number);
}

void client_ids_remember(struct market *market, uint32_t participant,
                         const struct client_id *client_id, enum client_id_kind kind,
                         uint64_t number)
{
    uint32_t place = market->remembered_next;
    struct remembered *entry = client_ids_remembered(market, place);

    if (entry->number != 0) {
        table_remove(&market->by_remembered,
                     client_id_hash(market, entry->participant, &entry->client_id), place);
    }
    *entry = (struct remembered){
        .client_id = *client_id,
        .participant = participant,
        .number = number,
        .kind = kind,
    };
    table_insert(&market->by_remembered, client_id_hash(market, participant, client_id), place);
    market->remembered_next = place < market->remembered_max ? place + 1 : 1;
}

uint64_t client_ids_recall(const struct market *market, uint32_t participant,
                           const struct client_id *client_id, enum client_id_kind kind)
{
    uint64_t hash = client_id_hash(market, participant, client_id);
    uint64_t number = 0;
    uint32_t cursor;

    for (uint32_t i = table_first(&market->by_remembered, hash, &cursor); i != 0;
         i = table_next(&market->by_remembered, hash, &cursor)) {
        const struct remembered *entry = client_ids_remembered(market, i);

        if (entry->participant == participant && entry->kind == (uint32_t)kind &&
            client_id_equals(&entry->client_id, client_id) && entry->number > number) {
            number = entry->number;
        }
    }
    return number;
}

#define FORGOTTEN_SOON 8u /* places of the ring: about what is remembered meanwhile */

void client_ids_ask(const struct market *market, uint32_t participant,
                    const struct client_id *client_id)
{
    uint64_t hash = client_id_hash(market, participant, client_id);
    uint32_t place = market->remembered_next + FORGOTTEN_SOON;

    table_ask(&market->by_client, hash);
    table_ask(&market->by_remembered, hash);
    if (place <= market->remembered_max) { /* at the end of the ring nothing is asked for */
        const struct remembered *entry = client_ids_remembered(market, place);

        table_ask(&market->by_remembered,
                  client_id_hash(market, entry->participant, &entry->client_id));
    }
}

uint32_t market_order_find_client(const struct market *market, uint32_t participant,
                                  const struct client_id *client_id)
{
    uint32_t cursor;

    if (client_id_is_empty(client_id)) {
        return 0;
    }
    uint64_t hash = client_id_hash(market, participant, client_id);
    for (uint32_t i = table_first(&market->by_client, hash, &cursor); i != 0;
         i = table_next(&market->by_client, hash, &cursor)) {
        const struct order *order = market_order_at(market, i);

        if (order->participant == participant && client_id_equals(&order->client_id, client_id)) {
            return i;
        }
    }
    return 0;
}

uint64_t market_client_id_order(const struct market *market, uint32_t participant,
                                const struct client_id *client_id)
{
    if (client_id_is_empty(client_id)) {
        return 0;
    }
    uint32_t order = market_order_find_client(market, participant, client_id);
    return order != 0 ? market_order_at(market, order)->number
                      : client_ids_recall(market, participant, client_id, CLIENT_ID_KIND_ORDER);
}

bool market_client_id_seen(const struct market *market, uint32_t participant,
                           const struct client_id *client_id)
{
    return market_client_id_order(market, participant, client_id) != 0;
}

const char *client_ids_audit(const struct market *market)
{
    uint32_t used = 0;

    for (uint32_t place = 1; place <= market->remembered_max; place++) {
        const struct remembered *entry = client_ids_remembered(market, place);

        if (entry->number == 0) {
            continue;
        }
        used++;
        if (client_ids_recall(market, entry->participant, &entry->client_id,
                              (enum client_id_kind)entry->kind) < entry->number) {
            return "a remembered client id is not found";
        }
    }
    return used == market->by_remembered.count ? NULL
                                               : "the table of remembered client ids is wrong";
}
