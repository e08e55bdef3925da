/* SPDX-License-Identifier: Apache-2.0
 *
 * Which system calls a process may still make: a seccomp filter that lists what is allowed, made from
 * what the process says it needs. Everything else answers EPERM.
 */
#ifndef PLATFORM_CALL_FILTER_H
#define PLATFORM_CALL_FILTER_H

#include <stdbool.h>
#include <stdint.h>

/* Besides memory, time, waiting, threads, reading files and talking on sockets that are open. Or-ed. */
enum call_need {
    CALL_NEED_WRITING = 1,  /* open files for writing, sync, rename, remove */
    CALL_NEED_FORK = 2,     /* children of itself, waited for and ended */
    CALL_NEED_ACCEPT = 4,   /* take connections on sockets that listen already */
    CALL_NEED_CONNECT = 8,  /* make Unix sockets and connect them */
    CALL_NEED_NETWORK = 16, /* with CONNECT: internet sockets, too; none that listens */
    CALL_NEED_HELPERS =
        32, /* with FORK: pipes and pairs of sockets to children, who are made nice */
};

/* For ever, for this process and its children; needs PR_SET_NO_NEW_PRIVS. False: the kernel or this
 * architecture cannot do it, or this build has a sanitizer, whose own calls would be refused. */
bool call_filter_install(uint32_t needs);

/* Over an installed filter: nothing can be sent on this socket any more, nor is there another way to
 * say something to whoever is behind it: it cannot be duplicated, and no socket can be made. */
bool call_filter_mute(int socket);

#endif
