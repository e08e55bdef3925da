/* SPDX-License-Identifier: Apache-2.0
 *
 * WebSocket sessions of the fake server: opened by a path, spoken to message by message. A session can
 * stop reading; what it has not read is its backlog, with a cap as the real server has one.
 */
#ifndef SUPPORT_FAKE_SOCKETS_H
#define SUPPORT_FAKE_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/server.h"

/* Asks for an upgrade at this target. A handle of generation 0: refused, see fake_server_answer(). */
struct server_handle fake_socket_open(const char *target);

/* A message of the client. */
void fake_socket_send(struct server_handle socket, const char *text);

/* The next message of the server, zero-terminated, until the next call; NULL: none. */
const char *fake_socket_next(struct server_handle socket);

/* Does the client read? Bytes sent while it does not are the backlog, until it does again. */
void fake_socket_stall(struct server_handle socket, bool is_stalled);

/* Bytes a session may have queued: 1 MiB at first. */
void fake_sockets_set_cap(size_t size);

/* The client is gone. */
void fake_socket_leave(struct server_handle socket);

/* The code the server closed it with; 0: it has not. */
uint16_t fake_socket_close_code(struct server_handle socket);

/* What the loop does at its turn: tells the ends of sessions that the server has closed. */
void fake_sockets_turn(void);

/* Messages and frames queued so far, all sessions together. */
uint64_t fake_sockets_frames(void);

/* Forgets all sessions and what they received, without telling anybody. */
void fake_sockets_clear(void);

#endif
