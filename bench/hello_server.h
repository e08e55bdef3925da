/* SPDX-License-Identifier: Apache-2.0
 *
 * The peer beside the gateway: libh2o that answers every request with a few fixed bytes, in a process
 * of its own. Only for figures; built where the library's headers are found.
 */
#ifndef BENCH_HELLO_SERVER_H
#define BENCH_HELLO_SERVER_H

#include <sys/types.h>

/* Starts it on a free port of 127.0.0.1. Returns the process; 0: this build has no libh2o. */
pid_t hello_server_start(int *port);
void hello_server_stop(pid_t process);

#endif
