/* SPDX-License-Identifier: Apache-2.0
 *
 * The core's life: recover, open, turn, die, again. A room of its own because it decides what a death
 * may excuse: a core that stops although nothing was done to it is a finding.
 *
 * Read next: src/node/core.c; sim_found.c, the first commands.
 */
#include "sim/sim_core.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/recovery.h"
#include "node/core.h"
#include "sim/sim_check.h"
#include "sim/sim_disk.h"
#include "sim/sim_found.h"
#include "sim/sim_net.h"

static struct sim_process process;
static struct recovered recovered;
static struct snapshot_schedule schedule;
static struct core *core;
static int stop_fd;
static uint64_t segment_size;
static uint64_t kill_start;
static struct sim_core_tally tally;

void sim_core_start(void)
{
    static const uint64_t sizes[] = {262144, 524288, 1048576};
    core = NULL;
    kill_start = 0;
    tally = (struct sim_core_tally){0};
    schedule = (struct snapshot_schedule){.lock = -1};
    sim_process_make(&process, SIM_ROLE_CORE, 1);
    sim_disk_give(&process);
    segment_size = sizes[random_below(&process.random, 3)];
    sim_enter(&process);
    sim_found_node(&process.storage, segment_size);
    sim_leave();
    process.wake_us = 0;
}

static void let_go(void)
{
    sim.current = &process;
    snapshot_schedule_stop(&schedule);
    core_close(core);
    recovered_close(&recovered);
    sim.current = NULL;
    sim_net_close_all(&process);
    core = NULL;
}

void sim_core_end(void)
{
    if (core != NULL) {
        let_go();
    }
}

/* What a start that was refused means: it was troubled, or it has found damage, or it is wrong. */
static void refused(const struct journal_error *error)
{
    char text[JOURNAL_ERROR_TEXT_SIZE];
    process.wake_us = process.busy_us + 100 * SIM_MS;
    if (process.is_dead || process.was_troubled) {
        return;
    }
    if (!sim_disk_is_damaged()) {
        sim_break(SIM_CHECKER_DURABLE, "the core does not start: %s",
                  journal_error_text(error, text));
    }
    tally.refused_damage++;
    sim_disk_repair();
}

static bool open_core(void)
{
    int error = 0;
    stop_fd = sim_net_flag();
    schedule.storage = &process.storage;
    schedule.folder = recovered.folder;
    struct core_options options = {.directory = ".",
                                   .log = recovered.log,
                                   .engine = recovered.engine,
                                   .events = recovered.events,
                                   .clock = sim_clock(),
                                   .snapshots = &schedule,
                                   .stop_fd = stop_fd};
    core = core_open(&options, &error);
    return core != NULL;
}

static void boot(void)
{
    struct recovery_options options = {
        .storage = &process.storage, .directory = ".", .segment_size = segment_size};
    struct recovery_report report;
    struct journal_error error;
    if (sim_disk_damage_is_last()) {
        sim_disk_repair(); /* a last batch that was lost cannot be missed by anybody */
    }
    enum sim_trouble trouble = process.trouble;
    sim_process_revive(&process);
    process.trouble = trouble; /* what was planned may strike the start, too */
    process.die_at = kill_start != 0 ? process.calls + kill_start : 0;
    kill_start = 0;
    sim_enter(&process);
    bool is_open = recovery_run(&options, &recovered, &report, &error);
    sim_leave();
    if (!is_open) {
        refused(&error);
        return;
    }
    tally.starts++;
    tally.torn += report.was_torn;
    tally.from_snapshot += report.snapshot_number > 0;
    check_recovered(log_head(recovered.log)->number);
    sim_disk_note_recovered(log_head(recovered.log)->number);
    schedule.last_number = report.snapshot_number;
    schedule.last_us = clock_monotonic_us(sim_clock());
    sim_enter(&process);
    bool is_there = open_core();
    sim_leave();
    ENSURE(is_there);
    process.wake_us = process.busy_us;
    if (process.is_dead) {
        sim_core_down(200 * SIM_MS);
    }
}

/* The core has ended by itself. */
static void ended(enum core_turn turn)
{
    char text[JOURNAL_ERROR_TEXT_SIZE];
    const struct journal_error *why = log_failure(recovered.log);
    if (turn != CORE_TURN_STOPPED && !process.was_troubled) {
        sim_break(SIM_CHECKER_LIVENESS, "the core stopped without a cause: %s",
                  why != NULL ? journal_error_text(why, text) : "no failure of the log");
    }
    sim_core_down(100 * SIM_MS);
}

void sim_core_turn(void)
{
    if (core == NULL) {
        boot();
        return;
    }
    sim_enter(&process);
    enum core_turn turn = core_turn(core, -1);
    sim_leave();
    sim_disk_note_head(log_head(recovered.log)->number);
    sim_note(log_durable(recovered.log));
    if (process.is_dead) {
        sim_core_down((int64_t)random_below(&sim.random, 2000) * SIM_MS);
        return;
    }
    if (turn != CORE_TURN_ON) {
        ended(turn);
        return;
    }
    process.wake_us = process.busy_us;
    if (process.has_waited) {
        process.wake_us =
            process.patience_us == SIM_NEVER ? SIM_NEVER : sim.now_us + process.patience_us;
    }
}

int64_t sim_core_next(void)
{
    int64_t news = core != NULL ? sim_net_next(&process) : SIM_NEVER;
    int64_t next = process.wake_us < news ? process.wake_us : news;
    return next < process.busy_us ? process.busy_us : next;
}

struct sim_process *sim_core_process(void)
{
    return &process;
}

bool sim_core_is_up(void)
{
    return core != NULL;
}

const struct engine *sim_core_engine(void)
{
    return core != NULL ? recovered.engine : NULL;
}

uint64_t sim_core_durable(void)
{
    return core != NULL ? log_durable(recovered.log) : 0;
}

void sim_core_down(int64_t after_us)
{
    if (core != NULL) {
        let_go();
    }
    process.wake_us = (process.busy_us > sim.now_us ? process.busy_us : sim.now_us) + after_us;
}

void sim_core_ask_to_stop(void)
{
    if (core != NULL) {
        sim_net_flag_raise(stop_fd, true);
    }
}

void sim_core_kill_next_start(uint64_t call)
{
    kill_start = call;
}

void sim_core_snapshot(uint64_t call)
{
    struct sim_process *writer = sim_snapshot_process();
    writer->die_at = call != 0 ? writer->calls + call : 0;
    schedule.every_records = 1;
    tally.snapshots++;
}

const struct sim_core_tally *sim_core_tally(void)
{
    return &tally;
}

/* Called when a snapshot was begun: the next one when it is asked for. */
void sim_snapshot_begun(void)
{
    schedule.every_records = 0;
}
