/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy quarantine`: two people have a record skipped at which every engine stops. Shows the record, proves
 * that it is one of that kind, signs, and writes behind the journal's last batch. Read next: poison_trial.c,
 * journal/quarantine.h; docs/adr/0013-quarantine.md.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "codec/command_json.h"
#include "journal/journal_folder.h"
#include "journal/quarantine_write.h"
#include "journal/state_at.h"
#include "platform/clock.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"
#include "programs/poison_trial.h"
#include "programs/private_key_file.h"
#include "tarazy/query.h"

enum quarantine_option {
    QUARANTINE_OPTION_DIR = 1,
    QUARANTINE_OPTION_RECORD,
    QUARANTINE_OPTION_REASON,
    QUARANTINE_OPTION_OPERATOR,
    QUARANTINE_OPTION_APPROVER,
    QUARANTINE_OPTION_HELP
};

static const struct option quarantine_arguments[] = {
    {"dir", required_argument, NULL, QUARANTINE_OPTION_DIR},
    {"record", required_argument, NULL, QUARANTINE_OPTION_RECORD},
    {"reason", required_argument, NULL, QUARANTINE_OPTION_REASON},
    {"operator-key", required_argument, NULL, QUARANTINE_OPTION_OPERATOR},
    {"approver-key", required_argument, NULL, QUARANTINE_OPTION_APPROVER},
    {"help", no_argument, NULL, QUARANTINE_OPTION_HELP},
    {NULL, 0, NULL, 0},
};

/* One of the two. */
struct signing_person {
    const char *path;
    uint8_t seed[ED25519_KEY_SIZE];
    uint32_t participant;
    uint32_t key;
};

struct quarantine_run {
    const char *directory;
    const char *reason;
    struct signing_person operator;
    struct signing_person approver;
    uint64_t records[TARAZY_QUARANTINES_MAX];
    uint32_t count;
    struct journal_batch batch; /* the journal's last */
    uint8_t *commands;          /* its bytes */
    struct state_at before;     /* the state before it */
    struct command_quarantine quarantines[TARAZY_QUARANTINES_MAX];
};

static void quarantine_print_help(FILE *out)
{
    (void)fputs(
        "usage: tarazy quarantine --dir DIR --record N [--record N ...] --reason TEXT\n"
        "                         --operator-key FILE --approver-key FILE\n\n"
        "  --dir DIR             the node's folder; no core may run in it\n"
        "  --record N            the record at which every engine stops (\"record\" in the log);\n"
        "                        more than one of the same batch in their order\n"
        "  --reason TEXT         why, at most 64 characters; stands in the journal for ever\n"
        "  --operator-key FILE   private Ed25519 key (PEM) of an operator\n"
        "  --approver-key FILE   and of another person, an approver\n",
        out);
}

static int quarantine_fail(const char *format, uint64_t number)
{
    (void)fputs("not quarantined: ", stderr);
    (void)fprintf(stderr, "record %" PRIu64 ": %s\n", number, format);
    return EXIT_CODE_FAILED;
}

static int quarantine_fail_error(const struct quarantine_run *run,
                                 const struct journal_error *error)
{
    char text[JOURNAL_ERROR_TEXT_SIZE];

    (void)fprintf(stderr, "not quarantined: %s: %s\n", run->directory,
                  journal_error_text(error, text));
    if (error->error_number == EWOULDBLOCK) {
        return EXIT_CODE_BUSY;
    }
    return error->error_number == 0 ? EXIT_CODE_DAMAGED : EXIT_CODE_DISK;
}

/* ------------------------------------------------------------------ what is asked */

static bool quarantine_take_record(struct quarantine_run *run, const char *text)
{
    char *end = NULL;
    errno = 0;
    uint64_t record = strtoull(text, &end, 10);
    bool is_number = errno == 0 && text[0] >= '1' && text[0] <= '9' && *end == '\0';

    if (!is_number || run->count == TARAZY_QUARANTINES_MAX ||
        (run->count > 0 && record <= run->records[run->count - 1])) {
        return false;
    }
    run->records[run->count++] = record;
    return true;
}

static bool quarantine_take_reason(struct quarantine_run *run, const char *text)
{
    size_t size = strlen(text);

    run->reason = text;
    return size > 0 && size <= sizeof run->quarantines[0].reason &&
           text_is_of(text, size, TEXT_CHARSET_PLAIN);
}

static bool quarantine_take(struct quarantine_run *run, int option, const char *text)
{
    switch (option) {
    case QUARANTINE_OPTION_DIR: run->directory = text; return true;
    case QUARANTINE_OPTION_RECORD: return quarantine_take_record(run, text);
    case QUARANTINE_OPTION_REASON: return quarantine_take_reason(run, text);
    case QUARANTINE_OPTION_OPERATOR: run->operator.path = text; return true;
    case QUARANTINE_OPTION_APPROVER: run->approver.path = text; return true;
    default: return false; /* not an enum */
    }
}

/* Returns -1 to go on, else the exit code. */
static int quarantine_parse(int argc, char **argv, struct quarantine_run *run)
{
    int option;
    bool is_good = true;

    while (is_good && (option = getopt_long(argc, argv, "", quarantine_arguments, NULL)) != -1) {
        if (option == QUARANTINE_OPTION_HELP) {
            quarantine_print_help(stdout);
            return EXIT_CODE_DONE;
        }
        is_good = quarantine_take(run, option, optarg);
    }
    if (!is_good || optind != argc || run->directory == NULL || run->count == 0 ||
        run->reason == NULL || run->operator.path == NULL || run->approver.path == NULL) {
        quarantine_print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    return -1;
}

/* ------------------------------------------------------------------ the record */

static bool quarantine_keep(struct quarantine_run *run, const struct journal_batch *batch)
{
    uint8_t *commands = realloc(run->commands, batch->size);

    if (commands == NULL) {
        return false;
    }
    memcpy(commands, batch->commands, batch->size);
    run->commands = commands;
    run->batch = *batch;
    run->batch.commands = commands;
    return true;
}

/* Reads to the end and keeps the last batch. Returns -1 to go on. */
static int quarantine_read_from(struct quarantine_run *run, uint64_t from)
{
    const struct journal_reader_options options = {
        .storage = storage_system(), .directory = run->directory, .from = from};
    struct journal_batch batch;
    struct journal_error error;
    enum journal_read read;
    bool is_kept = true;
    struct journal_reader *reader = journal_reader_open(&options, &error);

    if (reader == NULL) {
        return quarantine_fail_error(run, &error);
    }
    while (is_kept &&
           (read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch)) == JOURNAL_READ_BATCH) {
        is_kept = quarantine_keep(run, &batch);
    }
    int code = -1;
    if (!is_kept) {
        code = quarantine_fail("no memory for a batch", batch.first_number);
    } else if (read == JOURNAL_READ_DAMAGED || read == JOURNAL_READ_FAILED) {
        code = quarantine_fail_error(run, journal_reader_error(reader));
    }
    journal_reader_close(reader);
    return code;
}

/* The journal's last batch, which is in its last segment or in the one before. Returns -1 to go on. */
static int quarantine_read(struct quarantine_run *run)
{
    const struct storage *storage = storage_system();
    struct journal_listing listing;
    struct journal_error error;
    int code = -1;
    int folder = storage->open_folder(storage->context, run->directory, false);

    if (folder < 0) {
        journal_error_set(&error, "the folder cannot be opened", "", folder);
        return quarantine_fail_error(run, &error);
    }
    bool is_listed = journal_listing_read(&listing, storage, folder, &error);
    if (!is_listed) {
        code = quarantine_fail_error(run, &error);
    }
    for (size_t i = is_listed ? listing.segments.count : 0;
         i > 0 && code < 0 && run->commands == NULL; i--) {
        code = quarantine_read_from(run, listing.segments.values[i - 1]);
    }
    journal_listing_clear(&listing);
    storage->close(storage->context, folder);
    if (code >= 0) {
        return code;
    }
    uint64_t record = run->records[0];
    if (run->commands == NULL || record >= run->batch.first_number + run->batch.count) {
        return quarantine_fail("the journal ends before it", record);
    }
    if (record < run->batch.first_number) {
        return quarantine_fail(quarantine_is_batch(&run->batch)
                                   ? "a quarantine stands behind its batch already"
                                   : "a core has got past it: something stands behind its batch",
                               record);
    }
    return -1;
}

/* Prints the records, on standard output, as `tarazy journal` does. Returns -1 to go on. */
static int quarantine_show(const struct quarantine_run *run)
{
    static char text[COMMAND_JSON_SIZE_MAX];

    for (uint32_t i = 0; i < run->count; i++) {
        const struct command_header *command = quarantine_find(&run->batch, run->records[i]);
        struct json_writer json;

        if (command == NULL) {
            return quarantine_fail("it is not in the journal's last batch", run->records[i]);
        }
        json_writer_begin(&json, text, sizeof text);
        command_json_write(&json, command);
        struct slice line = json_writer_text(&json);
        (void)printf("%.*s\n", (int)line.size, line.data);
    }
    (void)fflush(stdout);
    return -1;
}

/* With the first k records skipped the engine must stop at the one after them; with all, nowhere. Returns -1 to
 * go on. */
static int quarantine_try(struct quarantine_run *run)
{
    struct journal_error error;
    uint64_t before = run->batch.first_number - 1;

    if (before == 0) {
        return quarantine_fail("the founding cannot be quarantined", run->records[0]);
    }
    if (!state_at_read(storage_system(), run->directory, before, &run->before, &error)) {
        return quarantine_fail_error(run, &error);
    }
    for (uint32_t k = 0; k <= run->count; k++) {
        uint64_t expected = k < run->count ? run->records[k] : 0;
        uint64_t stopped;

        if (!poison_trial(run->before.engine, &run->batch, run->records, k, &stopped)) {
            return quarantine_fail("it could not be tried out", run->records[0]);
        }
        if (expected != 0 && (stopped == 0 || stopped > expected)) {
            return quarantine_fail("it stops no engine of this program", expected);
        }
        if (stopped != expected) {
            return quarantine_fail("this one stops an engine, too: name it with --record", stopped);
        }
    }
    return -1;
}

/* ------------------------------------------------------------------ the people */

/* Whose key is it, by the registry? Returns -1 to go on. */
static int quarantine_find_person(const struct quarantine_run *run, struct signing_person *person)
{
    char why[128];
    uint8_t public_key[ED25519_KEY_SIZE];
    struct key_view key;

    if (!private_key_file_read(person->path, person->seed, why, sizeof why) ||
        !ed25519_public_key(person->seed, public_key)) {
        (void)fprintf(stderr, "not quarantined: %s: %s\n", person->path, why);
        return EXIT_CODE_USAGE;
    }
    for (uint32_t i = 1; tarazy_query_key_by_number(run->before.engine, i, &key); i++) {
        if (key.type == KEY_TYPE_ED25519 &&
            memcmp(key.material, public_key, sizeof public_key) == 0) {
            person->participant = key.owner;
            person->key = i;
            return -1;
        }
    }
    (void)fprintf(stderr, "not quarantined: %s: no key that the node's registry knows\n",
                  person->path);
    return EXIT_CODE_FAILED;
}

static bool quarantine_sign(struct quarantine_run *run, struct command_quarantine *quarantine,
                            uint64_t record)
{
    char text[QUARANTINE_TEXT_SIZE];

    if (!quarantine_name(quarantine, &run->batch, record, clock_wall_us(clock_source_system()))) {
        return false;
    }
    quarantine->operator_id = run->operator.participant;
    quarantine->operator_key = run->operator.key;
    quarantine->approver_id = run->approver.participant;
    quarantine->approver_key = run->approver.key;
    memcpy(quarantine->reason, run->reason, strlen(run->reason));
    size_t size = quarantine_text(quarantine, text);
    return ed25519_sign(run->operator.seed, text, size, quarantine->operator_signature) &&
           ed25519_sign(run->approver.seed, text, size, quarantine->approver_signature);
}

/* Signs for both; asks what every reader will ask. Returns -1 to go on. */
static int quarantine_sign_all(struct quarantine_run *run)
{
    uint64_t number = run->records[0];
    int code = quarantine_find_person(run, &run->operator);

    if (code < 0) {
        code = quarantine_find_person(run, &run->approver);
    }
    for (uint32_t i = 0; code < 0 && i < run->count; i++) {
        if (!quarantine_sign(run, &run->quarantines[i], run->records[i])) {
            code = quarantine_fail("it cannot be signed", run->records[i]);
        }
    }
    secret_wipe(run->operator.seed, sizeof run->operator.seed);
    secret_wipe(run->approver.seed, sizeof run->approver.seed);
    if (code >= 0) {
        return code;
    }
    run->batch.behind = (const uint8_t *)run->quarantines;
    run->batch.behind_count = run->count;
    const char *wrong = quarantine_refuse(&run->batch, run->before.engine, &number);
    return wrong == NULL ? -1 : quarantine_fail(wrong, number);
}

/* ------------------------------------------------------------------ all of it */

static int quarantine_append(struct quarantine_run *run)
{
    const struct quarantine_writing writing = {storage_system(), run->directory, run->quarantines,
                                               run->count};
    struct journal_head head;
    struct journal_error error;

    if (!quarantine_write(&writing, &head, &error)) {
        return quarantine_fail_error(run, &error);
    }
    (void)printf(
        "quarantined by participants %" PRIu32 " and %" PRIu32 "; the journal now ends "
        "with record %" PRIu64 "\n"
        "Next: freeze the sender or mend the program, for the same command can be sent again;\n"
        "start the node (tarazy serve), then look with tarazy verify --dir %s.\n",
        run->operator.participant, run->approver.participant, head.number, run->directory);
    return EXIT_CODE_DONE;
}

/* A core that runs would write on; nothing is looked at beside it. */
static int quarantine_hold(const struct quarantine_run *run, int *lock)
{
    const struct storage *storage = storage_system();
    struct journal_error error;
    int folder = storage->open_folder(storage->context, run->directory, false);

    if (folder < 0) {
        journal_error_set(&error, "the folder cannot be opened", "", folder);
        return quarantine_fail_error(run, &error);
    }
    *lock = storage->lock(storage->context, folder, JOURNAL_LOCK_NAME);
    storage->close(storage->context, folder);
    if (*lock < 0) {
        journal_error_set(&error, "a core holds the journal: stop it first", JOURNAL_LOCK_NAME,
                          *lock);
        return quarantine_fail_error(run, &error);
    }
    return -1;
}

int quarantine_main(int argc, char **argv)
{
    static struct quarantine_run run;
    const struct storage *storage = storage_system();
    int lock = -1;
    int code = quarantine_parse(argc, argv, &run);

    if (code < 0) {
        code = quarantine_hold(&run, &lock);
    }
    if (code < 0) {
        code = quarantine_read(&run);
    }
    if (code < 0) {
        code = quarantine_show(&run);
    }
    if (code < 0) {
        code = quarantine_try(&run);
    }
    if (code < 0) {
        code = quarantine_sign_all(&run);
    }
    if (lock >= 0) {
        storage->close(storage->context, lock); /* recovery takes it anew, and sees what changed */
    }
    if (code < 0) {
        code = quarantine_append(&run);
    }
    state_at_destroy(&run.before);
    free(run.commands);
    return code;
}
