/* SPDX-License-Identifier: Apache-2.0
 *
 * Processes of the node are found among the children of `serve` by their command line.
 */
#include "sandbox_process.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"

static void give_up(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (probe < 0 || bind(probe, (struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(probe, (struct sockaddr *)&address, &size) != 0) {
        give_up("no free port");
    }
    close(probe);
    return ntohs(address.sin_port);
}

static void wait_until_ready(int out)
{
    char line[512] = {0};
    size_t size = 0;

    while (strstr(line, "ready http") == NULL) {
        ssize_t count = read(out, line + size, sizeof line - 1 - size);

        if (count <= 0) {
            give_up("the sandbox did not start");
        }
        size += (size_t)count;
        line[size] = '\0';
    }
}

void sandbox_process_start(struct sandbox_process *sandbox)
{
    const char *program = getenv("TARAZY_PROGRAM");
    const char *binaries = getenv("TARAZY_BINARY_DIR");
    char listen_at[64];
    int ends[2];

    sandbox->port = free_port();
    snprintf(sandbox->folder, sizeof sandbox->folder, "%s/bench-node-XXXXXX",
             binaries != NULL ? binaries : ".");
    if (program == NULL || mkdtemp(sandbox->folder) == NULL || pipe(ends) != 0) {
        give_up("TARAZY_PROGRAM names the program under test; TARAZY_BINARY_DIR a folder on disk");
    }
    snprintf(listen_at, sizeof listen_at, "127.0.0.1:%d", sandbox->port);
    sandbox->serve = fork();
    if (sandbox->serve == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl(program, program, "serve", "--sandbox", "--dir", sandbox->folder, "--listen",
              listen_at, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    wait_until_ready(ends[0]);
}

void sandbox_process_stop(struct sandbox_process *sandbox)
{
    kill(sandbox->serve, SIGTERM);
    waitpid(sandbox->serve, NULL, 0);
    folder_remove(sandbox->folder);
}

void sandbox_process_key(const struct sandbox_process *sandbox, const char *participant,
                         struct client_key *key)
{
    char path[300];
    const char *error;

    snprintf(path, sizeof path, "%s/keys.json", sandbox->folder);
    if (!keys_file_find(path, participant, key, &error)) {
        give_up(error);
    }
}

/* The first line of a /proc file of a process, zero bytes as blanks. */
static bool read_proc(pid_t pid, const char *name, char *out, size_t capacity)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    size_t size = fread(out, 1, capacity - 1, file);
    fclose(file);
    out[size] = '\0';
    for (size_t i = 0; i + 1 < size; i++) {
        out[i] = out[i] == '\0' ? ' ' : out[i];
    }
    return size > 0;
}

static pid_t find_child(const struct sandbox_process *sandbox, const char *name)
{
    char path[64];
    char children[512];
    char command[1024];
    char wanted[64];

    snprintf(path, sizeof path, "task/%d/children", (int)sandbox->serve);
    snprintf(wanted, sizeof wanted, "%s ", name);
    if (!read_proc(sandbox->serve, path, children, sizeof children)) {
        give_up("the node has no processes");
    }
    char *at = children;
    for (long pid = strtol(at, &at, 10); pid > 0; pid = strtol(at, &at, 10)) {
        if (read_proc((pid_t)pid, "cmdline", command, sizeof command) &&
            strstr(command, wanted) != NULL) {
            return (pid_t)pid;
        }
    }
    give_up("a process of the node is missing");
    return 0;
}

int64_t process_cpu_ns(pid_t process)
{
    char text[512];
    long long nanoseconds = 0;

    if (!read_proc(process, "schedstat", text, sizeof text) ||
        sscanf(text, "%lld", &nanoseconds) != 1) {
        return 0;
    }
    return nanoseconds;
}

int64_t sandbox_process_cpu_ns(const struct sandbox_process *sandbox, const char *name)
{
    return process_cpu_ns(find_child(sandbox, name));
}

void sandbox_process_idle(const struct sandbox_process *sandbox, const char *name)
{
    const struct sched_param parameter = {0};

    if (sched_setscheduler(find_child(sandbox, name), SCHED_IDLE, &parameter) != 0) {
        give_up("a process could not be made to stand back");
    }
}

int64_t sandbox_process_resident(const struct sandbox_process *sandbox, const char *name)
{
    char text[512];
    long long pages = 0;

    if (!read_proc(find_child(sandbox, name), "statm", text, sizeof text) ||
        sscanf(text, "%*d %lld", &pages) != 1) {
        return 0;
    }
    return pages * 4096;
}
