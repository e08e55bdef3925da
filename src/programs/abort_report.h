/* SPDX-License-Identifier: Apache-2.0
 *
 * When an assertion fails the process aborts; this makes it say which one first.
 */
#ifndef PROGRAMS_ABORT_REPORT_H
#define PROGRAMS_ABORT_REPORT_H

void abort_report_install(void);

#endif
