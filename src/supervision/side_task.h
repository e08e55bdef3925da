/* SPDX-License-Identifier: Apache-2.0
 *
 * A slow piece of work beside the stream: a nice child that does it, says what came out through a pipe, and ends. It dies
 * with its parent.
 */
#ifndef SUPERVISION_SIDE_TASK_H
#define SUPERVISION_SIDE_TASK_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Answers are at most as large as a pipe takes at once. */
#define SIDE_TASK_ANSWER_MAX ((size_t)PIPE_BUF)

struct side_task {
    pid_t child; /* 0: none at work */
    int pipe;
};

/* Begins, unless one is at work: the child fills `answer` out of `question`, both of the caller's layout. true: begun. */
bool side_task_begin(struct side_task *task, void (*work)(const void *question, void *answer),
                     const void *question, size_t answer_size);

/* 1: *answer is there; 0: not yet, or none at work; -1: it ended without one. */
int side_task_poll(struct side_task *task, void *answer, size_t answer_size);

/* Ends one at work without asking. */
void side_task_stop(struct side_task *task);

#endif
