/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of statements and proofs. A file of its own because it is the parser that strangers' bytes
 * reach: it knows nothing of trees and checks nothing but the form.
 *
 * Invariants: what is written reads back as the same; what is read has exactly this spelling, so that
 * two different texts never mean the same; every count is looked at before the loop that uses it.
 *
 * Next: tests/fuzz/liabilities_fuzz.c.
 */
#include "proofs/liabilities_text.h"

#include <string.h>

enum { SCALE_MAX = 18, CODE_MAX = 12 };

static const char statement_title[] = "tarazy-liabilities 1\n";
static const char proof_title[] = "tarazy-liabilities-proof 1\n";

/* ------------------------------------------------------------------ writing */

struct writer {
    char *text;
    size_t size;
    size_t used;
    bool is_full;
};

static void put_bytes(struct writer *writer, const char *bytes, size_t size)
{
    if (writer->is_full || size > writer->size - writer->used) {
        writer->is_full = true;
        return;
    }
    memcpy(writer->text + writer->used, bytes, size);
    writer->used += size;
}

static void put_text(struct writer *writer, const char *text)
{
    put_bytes(writer, text, strlen(text));
}

static void put_number(struct writer *writer, const char *before, uint128 number)
{
    char digits[40];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + (char)(number % 10));
        number /= 10;
    } while (number != 0);
    put_text(writer, before);
    put_bytes(writer, digits + at, sizeof digits - at);
}

static void put_hash(struct writer *writer, const char *before, const struct hash256 *hash)
{
    static const char digits[] = "0123456789abcdef";
    char text[2 * sizeof hash->bytes];

    for (size_t i = 0; i < sizeof hash->bytes; i++) {
        text[2 * i] = digits[hash->bytes[i] >> 4];
        text[2 * i + 1] = digits[hash->bytes[i] & 15];
    }
    put_text(writer, before);
    put_bytes(writer, text, sizeof text);
}

static void put_values(struct writer *writer, const uint128 *values, unsigned assets)
{
    for (unsigned i = 0; i < assets; i++) {
        put_number(writer, " ", values[i]);
    }
    put_text(writer, "\n");
}

static void put_statement(struct writer *writer, const struct liabilities_statement *statement)
{
    put_number(writer, "record ", statement->record);
    put_number(writer, "\nepoch ", statement->epoch);
    put_number(writer, "\nassets ", statement->assets);
    put_text(writer, "\n");
    for (unsigned i = 0; i < statement->assets; i++) {
        const struct liabilities_asset *asset = &statement->asset[i];

        put_text(writer, "asset ");
        put_bytes(writer, asset->code, strnlen(asset->code, CODE_MAX));
        put_number(writer, " ", asset->scale);
        put_number(writer, " ", asset->total);
        put_text(writer, "\n");
    }
    put_hash(writer, "root ", &statement->root);
    put_text(writer, "\n");
}

size_t liabilities_statement_write(const struct liabilities_statement *statement, char *text,
                                   size_t size)
{
    struct writer writer = {.text = text, .size = size};

    put_text(&writer, statement_title);
    put_statement(&writer, statement);
    put_text(&writer, "end\n");
    return writer.is_full ? 0 : writer.used;
}

size_t liabilities_proof_write(const struct liabilities_proof *proof, char *text, size_t size)
{
    struct writer writer = {.text = text, .size = size};
    unsigned assets = proof->statement.assets;

    put_text(&writer, proof_title);
    put_statement(&writer, &proof->statement);
    put_text(&writer, "identity ");
    put_bytes(&writer, proof->identity, proof->identity_size);
    put_hash(&writer, "\nsecret ", &proof->secret);
    put_number(&writer, "\nparts ", proof->parts);
    put_text(&writer, "\n");
    for (unsigned i = 0; i < proof->parts; i++) {
        const struct liabilities_part *part = &proof->part[i];

        put_number(&writer, "part ", part->position);
        put_values(&writer, part->values, assets);
        for (unsigned level = 0; level < LIABILITIES_DEPTH; level++) {
            put_hash(&writer, "sibling ", &part->siblings[level].hash);
            put_values(&writer, part->siblings[level].values, assets);
        }
    }
    put_text(&writer, "end\n");
    return writer.is_full ? 0 : writer.used;
}

/* ------------------------------------------------------------------ reading */

struct reader {
    const char *at;
    const char *end;
    uint32_t line; /* that is being read */
    bool is_wrong;
};

static void take(struct reader *reader, const char *expected)
{
    size_t size = strlen(expected);

    if (reader->is_wrong || (size_t)(reader->end - reader->at) < size ||
        memcmp(reader->at, expected, size) != 0) {
        reader->is_wrong = true;
        return;
    }
    reader->at += size;
    if (size > 0 && expected[size - 1] == '\n') {
        reader->line++;
    }
}

/* A decimal number of at most max. */
static uint128 take_number(struct reader *reader, uint128 max)
{
    uint128 number = 0;
    const char *begin = reader->at;

    while (!reader->is_wrong && reader->at < reader->end && *reader->at >= '0' &&
           *reader->at <= '9') {
        uint128 digit = (uint128)(*reader->at - '0');

        if (digit > max || number > (max - digit) / 10) {
            reader->is_wrong = true;
            return 0;
        }
        number = 10 * number + digit;
        reader->at++;
    }
    if (reader->at == begin || (*begin == '0' && reader->at - begin > 1)) {
        reader->is_wrong = true;
        return 0;
    }
    return number;
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static void take_hash(struct reader *reader, struct hash256 *hash)
{
    if (reader->is_wrong || (size_t)(reader->end - reader->at) < 2 * sizeof hash->bytes) {
        reader->is_wrong = true;
        return;
    }
    for (size_t i = 0; i < sizeof hash->bytes; i++) {
        int high = hex_value(reader->at[2 * i]);
        int low = hex_value(reader->at[2 * i + 1]);

        if (high < 0 || low < 0) {
            reader->is_wrong = true;
            return;
        }
        hash->bytes[i] = (uint8_t)(high << 4 | low);
    }
    reader->at += 2 * sizeof hash->bytes;
}

static void take_values(struct reader *reader, unsigned assets, uint128 *values)
{
    for (unsigned i = 0; i < assets && !reader->is_wrong; i++) {
        take(reader, " ");
        values[i] = take_number(reader, LIABILITIES_VALUE_MAX);
    }
    take(reader, "\n");
}

static void take_code(struct reader *reader, char *code)
{
    unsigned size = 0;

    while (!reader->is_wrong && reader->at < reader->end && size < CODE_MAX &&
           ((*reader->at >= 'A' && *reader->at <= 'Z') ||
            (*reader->at >= '0' && *reader->at <= '9'))) {
        code[size++] = *reader->at++;
    }
    reader->is_wrong = reader->is_wrong || size == 0;
}

static void take_identity(struct reader *reader, struct liabilities_proof *proof)
{
    proof->identity_size = 0;
    while (!reader->is_wrong && reader->at < reader->end && *reader->at >= ' ' &&
           *reader->at <= '~') {
        if (proof->identity_size == LIABILITIES_IDENTITY_MAX) {
            reader->is_wrong = true;
            return;
        }
        proof->identity[proof->identity_size++] = *reader->at++;
    }
    reader->is_wrong = reader->is_wrong || proof->identity_size == 0;
}

static void take_statement(struct reader *reader, struct liabilities_statement *statement)
{
    take(reader, "record ");
    statement->record = (uint64_t)take_number(reader, INT64_MAX);
    take(reader, "\nepoch ");
    reader->line += !reader->is_wrong;
    statement->epoch = (uint64_t)take_number(reader, INT64_MAX);
    take(reader, "\nassets ");
    reader->line += !reader->is_wrong;
    statement->assets = (unsigned)take_number(reader, LIABILITIES_ASSETS_MAX);
    reader->is_wrong = reader->is_wrong || statement->assets == 0;
    take(reader, "\n");
    memset(statement->asset, 0, sizeof statement->asset);
    for (unsigned i = 0; i < statement->assets && !reader->is_wrong; i++) {
        struct liabilities_asset *asset = &statement->asset[i];

        take(reader, "asset ");
        take_code(reader, asset->code);
        take(reader, " ");
        asset->scale = (uint64_t)take_number(reader, SCALE_MAX);
        take(reader, " ");
        asset->total = take_number(reader, LIABILITIES_VALUE_MAX);
        take(reader, "\n");
    }
    take(reader, "root ");
    take_hash(reader, &statement->root);
    take(reader, "\n");
}

static void take_part(struct reader *reader, unsigned assets, struct liabilities_part *part)
{
    take(reader, "part ");
    part->position = (uint32_t)take_number(reader, UINT32_MAX);
    take_values(reader, assets, part->values);
    for (unsigned level = 0; level < LIABILITIES_DEPTH && !reader->is_wrong; level++) {
        take(reader, "sibling ");
        take_hash(reader, &part->siblings[level].hash);
        take_values(reader, assets, part->siblings[level].values);
    }
}

/* The end, and nothing behind it. */
static uint32_t finish(struct reader *reader)
{
    take(reader, "end\n");
    return reader->is_wrong || reader->at != reader->end ? reader->line : 0;
}

uint32_t liabilities_statement_read(const char *text, size_t size,
                                    struct liabilities_statement *out)
{
    struct reader reader = {.at = text, .end = text + size, .line = 1};

    take(&reader, statement_title);
    take_statement(&reader, out);
    return finish(&reader);
}

uint32_t liabilities_proof_read(const char *text, size_t size, struct liabilities_proof *out)
{
    struct reader reader = {.at = text, .end = text + size, .line = 1};

    take(&reader, proof_title);
    take_statement(&reader, &out->statement);
    take(&reader, "identity ");
    take_identity(&reader, out);
    take(&reader, "\nsecret ");
    reader.line += !reader.is_wrong;
    take_hash(&reader, &out->secret);
    take(&reader, "\nparts ");
    reader.line += !reader.is_wrong;
    out->parts = (unsigned)take_number(&reader, LIABILITIES_PARTS_MAX);
    reader.is_wrong = reader.is_wrong || out->parts < LIABILITIES_PARTS_MIN;
    take(&reader, "\n");
    for (unsigned i = 0; i < out->parts && !reader.is_wrong; i++) {
        take_part(&reader, out->statement.assets, &out->part[i]);
    }
    return finish(&reader);
}
