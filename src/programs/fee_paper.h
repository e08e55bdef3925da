/* SPDX-License-Identifier: Apache-2.0
 *
 * A fee on energy on paper: how it arose, line by line, for whoever owes it and whoever checks it.
 */
#ifndef PROGRAMS_FEE_PAPER_H
#define PROGRAMS_FEE_PAPER_H

#include "codec/jurisdiction_file.h"
#include "mining/energy_fee.h"
#include "mining/tax_arrears.h"

/* The whole fee, to standard output. */
void fee_paper_print(const struct jurisdiction_file *law, const struct energy_use *use,
                     const struct energy_fee *fee, uint8_t currency_scale);

/* What is still unpaid as of a day, and the penalty. */
void fee_paper_print_arrears(const struct jurisdiction_file *law, const struct tax_arrears *arrears,
                             int32_t today, uint8_t currency_scale);

/* Why there is no fee, to standard error: the result, the parameter and the day. */
void fee_paper_refuse(const char *program, enum jurisdiction_result result,
                      const struct jurisdiction_fault *fault);

#endif
