/* SPDX-License-Identifier: Apache-2.0
 *
 * The scene: a core's journal cut short by its own engine. Read next: src/journal/quarantine_test.c.
 */
#include "support/quarantine_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "journal/quarantine_write.h"
#include "platform/signature.h"

#define NOW_US INT64_C(7) /* long before the journal: a quarantine is never older than its batch */

void quarantine_scene_sign(struct command_quarantine *quarantine)
{
    char text[QUARANTINE_TEXT_SIZE];
    uint8_t seed[ED25519_KEY_SIZE];
    size_t size = quarantine_text(quarantine, text);

    fake_engine_seed(quarantine->operator_key, seed);
    assert_true(ed25519_sign(seed, text, size, quarantine->operator_signature));
    fake_engine_seed(quarantine->approver_key, seed);
    assert_true(ed25519_sign(seed, text, size, quarantine->approver_signature));
}

struct command_quarantine quarantine_scene_of(const struct quarantine_scene *scene, uint64_t record)
{
    struct command_quarantine quarantine = {.operator_id = FAKE_OLGA,
                                            .operator_key = FAKE_OLGA,
                                            .approver_id = FAKE_ADAM,
                                            .approver_key = FAKE_ADAM,
                                            .reason = "every core stops at it"};

    assert_true(quarantine_name(&quarantine, &scene->batch, record, NOW_US));
    quarantine_scene_sign(&quarantine);
    return quarantine;
}

/* Reads the journal's last batch, without applying anything. */
void quarantine_scene_read_last(struct quarantine_scene *scene)
{
    const struct journal_reader_options options = {
        .storage = scene->storage, .directory = "j", .from = 1};
    struct journal_reader *reader = journal_reader_open(&options, &scene->error);
    struct journal_batch batch;

    assert_non_null(reader);
    while (journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch) == JOURNAL_READ_BATCH) {
        scene->batch = batch;
        if (batch.size <= sizeof scene->bytes) {
            memcpy(scene->bytes, batch.commands, batch.size);
            scene->batch.commands = scene->bytes;
        }
    }
    journal_reader_close(reader);
}

/* A journal of so many batches, and one more that was made durable and never applied. */
void quarantine_scene_start(struct quarantine_scene *scene, uint32_t batches)
{
    struct journal_core core;

    memset(scene, 0, sizeof *scene);
    fake_engine_poison = 0;
    scene->disk = fake_disk_create();
    scene->storage = fake_disk_storage(scene->disk);
    assert_true(journal_core_start(&core, scene->storage, "j", JOURNAL_FLOW_SEGMENT_SIZE));
    for (uint32_t i = 0; i < batches; i++) {
        assert_true(journal_core_step(&core, QUARANTINE_SCENE_BATCH));
    }
    assert_true(journal_core_append(&core, QUARANTINE_SCENE_BATCH));
    assert_true(log_sync(core.recovered.log));
    scene->last = log_head(core.recovered.log)->number;
    journal_core_stop(&core);
    quarantine_scene_read_last(scene);
    assert_int_equal(scene->batch.first_number + scene->batch.count - 1, scene->last);
    fake_engine_poison = scene->last - 1;
    scene->quarantine = quarantine_scene_of(scene, fake_engine_poison);
}

void quarantine_scene_end(struct quarantine_scene *scene)
{
    fake_disk_destroy(scene->disk);
    fake_engine_poison = 0;
}

bool quarantine_scene_write(struct quarantine_scene *scene, struct command_quarantine *quarantines,
                            uint32_t count)
{
    const struct quarantine_writing writing = {scene->storage, "j", quarantines, count};

    return quarantine_write(&writing, &scene->head, &scene->error);
}

enum verifier_result quarantine_scene_verify(struct quarantine_scene *scene,
                                             struct verifier_report *report)
{
    const struct verifier_options options = {.storage = scene->storage, .directory = "j"};

    return journal_verify(&options, report);
}

/* Writes something as if it were a quarantine, without asking anybody. */
void quarantine_scene_forge(struct quarantine_scene *scene, const void *commands, uint32_t size,
                            uint32_t count)
{
    struct recovery_options options = {.storage = scene->storage, .directory = "j"};
    struct command_quarantine honest = quarantine_scene_of(scene, scene->last - 1);
    struct recovered recovered;
    struct recovery_report report;

    options.quarantines = &honest;
    options.quarantine_count = 1;
    assert_true(recovery_run(&options, &recovered, &report, &scene->error));
    const struct log_batch batch = {.commands = commands,
                                    .size = size,
                                    .count = count,
                                    .first_number = log_head(recovered.log)->number + 1,
                                    .time_us = honest.header.time_us,
                                    .events = recovered.events};
    assert_true(log_append(recovered.log, &batch) && log_sync(recovered.log));
    recovered_close(&recovered);
}

void quarantine_scene_recover(void *argument)
{
    struct quarantine_scene *scene = argument;
    struct journal_core core;

    if (journal_core_start(&core, scene->storage, "j", JOURNAL_FLOW_SEGMENT_SIZE)) {
        journal_core_stop(&core);
    }
}
