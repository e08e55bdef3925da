/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy witness`: cosigns one checkpoint of another node's notary, out of an own copy of that node's
 * journal. The copy is re-performed here, unless somebody who keeps it has done so; then its tree is
 * computed and compared. Read next: witness/witness.c; cosigned_main.c,
 * which publishes what was cosigned.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/reader.h"
#include "journal/verifier.h"
#include "platform/clock.h"
#include "platform/entropy.h"
#include "platform/secret_file.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"
#include "proofs/proof_text.h"
#include "proofs/record_tree.h"
#include "witness/witness.h"

enum witness_option {
    WITNESS_OPTION_COPY = 1,
    WITNESS_OPTION_STATE,
    WITNESS_OPTION_NAME,
    WITNESS_OPTION_LOG,
    WITNESS_OPTION_CHECKPOINT,
    WITNESS_OPTION_GROWTH,
    WITNESS_OPTION_PROVEN,
    WITNESS_OPTION_HELP,
};

static const struct option witness_options_known[] = {
    {"copy", required_argument, NULL, WITNESS_OPTION_COPY},
    {"state", required_argument, NULL, WITNESS_OPTION_STATE},
    {"name", required_argument, NULL, WITNESS_OPTION_NAME},
    {"log", required_argument, NULL, WITNESS_OPTION_LOG},
    {"checkpoint", required_argument, NULL, WITNESS_OPTION_CHECKPOINT},
    {"growth", required_argument, NULL, WITNESS_OPTION_GROWTH},
    {"proven", no_argument, NULL, WITNESS_OPTION_PROVEN},
    {"help", no_argument, NULL, WITNESS_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

struct witness_task {
    const char *copy;
    const char *state;
    const char *name;
    const char *checkpoint; /* NULL: only say who and how far */
    const char *growth;
    struct note_key log;
    bool has_log;
    bool is_proven; /* the copy has been re-performed by who keeps it */
};

static void witness_print_help(FILE *out)
{
    (void)fputs(
        "usage: tarazy witness --state DIR --name NAME --log KEY\n"
        "           [--copy DIR --checkpoint FILE [--growth FILE] [--proven]]\n\n"
        "  --state DIR        where it remembers what it cosigned, and keeps its key\n"
        "  --name NAME        the witness's name: a host, say, without a scheme\n"
        "  --log KEY          the notary's verifier key\n"
        "  --copy DIR         an own copy of the node's journal\n"
        "  --checkpoint FILE  what to cosign; without it: print the own key and the last size\n"
        "  --growth FILE      that it continues the last one: GET /tlog/consistency\n"
        "  --proven           the copy was re-performed already (tarazy supervise)\n",
        out);
}

static size_t witness_read_file(const char *path, char *out, size_t capacity)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read(file, out, capacity);

    if (file >= 0) {
        (void)close(file);
    }
    if (size <= 0) {
        (void)fprintf(stderr, "%s: %s\n", path, size == 0 ? "it is empty" : strerror(errno));
        return 0;
    }
    return (size_t)size;
}

/* ------------------------------------------------------------------ the key */

/* Made when the folder is made: a folder that has lost its key must not get another one. */
static bool witness_find_seed(const char *folder, uint8_t seed[ED25519_KEY_SIZE])
{
    static const char name[] = "witness.key";

    if (mkdir(folder, 0700) != 0) {
        return secret_file_read(folder, name, seed, ED25519_KEY_SIZE) == 0;
    }
    entropy_fill(seed, ED25519_KEY_SIZE);
    return secret_file_create(folder, name, seed, ED25519_KEY_SIZE) == 0;
}

/* ------------------------------------------------------------------ the own copy */

/* Re-performs the copy up to and with a command. */
static bool witness_verify(const struct witness_task *task, uint64_t number)
{
    const struct verifier_options options = {
        .storage = storage_system(), .directory = task->copy, .limit = number};
    char text[JOURNAL_ERROR_TEXT_SIZE];
    struct verifier_report report;

    if (task->is_proven || journal_verify(&options, &report) == VERIFIER_RESULT_AGREES) {
        return true;
    }
    (void)fprintf(stderr, "%s: %s\n", task->copy, journal_error_text(&report.error, text));
    return false;
}

/* Reads the copy's batches into the tree until it has `size` of them. */
static bool witness_read_copy(struct journal_reader *reader, uint64_t size, struct record_log *log)
{
    static struct hash256 scratch[RECORD_COMMANDS_MAX];
    struct journal_batch batch;

    while (log->edge.size < size &&
           journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch) == JOURNAL_READ_BATCH) {
        const struct node_id node = journal_reader_tail(reader)->head.node;
        const struct record_batch records = {
            .node = node.bytes,
            .first_number = batch.first_number,
            .count = batch.count,
            .size = batch.size,
            .time_us = batch.time_us,
            .chain = batch.chain,
            .commands = batch.commands,
        };

        if (!record_log_add(log, &records, scratch, NULL)) {
            return false;
        }
    }
    return log->edge.size == size;
}

/* The root of the first `size` batches of the copy, which has been re-performed that far. */
static bool witness_own_root(const struct witness_task *task, uint64_t size, struct hash256 *root)
{
    const struct journal_reader_options options = {
        .storage = storage_system(), .directory = task->copy, .from = 1};
    struct record_log log = {.number = 0};
    struct journal_error error;
    struct journal_reader *reader = journal_reader_open(&options, &error);

    if (reader == NULL || !witness_read_copy(reader, size, &log)) {
        (void)fprintf(stderr, "%s: the own copy does not have %" PRIu64 " batches yet\n",
                      task->copy, size);
        journal_reader_close(reader);
        return false;
    }
    journal_reader_close(reader);
    *root = merkle_edge_root(&log.edge);
    return witness_verify(task, log.number);
}

/* ------------------------------------------------------------------ cosigning */

static bool witness_read_growth(const struct witness_task *task, struct growth_proof *growth)
{
    char text[GROWTH_TEXT_MAX];
    size_t size;

    growth->proof.count = 0;
    if (task->growth == NULL) {
        return true;
    }
    size = witness_read_file(task->growth, text, sizeof text);
    if (size == 0 || !growth_text_read(growth, text, size)) {
        (void)fprintf(stderr, "%s: not a proof of growth\n", task->growth);
        return false;
    }
    return true;
}

static int witness_answer(struct witness *witness, const struct witness_task *task)
{
    char note[NOTE_SIZE_MAX];
    char line[NOTE_LINE_MAX + 1];
    struct checkpoint checkpoint;
    struct signed_note parts;
    struct growth_proof growth;
    struct witness_request request = {
        .note = note,
        .growth = &growth.proof,
        .time_s = (uint64_t)(clock_wall_us(clock_source_system()) / 1000000),
    };

    request.note_size = witness_read_file(task->checkpoint, note, sizeof note);
    if (request.note_size == 0 || !witness_read_growth(task, &growth)) {
        return EXIT_CODE_FAILED;
    }
    /* What the log did not sign is not worth reading a journal for. */
    if (checkpoint_open(&checkpoint, &parts, note, request.note_size, &task->log) ==
            CHECKPOINT_CHECK_GOOD &&
        !witness_own_root(task, checkpoint.size, &request.own_root)) {
        return EXIT_CODE_FAILED;
    }
    enum witness_answer answer = witness_cosign(witness, &request, line);
    if (answer != WITNESS_ANSWER_COSIGNED) {
        (void)fprintf(stderr, "refused: %s\n", witness_answer_text(answer));
        return answer == WITNESS_ANSWER_FAILED ? EXIT_CODE_DISK : EXIT_CODE_DAMAGED;
    }
    return fwrite(note, 1, request.note_size, stdout) == request.note_size &&
                   fputs(line, stdout) >= 0 && fflush(stdout) == 0
               ? EXIT_CODE_DONE
               : EXIT_CODE_FAILED;
}

static int witness_show(const struct witness *witness)
{
    char key[NOTE_KEY_TEXT_MAX + 1];

    note_key_write(witness_key(witness), key);
    (void)printf("%s\n%" PRIu64 "\n", key, witness_last(witness).size);
    return fflush(stdout) == 0 ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

/* -1 to go on, else the exit code. */
static int witness_parse(struct witness_task *task, int argc, char **argv)
{
    bool is_good = true;
    int option;

    while ((option = getopt_long(argc, argv, "", witness_options_known, NULL)) != -1) {
        switch ((enum witness_option)option) {
        case WITNESS_OPTION_COPY: task->copy = optarg; continue;
        case WITNESS_OPTION_STATE: task->state = optarg; continue;
        case WITNESS_OPTION_NAME: task->name = optarg; continue;
        case WITNESS_OPTION_LOG:
            task->has_log = note_key_read(&task->log, optarg, strlen(optarg));
            continue;
        case WITNESS_OPTION_CHECKPOINT: task->checkpoint = optarg; continue;
        case WITNESS_OPTION_GROWTH: task->growth = optarg; continue;
        case WITNESS_OPTION_PROVEN: task->is_proven = true; continue;
        case WITNESS_OPTION_HELP: witness_print_help(stdout); return EXIT_CODE_DONE;
        }
        is_good = false;
    }
    if (!is_good || optind != argc || task->state == NULL || task->name == NULL || !task->has_log ||
        (task->checkpoint == NULL) != (task->copy == NULL)) {
        witness_print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    return -1;
}

int witness_main(int argc, char **argv)
{
    struct witness_task task = {.has_log = false};
    uint8_t seed[ED25519_KEY_SIZE];
    const char *error = NULL;
    int code = witness_parse(&task, argc, argv);

    if (code >= 0) {
        return code;
    }
    if (!witness_find_seed(task.state, seed)) {
        (void)fprintf(stderr, "%s/witness.key: it is not there, not ours alone, or not a key\n",
                      task.state);
        return EXIT_CODE_FAILED;
    }
    const struct witness_options options = {
        .directory = task.state, .log = task.log, .name = task.name, .seed = seed};
    struct witness *witness = witness_open(&options, &error);
    secret_wipe(seed, sizeof seed);
    if (witness == NULL) {
        (void)fprintf(stderr, "%s: %s\n", task.state, error);
        return EXIT_CODE_FAILED;
    }
    code = task.checkpoint == NULL ? witness_show(witness) : witness_answer(witness, &task);
    witness_close(witness);
    return code;
}
