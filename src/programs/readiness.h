/* SPDX-License-Identifier: Apache-2.0
 *
 * How a process tells the one that started it that it is ready: one line through an inherited
 * descriptor (--ready-fd), which is then closed.
 */
#ifndef PROGRAMS_READINESS_H
#define PROGRAMS_READINESS_H

/* text: for a gateway "http://127.0.0.1:8080". fd −1: nobody wants to know. */
void readiness_tell(int fd, const char *text);

#endif
