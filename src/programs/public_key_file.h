/* SPDX-License-Identifier: Apache-2.0
 *
 * A public key that somebody brings, as a PEM file (SubjectPublicKeyInfo): Ed25519, or RSA of 2048
 * bits at least.
 */
#ifndef PROGRAMS_PUBLIC_KEY_FILE_H
#define PROGRAMS_PUBLIC_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "tarazy/command.h"

/* Fills type, material and id (SHA-256 of the SubjectPublicKeyInfo) of the command. False: error says
 * what is wrong. */
bool public_key_file_read(const char *path, struct command_key_create *command, char *error,
                          size_t error_size);

#endif
