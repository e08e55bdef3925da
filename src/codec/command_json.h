/* SPDX-License-Identifier: Apache-2.0
 *
 * A command as JSON: every field by its name, enums by theirs, amounts, prices and quantities as
 * strings of units (how many decimals they have is the state's knowledge, not the command's), hashes
 * and key material in hexadecimal digits. Empty and zero fields are left out.
 */
#ifndef CODEC_COMMAND_JSON_H
#define CODEC_COMMAND_JSON_H

#include "codec/json_writer.h"
#include "tarazy/command.h"

enum { COMMAND_JSON_SIZE_MAX = 16384 }; /* any command fits */

/* Writes one object. The command is well formed. */
void command_json_write(struct json_writer *json, const struct command_header *command);

#endif
