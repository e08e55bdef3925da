/* SPDX-License-Identifier: Apache-2.0
 *
 * However a stream of commands is cut into pieces, the same commands come out; and nothing that is no
 * command ever does.
 */
#include "node/inbox.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/command_samples.h"
#include "support/random_stream.h"

enum { STREAM_COMMANDS = 2000 };

struct stream {
    uint8_t *bytes;
    size_t size;
};

/* Commands of random kinds, the request number counting them. */
static struct stream stream_make(struct random_stream *random)
{
    struct stream stream = {.bytes = malloc((size_t)STREAM_COMMANDS * TARAZY_COMMAND_SIZE_MAX)};
    size_t kinds = 0;
    while (command_sample_kinds[kinds] != 0) {
        kinds++;
    }
    assert_non_null(stream.bytes);
    for (uint32_t i = 0; i < STREAM_COMMANDS; i++) {
        union command_sample sample;
        size_t size =
            command_sample_make(&sample, command_sample_kinds[random_below(random, kinds)]);
        sample.header.request = i;
        memcpy(stream.bytes + stream.size, &sample, size);
        stream.size += size;
    }
    return stream;
}

/* Takes what is there; checks that it is what was sent, in order. */
static void take_all(struct inbox *inbox, const struct stream *stream, size_t *taken,
                     uint32_t *count)
{
    const struct command_header *command;
    size_t size;
    while (inbox_peek(inbox, &command, &size) == INBOX_NEXT_COMMAND) {
        assert_int_equal((uintptr_t)command % 64, 0);
        assert_int_equal(size, tarazy_command_size(command->kind));
        assert_int_equal(command->request, *count);
        assert_memory_equal(command, stream->bytes + *taken, size);
        inbox_take(inbox, size);
        *taken += size;
        (*count)++;
    }
}

static void any_cut_of_a_stream_gives_the_same_commands(void **state)
{
    struct random_stream random = {.state = 11};
    for (int round = 0; round < 8; round++) {
        struct stream stream = stream_make(&random);
        struct inbox inbox;
        int ends[2];
        size_t sent = 0;
        size_t taken = 0;
        uint32_t count = 0;
        assert_true(inbox_create(&inbox));
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
        while (taken < stream.size) {
            size_t piece = 1 + (size_t)random_skewed(&random, 17);
            if (piece > stream.size - sent) {
                piece = stream.size - sent;
            }
            ssize_t done = piece > 0 ? write(ends[0], stream.bytes + sent, piece) : 0;
            sent += done > 0 ? (size_t)done : 0;
            (void)inbox_read(&inbox, ends[1]);
            if (!inbox_has_room(&inbox) || random_once_in(&random, 3) || sent == stream.size) {
                take_all(&inbox, &stream, &taken, &count);
            }
        }
        assert_int_equal(count, STREAM_COMMANDS);
        assert_int_equal(inbox_read(&inbox, ends[1]), INBOX_READ_NOTHING);
        (void)close(ends[0]);
        assert_int_equal(inbox_read(&inbox, ends[1]), INBOX_READ_END);
        (void)close(ends[1]);
        inbox_destroy(&inbox);
        free(stream.bytes);
    }
}

static void an_unknown_kind_is_nonsense(void **state)
{
    struct inbox inbox;
    union command_sample sample;
    const struct command_header *command;
    size_t size = command_sample_make(&sample, COMMAND_ORDER_PLACE);
    int ends[2];
    assert_true(inbox_create(&inbox));
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    assert_int_equal(write(ends[1], &sample, size), (ssize_t)size);
    sample.header.kind = 9999;
    assert_int_equal(write(ends[1], &sample, 64), 64);
    assert_int_equal(inbox_read(&inbox, ends[0]), INBOX_READ_SOME);
    /* What came before it is still good. */
    assert_int_equal(inbox_peek(&inbox, &command, &size), INBOX_NEXT_COMMAND);
    inbox_take(&inbox, size);
    assert_int_equal(inbox_peek(&inbox, &command, &size), INBOX_NEXT_NONSENSE);
    (void)close(ends[0]);
    (void)close(ends[1]);
    inbox_destroy(&inbox);
}

static void a_full_inbox_does_not_read(void **state)
{
    struct inbox inbox;
    union command_sample sample;
    size_t size = command_sample_make(&sample, COMMAND_ORDER_PLACE);
    int ends[2];
    size_t sent = 0;
    assert_true(inbox_create(&inbox));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    for (int rounds = 0; inbox_has_room(&inbox) && rounds < 10000; rounds++) {
        while (write(ends[0], &sample, size) == (ssize_t)size) {
            sent += size;
        }
        assert_int_equal(inbox_read(&inbox, ends[1]), INBOX_READ_SOME);
    }
    assert_int_equal(inbox.end, INBOX_SIZE);
    assert_int_equal(inbox_read(&inbox, ends[1]), INBOX_READ_NOTHING);
    assert_int_equal(inbox.end, INBOX_SIZE);
    assert_true(sent >= INBOX_SIZE);
    (void)close(ends[0]);
    (void)close(ends[1]);
    inbox_destroy(&inbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_cut_of_a_stream_gives_the_same_commands),
        cmocka_unit_test(an_unknown_kind_is_nonsense),
        cmocka_unit_test(a_full_inbox_does_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
