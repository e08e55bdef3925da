/* SPDX-License-Identifier: Apache-2.0
 *
 * The WebSocket door in one process. Failures go through cmocka.
 */
#include "support/socket_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void socket_scene_start(struct socket_scene *scene, const struct socket_door_options *options)
{
    struct socket_door_options defaults;

    rig_start(&scene->rig, NULL);
    socket_door_defaults(&defaults);
    scene->door = socket_door_create(scene->rig.venue, options != NULL ? options : &defaults);
    assert_non_null(scene->door);
}

void socket_scene_end(struct socket_scene *scene)
{
    socket_door_destroy(scene->door);
    rig_end(&scene->rig);
}

int socket_scene_set_up(void **state)
{
    socket_scene_start(*state, NULL);
    return 0;
}

int socket_scene_tear_down(void **state)
{
    socket_scene_end(*state);
    return 0;
}

struct server_handle socket_scene_open(const char *target)
{
    struct server_handle socket = fake_socket_open(target);

    if (socket.generation == 0) {
        fail_msg("%s was refused: %s", target, fake_server_answer()->body);
    }
    return socket;
}

void socket_scene_expect_refused(const char *target, unsigned status, const char *text)
{
    struct server_handle socket = fake_socket_open(target);

    assert_int_equal(socket.generation, 0);
    assert_int_equal(fake_server_answer()->count, 1);
    assert_int_equal(fake_server_answer()->status, status);
    rig_expect_also(text);
}

const char *socket_scene_expect(struct server_handle socket, const char *text)
{
    const char *message = fake_socket_next(socket);

    if (message == NULL) {
        fail_msg("no message; %s was expected", text);
        abort();
    }
    if (strstr(message, text) == NULL) {
        fail_msg("%s instead of %s", message, text);
    }
    return message;
}

void socket_scene_expect_silence(struct server_handle socket)
{
    const char *message = fake_socket_next(socket);

    if (message != NULL) {
        fail_msg("%s instead of nothing", message);
    }
}

unsigned socket_scene_drain(struct server_handle socket)
{
    unsigned count = 0;

    while (fake_socket_next(socket) != NULL) {
        count++;
    }
    return count;
}

void socket_scene_ask(struct socket_scene *scene, struct server_handle socket, const char *request,
                      const char *text)
{
    fake_socket_send(socket, request);
    rig_wait(&scene->rig, 1000);
    (void)socket_scene_expect(socket, text);
}

void socket_scene_wait(struct socket_scene *scene, int64_t milliseconds)
{
    /* A turn of the rig takes a few of them by itself; ticks are not more than 100 apart. */
    for (int64_t passed = 0; passed < milliseconds; passed += 54) {
        rig_wait(&scene->rig, 50000);
    }
    fake_sockets_turn();
}

void socket_scene_place(struct socket_scene *scene, enum rig_person person, const char *side,
                        const char *price, const char *quantity)
{
    char request[256];

    (void)snprintf(request, sizeof request,
                   "POST /api/v3/order symbol=BTCKZT&side=%s&type=LIMIT&timeInForce=GTC&price=%s"
                   "&quantity=%s",
                   side, price, quantity);
    rig_expect(&scene->rig, person, request, 200, "\"orderId\"");
}
