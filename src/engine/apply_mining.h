/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files about mining of engine/ say to each other. Each deed is called after its check said OK.
 */
#ifndef ENGINE_APPLY_MINING_H
#define ENGINE_APPLY_MINING_H

#include "engine/apply.h"
#include "mining/mining.h"

/* Where it is known that the node has mining. */
static inline struct mining *known_mining(const struct engine *engine)
{
    struct mining *mining = engine_mining(engine);

    ENSURE(mining != NULL);
    return mining;
}

static inline struct mining *apply_mining_part(const struct apply *apply)
{
    return known_mining(apply->engine);
}

/* apply_mining_readings.c */
void take_shares(struct apply *apply, const struct command_share_reading *reading);
void take_energy(struct apply *apply, const struct command_energy_reading *reading);
MUST_CHECK enum result check_pool_distribution(const struct engine *engine,
                                               const struct command_pool_distribution *given);
void take_distribution(struct apply *apply, const struct command_pool_distribution *given);
MUST_CHECK enum result check_sale_record(const struct engine *engine,
                                         const struct command_sale_record *sale);
void take_sale(struct apply *apply, const struct command_sale_record *sale);

/* apply_mining_fee.c */
MUST_CHECK enum result check_fee_assess(const struct engine *engine,
                                        const struct command_fee_assess *assess);
void assess_fee(struct apply *apply, const struct command_fee_assess *assess);
MUST_CHECK enum result check_fee_pay(const struct engine *engine,
                                     const struct command_fee_pay *pay);
void pay_fee(struct apply *apply, const struct command_fee_pay *pay);

#endif
