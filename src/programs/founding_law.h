/* SPDX-License-Identifier: Apache-2.0
 *
 * The law of a node that a mining authority founds: the parameters of a jurisdiction's file become
 * commands. Only founding_file.c includes this.
 */
#ifndef PROGRAMS_FOUNDING_LAW_H
#define PROGRAMS_FOUNDING_LAW_H

#include <confuse.h>
#include <stdbool.h>

#include "programs/founding_file.h"

/* Adds the parameters of the file that the option `jurisdiction` names, or of input->law, or none. False:
 * said why. */
bool founding_add_law(cfg_t *root, const struct founding_input *input, struct founding *founding);

#endif
