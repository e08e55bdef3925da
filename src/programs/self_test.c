/* SPDX-License-Identifier: Apache-2.0
 *
 * The self-test of a confined process. A file of its own because it does on purpose what no other file
 * may: each act below is one that a fault or a stranger in the process would try.
 *
 * Invariants: each act runs in a fresh child, confined by the same function as the process itself;
 * an act that is let although it must not be harms nothing (a file that is there for it, descriptors
 * that are closed, sizes that do not change); refused means EPERM or EACCES, nothing else.
 *
 * Read next: process_confinement.c.
 */
#include "programs/self_test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "journal/journal_folder.h"
#include "programs/exit_codes.h"
#include "programs/process_confinement.h"

/* What an act finds. */
struct self_test {
    const struct config *config;
    char segment[CONFIG_PATH_MAX + STORAGE_NAME_SIZE]; /* the journal's first file */
    char bait[CONFIG_PATH_MAX + STORAGE_NAME_SIZE];    /* a file beside it that is nobody's */
    char made[CONFIG_PATH_MAX + STORAGE_NAME_SIZE];    /* a name beside it that is not there */
    char own[CONFIG_PATH_MAX + STORAGE_NAME_SIZE]; /* one in a folder that it may write itself */
    pid_t victim;                                  /* a process that is none of its children */
    int link;                                      /* like history's to the core */
    int listener;                                  /* bound to a port, not listening */
};

enum { SELF_TEST_LACKS = 255, SELF_TEST_CRASHED = 254 };

static int said(long result)
{
    return result < 0 ? errno : 0;
}

/* ------------------------------------------------------------------ files */

static int read_journal(const struct self_test *test)
{
    return said(open(test->segment, O_RDONLY | O_CLOEXEC));
}

static int write_journal(const struct self_test *test)
{
    return said(open(test->segment, O_WRONLY | O_CLOEXEC));
}

static int append_journal(const struct self_test *test)
{
    return said(open(test->segment, O_RDWR | O_APPEND | O_CLOEXEC));
}

static int truncate_journal(const struct self_test *test)
{
    struct stat status;
    return stat(test->segment, &status) != 0 ? errno
                                             : said(truncate(test->segment, status.st_size));
}

static int make_file(const struct self_test *test)
{
    return said(open(test->made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
}

static int make_own_file(const struct self_test *test)
{
    return said(open(test->own, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
}

static int remove_file(const struct self_test *test)
{
    return said(unlinkat(AT_FDCWD, test->bait, 0));
}

static int rename_file(const struct self_test *test)
{
    return said(renameat2(AT_FDCWD, test->bait, AT_FDCWD, test->made, RENAME_NOREPLACE));
}

static int link_file(const struct self_test *test)
{
    return said(linkat(AT_FDCWD, test->bait, AT_FDCWD, test->made, 0));
}

static int change_mode(const struct self_test *test)
{
    struct stat status;
    return stat(test->segment, &status) != 0
               ? errno
               : said(fchmodat(AT_FDCWD, test->segment, status.st_mode & 07777, 0));
}

static int read_passwords(const struct self_test *test)
{
    (void)test;
    return said(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int list_root(const struct self_test *test)
{
    (void)test;
    return said(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/* ------------------------------------------------------------------ sockets */

static int make_internet_socket(const struct self_test *test)
{
    (void)test;
    return said(socket(AF_INET, SOCK_STREAM, 0));
}

static int make_raw_socket(const struct self_test *test)
{
    (void)test;
    return said(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int make_unix_socket(const struct self_test *test)
{
    (void)test;
    return said(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int make_socket_pair(const struct self_test *test)
{
    int ends[2];
    (void)test;
    return said(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
}

static int connect_link(const struct self_test *test)
{
    (void)test;
    return said(connect(-1, NULL, 0));
}

static int bind_socket(const struct self_test *test)
{
    (void)test;
    return said(bind(-1, NULL, 0));
}

static int listen_on_socket(const struct self_test *test)
{
    return said(listen(test->listener, 1));
}

static int accept_connection(const struct self_test *test)
{
    (void)test;
    return said(accept4(-1, NULL, NULL, 0));
}

static int send_on_link(const struct self_test *test)
{
    return said(send(test->link, "x", 1, MSG_NOSIGNAL));
}

static int write_on_link(const struct self_test *test)
{
    return said(write(test->link, "x", 1));
}

static int duplicate_link(const struct self_test *test)
{
    return said(fcntl(test->link, F_DUPFD_CLOEXEC, 100));
}

static int duplicate_link_otherwise(const struct self_test *test)
{
    return said(dup(test->link));
}

/* ------------------------------------------------------------------ processes */

static int execute(const struct self_test *test)
{
    char name[] = "tarazy";
    char option[] = "--version";
    char *const arguments[] = {name, option, NULL};
    (void)test;
    return said(execv("/proc/self/exe", arguments));
}

static int execute_descriptor(const struct self_test *test)
{
    (void)test;
    return said(syscall(SYS_execveat, -1, "", NULL, NULL, AT_EMPTY_PATH));
}

static int fork_child(const struct self_test *test)
{
    int status = 0;
    (void)test;
    pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    if (child < 0) {
        return errno;
    }
    (void)waitpid(child, &status, 0); /* who may not fork may not wait either */
    return 0;
}

static int trace(const struct self_test *test)
{
    return said(ptrace(PTRACE_SEIZE, test->victim, NULL, NULL));
}

static int read_memory(const struct self_test *test)
{
    return said(syscall(SYS_process_vm_readv, test->victim, NULL, 0, NULL, 0, 0));
}

static int take_descriptor(const struct self_test *test)
{
    (void)test;
    return said(syscall(SYS_pidfd_getfd, -1, 0, 0));
}

/* The victim is there for that. */
static int kill_another(const struct self_test *test)
{
    return said(kill(test->victim, SIGKILL));
}

static int signal_parent(const struct self_test *test)
{
    (void)test;
    return said(kill(getppid(), 0));
}

/* ------------------------------------------------------------------ the machine */

static int become_root(const struct self_test *test)
{
    (void)test;
    return said(setuid(0));
}

static int leave_namespace(const struct self_test *test)
{
    (void)test;
    return said(unshare(CLONE_NEWUSER));
}

static int mount_something(const struct self_test *test)
{
    return said(mount("none", test->made, "tmpfs", 0, NULL));
}

static int change_root(const struct self_test *test)
{
    return said(chroot(test->made));
}

static int load_program_into_kernel(const struct self_test *test)
{
    (void)test;
    return said(syscall(SYS_bpf, -1, NULL, 0));
}

static int use_io_uring(const struct self_test *test)
{
    (void)test;
    return said(syscall(SYS_io_uring_setup, 0, NULL));
}

static int use_keyring(const struct self_test *test)
{
    (void)test;
    return said(syscall(SYS_keyctl, -1, 0, 0, 0, 0));
}

static int make_memory_file(const struct self_test *test)
{
    (void)test;
    return said(memfd_create("self-test", MFD_CLOEXEC));
}

static int map_code(const struct self_test *test)
{
    (void)test;
    void *at =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? errno : 0;
}

static int make_code(const struct self_test *test)
{
    (void)test;
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? 0 : said(mprotect(at, 4096, PROT_READ | PROT_EXEC));
}

static int change_limits(const struct self_test *test)
{
    (void)test;
    return said(syscall(SYS_prlimit64, 0, 0, "", NULL));
}

/* ------------------------------------------------------------------ the list */

enum {
    NOBODY = 0,
    CORE = 1 << PROCESS_KIND_CORE,
    GATEWAY = 1 << PROCESS_KIND_GATEWAY,
    HISTORY = 1 << PROCESS_KIND_HISTORY,
    NOTARY = 1 << PROCESS_KIND_NOTARY,
    SUPERVISOR = 1 << PROCESS_KIND_SUPERVISOR, /* its "node's folder" is a copy of its own */
    EVERYBODY = CORE | GATEWAY | HISTORY | NOTARY | SUPERVISOR
};

static const struct self_test_act {
    const char *name;
    int (*act)(const struct self_test *test); /* 0 or errno */
    int lets;                                 /* who is let */
    int spares; /* of whom it is not asked: for the core it depends on who history is */
} self_test_acts[] = {
    {"read the journal", read_journal, EVERYBODY, NOBODY},
    {"open the journal for writing", write_journal, CORE | SUPERVISOR, NOBODY},
    {"open the journal for appending", append_journal, CORE | SUPERVISOR, NOBODY},
    {"truncate the journal by name", truncate_journal, NOBODY, NOBODY},
    {"make a file in the node's folder", make_file, CORE | SUPERVISOR, NOBODY},
    {"remove a file of the node's folder", remove_file, CORE | SUPERVISOR, NOBODY},
    {"rename a file of the node's folder", rename_file, CORE | SUPERVISOR, NOBODY},
    {"give a file a second name", link_file, NOBODY, NOBODY},
    {"change a file's mode", change_mode, NOBODY, NOBODY},
    {"make a file in a folder of its own", make_own_file, HISTORY | NOTARY | SUPERVISOR, CORE},
    {"read /etc/passwd", read_passwords, NOBODY, NOBODY},
    {"list the root folder", list_root, NOBODY, NOBODY},
    {"make an internet socket", make_internet_socket, SUPERVISOR, NOBODY},
    {"make a netlink socket", make_raw_socket, NOBODY, NOBODY},
    {"make a Unix socket", make_unix_socket, GATEWAY | SUPERVISOR, NOBODY},
    {"make a pair of sockets", make_socket_pair, SUPERVISOR, NOBODY},
    {"connect a socket", connect_link, GATEWAY | SUPERVISOR, NOBODY},
    {"bind a socket", bind_socket, NOBODY, NOBODY},
    {"listen on a socket", listen_on_socket, NOBODY, NOBODY},
    {"accept a connection", accept_connection, CORE | GATEWAY, NOBODY},
    {"send on the link to the core", send_on_link, CORE | GATEWAY | SUPERVISOR, NOBODY},
    {"write on the link to the core", write_on_link, CORE | GATEWAY | SUPERVISOR, NOBODY},
    {"duplicate the link's descriptor", duplicate_link, CORE | GATEWAY | SUPERVISOR, NOBODY},
    {"duplicate it otherwise", duplicate_link_otherwise, NOBODY, NOBODY},
    {"execute a program", execute, NOBODY, NOBODY},
    {"execute a descriptor", execute_descriptor, NOBODY, NOBODY},
    {"fork", fork_child, CORE | SUPERVISOR, NOBODY},
    {"trace another process", trace, NOBODY, NOBODY},
    {"read another process's memory", read_memory, NOBODY, NOBODY},
    {"take another process's descriptor", take_descriptor, NOBODY, NOBODY},
    {"kill another process", kill_another, NOBODY, NOBODY},
    {"send its parent a signal", signal_parent, NOBODY, NOBODY},
    {"become root", become_root, NOBODY, NOBODY},
    {"make a namespace", leave_namespace, NOBODY, NOBODY},
    {"mount", mount_something, NOBODY, NOBODY},
    {"change the root folder", change_root, NOBODY, NOBODY},
    {"load a program into the kernel", load_program_into_kernel, NOBODY, NOBODY},
    {"use io_uring", use_io_uring, NOBODY, NOBODY},
    {"use the kernel's keyring", use_keyring, NOBODY, NOBODY},
    {"make a file in memory", make_memory_file, NOBODY, NOBODY},
    {"map memory as code", map_code, NOBODY, NOBODY},
    {"turn memory into code", make_code, NOBODY, NOBODY},
    {"change its limits", change_limits, NOBODY, NOBODY},
};

/* ------------------------------------------------------------------ trying them */

/* In the child: confined as the process is; then the act. Ends with its errno. */
static _Noreturn void self_test_try(const struct self_test *test, enum process_kind kind,
                                    const struct self_test_act *act)
{
    struct process_confinement wanted;
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, STDOUT_FILENO) < 0 || !separation_become(test->config, kind)) {
        _exit(SELF_TEST_LACKS);
    }
    process_confinement_of(kind, test->config, &wanted);
    if (confinement_apply(&wanted.confinement) != CONFINEMENT_PART_ALL ||
        ((kind == PROCESS_KIND_HISTORY || kind == PROCESS_KIND_NOTARY) &&
         !process_mute(test->link))) {
        _exit(SELF_TEST_LACKS);
    }
    int result = act->act(test);
    _exit(result < SELF_TEST_CRASHED ? result : SELF_TEST_CRASHED);
}

static void self_test_clear(const struct self_test *test)
{
    (void)unlink(test->bait);
    (void)unlink(test->made);
    (void)unlink(test->own);
}

static bool self_test_lay_bait(const struct self_test *test)
{
    self_test_clear(test);
    int file = open(test->bait, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return file >= 0 && close(file) == 0;
}

static int self_test_result(const struct self_test *test, enum process_kind kind,
                            const struct self_test_act *act)
{
    int status = 0;
    pid_t child = self_test_lay_bait(test) ? fork() : -1;
    if (child == 0) {
        self_test_try(test, kind, act);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
        return SELF_TEST_CRASHED;
    }
    return WEXITSTATUS(status);
}

/* False: it came out otherwise than it must. */
static bool self_test_judge(const struct self_test *test, enum process_kind kind,
                            const struct self_test_act *act, FILE *out)
{
    int result = self_test_result(test, kind, act);
    bool is_let = (act->lets & (1 << kind)) != 0;
    bool is_refused = result == EPERM || result == EACCES;
    bool is_right = result < SELF_TEST_CRASHED && is_refused != is_let;
    const char *verdict = is_refused ? "refused" : "let";
    if (result >= SELF_TEST_CRASHED) {
        verdict = result == SELF_TEST_LACKS ? "not confined" : "crashed";
    }
    (void)fprintf(out, "%-6s %-12s %s\n", is_right ? "ok" : "WRONG", verdict, act->name);
    return is_right;
}

static pid_t self_test_victim(void)
{
    pid_t victim = fork();
    if (victim == 0) {
        (void)pause();
        _exit(0);
    }
    return victim;
}

/* A socket that could listen, and a pair that stands for the link. */
static bool self_test_sockets(struct self_test *test)
{
    const struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int ends[2];
    test->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (test->listener < 0 ||
        bind(test->listener, (const struct sockaddr *)&any, sizeof any) != 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return false;
    }
    test->link = ends[0];
    return true;
}

static void self_test_names(struct self_test *test, enum process_kind kind,
                            const struct config *config)
{
    char folder[CONFIG_PATH_MAX + 32];
    process_own_folder(kind, config, folder, sizeof folder);
    if (folder[0] == '\0') {
        (void)snprintf(folder, sizeof folder, "%s", config->directory);
    }
    (void)snprintf(test->segment, sizeof test->segment, "%s/%s", config->directory,
                   journal_segment_name(1).text);
    (void)snprintf(test->bait, sizeof test->bait, "%s/self-test.bait", config->directory);
    (void)snprintf(test->made, sizeof test->made, "%s/self-test.made", config->directory);
    (void)snprintf(test->own, sizeof test->own, "%s/self-test.own", folder);
}

int self_test_run(enum process_kind kind, const struct config *config, FILE *out)
{
    struct self_test test = {.config = config};
    size_t wrong = 0;
    size_t count = 0;
    self_test_names(&test, kind, config);
    if (access(test.segment, R_OK) != 0) {
        (void)fprintf(stderr, "%s: there is no node here\n", config->directory);
        return EXIT_CODE_FAILED;
    }
    test.victim = self_test_victim();
    if (test.victim < 0 || !self_test_sockets(&test)) {
        (void)fprintf(stderr, "the self-test cannot be prepared: %s\n", strerror(errno));
        return EXIT_CODE_FAILED;
    }
    for (size_t i = 0; i < sizeof self_test_acts / sizeof self_test_acts[0]; i++) {
        if ((self_test_acts[i].spares & (1 << kind)) == 0) {
            wrong += self_test_judge(&test, kind, &self_test_acts[i], out) ? 0 : 1;
            count++;
        }
    }
    self_test_clear(&test);
    (void)kill(test.victim, SIGKILL);
    (void)waitpid(test.victim, NULL, 0);
    (void)fprintf(out, "%s: %zu acts tried, %zu came out wrong\n", process_kind_name(kind), count,
                  wrong);
    return wrong == 0 ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}
