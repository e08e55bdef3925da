/* SPDX-License-Identifier: Apache-2.0
 *
 * The state, checked beside the stream. A room of its own because it is slow and must hold up nothing: the events of
 * each batch are compared at once (replica.c); this catches what changed a state and showed in no event.
 *
 * Invariants: at most one child per node; it is nice, dies with its parent, and says what it found through a pipe. Read
 * next: journal/verifier.h.
 */
#include "supervision/state_check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ensure.h"
#include "journal/verifier.h"

enum { STATE_CHECK_NICE = 10 };

struct state_answer {
    struct replica_finding finding;
    bool agrees;
};

static void answer_set(struct state_answer *answer, const struct verifier_options *options,
                       const struct follow_state *state)
{
    struct verifier_report report;
    char text[JOURNAL_ERROR_TEXT_SIZE];

    *answer = (struct state_answer){.agrees = false};
    enum verifier_result result = journal_verify(options, &report);
    if (result == VERIFIER_RESULT_DIVERGED) {
        replica_finding_set(&answer->finding, REPLICA_KIND_STATE, report.error.number,
                            report.audit != NULL ? report.audit
                                                 : journal_error_text(&report.error, text));
    } else if (result != VERIFIER_RESULT_AGREES || report.head.number != options->limit) {
        replica_finding_set(&answer->finding, REPLICA_KIND_OWN, options->limit,
                            result != VERIFIER_RESULT_AGREES
                                ? journal_error_text(&report.error, text)
                                : "the copy has no batch that ends with this number");
    } else if (memcmp(&report.head.chain, &state->chain, sizeof state->chain) != 0) {
        replica_finding_set(&answer->finding, REPLICA_KIND_HISTORY, options->limit,
                            "the node's snapshot is of another history");
    } else if (memcmp(&report.state, &state->state, sizeof state->state) != 0) {
        replica_finding_set(&answer->finding, REPLICA_KIND_STATE, options->limit,
                            "the commands lead to another state than the node's snapshot has");
    } else {
        answer->agrees = true;
    }
}

static void run_child(int pipe, pid_t parent, const struct verifier_options *options,
                      const struct follow_state *state)
{
    struct state_answer answer;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1);
    }
    (void)setpriority(PRIO_PROCESS, 0, STATE_CHECK_NICE);
    answer_set(&answer, options, state);
    _exit(write(pipe, &answer, sizeof answer) == (ssize_t)sizeof answer ? 0 : 1);
}

bool state_check_begin(struct state_check *check, const char *directory, uint64_t number,
                       const struct follow_state *state)
{
    const struct verifier_options options = {
        .storage = storage_system(), .directory = directory, .limit = number};
    pid_t parent = getpid();
    int ends[2];

    ENSURE(number > 0);
    if (check->child != 0 || number <= check->checked_number || pipe2(ends, O_CLOEXEC) != 0) {
        return false;
    }
    pid_t child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        run_child(ends[1], parent, &options, state);
    }
    (void)close(ends[1]);
    if (child < 0) {
        (void)close(ends[0]);
        return false;
    }
    check->child = child;
    check->pipe = ends[0];
    check->number = number;
    return true;
}

/* The child has said something or has ended. */
static void finish(struct state_check *check)
{
    (void)close(check->pipe);
    (void)waitpid(check->child, NULL, 0);
    check->child = 0;
}

int state_check_poll(struct state_check *check, struct replica_finding *finding)
{
    struct state_answer answer;
    struct pollfd watched = {.fd = check->pipe, .events = POLLIN};

    if (check->child == 0 || poll(&watched, 1, 0) <= 0) {
        return 0;
    }
    ssize_t got = read(check->pipe, &answer, sizeof answer);
    finish(check);
    if (got != (ssize_t)sizeof answer) {
        replica_finding_set(finding, REPLICA_KIND_OWN, check->number,
                            "the check of the state ended without an answer");
        return -1;
    }
    if (answer.agrees) {
        check->checked_number = check->number;
        return 1;
    }
    *finding = answer.finding;
    return -1;
}

void state_check_stop(struct state_check *check)
{
    if (check->child != 0) {
        (void)kill(check->child, SIGKILL);
        finish(check);
    }
}
