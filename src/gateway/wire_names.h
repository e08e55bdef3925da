/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of the venue contract for the engine's enumerations, in both directions.
 */
#ifndef GATEWAY_WIRE_NAMES_H
#define GATEWAY_WIRE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/slice.h"
#include "views/calendar.h"

/* Words for numbers as they stand in events; "" for a number outside the enumeration. */
const char *wire_side(uint8_t side);
const char *wire_order_type(uint8_t type);
const char *wire_time_in_force(uint8_t time_in_force);
const char *wire_self_trade(uint8_t self_trade);
const char *wire_order_status(uint8_t status);
const char *wire_contingency(uint8_t contingency);
const char *wire_list_state(uint8_t state);               /* EXECUTING, ALL_DONE */
const char *wire_list_status_type(uint8_t state);         /* EXEC_STARTED, ALL_DONE */
const char *wire_session(uint8_t session);                /* a symbol's status: TRADING, HALT … */
const char *wire_session_name(uint8_t session);           /* ours: CONTINUOUS, PRE_OPEN … */
const char *wire_interval(enum candle_interval interval); /* 1m, 1M … */
const char *wire_key_type(uint8_t type);

/* Numbers for words; 0: no such word. */
uint8_t wire_parse_side(struct slice word);
uint8_t wire_parse_order_type(struct slice word);
uint8_t wire_parse_time_in_force(struct slice word);
uint8_t wire_parse_self_trade(struct slice word);
uint8_t wire_parse_contingency(struct slice word);
uint8_t wire_parse_session_name(struct slice word);
uint8_t wire_parse_interval(struct slice word); /* enum candle_interval */
uint8_t wire_parse_key_type(struct slice word);

/* A comma-separated list of words as or-ed bits; false: one of them is none. Empty: 0. */
bool wire_parse_roles(struct slice words, uint32_t *roles);
bool wire_parse_scopes(struct slice words, uint8_t *scopes);
bool wire_parse_rights(struct slice words, uint16_t *rights);

/* The words of set bits: word number `index` (0, 1, 2 …) and its bit; NULL: no more. */
const char *wire_role(uint32_t index, uint32_t *bit);
const char *wire_scope(uint32_t index, uint32_t *bit);
const char *wire_right(uint32_t index, uint32_t *bit);

#endif
