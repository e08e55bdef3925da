/* SPDX-License-Identifier: Apache-2.0
 *
 * Parsers of recorded order flow. They read files from elsewhere, so they are as strict as a
 * gateway's: a line is an act, nothing, or an error, never a guess.
 */
#include "client/recorded_flow.h"

#include <string.h>

#include "codec/decimal_text.h"
#include "codec/json_reader.h"

enum { COLUMNS = 6, LOBSTER_PRICE_DECIMALS = 4 };

enum flow_format flow_format_of(struct slice first_line)
{
    if (memchr(first_line.data, '{', first_line.size) != NULL) {
        return FLOW_FORMAT_BITSTAMP;
    }
    return memchr(first_line.data, ',', first_line.size) != NULL ? FLOW_FORMAT_LOBSTER : 0;
}

/* Cuts the text before the next separator off the front of rest. */
static struct slice next_field(struct slice *rest, char separator)
{
    const char *end = rest->size > 0 ? memchr(rest->data, separator, rest->size) : NULL;
    size_t size = end != NULL ? (size_t)(end - rest->data) : rest->size;
    struct slice field = slice_of(rest->data, size);
    size_t skip = end != NULL ? size + 1 : size;

    *rest = slice_of(rest->data + skip, rest->size - skip);
    return field;
}

static bool whole_number(struct slice text, int64_t *value)
{
    return decimal_text_parse(text, 0, value) == DECIMAL_RESULT_OK;
}

static bool fixed_point(struct json_value value, int64_t *units)
{
    return decimal_text_parse(value.raw, FLOW_DECIMALS, units) == DECIMAL_RESULT_OK;
}

/* ---- Bitstamp ---- */

enum { BITSTAMP_PRICE, BITSTAMP_AMOUNT, BITSTAMP_ID, BITSTAMP_TYPE, BITSTAMP_COUNT };

static const struct json_field bitstamp_fields[BITSTAMP_COUNT] = {
    [BITSTAMP_PRICE] = {"price", JSON_TYPE_STRING | JSON_TYPE_NUMBER, true},
    [BITSTAMP_AMOUNT] = {"amount", JSON_TYPE_STRING | JSON_TYPE_NUMBER, true},
    [BITSTAMP_ID] = {"id", JSON_TYPE_NUMBER, true},
    [BITSTAMP_TYPE] = {"order_type", JSON_TYPE_NUMBER, true},
};

static bool parse_bitstamp_order(struct slice object, struct flow_event *event)
{
    struct json_value values[BITSTAMP_COUNT];
    uint64_t type = 0;

    if (json_object_read(object, 2, bitstamp_fields, BITSTAMP_COUNT, JSON_UNKNOWN_SKIPPED,
                         values) != JSON_RESULT_OK ||
        !json_number_uint64(values[BITSTAMP_ID], &event->order) ||
        !json_number_uint64(values[BITSTAMP_TYPE], &type) || type > 1 ||
        !fixed_point(values[BITSTAMP_PRICE], &event->price) ||
        !fixed_point(values[BITSTAMP_AMOUNT], &event->quantity)) {
        return false;
    }
    event->side = type == 0 ? SIDE_BUY : SIDE_SELL;
    return true;
}

static bool parse_bitstamp(struct slice line, struct flow_event *event)
{
    struct slice rest = line;
    struct slice time = next_field(&rest, ' ');
    struct slice name = next_field(&rest, ' ');
    int64_t time_ms = 0;

    if (!whole_number(time, &time_ms) || time_ms > INT64_MAX / 1000) {
        return false;
    }
    event->time_us = time_ms * 1000;
    if (slice_equals_text(name, "trade") || slice_equals_text(name, "order_changed") ||
        slice_equals_text(name, "order_book")) {
        event->act = FLOW_ACT_NOTHING;
        return true;
    }
    bool is_created = slice_equals_text(name, "order_created");
    if (!is_created && !slice_equals_text(name, "order_deleted")) {
        return false;
    }
    event->act = is_created ? FLOW_ACT_PLACE : FLOW_ACT_CANCEL;
    return parse_bitstamp_order(rest, event);
}

/* ---- LOBSTER ---- */

static bool parse_seconds(struct slice text, int64_t *time_us)
{
    int64_t nanoseconds = 0;

    if (decimal_text_parse(text, 9, &nanoseconds) != DECIMAL_RESULT_OK) {
        return false;
    }
    *time_us = nanoseconds / 1000;
    return true;
}

static enum flow_act lobster_act(int64_t type)
{
    switch (type) {
    case 1: return FLOW_ACT_PLACE;
    case 2: return FLOW_ACT_REDUCE;
    case 3: return FLOW_ACT_CANCEL;
    case 4: return FLOW_ACT_HIT;
    default: return FLOW_ACT_NOTHING; /* 5 hidden execution, 6 cross, 7 halt */
    }
}

static bool parse_lobster(struct slice line, struct flow_event *event)
{
    static const int64_t price_factor = 10000; /* 10^(FLOW_DECIMALS − LOBSTER_PRICE_DECIMALS) */
    static const int64_t size_factor = 100000000;
    struct slice rest = line;
    struct slice fields[COLUMNS];
    int64_t type = 0;
    int64_t order = 0;

    for (int i = 0; i < COLUMNS; i++) {
        fields[i] = next_field(&rest, ',');
    }
    bool is_buy = slice_equals_text(fields[5], "1");
    if (rest.size != 0 || (!is_buy && !slice_equals_text(fields[5], "-1")) ||
        !parse_seconds(fields[0], &event->time_us) || !whole_number(fields[1], &type) ||
        !whole_number(fields[2], &order) || !whole_number(fields[3], &event->quantity) ||
        !whole_number(fields[4], &event->price) || type < 1 || type > 7 ||
        event->price > INT64_MAX / price_factor || event->quantity > INT64_MAX / size_factor) {
        return false;
    }
    event->order = (uint64_t)order;
    event->price *= price_factor;
    event->quantity *= size_factor;
    event->act = lobster_act(type);
    event->side = is_buy ? SIDE_BUY : SIDE_SELL;
    if (event->act == FLOW_ACT_HIT) { /* the direction is the resting order's */
        event->side = is_buy ? SIDE_SELL : SIDE_BUY;
    }
    return true;
}

bool flow_parse(enum flow_format format, struct slice line, struct flow_event *event)
{
    *event = (struct flow_event){0};
    switch (format) {
    case FLOW_FORMAT_BITSTAMP: return parse_bitstamp(line, event);
    case FLOW_FORMAT_LOBSTER: return parse_lobster(line, event);
    }
    return false;
}
