/* SPDX-License-Identifier: Apache-2.0
 *
 * Markets that this venue does not have. Clients load the lists of futures before anything else and
 * fail when there is no answer; the true answer is an empty list.
 *
 * Why a file of its own: what is answered for the sake of the clients' habits alone, in one place.
 * Read next: exchange_info.c.
 */
#include "gateway/exchange_info.h"
#include "gateway/routes.h"
#include "gateway/venue.h"

static void write_empty_array(struct json_writer *json, const char *name)
{
    json_write_key(json, name);
    json_write_array_begin(json);
    json_write_array_end(json);
}

static void get_no_instruments(struct call *call)
{
    struct json_writer *json = &call->answer.json;

    json_write_object_begin(json);
    json_write_key_text(json, "timezone", "UTC");
    answer_key_time(&call->answer, "serverTime", call->now_us);
    json_write_key(json, "rateLimits");
    exchange_info_write_limits(rate_limits_options(call->venue->rates), json);
    write_empty_array(json, "exchangeFilters");
    write_empty_array(json, "assets");
    write_empty_array(json, "symbols");
    json_write_object_end(json);
    call_reply(call);
}

static const struct route routes[] = {
    {.method = HTTP_METHOD_GET,
     .path = "/fapi/v1/exchangeInfo",
     .answer = get_no_instruments,
     .security = SECURITY_NONE,
     .weight = 1,
     .summary = "Linear futures: there are none"},
    {.method = HTTP_METHOD_GET,
     .path = "/dapi/v1/exchangeInfo",
     .answer = get_no_instruments,
     .security = SECURITY_NONE,
     .weight = 1,
     .summary = "Inverse futures: there are none"},
};

const struct route_table rest_stub_routes = {routes, sizeof routes / sizeof routes[0]};
