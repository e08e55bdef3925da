/* SPDX-License-Identifier: Apache-2.0
 *
 * Acts of operators: sent, or proposed.
 *
 * Why a file of its own: the rule that some acts need two people is the engine's; here it is only
 * looked up (the same function), so that an operator need not know which acts those are. Invariant: a
 * proposal wraps the command with a header of which only the kind is set. Read next: rest_operator.c.
 */
#include "gateway/operator_act.h"

#include <string.h>

#include "base/ensure.h"
#include "gateway/venue.h"
#include "registry/registry.h"

enum { PROPOSAL_DEFAULT_S = 12 * 3600, PROPOSAL_MAX_S = 24 * 3600 };

static void complete_act(struct completion *completion)
{
    struct json_writer *json = &completion->answer.json;
    const struct command_propose *propose = (const struct command_propose *)completion->command;

    json_write_object_begin(json);
    json_write_key_uint64(json, "number", completion->command->number);
    answer_key_time(&completion->answer, "time", completion->command->time_us);
    if (completion->command->kind == COMMAND_PROPOSE) {
        json_write_key_text(json, "status", "PROPOSED");
        json_write_key_uint64(json, "proposalId", completion->outcome->id);
        answer_key_time(&completion->answer, "expires", propose->expires_us);
    } else {
        json_write_key_text(json, "status", "DONE");
        json_write_key_uint64(json, "id", completion->outcome->id);
    }
    if (completion->waiting->members != NULL) {
        completion->waiting->members(completion);
    }
    json_write_object_end(json);
    answer_send(&completion->answer, 200);
}

/* Wraps the command; false: the parameters of the proposal are wrong, and answered. */
static bool wrap(struct call *call, const struct command_header *command,
                 struct command_propose *propose)
{
    size_t size = tarazy_command_size(command->kind);
    int64_t seconds = parameters_integer(call->parameters, "expiresIn", PROPOSAL_DEFAULT_S);

    if (seconds < 1 || seconds > PROPOSAL_MAX_S) {
        return call_error(call, VENUE_ERROR_INVALID, "expiresIn", NULL);
    }
    ENSURE(size > 0);
    if (size > sizeof propose->command) {
        return call_error(call, VENUE_ERROR_COMBINATION, NULL, NULL);
    }
    *propose = (struct command_propose){
        .header = {.kind = COMMAND_PROPOSE},
        .expires_us = call->now_us + seconds * CALENDAR_SECOND_US,
        .size = (uint16_t)size,
    };
    memcpy(propose->command, command, size);
    struct command_header *header = (struct command_header *)propose->command;
    *header = (struct command_header){.kind = command->kind};
    return true;
}

void operator_act_submit(struct call *call, struct command_header *command,
                         const struct operator_extra *extra)
{
    struct command_propose propose;
    struct waiting waiting = {.complete = complete_act};

    if (extra != NULL) {
        waiting.members = extra->members;
        memcpy(waiting.note, extra->note, sizeof waiting.note);
    }
    command->participant = call->caller.participant; /* some rules look at who asks */
    bool is_needed = call->venue->node.open && registry_needs_proposal(command);

    if (!parameters_bool(call->parameters, "propose", is_needed)) {
        call_submit(call, command, &waiting);
    } else if (wrap(call, command, &propose)) {
        call_submit(call, &propose.header, &waiting);
    }
}

/* ------------------------------------------------------------------ parameters */

bool operator_act_participant(struct call *call, const char *name, uint32_t *participant)
{
    struct participant_view view;
    struct handle handle = {{0}};
    struct slice text = {0};
    int64_t number = 0;

    (void)parameters_find(call->parameters, name, &text);
    *participant = 0;
    if (parameters_copy(text, handle.text, sizeof handle.text)) {
        *participant = tarazy_query_participant_by_handle(call->venue->engine, handle);
    }
    for (size_t i = 0; i < text.size && number >= 0 && number < UINT32_MAX; i++) {
        bool is_digit = text.data[i] >= '0' && text.data[i] <= '9';
        number = is_digit ? number * 10 + (text.data[i] - '0') : -1;
    }
    if (*participant == 0 && number > 0 && number <= UINT32_MAX &&
        tarazy_query_participant(call->venue->engine, (uint32_t)number, &view)) {
        *participant = (uint32_t)number;
    }
    return *participant != 0 || call_error(call, VENUE_ERROR_INVALID, name, NULL);
}

bool operator_act_asset(struct call *call, const char *name, struct asset_view *asset)
{
    struct asset_code code = {{0}};
    struct slice text = {0};
    uint16_t number = 0;

    (void)parameters_find(call->parameters, name, &text);
    if (parameters_copy(text, code.text, sizeof code.text)) {
        number = tarazy_query_asset_by_code(call->venue->engine, code);
    }
    return (number != 0 && tarazy_query_asset(call->venue->engine, number, asset)) ||
           call_error(call, VENUE_ERROR_INVALID, name, NULL);
}

bool operator_act_is_staff(struct call *call)
{
    const uint32_t trading = ROLE_TRADER | ROLE_MARKET_MAKER;
    struct participant_view participant = {0};

    (void)tarazy_query_participant(call->venue->engine, call->caller.participant, &participant);
    return (participant.roles & ~trading) != 0 ||
           call_error(call, VENUE_ERROR_KEY_REJECTED, NULL, NULL);
}

bool operator_act_rate(struct call *call, const char *name, uint32_t *ppm)
{
    int64_t units;

    *ppm = 0;
    if (!call_decimal(call, name, 6, &units)) {
        return false;
    }
    if (units > UINT32_MAX) {
        return call_error(call, VENUE_ERROR_PARAMETER_OVERFLOW, name, NULL);
    }
    *ppm = (uint32_t)units;
    return true;
}

bool operator_act_number(struct call *call, const char *name, uint32_t max, uint32_t *number)
{
    int64_t wanted = parameters_integer(call->parameters, name, 0);

    *number = 0;
    if (wanted > max) {
        return call_error(call, VENUE_ERROR_INVALID, name, NULL);
    }
    *number = (uint32_t)wanted;
    return true;
}
