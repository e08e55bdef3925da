/* SPDX-License-Identifier: Apache-2.0
 *
 * Payout addresses, worker names and address ranges of miners. A file of its own because here theft is
 * refused: what is registered for one miner can be no other's, and ranges may not even overlap.
 *
 * Invariants: a payout address and a worker name name one miner; two registered ranges have no address in
 * common.
 *
 * Next: mining_readings.c.
 */
#include "base/text.h"
#include "mining/mining_state.h"

struct address_name { /* what an address is found by */
    char text[96];
    uint64_t type;
};

static uint64_t address_hash(const struct mining *mining, uint8_t type, const char *text)
{
    struct address_name name = {.type = type};

    memcpy(name.text, text, sizeof name.text);
    return hash_bytes(mining->seed, &name, sizeof name);
}

static struct miner_address *address_at(const struct mining *mining, uint32_t place)
{
    return pool_at(&mining->addresses, place);
}

uint32_t mining_find_address(const struct mining *mining, uint8_t type, const char *text)
{
    uint64_t hash = address_hash(mining, type, text);
    uint32_t cursor;
    uint32_t place = table_first(&mining->by_address, hash, &cursor);

    while (place != 0 && (address_at(mining, place)->type != type ||
                          !text_equals(address_at(mining, place)->text, text,
                                       sizeof address_at(mining, place)->text))) {
        place = table_next(&mining->by_address, hash, &cursor);
    }
    return place;
}

uint32_t mining_address_owner(const struct mining *mining, enum mining_address type,
                              const char *text)
{
    uint32_t place = mining_find_address(mining, (uint8_t)type, text);

    return place == 0 ? 0 : address_at(mining, place)->miner;
}

/* Have the two an address in common: are they equal as far as the shorter prefix goes? */
static bool do_overlap(const struct ip_range *one, const struct ip_range *other)
{
    unsigned bits = one->prefix < other->prefix ? one->prefix : other->prefix;

    for (unsigned bit = 0; bit < bits; bit++) {
        unsigned mask = 0x80u >> bit % 8;

        if ((one->address[bit / 8] & mask) != (other->address[bit / 8] & mask)) {
            return false;
        }
    }
    return true;
}

static uint32_t find_overlap(const struct mining *mining, const struct ip_range *range)
{
    uint32_t place = mining->first_range;

    while (place != 0 && !do_overlap(&address_at(mining, place)->range, range)) {
        place = address_at(mining, place)->next;
    }
    return place;
}

/* The registered range of these very bytes. */
static uint32_t find_range(const struct mining *mining, const struct ip_range *range)
{
    uint32_t place = mining->first_range;

    while (place != 0 && memcmp(&address_at(mining, place)->range, range, sizeof *range) != 0) {
        place = address_at(mining, place)->next;
    }
    return place;
}

static bool is_range(const struct command_miner_address_set *command)
{
    return command->type == MINING_ADDRESS_RANGE;
}

enum result mining_address_set_check(const struct mining *mining,
                                     const struct command_miner_address_set *command)
{
    bool has_text = !text_is_empty(command->text, sizeof command->text);
    bool has_range = command->range.prefix != 0;

    if (mining_miner(mining, command->miner) == NULL) {
        return RESULT_UNKNOWN_MINER;
    }
    if (has_text == is_range(command) || has_range != is_range(command)) {
        return RESULT_REGISTER_TERMS;
    }
    if (command->removed != 0) {
        uint32_t place = is_range(command)
                             ? find_range(mining, &command->range)
                             : mining_find_address(mining, command->type, command->text);

        return place != 0 && address_at(mining, place)->miner == command->miner
                   ? RESULT_OK
                   : RESULT_UNKNOWN_ADDRESS;
    }
    uint32_t taken = is_range(command) ? find_overlap(mining, &command->range)
                                       : mining_find_address(mining, command->type, command->text);
    if (taken != 0) {
        return RESULT_ADDRESS_TAKEN;
    }
    return pool_room(&mining->addresses) > 0 ? RESULT_OK : RESULT_ADDRESSES_FULL;
}

static void unlink_range(struct mining *mining, uint32_t place)
{
    uint32_t *link = &mining->first_range;

    while (*link != place) {
        ENSURE(*link != 0);
        link = &address_at(mining, *link)->next;
    }
    *link = address_at(mining, place)->next;
}

static uint32_t take_away(struct mining *mining, const struct command_miner_address_set *command)
{
    uint32_t place;

    if (is_range(command)) {
        place = find_range(mining, &command->range);
        unlink_range(mining, place);
    } else {
        place = mining_find_address(mining, command->type, command->text);
        table_remove(&mining->by_address, address_hash(mining, command->type, command->text),
                     place);
    }
    pool_give(&mining->addresses, place);
    return place;
}

uint32_t mining_address_set(struct mining *mining, const struct command_miner_address_set *command)
{
    ENSURE(mining_address_set_check(mining, command) == RESULT_OK);
    if (command->removed != 0) {
        return take_away(mining, command);
    }
    uint32_t place = pool_take(&mining->addresses);
    struct miner_address *address = address_at(mining, place);

    address->miner = command->miner;
    address->type = command->type;
    address->range = command->range;
    memcpy(address->text, command->text, sizeof address->text);
    if (is_range(command)) {
        address->next = mining->first_range;
        mining->first_range = place;
    } else {
        table_insert(&mining->by_address, address_hash(mining, command->type, command->text),
                     place);
    }
    return place;
}
