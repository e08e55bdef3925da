/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy gateway`: the process that clients talk to. It re-applies the journal into its replica and
 * views, listens when it has caught up with the core, and serves until it is told to stop. It may
 * die at any moment: it holds nothing that the journal does not. Read next: gateway/venue.c.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "gateway/socket_door.h"
#include "gateway/venue.h"
#include "platform/log_line.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"
#include "programs/options.h"
#include "programs/process_confinement.h"
#include "programs/readiness.h"
#include "programs/self_test.h"
#include "programs/separation.h"

enum { SHUTDOWN_PATIENCE_MS = 2000, TEXT_MAX = 256 };

struct gateway_process {
    const struct config *config;
    struct event_loop *loop;
    struct venue *venue;
    struct socket_door *door;
    struct tls_context *tls[CONFIG_LISTENERS_MAX];
    struct event_signals signals;
    bool is_stopping;
};

static void gateway_log_errno(const char *event, const char *where, int error)
{
    struct log_line line;

    log_line_begin(&line, LOG_LEVEL_ERROR, event);
    log_line_text(&line, "where", where);
    log_line_errno(&line, "what", error);
    log_line_end(&line);
}

static void gateway_on_signal(struct event_signals *signals, int number)
{
    struct gateway_process *process = signals->context;

    (void)number;
    process->is_stopping = true;
    event_loop_stop(process->loop);
}

static bool gateway_watch_signals(struct gateway_process *process)
{
    const int numbers[] = {SIGTERM, SIGINT};

    process->signals.on_signal = gateway_on_signal;
    process->signals.context = process;
    return event_signals_add(process->loop, &process->signals, numbers, 2) == 0;
}

/* ------------------------------------------------------------------ making */

static struct rate_options gateway_rates(const struct config_rates *rates)
{
    return (struct rate_options){
        .weight_minute = rates->weight_minute,
        .raw_5_minutes = rates->raw_5_minutes,
        .orders_10_seconds = rates->orders_10_seconds,
        .orders_day = rates->orders_day,
    };
}

static bool gateway_create_venue(struct gateway_process *process)
{
    const struct config *config = process->config;
    struct venue_options options = {.loop = process->loop, .directory = config->directory};
    struct socket_door_options door;
    struct node_key node_key;
    const char *error = NULL;
    int result = node_key_read(config->directory, &node_key);

    if (result != 0) {
        gateway_log_errno("node_key", NODE_KEY_NAME, result);
        return false;
    }
    options.node_key = &node_key;
    options.rates = gateway_rates(&config->rates);
    server_limits_default(&options.server_limits);
    options.server_limits.connections_max = config->rates.connections;
    options.server_limits.connections_per_address = config->rates.connections_address;
    process->venue = venue_create(&options, &error);
    secret_wipe(&node_key, sizeof node_key);
    if (process->venue == NULL) {
        log_event(LOG_LEVEL_ERROR, "cannot_follow", "what", error);
        return false;
    }
    socket_door_defaults(&door);
    process->door = socket_door_create(process->venue, &door);
    return process->door != NULL;
}

/* Turns the loop until the journal so far has been re-applied and the core is linked. */
static bool gateway_catch_up(struct gateway_process *process)
{
    while (!venue_is_live(process->venue)) {
        if (event_loop_run_once(process->loop, -1) < 0 || process->venue->is_failed ||
            process->is_stopping) {
            return false;
        }
    }
    return true;
}

static bool gateway_listen_at(struct gateway_process *process, uint32_t index)
{
    const struct config_listener *listener = &process->config->listeners[index];
    char error[TEXT_MAX];

    if (listener->certificate[0] != '\0') {
        process->tls[index] =
            tls_context_create_server(listener->certificate, listener->key, error, sizeof error);
        if (process->tls[index] == NULL) {
            log_event(LOG_LEVEL_ERROR, "certificate", "what", error);
            return false;
        }
    }
    int result = server_listen(process->venue->server, listener->address, process->tls[index]);

    if (result != 0) {
        gateway_log_errno("cannot_listen", listener->address, result);
    }
    return result == 0;
}

static bool gateway_listen(struct gateway_process *process)
{
    for (uint32_t i = 0; i < process->config->listener_count; i++) {
        if (!gateway_listen_at(process, i)) {
            return false;
        }
    }
    return true;
}

/* "http://127.0.0.1:8080": the first listener, with the port that the system chose for port 0. */
static void gateway_tell_ready(const struct gateway_process *process)
{
    const struct config_listener *first = &process->config->listeners[0];
    const char *colon = strrchr(first->address, ':');
    int host = colon == NULL ? (int)strlen(first->address) : (int)(colon - first->address);
    char text[TEXT_MAX];

    (void)snprintf(text, sizeof text, "%s://%.*s:%u",
                   first->certificate[0] != '\0' ? "https" : "http", host, first->address,
                   (unsigned)server_port(process->venue->server));
    readiness_tell(process->config->ready_fd, text);
}

/* ------------------------------------------------------------------ running */

/* Lets open requests be answered and sessions be told, for a moment. */
static void gateway_shut_down(struct gateway_process *process)
{
    int64_t until_ms = event_loop_now_ms(process->loop) + SHUTDOWN_PATIENCE_MS;

    socket_door_announce_shutdown(process->door);
    server_shutdown(process->venue->server);
    while (server_connection_count(process->venue->server) > 0 &&
           event_loop_now_ms(process->loop) < until_ms) {
        if (event_loop_run_once(process->loop, SHUTDOWN_PATIENCE_MS / 20) < 0) {
            break;
        }
    }
}

static int gateway_serve(struct gateway_process *process)
{
    if (!gateway_catch_up(process)) {
        return process->is_stopping ? EXIT_CODE_DONE : EXIT_CODE_DAMAGED;
    }
    if (!gateway_listen(process)) {
        return EXIT_CODE_FAILED;
    }
    if (!separation_become(process->config, PROCESS_KIND_GATEWAY)) {
        return EXIT_CODE_FAILED;
    }
    process_confine(PROCESS_KIND_GATEWAY, process->config);
    gateway_tell_ready(process);
    int result = event_loop_run(process->loop);

    if (process->venue->is_failed) {
        return EXIT_CODE_DAMAGED;
    }
    if (result < 0) {
        gateway_log_errno("loop", "", result);
        return EXIT_CODE_FAILED;
    }
    gateway_shut_down(process);
    return EXIT_CODE_DONE;
}

static void gateway_close(struct gateway_process *process)
{
    socket_door_destroy(process->door);
    venue_destroy(process->venue);
    for (size_t i = 0; i < CONFIG_LISTENERS_MAX; i++) {
        tls_context_destroy(process->tls[i]);
    }
    event_signals_remove(process->loop, &process->signals);
    event_loop_destroy(process->loop);
}

int gateway_main(int argc, char **argv)
{
    static struct config config;
    struct gateway_process process = {.config = &config};
    int code = options_parse(argc, argv, &config);

    if (code >= 0) {
        return code;
    }
    if (config.self_test) {
        return self_test_run(PROCESS_KIND_GATEWAY, &config, stdout);
    }
    if (event_loop_create(&process.loop, NULL) != 0) {
        log_event(LOG_LEVEL_ERROR, "no_event_loop", NULL, NULL);
        return EXIT_CODE_FAILED;
    }
    code = EXIT_CODE_FAILED;
    if (gateway_watch_signals(&process) && gateway_create_venue(&process)) {
        code = gateway_serve(&process);
    }
    gateway_close(&process);
    return code;
}
