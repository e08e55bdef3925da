/* SPDX-License-Identifier: Apache-2.0
 *
 * What fake_server.c and fake_sockets.c know of each other.
 */
#ifndef SUPPORT_FAKE_SERVER_INSIDE_H
#define SUPPORT_FAKE_SERVER_INSIDE_H

#include "gateway/server.h"

struct server *fake_server_itself(void);
const struct server_callbacks *fake_server_callbacks(void);

/* Hands an upgrade at this target to the server's user; what he answers instead is kept as an answer. */
enum server_upgrade fake_server_upgrade(struct server_handle handle, const char *target);

#endif
