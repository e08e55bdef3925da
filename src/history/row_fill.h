/* SPDX-License-Identifier: Apache-2.0
 *
 * Filling a row column by column, and the words that stand in history for the enums of events.
 */
#ifndef HISTORY_ROW_FILL_H
#define HISTORY_ROW_FILL_H

#include <stddef.h>
#include <stdint.h>

#include "history/history_table.h"
#include "tarazy/event.h"

void row_begin(struct history_row *row, enum history_table table);

/* Each takes the next column; its kind must fit (ENSURE). */
void row_integer(struct history_row *row, int64_t value);
void row_number(struct history_row *row, uint64_t value); /* below 2^63 */
void row_word(struct history_row *row, const char *word);
/* A fixed-size text, zero-padded. */
void row_text(struct history_row *row, const char *text, size_t size);
/* Units of 10^-scale as a decimal with that many decimals. */
void row_amount(struct history_row *row, struct amount amount, uint8_t scale);
void row_price(struct history_row *row, struct price price, uint8_t quote_scale);
void row_quantity(struct history_row *row, struct quantity quantity, uint8_t base_scale);

/* All columns filled? (ENSURE) */
void row_end(const struct history_row *row);

const char *word_of_side(uint8_t side);
const char *word_of_order_type(uint8_t type);
const char *word_of_time_in_force(uint8_t time_in_force);
const char *word_of_order_status(uint8_t status);
const char *word_of_order_change(uint8_t change);
const char *word_of_close_reason(uint8_t reason);
const char *word_of_posting_reason(uint16_t reason);
const char *word_of_withdrawal_state(uint16_t state);
const char *word_of_candle_length(uint32_t interval);

#endif
