/* SPDX-License-Identifier: Apache-2.0
 *
 * The options that all processes of a node share: serve, core, gateway, history.
 */
#ifndef PROGRAMS_OPTIONS_H
#define PROGRAMS_OPTIONS_H

#include "programs/config.h"

/* Reads the command line, and the configuration file it names, and sets the log level. Returns −1 to
 * go on, else the exit code (help was asked for, or something makes no sense and was said). */
int options_parse(int argc, char **argv, struct config *config);

#endif
