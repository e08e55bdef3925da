/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines written. A file of its own because both roles and the tests' miners write with it. Invariant: a line is whole with its end, or
 * nothing. Read next: stratum_line.c, which reads them.
 */
#include "stratum/stratum_write.h"

#include <string.h>

#include "base/ensure.h"
#include "codec/hex_text.h"
#include "codec/json_writer.h"

enum { HEX_PIECE = 256 };

static size_t line_end(struct json_writer *writer)
{
    if (writer->is_truncated || writer->size + 1 > writer->capacity) {
        return 0;
    }
    writer->buffer[writer->size++] = '\n';
    return writer->size;
}

static void answer_begin(struct json_writer *writer, struct line_buffer out, struct slice id)
{
    json_writer_begin(writer, out.text, out.capacity);
    json_write_object_begin(writer);
    json_write_key(writer, "id");
    json_write_raw(writer, id);
    json_write_key(writer, "result");
}

static size_t answer_end(struct json_writer *writer)
{
    json_write_key(writer, "error");
    json_write_null(writer);
    json_write_object_end(writer);
    return line_end(writer);
}

/* {"id":null,"method":"...","params":[ */
static void news_begin(struct json_writer *writer, struct line_buffer out,
                       enum stratum_method method)
{
    json_writer_begin(writer, out.text, out.capacity);
    json_write_object_begin(writer);
    json_write_key(writer, "id");
    json_write_null(writer);
    json_write_key_text(writer, "method", stratum_method_name(method));
    json_write_key(writer, "params");
    json_write_array_begin(writer);
}

static void request_begin(struct json_writer *writer, struct line_buffer out, uint64_t id,
                          enum stratum_method method)
{
    json_writer_begin(writer, out.text, out.capacity);
    json_write_object_begin(writer);
    json_write_key_uint64(writer, "id", id);
    json_write_key_text(writer, "method", stratum_method_name(method));
    json_write_key(writer, "params");
    json_write_array_begin(writer);
}

static size_t request_end(struct json_writer *writer)
{
    json_write_array_end(writer);
    json_write_object_end(writer);
    return line_end(writer);
}

/* A string of hexadecimal digits, however long. */
static void write_hex(struct json_writer *writer, const uint8_t *bytes, size_t size)
{
    char piece[2 * HEX_PIECE];

    if (size <= HEX_PIECE) {
        hex_encode(bytes, size, piece);
        json_write_string(writer, slice_of(piece, 2 * size));
        return;
    }
    /* Too long for one piece: an empty string, whose closing quote moves behind the digits. */
    json_write_string(writer, slice_of("", 0));
    if (writer->is_truncated || writer->capacity - writer->size < 2 * size) {
        writer->is_truncated = true;
        return;
    }
    hex_encode(bytes, size, writer->buffer + writer->size - 1);
    writer->size += 2 * size;
    writer->buffer[writer->size - 1] = '"';
}

static void write_hex_u32(struct json_writer *writer, uint32_t value)
{
    const uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                              (uint8_t)value};

    write_hex(writer, bytes, sizeof bytes);
}

static void write_difficulty(struct json_writer *writer, struct difficulty difficulty)
{
    char text[DIFFICULTY_TEXT_SIZE];
    size_t size = difficulty_format(difficulty, text);

    json_write_raw(writer, slice_of(text, size));
}

/* ---- to miners ---- */

size_t write_yes(struct line_buffer out, struct slice id)
{
    struct json_writer writer;

    answer_begin(&writer, out, id);
    json_write_bool(&writer, true);
    return answer_end(&writer);
}

size_t write_refusal(struct line_buffer out, struct slice id, int code, const char *text)
{
    struct json_writer writer;

    answer_begin(&writer, out, id);
    json_write_null(&writer);
    json_write_key(&writer, "error");
    json_write_array_begin(&writer);
    json_write_int64(&writer, code);
    json_write_text(&writer, text);
    json_write_null(&writer);
    json_write_array_end(&writer);
    json_write_object_end(&writer);
    return line_end(&writer);
}

size_t write_subscribed(struct line_buffer out, struct slice id, const char *session,
                        const struct stratum_extranonce *extranonce)
{
    static const char *const subscriptions[] = {"mining.set_difficulty", "mining.notify"};
    struct json_writer writer;

    answer_begin(&writer, out, id);
    json_write_array_begin(&writer);
    json_write_array_begin(&writer);
    for (size_t i = 0; i < 2; i++) {
        json_write_array_begin(&writer);
        json_write_text(&writer, subscriptions[i]);
        json_write_text(&writer, session);
        json_write_array_end(&writer);
    }
    json_write_array_end(&writer);
    write_hex(&writer, extranonce->extranonce1, extranonce->extranonce1_size);
    json_write_uint64(&writer, extranonce->extranonce2_size);
    json_write_array_end(&writer);
    return answer_end(&writer);
}

size_t write_configured(struct line_buffer out, struct slice id,
                        const struct stratum_configure *asked, uint32_t mask)
{
    struct json_writer writer;

    answer_begin(&writer, out, id);
    json_write_object_begin(&writer);
    if (asked->wants_version_rolling) {
        json_write_key_bool(&writer, "version-rolling", mask != 0);
    }
    if (asked->wants_version_rolling && mask != 0) {
        json_write_key(&writer, "version-rolling.mask");
        write_hex_u32(&writer, mask);
    }
    if (asked->wants_extranonce) {
        json_write_key_bool(&writer, "subscribe-extranonce", true);
    }
    if (asked->wants_minimum_difficulty) {
        json_write_key_bool(&writer, "minimum-difficulty", false);
    }
    json_write_object_end(&writer);
    return answer_end(&writer);
}

size_t write_set_difficulty(struct line_buffer out, struct difficulty difficulty)
{
    struct json_writer writer;

    news_begin(&writer, out, STRATUM_METHOD_SET_DIFFICULTY);
    write_difficulty(&writer, difficulty);
    return request_end(&writer);
}

size_t write_set_extranonce(struct line_buffer out, const struct stratum_extranonce *extranonce)
{
    struct json_writer writer;

    news_begin(&writer, out, STRATUM_METHOD_SET_EXTRANONCE);
    write_hex(&writer, extranonce->extranonce1, extranonce->extranonce1_size);
    json_write_uint64(&writer, extranonce->extranonce2_size);
    return request_end(&writer);
}

size_t write_version_mask(struct line_buffer out, uint32_t mask)
{
    struct json_writer writer;

    news_begin(&writer, out, STRATUM_METHOD_SET_VERSION_MASK);
    write_hex_u32(&writer, mask);
    return request_end(&writer);
}

size_t write_notify(struct line_buffer out, const char *id, const struct stratum_job *job,
                    bool is_clean)
{
    struct json_writer writer;
    uint8_t previous[32];

    news_begin(&writer, out, STRATUM_METHOD_NOTIFY);
    json_write_text(&writer, id);
    job_turn_words(job->previous, previous);
    write_hex(&writer, previous, sizeof previous);
    write_hex(&writer, job->coinbase1, job->coinbase1_size);
    write_hex(&writer, job->coinbase2, job->coinbase2_size);
    json_write_array_begin(&writer);
    for (uint32_t i = 0; i < job->branch_count; i++) {
        write_hex(&writer, job->branches[i].bytes, 32);
    }
    json_write_array_end(&writer);
    write_hex_u32(&writer, job->version);
    write_hex_u32(&writer, job->bits);
    write_hex_u32(&writer, job->time);
    json_write_bool(&writer, is_clean);
    return request_end(&writer);
}

size_t write_message(struct line_buffer out, const char *text)
{
    struct json_writer writer;

    news_begin(&writer, out, STRATUM_METHOD_SHOW_MESSAGE);
    json_write_text(&writer, text);
    return request_end(&writer);
}

size_t write_reconnect(struct line_buffer out, uint32_t wait_s)
{
    struct json_writer writer;

    news_begin(&writer, out, STRATUM_METHOD_RECONNECT);
    json_write_text(&writer, "");
    json_write_uint64(&writer, 0);
    json_write_uint64(&writer, wait_s);
    return request_end(&writer);
}

size_t write_ask_version(struct line_buffer out, uint64_t id)
{
    struct json_writer writer;

    request_begin(&writer, out, id, STRATUM_METHOD_GET_VERSION);
    return request_end(&writer);
}

size_t write_version(struct line_buffer out, struct slice id, const char *agent)
{
    struct json_writer writer;

    answer_begin(&writer, out, id);
    json_write_text(&writer, agent);
    return answer_end(&writer);
}

/* ---- to a pool ---- */

size_t write_subscribe(struct line_buffer out, uint64_t id, const char *agent, const char *session)
{
    struct json_writer writer;

    request_begin(&writer, out, id, STRATUM_METHOD_SUBSCRIBE);
    json_write_text(&writer, agent);
    if (session[0] != '\0') {
        json_write_text(&writer, session);
    }
    return request_end(&writer);
}

size_t write_extranonce_subscribe(struct line_buffer out, uint64_t id)
{
    struct json_writer writer;

    request_begin(&writer, out, id, STRATUM_METHOD_EXTRANONCE_SUBSCRIBE);
    return request_end(&writer);
}

size_t write_configure(struct line_buffer out, uint64_t id, uint32_t mask)
{
    struct json_writer writer;

    request_begin(&writer, out, id, STRATUM_METHOD_CONFIGURE);
    json_write_array_begin(&writer);
    json_write_text(&writer, "version-rolling");
    json_write_array_end(&writer);
    json_write_object_begin(&writer);
    json_write_key(&writer, "version-rolling.mask");
    write_hex_u32(&writer, mask);
    json_write_key_uint64(&writer, "version-rolling.min-bit-count", 2);
    json_write_object_end(&writer);
    return request_end(&writer);
}

size_t write_authorize(struct line_buffer out, uint64_t id, const char *worker,
                       const char *password)
{
    struct json_writer writer;

    request_begin(&writer, out, id, STRATUM_METHOD_AUTHORIZE);
    json_write_text(&writer, worker);
    json_write_text(&writer, password);
    return request_end(&writer);
}

size_t write_suggest_difficulty(struct line_buffer out, uint64_t id, struct difficulty difficulty)
{
    struct json_writer writer;

    request_begin(&writer, out, id, STRATUM_METHOD_SUGGEST_DIFFICULTY);
    write_difficulty(&writer, difficulty);
    return request_end(&writer);
}

size_t write_submit(struct line_buffer out, uint64_t id, const struct pool_share *share)
{
    struct json_writer writer;

    request_begin(&writer, out, id, STRATUM_METHOD_SUBMIT);
    json_write_text(&writer, share->worker);
    json_write_text(&writer, share->job);
    write_hex(&writer, share->extranonce2, share->extranonce2_size);
    write_hex_u32(&writer, share->time);
    write_hex_u32(&writer, share->nonce);
    if (share->has_version_bits) {
        write_hex_u32(&writer, share->version_bits);
    }
    return request_end(&writer);
}
