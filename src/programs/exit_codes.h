/* SPDX-License-Identifier: Apache-2.0
 *
 * What a process says by its exit code. `tarazy serve` decides by these what may be started again.
 */
#ifndef PROGRAMS_EXIT_CODES_H
#define PROGRAMS_EXIT_CODES_H

enum {
    EXIT_CODE_DONE = 0,
    EXIT_CODE_FAILED = 1,   /* anything else; the text says what */
    EXIT_CODE_USAGE = 2,    /* the command line or the configuration makes no sense */
    EXIT_CODE_DISK = 10,    /* the disk refused a write or a sync: look at it, then start again */
    EXIT_CODE_DAMAGED = 11, /* the journal is not what was written, or does not agree with itself */
    EXIT_CODE_BUSY = 12,    /* another core works in this folder */
    EXIT_CODE_CRASHES = 13, /* the core crashed again and again before it was ready */
};

#endif
