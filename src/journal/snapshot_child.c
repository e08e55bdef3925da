/* SPDX-License-Identifier: Apache-2.0
 *
 * The forked writer of a snapshot. A file of its own because it is the only place where a process of
 * Tarazy splits while it holds state, lock and files, and each of them needs an answer: the state is
 * the child's own copy of the moment; the lock is let go of; the journal's files are never written.
 *
 * Invariants: the child ends with its parent; the parent never waits for it, unless told to.
 *
 * Read next: snapshot.c.
 */
#include "journal/snapshot_child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ensure.h"
#include "platform/bound_child.h"

#define EXIT_UNKNOWN 255

static _Noreturn void work(const struct storage *storage, int folder, int lock,
                           const struct snapshot_source *source)
{
    struct journal_error error;

    if (lock >= 0) {
        storage->close(storage->context, lock);
    }
    if (snapshot_write(storage, folder, source, &error)) {
        _exit(0);
    }
    _exit(error.error_number > 0 && error.error_number < EXIT_UNKNOWN ? error.error_number
                                                                      : EXIT_UNKNOWN);
}

bool snapshot_child_start(struct snapshot_child *child, const struct storage *storage, int folder,
                          int lock, const struct snapshot_source *source)
{
    if (child->process != 0) {
        errno = EBUSY;
        return false;
    }
    ENSURE(tarazy_engine_number(source->engine) == source->head.number);
    /* A child that outlived its core would hold the lock, or name a snapshot behind the back of the
     * next core. */
    pid_t process = bound_child_fork(SIGKILL);
    if (process < 0) {
        return false;
    }
    if (process == 0) {
        work(storage, folder, lock, source);
    }
    child->process = process;
    child->number = source->head.number;
    return true;
}

static enum snapshot_progress look(struct snapshot_child *child, int options)
{
    int status = 0;
    pid_t found;

    if (child->process == 0) {
        return SNAPSHOT_PROGRESS_NONE;
    }
    do {
        found = waitpid(child->process, &status, options);
    } while (found < 0 && errno == EINTR);
    if (found == 0) {
        return SNAPSHOT_PROGRESS_RUNNING;
    }
    child->process = 0;
    child->status = found < 0 ? EXIT_UNKNOWN << 8 : status;
    return child->status == 0 ? SNAPSHOT_PROGRESS_DONE : SNAPSHOT_PROGRESS_FAILED;
}

enum snapshot_progress snapshot_child_poll(struct snapshot_child *child)
{
    return look(child, WNOHANG);
}

enum snapshot_progress snapshot_child_wait(struct snapshot_child *child)
{
    return look(child, 0);
}

void snapshot_child_stop(struct snapshot_child *child)
{
    if (child->process != 0) {
        (void)kill(child->process, SIGKILL);
        (void)look(child, 0);
    }
}
