/* SPDX-License-Identifier: Apache-2.0
 *
 * /metrics and /health: how the gateway does, for machines that watch it.
 *
 * Why a file of its own: every part counts for itself; here the counts get their public names. A
 * name once published stays. Read next: request_metrics.c.
 */
#include <string.h>

#include "base/text.h"
#include "gateway/call.h"
#include "gateway/openapi.h"
#include "gateway/request_metrics.h"
#include "gateway/routes.h"
#include "gateway/socket_door.h"
#include "gateway/venue.h"

/* ------------------------------------------------------------------ metrics */

static void write_node(struct metrics_text *text, const struct call *call)
{
    const struct venue *venue = call->venue;

    metrics_text_family(text, "tarazy_build_info", "gauge", "Always 1; what is running.");
    metrics_text_number(text, "tarazy_build_info", "version=\"" GATEWAY_VERSION "\"", 1);
    metrics_text_gauge(text, "tarazy_live",
                       "1: the replica has caught up and the link to the core is up.",
                       venue_is_live(venue));
    metrics_text_gauge(text, "tarazy_sandbox", "1: a node for trying out.", venue->node.sandbox);
    metrics_text_counter(text, "tarazy_durable_number",
                         "Number of the last durable command applied.", venue->number);
    metrics_text_gauge(text, "tarazy_open_orders", "Open orders of the market.",
                       venue->node.orders);
    metrics_text_gauge(text, "tarazy_participants", "Participants.", venue->node.participants);
    metrics_text_gauge(text, "tarazy_instruments", "Listed instruments.", venue->node.instruments);
}

static void write_pending(struct metrics_text *text, const struct venue *venue)
{
    struct pending_statistics pending = pending_statistics(venue->pending);

    metrics_text_gauge(text, "tarazy_pending_requests", "Requests whose command is under way.",
                       pending_count(venue->pending));
    metrics_text_family(text, "tarazy_commands_total", "counter", "Commands sent, by their end.");
    metrics_text_number(text, "tarazy_commands_total", "end=\"done\"", pending.completed);
    metrics_text_number(text, "tarazy_commands_total", "end=\"refused\"", pending.refused);
    metrics_text_number(text, "tarazy_commands_total", "end=\"late\"", pending.expired);
    metrics_text_number(text, "tarazy_commands_total", "end=\"unknown\"", pending.abandoned);
}

static void write_server(struct metrics_text *text, const struct venue *venue)
{
    const struct server_statistics *server = server_statistics(venue->server);
    const struct {
        const char *name;
        const char *help;
        uint64_t value;
    } counters[] = {
        {"tarazy_connections_accepted_total", "Connections.", server->connections_accepted},
        {"tarazy_connections_refused_total", "Connections over a cap.",
         server->connections_refused},
        {"tarazy_http_requests_total", "HTTP requests read.", server->requests},
        {"tarazy_http_malformed_total", "HTTP requests refused by the parser or a deadline.",
         server->requests_malformed},
        {"tarazy_websocket_upgrades_total", "WebSocket sessions opened.", server->upgrades},
        {"tarazy_websocket_received_total", "WebSocket messages received.",
         server->messages_received},
        {"tarazy_websocket_queued_total", "WebSocket frames queued.", server->frames_queued},
        {"tarazy_websocket_conflated_total", "WebSocket frames left out over a cap.",
         server->frames_conflated},
        {"tarazy_websocket_overflowed_total", "Sessions closed because they read too slowly.",
         server->sessions_overflowed},
        {"tarazy_bytes_received_total", "Bytes received.", server->bytes_received},
        {"tarazy_bytes_sent_total", "Bytes sent.", server->bytes_sent},
        {"tarazy_writes_total", "System calls that sent something.", server->writes},
    };

    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        metrics_text_counter(text, counters[i].name, counters[i].help, counters[i].value);
    }
    metrics_text_gauge(text, "tarazy_connections", "Open connections of all kinds.",
                       server_connection_count(venue->server));
}

static void write_market(struct metrics_text *text, const struct market_streams_statistics *market)
{
    metrics_text_counter(text, "tarazy_stream_messages_total",
                         "Market messages encoded, each form once.", market->messages);
    metrics_text_counter(text, "tarazy_stream_frames_total", "Market frames queued for listeners.",
                         market->frames);
    metrics_text_counter(text, "tarazy_stream_conflated_total",
                         "Market frames not queued: the listener was behind.", market->conflated);
    metrics_text_counter(text, "tarazy_stream_caught_up_total",
                         "Times a listener was brought up to date.", market->caught_up);
    metrics_text_counter(text, "tarazy_stream_lost_total",
                         "Listeners closed because they fell too far behind.", market->lost);
    metrics_text_gauge(text, "tarazy_stream_subscriptions", "Subscriptions to market streams.",
                       market->seats);
    metrics_text_gauge(text, "tarazy_streams", "Market streams that somebody listens to.",
                       market->streams);
    metrics_text_gauge(text, "tarazy_stream_behind", "Subscriptions that are behind now.",
                       market->behind);
}

static void write_sockets(struct metrics_text *text, const struct socket_statistics *sockets)
{
    metrics_text_family(text, "tarazy_websocket_sessions", "gauge", "Open WebSocket sessions.");
    metrics_text_number(text, "tarazy_websocket_sessions", "kind=\"streams\"",
                        sockets->stream_sessions);
    metrics_text_number(text, "tarazy_websocket_sessions", "kind=\"api\"", sockets->api_sessions);
    metrics_text_counter(text, "tarazy_websocket_too_many_messages_total",
                         "Stream sessions closed for talking too much.", sockets->messages_refused);
    write_market(text, &sockets->market);
    metrics_text_gauge(text, "tarazy_user_subscriptions", "Subscriptions to users' own events.",
                       sockets->users.subscriptions);
    metrics_text_counter(text, "tarazy_user_events_total", "Users' own events written.",
                         sockets->users.events);
    metrics_text_counter(text, "tarazy_user_reports_lost_total",
                         "Reports about orders that the views had forgotten: should be 0.",
                         sockets->users.reports_lost);
    metrics_text_gauge(text, "tarazy_disconnect_cancels_waiting",
                       "Cancels on disconnect without an outcome yet.",
                       sockets->disconnects.waiting);
    metrics_text_counter(text, "tarazy_disconnect_cancels_total", "Cancels on disconnect done.",
                         sockets->disconnects.accepted);
}

static void get_metrics(struct call *call)
{
    const struct venue *venue = call->venue;
    const struct socket_door *door = socket_door_of(venue);
    struct metrics_text text = {.bytes = venue->scratch, .capacity = venue->scratch_size};

    write_node(&text, call);
    write_pending(&text, venue);
    write_server(&text, venue);
    if (door != NULL) {
        struct socket_statistics sockets = socket_door_statistics(door);

        metrics_text_family(&text, "tarazy_follower_lag_seconds", "gauge",
                            "From the last batch's time to when it was applied here.");
        metrics_text_seconds(&text, "tarazy_follower_lag_seconds", "", sockets.batch_lag_us);
        metrics_text_gauge(&text, "tarazy_core_stalled_seconds",
                           "Commands have been under way so long and no batch has come.",
                           sockets.stalled_s);
        metrics_text_counter(&text, "tarazy_events_total", "Events applied.", sockets.events);
        write_sockets(&text, &sockets);
        request_metrics_write(socket_door_requests(door), &text);
    }
    if (text.is_full) {
        (void)call_error(call, VENUE_ERROR_UNKNOWN, NULL, NULL);
        return;
    }
    answer_send_as(&call->answer, 200, "text/plain; version=0.0.4; charset=utf-8",
                   slice_of(text.bytes, text.size));
}

/* ------------------------------------------------------------------ health */

/* Commands that wait so long for a batch say that the core does not do its work. */
enum { STALLED_MAX_S = 2 };

/* Fit to serve: the replica has caught up with what is durable, orders can be sent and come back. */
static void get_health(struct call *call)
{
    const struct venue *venue = call->venue;
    const struct socket_door *door = socket_door_of(venue);
    struct json_writer *json = &call->answer.json;
    struct socket_statistics sockets = {0};

    if (door != NULL) {
        sockets = socket_door_statistics(door);
    }
    bool is_stalled = sockets.stalled_s >= STALLED_MAX_S;
    bool is_live = venue_is_live(venue) && !is_stalled;

    json_write_object_begin(json);
    json_write_key_text(json, "status", is_live ? "ok" : is_stalled ? "stalled" : "not live");
    json_write_key_bool(json, "live", is_live);
    json_write_key_uint64(json, "number", venue->number);
    answer_key_time(&call->answer, "time", tarazy_engine_time(venue->engine));
    json_write_key_uint64(json, "lagUs", sockets.batch_lag_us);
    json_write_key_bool(json, "sandbox", venue->node.sandbox);
    json_write_key_string(
        json, "name",
        slice_of(venue->node.name.text,
                 text_length(venue->node.name.text, sizeof venue->node.name.text)));
    json_write_key_text(json, "version", GATEWAY_VERSION);
    json_write_object_end(json);
    answer_send(&call->answer, is_live ? 200 : 503);
}

static void get_openapi(struct call *call)
{
    openapi_write(&call->answer.json, call->venue->router);
    call_reply(call);
}

static const struct route routes[] = {
    {.method = HTTP_METHOD_GET,
     .path = "/health",
     .answer = get_health,
     .security = SECURITY_NONE,
     .weight = 1,
     .summary = "200 when orders can be served, else 503"},
    {.method = HTTP_METHOD_GET,
     .path = "/metrics",
     .answer = get_metrics,
     .security = SECURITY_NONE,
     .weight = 1,
     .summary = "Counters, in Prometheus' text format"},
    {.method = HTTP_METHOD_GET,
     .path = "/openapi.json",
     .answer = get_openapi,
     .security = SECURITY_NONE,
     .weight = 10,
     .summary = "This document"},
};

const struct route_table page_routes = {routes, sizeof routes / sizeof routes[0]};
