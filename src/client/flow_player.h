/* SPDX-License-Identifier: Apache-2.0
 *
 * Repeats recorded order flow on a venue, through its public interface, one act after another: bids
 * by one participant, asks by another, so that nobody trades with himself. In the order of the
 * recording, each act answered before the next is sent: the same recording gives the same trades.
 */
#ifndef CLIENT_FLOW_PLAYER_H
#define CLIENT_FLOW_PLAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "client/recorded_flow.h"
#include "client/venue_client.h"

struct flow_player;

struct flow_player_options {
    const char *symbol;
    const char *run;            /* short text in every client order id: one per run */
    struct venue_client *buyer; /* owned by the caller */
    struct venue_client *seller;
    int64_t price_factor;    /* units of 10^-8: recorded price × factor, down to the tick */
    int64_t quantity_factor; /* likewise, down to the lot */
    uint32_t orders_max;     /* orders in the recording */
};

/* Asks the venue for tick and lot. NULL: *error says why. */
struct flow_player *flow_player_create(const struct flow_player_options *options,
                                       const char **error);
void flow_player_destroy(struct flow_player *player);

struct flow_counts {
    uint64_t placed;
    uint64_t cancelled;
    uint64_t reduced;
    uint64_t gone;    /* to be cancelled or reduced, but filled already */
    uint64_t skipped; /* nothing to repeat, or too small for a lot */
    uint64_t refused; /* by the venue, for another reason */
};

/* Repeats one act. False: the venue does not answer, or refuses for good; *error says why. A
 * refusal of a single order is counted and remembered in flow_player_last_refusal. */
bool flow_player_play(struct flow_player *player, const struct flow_event *event,
                      const char **error);

/* Cancels every open order of both participants on the symbol. */
void flow_player_clear(struct flow_player *player);

const struct flow_counts *flow_player_counts(const struct flow_player *player);
const struct venue_refusal *flow_player_last_refusal(const struct flow_player *player);

#endif
