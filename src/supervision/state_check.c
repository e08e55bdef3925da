/* SPDX-License-Identifier: Apache-2.0
 *
 * The state, checked beside the stream. A room of its own because it is slow and must hold up nothing: the events of
 * each batch are compared at once (replica.c); this catches what changed a state and showed in no event.
 *
 * Invariant: at most one check per node at a time. Read next: side_task.h, journal/verifier.h.
 */
#include "supervision/state_check.h"

#include <string.h>

#include "base/ensure.h"
#include "journal/verifier.h"

struct state_question {
    struct verifier_options options;
    struct follow_state state;
};

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

static void work(const void *question, void *answer)
{
    const struct state_question *asked = question;

    answer_set(answer, &asked->options, &asked->state);
}

bool state_check_begin(struct state_check *check, const char *directory, uint64_t number,
                       const struct follow_state *state)
{
    const struct state_question question = {
        .options = {.storage = storage_system(), .directory = directory, .limit = number},
        .state = *state,
    };

    ENSURE(number > 0);
    if (number <= check->checked_number ||
        !side_task_begin(&check->task, work, &question, sizeof(struct state_answer))) {
        return false;
    }
    check->number = number;
    return true;
}

int state_check_poll(struct state_check *check, struct replica_finding *finding)
{
    struct state_answer answer;
    int said = side_task_poll(&check->task, &answer, sizeof answer);

    if (said == 0) {
        return 0;
    }
    if (said < 0) {
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
    side_task_stop(&check->task);
}
