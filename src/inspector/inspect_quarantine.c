/* SPDX-License-Identifier: Apache-2.0
 *
 * Records that were skipped, and who signed for that. A file of its own because it is the one refusal that
 * people decide. Signatures are not checked here (the journal's readers do, who know the bytes); that two
 * people with the right roles stand behind every skipped record is.
 *
 * Invariant: once signing has begun, it goes on until every skipped record is signed for.
 *
 * Next: inspector.c.
 */
#include "inspector/inspector_state.h"

static void complain(struct inspector *inspector, uint64_t subject, const char *what)
{
    inspector_complain(inspector, INSPECTOR_RULE_FOUR_EYES, subject, what);
}

void inspector_see_skipping(struct inspector *inspector)
{
    const struct command_header *command = inspector->now.command;
    bool is_skipped = inspector->now.outcome->result == RESULT_QUARANTINED;

    if (inspector->is_signing && command->kind != COMMAND_QUARANTINE) {
        complain(inspector, inspector->skipped[0],
                 "a record is skipped that nobody has signed for");
        return;
    }
    inspector->is_signing = command->kind == COMMAND_QUARANTINE;
    if (!is_skipped) {
        return;
    }
    if (command->kind == COMMAND_QUARANTINE || inspector->skipped_count == TARAZY_QUARANTINES_MAX) {
        complain(inspector, command->number, "more is skipped than can be signed for");
        return;
    }
    inspector->skipped[inspector->skipped_count++] = command->number;
    if (command->time_us > inspector->time_us) {
        inspector->time_us = command->time_us;
    }
}

static bool has_role(const struct inspector *inspector, uint32_t person, enum role role)
{
    const struct inspector_person *found = inspector_person(inspector, person);

    return found != NULL && !found->frozen && (found->roles & (uint32_t)role) != 0;
}

static bool has_key(const struct inspector *inspector, uint32_t person, uint32_t key)
{
    return key >= 1 && key <= inspector->keys_count && inspector->keys[key].owner == person;
}

void inspector_see_quarantine(struct inspector *inspector,
                              const struct command_quarantine *quarantine)
{
    uint32_t at = 0;

    while (at < inspector->skipped_count && inspector->skipped[at] != quarantine->record) {
        at++;
    }
    if (at == inspector->skipped_count) {
        complain(inspector, quarantine->record, "a quarantine of a record that was carried out");
        return;
    }
    inspector->skipped[at] = inspector->skipped[--inspector->skipped_count];
    inspector->is_signing = inspector->skipped_count > 0;
    if (!has_role(inspector, quarantine->operator_id, ROLE_OPERATOR) ||
        !has_role(inspector, quarantine->approver_id, ROLE_APPROVER) ||
        !has_key(inspector, quarantine->operator_id, quarantine->operator_key) ||
        !has_key(inspector, quarantine->approver_id, quarantine->approver_key) ||
        inspector_is_one_person(inspector, quarantine->operator_id, quarantine->approver_id)) {
        complain(inspector, quarantine->record,
                 "a record is skipped without an operator and another person who approves");
    }
}
