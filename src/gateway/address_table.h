/* SPDX-License-Identifier: Apache-2.0
 *
 * How many connections each address has open. An IPv6 address counts by its first 64 bits: that is
 * what one subscriber is given.
 */
#ifndef GATEWAY_ADDRESS_TABLE_H
#define GATEWAY_ADDRESS_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct address_table;

/* Room for `addresses_max` different addresses. NULL when out of memory. */
struct address_table *address_table_create(uint32_t addresses_max);
void address_table_destroy(struct address_table *table);

/* One connection more from this address (IPv4 mapped into IPv6). False, and nothing counted, when
 * that would be more than `count_max`. */
bool address_table_enter(struct address_table *table, const uint8_t address[16],
                         uint32_t count_max);

/* One connection less. */
void address_table_leave(struct address_table *table, const uint8_t address[16]);

/* How many there are. */
uint32_t address_table_count(const struct address_table *table, const uint8_t address[16]);

/* 127.0.0.0/8 or ::1, or all zero (a Unix socket). */
bool address_is_local(const uint8_t address[16]);

#endif
