/* SPDX-License-Identifier: Apache-2.0
 *
 * The founding file, second half: participants, their keys and sandbox deposits. Only founding_file.c
 * includes this.
 */
#ifndef PROGRAMS_FOUNDING_PEOPLE_H
#define PROGRAMS_FOUNDING_PEOPLE_H

#include <confuse.h>
#include <stdbool.h>
#include <stdint.h>

#include "programs/founding_file.h"

/* Adds every participant with keys and deposits. False: said why. */
bool founding_add_people(cfg_t *root, const struct founding_input *input, struct founding *founding,
                         struct key_list *keys);

/* Adds a command; false: said which cannot be made here. */
bool founding_emit(cfg_t *section, struct founding *founding, const struct command_header *command);

/* The number the asset of this code will have, from 1, and its scale; 0 = there is none. */
uint16_t founding_asset(cfg_t *root, const char *code, uint8_t *scale);

#endif
