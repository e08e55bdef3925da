/* SPDX-License-Identifier: Apache-2.0
 *
 * A node's block template made a job. A file of its own because consensus is met here: what is wrong costs a whole block. Invariant: pure;
 * the block's first transaction is the one whose hash the header has, with its witness around it. Read next: node_work.c, job.c.
 */
#include "stratum/block_template.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "codec/hex_text.h"
#include "codec/json_reader.h"

enum { TEMPLATE_DEPTH_MAX = 8, COINBASE_SCRIPT_MAX = 100, COMMITMENT_MAX = 64, TAG_SIZE = 8 };
static const char tag[TAG_SIZE + 1] = "/tarazy/";

struct fields {
    struct json_value version;
    struct json_value previous;
    struct json_value transactions;
    struct json_value value;
    struct json_value bits;
    struct json_value time;
    struct json_value height;
    struct json_value commitment;
};

static const struct json_field field_table[] = {
    {"version", JSON_TYPE_NUMBER, true},
    {"previousblockhash", JSON_TYPE_STRING, true},
    {"transactions", JSON_TYPE_ARRAY, true},
    {"coinbasevalue", JSON_TYPE_NUMBER, true},
    {"bits", JSON_TYPE_STRING, true},
    {"curtime", JSON_TYPE_NUMBER, true},
    {"height", JSON_TYPE_NUMBER, true},
    {"default_witness_commitment", JSON_TYPE_STRING, false},
};
_Static_assert(sizeof(struct fields) ==
                   sizeof field_table / sizeof *field_table * sizeof(struct json_value),
               "one value for each field, in their order");

/* ---- bytes ---- */

struct bytes {
    uint8_t *at;
};

static void put(struct bytes *out, const void *bytes, size_t size)
{
    memcpy(out->at, bytes, size);
    out->at += size;
}

static void put_number(struct bytes *out, uint64_t number, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        *out->at++ = (uint8_t)(number >> (8 * i));
    }
}

/* The height as BIP 34 wants it: the shortest push of a little-endian number whose top bit is its sign. */
static void put_height(struct bytes *out, uint64_t height)
{
    uint8_t digits[9] = {0};
    uint8_t size = 0;

    if (height <= 16) {
        *out->at++ = (uint8_t)(height == 0 ? 0 : 0x50 + height);
        return;
    }
    for (; height != 0; height >>= 8) {
        digits[size++] = (uint8_t)height;
    }
    if ((digits[size - 1] & 0x80) != 0) {
        size++;
    }
    put(out, &size, 1);
    put(out, digits, size);
}

/* ---- the coinbase transaction ---- */

static void write_coinbase(struct block_template *block, uint64_t value, const uint8_t *script,
                           size_t script_size, struct slice commitment)
{
    struct bytes out = {block->parts};
    const uint8_t extranonce_size = TEMPLATE_EXTRANONCE1_SIZE + TEMPLATE_EXTRANONCE2_SIZE;
    uint8_t height[16];
    struct bytes height_end = {height};

    put_height(&height_end, block->height);
    size_t height_size = (size_t)(height_end.at - height);
    put_number(&out, 2, 4); /* version */
    put_number(&out, 1, 1); /* one input */
    memset(out.at, 0, 32);
    out.at += 32;
    put_number(&out, 0xffffffffu, 4);
    size_t input_size = height_size + 1 + extranonce_size + TAG_SIZE;
    ENSURE(input_size <= COINBASE_SCRIPT_MAX);
    put_number(&out, input_size, 1);
    put(&out, height, height_size);
    put(&out, &extranonce_size, 1); /* the push of both extranonces */
    block->job.coinbase1 = block->parts;
    block->job.coinbase1_size = (size_t)(out.at - block->parts);
    const uint8_t *second = out.at;
    put(&out, tag, TAG_SIZE);
    put_number(&out, 0xffffffffu, 4);
    put_number(&out, commitment.size > 0 ? 2 : 1, 1);
    put_number(&out, value, 8);
    put_number(&out, script_size, 1);
    put(&out, script, script_size);
    if (commitment.size > 0) {
        put_number(&out, 0, 8);
        put_number(&out, commitment.size / 2, 1);
        ENSURE(hex_decode(commitment, out.at, commitment.size / 2));
        out.at += commitment.size / 2;
    }
    put_number(&out, 0, 4); /* lock time */
    block->job.coinbase2 = second;
    block->job.coinbase2_size = (size_t)(out.at - second);
}

/* ---- the other transactions ---- */

static bool turned_hash(struct json_value value, uint8_t out[32])
{
    uint8_t shown[32];

    if (value.type != JSON_TYPE_STRING || !hex_decode(value.raw, shown, 32)) {
        return false;
    }
    for (unsigned i = 0; i < 32; i++) {
        out[i] = shown[31 - i];
    }
    return true;
}

static bool read_transaction(struct block_template *block, struct slice object,
                             struct hash256 *hashes)
{
    static const struct json_field table[] = {
        {"data", JSON_TYPE_STRING, true},
        {"txid", JSON_TYPE_STRING, false},
        {"hash", JSON_TYPE_STRING, false},
    };
    struct json_value values[3];

    if (block->transaction_count == TEMPLATE_TRANSACTIONS_MAX ||
        json_object_read(object, TEMPLATE_DEPTH_MAX, table, 3, JSON_UNKNOWN_SKIPPED, values) !=
            JSON_RESULT_OK ||
        !turned_hash(values[1].type != 0 ? values[1] : values[2],
                     hashes[block->transaction_count].bytes)) {
        return false;
    }
    memcpy(block->transactions + block->transactions_size, values[0].raw.data, values[0].raw.size);
    block->transactions_size += values[0].raw.size;
    block->transaction_count++;
    return true;
}

static bool read_transactions(struct block_template *block, struct slice list)
{
    struct hash256 *hashes = malloc(TEMPLATE_TRANSACTIONS_MAX * sizeof *hashes);
    struct sha256 *sha = sha256_create();
    struct json_reader reader;
    struct json_token token;
    struct json_value value = {0};
    bool is_good = true;

    block->transactions = malloc(list.size + 1);
    ENSURE(hashes != NULL && block->transactions != NULL);
    json_reader_begin(&reader, list, TEMPLATE_DEPTH_MAX);
    (void)json_reader_next(&reader, &token);
    while (is_good && json_reader_value(&reader, &value) == JSON_RESULT_OK && value.type != 0) {
        is_good = value.type == JSON_TYPE_OBJECT && read_transaction(block, value.raw, hashes);
    }
    if (is_good) {
        block->job.branch_count =
            job_branches(sha, hashes, block->transaction_count, block->job.branches);
    }
    sha256_destroy(sha);
    free(hashes);
    return is_good;
}

/* ---- the template ---- */

static bool read_numbers(struct block_template *block, const struct fields *fields, uint64_t *value)
{
    uint64_t version;
    uint64_t time;
    uint8_t bits[4];

    if (!json_number_uint64(fields->version, &version) || version > UINT32_MAX ||
        !json_number_uint64(fields->time, &time) || time > UINT32_MAX ||
        !json_number_uint64(fields->value, value) || *value > 2100000000000000u ||
        !json_number_uint64(fields->height, &block->height) || block->height > UINT32_MAX ||
        !hex_decode(fields->bits.raw, bits, sizeof bits)) {
        return false;
    }
    block->job.version = (uint32_t)version;
    block->job.time = (uint32_t)time;
    block->job.bits =
        (uint32_t)bits[0] << 24 | (uint32_t)bits[1] << 16 | (uint32_t)bits[2] << 8 | bits[3];
    return turned_hash(fields->previous, block->job.previous) &&
           target_of_bits(block->job.bits, &block->job.block_target);
}

static bool is_commitment(struct slice text)
{
    uint8_t bytes[COMMITMENT_MAX];

    return text.size <= 2 * sizeof bytes && hex_decode(text, bytes, text.size / 2);
}

struct block_template *block_template_read(struct slice result, const uint8_t *script,
                                           size_t script_size, const char **why)
{
    struct fields fields;
    struct json_value values[sizeof field_table / sizeof *field_table];
    uint64_t value = 0;
    struct block_template *block = calloc(1, sizeof *block);

    ENSURE(block != NULL && script_size <= TEMPLATE_SCRIPT_MAX);
    block->parts = calloc(1, 512);
    ENSURE(block->parts != NULL);
    *why = NULL;
    if (json_object_read(result, TEMPLATE_DEPTH_MAX, field_table,
                         sizeof field_table / sizeof *field_table, JSON_UNKNOWN_SKIPPED,
                         values) != JSON_RESULT_OK) {
        *why = "no block template";
        block_template_destroy(block);
        return NULL;
    }
    memcpy(&fields, values, sizeof fields);
    if (!read_numbers(block, &fields, &value)) {
        *why = "a number of the template is out of range";
    } else if (fields.commitment.type != 0 && !is_commitment(fields.commitment.raw)) {
        *why = "the witness commitment is no script";
    } else if (!read_transactions(block, fields.transactions.raw)) {
        *why = "a transaction of the template is none";
    }
    if (*why != NULL) {
        block_template_destroy(block);
        return NULL;
    }
    block->has_witness = fields.commitment.type != 0;
    write_coinbase(block, value, script, script_size,
                   block->has_witness ? fields.commitment.raw : slice_of(NULL, 0));
    return block;
}

void block_template_destroy(struct block_template *block)
{
    if (block != NULL) {
        free(block->parts);
        free(block->transactions);
        free(block);
    }
}

/* ---- the block ---- */

static void put_hex(char **out, const uint8_t *bytes, size_t size)
{
    hex_encode(bytes, size, *out);
    *out += 2 * size;
}

/* A count as Bitcoin writes it. */
static void put_count(char **out, uint32_t count)
{
    uint8_t bytes[5];
    size_t size = count < 0xfd ? 1 : count <= 0xffff ? 3 : 5;
    struct bytes at = {bytes};

    if (size > 1) {
        put_number(&at, size == 3 ? 0xfd : 0xfe, 1);
    }
    put_number(&at, count, size == 1 ? 1 : (unsigned)size - 1);
    put_hex(out, bytes, size);
}

char *block_template_block(const struct block_template *block, const uint8_t header[HEADER_SIZE],
                           const uint8_t *extranonce, size_t extranonce_size, size_t *size)
{
    static const uint8_t witness_mark[2] = {0, 1};
    static const uint8_t witness[34] = {1, 32}; /* one item: 32 zero bytes, as BIP 141 reserves */
    const struct stratum_job *job = &block->job;
    char *text = malloc(2 * (size_t)HEADER_SIZE + 4096 + block->transactions_size +
                        2 * (job->coinbase1_size + job->coinbase2_size + extranonce_size));
    char *out = text;

    ENSURE(text != NULL);
    put_hex(&out, header, HEADER_SIZE);
    put_count(&out, block->transaction_count + 1);
    put_hex(&out, job->coinbase1, 4);
    if (block->has_witness) {
        put_hex(&out, witness_mark, sizeof witness_mark);
    }
    put_hex(&out, job->coinbase1 + 4, job->coinbase1_size - 4);
    put_hex(&out, extranonce, extranonce_size);
    put_hex(&out, job->coinbase2, job->coinbase2_size - 4);
    if (block->has_witness) {
        put_hex(&out, witness, sizeof witness);
    }
    put_hex(&out, job->coinbase2 + job->coinbase2_size - 4, 4);
    if (block->transactions_size > 0) {
        memcpy(out, block->transactions, block->transactions_size);
        out += block->transactions_size;
    }
    *out = '\0';
    *size = (size_t)(out - text);
    return text;
}
