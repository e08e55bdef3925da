/* SPDX-License-Identifier: Apache-2.0
 *
 * The registry and the node as operators read them.
 */
#ifndef GATEWAY_OPERATOR_REPLY_H
#define GATEWAY_OPERATOR_REPLY_H

#include "gateway/answer.h"
#include "tarazy/query.h"

void reply_participant(struct answer *answer, const struct participant_view *participant);
void reply_key(struct answer *answer, const struct key_view *key);
void reply_proposal(struct answer *answer, const struct proposal_view *proposal);
void reply_withdrawal(struct answer *answer, const struct withdrawal_view *withdrawal);
void reply_tier(struct answer *answer, uint16_t number, const struct tier_view *tier);
void reply_node(struct answer *answer);

#endif
