/* SPDX-License-Identifier: Apache-2.0
 *
 * The tamper drill. A journal of a trading day is changed in every way a forger could, with as much put
 * right behind the change as he cares to, and shown to the verifier: alone, and then with the head that a
 * supervisor remembers. What is found by what is printed; whatever is found by nothing fails the drill.
 *
 *     tamper_drill [TRIALS [SEED [BYTE_STEP]]]
 *
 * BYTE_STEP: every so many-th byte of the files is changed as well; 1 = every byte.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drills/forged_journal.h"
#include "journal/verifier.h"
#include "laws/law_world.h"
#include "platform/sha256.h"

#define TRIALS_DEFAULT 2000u
#define STEP_DEFAULT   499u
#define SEGMENT_SIZE   32768u
#define COMMANDS       520u /* the founding among them: 100 kB */

enum act {
    ACT_CHANGE = 1,    /* bytes of a command */
    ACT_INSERT = 2,    /* a command, or a whole batch, again */
    ACT_REMOVE = 3,    /* a command or a whole batch */
    ACT_REORDER = 4,   /* two commands or two batches */
    ACT_ROLL_BACK = 5, /* to the end of an earlier batch */
    ACT_CUT = 6,       /* the files end in the middle of something */
    ACT_BYTE = 7,      /* one byte of one file */
};

static const char *const act_names[] = {"",        "change",    "insert",   "remove",
                                        "reorder", "roll back", "cut file", "one byte"};
static const char *const forgery_names[] = {"", "nothing", "checksums", "chain", "chain + events"};

/* What finds it, the first that does. */
enum detector {
    DETECTOR_FORMAT = 1, /* checksums, chain, numbers, structure: the files alone */
    DETECTOR_EVENTS = 2, /* execution: the digests of events */
    DETECTOR_AUDIT = 3,  /* execution: the audit of the books */
    DETECTOR_STATE = 4,  /* another state at the remembered number */
    DETECTOR_HEAD = 5,   /* the remembered head: number and chain hash */
    DETECTOR_NONE = 6,
};

static const char *const detector_names[] = {"",      "files", "events", "audit",
                                             "state", "head",  "NOTHING"};

struct drill {
    struct forged_journal *truth;
    struct forged_journal *forged;
    struct fake_disk *disk; /* the truth, for single bytes */
    struct random_stream chance;
    struct sha256 *sha;
    struct journal_head head;
    struct hash256 state;
    uint64_t found[ACT_BYTE + 1][FORGERY_EVENTS + 1][DETECTOR_NONE + 1];
    uint64_t trials;
    uint64_t missed;
};

static uint32_t below(struct drill *drill, uint64_t bound)
{
    return (uint32_t)random_below(&drill->chance, bound);
}

/* ------------------------------------------------------------------ the truth */

struct recording {
    struct drill *drill;
    _Alignas(64) uint8_t commands[FORGED_BATCH_SIZE_MAX];
    uint32_t size;
    uint32_t count;
    uint32_t wanted;
};

static void flush(struct recording *recording)
{
    if (recording->count > 0) {
        forged_append(recording->drill->truth, recording->commands, recording->size,
                      recording->count);
    }
    recording->size = 0;
    recording->count = 0;
    recording->wanted = 1 + below(recording->drill, 9);
}

static void record(void *context, const struct law *law, const union law_command *command)
{
    struct recording *recording = context;
    size_t size = tarazy_command_size(command->header.kind);

    (void)law;
    memcpy(recording->commands + recording->size, command, size);
    recording->size += (uint32_t)size;
    recording->count++;
    if (recording->count >= recording->wanted) {
        flush(recording);
    }
}

static void record_day(struct drill *drill, uint64_t seed)
{
    static struct recording recording;
    static union law_command command;
    struct limits limits = law_limits_tight;
    struct law law;

    memset(&recording, 0, sizeof recording);
    recording.drill = drill;
    recording.wanted = 3;
    limits.evidence_max = 400; /* a small state: it is hashed at each trial */
    law_start(&law, &limits, seed, record, &recording);
    while (tarazy_engine_number(law.engine) < COMMANDS) {
        (random_below(&drill->chance, 4) == 0 ? law_treasury : law_traders)(&law, &command);
        law_send(&law, &command);
    }
    flush(&recording);
    law_end(&law);
    forged_repair(drill->truth, FORGERY_EVENTS, drill->sha);
    for (uint32_t at = 0; at < drill->truth->count; at++) {
        struct batch_header *header = &drill->truth->batches[at].header;

        header->durable_number = header->first_number - 1;
    }
    forged_repair(drill->truth, FORGERY_EVENTS, drill->sha);
    drill->head = forged_head(drill->truth);
}

/* ------------------------------------------------------------------ finding */

static enum verifier_result verify(const struct drill *drill, struct fake_disk *disk,
                                   bool knows_head, struct verifier_report *report)
{
    struct verifier_options options = {.storage = fake_disk_storage(disk), .directory = "j"};

    if (knows_head) {
        options.expected_number = drill->head.number;
        options.expected_chain = drill->head.chain;
    }
    return journal_verify(&options, report);
}

static enum detector detect(const struct drill *drill, struct fake_disk *disk)
{
    struct verifier_report report;

    switch (verify(drill, disk, false, &report)) {
    case VERIFIER_RESULT_TORN:
    case VERIFIER_RESULT_DAMAGED:
    case VERIFIER_RESULT_FAILED: return DETECTOR_FORMAT;
    case VERIFIER_RESULT_DIVERGED: return report.audit != NULL ? DETECTOR_AUDIT : DETECTOR_EVENTS;
    case VERIFIER_RESULT_AGREES: break;
    }
    if (report.head.number == drill->head.number &&
        memcmp(&report.state, &drill->state, sizeof report.state) != 0) {
        return DETECTOR_STATE;
    }
    return verify(drill, disk, true, &report) == VERIFIER_RESULT_AGREES ? DETECTOR_NONE
                                                                        : DETECTOR_HEAD;
}

static void judge(struct drill *drill, struct fake_disk *disk, enum act act, enum forgery forgery)
{
    enum detector detector = detect(drill, disk);

    drill->trials++;
    drill->found[act][forgery][detector]++;
    if (detector == DETECTOR_NONE) {
        drill->missed++;
        (void)fprintf(stderr, "tamper: trial %llu: %s, repaired: %s: not found\n",
                      (unsigned long long)drill->trials, act_names[act], forgery_names[forgery]);
    }
}

/* ------------------------------------------------------------------ tampering */

static struct forged_batch *any_batch(struct drill *drill)
{
    return &drill->forged->batches[below(drill, drill->forged->count)];
}

/* The licence's limits stay: they only say how much memory a verifier needs. */
static bool is_limits(const struct forged_batch *batch, size_t at)
{
    struct command_header header;

    memcpy(&header, batch->commands, sizeof header);
    return header.kind == COMMAND_NODE_FOUND && at >= offsetof(struct command_node_found, limits) &&
           at < offsetof(struct command_node_found, limits) + sizeof(struct limits);
}

/* A byte of a command; where the rest is put right, of one that stays well formed, if it can be. */
static bool change(struct drill *drill, enum forgery forgery)
{
    struct forged_batch *batch = any_batch(drill);
    static _Alignas(64) uint8_t whole[TARAZY_COMMAND_SIZE_MAX];
    const void *command = whole;
    size_t size;
    size_t offset = forged_command_offset(batch, below(drill, batch->count), &size);

    for (uint32_t tries = 0; tries < 64; tries++) {
        size_t at = below(drill, size);
        uint8_t mask = (uint8_t)(1 + below(drill, 255));

        if (is_limits(batch, offset + at) || (forgery != FORGERY_NONE && at < 16)) {
            continue; /* number and time are put right again */
        }
        memcpy(whole, batch->commands + offset, size);
        whole[at] ^= mask;
        if (forgery == FORGERY_NONE || tries > 40 || tarazy_command_is_well_formed(command, size)) {
            batch->commands[offset + at] ^= mask;
            return true;
        }
    }
    return false;
}

static void make_room(struct forged_journal *journal, uint32_t at)
{
    uint8_t *spare = journal->batches[journal->count].commands;

    memmove(&journal->batches[at + 1], &journal->batches[at],
            (journal->count - at) * sizeof journal->batches[0]);
    journal->count++;
    journal->batches[at].commands = spare;
}

static bool insert(struct drill *drill)
{
    struct forged_journal *journal = drill->forged;
    const struct forged_batch *from = &drill->truth->batches[below(drill, drill->truth->count)];
    struct forged_batch *to = any_batch(drill);
    size_t size;
    size_t offset = forged_command_offset(from, below(drill, from->count), &size);

    if (below(drill, 3) == 0) {
        /* before one that is there: behind the last it would be the journal going on */
        uint32_t at = below(drill, journal->count);

        forged_append(journal, from->commands, from->size, from->count); /* has memory for it */
        journal->count--;
        make_room(journal, at);
        uint8_t *commands = journal->batches[at].commands;
        journal->batches[at] = *from;
        journal->batches[at].commands = commands;
        memcpy(commands, from->commands, from->size);
        return true;
    }
    size_t to_size;
    size_t place = forged_command_offset(to, below(drill, to->count), &to_size);
    if (to->count == FORGED_BATCH_COMMANDS_MAX) {
        return false;
    }
    memmove(to->commands + place + size, to->commands + place, to->size - place);
    memcpy(to->commands + place, from->commands + offset, size);
    to->size += (uint32_t)size;
    to->count++;
    return true;
}

static void remove_batch(struct forged_journal *journal, uint32_t at)
{
    uint8_t *spare = journal->batches[at].commands;

    journal->count--;
    memmove(&journal->batches[at], &journal->batches[at + 1],
            (journal->count - at) * sizeof journal->batches[0]);
    journal->batches[journal->count].commands = spare;
}

static bool take_out(struct drill *drill)
{
    struct forged_journal *journal = drill->forged;
    uint32_t at = below(drill, journal->count);
    struct forged_batch *batch = &journal->batches[at];

    if (batch->count == 1 || below(drill, 3) == 0) {
        remove_batch(journal, at);
        return journal->count > 0;
    }
    size_t size;
    size_t offset = forged_command_offset(batch, below(drill, batch->count), &size);
    batch->size -= (uint32_t)size;
    batch->count--;
    memmove(batch->commands + offset, batch->commands + offset + size, batch->size - offset);
    return true;
}

/* Two neighbours of one batch, or two batches. */
static bool reorder(struct drill *drill)
{
    struct forged_journal *journal = drill->forged;
    struct forged_batch *batch = any_batch(drill);
    static uint8_t first[TARAZY_COMMAND_SIZE_MAX];
    size_t size_a;
    size_t size_b;

    if (batch->count == 1 || below(drill, 2) == 0) {
        uint32_t a = below(drill, journal->count);
        uint32_t b = below(drill, journal->count);
        struct forged_batch one = journal->batches[a];

        journal->batches[a] = journal->batches[b];
        journal->batches[b] = one;
        return a != b;
    }
    uint32_t nth = below(drill, batch->count - 1);
    size_t a = forged_command_offset(batch, nth, &size_a);
    size_t b = forged_command_offset(batch, nth + 1, &size_b);
    memcpy(first, batch->commands + a, size_a);
    memmove(batch->commands + a, batch->commands + b, size_b);
    memcpy(batch->commands + a + size_b, first, size_a);
    return true;
}

static bool roll_back(struct drill *drill)
{
    drill->forged->count = 1 + below(drill, drill->forged->count - 1);
    return true;
}

/* Does the forged journal hold all of the truth, and then perhaps more? That is the journal going on. */
static bool is_unchanged(const struct drill *drill)
{
    const struct forged_journal *a = drill->truth;
    const struct forged_journal *b = drill->forged;
    bool same = a->count <= b->count;

    for (uint32_t at = 0; same && at < a->count; at++) {
        same = a->batches[at].size == b->batches[at].size &&
               memcmp(a->batches[at].commands, b->batches[at].commands, a->batches[at].size) == 0;
    }
    return same;
}

static bool tamper(struct drill *drill, enum act act, enum forgery forgery)
{
    switch (act) {
    case ACT_CHANGE: return change(drill, forgery);
    case ACT_INSERT: return insert(drill);
    case ACT_REMOVE: return take_out(drill);
    case ACT_REORDER: return reorder(drill);
    case ACT_ROLL_BACK: return roll_back(drill);
    case ACT_CUT:
    case ACT_BYTE: break;
    }
    return false;
}

static void try_forgery(struct drill *drill, enum act act, enum forgery forgery)
{
    forged_copy(drill->forged, drill->truth);
    if (!tamper(drill, act, forgery)) {
        return;
    }
    forged_repair(drill->forged, forgery, drill->sha);
    if (is_unchanged(drill)) {
        return; /* two equal commands changed places, or the last batch came once more */
    }
    struct fake_disk *disk = fake_disk_create();
    forged_write(drill->forged, disk, drill->sha);
    judge(drill, disk, act, forgery);
    fake_disk_destroy(disk);
}

/* A file ends somewhere, or everything after a place is zero. */
static void try_cut(struct drill *drill)
{
    struct fake_disk *disk = fake_disk_copy(drill->disk);
    size_t names = 0;

    while (fake_disk_name(disk, names) != NULL) {
        names++;
    }
    const char *name = fake_disk_name(disk, below(drill, names));
    size_t size;
    uint8_t *bytes = fake_disk_bytes(disk, name, &size);
    size_t at = below(drill, size);
    bool whole = true;
    for (size_t i = at; i < size; i++) {
        whole = whole && bytes[i] == 0;
    }
    if (below(drill, 2) == 0) {
        fake_disk_truncate(disk, name, at);
        whole = false;
    } else {
        memset(bytes + at, 0, size - at);
    }
    if (!whole) {
        judge(drill, disk, ACT_CUT, FORGERY_NONE);
    }
    fake_disk_destroy(disk);
}

static void try_bytes(struct drill *drill, uint64_t step)
{
    for (size_t nth = 0; fake_disk_name(drill->disk, nth) != NULL; nth++) {
        const char *name = fake_disk_name(drill->disk, nth);
        size_t size;
        uint8_t *bytes = fake_disk_bytes(drill->disk, name, &size);

        for (size_t at = 0; at < size; at += step) {
            uint8_t mask = (uint8_t)(1 + below(drill, 255));

            bytes[at] ^= mask;
            judge(drill, drill->disk, ACT_BYTE, FORGERY_NONE);
            bytes[at] ^= mask;
        }
    }
}

static void print(const struct drill *drill)
{
    (void)printf("%-10s %-15s %8s", "tampering", "put right", "trials");
    for (unsigned detector = DETECTOR_FORMAT; detector <= DETECTOR_NONE; detector++) {
        (void)printf(" %8s", detector_names[detector]);
    }
    (void)printf("\n");
    for (unsigned act = ACT_CHANGE; act <= ACT_BYTE; act++) {
        for (unsigned forgery = FORGERY_NONE; forgery <= FORGERY_EVENTS; forgery++) {
            const uint64_t *found = drill->found[act][forgery];
            uint64_t trials = 0;

            for (unsigned detector = DETECTOR_FORMAT; detector <= DETECTOR_NONE; detector++) {
                trials += found[detector];
            }
            if (trials == 0) {
                continue;
            }
            (void)printf("%-10s %-15s %8llu", act_names[act], forgery_names[forgery],
                         (unsigned long long)trials);
            for (unsigned detector = DETECTOR_FORMAT; detector <= DETECTOR_NONE; detector++) {
                (void)printf(" %8llu", (unsigned long long)found[detector]);
            }
            (void)printf("\n");
        }
    }
    (void)printf("tamper: %llu trials, %llu not found\n", (unsigned long long)drill->trials,
                 (unsigned long long)drill->missed);
}

/* The untouched journal agrees, also with its head: else every finding would be worth nothing. */
static bool is_truth_accepted(struct drill *drill)
{
    struct verifier_report report;
    size_t bytes = 0;

    forged_write(drill->truth, drill->disk, drill->sha);
    bool good = verify(drill, drill->disk, true, &report) == VERIFIER_RESULT_AGREES;
    drill->state = report.state;
    for (uint32_t at = 0; at < drill->truth->count; at++) {
        bytes += journal_batch_extent(drill->truth->batches[at].size);
    }
    (void)printf("tamper: a journal of %llu commands in %u batches, %zu bytes: %s\n",
                 (unsigned long long)report.commands, drill->truth->count, bytes,
                 good ? "agrees" : "DOES NOT AGREE");
    return good;
}

int main(int argc, char **argv)
{
    uint64_t trials = argc > 1 ? strtoull(argv[1], NULL, 10) : TRIALS_DEFAULT;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    uint64_t step = argc > 3 ? strtoull(argv[3], NULL, 10) : STEP_DEFAULT;
    static struct drill drill;

    (void)mallopt(M_MMAP_THRESHOLD, 64 << 20); /* states come and go: keep their memory */
    (void)mallopt(M_TRIM_THRESHOLD, 64 << 20);
    drill.truth = forged_create(SEGMENT_SIZE);
    drill.forged = forged_create(SEGMENT_SIZE);
    drill.disk = fake_disk_create();
    drill.chance = (struct random_stream){seed};
    drill.sha = sha256_create();
    record_day(&drill, seed);
    bool good = is_truth_accepted(&drill);
    for (uint64_t trial = 0; good && trial < trials; trial++) {
        enum act act = (enum act)(ACT_CHANGE + below(&drill, ACT_CUT));

        if (act == ACT_CUT) {
            try_cut(&drill);
        } else {
            try_forgery(&drill, act, (enum forgery)(FORGERY_NONE + below(&drill, 4)));
        }
    }
    if (good && step > 0) {
        try_bytes(&drill, step);
    }
    print(&drill);
    fake_disk_destroy(drill.disk);
    forged_destroy(drill.truth);
    forged_destroy(drill.forged);
    sha256_destroy(drill.sha);
    return good && drill.missed == 0 ? 0 : 1;
}
