/* SPDX-License-Identifier: Apache-2.0
 *
 * The seccomp filter. A file of its own because it is a list that somebody has to read from top to
 * bottom: what is not here cannot be called by a confined process.
 *
 * Invariants: a list of what is allowed, never of what is forbidden; whatever is refused answers
 * EPERM (clone3: ENOSYS, so that the C library falls back on clone, whose flags can be looked at): an
 * unexpected call of a library must not become a crash. No call here executes a program, makes memory
 * executable, listens, changes who the process is, looks into another process or asks io_uring.
 *
 * Read next: confinement.c, which limits the files that openat reaches.
 */
#include "platform/call_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/ensure.h"

#if defined(__x86_64__)
#define CALL_ARCHITECTURE AUDIT_ARCH_X86_64
#define CALL_NUMBERS_END  0x40000000u /* from here on another ABI of the same processor */
#elif defined(__aarch64__)
#define CALL_ARCHITECTURE AUDIT_ARCH_AARCH64
#define CALL_NUMBERS_END  0x40000000u
#endif

/* A sanitizer's own calls would be refused: then there is no filter, and it is said. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#undef CALL_ARCHITECTURE
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#undef CALL_ARCHITECTURE
#endif
#endif

#ifdef CALL_ARCHITECTURE

enum { CALL_FILTER_MAX = 512 };

static const uint16_t calls_of_everybody[] = {
    /* what is open */
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_pread64,
    SYS_close,
    SYS_lseek,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_getdents64,
    SYS_fadvise64,
    SYS_faccessat,
    SYS_readlinkat,
    SYS_getcwd,
    SYS_flock,
    SYS_fcntl,
#ifdef SYS_access
    SYS_access,
    SYS_stat,
    SYS_lstat,
    SYS_readlink,
#endif
    /* sockets that are open */
    SYS_sendto,
    SYS_recvfrom,
    SYS_sendmsg,
    SYS_recvmsg,
    SYS_setsockopt,
    SYS_getsockopt,
    SYS_getsockname,
    SYS_getpeername,
    SYS_shutdown,
    /* waiting */
    SYS_ppoll,
    SYS_pselect6,
    SYS_epoll_create1,
    SYS_epoll_ctl,
    SYS_epoll_pwait,
    SYS_eventfd2,
    SYS_signalfd4,
    SYS_timerfd_create,
    SYS_timerfd_settime,
    SYS_nanosleep,
    SYS_clock_nanosleep,
    SYS_restart_syscall,
#ifdef SYS_poll
    SYS_poll,
    SYS_select,
    SYS_epoll_wait,
#endif
    /* time and chance */
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_gettimeofday,
    SYS_getrandom,
    /* memory; mmap and mprotect are below */
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_brk,
    /* threads and signals; clone is below */
    SYS_futex,
    SYS_set_robust_list,
    SYS_set_tid_address,
    SYS_rseq,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigpending,
    SYS_rt_sigtimedwait,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_exit,
    SYS_exit_group,
    /* who and where */
    SYS_getpid,
    SYS_getppid,
    SYS_gettid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_uname,
    SYS_sysinfo,
    SYS_getrusage,
};

static const uint16_t calls_of_writing[] = {
    SYS_openat, /* for whoever only reads it is below */
    SYS_pwrite64,  SYS_pwritev, SYS_fsync,     SYS_fdatasync, SYS_sync_file_range, SYS_ftruncate,
    SYS_fallocate, SYS_fchmod,  SYS_renameat2, SYS_unlinkat,  SYS_mkdirat,
#ifdef SYS_renameat
    SYS_renameat,
#endif
#ifdef SYS_unlink
    SYS_mkdir,     SYS_unlink,
#endif
};

static const uint16_t calls_of_accepting[] = {SYS_accept4};

static const uint16_t calls_of_forking[] = {SYS_wait4};

/* sendmmsg: how names are asked for. */
static const uint16_t calls_of_network[] = {SYS_connect, SYS_sendmmsg};

static const uint16_t calls_of_helpers[] = {SYS_pipe2, SYS_setpriority};

/* ------------------------------------------------------------------ the program of a filter */

struct call_program {
    struct sock_filter code[CALL_FILTER_MAX];
    size_t count;
};

static void program_add(struct call_program *program, uint16_t code, uint32_t value, uint8_t yes,
                        uint8_t no)
{
    ENSURE(program->count < CALL_FILTER_MAX);
    program->code[program->count++] =
        (struct sock_filter){.code = code, .jt = yes, .jf = no, .k = value};
}

static void program_return(struct call_program *program, uint32_t value)
{
    program_add(program, BPF_RET | BPF_K, value, 0, 0);
}

static void program_load(struct call_program *program, size_t offset)
{
    program_add(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* The lower half: every argument that is looked at is an int. */
static void program_load_argument(struct call_program *program, size_t index)
{
    program_load(program, offsetof(struct seccomp_data, args) + index * sizeof(uint64_t));
}

static void program_allow_call(struct call_program *program, uint32_t number)
{
    program_add(program, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
    program_return(program, SECCOMP_RET_ALLOW);
}

static void program_refuse_call(struct call_program *program, uint32_t number, uint32_t error)
{
    program_add(program, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
    program_return(program, SECCOMP_RET_ERRNO | error);
}

/* Allows the call when its argument has none of these bits, else refuses it. */
static void program_allow_without(struct call_program *program, uint32_t number, size_t argument,
                                  uint32_t bits)
{
    program_add(program, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4);
    program_load_argument(program, argument);
    program_add(program, BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
    program_return(program, SECCOMP_RET_ERRNO | EPERM);
    program_return(program, SECCOMP_RET_ALLOW);
}

/* Allows the call when its argument is this one, else refuses it. */
static void program_allow_only(struct call_program *program, uint32_t number, size_t argument,
                               uint32_t value)
{
    program_add(program, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4);
    program_load_argument(program, argument);
    program_add(program, BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
    program_return(program, SECCOMP_RET_ERRNO | EPERM);
    program_return(program, SECCOMP_RET_ALLOW);
}

/* The same with two. */
static void program_allow_either(struct call_program *program, uint32_t number, size_t argument,
                                 uint32_t value, uint32_t other)
{
    program_add(program, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 5);
    program_load_argument(program, argument);
    program_add(program, BPF_JMP | BPF_JEQ | BPF_K, value, 2, 0);
    program_add(program, BPF_JMP | BPF_JEQ | BPF_K, other, 1, 0);
    program_return(program, SECCOMP_RET_ERRNO | EPERM);
    program_return(program, SECCOMP_RET_ALLOW);
}

/* Makes Unix and internet sockets, no others. */
static void program_allow_sockets(struct call_program *program)
{
    program_add(program, BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 6);
    program_load_argument(program, 0);
    program_add(program, BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 3, 0);
    program_add(program, BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 2, 0);
    program_add(program, BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 1, 0);
    program_return(program, SECCOMP_RET_ERRNO | EPERM);
    program_return(program, SECCOMP_RET_ALLOW);
}

/* Refuses the call when its argument is this one; else goes on with the call's number loaded. */
static void program_refuse_with(struct call_program *program, uint32_t number, size_t argument,
                                uint32_t value)
{
    program_add(program, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4);
    program_load_argument(program, argument);
    program_add(program, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
    program_return(program, SECCOMP_RET_ERRNO | EPERM);
    program_load(program, offsetof(struct seccomp_data, nr));
}

static bool program_install(struct call_program *program)
{
    struct sock_fprog filter = {.len = (unsigned short)program->count, .filter = program->code};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

static void program_begin(struct call_program *program)
{
    program->count = 0;
    program_load(program, offsetof(struct seccomp_data, arch));
    program_add(program, BPF_JMP | BPF_JEQ | BPF_K, CALL_ARCHITECTURE, 1, 0);
    program_return(program, SECCOMP_RET_ERRNO | EPERM);
    program_load(program, offsetof(struct seccomp_data, nr));
    program_add(program, BPF_JMP | BPF_JGE | BPF_K, CALL_NUMBERS_END, 0, 1);
    program_return(program, SECCOMP_RET_ERRNO | EPERM);
}

#define PROGRAM_ALLOW_ALL(program, calls)                           \
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls)[0]; i++) { \
        program_allow_call(program, (calls)[i]);                    \
    }

/* Calls that are allowed with some arguments only. */
static void program_allow_some(struct call_program *program, uint32_t needs)
{
    const uint32_t namespaces = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                                CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;
    program_allow_without(program, SYS_mmap, 2, PROT_EXEC);
    program_allow_without(program, SYS_mprotect, 2, PROT_EXEC);
    program_allow_only(program, SYS_tgkill, 0, (uint32_t)getpid()); /* abort() */
    program_refuse_call(program, SYS_clone3, ENOSYS);
    /* A filter on top of this one can only take away. */
    program_allow_either(program, SYS_prctl, 0, PR_SET_SECCOMP, PR_SET_PDEATHSIG);
    program_allow_only(program, SYS_prlimit64, 2, 0); /* asking, not setting */
    if ((needs & CALL_NEED_WRITING) == 0) {
        program_allow_without(program, SYS_openat, 2, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
    }
    if ((needs & CALL_NEED_FORK) != 0) {
        program_allow_without(program, SYS_clone, 0, namespaces);
        program_allow_only(program, SYS_kill, 1, SIGKILL);
    } else {
        program_add(program, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 5);
        program_load_argument(program, 0);
        program_add(program, BPF_JMP | BPF_JSET | BPF_K, namespaces, 2, 0);
        program_add(program, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1);
        program_return(program, SECCOMP_RET_ALLOW);
        program_return(program, SECCOMP_RET_ERRNO | EPERM);
    }
    if ((needs & CALL_NEED_HELPERS) != 0) {
        program_allow_only(program, SYS_socketpair, 0, AF_UNIX);
    }
    if ((needs & CALL_NEED_NETWORK) != 0) {
        program_allow_sockets(program);
    } else if ((needs & CALL_NEED_CONNECT) != 0) {
        program_allow_call(program, SYS_connect);
        program_allow_only(program, SYS_socket, 0, AF_UNIX);
    }
}

static void program_make(struct call_program *program, uint32_t needs)
{
    program_begin(program);
    PROGRAM_ALLOW_ALL(program, calls_of_everybody)
    if ((needs & CALL_NEED_WRITING) != 0) {
        PROGRAM_ALLOW_ALL(program, calls_of_writing)
    }
    if ((needs & CALL_NEED_ACCEPT) != 0) {
        PROGRAM_ALLOW_ALL(program, calls_of_accepting)
    }
    if ((needs & CALL_NEED_FORK) != 0) {
        PROGRAM_ALLOW_ALL(program, calls_of_forking)
    }
    if ((needs & CALL_NEED_NETWORK) != 0) {
        PROGRAM_ALLOW_ALL(program, calls_of_network)
    }
    if ((needs & CALL_NEED_HELPERS) != 0) {
        PROGRAM_ALLOW_ALL(program, calls_of_helpers)
    }
    program_allow_some(program, needs);
    program_return(program, SECCOMP_RET_ERRNO | EPERM);
}

bool call_filter_install(uint32_t needs)
{
    struct call_program program;
    program_make(&program, needs);
    return program_install(&program);
}

bool call_filter_mute(int socket)
{
    static const uint32_t sending[] = {SYS_write, SYS_writev, SYS_sendto, SYS_sendmsg};
    static const uint32_t no_more[] = {SYS_socket, SYS_connect};
    struct call_program program;
    program_begin(&program);
    for (size_t i = 0; i < sizeof sending / sizeof sending[0]; i++) {
        program_refuse_with(&program, sending[i], 0, (uint32_t)socket);
    }
    program_refuse_with(&program, SYS_fcntl, 1, F_DUPFD);
    program_refuse_with(&program, SYS_fcntl, 1, F_DUPFD_CLOEXEC);
    for (size_t i = 0; i < sizeof no_more / sizeof no_more[0]; i++) {
        program_refuse_call(&program, no_more[i], EPERM);
    }
    program_return(&program, SECCOMP_RET_ALLOW);
    return program_install(&program);
}

#else

bool call_filter_install(uint32_t needs)
{
    (void)needs;
    return false;
}

bool call_filter_mute(int socket)
{
    (void)socket;
    return false;
}

#endif
