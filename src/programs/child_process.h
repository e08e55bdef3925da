/* SPDX-License-Identifier: Apache-2.0
 *
 * One process that `tarazy serve` looks after: started from this very program, told to say when it is
 * ready, started again after it died, later and later.
 */
#ifndef PROGRAMS_CHILD_PROCESS_H
#define PROGRAMS_CHILD_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { CHILD_TEXT_MAX = 256, CHILD_ARGUMENTS_MAX = 64 };

struct child_process {
    const char *name;       /* the command: "core", "gateway", "history" */
    char *const *arguments; /* what serve itself was given, NULL at the end; passed on */
    pid_t process;          /* 0: not running */
    int ready_fd;           /* −1: said, or not running */
    char ready_text[CHILD_TEXT_MAX];
    bool is_ready;        /* since it was started this time */
    bool was_ready;       /* ever */
    uint32_t ends;        /* in a row, of short lives: the longer is the pause */
    uint32_t never_ready; /* ends in a row without having become ready */
    int64_t start_ms;     /* when it was started */
    int64_t due_ms;       /* when to start it again; 0: not planned */
};

/* Starts it: its output goes to our standard error, it dies with us. False: said why. */
bool child_start(struct child_process *child, int64_t now_ms);

/* ready_fd is readable: takes note. */
void child_take_ready(struct child_process *child);

/* It has ended: plans the next start. */
void child_has_ended(struct child_process *child, int status, int64_t now_ms);

/* How the end looks: true when by a signal, *code is then its number, else the exit code. */
bool child_end_is_signal(int status, int *code);

#endif
