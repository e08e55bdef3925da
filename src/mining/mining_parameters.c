/* SPDX-License-Identifier: Apache-2.0
 *
 * The law's numbers in the state. A file of its own because it is the one place that changes them; what
 * they mean, and which may stand beside each other, is jurisdiction.c's.
 *
 * Invariant: each record is sound by itself, and no two say different things about one day.
 *
 * Next: jurisdiction.c.
 */
#include "mining/mining_state.h"

enum result mining_parameter_check(const struct mining *mining,
                                   const struct jurisdiction_parameter *one)
{
    struct jurisdiction law = mining_law(mining);
    enum jurisdiction_result admits = jurisdiction_admits(&law, one);
    uint32_t same;

    if (admits == JURISDICTION_RESULT_OVERLAP) {
        return RESULT_PARAMETER_OVERLAP;
    }
    if (admits != JURISDICTION_RESULT_OK) {
        return RESULT_PARAMETER_INVALID;
    }
    if (jurisdiction_find_same(&law, one, &same)) {
        return RESULT_OK;
    }
    return mining->parameters_count < mining->parameters_max ? RESULT_OK : RESULT_PARAMETERS_FULL;
}

uint32_t mining_parameter_set(struct mining *mining, const struct jurisdiction_parameter *one)
{
    struct jurisdiction law = mining_law(mining);
    uint32_t index;

    ENSURE(mining_parameter_check(mining, one) == RESULT_OK);
    if (!jurisdiction_find_same(&law, one, &index)) {
        index = mining->parameters_count++;
    }
    mining_parameters(mining)[index] = *one;
    return index + 1;
}
