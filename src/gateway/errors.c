/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of refusals.
 *
 * Why a file of its own: a number and a text that a client matches on are part of the contract, and
 * the contract has one home. Invariant: every result of the engine becomes a failure; one without a
 * name in the contract keeps its own number and sentence. Read next: call.h, which sends them.
 */
#include "gateway/errors.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"

struct error_line {
    int32_t code;
    uint32_t status;
    const char *text;
};

static const struct error_line lines[] = {{0, 0, ""},
#define VENUE_ERROR_LINE(name, code, status, text) {code, status, text},
                                          VENUE_ERRORS(VENUE_ERROR_LINE)
#undef VENUE_ERROR_LINE
};

/* Copies `text` to the end of out, as far as it fits. */
static void append(char *out, size_t *used, const char *text, size_t size)
{
    size_t room = FAILURE_TEXT_MAX - 1 - *used;
    size_t taken = size < room ? size : room;

    memcpy(out + *used, text, taken);
    *used += taken;
    out[*used] = '\0';
}

bool failure_set(struct failure *failure, enum venue_error error, const char *first,
                 const char *second)
{
    ENSURE(error != VENUE_ERROR_NONE && error < sizeof lines / sizeof lines[0]);
    const struct error_line *line = &lines[error];
    size_t used = 0;

    failure->code = line->code;
    failure->status = line->status;
    failure->text[0] = '\0';
    for (const char *at = line->text; *at != '\0'; at++) {
        if (at[0] == '%' && (at[1] == '1' || at[1] == '2')) {
            const char *name = at[1] == '1' ? first : second;
            append(failure->text, &used, name == NULL ? "" : name, name == NULL ? 0 : strlen(name));
            at++;
        } else {
            append(failure->text, &used, at, 1);
        }
    }
    return false;
}

/* A refusal that the contract has no number for. */
static bool set_own(struct failure *failure, enum result result)
{
    failure->code = -9000 - (int32_t)result;
    failure->status = 400;
    (void)snprintf(failure->text, sizeof failure->text, "%s", tarazy_result_text(result));
    return false;
}

/* What the contract calls a refusal of the engine; absent: it has no name for it. */
static const uint8_t by_result[] = {
    [RESULT_UNKNOWN_PARTICIPANT] = VENUE_ERROR_KEY_REJECTED,
    [RESULT_NOT_PERMITTED] = VENUE_ERROR_KEY_REJECTED,
    [RESULT_UNKNOWN_KEY] = VENUE_ERROR_KEY_REJECTED,
    [RESULT_KEY_REVOKED] = VENUE_ERROR_KEY_REJECTED,
    [RESULT_KEY_SCOPE] = VENUE_ERROR_KEY_REJECTED,
    [RESULT_KEY_NOT_OWNER] = VENUE_ERROR_KEY_REJECTED,
    [RESULT_PARTICIPANT_FROZEN] = VENUE_ERROR_ACCOUNT_DISABLED,
    [RESULT_TIER_FORBIDS] = VENUE_ERROR_ACCOUNT_DISABLED,
    [RESULT_UNKNOWN_INSTRUMENT] = VENUE_ERROR_SYMBOL,
    [RESULT_INSUFFICIENT_BALANCE] = VENUE_ERROR_INSUFFICIENT_BALANCE,
    [RESULT_MARKET_CLOSED] = VENUE_ERROR_MARKET_CLOSED,
    [RESULT_INSTRUMENT_FROZEN] = VENUE_ERROR_MARKET_CLOSED,
    [RESULT_PRICE_FILTER] = VENUE_ERROR_FILTER,
    [RESULT_LOT_SIZE] = VENUE_ERROR_FILTER,
    [RESULT_MARKET_LOT_SIZE] = VENUE_ERROR_FILTER,
    [RESULT_NOTIONAL] = VENUE_ERROR_FILTER,
    [RESULT_PERCENT_PRICE_BY_SIDE] = VENUE_ERROR_FILTER,
    [RESULT_ICEBERG_PARTS] = VENUE_ERROR_FILTER,
    [RESULT_TRAILING_DELTA] = VENUE_ERROR_FILTER,
    [RESULT_MAX_NUM_ORDERS] = VENUE_ERROR_FILTER,
    [RESULT_MAX_NUM_ALGO_ORDERS] = VENUE_ERROR_FILTER,
    [RESULT_MAX_NUM_ICEBERG_ORDERS] = VENUE_ERROR_FILTER,
    [RESULT_MAX_NUM_ORDER_LISTS] = VENUE_ERROR_FILTER,
    [RESULT_MAX_NUM_ORDER_AMENDS] = VENUE_ERROR_FILTER,
    [RESULT_MAX_POSITION] = VENUE_ERROR_FILTER,
    [RESULT_WOULD_MATCH] = VENUE_ERROR_WOULD_MATCH,
    [RESULT_WOULD_TRIGGER] = VENUE_ERROR_WOULD_TRIGGER,
    [RESULT_DUPLICATE_CLIENT_ID] = VENUE_ERROR_DUPLICATE_ORDER,
    [RESULT_NO_LIQUIDITY] = VENUE_ERROR_NO_DEPTH,
    [RESULT_FOK_NOT_FILLED] = VENUE_ERROR_NOT_FILLED_WHOLE,
    [RESULT_UNKNOWN_ORDER] = VENUE_ERROR_CANCEL_UNKNOWN,
    [RESULT_NOT_YOUR_ORDER] = VENUE_ERROR_CANCEL_UNKNOWN,
    [RESULT_CANCEL_RESTRICTED] = VENUE_ERROR_CANCEL_RESTRICTED,
    [RESULT_AMEND_NOT_DOWN] = VENUE_ERROR_AMEND_REJECTED,
    [RESULT_ORDER_TYPE_INVALID] = VENUE_ERROR_ORDER_COMPOSITION,
    [RESULT_LIST_INVALID] = VENUE_ERROR_LIST_PRICES,
    [RESULT_UNKNOWN_LIST] = VENUE_ERROR_CANCEL_UNKNOWN_LIST,
    [RESULT_REPLACE_NOT_CANCELLED] = VENUE_ERROR_REPLACE_FAILED,
    [RESULT_REPLACE_NOT_PLACED] = VENUE_ERROR_REPLACE_PARTLY,
};

bool failure_set_result(struct failure *failure, enum result result, uint16_t command_kind)
{
    enum venue_error error = VENUE_ERROR_NONE;

    if ((size_t)result < sizeof by_result / sizeof by_result[0]) {
        error = (enum venue_error)by_result[result];
    }
    if (error == VENUE_ERROR_CANCEL_UNKNOWN && command_kind == COMMAND_ORDER_AMEND) {
        error = VENUE_ERROR_NO_SUCH_ORDER; /* nothing was to be cancelled */
    } else if (error == VENUE_ERROR_CANCEL_UNKNOWN && command_kind == COMMAND_ORDER_LIST_CANCEL) {
        error = VENUE_ERROR_CANCEL_UNKNOWN_LIST;
    }
    if (error == VENUE_ERROR_NONE) {
        return set_own(failure, result);
    }
    return failure_set(failure, error, tarazy_result_name(result), NULL);
}

void failure_write_members(struct json_writer *json, const struct failure *failure)
{
    json_write_key_int64(json, "code", failure->code);
    json_write_key_text(json, "msg", failure->text);
}

void failure_write(struct json_writer *json, const struct failure *failure)
{
    json_write_object_begin(json);
    failure_write_members(json, failure);
    json_write_object_end(json);
}
