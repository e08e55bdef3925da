/* SPDX-License-Identifier: Apache-2.0
 *
 * share/sandbox.founding, built into the program.
 */
#ifndef PROGRAMS_SANDBOX_FOUNDING_H
#define PROGRAMS_SANDBOX_FOUNDING_H

/* Its text, with a terminating zero. */
extern const char sandbox_founding_text[];

#endif
