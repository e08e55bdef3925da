/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking at a checkpoint. A file of its own because it brings three strangers together that know nothing of each other:
 * the node's notary, the witness and our own copy. Invariants: the witness judges everything that is a checkpoint but
 * what it has cosigned already; our own copy is asked only about what the log has signed and could be cosigned.
 *
 * Read next: witness/witness.c, which decides; witnessing.c, whose child calls this.
 */
#include "supervision/cosigner.h"

#include <string.h>

static void finish(struct cosigner_report *report, enum cosigner_look look)
{
    report->look = look;
}

static void judge(struct cosigner *cosigner, const struct merkle_proof *growth,
                  const struct hash256 *root, uint64_t time_s, struct cosigner_report *report)
{
    char line[NOTE_LINE_MAX + 1];
    const struct witness_request request = {
        .note = report->note,
        .note_size = report->note_size,
        .growth = growth,
        .own_root = *root,
        .time_s = time_s,
    };

    report->answer = witness_cosign(cosigner->witness, &request, line);
    report->cosigned_size = witness_last(cosigner->witness).size;
    if (report->answer != WITNESS_ANSWER_COSIGNED) {
        finish(report, COSIGNER_LOOK_REFUSED);
        return;
    }
    cosigner->has_cosigned = true;
    size_t length = strlen(line);
    memcpy(report->note + report->note_size, line, length + 1);
    report->note_size += length;
    finish(report, COSIGNER_LOOK_COSIGNED);
}

static enum cosigner_look look_of(enum own_word word)
{
    switch (word) {
    case OWN_WORD_ROOT: break;
    case OWN_WORD_LATER: return COSIGNER_LOOK_AHEAD;
    case OWN_WORD_HELD: return COSIGNER_LOOK_HELD;
    case OWN_WORD_GONE: return COSIGNER_LOOK_GONE;
    case OWN_WORD_LOST: break;
    }
    return COSIGNER_LOOK_LOST;
}

/* A checkpoint that the log has signed and that may be cosigned. */
static void look_at_new(struct cosigner *cosigner, uint64_t old_size, uint64_t time_s,
                        struct cosigner_report *report)
{
    struct growth_proof growth = {.old_size = old_size, .new_size = report->size};
    struct hash256 root;
    enum own_word word = cosigner->own.ask(cosigner->own.context, report->size, old_size, &root);

    if (word != OWN_WORD_ROOT) {
        finish(report, look_of(word));
        return;
    }
    if (old_size > 0 && old_size < report->size &&
        (!cosigner->source.growth(cosigner->source.context, old_size, report->size, &growth) ||
         growth.old_size != old_size || growth.new_size != report->size)) {
        finish(report, COSIGNER_LOOK_NO_SOURCE);
        return;
    }
    judge(cosigner, &growth.proof, &root, time_s, report);
}

void cosigner_look(struct cosigner *cosigner, uint64_t time_s, struct cosigner_report *report)
{
    static const struct merkle_proof nothing;
    static const struct hash256 unknown;
    struct checkpoint last = witness_last(cosigner->witness);
    struct checkpoint checkpoint;
    struct signed_note parts;

    *report = (struct cosigner_report){.cosigned_size = last.size};
    report->note_size = cosigner->source.checkpoint(cosigner->source.context, report->note);
    if (report->note_size == 0) {
        finish(report, COSIGNER_LOOK_NO_SOURCE);
        return;
    }
    if (checkpoint_open(&checkpoint, &parts, report->note, report->note_size, &cosigner->log) !=
        CHECKPOINT_CHECK_GOOD) {
        judge(cosigner, &nothing, &unknown, time_s, report);
        return;
    }
    report->size = checkpoint.size;
    bool is_same = checkpoint.size == last.size && merkle_equals(&checkpoint.root, &last.root);
    if (is_same && cosigner->has_cosigned) {
        finish(report, COSIGNER_LOOK_SAME);
    } else if (is_same || checkpoint.size > last.size || last.size == 0) {
        /* The same one is cosigned once in each life: a crash may have come before anybody saw it. */
        look_at_new(cosigner, last.size, time_s, report);
    } else {
        /* Older, or another one of the same size: the witness needs nothing of ours to refuse it. */
        judge(cosigner, &nothing, &unknown, time_s, report);
    }
}

bool cosigner_is_final(enum witness_answer answer)
{
    switch (answer) {
    case WITNESS_ANSWER_SPLIT:
    case WITNESS_ANSWER_DIVERGED:
    case WITNESS_ANSWER_FAILED: return true;
    case WITNESS_ANSWER_COSIGNED:
    case WITNESS_ANSWER_MALFORMED:
    case WITNESS_ANSWER_FOREIGN:
    case WITNESS_ANSWER_UNSIGNED:
    case WITNESS_ANSWER_ROLLBACK:
    case WITNESS_ANSWER_INCONSISTENT: break;
    }
    return false;
}
