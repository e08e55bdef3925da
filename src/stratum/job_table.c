/* SPDX-License-Identifier: Apache-2.0
 *
 * The jobs that shares may come in for. A file of its own because what is stale is decided here. Invariants: a job is found by its name
 * while it is live and one of the newest JOBS_MAX; its name is never given again. Read next: upstream.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "stratum/meter_inside.h"

static void job_free(struct meter_job *job)
{
    free(job->parts);
    free(job->line);
    free(job->clean_line);
    block_template_destroy(job->block);
    *job = (struct meter_job){0};
}

static void write_line(struct meter_job *job, bool is_clean, char **line, size_t *size)
{
    size_t capacity = 2048 + 2 * (job->job.coinbase1_size + job->job.coinbase2_size) +
                      67 * (size_t)job->job.branch_count;

    *line = malloc(capacity);
    ENSURE(*line != NULL);
    *size = write_notify((struct line_buffer){*line, capacity}, job->name, &job->job, is_clean);
    ENSURE(*size > 0);
}

void job_table_retire(struct job_table *table)
{
    for (size_t i = 0; i < JOBS_MAX; i++) {
        table->jobs[i].is_live = false;
    }
}

struct meter_job *job_table_add(struct job_table *table, const struct stratum_job *job,
                                uint8_t *parts, struct block_template *block)
{
    struct meter_job *place = &table->jobs[++table->sequence % JOBS_MAX];

    if (job->is_clean) {
        job_table_retire(table);
    }
    job_free(place);
    *place = (struct meter_job){
        .job = *job, .parts = parts, .sequence = table->sequence, .is_live = true, .block = block};
    (void)snprintf(place->name, sizeof place->name, "%" PRIx64, table->sequence);
    write_line(place, false, &place->line, &place->line_size);
    write_line(place, true, &place->clean_line, &place->clean_line_size);
    return place;
}

void job_table_free(struct job_table *table)
{
    for (size_t i = 0; i < JOBS_MAX; i++) {
        job_free(&table->jobs[i]);
    }
}

struct meter_job *job_table_find(struct job_table *table, const char *name)
{
    uint64_t sequence = strtoull(name, NULL, 16);
    struct meter_job *job = &table->jobs[sequence % JOBS_MAX];

    return job->is_live && strcmp(job->name, name) == 0 ? job : NULL;
}

struct meter_job *job_table_newest(struct job_table *table)
{
    struct meter_job *job = &table->jobs[table->sequence % JOBS_MAX];

    return job->is_live ? job : NULL;
}
