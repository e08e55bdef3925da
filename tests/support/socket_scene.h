/* SPDX-License-Identifier: Apache-2.0
 *
 * The venue in one process with its WebSocket door open. Asks and looks in one line each.
 */
#ifndef SUPPORT_SOCKET_SCENE_H
#define SUPPORT_SOCKET_SCENE_H

#include "gateway/socket_door.h"
#include "support/fake_sockets.h"
#include "support/venue_rig.h"

struct socket_scene {
    struct rig rig;
    struct socket_door *door;
};

/* options NULL: the defaults. */
void socket_scene_start(struct socket_scene *scene, const struct socket_door_options *options);
void socket_scene_end(struct socket_scene *scene);

/* Of a cmocka test: *state is the test's own scene, which starts before it and ends behind it. */
int socket_scene_set_up(void **state);
int socket_scene_tear_down(void **state);
#define SOCKET_SCENE_TEST(name, scene)                                                          \
    cmocka_unit_test_prestate_setup_teardown(name, socket_scene_set_up, socket_scene_tear_down, \
                                             scene)

/* Opens a session; fails the test when it is refused. */
struct server_handle socket_scene_open(const char *target);

/* The handshake is refused with this status and text. */
void socket_scene_expect_refused(const char *target, unsigned status, const char *text);

/* Sends a message, lets the node work, and expects the next message to contain a text. */
void socket_scene_ask(struct socket_scene *scene, struct server_handle socket, const char *request,
                      const char *text);

/* The next message; fails the test when there is none, or it does not contain the text. */
const char *socket_scene_expect(struct server_handle socket, const char *text);

/* There is no next message. */
void socket_scene_expect_silence(struct server_handle socket);

/* Reads everything there is; returns how many messages that was. */
unsigned socket_scene_drain(struct server_handle socket);

/* Milliseconds pass: ticks come, the node works. */
void socket_scene_wait(struct socket_scene *scene, int64_t milliseconds);

/* Places a limit order of BTCKZT. */
void socket_scene_place(struct socket_scene *scene, enum rig_person person, const char *side,
                        const char *price, const char *quantity);

#endif
