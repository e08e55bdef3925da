/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls that the linker hands to the simulator (--wrap): the C library's and a few of the product's
 * that lead outside the process. The list for the linker stands in CMakeLists.txt.
 */
#ifndef SIM_SIM_WRAPS_H
#define SIM_SIM_WRAPS_H

#include <poll.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "journal/read_ahead.h"
#include "journal/state_block.h"
#include "platform/log_line.h"
#include "platform/storage.h"

int __wrap_socket(int domain, int type, int protocol);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_listen(int fd, int backlog);
int __wrap_unlinkat(int folder, const char *name, int flags);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t size, int flags);
ssize_t __wrap_read(int fd, void *bytes, size_t size);
ssize_t __real_read(int fd, void *bytes, size_t size);
int __wrap_close(int fd);
int __real_close(int fd);
int __wrap_poll(struct pollfd *watched, nfds_t count, int timeout_ms);
int __real_poll(struct pollfd *watched, nfds_t count, int timeout_ms);
/* What a hardened build calls instead. */
ssize_t __wrap___read_chk(int fd, void *bytes, size_t size, size_t room);
ssize_t __wrap___recv_chk(int fd, void *bytes, size_t size, size_t room, int flags);
int __wrap___poll_chk(struct pollfd *watched, nfds_t count, int timeout_ms, size_t room);
int __wrap_epoll_create1(int flags);
int __wrap_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event);
int __wrap_epoll_wait(int epoll, struct epoll_event *events, int max, int timeout_ms);

/* Random bytes come from the process's stream; log lines go nowhere; the system's disk is the
 * present process's. */
void __wrap_entropy_fill(void *out, size_t size);
void __wrap_log_line_end(struct log_line *line);
void __wrap_log_event(enum log_level level, const char *event, const char *name, const char *value);
const struct storage *__wrap_storage_system(void);

/* Memory of states comes from the heap, used again and again: each start of a process would else wait
 * for the kernel to clear pages. */
struct state_block __wrap_state_block_create(size_t size);
struct state_block __real_state_block_create(size_t size);
void __wrap_state_block_destroy(struct state_block *block);
void __real_state_block_destroy(struct state_block *block);

/* There is one thread here: a journal is read as where no second one can be had. */
struct read_ahead *__wrap_read_ahead_start(struct journal_reader *reader, uint64_t limit);

#endif
