/* SPDX-License-Identifier: Apache-2.0
 *
 * Giving up rights. A file of its own because it speaks to the kernel in ways that nothing else does.
 * Invariants: what is forbidden answers EPERM or EACCES, it does not kill: an unexpected call of a
 * library must not become a crash; files and sockets that are open stay usable. Files are limited
 * twice: Landlock says where, the filter of calls whether a file may be opened for writing at all.
 * Read next: call_filter.c; programs/process_confinement.c, which knows what each process needs.
 */
#include "platform/confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Later than the headers of the oldest system that builds this: linux/landlock.h of Linux 6.12. */
#define RIGHT_FS_TRUNCATE     (1ull << 14) /* version 3 */
#define RIGHT_FS_IOCTL_DEVICE (1ull << 15) /* 5 */
#define RIGHT_TCP_BIND        (1ull << 0)  /* 4 */
#define RIGHT_TCP_CONNECT     (1ull << 1)
#define SCOPE_ABSTRACT_SOCKET (1ull << 0) /* 6 */
#define SCOPE_SIGNAL          (1ull << 1)

enum { VERSION_TRUNCATE = 3, VERSION_TCP = 4, VERSION_IOCTL = 5, VERSION_SCOPES = 6 };

#define RIGHTS_OF_VERSION_1                                                                        \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |   \
     LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR |                                 \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |   \
     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

#define RIGHTS_OF_READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define RIGHTS_OF_WRITING                                                    \
    (RIGHTS_OF_READING | LANDLOCK_ACCESS_FS_WRITE_FILE | RIGHT_FS_TRUNCATE | \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR)

/* struct landlock_ruleset_attr as it has become; an older kernel is given its beginning. */
struct rules_wanted {
    uint64_t files;
    uint64_t network;
    uint64_t scopes;
};

static size_t rules_want(long version, uint32_t needs, struct rules_wanted *wanted)
{
    *wanted = (struct rules_wanted){.files = RIGHTS_OF_VERSION_1};
    if (version >= VERSION_TRUNCATE) {
        wanted->files |= RIGHT_FS_TRUNCATE;
    }
    if (version >= VERSION_TCP) {
        wanted->network =
            RIGHT_TCP_BIND | ((needs & CALL_NEED_NETWORK) != 0 ? 0 : RIGHT_TCP_CONNECT);
    }
    if (version >= VERSION_IOCTL) {
        wanted->files |= RIGHT_FS_IOCTL_DEVICE;
    }
    if (version >= VERSION_SCOPES) {
        wanted->scopes = SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL;
        return sizeof *wanted;
    }
    return version >= VERSION_TCP ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
}

static bool rules_add_folder(int rules, const struct confinement_folder *folder, uint64_t handled)
{
    bool is_file = folder->access == CONFINEMENT_ACCESS_FILE;
    uint64_t rights = folder->access == CONFINEMENT_ACCESS_WRITE ? RIGHTS_OF_WRITING
                      : is_file                                  ? LANDLOCK_ACCESS_FS_READ_FILE
                                                                 : RIGHTS_OF_READING;
    struct landlock_path_beneath_attr beneath = {
        .allowed_access = rights & handled,
        .parent_fd = open(folder->path, O_PATH | (is_file ? 0 : O_DIRECTORY) | O_CLOEXEC),
    };
    if (beneath.parent_fd < 0) {
        return errno == ENOENT;
    }
    bool is_added =
        syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
    (void)close(beneath.parent_fd);
    return is_added;
}

static uint32_t confinement_limit_files(const struct confinement *confinement)
{
    struct rules_wanted wanted;
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) {
        return 0;
    }
    size_t size = rules_want(version, confinement->needs, &wanted);
    int rules = (int)syscall(SYS_landlock_create_ruleset, &wanted, size, 0);
    if (rules < 0) {
        return 0;
    }
    bool is_done = true;
    for (size_t i = 0; i < confinement->folder_count && is_done; i++) {
        is_done = rules_add_folder(rules, &confinement->folders[i], wanted.files);
    }
    is_done = is_done && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    (void)close(rules);
    if (!is_done) {
        return 0;
    }
    return CONFINEMENT_PART_FILES | (wanted.network != 0 ? CONFINEMENT_PART_NETWORK : 0) |
           (wanted.scopes != 0 ? CONFINEMENT_PART_SIGNALS : 0);
}

uint32_t confinement_apply(const struct confinement *confinement)
{
    uint32_t parts = CONFINEMENT_PART_PRIVILEGES;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return 0; /* the others need it */
    }
    parts |= confinement_limit_files(confinement);
    if (call_filter_install(confinement->needs)) {
        parts |= CONFINEMENT_PART_CALLS;
    }
    return parts;
}
