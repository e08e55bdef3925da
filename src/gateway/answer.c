/* SPDX-License-Identifier: Apache-2.0
 *
 * Sending what an operation has written.
 *
 * Why a file of its own: the one place that knows that an answer may go out through two doors, and
 * which headers clients schedule by. Read next: call.c and pending.c, which end in here.
 */
#include "gateway/answer.h"

#include "base/ensure.h"
#include "codec/decimal_text.h"
#include "gateway/venue.h"

void answer_begin(struct answer *answer, struct venue *venue, const struct reply_address *to)
{
    answer->venue = venue;
    answer->to = *to;
    json_writer_begin(&answer->json, venue->scratch, venue->scratch_size);
}

enum { NUMBER_TEXT_MAX = 24, HEADERS_OWN_MAX = 8 };

/* The headers of an HTTP answer, with the texts they point into. */
struct header_set {
    struct server_header items[HEADERS_OWN_MAX];
    char numbers[HEADERS_OWN_MAX][NUMBER_TEXT_MAX];
    size_t count;
};

static void add_number(struct header_set *set, const char *name, uint64_t number)
{
    ENSURE(set->count < HEADERS_OWN_MAX);
    char *text = set->numbers[set->count];
    size_t size = decimal_text_format((__int128)number, 0, text, NUMBER_TEXT_MAX);

    set->items[set->count++] = (struct server_header){name, slice_of(text, size)};
}

static void collect_headers(struct header_set *set, const struct answer *answer)
{
    const struct reply_address *to = &answer->to;

    set->count = 0;
    add_number(set, "X-MBX-USED-WEIGHT", to->weight_used);
    add_number(set, "X-MBX-USED-WEIGHT-1M", to->weight_used);
    if (to->participant != 0) {
        struct order_counts counts =
            rate_limits_orders(answer->venue->rates, to->participant, venue_now_us(answer->venue));
        add_number(set, "X-MBX-ORDER-COUNT-10S", counts.ten_seconds);
        add_number(set, "X-MBX-ORDER-COUNT-1D", counts.day);
    }
    if (to->retry_after_s != 0) {
        add_number(set, "Retry-After", to->retry_after_s);
    }
    if (to->is_public) {
        set->items[set->count++] =
            (struct server_header){"Access-Control-Allow-Origin", slice_of_text("*")};
    }
}

static void send_http(struct answer *answer, uint32_t status, const char *content_type,
                      struct slice body)
{
    struct header_set set;

    collect_headers(&set, answer);
    const struct server_response response = {
        .status = status,
        .content_type = content_type,
        .headers = set.items,
        .header_count = set.count,
        .body = body,
    };

    /* false: the client has gone; his order stands all the same. */
    (void)server_respond(answer->venue->server, answer->to.handle, &response);
}

void answer_send_as(struct answer *answer, uint32_t status, const char *content_type,
                    struct slice body)
{
    const struct venue_extension *extension = &answer->venue->extension;

    if (extension->on_answer != NULL) {
        extension->on_answer(extension->context, &answer->to, status);
    }
    if (answer->to.door == DOOR_HTTP) {
        send_http(answer, status, content_type, body);
    } else if (extension->answer_socket != NULL) {
        extension->answer_socket(extension->context, &answer->to, status, body);
    }
}

void answer_send(struct answer *answer, uint32_t status)
{
    struct slice text = json_writer_text(&answer->json);

    if (text.size == 0) {
        struct failure failure;

        (void)failure_set(&failure, VENUE_ERROR_UNKNOWN, NULL, NULL);
        answer_fail(answer, &failure);
        return;
    }
    answer_send_as(answer, status, "application/json;charset=UTF-8", text);
}

void answer_fail(struct answer *answer, const struct failure *failure)
{
    json_writer_begin(&answer->json, answer->venue->scratch, answer->venue->scratch_size);
    failure_write(&answer->json, failure);
    answer_send_as(answer, failure->status, "application/json;charset=UTF-8",
                   json_writer_text(&answer->json));
}

void answer_key_time(struct answer *answer, const char *name, int64_t time_us)
{
    json_write_key_int64(&answer->json, name,
                         answer->to.wants_microseconds ? time_us : time_us / 1000);
}
