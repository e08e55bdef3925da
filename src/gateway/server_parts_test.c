/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the server core that can be held against a naive twin: the output queue and the
 * table of addresses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/address_table.h"
#include "gateway/connection.h"
#include "gateway/output_queue.h"
#include "gateway/response_head.h"
#include "gateway/shared_frame.h"
#include "support/random_stream.h"

/* ---- output queue ---- */

enum { TWIN_BYTES = 1 << 20 };

/* The same queue as one run of bytes. */
struct twin {
    char bytes[TWIN_BYTES];
    size_t size;
};

static char copied[TWIN_BYTES];

static void queue_is_twin(const struct output_queue *queue, const struct twin *twin)
{
    struct iovec pieces[1000];
    assert_int_equal(queue->bytes, twin->size);
    assert_int_equal(queue->frames == 0, twin->size == 0);
    assert_int_equal(queue->first == NULL, twin->size == 0);
    size_t count = output_queue_peek(queue, pieces, 1000);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        assert_memory_equal(pieces[i].iov_base, twin->bytes + at, pieces[i].iov_len);
        at += pieces[i].iov_len;
    }
    assert_true(at == twin->size || count == 1000);
    size_t size = output_queue_copy(queue, copied, 5000);
    assert_true(size <= 5000 && size <= twin->size);
    assert_memory_equal(copied, twin->bytes, size);
}

static void the_queue_is_a_run_of_bytes(void **state)
{
    static struct twin twin;
    struct output_pool pool = {0};
    struct output_queue queue = {0};
    struct random_stream random = {.state = 5};
    for (int round = 0; round < 20000; round++) {
        size_t size = (size_t)random_below(&random, 300);
        if (random_below(&random, 100) < 55 && twin.size + size < TWIN_BYTES &&
            queue.frames < 900) {
            struct shared_frame *frame = shared_frame_create(size);
            for (size_t i = 0; i < size; i++) {
                frame->bytes[i] = (char)random_next(&random);
            }
            memcpy(twin.bytes + twin.size, frame->bytes, size);
            twin.size += size;
            output_queue_push(&queue, &pool, frame);
        } else {
            size_t sent = (size_t)random_below(&random, twin.size < 2000 ? twin.size + 1 : 2000);
            output_queue_advance(&queue, &pool, sent);
            memmove(twin.bytes, twin.bytes + sent, twin.size - sent);
            twin.size -= sent;
        }
        if (random_once_in(&random, 500)) {
            /* Only a first frame that is partly sent survives a cut. */
            size_t kept =
                queue.sent == 0 ? 0 : queue.first->frames[queue.first->first]->size - queue.sent;
            output_queue_cut(&queue, &pool);
            twin.size = kept;
        }
        queue_is_twin(&queue, &twin);
    }
    output_queue_clear(&queue, &pool);
    assert_null(queue.first);
    assert_int_equal(queue.bytes, 0);
    assert_true(pool.count > 0 && pool.count <= OUTPUT_POOL_BLOCKS);
    output_pool_clear(&pool);
}

static void a_frame_lives_as_long_as_its_last_owner(void **state)
{
    struct output_pool pool = {0};
    struct output_queue queues[3] = {0};
    struct shared_frame *frame =
        shared_frame_create_message(WEBSOCKET_OPCODE_TEXT, slice_of_text("abc"));
    assert_memory_equal(frame->bytes,
                        "\x81\x03"
                        "abc",
                        5);
    for (size_t i = 0; i < 3; i++) {
        output_queue_push(&queues[i], &pool, shared_frame_acquire(frame));
    }
    assert_int_equal(frame->references, 4);
    output_queue_advance(&queues[0], &pool, 5);
    output_queue_advance(&queues[1], &pool, 4);
    assert_int_equal(frame->references, 3);
    output_queue_cut(&queues[1], &pool);
    assert_int_equal(queues[1].bytes, 1);
    output_queue_clear(&queues[1], &pool);
    output_queue_cut(&queues[2], &pool);
    assert_int_equal(queues[2].frames, 0);
    assert_int_equal(frame->references, 1);
    shared_frame_release(frame);
    shared_frame_release(NULL);
    output_pool_clear(&pool);
}

/* ---- address table ---- */

enum { ADDRESSES = 40, ROOM = 30 };

static void address_make(uint8_t address[16], uint32_t number)
{
    memset(address, 0, 16);
    if (number % 2 == 0) {
        memset(address + 10, 0xFF, 2);
        memcpy(address + 12, &number, 4);
    } else {
        address[0] = 0x20;
        memcpy(address + 4, &number, 4);
        address[15] = (uint8_t)(number * 7); /* does not count */
    }
}

static void addresses_are_counted_like_a_list_would(void **state)
{
    struct address_table *table = address_table_create(ROOM);
    struct random_stream random = {.state = 6};
    uint32_t counts[ADDRESSES] = {0};
    uint32_t known = 0;
    assert_non_null(table);
    for (int round = 0; round < 200000; round++) {
        uint8_t address[16];
        uint32_t number = (uint32_t)random_below(&random, ADDRESSES);
        address_make(address, number);
        address[15] ^= (uint8_t)(number % 2 == 1 ? round : 0);
        if (random_once_in(&random, 2)) {
            uint32_t count_max = (uint32_t)random_below(&random, 6);
            bool fits = counts[number] < count_max && (counts[number] > 0 || known < ROOM);
            assert_int_equal(address_table_enter(table, address, count_max), fits);
            known += fits && counts[number] == 0;
            counts[number] += fits;
        } else if (counts[number] > 0) {
            address_table_leave(table, address);
            counts[number]--;
            known -= counts[number] == 0;
        }
        assert_int_equal(address_table_count(table, address), counts[number]);
    }
    address_table_destroy(table);
    address_table_destroy(NULL);
}

static void local_addresses_are_known(void **state)
{
    uint8_t address[16] = {0};
    assert_true(address_is_local(address)); /* a Unix socket */
    address[15] = 1;
    assert_true(address_is_local(address));
    address[15] = 2;
    assert_false(address_is_local(address));
    memset(address + 10, 0xFF, 2);
    address[12] = 127;
    assert_true(address_is_local(address));
    address[12] = 128;
    assert_false(address_is_local(address));
    address[12] = 127;
    address[10] = 0;
    assert_false(address_is_local(address));
}

/* ---- slots ---- */

/* An idle session owns its slot, a descriptor, and nothing else: no buffer, no queue. */
static void an_idle_session_is_small(void **state)
{
    assert_true(sizeof(struct connection) <= 448);
}

/* ---- answers ---- */

static void the_date_is_written_as_the_standard_says(void **state)
{
    char lines[128];
    size_t size = response_common_lines(784111777, NULL, lines, sizeof lines);
    assert_true(
        slice_equals_text(slice_of(lines, size), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
    size = response_common_lines(1795305599, "x", lines, sizeof lines);
    assert_true(slice_equals_text(slice_of(lines, size),
                                  "Date: Sat, 21 Nov 2026 23:59:59 GMT\r\nServer: x\r\n"));
}

static void answers_without_a_body_have_no_length(void **state)
{
    static const uint32_t STATUSES[] = {204, 304, 404};
    const struct response_style style = {.common_lines = slice_of_text("")};
    for (size_t i = 0; i < 3; i++) {
        const struct server_response response = {.status = STATUSES[i],
                                                 .body = slice_of_text("text")};
        struct shared_frame *frame = response_encode(&response, &style);
        bool has_length = memmem(frame->bytes, frame->size, "Content-Length: 4", 17) != NULL;
        bool has_body = memmem(frame->bytes, frame->size, "text", 4) != NULL;
        assert_int_equal(has_length, STATUSES[i] == 404);
        assert_int_equal(has_body, STATUSES[i] == 404);
        shared_frame_release(frame);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_queue_is_a_run_of_bytes),
        cmocka_unit_test(a_frame_lives_as_long_as_its_last_owner),
        cmocka_unit_test(addresses_are_counted_like_a_list_would),
        cmocka_unit_test(local_addresses_are_known),
        cmocka_unit_test(an_idle_session_is_small),
        cmocka_unit_test(the_date_is_written_as_the_standard_says),
        cmocka_unit_test(answers_without_a_body_have_no_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
