/* SPDX-License-Identifier: Apache-2.0
 *
 * Assertions that stay on in release builds. A failed one is a bug: the process aborts, restarts
 * and replays; it never goes on with a state it does not understand.
 */
#ifndef BASE_ENSURE_H
#define BASE_ENSURE_H

/* What failed, for whoever catches the abort (a debugger, a signal handler at an edge). */
struct ensure_failure {
    const char *condition;
    const char *file;
    int line;
};
extern struct ensure_failure ensure_last_failure;

_Noreturn void ensure_failed(const char *condition, const char *file, int line);

#define ENSURE(condition)                                  \
    do {                                                   \
        if (__builtin_expect(!(condition), 0)) {           \
            ensure_failed(#condition, __FILE__, __LINE__); \
        }                                                  \
    } while (0)

#endif
