/* SPDX-License-Identifier: Apache-2.0
 *
 * What the notary signed, for everybody: checkpoints, tiles, proofs of growth; and, for each his own,
 * receipts: a proof that one's order or trade stands in the signed tree.
 *
 * Why a file of its own: served from the notary's files by hashes alone; nothing of it is the replica's
 * but the record numbers. Invariant: a command is shown to nobody but the participant who sent it: a
 * trade that somebody else's order brought about is proven by its leaf. Without a notary there is
 * nothing here, and trading does not notice. Read next: node/record_finder.c.
 */
#include <string.h>

#include "gateway/order_reply.h"
#include "gateway/routes.h"
#include "gateway/venue.h"
#include "node/record_finder.h"
#include "node/record_places.h"

enum { PROOF_WEIGHT = 20 };

static const char proof_plain_text[] = "text/plain; charset=utf-8";

/* false: the call has been answered. */
static bool set_finder(struct call *call, struct record_finder *finder)
{
    return record_finder_set(finder, NULL, call->venue->options.directory) ||
           call_error(call, VENUE_ERROR_UNKNOWN, NULL, NULL);
}

/* ------------------------------------------------------------------ files */

/* A file of the tree as it stands. */
static void reply_file(struct call *call, const char *name)
{
    char text[NOTE_SIZE_MAX];
    struct record_finder finder;

    if (!set_finder(call, &finder)) {
        return;
    }
    int size = record_finder_read(&finder, name, text, sizeof text);
    if (size <= 0) {
        (void)call_error(call, VENUE_ERROR_NOT_SIGNED, NULL, NULL);
        return;
    }
    answer_send_as(&call->answer, 200, proof_plain_text, slice_of(text, (size_t)size));
}

static void get_checkpoint(struct call *call)
{
    reply_file(call, RECORD_CHECKPOINT_NAME);
}

static void get_cosigned(struct call *call)
{
    reply_file(call, RECORD_COSIGNED_NAME);
}

static void get_key(struct call *call)
{
    reply_file(call, RECORD_KEY_NAME);
}

static void get_tile(struct call *call)
{
    static const char prefix[] = "/tlog/";
    uint8_t bytes[TILE_BYTES_MAX];
    struct record_finder finder;
    struct tile_place place;

    if (!set_finder(call, &finder)) {
        return;
    }
    if (call->path.size < sizeof prefix ||
        !tile_path_read(&place, call->path.data + sizeof prefix - 1,
                        call->path.size - (sizeof prefix - 1)) ||
        tile_folder_read(&finder.tiles, &place, bytes) != 0) {
        (void)call_error(call, VENUE_ERROR_NOT_FOUND, NULL, NULL);
        return;
    }
    answer_send_as(&call->answer, 200, "application/octet-stream",
                   slice_of((const char *)bytes, tile_bytes(&place)));
}

/* ------------------------------------------------------------------ growth */

static void get_consistency(struct call *call)
{
    char text[GROWTH_TEXT_MAX + 1];
    char note[NOTE_SIZE_MAX];
    struct record_finder finder;
    struct checkpoint checkpoint;
    struct growth_proof growth;
    int64_t old_size = parameters_integer(call->parameters, "old", 0);
    int64_t new_size = parameters_integer(call->parameters, "new", 0);

    if (!set_finder(call, &finder)) {
        return;
    }
    if (old_size > new_size ||
        record_finder_checkpoint(&finder, RECORD_CHECKPOINT_NAME, note, &checkpoint) == 0 ||
        (uint64_t)new_size > checkpoint.size ||
        record_finder_growth(&finder, (uint64_t)old_size, (uint64_t)new_size, &growth) !=
            RECORD_FOUND_YES) {
        (void)call_error(call, VENUE_ERROR_NOT_SIGNED, NULL, NULL);
        return;
    }
    size_t size = growth_text_write(&growth, text);
    answer_send_as(&call->answer, 200, proof_plain_text, slice_of(text, size));
}

/* ------------------------------------------------------------------ receipts */

/* A proof with the checkpoint it leads to. */
struct receipt {
    struct record_proof proof;
    struct checkpoint checkpoint;
    size_t note_size;
    char note[NOTE_SIZE_MAX];
    bool is_cosigned;
};

static bool find_under(struct record_finder *finder, const char *name, uint64_t number,
                       struct receipt *receipt)
{
    receipt->note_size =
        record_finder_checkpoint(finder, name, receipt->note, &receipt->checkpoint);
    return receipt->note_size > 0 && record_finder_prove(finder, number, receipt->checkpoint.size,
                                                         &receipt->proof) == RECORD_FOUND_YES;
}

/* Under a checkpoint that witnesses have cosigned, if there is one that is far enough. false: the call
 * has been answered. */
static bool find_receipt(struct call *call, uint64_t number, struct receipt *receipt)
{
    struct record_finder finder;
    struct command_header header;

    if (!set_finder(call, &finder)) {
        return false;
    }
    receipt->is_cosigned = find_under(&finder, RECORD_COSIGNED_NAME, number, receipt);
    if (!receipt->is_cosigned && !find_under(&finder, RECORD_CHECKPOINT_NAME, number, receipt)) {
        return call_error(call, VENUE_ERROR_NOT_SIGNED, NULL, NULL);
    }
    memcpy(&header, receipt->proof.command, sizeof header);
    if (header.participant != call->caller.participant) {
        record_proof_hide(&receipt->proof);
    }
    return true;
}

/* Members of an open object. */
static void write_receipt(struct call *call, uint64_t number, const struct receipt *receipt)
{
    struct json_writer *json = &call->answer.json;
    char text[PROOF_TEXT_MAX + 1];
    size_t size =
        proof_text_write(&receipt->proof, receipt->note, receipt->note_size, text, sizeof text);

    json_write_key_uint64(json, "recordNumber", number);
    answer_key_time(&call->answer, "time", receipt->proof.entry.time_us);
    json_write_key_text(json, "origin", receipt->checkpoint.origin);
    json_write_key_uint64(json, "treeSize", receipt->checkpoint.size);
    json_write_key_bool(json, "cosigned", receipt->is_cosigned);
    json_write_key_bool(json, "commandShown", receipt->proof.command_size > 0);
    json_write_key_string(json, "proof", slice_of(text, size));
}

static void reply_receipt(struct call *call, struct symbol symbol, const char *name, uint64_t id,
                          uint64_t number)
{
    struct json_writer *json = &call->answer.json;
    struct receipt receipt;

    if (!find_receipt(call, number, &receipt)) {
        return;
    }
    json_write_object_begin(json);
    reply_key_symbol(json, "symbol", symbol);
    json_write_key_uint64(json, name, id);
    write_receipt(call, number, &receipt);
    json_write_object_end(json);
    call_reply(call);
}

static void reply_order_receipt(struct call *call, const struct instrument_view *instrument,
                                uint64_t order)
{
    const struct order_record *record = order_history_find(call->venue->views.orders, order);

    if (record == NULL || record->participant != call->caller.participant ||
        record->terms.instrument != instrument->instrument) {
        (void)call_error(call, VENUE_ERROR_NO_SUCH_ORDER, NULL, NULL);
        return;
    }
    reply_receipt(call, instrument->terms.symbol, "orderId", order, record->number);
}

/* Is one side of the trade the caller's? */
static bool is_own_trade(const struct call *call, const struct trade_record *trade)
{
    const struct order_history *orders = call->venue->views.orders;
    const struct order_record *maker = order_history_find(orders, trade->maker_order);
    const struct order_record *taker = order_history_find(orders, trade->taker_order);

    return (maker != NULL && maker->participant == call->caller.participant) ||
           (taker != NULL && taker->participant == call->caller.participant);
}

static void reply_trade_receipt(struct call *call, const struct instrument_view *instrument,
                                uint64_t id)
{
    const struct trade_history *trades = call->venue->views.trades;
    struct id_range range = trade_history_trades(trades, instrument->instrument);
    const struct trade_record *trade =
        range.last == 0 || id < range.first || id > range.last
            ? NULL
            : trade_history_trade(trades, instrument->instrument, id);

    if (trade == NULL || !is_own_trade(call, trade)) {
        (void)call_error(call, VENUE_ERROR_NO_SUCH_ORDER, NULL, NULL);
        return;
    }
    reply_receipt(call, instrument->terms.symbol, "tradeId", id, trade->number);
}

static void get_receipt(struct call *call)
{
    struct instrument_view instrument;
    int64_t order = parameters_integer(call->parameters, "orderId", 0);
    int64_t trade = parameters_integer(call->parameters, "tradeId", 0);

    if (!call_symbol(call, &instrument)) {
        return;
    }
    if ((order == 0) == (trade == 0)) {
        (void)call_error(call, order == 0 ? VENUE_ERROR_MISSING_BOTH : VENUE_ERROR_COMBINATION,
                         "orderId", "tradeId");
    } else if (order != 0) {
        reply_order_receipt(call, &instrument, (uint64_t)order);
    } else {
        reply_trade_receipt(call, &instrument, (uint64_t)trade);
    }
}

/* The caller's own command, whatever it was. */
static void get_proof(struct call *call)
{
    char text[PROOF_TEXT_MAX + 1];
    struct receipt receipt;
    uint64_t number = (uint64_t)parameters_integer(call->parameters, "number", 0);

    if (!find_receipt(call, number, &receipt)) {
        return;
    }
    size_t size =
        proof_text_write(&receipt.proof, receipt.note, receipt.note_size, text, sizeof text);
    answer_send_as(&call->answer, 200, proof_plain_text, slice_of(text, size));
}

/* ------------------------------------------------------------------ the table */

static const struct parameter_rule receipt_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
    {"orderId", PARAMETER_TYPE_INTEGER, false},
    {"tradeId", PARAMETER_TYPE_INTEGER, false},
};

static const struct parameter_rule proof_rules[] = {
    {"number", PARAMETER_TYPE_INTEGER, true},
};

static const struct parameter_rule consistency_rules[] = {
    {"old", PARAMETER_TYPE_INTEGER, true},
    {"new", PARAMETER_TYPE_INTEGER, true},
};

static const struct route routes[] = {
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/receipt",
     .answer = get_receipt,
     ROUTE_PARAMETERS(receipt_rules),
     .security = SECURITY_READ,
     .weight = PROOF_WEIGHT,
     .summary = "A proof that an own order or trade is in the signed journal"},
    {.method = HTTP_METHOD_GET,
     .path = "/tlog/proof",
     .answer = get_proof,
     ROUTE_PARAMETERS(proof_rules),
     .security = SECURITY_READ,
     .weight = PROOF_WEIGHT,
     .summary = "A proof that a record is in the signed journal; shown are own commands only"},
    {.method = HTTP_METHOD_GET,
     .path = "/tlog/consistency",
     .answer = get_consistency,
     ROUTE_PARAMETERS(consistency_rules),
     .security = SECURITY_NONE,
     .weight = PROOF_WEIGHT,
     .summary = "A proof that a later tree continues an earlier one"},
    {.method = HTTP_METHOD_GET,
     .path = "/tlog/checkpoint",
     .answer = get_checkpoint,
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "The newest signed checkpoint (C2SP tlog-checkpoint)"},
    {.method = HTTP_METHOD_GET,
     .path = "/tlog/cosigned",
     .answer = get_cosigned,
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "The newest checkpoint that witnesses have cosigned"},
    {.method = HTTP_METHOD_GET,
     .path = "/tlog/key",
     .answer = get_key,
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "The notary's verifier key"},
    {.method = HTTP_METHOD_GET,
     .path = "/tlog/tile/{tile}",
     .answer = get_tile,
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "Hashes and entries of the tree (C2SP tlog-tiles)"},
};

const struct route_table proof_routes = {routes, sizeof routes / sizeof routes[0]};
