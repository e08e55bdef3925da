/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a command was refused. One line per reason, one test per reason. The numbers stand in
 * journals' event digests: append, never renumber.
 */
#ifndef TARAZY_RESULT_H
#define TARAZY_RESULT_H

/* X(name, number, text): the text is for people; protocols map numbers to their own words. */
#define TARAZY_RESULTS(X)                                                                      \
    X(OK, 1, "done")                                                                           \
    /* the command itself */                                                                   \
    X(MALFORMED, 2, "the command's bytes are not well formed")                                 \
    X(UNKNOWN_COMMAND, 3, "no such kind of command")                                           \
    X(NOT_FOUNDED, 4, "the node has no licence yet")                                           \
    X(ALREADY_FOUNDED, 5, "the node is founded and open: this act now needs a proposal")       \
    X(NOT_SANDBOX, 6, "only a sandbox node may do this")                                       \
    X(TIME_BACKWARDS, 7, "time never goes back")                                               \
    X(FIELD_INVALID, 8, "a field is outside what the command's header says")                   \
    X(QUARANTINED, 9, "skipped, as two people have signed: every engine stopped at it")        \
    /* who */                                                                                  \
    X(UNKNOWN_PARTICIPANT, 20, "no such participant")                                          \
    X(PARTICIPANT_FROZEN, 21, "the participant is frozen")                                     \
    X(NOT_PERMITTED, 22, "the participant's roles do not permit this command")                 \
    X(UNKNOWN_KEY, 23, "no such API key")                                                      \
    X(KEY_REVOKED, 24, "the API key is revoked or expired")                                    \
    X(KEY_SCOPE, 25, "the API key's scopes do not permit this command")                        \
    X(KEY_NOT_OWNER, 26, "the API key belongs to somebody else")                               \
    X(NONCE_NOT_INCREASING, 27, "the nonce is not above the last one of this key")             \
    X(DUPLICATE_HANDLE, 28, "a participant with this name exists")                             \
    X(DUPLICATE_KEY, 29, "an API key with this id exists")                                     \
    X(UNKNOWN_TIER, 30, "no such tier")                                                        \
    X(TIER_FORBIDS, 31, "the participant's verification tier does not permit this")            \
    X(TIER_LIMIT, 32, "the daily limit of the participant's tier is reached")                  \
    X(NEEDS_PROPOSAL, 33, "this act needs a proposal and an approval by a second person")      \
    X(UNKNOWN_PROPOSAL, 34, "no such open proposal")                                           \
    X(PROPOSAL_EXPIRED, 35, "the proposal has expired")                                        \
    X(SAME_PERSON, 36, "the approver must be another person than the proposer")                \
    X(NOT_PROPOSABLE, 37, "this kind of command cannot be proposed")                           \
    /* room */                                                                                 \
    X(PARTICIPANTS_FULL, 50, "no room for another participant")                                \
    X(ACCOUNTS_FULL, 51, "no room for another account")                                        \
    X(ASSETS_FULL, 52, "no room for another asset")                                            \
    X(INSTRUMENTS_FULL, 53, "no room for another instrument")                                  \
    X(ORDERS_FULL, 54, "no room for another order")                                            \
    X(LEVELS_FULL, 55, "no room for another price level")                                      \
    X(LISTS_FULL, 56, "no room for another order list")                                        \
    X(KEYS_FULL, 57, "no room for another API key")                                            \
    X(PROPOSALS_FULL, 58, "no room for another proposal")                                      \
    X(EVIDENCE_FULL, 59, "no room for another piece of evidence")                              \
    X(WITHDRAWALS_FULL, 60, "no room for another withdrawal")                                  \
    X(TRAILING_FULL, 61, "no room for another trailing order of this instrument")              \
    /* listing */                                                                              \
    X(UNKNOWN_ASSET, 70, "no such asset")                                                      \
    X(UNKNOWN_INSTRUMENT, 71, "no such instrument")                                            \
    X(DUPLICATE_ASSET, 72, "an asset with this code exists")                                   \
    X(DUPLICATE_SYMBOL, 73, "an instrument with this symbol exists")                           \
    X(NOTIONAL_NOT_WHOLE, 74, "tick times lot is not a whole number of quote units")           \
    X(LISTING_INVALID, 75, "the instrument's terms contradict each other")                     \
    /* money */                                                                                \
    X(INSUFFICIENT_BALANCE, 90, "the available balance is too small")                          \
    X(OVERFLOW, 91, "the amount is larger than the books can hold")                            \
    X(EVIDENCE_USED, 92, "this evidence has been used before")                                 \
    X(UNKNOWN_WITHDRAWAL, 93, "no such open withdrawal")                                       \
    X(WITHDRAWAL_TOO_SMALL, 94, "the withdrawal is below the asset's minimum")                 \
    X(AMOUNT_INVALID, 95, "the amount must be above zero")                                     \
    X(SUPPLY_EXCEEDED, 96, "more than the asset's whole supply")                               \
    /* orders: the filters of the venue contract have their own names */                       \
    X(MARKET_CLOSED, 110, "the instrument's session does not take this order now")             \
    X(PRICE_FILTER, 111, "the price is off the tick or outside its range")                     \
    X(LOT_SIZE, 112, "the quantity is off the lot or outside its range")                       \
    X(MARKET_LOT_SIZE, 113, "the market order's quantity is outside its range")                \
    X(NOTIONAL, 114, "price times quantity is outside its range")                              \
    X(PERCENT_PRICE_BY_SIDE, 115, "the price is too far from the reference price")             \
    X(ICEBERG_PARTS, 116, "the iceberg has too many parts")                                    \
    X(TRAILING_DELTA, 117, "the trailing delta is outside its range")                          \
    X(MAX_NUM_ORDERS, 118, "too many open orders of this participant on this instrument")      \
    X(MAX_NUM_ALGO_ORDERS, 119, "too many stop orders of this participant on this instrument") \
    X(MAX_NUM_ICEBERG_ORDERS, 120, "too many iceberg orders of this participant")              \
    X(MAX_NUM_ORDER_LISTS, 121, "too many order lists of this participant")                    \
    X(MAX_NUM_ORDER_AMENDS, 122, "the order has been amended too often")                       \
    X(MAX_POSITION, 123, "the position would be too large")                                    \
    X(WOULD_MATCH, 124, "the order would immediately match and take")                          \
    X(WOULD_TRIGGER, 125, "the stop price would trigger immediately")                          \
    X(DUPLICATE_CLIENT_ID, 126, "an order with this client id was sent before")                \
    X(NO_LIQUIDITY, 127, "nothing to trade with within the slippage limit")                    \
    X(FOK_NOT_FILLED, 128, "the fill-or-kill order cannot be filled whole")                    \
    X(UNKNOWN_ORDER, 129, "no such open order")                                                \
    X(NOT_YOUR_ORDER, 130, "the order belongs to somebody else")                               \
    X(CANCEL_RESTRICTED, 131, "the order is not in the state the cancel asked for")            \
    X(AMEND_NOT_DOWN, 132, "an amend may only reduce the quantity, above what is executed")    \
    X(ORDER_TYPE_INVALID, 133, "this combination of order type and fields is not taken")       \
    X(EXPIRED_BEFORE, 134, "the order's expiry time has passed")                               \
    X(LIST_INVALID, 135, "the legs of the order list contradict each other")                   \
    X(UNKNOWN_LIST, 136, "no such open order list")                                            \
    X(REPLACE_NOT_CANCELLED, 137, "nothing was cancelled and nothing placed")                  \
    X(REPLACE_NOT_PLACED, 138, "cancelled, but the new order was refused")                     \
    X(INSTRUMENT_FROZEN, 139, "the instrument is frozen")                                      \
    X(SESSION_INVALID, 140, "the session cannot change in this way")                           \
    /* proofs */                                                                               \
    X(LIABILITIES_RECORD, 150, "the record is not behind this one, or before the last shown")  \
    X(LIABILITIES_EPOCH, 151, "the epoch is not above the last one published")                 \
    /* mining */                                                                               \
    X(MINING_NOT_ENABLED, 160, "this node has no mining part")                                 \
    X(UNKNOWN_MINER, 161, "no such miner in the register")                                     \
    X(UNKNOWN_POOL, 162, "no such mining pool in the register")                                \
    X(UNKNOWN_SITE, 163, "no such site in the register")                                       \
    X(UNKNOWN_METER, 164, "no such energy meter in the register")                              \
    X(UNKNOWN_EQUIPMENT, 165, "no such equipment in the register")                             \
    X(UNKNOWN_ADDRESS, 166, "no such address of this miner in the register")                   \
    X(MINERS_FULL, 167, "no room for another miner")                                           \
    X(POOLS_FULL, 168, "no room for another mining pool")                                      \
    X(SITES_FULL, 169, "no room for another site")                                             \
    X(METERS_FULL, 170, "no room for another energy meter")                                    \
    X(EQUIPMENT_FULL, 171, "no room for more equipment")                                       \
    X(ADDRESSES_FULL, 172, "no room for another address of a miner")                           \
    X(MARKS_FULL, 173, "no room for another pair of meter and miner")                          \
    X(SUMS_FULL, 174, "no room for another sum of readings")                                   \
    X(PARAMETERS_FULL, 175, "no room for another legal parameter")                             \
    X(ASSESSMENTS_FULL, 176, "no room for another assessment")                                 \
    X(DUPLICATE_MINER, 177, "the participant has an entry in the register already")            \
    X(LICENCE_TAKEN, 178, "the licence number is somebody else's")                             \
    X(SERIAL_TAKEN, 179, "an energy meter with this serial number exists")                     \
    X(ADDRESS_TAKEN, 180, "the address, name or range is registered already")                  \
    X(LICENCE_TERM, 181, "the licence's number or term is missing, or longer than the law's")  \
    X(LICENCE_STATE, 182, "the decision does not fit the state of the licence")                \
    X(REGISTER_TERMS, 183, "the entry's fields contradict each other")                         \
    X(READER_ROLE, 184, "the participant does not have the role that the entry needs")         \
    X(NOT_YOUR_METER, 185, "the energy meter is read by somebody else")                        \
    X(NOT_YOUR_POOL, 186, "the mining pool reports through somebody else")                     \
    X(READING_REPEATED, 187, "a reading with this sequence number was recorded before")        \
    X(READING_MISSING, 188, "a reading between the last one and this one is missing")          \
    X(READING_INTERVAL, 189, "the interval is empty, in the future, or in two periods")        \
    X(READING_OVERLAP, 190, "the interval overlaps one that was recorded before")              \
    X(READING_GAP, 191, "time is missing before this reading, and it does not say so")         \
    X(READING_REGISTER, 192, "the register does not go on where the last reading left it")     \
    X(READING_NEGATIVE, 193, "the reading says that less than nothing was consumed")           \
    X(READING_ENERGY, 194, "the energy is not the difference of the two register values")      \
    X(READING_COUNTS, 195, "the reading's counts contradict each other")                       \
    X(PARAMETER_OVERLAP, 196, "another value of this parameter holds on some of these days")   \
    X(PARAMETER_INVALID, 197, "the legal parameter is not one that could hold")                \
    X(PARAMETER_MISSING, 198, "a legal parameter that this rests on is not set")               \
    X(QUARTER_INVALID, 199, "the quarter is not over yet, or is none")                         \
    X(FEE_PRICE_MISSING, 200, "the fee goes by the price of energy, which was not given")      \
    X(FEE_LAW_UNCLEAR, 201, "the law's numbers for this quarter do not lead to one fee")       \
    X(UNKNOWN_ASSESSMENT, 202, "this miner has no assessment of this quarter")                 \
    X(FEE_OVERPAID, 203, "more than is owed")                                                  \
    X(DUPLICATE_POOL, 204, "the participant reports for a mining pool already")

enum result {
#define TARAZY_RESULT_ENUM(name, number, text) RESULT_##name = (number),
    TARAZY_RESULTS(TARAZY_RESULT_ENUM)
#undef TARAZY_RESULT_ENUM
};

/* The reason in a sentence; "unknown result" for a number outside the list. */
const char *tarazy_result_text(enum result result);

/* The reason's name without its prefix, e.g. "LOT_SIZE". */
const char *tarazy_result_name(enum result result);

#endif
