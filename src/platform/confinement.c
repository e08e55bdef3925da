/* SPDX-License-Identifier: Apache-2.0
 *
 * Giving up rights. A file of its own because it speaks to the kernel in ways that nothing else does.
 * Invariants: what is forbidden answers EPERM or EACCES, it does not kill: an unexpected call of a
 * library must not become a crash; files and sockets that are open stay usable.
 * Read next: programs/core_main.c, which calls it when it listens.
 */
#include "platform/confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define CONFINEMENT_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define CONFINEMENT_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* ------------------------------------------------------------------ files */

/* Every right that version 1 of Landlock knows; a newer kernel knows them, too. */
#define CONFINEMENT_FILE_RIGHTS                                                                    \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |   \
     LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR |                                 \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |   \
     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

static bool confinement_limit_files(const char *folder)
{
    const struct landlock_ruleset_attr handled = {.handled_access_fs = CONFINEMENT_FILE_RIGHTS};
    struct landlock_path_beneath_attr beneath = {
        .allowed_access = CONFINEMENT_FILE_RIGHTS & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE};
    bool is_done = false;
    long rules = syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    if (rules < 0) {
        return false;
    }
    beneath.parent_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (beneath.parent_fd >= 0) {
        is_done = syscall(SYS_landlock_add_rule, (int)rules, LANDLOCK_RULE_PATH_BENEATH, &beneath,
                          0) == 0 &&
                  syscall(SYS_landlock_restrict_self, (int)rules, 0) == 0;
        (void)close(beneath.parent_fd);
    }
    (void)close((int)rules);
    return is_done;
}

/* ------------------------------------------------------------------ calls */

#ifdef CONFINEMENT_ARCHITECTURE

#define CONFINEMENT_LOAD(member) \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, member))
#define CONFINEMENT_REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define CONFINEMENT_ALLOW  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define CONFINEMENT_REFUSE_CALL(number) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), CONFINEMENT_REFUSE

static bool confinement_install(struct sock_filter *filter, unsigned short count)
{
    struct sock_fprog program = {.len = count, .filter = filter};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* What no process of a node has any use for once it runs. */
static bool confinement_limit_calls(void)
{
    struct sock_filter filter[] = {
        CONFINEMENT_LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CONFINEMENT_ARCHITECTURE, 1, 0),
        CONFINEMENT_REFUSE,
        CONFINEMENT_LOAD(nr),
        CONFINEMENT_REFUSE_CALL(SYS_execve),
        CONFINEMENT_REFUSE_CALL(SYS_execveat),
        CONFINEMENT_REFUSE_CALL(SYS_ptrace),
        CONFINEMENT_REFUSE_CALL(SYS_process_vm_readv),
        CONFINEMENT_REFUSE_CALL(SYS_process_vm_writev),
        CONFINEMENT_REFUSE_CALL(SYS_mount),
        CONFINEMENT_REFUSE_CALL(SYS_umount2),
        CONFINEMENT_REFUSE_CALL(SYS_pivot_root),
        CONFINEMENT_REFUSE_CALL(SYS_chroot),
        CONFINEMENT_REFUSE_CALL(SYS_setns),
        CONFINEMENT_REFUSE_CALL(SYS_unshare),
        CONFINEMENT_REFUSE_CALL(SYS_bpf),
        CONFINEMENT_REFUSE_CALL(SYS_perf_event_open),
        CONFINEMENT_REFUSE_CALL(SYS_init_module),
        CONFINEMENT_REFUSE_CALL(SYS_finit_module),
        CONFINEMENT_REFUSE_CALL(SYS_delete_module),
        CONFINEMENT_REFUSE_CALL(SYS_kexec_load),
        CONFINEMENT_REFUSE_CALL(SYS_keyctl),
        CONFINEMENT_ALLOW,
    };
    return confinement_install(filter, sizeof filter / sizeof filter[0]);
}

/* Of sockets only those that stay on this machine and have names in its folders. */
static bool confinement_limit_network(void)
{
    struct sock_filter filter[] = {
        CONFINEMENT_LOAD(nr),      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
        CONFINEMENT_LOAD(args[0]), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0),
        CONFINEMENT_REFUSE,        CONFINEMENT_ALLOW,
    };
    return confinement_install(filter, sizeof filter / sizeof filter[0]);
}

#else

static bool confinement_limit_calls(void)
{
    return false;
}

static bool confinement_limit_network(void)
{
    return false;
}

#endif

uint32_t confinement_apply(const struct confinement *confinement)
{
    uint32_t parts = 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return 0; /* the others need it */
    }
    parts |= CONFINEMENT_PART_PRIVILEGES;
    if (confinement->folder != NULL && confinement_limit_files(confinement->folder)) {
        parts |= CONFINEMENT_PART_FILES;
    }
    if ((confinement->allows_network || confinement_limit_network()) && confinement_limit_calls()) {
        parts |= CONFINEMENT_PART_CALLS;
    }
    return parts;
}
