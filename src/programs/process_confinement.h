/* SPDX-License-Identifier: Apache-2.0
 *
 * What each process of a node keeps once it runs; everything else is refused by the kernel. The
 * process and its self-test (self_test.h) take it from here.
 */
#ifndef PROGRAMS_PROCESS_CONFINEMENT_H
#define PROGRAMS_PROCESS_CONFINEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/confinement.h"
#include "programs/config.h"
#include "programs/separation.h"

/* Where history writes when it is SQLite; empty: nowhere on this machine's disk. */
void process_history_folder(const struct config *config, char *out, size_t size);

/* Where history is kept, as a URL. */
void process_history_url(const struct config *config, char *out, size_t size);

/* A confinement and the texts that it points at. */
struct process_confinement {
    struct confinement confinement;
    char own_folder[CONFIG_PATH_MAX + 32];
};

void process_confinement_of(enum process_kind kind, const struct config *config,
                            struct process_confinement *out);

/* One more place, for a process that is told of it. */
void process_confinement_add(struct process_confinement *wanted, const char *path,
                             enum confinement_access access);

/* Applies one that was made step by step. */
void process_confine_to(const struct process_confinement *wanted);

/* Applies it, for ever, and logs what is in force. Files and sockets are open by now. */
void process_confine(enum process_kind kind, const struct config *config);

/* The folder of its own that it writes below the node's, or elsewhere; empty: it has none. */
void process_own_folder(enum process_kind kind, const struct config *config, char *out,
                        size_t size);

/* Over it, for history and the notary: nothing more is said on its link to the core, nor is another link made. True
 * when the kernel does it; then a lost link is the end of the process. */
bool process_mute(int link);

#endif
