/* SPDX-License-Identifier: Apache-2.0
 *
 * What the venue tells about itself: its instruments with all filters, its rate limits. The text of
 * each instrument is kept until something about it changes.
 */
#ifndef GATEWAY_EXCHANGE_INFO_H
#define GATEWAY_EXCHANGE_INFO_H

#include <stddef.h>
#include <stdint.h>

#include "codec/json_writer.h"
#include "gateway/rate_limits.h"
#include "tarazy/query.h"

struct exchange_info;
struct call;

/* NULL: out of memory. */
struct exchange_info *exchange_info_create(void);
void exchange_info_destroy(struct exchange_info *info);

/* Looks at the events of a command: which texts are no longer true. */
void exchange_info_note(struct exchange_info *info, const uint8_t *events, size_t size);

/* Writes one instrument as an object. */
void exchange_info_write(struct exchange_info *info, const struct engine *engine,
                         uint16_t instrument, struct json_writer *json);

/* Writes the array of rate limits. With counts: [{…,"count":n}] for rateLimit/order. */
void exchange_info_write_limits(const struct rate_options *rates, struct json_writer *json);

/* The operation GET exchangeInfo. */
void exchange_info_answer(struct call *call);

/* Calls each(call, instrument) for every instrument that the parameters symbol or symbols name, or
 * for all. false: the call has been answered (no such symbol, both parameters, one twice). The
 * instruments are checked first: each() is called for all or for none. */
bool exchange_info_each_symbol(struct call *call, bool takes_all,
                               void (*each)(struct call *call, uint16_t instrument));

/* How many instruments exchange_info_each_symbol would visit; 0 when the parameters are wrong. */
uint32_t exchange_info_count_symbols(const struct call *call);

#endif
