/* SPDX-License-Identifier: Apache-2.0
 *
 * Three public requests become one picture. Answers are read with the same strict scanner that
 * gateways use: a tool must not believe a server either.
 */
#include "client/market_picture.h"

#include <stdio.h>
#include <string.h>

#include "codec/json_reader.h"

static bool copy(char out[PICTURE_TEXT_MAX], struct slice text)
{
    if (text.size >= PICTURE_TEXT_MAX) {
        return false;
    }
    memcpy(out, text.data, text.size);
    out[text.size] = '\0';
    return true;
}

/* The next element of an array; false at its end or on an error. */
static bool next_element(struct json_reader *reader, struct json_value *value)
{
    return json_reader_value(reader, value) == JSON_RESULT_OK && value->type != 0;
}

static bool begin_array(struct json_reader *reader, struct slice text)
{
    struct json_token token;

    json_reader_begin(reader, text, 8);
    return json_reader_next(reader, &token) == JSON_RESULT_OK &&
           token.kind == JSON_TOKEN_ARRAY_BEGIN;
}

/* [["price","quantity"], …] */
static bool read_levels(struct slice text, struct picture_level *levels, size_t *count)
{
    struct json_reader reader;
    struct json_value level;

    *count = 0;
    if (!begin_array(&reader, text)) {
        return false;
    }
    while (*count < PICTURE_ROWS_MAX && next_element(&reader, &level)) {
        struct json_reader inner;
        struct json_value price;
        struct json_value quantity;

        if (!begin_array(&inner, level.raw) || !next_element(&inner, &price) ||
            !next_element(&inner, &quantity) || !copy(levels[*count].price, price.raw) ||
            !copy(levels[*count].quantity, quantity.raw)) {
            return false;
        }
        (*count)++;
    }
    return reader.result == JSON_RESULT_OK;
}

static bool read_depth(const struct http_answer *answer, struct market_picture *picture)
{
    enum { BIDS, ASKS, COUNT };
    static const struct json_field fields[COUNT] = {
        [BIDS] = {"bids", JSON_TYPE_ARRAY, true},
        [ASKS] = {"asks", JSON_TYPE_ARRAY, true},
    };
    struct json_value values[COUNT];

    return json_object_read(slice_of(answer->body, answer->size), 8, fields, COUNT,
                            JSON_UNKNOWN_SKIPPED, values) == JSON_RESULT_OK &&
           read_levels(values[BIDS].raw, picture->bids, &picture->bid_count) &&
           read_levels(values[ASKS].raw, picture->asks, &picture->ask_count);
}

static bool read_trade(struct slice object, struct picture_trade *trade)
{
    enum { PRICE, QUANTITY, TIME, MAKER, COUNT };
    static const struct json_field fields[COUNT] = {
        [PRICE] = {"price", JSON_TYPE_STRING, true},
        [QUANTITY] = {"qty", JSON_TYPE_STRING, true},
        [TIME] = {"time", JSON_TYPE_NUMBER, true},
        [MAKER] = {"isBuyerMaker", JSON_TYPE_TRUE | JSON_TYPE_FALSE, true},
    };
    struct json_value values[COUNT];

    if (json_object_read(object, 4, fields, COUNT, JSON_UNKNOWN_SKIPPED, values) !=
        JSON_RESULT_OK) {
        return false;
    }
    trade->buyer_is_maker = values[MAKER].type == JSON_TYPE_TRUE;
    return copy(trade->price, values[PRICE].raw) && copy(trade->quantity, values[QUANTITY].raw) &&
           json_number_int64(values[TIME], &trade->time_ms);
}

/* Oldest first on the wire, newest first in the picture. */
static bool read_trades(const struct http_answer *answer, struct market_picture *picture)
{
    struct picture_trade oldest_first[PICTURE_ROWS_MAX];
    struct json_reader reader;
    struct json_value value;
    size_t count = 0;

    if (!begin_array(&reader, slice_of(answer->body, answer->size))) {
        return false;
    }
    while (count < PICTURE_ROWS_MAX && next_element(&reader, &value)) {
        if (!read_trade(value.raw, &oldest_first[count])) {
            return false;
        }
        count++;
    }
    for (size_t i = 0; i < count; i++) {
        picture->trades[i] = oldest_first[count - 1 - i];
    }
    picture->trade_count = count;
    return reader.result == JSON_RESULT_OK;
}

static bool read_day(const struct http_answer *answer, struct market_picture *picture)
{
    enum { LAST, HIGH, LOW, VOLUME, COUNT };
    static const struct json_field fields[COUNT] = {
        [LAST] = {"lastPrice", JSON_TYPE_STRING, true},
        [HIGH] = {"highPrice", JSON_TYPE_STRING, true},
        [LOW] = {"lowPrice", JSON_TYPE_STRING, true},
        [VOLUME] = {"volume", JSON_TYPE_STRING, true},
    };
    struct json_value values[COUNT];

    return json_object_read(slice_of(answer->body, answer->size), 4, fields, COUNT,
                            JSON_UNKNOWN_SKIPPED, values) == JSON_RESULT_OK &&
           copy(picture->last, values[LAST].raw) && copy(picture->high, values[HIGH].raw) &&
           copy(picture->low, values[LOW].raw) && copy(picture->volume, values[VOLUME].raw);
}

static bool ask(struct venue_client *client, const char *path, const char *symbol, size_t limit,
                struct http_answer *answer, struct venue_refusal *refusal)
{
    struct venue_parameters parameters;
    char text[24];

    venue_parameters_begin(&parameters);
    venue_parameters_add(&parameters, "symbol", symbol);
    if (limit > 0) {
        snprintf(text, sizeof text, "%zu", limit);
        venue_parameters_add(&parameters, "limit", text);
    }
    *answer = venue_client_get(client, path, &parameters);
    return venue_answer_is_ok(answer, refusal);
}

bool market_picture_read(struct venue_client *client, const char *symbol, size_t rows,
                         struct market_picture *picture, struct venue_refusal *refusal)
{
    struct http_answer answer;
    size_t limit = rows < PICTURE_ROWS_MAX ? rows : PICTURE_ROWS_MAX;

    *refusal = (struct venue_refusal){.text = "the venue's answer is not what was asked for"};
    memset(picture, 0, sizeof *picture);
    return ask(client, "/api/v3/depth", symbol, limit, &answer, refusal) &&
           read_depth(&answer, picture) &&
           ask(client, "/api/v3/trades", symbol, limit, &answer, refusal) &&
           read_trades(&answer, picture) &&
           ask(client, "/api/v3/ticker/24hr", symbol, 0, &answer, refusal) &&
           read_day(&answer, picture);
}
