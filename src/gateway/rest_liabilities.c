/* SPDX-License-Identifier: Apache-2.0
 *
 * What the node owes: the root that stands in the journal, for everybody; the proof that one's own
 * balance is in it, for its owner; and publishing a root, for operators.
 *
 * Why a file of its own: the proof comes out of a tree file that was built beside the core, and nothing
 * of it is the replica's but the published root. Invariants: nobody gets a proof but his own; a tree
 * that is not the published one proves nothing here. Read next: proofs/liabilities_file.h.
 */
#include <stdlib.h>
#include <string.h>

#include "codec/hex_text.h"
#include "gateway/operator_act.h"
#include "gateway/routes.h"
#include "gateway/venue.h"
#include "platform/log_line.h"
#include "proofs/liabilities_books.h"
#include "proofs/liabilities_file.h"
#include "proofs/liabilities_text.h"

/* A proof reads some hundred leaves. */
enum { LIABILITIES_PROOF_WEIGHT = 200 };

/* ------------------------------------------------------------------ the published root */

static void write_hash(struct json_writer *json, const char *name, const struct hash256 *hash)
{
    char text[2 * sizeof hash->bytes];

    hex_encode(hash->bytes, sizeof hash->bytes, text);
    json_write_key_string(json, name, slice_of(text, sizeof text));
}

/* Members of an open object. */
static void write_published(struct json_writer *json, const struct liabilities_view *last)
{
    json_write_key_uint64(json, "record", last->record);
    json_write_key_uint64(json, "epoch", last->epoch);
    write_hash(json, "root", &last->root);
    write_hash(json, "totals", &last->totals);
    json_write_key_uint64(json, "publishedNumber", last->published);
}

static void get_liabilities(struct call *call)
{
    struct liabilities_view last;

    if (!tarazy_query_liabilities(call->venue->engine, &last)) {
        (void)call_error(call, VENUE_ERROR_NO_LIABILITIES, NULL, NULL);
        return;
    }
    json_write_object_begin(&call->answer.json);
    write_published(&call->answer.json, &last);
    json_write_object_end(&call->answer.json);
    call_reply(call);
}

/* ------------------------------------------------------------------ one's own proof */

/* Room for one answer: too large for the stack. */
struct liabilities_work {
    struct liabilities_proof proof;
    char text[LIABILITIES_TEXT_MAX];
};

static bool is_published(const struct liabilities_statement *statement,
                         const struct liabilities_view *last)
{
    struct liabilities_claim claim = liabilities_claim_of(statement);

    return claim.record == last->record && claim.epoch == last->epoch &&
           memcmp(&claim.root, &last->root, sizeof claim.root) == 0 &&
           memcmp(&claim.totals, &last->totals, sizeof claim.totals) == 0;
}

/* NULL, or what is wrong. */
static const char *prove(const struct call *call, const struct liabilities_view *last,
                         struct liabilities_proof *proof)
{
    const struct venue *venue = call->venue;
    char identity[LIABILITIES_IDENTITY_MAX];
    const char *error = NULL;
    size_t size = liabilities_books_identity(venue->engine, call->caller.participant, identity);
    struct liabilities_file *file = liabilities_file_open(venue->options.directory, last->epoch,
                                                          key_ring_node_key(venue->keys), &error);

    if (file == NULL) {
        return error;
    }
    if (!is_published(liabilities_file_statement(file), last)) {
        error = "the tree is not the published one";
    } else {
        error = liabilities_file_prove(file, call->caller.participant, identity, size, proof);
    }
    liabilities_file_close(file);
    return error;
}

static void get_proof(struct call *call)
{
    struct json_writer *json = &call->answer.json;
    struct liabilities_view last;

    if (!tarazy_query_liabilities(call->venue->engine, &last)) {
        (void)call_error(call, VENUE_ERROR_NO_LIABILITIES, NULL, NULL);
        return;
    }
    struct liabilities_work *work = calloc(1, sizeof *work);
    const char *error = work == NULL ? "out of memory" : prove(call, &last, &work->proof);
    if (error != NULL) {
        log_event(LOG_LEVEL_WARNING, "no_liabilities_proof", "what", error);
        (void)call_error(call, VENUE_ERROR_NO_LIABILITIES, NULL, NULL);
        free(work);
        return;
    }
    size_t size = liabilities_proof_write(&work->proof, work->text, sizeof work->text);
    json_write_object_begin(json);
    write_published(json, &last);
    json_write_key_string(json, "proof", slice_of(work->text, size));
    json_write_object_end(json);
    call_reply(call);
    secret_wipe(&work->proof.secret, sizeof work->proof.secret);
    free(work);
}

/* ------------------------------------------------------------------ publishing */

static bool read_hash(struct call *call, const char *name, struct hash256 *hash)
{
    struct slice text = {0};

    (void)parameters_find(call->parameters, name, &text);
    return hex_decode(text, hash->bytes, sizeof hash->bytes) ||
           call_error(call, VENUE_ERROR_INVALID, name, NULL);
}

static void post_liabilities(struct call *call)
{
    struct command_liabilities_publish publish = {
        .header = {.kind = COMMAND_LIABILITIES_PUBLISH},
        .record = (uint64_t)parameters_integer(call->parameters, "record", 0),
        .epoch = (uint64_t)parameters_integer(call->parameters, "epoch", 0),
    };

    if (read_hash(call, "root", &publish.root) && read_hash(call, "totals", &publish.totals)) {
        operator_act_submit(call, &publish.header, NULL);
    }
}

/* ------------------------------------------------------------------ the table */

static const struct parameter_rule publish_rules[] = {
    {"record", PARAMETER_TYPE_INTEGER, true},
    {"epoch", PARAMETER_TYPE_INTEGER, true},
    {"root", PARAMETER_TYPE_TEXT, true},
    {"totals", PARAMETER_TYPE_TEXT, true},
    OPERATOR_ACT_PARAMETERS,
};

static const struct route routes[] = {
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/liabilities",
     .answer = get_liabilities,
     .security = SECURITY_NONE,
     .weight = 1,
     .summary = "The last published root of what the node owes"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/liabilities/proof",
     .answer = get_proof,
     .security = SECURITY_READ,
     .weight = LIABILITIES_PROOF_WEIGHT,
     .summary = "The proof that one's own balance is in it"},
    {.method = HTTP_METHOD_POST,
     .path = "/tarazy/v1/liabilities",
     .answer = post_liabilities,
     ROUTE_PARAMETERS(publish_rules),
     .security = SECURITY_OPERATE,
     .weight = 1,
     .takes_json = true,
     .summary = "Publish the root of a tree of liabilities"},
};

const struct route_table liabilities_routes = {routes, sizeof routes / sizeof routes[0]};
