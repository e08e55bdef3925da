/* SPDX-License-Identifier: Apache-2.0
 *
 * See the header. One event loop on one thread, as the gateway is; keep-alive; no log, no TLS.
 */
#include "hello_server.h"

#ifdef BENCH_HAVE_H2O

#include <arpa/inet.h>
#include <h2o.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static h2o_accept_ctx_t accept_context;

static int on_request(h2o_handler_t *handler, h2o_req_t *request)
{
    static h2o_generator_t generator = {NULL, NULL};
    static char hello[] = "hello world";
    h2o_iovec_t body = h2o_iovec_init(hello, sizeof hello - 1);

    (void)handler;
    request->res.status = 200;
    request->res.reason = "OK";
    request->res.content_length = body.len;
    h2o_add_header(&request->pool, &request->res.headers, H2O_TOKEN_CONTENT_TYPE, NULL,
                   H2O_STRLIT("text/plain"));
    h2o_start_response(request, &generator);
    h2o_send(request, &body, 1, H2O_SEND_STATE_FINAL);
    return 0;
}

static void on_accept(h2o_socket_t *listener, const char *error)
{
    h2o_socket_t *socket;

    while (error == NULL && (socket = h2o_evloop_socket_accept(listener)) != NULL) {
        h2o_accept(&accept_context, socket);
    }
}

static void serve(int fd)
{
    static h2o_globalconf_t config;
    static h2o_context_t context;

    h2o_config_init(&config);
    config.http1.req_timeout = 3600 * 1000; /* connections rest while others are measured */
    h2o_hostconf_t *host =
        h2o_config_register_host(&config, h2o_iovec_init(H2O_STRLIT("default")), 65535);
    h2o_pathconf_t *path = h2o_config_register_path(host, "/", 0);
    h2o_handler_t *handler = h2o_create_handler(path, sizeof *handler);

    handler->on_req = on_request;
    h2o_context_init(&context, h2o_evloop_create(), &config);
    accept_context.ctx = &context;
    accept_context.hosts = config.hosts;
    h2o_socket_t *listener = h2o_evloop_socket_create(context.loop, fd, H2O_SOCKET_FLAG_DONT_READ);

    h2o_socket_read_start(listener, on_accept);
    while (h2o_evloop_run(context.loop, INT32_MAX) == 0) {
    }
}

pid_t hello_server_start(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, SOMAXCONN) != 0 || getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        perror("bench: hello server");
        exit(1);
    }
    *port = ntohs(address.sin_port);
    pid_t process = fork();

    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(fd);
        _exit(1);
    }
    close(fd);
    return process;
}

void hello_server_stop(pid_t process)
{
    if (process > 0) {
        kill(process, SIGKILL);
        waitpid(process, NULL, 0);
    }
}

#else

pid_t hello_server_start(int *port)
{
    *port = 0;
    return 0;
}

void hello_server_stop(pid_t process)
{
    (void)process;
}

#endif
