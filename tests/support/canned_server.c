/* SPDX-License-Identifier: Apache-2.0
 *
 * See the header. Answers go out in the order in which requests arrive, whoever asks.
 */
#include "support/canned_server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REQUEST_MAX = 16384, PEERS_MAX = 8 };

static size_t body_size(const char *head)
{
    const char *field = strcasestr(head, "\r\ncontent-length:");

    return field != NULL ? (size_t)strtoul(field + 17, NULL, 10) : 0;
}

/* Reads one request; 0 at the end of the connection. */
static size_t read_request(int peer, char *request)
{
    size_t size = 0;

    for (;;) {
        char *end = strstr(request, "\r\n\r\n");

        if (size > 0 && end != NULL && size >= (size_t)(end + 4 - request) + body_size(request)) {
            return size;
        }
        ssize_t count = read(peer, request + size, REQUEST_MAX - 1 - size);
        if (count <= 0) {
            return 0;
        }
        size += (size_t)count;
        request[size] = '\0';
    }
}

struct canned_answers {
    const char *const *answers;
    size_t count;
};

/* Answers one request of a peer; false: the connection is over. */
static bool answer_one(int peer, int out, const struct canned_answers *canned, size_t *next)
{
    char request[REQUEST_MAX] = {0};

    if (read_request(peer, request) == 0) {
        return false;
    }
    const char *answer = canned->answers[*next];
    *next += *next + 1 < canned->count;
    assert(write(out, request, strlen(request) + 1) > 0);
    if (answer != NULL) {
        assert(write(peer, answer, strlen(answer)) >= 0);
    }
    return answer != NULL;
}

/* Takes a new connection into a free place, or serves one that has something to say. */
static void attend(struct pollfd *listener, struct pollfd *peer, int out,
                   const struct canned_answers *canned, size_t *next)
{
    if (peer->fd < 0 && (listener->revents & POLLIN) != 0) {
        peer->fd = accept(listener->fd, NULL, NULL);
        listener->revents = 0;
    } else if (peer->fd >= 0 && peer->revents != 0 && !answer_one(peer->fd, out, canned, next)) {
        close(peer->fd);
        peer->fd = -1;
    }
}

static void serve(int listener, int out, const struct canned_answers *canned)
{
    struct pollfd watched[PEERS_MAX + 1] = {{.fd = listener, .events = POLLIN}};
    size_t next = 0;

    for (size_t i = 1; i <= PEERS_MAX; i++) {
        watched[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    }
    for (;;) {
        assert(poll(watched, PEERS_MAX + 1, -1) > 0);
        for (size_t i = 1; i <= PEERS_MAX; i++) {
            attend(&watched[0], &watched[i], out, canned, &next);
        }
    }
}

void canned_server_start(struct canned_server *server, const char *const *answers, size_t count)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int ends[2];
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert(listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
    assert(listen(listener, 8) == 0 && pipe(ends) == 0);
    assert(getsockname(listener, (struct sockaddr *)&address, &size) == 0);
    server->port = ntohs(address.sin_port);
    server->asked = ends[0];
    server->child = fork();
    assert(server->child >= 0);
    if (server->child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_IGN);
        close(ends[0]);
        serve(listener, ends[1], &(struct canned_answers){answers, count});
        _exit(0);
    }
    close(listener);
    close(ends[1]);
}

size_t canned_server_stop(struct canned_server *server, char *out, size_t capacity)
{
    size_t size = 0;
    ssize_t count;

    kill(server->child, SIGKILL);
    waitpid(server->child, NULL, 0);
    while (size < capacity && (count = read(server->asked, out + size, capacity - size)) > 0) {
        size += (size_t)count;
    }
    close(server->asked);
    return size;
}

const char *canned_request(const char *asked, size_t size, size_t n)
{
    const char *at = asked;

    while (n > 0 && at < asked + size) {
        at += strlen(at) + 1;
        n--;
    }
    return at < asked + size ? at : NULL;
}
