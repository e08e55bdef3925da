/* SPDX-License-Identifier: Apache-2.0
 *
 * A journal on a disk in memory whose last batch holds a record at which the fake engine stops, and the two
 * people who may have it skipped.
 */
#ifndef SUPPORT_QUARANTINE_SCENE_H
#define SUPPORT_QUARANTINE_SCENE_H

#include "journal/quarantine.h"
#include "journal/verifier.h"
#include "support/fake_disk.h"
#include "support/fake_engine.h"
#include "support/journal_flow.h"

#define QUARANTINE_SCENE_BATCH 4u /* commands */

struct quarantine_scene {
    struct fake_disk *disk;
    const struct storage *storage;
    uint64_t last; /* of the batch with the poison, which is the last record but one */
    struct journal_batch batch;
    uint8_t bytes[QUARANTINE_SCENE_BATCH * TARAZY_COMMAND_SIZE_MAX];
    struct command_quarantine quarantine; /* of the poison, by Olga and Adam; not yet written */
    struct journal_error error;
    struct journal_head head;
};

/* A journal of so many batches, and one more that was made durable and never applied. */
void quarantine_scene_start(struct quarantine_scene *scene, uint32_t batches);
void quarantine_scene_end(struct quarantine_scene *scene);

/* Signs what it says now with the keys it names. */
void quarantine_scene_sign(struct command_quarantine *quarantine);
struct command_quarantine quarantine_scene_of(const struct quarantine_scene *scene,
                                              uint64_t record);

/* scene->batch becomes the journal's last one; nothing is applied. */
void quarantine_scene_read_last(struct quarantine_scene *scene);

bool quarantine_scene_write(struct quarantine_scene *scene, struct command_quarantine *quarantines,
                            uint32_t count);
enum verifier_result quarantine_scene_verify(struct quarantine_scene *scene,
                                             struct verifier_report *report);

/* Writes something where a quarantine belongs, without asking anybody. */
void quarantine_scene_forge(struct quarantine_scene *scene, const void *commands, uint32_t size,
                            uint32_t count);

/* For does_abort: argument is the scene. */
void quarantine_scene_recover(void *argument);

#endif
