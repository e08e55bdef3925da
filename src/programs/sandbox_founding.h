/* SPDX-License-Identifier: Apache-2.0
 *
 * share/sandbox.founding and what else a sandbox is founded with, built into the program.
 */
#ifndef PROGRAMS_SANDBOX_FOUNDING_H
#define PROGRAMS_SANDBOX_FOUNDING_H

/* Its text, with a terminating zero. */
extern const char sandbox_founding_text[];

/* The same with a mining authority, miners and pools. */
extern const char mining_founding_text[];

/* jurisdictions/kz.conf. */
extern const char kz_jurisdiction_text[];

#endif
