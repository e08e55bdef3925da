/* SPDX-License-Identifier: Apache-2.0
 *
 * The relay's loop: one follower of the node, some doors, some peers. A room of its own apart from relay_peer.c, which is
 * about one stranger; here is what they have in common.
 *
 * Invariants: what peers are told is durable, and has been re-performed here without a finding. Nobody is let in
 * before that has once reached the core's word: a relay that knows less than it told yesterday would look like a node
 * that has forgotten. The number of peers, and what each may cost, is fixed.
 *
 * Read next: relay_peer.c; node/follower.h.
 */
#include "supervision/relay.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ensure.h"
#include "journal/journal_folder.h"
#include "journal/snapshot.h"
#include "node/follower.h"
#include "platform/log_line.h"
#include "supervision/relay_peer.h"
#include "tarazy/query.h"

enum {
    RELAY_COMMANDS_A_TURN = 4096,
    RELAY_LINK_RETRY_MS = 100,
    RELAY_STATE_LOOK_US = 1000000,
    RELAY_ACCEPTS_A_TURN = 16
};

struct relay_listener {
    int fd;
    struct tls_context *tls;
    uint16_t port;
    char path[sizeof(((struct channel_address *)0)->socket)]; /* of a Unix socket */
};

struct relay {
    struct relay_options options;
    struct follower *follower;
    struct relay_listener listeners[RELAY_LISTENERS_MAX];
    uint32_t listener_count;
    struct relay_peer *peers[RELAY_PEERS_MAX];
    uint32_t peer_count;
    struct relay_news news;
    struct digest events; /* of the batch that is just being re-performed */
    bool is_batch_begun;
    bool was_live;
    bool has_more; /* the follower, or a peer, can go on at once */
    int64_t state_looked_us;
    uint64_t state_seen; /* newest snapshot looked at */
};

void relay_options_default(struct relay_options *options)
{
    options->peers_max = RELAY_PEERS_MAX;
    options->heartbeat_ms = 250;
    options->patience_ms = 30000;
}

/* ------------------------------------------------------------------ following */

static void on_command(void *context, const struct engine *engine,
                       const struct command_header *command, const uint8_t *events, size_t size)
{
    struct relay *relay = context;

    (void)engine;
    (void)command;
    if (!relay->is_batch_begun) {
        relay->events = digest_start();
        relay->is_batch_begun = true;
    }
    digest_update(&relay->events, events, size);
}

static void on_batch(void *context, const struct engine *engine, uint64_t number, int64_t time_us)
{
    struct relay *relay = context;

    (void)engine;
    (void)time_us;
    ENSURE(number > relay->news.number);
    relay->news.number = number;
    relay->news.events = relay->events;
    relay->is_batch_begun = false;
}

static void on_link(void *context, bool up)
{
    struct relay *relay = context;

    relay->news.has_core = up;
    log_event(up ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, up ? "link_up" : "link_lost", NULL, NULL);
}

/* Whose journal this is, and how far its newest snapshot reaches. */
static bool read_folder(struct relay *relay, uint64_t *snapshot, const char **error)
{
    static char text[JOURNAL_ERROR_TEXT_SIZE];
    const struct storage *storage = relay->options.storage;
    const struct journal_reader_options options = {
        .storage = storage, .directory = relay->options.directory, .from = 1};
    struct journal_listing listing;
    struct journal_error why;
    int folder = -1;
    struct journal_reader *reader = journal_reader_open(&options, &why);

    if (reader != NULL) {
        relay->news.node = journal_reader_tail(reader)->head.node;
        journal_reader_close(reader);
        journal_error_set(&why, "the folder cannot be opened", "", EIO);
        folder = storage->open_folder(storage->context, relay->options.directory, false);
    }
    bool is_read = folder >= 0 && journal_listing_read(&listing, storage, folder, &why);
    if (is_read) {
        size_t count = listing.snapshots.count;

        *snapshot = count > 0 ? listing.snapshots.values[count - 1] : 0;
        journal_listing_clear(&listing);
    }
    if (folder >= 0) {
        storage->close(storage->context, folder);
    }
    *error = is_read ? NULL : journal_error_text(&why, text);
    return is_read;
}

struct relay *relay_open(const struct relay_options *options, const char **error)
{
    struct relay *relay = calloc(1, sizeof *relay);
    uint64_t snapshot = 0;

    *error = "no memory for a relay";
    if (relay == NULL) {
        return NULL;
    }
    ENSURE(options->peers_max <= RELAY_PEERS_MAX);
    relay->options = *options;
    relay->news = (struct relay_news){.storage = options->storage,
                                      .directory = options->directory,
                                      .heartbeat_ms = options->heartbeat_ms,
                                      .patience_ms = options->patience_ms};
    if (!read_folder(relay, &snapshot, error)) {
        free(relay);
        return NULL;
    }
    const struct follower_sink sink = {
        .context = relay, .on_command = on_command, .on_batch = on_batch, .on_link = on_link};
    const struct follower_options follow = {
        .directory = options->directory,
        .storage = options->storage,
        .from = snapshot + 1,
        .verify_chain = true,
    };
    relay->follower = follower_open(&follow, &sink, error);
    if (relay->follower == NULL) {
        free(relay);
        return NULL;
    }
    relay->news.engine = follower_engine(relay->follower);
    relay->news.number = tarazy_engine_number(relay->news.engine);
    return relay;
}

void relay_close(struct relay *relay)
{
    if (relay == NULL) {
        return;
    }
    for (uint32_t i = 0; i < relay->peer_count; i++) {
        relay_peer_destroy(relay->peers[i]);
    }
    for (uint32_t i = 0; i < relay->listener_count; i++) {
        (void)close(relay->listeners[i].fd);
        if (relay->listeners[i].path[0] != '\0') {
            (void)unlink(relay->listeners[i].path);
        }
    }
    follower_close(relay->follower);
    free(relay);
}

/* The newest snapshot's header says which state the core had there. Looked for now and then. */
static void look_for_state(struct relay *relay)
{
    const struct storage *storage = relay->options.storage;
    struct journal_listing listing;
    struct snapshot_header header;
    struct journal_error error;

    if (relay->news.now_us - relay->state_looked_us < RELAY_STATE_LOOK_US) {
        return;
    }
    relay->state_looked_us = relay->news.now_us;
    int folder = storage->open_folder(storage->context, relay->options.directory, false);
    if (folder < 0) {
        return;
    }
    bool is_read = journal_listing_read(&listing, storage, folder, &error);
    size_t count = is_read ? listing.snapshots.count : 0;
    uint64_t newest = count > 0 ? listing.snapshots.values[count - 1] : 0;
    if (newest > relay->state_seen && newest <= relay->news.number &&
        snapshot_read_header(storage, folder, newest, &header, &error)) {
        relay->state_seen = newest;
        relay->news.state = (struct follow_state){.chain = header.chain, .state = header.state};
        relay->news.state_number = newest;
    }
    journal_listing_clear(&listing);
    storage->close(storage->context, folder);
}

/* ------------------------------------------------------------------ doors */

int relay_listen(struct relay *relay, const char *address, struct tls_context *tls)
{
    struct channel_address where;

    if (relay->listener_count == RELAY_LISTENERS_MAX) {
        return -ENOSPC;
    }
    /* On the network only with TLS, on this machine only without: who it is, is known either way. */
    if (!channel_address_read(address, &where) ||
        channel_address_is_local(&where) != (tls == NULL)) {
        return -EINVAL;
    }
    struct relay_listener *listener = &relay->listeners[relay->listener_count];
    *listener = (struct relay_listener){.tls = tls};
    listener->fd = channel_listen(&where, &listener->port);
    if (listener->fd < 0) {
        return listener->fd;
    }
    if (tls == NULL) {
        memcpy(listener->path, address + sizeof "unix:" - 1, strlen(address) - sizeof "unix:" + 2);
    }
    relay->listener_count++;
    return 0;
}

uint16_t relay_port(const struct relay *relay)
{
    uint16_t port = 0;

    for (uint32_t i = 0; i < relay->listener_count; i++) {
        port = relay->listeners[i].port != 0 ? relay->listeners[i].port : port;
    }
    return port;
}

static void read_address(const struct sockaddr_storage *from, uint8_t address[16])
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    memset(address, 0, 16);
    memcpy(&v4, from, sizeof v4);
    memcpy(&v6, from, sizeof v6);
    if (from->ss_family == AF_INET) {
        address[10] = 0xff;
        address[11] = 0xff;
        memcpy(address + 12, &v4.sin_addr, 4);
    } else if (from->ss_family == AF_INET6) {
        memcpy(address, &v6.sin6_addr, 16);
    }
}

static void let_in(struct relay *relay, const struct relay_listener *listener)
{
    for (int i = 0; i < RELAY_ACCEPTS_A_TURN; i++) {
        struct sockaddr_storage from = {0};
        socklen_t size = sizeof from;
        uint8_t address[16];
        int fd =
            accept4(listener->fd, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            return;
        }
        read_address(&from, address);
        if (!relay->was_live || relay->peer_count >= relay->options.peers_max) {
            (void)close(fd);
            continue;
        }
        struct relay_peer *peer = relay_peer_create(fd, listener->tls, address, relay->news.now_us);
        if (peer != NULL) {
            relay->peers[relay->peer_count++] = peer;
        }
    }
}

static void log_end(const struct relay_peer *peer)
{
    struct log_line line;

    log_line_begin(&line, LOG_LEVEL_INFO, "peer_ended");
    log_line_text(&line, "at", peer->is_local ? "socket" : "network");
    log_line_unsigned(&line, "number", peer->number);
    log_line_text(&line, "why", peer->why != NULL ? peer->why : "unknown");
    log_line_end(&line);
}

static void work_peers(struct relay *relay)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < relay->peer_count; i++) {
        struct relay_peer *peer = relay->peers[i];

        if (relay_peer_work(peer, &relay->news)) {
            relay->peers[kept++] = peer;
            relay->has_more = relay->has_more || (peer->was_filled && peer->output_end == 0);
        } else {
            log_end(peer);
            relay_peer_destroy(peer);
        }
    }
    relay->peer_count = kept;
}

/* ------------------------------------------------------------------ the loop */

static int patience(const struct relay *relay, int timeout_ms)
{
    int most = timeout_ms;

    if (follower_fd(relay->follower) < 0 && most > RELAY_LINK_RETRY_MS) {
        most = RELAY_LINK_RETRY_MS;
    }
    if (relay->peer_count > 0 && most > (int)relay->options.heartbeat_ms / 2) {
        most = (int)relay->options.heartbeat_ms / 2;
    }
    return relay->has_more ? 0 : most;
}

static void wait_for_news(const struct relay *relay, int stop_fd, int timeout_ms)
{
    struct pollfd watched[2 + RELAY_LISTENERS_MAX + RELAY_PEERS_MAX];
    nfds_t count = 0;

    watched[count++] = (struct pollfd){.fd = stop_fd, .events = POLLIN};
    watched[count++] = (struct pollfd){.fd = follower_fd(relay->follower), .events = POLLIN};
    for (uint32_t i = 0; i < relay->listener_count; i++) {
        watched[count++] = (struct pollfd){.fd = relay->listeners[i].fd, .events = POLLIN};
    }
    for (uint32_t i = 0; i < relay->peer_count; i++) {
        watched[count++] = (struct pollfd){.fd = relay->peers[i]->channel.fd,
                                           .events = relay_peer_events(relay->peers[i])};
    }
    (void)poll(watched, count, patience(relay, timeout_ms));
}

int relay_turn(struct relay *relay, int stop_fd, int timeout_ms)
{
    wait_for_news(relay, stop_fd, timeout_ms);
    relay->news.now_us = clock_monotonic_us(relay->options.clock);
    relay->news.wall_us = clock_wall_us(relay->options.clock);
    int more = follower_work(relay->follower, RELAY_COMMANDS_A_TURN);
    if (more < 0) {
        return -1;
    }
    relay->has_more = more > 0;
    relay->news.is_at_end = more == 0;
    relay->was_live = relay->was_live || follower_is_live(relay->follower);
    for (uint32_t i = 0; i < relay->listener_count; i++) {
        let_in(relay, &relay->listeners[i]);
    }
    if (relay->was_live) {
        look_for_state(relay);
    }
    work_peers(relay);
    return 0;
}

const char *relay_error(const struct relay *relay)
{
    return follower_error(relay->follower);
}

bool relay_is_live(const struct relay *relay)
{
    return follower_is_live(relay->follower);
}

uint64_t relay_number(const struct relay *relay)
{
    return relay->news.number;
}

uint32_t relay_peer_count(const struct relay *relay)
{
    return relay->peer_count;
}
