/* SPDX-License-Identifier: Apache-2.0
 *
 * Acts of operators over the wire: any act is either done at once or, where the node asks for a second
 * person, proposed. Every act takes `propose` (true: propose even where it need not be) and
 * `expiresIn` (seconds a proposal stays open, a day at the most).
 */
#ifndef GATEWAY_OPERATOR_ACT_H
#define GATEWAY_OPERATOR_ACT_H

#include "gateway/call.h"

/* The two parameters every act takes: the last entries of its table. */
#define OPERATOR_ACT_PARAMETERS                    \
    {"propose", PARAMETER_TYPE_BOOL, false},       \
    {                                              \
        "expiresIn", PARAMETER_TYPE_INTEGER, false \
    }

/* Sends the act, or its proposal. The answer is
 *     {"number":…,"time":…,"status":"DONE","id":…}                     id: of what was made
 *     {"number":…,"time":…,"status":"PROPOSED","proposalId":…,"expires":…}
 * followed by what `members` (NULL: nothing) writes. */
struct operator_extra {
    void (*members)(struct completion *completion);
    char note[PENDING_NOTE_MAX]; /* for members; wiped when over */
};
void operator_act_submit(struct call *call, struct command_header *command,
                         const struct operator_extra *extra);

/* The participant that a parameter names: by handle, or by number. false: answered. */
bool operator_act_participant(struct call *call, const char *name, uint32_t *participant);

/* The asset that a parameter names by its code. false: answered. */
bool operator_act_asset(struct call *call, const char *name, struct asset_view *asset);

/* Has the caller a role beyond trading? What only such may read. false: answered. */
bool operator_act_is_staff(struct call *call);

/* "0.001" as parts per million; 0 when absent. false: answered. */
bool operator_act_rate(struct call *call, const char *name, uint32_t *ppm);

/* A whole number up to max; 0 when absent. false: answered. */
bool operator_act_number(struct call *call, const char *name, uint32_t max, uint32_t *number);

#endif
