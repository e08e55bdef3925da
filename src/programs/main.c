/* SPDX-License-Identifier: Apache-2.0
 *
 * The one program of Tarazy: `tarazy COMMAND ...`. Here is only the table of commands; each lives in a
 * file of its own. Read next: commands.h, then serve_main.c.
 */
#include <stdio.h>
#include <string.h>

#include "platform/log_line.h"
#include "programs/abort_report.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"

struct program {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

/* PROGRAM_WITH_… comes from CMakeLists.txt: the command's file is there. */
static const struct program programs[] = {
    {"serve", serve_main, "start a node and watch over its processes"},
    {"init", init_main, "found a node in an empty folder"},
#ifdef PROGRAM_WITH_BACKUP
    {"backup", backup_main, "copy a node's journal while it runs"},
#endif
#ifdef PROGRAM_WITH_RESTORE
    {"restore", restore_main, "make a node's folder from a backup"},
#endif
#ifdef PROGRAM_WITH_STATE
    {"state", state_main, "every balance after any past command"},
#endif
    {"verify", verify_main, "re-read and re-perform a whole journal"},
    {"journal", journal_main, "print a journal's commands as JSON lines"},
    {"quarantine", quarantine_main, "have a record skipped at which every engine stops"},
    {"prove", prove_main, "make a proof that a command is in the signed tree"},
    {"check-proof", check_proof_main, "check a proof; needs nothing but keys"},
    {"witness", witness_main, "cosign a checkpoint out of an own copy"},
    {"cosigned", cosigned_main, "publish what a witness has cosigned"},
#ifdef PROGRAM_WITH_LIABILITIES
    {"liabilities", liabilities_main, "build or check the tree of what a node owes"},
    {"check-liabilities", check_liabilities_main, "is one's own balance in it?"},
#endif
#ifdef PROGRAM_WITH_ADMIN
    {"admin", admin_main, "acts of operators"},
#endif
#ifdef PROGRAM_WITH_WATCH
    {"watch", watch_main, "a live order book in the terminal"},
#endif
#ifdef PROGRAM_WITH_METER
    {"meter", meter_main, "meter miners by Stratum V1"},
#endif
#ifdef PROGRAM_WITH_REPLAY
    {"replay", replay_main, "send recorded order flow through a gateway"},
#endif
    {"mining-fee", mining_fee_main, "the fee on a quarter's energy of mining, and why"},
#ifdef PROGRAM_WITH_SURVEY
    {"survey", survey_main, "estimates of mining: map, hash rate, power, what nobody declared"},
#endif
#ifdef PROGRAM_WITH_COUNTRY
    {"country", country_main, "play a small country that mines into a sandbox"},
#endif
    {"core", core_main, "one process of a node: order, durability, state"},
#ifdef PROGRAM_WITH_GATEWAY
    {"gateway", gateway_main, "one process of a node: HTTP and WebSocket"},
#endif
#ifdef PROGRAM_WITH_RELAY
    {"relay", relay_main, "serve a node's journal to followers"},
#endif
#ifdef PROGRAM_WITH_PROMOTE
    {"promote", promote_main, "make a supervisor's copy the folder of a core"},
#endif
#ifdef PROGRAM_WITH_SUPERVISE
    {"supervise", supervise_main, "follow nodes, re-perform everything, alarm"},
#endif
#ifdef PROGRAM_WITH_HISTORY
    {"history", history_main, "one process of a node: SQL tables"},
#endif
    {"notary", notary_main, "one process of a node: Merkle tree, signed checkpoints"},
    {"rebuild-tree", rebuild_tree_main, "the notary's tree once more, out of the journal"},
};

enum { PROGRAM_COUNT = sizeof programs / sizeof programs[0], PROGRAM_NAME_MAX = 64 };

static void print_help(FILE *out)
{
    (void)fprintf(out, "usage: tarazy COMMAND [OPTION...]\n\n");
    for (size_t i = 0; i < PROGRAM_COUNT; i++) {
        (void)fprintf(out, "  %-11s %s\n", programs[i].name, programs[i].summary);
    }
    (void)fprintf(out, "\n  tarazy COMMAND --help   options of a command\n"
                       "  tarazy --version        which version this is\n");
}

static int run_program(const struct program *program, int argc, char **argv)
{
    static char name[PROGRAM_NAME_MAX];
    (void)snprintf(name, sizeof name, "tarazy %s", program->name);
    argv[0] = name;
    log_line_set_program(program->name);
    abort_report_install();
    return program->run(argc, argv);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        print_help(stdout);
        return EXIT_CODE_DONE;
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0) {
        (void)printf("tarazy %s\n", PROGRAM_VERSION);
        return EXIT_CODE_DONE;
    }
    for (size_t i = 0; i < PROGRAM_COUNT; i++) {
        if (strcmp(name, programs[i].name) == 0) {
            return run_program(&programs[i], argc - 1, argv + 1);
        }
    }
    (void)fprintf(stderr, "tarazy: no command '%s'; see tarazy --help\n", name);
    return EXIT_CODE_USAGE;
}
