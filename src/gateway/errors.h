/* SPDX-License-Identifier: Apache-2.0
 *
 * What clients are told when something is refused: a number, an HTTP status and a text. Clients match
 * on numbers and on texts; both have their one home here.
 *
 * Refusals of the engine that the venue contract has no number for are -9000 minus the number of
 * enum result, with the engine's own sentence.
 */
#ifndef GATEWAY_ERRORS_H
#define GATEWAY_ERRORS_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/json_writer.h"
#include "tarazy/command.h"
#include "tarazy/result.h"

/* X(NAME, code, HTTP status, text): %1 and %2 stand for what the caller names. */
#define VENUE_ERRORS(X)                                                               \
    X(UNKNOWN, -1000, 500, "An unknown error occurred while processing the request.") \
    VENUE_ERRORS_KNOWN(X)

#define VENUE_ERRORS_KNOWN(X)                                                                      \
    /* the server */                                                                               \
    X(DISCONNECTED, -1001, 503,                                                                    \
      "Internal error; unable to process your request. Please try again.")                         \
    X(WEIGHT_EXCEEDED, -1003, 429,                                                                 \
      "Too much request weight used; current limit is %1 request weight per 1 MINUTE. Please use " \
      "WebSocket Streams for live updates to avoid polling the API.")                              \
    X(REQUESTS_EXCEEDED, -1003, 429,                                                               \
      "Too many requests; current limit is %1 requests per 5 MINUTES. Please use WebSocket "       \
      "Streams for live updates to avoid polling the API.")                                        \
    X(BANNED, -1003, 418,                                                                          \
      "Way too much request weight used; IP banned until %1. Please use WebSocket Streams for "    \
      "live updates to avoid bans.")                                                               \
    X(TIMEOUT, -1007, 503,                                                                         \
      "Timeout waiting for response from backend server. Send status unknown; execution status "   \
      "unknown.")                                                                                  \
    X(BUSY, -1008, 503,                                                                            \
      "Server is currently overloaded with other requests. Please try again in a few minutes.")    \
    X(TOO_MANY_ORDERS, -1015, 429, "Too many new orders; current limit is %1 orders per %2.")      \
    X(NOT_FOUND, -1020, 404, "This operation is not supported.")                                   \
    X(METHOD_NOT_ALLOWED, -1020, 405, "This operation is not supported.")                          \
    /* who */                                                                                      \
    X(TIMESTAMP_OUTSIDE, -1021, 400, "Timestamp for this request is outside of the recvWindow.")   \
    X(TIMESTAMP_AHEAD, -1021, 400,                                                                 \
      "Timestamp for this request was 1000ms ahead of the server's time.")                         \
    X(SIGNATURE, -1022, 400, "Signature for this request is not valid.")                           \
    X(KEY_FORMAT, -2014, 401, "API-key format invalid.")                                           \
    X(KEY_REJECTED, -2015, 401, "Invalid API-key, IP, or permissions for action.")                 \
    X(UNAUTHORIZED, -1002, 401, "You are not authorized to execute this request.")                 \
    /* parameters */                                                                               \
    X(ILLEGAL_CHARACTERS, -1100, 400,                                                              \
      "Illegal characters found in parameter '%1'; legal range is '%2'.")                          \
    X(TOO_MANY_PARAMETERS, -1101, 400, "Too many parameters sent for this endpoint.")              \
    X(DUPLICATE_PARAMETER, -1101, 400, "Duplicate values for a parameter detected.")               \
    X(MISSING, -1102, 400, "Mandatory parameter '%1' was not sent, was empty/null, or malformed.") \
    X(MISSING_BOTH, -1102, 400, "Param '%1' or '%2' must be sent, but both were empty/null!")      \
    X(UNREAD, -1104, 400,                                                                          \
      "Not all sent parameters were read; read '%1' parameter(s) but was sent '%2'.")              \
    X(EMPTY, -1105, 400, "Parameter '%1' was empty.")                                              \
    X(NOT_REQUIRED, -1106, 400, "Parameter '%1' sent when not required.")                          \
    X(PARAMETER_OVERFLOW, -1108, 400, "Parameter '%1' overflowed.")                                \
    X(PRECISION, -1111, 400, "Parameter '%1' has too much precision.")                             \
    X(NO_DEPTH, -1112, 400, "No orders on book for symbol.")                                       \
    X(TIME_IN_FORCE_NOT_REQUIRED, -1114, 400, "TimeInForce parameter sent when not required.")     \
    X(TIME_IN_FORCE, -1115, 400, "Invalid timeInForce.")                                           \
    X(ORDER_TYPE, -1116, 400, "Invalid orderType.")                                                \
    X(SIDE, -1117, 400, "Invalid side.")                                                           \
    X(INTERVAL, -1120, 400, "Invalid interval.")                                                   \
    X(SYMBOL, -1121, 400, "Invalid symbol.")                                                       \
    X(SYMBOL_STATUS, -1122, 400, "Invalid symbolStatus.")                                          \
    X(LISTEN_KEY, -1125, 400, "This listenKey does not exist.")                                    \
    X(TOO_LONG_A_TIME, -1127, 400, "More than %1 hours between startTime and endTime.")            \
    X(COMBINATION, -1128, 400, "Combination of optional parameters invalid.")                      \
    X(INVALID, -1130, 400, "Data sent for parameter '%1' is not valid.")                           \
    X(JSON, -1135, 400, "Invalid JSON Request.")                                                   \
    X(TICKER_TYPE, -1139, 400, "Invalid ticker type.")                                             \
    X(CANCEL_RESTRICTIONS, -1145, 400,                                                             \
      "Invalid `cancelRestrictions`. Has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`.")     \
    X(SYMBOL_TWICE, -1151, 400, "Symbol is present multiple times in the list.")                   \
    /* orders */                                                                                   \
    X(FILTER, -1013, 400, "Filter failure: %1")                                                    \
    X(ORDER_COMPOSITION, -1014, 400, "Unsupported order combination.")                             \
    X(INSUFFICIENT_BALANCE, -2010, 400, "Account has insufficient balance for requested action.")  \
    X(WOULD_MATCH, -2010, 400, "Order would immediately match and take.")                          \
    X(WOULD_TRIGGER, -2010, 400, "Stop price would trigger immediately.")                          \
    X(MARKET_CLOSED, -2010, 400, "Market is closed.")                                              \
    X(DUPLICATE_ORDER, -2010, 400, "Duplicate order sent.")                                        \
    X(NOT_FILLED_WHOLE, -2010, 400, "Order would not be filled completely.")                       \
    X(LIST_PRICES, -2010, 400, "The relationship of the prices for the orders is not correct.")    \
    X(ACCOUNT_DISABLED, -2010, 400, "This action is disabled on this account.")                    \
    X(CANCEL_UNKNOWN, -2011, 400, "Unknown order sent.")                                           \
    X(CANCEL_UNKNOWN_LIST, -2011, 400, "Unknown order list sent.")                                 \
    X(CANCEL_RESTRICTED, -2011, 400, "Order was not canceled due to cancel restrictions.")         \
    X(NO_SUCH_ORDER, -2013, 400, "Order does not exist.")                                          \
    X(NO_SUCH_LIST, -2013, 400, "Order list does not exist.")                                      \
    X(REPLACE_PARTLY, -2021, 409, "Order cancel-replace partially failed.")                        \
    X(REPLACE_FAILED, -2022, 400, "Order cancel-replace failed.")                                  \
    X(AMEND_REJECTED, -2038, 400, "Order amend (quantity increase) is not supported.")             \
    X(NAME_MISMATCH, -2039, 400, "Client order ID is not correct for this order ID.")              \
    X(BATCH_SIZE, -4082, 400, "A batch has 1 to %1 elements.")                                     \
    /* sessions of the WebSocket API */                                                            \
    X(SUBSCRIBED, -2035, 400, "This session has an active subscription already.")                  \
    X(NOT_SUBSCRIBED, -2036, 400, "This session does not have this active subscription.")          \
    X(KEY_TYPE, -4056, 400, "Only Ed25519 API keys can log a session on.")                         \
    /* the venue's own */                                                                          \
    X(NO_ADDRESS, -9901, 400, "There is no deposit address for this asset and network.")           \
    X(TOO_MANY_OPEN, -9902, 400, "More open orders than one answer holds; ask for one symbol.")    \
    X(NOT_SIGNED, -9903, 400, "No signed checkpoint has this yet; ask again in a second.")         \
    X(NO_LIABILITIES, -9904, 400, "No published tree of liabilities has this.")

enum venue_error {
    VENUE_ERROR_UNKNOWN = 1,
#define VENUE_ERROR_ENUM(name, code, status, text) VENUE_ERROR_##name,
    VENUE_ERRORS_KNOWN(VENUE_ERROR_ENUM)
#undef VENUE_ERROR_ENUM
};

/* Where a function says which error it found: none. */
#define VENUE_ERROR_NONE ((enum venue_error)0)

enum { FAILURE_TEXT_MAX = 256 };

/* A refusal, ready to be sent. */
struct failure {
    int32_t code;
    uint32_t status;             /* of HTTP */
    char text[FAILURE_TEXT_MAX]; /* zero-terminated */
};

/* Sets a failure; first and second replace %1 and %2 (NULL: nothing), cut if too long. Returns
 * false, so that a check can end with it. */
bool failure_set(struct failure *failure, enum venue_error error, const char *first,
                 const char *second);

/* The failure that a refusal of the engine becomes on a command of this kind. Returns false. */
bool failure_set_result(struct failure *failure, enum result result, uint16_t command_kind);

/* {"code":-1121,"msg":"Invalid symbol."} */
void failure_write(struct json_writer *json, const struct failure *failure);

/* The same as two members of an object that is open. */
void failure_write_members(struct json_writer *json, const struct failure *failure);

#endif
