/* SPDX-License-Identifier: Apache-2.0
 *
 * A sandbox node for benchmarks: the real program on a real disk in a fresh folder, stopped at the end.
 */
#ifndef BENCH_SANDBOX_PROCESS_H
#define BENCH_SANDBOX_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "client/keys_file.h"

struct sandbox_process {
    pid_t serve;
    int port;
    char folder[256];
};

/* Starts `$TARAZY_PROGRAM serve --sandbox` and waits until it takes orders; ends the program with a
 * message when it does not. */
void sandbox_process_start(struct sandbox_process *sandbox);
void sandbox_process_stop(struct sandbox_process *sandbox);

void sandbox_process_key(const struct sandbox_process *sandbox, const char *participant,
                         struct client_key *key);

/* Processor time a process of the node ("core", "gateway", "history") has used, in nanoseconds. */
int64_t sandbox_process_cpu_ns(const struct sandbox_process *sandbox, const char *name);

/* The same for any process. */
int64_t process_cpu_ns(pid_t process);

/* From now on this process of the node gets only what the others leave of the processors. */
void sandbox_process_idle(const struct sandbox_process *sandbox, const char *name);

/* Resident bytes of a process of the node. */
int64_t sandbox_process_resident(const struct sandbox_process *sandbox, const char *name);

#endif
