/* SPDX-License-Identifier: Apache-2.0
 *
 * A process under watch. A file of its own because between fork and exec every line counts: the child
 * dies with its parent, takes no signal meant for the terminal's foreground, and says nothing on the
 * parent's standard output. Read next: serve_main.c.
 */
#include "programs/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ensure.h"
#include "platform/bound_child.h"
#include "platform/log_line.h"

enum {
    CHILD_PAUSE_MS_MIN = 100,
    CHILD_PAUSE_MS_MAX = 10000,
    CHILD_DOUBLINGS_MAX = 7,
    CHILD_SETTLED_MS = 30000 /* who lived so long starts anew at the shortest pause */
};

/* In the child. Does not come back. */
static void child_exec(const struct child_process *child, int ready_fd)
{
    char *arguments[CHILD_ARGUMENTS_MAX];
    char fd_text[16];
    size_t count = 0;
    sigset_t none;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (setpgid(0, 0) != 0) {
        _exit(1);
    }
    int null = open("/dev/null", O_RDONLY);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        _exit(1);
    }
    (void)snprintf(fd_text, sizeof fd_text, "%d", ready_fd);
    arguments[count++] = (char *)(uintptr_t) "tarazy";
    arguments[count++] = (char *)(uintptr_t)child->name;
    for (char *const *at = child->arguments; *at != NULL && count < CHILD_ARGUMENTS_MAX - 3; at++) {
        arguments[count++] = *at;
    }
    arguments[count++] = (char *)(uintptr_t) "--ready-fd";
    arguments[count++] = fd_text;
    arguments[count] = NULL;
    (void)execv("/proc/self/exe", arguments);
    _exit(1);
}

static void child_log(const struct child_process *child, enum log_level level, const char *event,
                      const char *name, int64_t value)
{
    struct log_line line;
    log_line_begin(&line, level, event);
    log_line_text(&line, "process", child->name);
    log_line_number(&line, name, value);
    log_line_end(&line);
}

bool child_start(struct child_process *child, int64_t now_ms)
{
    int ends[2];
    ENSURE(child->process == 0);
    if (pipe(ends) != 0) {
        child_log(child, LOG_LEVEL_ERROR, "cannot_start", "errno", errno);
        return false;
    }
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    pid_t process = bound_child_fork(SIGTERM);
    if (process == 0) {
        child_exec(child, ends[1]);
    }
    (void)close(ends[1]);
    if (process < 0) {
        child_log(child, LOG_LEVEL_ERROR, "cannot_start", "errno", errno);
        (void)close(ends[0]);
        return false;
    }
    child->process = process;
    child->ready_fd = ends[0];
    child->is_ready = false;
    child->start_ms = now_ms;
    child->due_ms = 0;
    child_log(child, LOG_LEVEL_INFO, "started", "pid", process);
    return true;
}

void child_take_ready(struct child_process *child)
{
    char text[CHILD_TEXT_MAX];
    ssize_t size = read(child->ready_fd, text, sizeof text - 1);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    (void)close(child->ready_fd);
    child->ready_fd = -1;
    if (size <= 0) {
        return; /* it ended without a word: its status will tell */
    }
    text[size] = '\0';
    text[strcspn(text, "\n")] = '\0';
    (void)snprintf(child->ready_text, sizeof child->ready_text, "%s", text);
    child->is_ready = true;
    child->was_ready = true;
    child->never_ready = 0;
}

bool child_end_is_signal(int status, int *code)
{
    bool is_signal = WIFSIGNALED(status);
    *code = is_signal ? WTERMSIG(status) : WEXITSTATUS(status);
    return is_signal;
}

void child_has_ended(struct child_process *child, int status, int64_t now_ms)
{
    int code;
    bool is_signal = child_end_is_signal(status, &code);
    child_log(child, code == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "ended",
              is_signal ? "signal" : "status", code);
    if (child->ready_fd >= 0) {
        (void)close(child->ready_fd);
        child->ready_fd = -1;
    }
    child->process = 0;
    if (now_ms - child->start_ms >= CHILD_SETTLED_MS) {
        child->ends = 0;
    }
    int64_t pause_ms = CHILD_PAUSE_MS_MAX;
    if (child->ends < CHILD_DOUBLINGS_MAX) {
        pause_ms = (int64_t)CHILD_PAUSE_MS_MIN << child->ends;
    }
    child->never_ready += child->is_ready ? 0 : 1;
    child->is_ready = false;
    child->ends++;
    child->due_ms = now_ms + (pause_ms < CHILD_PAUSE_MS_MAX ? pause_ms : CHILD_PAUSE_MS_MAX);
}
