/* SPDX-License-Identifier: Apache-2.0
 *
 * Which account is whom in the node's register, and what he must say to use it: a file of lines
 *
 *     ACCOUNT miner=NUMBER [site=NUMBER] [password=SHA-256 of the password, 64 digits]
 *
 * '#' begins a comment; no account and no miner stands there twice (line 0 of an error). An account that is not listed is nobody known: miner 0.
 */
#ifndef STRATUM_REGISTER_NAMES_H
#define STRATUM_REGISTER_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stratum/stratum_line.h"

struct register_entry {
    char account[STRATUM_WORKER_MAX + 1];
    uint32_t miner;
    uint32_t site;
    bool has_password;
    uint8_t password[32];
};

struct register_names;

/* Of a text. NULL: a line is wrong, *line says which. */
struct register_names *register_names_read(const char *text, size_t size, uint32_t pool,
                                           size_t *line);
void register_names_destroy(struct register_names *names);

/* The pool's own number in the register; 0: none. */
uint32_t register_names_pool(const struct register_names *names);

/* The entry of an account (or of the worker's account); NULL: not listed. */
const struct register_entry *register_names_find(const struct register_names *names,
                                                 const char *worker);

/* May this worker be used with this password? Who is not listed, or listed without one, needs none. */
bool register_names_admit(const struct register_names *names, const char *worker,
                          const char *password);

#endif
