/* SPDX-License-Identifier: Apache-2.0
 *
 * Charts for whoever speaks TradingView's Universal Data Feed: pieces that can be tested alone. The
 * operations under /udf are the table udf_routes.
 */
#ifndef GATEWAY_UDF_H
#define GATEWAY_UDF_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/json_writer.h"
#include "codec/slice.h"
#include "tarazy/query.h"
#include "views/candles.h"

#define UDF_EXCHANGE  "TARAZY"
#define UDF_SECOND_US INT64_C(1000000)

struct call;

/* "1S", "1" … "720", "D" or "1D", "3D", "W" or "1W", "M" or "1M"; 0: none of ours. */
enum candle_interval udf_resolution(struct slice text);

/* A tick as the protocol says it: minmov / pricescale, without common powers of ten. */
struct udf_tick {
    int64_t minmov;
    int64_t pricescale;
};
struct udf_tick udf_tick_of(struct price tick, uint8_t scale);

/* Where to read: bars that begin at or after from_us and before to_us, at most bars_max, the last
 * ones; count > 0: that many before to_us, whatever from_us says. */
struct udf_range {
    int64_t from_us; /* the first bar's beginning */
    int64_t to_us;   /* no bar begins after this */
};
struct udf_range udf_range_of(enum candle_interval interval, int64_t from_us, int64_t to_us,
                              int64_t count, int64_t bars_max);

/* ---- what the operations share ---- */

/* The instrument a chart means by "BTCKZT" or "TARAZY:BTCKZT"; 0: none. */
uint16_t udf_find_instrument(const struct call *call, struct slice name);

/* The one that "symbol" names. False: the call has been answered. */
bool udf_read_instrument(struct call *call, struct instrument_view *view);

/* {"s":"error","errmsg":…}, with status 200, as the protocol wants it. */
void udf_reply_error(struct call *call, const char *text);

/* A decimal as a JSON number. */
void udf_write_number(struct json_writer *json, int128 units, uint8_t decimals);

/* The list of all resolutions, as a member. */
void udf_write_resolutions(struct json_writer *json, const char *key);

/* "BTC/KZT" */
void udf_write_description(struct json_writer *json, const struct call *call,
                           const struct instrument_view *view);

/* The operations of udf_bars.c. */
void udf_history(struct call *call);
void udf_quotes(struct call *call);

#endif
