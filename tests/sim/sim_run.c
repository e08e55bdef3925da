/* SPDX-License-Identifier: Apache-2.0
 *
 * The world goes on: whoever's time comes first has a turn, then the checkers look. A room of its own
 * because the order of things in the simulation is decided here and nowhere else.
 *
 * Read next: sim_schedule.h, what can go wrong; sim_check.h, what must hold.
 */
#include "sim/sim_run.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "sim/sim_check.h"
#include "sim/sim_core.h"
#include "sim/sim_desk.h"
#include "sim/sim_disk.h"
#include "sim/sim_gate.h"
#include "sim/sim_net.h"

#define QUIET_US     (60 * SIM_S) /* all must be answered within it */
#define COMPARE_US   (500 * SIM_MS)
#define REPLAY_US    (97 * SIM_S)
#define DAMAGE_US    (3 * SIM_S) /* how long damage may lie before somebody looks */
#define NET_DELAY_US 300

enum { BOOKS_EVERY = 8 }; /* comparisons */

/* Two states that were found equal: the number, and which lives they were of. */
struct compared {
    uint64_t number;
    uint64_t core_starts;
    uint64_t desk_lives;
};

enum actor {
    ACTOR_CORE = 1,
    ACTOR_SNAPSHOT,
    ACTOR_GATE,
    ACTOR_DESK, /* the first of them */
};
enum { ACTORS_END = ACTOR_DESK + SIM_DESKS };

static struct run {
    const struct sim_schedule *schedule;
    struct sim_report *report;
    uint32_t next_fault;
    int64_t compare_us;
    int64_t replay_us;
    int64_t damage_us; /* when somebody looks for damage */
    int64_t delay_until_us;
    int64_t slow_until_us;
    uint32_t power_loss; /* 0: the power stays; else enum fake_loss, when the core dies */
    struct compared compared[SIM_DESKS];
    uint64_t comparisons;
} run;

/* ------------------------------------------------------------------ what goes wrong */

static int64_t soon(int64_t ms)
{
    return (1 + (int64_t)random_below(&sim.random, (uint64_t)ms)) * SIM_MS;
}

static void power_goes(void)
{
    sim_core_down(soon(3000));
    for (uint32_t i = 0; i < SIM_DESKS; i++) {
        sim_desk_down(i, soon(4000));
    }
    sim_gate_down(soon(4000));
    sim_disk_lose_power((enum fake_loss)run.power_loss);
    run.power_loss = 0;
    run.report->power_losses++;
}

static void trouble(struct sim_process *process, enum sim_trouble kind, uint32_t call, int error)
{
    process->trouble = kind;
    process->trouble_at = process->calls + call;
    process->trouble_error = error;
}

static void damage(const struct sim_fault *fault)
{
    enum sim_trouble kind =
        fault->kind == SIM_FAULT_LOSE ? SIM_TROUBLE_LOSE : SIM_TROUBLE_MISDIRECT;
    if (fault->kind == SIM_FAULT_FLIP) {
        (void)sim_disk_flip_journal(&sim.random, check_told());
    } else {
        trouble(sim_core_process(), kind, fault->a / 4, 0);
    }
    run.damage_us = sim.now_us + DAMAGE_US;
}

static void net_fault(const struct sim_fault *fault)
{
    if (fault->kind == SIM_FAULT_LINK_CUT) {
        sim_net_cut(fault->a, &sim.random);
    } else if (fault->kind == SIM_FAULT_PARTITION) {
        sim_net_hold(sim_desk_process(fault->a % SIM_DESKS), sim.now_us + fault->b * SIM_MS);
    } else {
        sim.net_delay_us = fault->a * SIM_MS;
        run.delay_until_us = sim.now_us + fault->b * SIM_MS;
    }
}

static void carry_out(const struct sim_fault *fault)
{
    struct sim_process *core = sim_core_process();
    struct sim_process *desk = sim_desk_process(fault->a % SIM_DESKS);
    switch (fault->kind) {
    case SIM_FAULT_NONE: break;
    case SIM_FAULT_CORE_KILL: core->die_at = core->calls + fault->a; break;
    case SIM_FAULT_START_KILL: sim_core_kill_next_start(fault->a); break;
    case SIM_FAULT_DESK_KILL: desk->die_at = desk->calls + fault->b; break;
    case SIM_FAULT_GATE_KILL:
        sim_gate_process()->die_at = sim_gate_process()->calls + fault->a;
        break;
    case SIM_FAULT_CORE_STOP: sim_core_ask_to_stop(); break;
    case SIM_FAULT_SNAPSHOT: sim_core_snapshot(fault->a); break;
    case SIM_FAULT_POWER:
        core->die_at = core->calls + fault->a;
        run.power_loss = fault->b;
        break;
    case SIM_FAULT_DISK_ERROR:
        trouble(core, fault->c != 0 ? SIM_TROUBLE_SHORT : SIM_TROUBLE_ERROR, fault->a,
                (int)fault->b);
        break;
    case SIM_FAULT_DISK_SLOW:
        sim.disk_slow_us = fault->a * SIM_MS;
        run.slow_until_us = sim.now_us + fault->b * SIM_MS;
        break;
    case SIM_FAULT_READ_ERROR: trouble(desk, SIM_TROUBLE_ERROR, fault->b, 5); break;
    case SIM_FAULT_READ_FLIP: trouble(desk, SIM_TROUBLE_FLIP, fault->b, 0); break;
    case SIM_FAULT_LINK_CUT:
    case SIM_FAULT_PARTITION:
    case SIM_FAULT_DELAY: net_fault(fault); break;
    case SIM_FAULT_CLOCK:
        sim.wall_skew_us = ((int64_t)fault->a - (int64_t)fault->b) * SIM_MS;
        break;
    case SIM_FAULT_FLIP_SNAPSHOT: (void)sim_disk_flip_snapshot(&sim.random); break;
    case SIM_FAULT_FLIP:
    case SIM_FAULT_MISDIRECT:
    case SIM_FAULT_LOSE: damage(fault); break;
    }
    sim_note((uint64_t)fault->kind);
    run.report->faults++;
}

/* Whoever looks for damage finds it; then it is put right. */
static void look_for_damage(void)
{
    run.damage_us = SIM_NEVER;
    if (!sim_disk_is_damaged()) {
        return;
    }
    if (sim_core_durable() == 0 && !sim.is_quiet) {
        run.damage_us = sim.now_us + SIM_S; /* the core is down: it may find it first */
        return;
    }
    if (sim_core_durable() != 0 && !sim_disk_damage_is_last()) {
        check_verify(sim_core_durable(), true);
        run.report->damages_found++;
    }
    sim_disk_repair();
}

static void go_quiet(void)
{
    sim.is_quiet = true;
    sim.net_delay_us = NET_DELAY_US;
    sim.disk_slow_us = 0;
    run.power_loss = 0;
    sim_core_kill_next_start(0);
    struct sim_process *processes[] = {sim_core_process(), sim_gate_process(), sim_desk_process(0),
                                       sim_desk_process(1), sim_desk_process(2)};
    for (size_t i = 0; i < sizeof processes / sizeof processes[0]; i++) {
        processes[i]->trouble = SIM_TROUBLE_NONE;
        processes[i]->die_at = 0;
        sim_net_hold(processes[i], 0);
    }
    look_for_damage();
    sim_desks_finish();
    sim_gate_finish();
}

/* ------------------------------------------------------------------ what must hold */

static void compare(void)
{
    const struct engine *core = sim_core_engine();
    run.compare_us = sim.now_us + COMPARE_US;
    if (core == NULL) {
        return;
    }
    bool is_new = false;
    for (uint32_t i = 0; i < SIM_DESKS; i++) {
        const struct engine *desk = sim_desk_engine(i);
        struct compared now = {tarazy_engine_number(core), sim_core_tally()->starts,
                               sim_desk_lives(i)};
        if (desk != NULL && tarazy_engine_number(desk) == now.number &&
            memcmp(&now, &run.compared[i], sizeof now) != 0) {
            check_equal(SIM_CHECKER_FOLLOWER, core, desk, "a follower");
            is_new = true;
            run.compared[i] = now;
            run.report->compared++;
        }
    }
    if (is_new && run.comparisons++ % BOOKS_EVERY == 0) {
        check_books(core);
    }
    if (sim.now_us >= run.replay_us && !sim_disk_is_damaged()) {
        run.replay_us = sim.now_us + REPLAY_US;
        check_replay(core);
    }
}

static void remove_snapshots(void)
{
    const char *name;
    for (size_t i = 0; (name = fake_disk_name(sim_disk(), i)) != NULL;) {
        if (strncmp(name, "snapshot-", 9) == 0) {
            fake_disk_remove(sim_disk(), name);
        } else {
            i++;
        }
    }
}

/* A quiet minute is over: everybody is there, agrees, and has his answers. */
static void finish(void)
{
    const struct engine *core = sim_core_engine();
    if (core == NULL) {
        sim_break(SIM_CHECKER_LIVENESS, "the core is down");
        return;
    }
    for (uint32_t i = 0; i < SIM_DESKS; i++) {
        if (!sim_desk_is_live(i)) {
            sim_break(SIM_CHECKER_LIVENESS, "follower %u has not caught up", i);
        }
        if (tarazy_engine_number(core) == tarazy_engine_number(sim_desk_engine(i))) {
            check_equal(SIM_CHECKER_FOLLOWER, core, sim_desk_engine(i), "a follower");
        }
    }
    if (sim_desks_waiting() + sim_gate_waiting() > 0) {
        sim_break(SIM_CHECKER_LIVENESS, "%u clients wait for an answer",
                  sim_desks_waiting() + sim_gate_waiting());
    }
    remove_snapshots(); /* some have had a bit turned over: they are caches */
    check_books(core);
    check_replay(core);
    check_verify(sim_core_durable(), false);
    check_intents_hold();
}

/* ------------------------------------------------------------------ turns */

static int64_t next_of(uint32_t actor)
{
    switch (actor) {
    case ACTOR_CORE: return sim_core_next();
    case ACTOR_SNAPSHOT: return sim_snapshot_process()->wake_us;
    case ACTOR_GATE: return sim_gate_next();
    default: return sim_desk_next(actor - ACTOR_DESK); /* not an enum: the desks follow */
    }
}

static void turn(uint32_t actor)
{
    switch (actor) {
    case ACTOR_CORE:
        sim_core_turn();
        if (run.power_loss != 0 && sim_core_process()->is_dead) {
            power_goes();
        }
        break;
    case ACTOR_SNAPSHOT: sim_snapshot_turn(); break;
    case ACTOR_GATE: sim_gate_turn(); break;
    default: sim_desk_turn(actor - ACTOR_DESK); break; /* not an enum: the desks follow */
    }
    run.report->turns++;
}

/* Takes the time on to whatever comes first; false: the end. */
static bool go_on(int64_t end_us)
{
    uint32_t first = 0;
    int64_t next_us = end_us;
    for (uint32_t actor = ACTOR_CORE; actor < ACTORS_END; actor++) {
        int64_t at_us = next_of(actor);
        if (at_us < next_us) {
            next_us = at_us;
            first = actor;
        }
    }
    int64_t fault_us = run.next_fault < run.schedule->count && !sim.is_quiet
                           ? run.schedule->faults[run.next_fault].at_us
                           : SIM_NEVER;
    if (fault_us <= next_us) {
        sim.now_us = fault_us > sim.now_us ? fault_us : sim.now_us;
        carry_out(&run.schedule->faults[run.next_fault++]);
        return true;
    }
    sim.now_us = next_us > sim.now_us ? next_us : sim.now_us;
    if (first == 0) {
        return false;
    }
    turn(first);
    return true;
}

/* Who is behind may have read what is not there now. Who has applied all that is durable for him keeps
 * nothing of the files: what comes next he reads anew. */
static void restart_readers(void)
{
    sim.was_repaired = false;
    for (uint32_t i = 0; i < SIM_DESKS; i++) {
        if (!sim_desk_is_live(i)) {
            sim_desk_process(i)->failed_lives = 0;
            sim_desk_down(i, soon(500));
        }
    }
    if (!sim_gate_is_live()) {
        sim_gate_process()->failed_lives = 0;
        sim_gate_down(soon(500));
    }
}

static void look_around(void)
{
    if (sim.now_us >= run.delay_until_us) {
        sim.net_delay_us = NET_DELAY_US;
    }
    if (sim.now_us >= run.slow_until_us) {
        sim.disk_slow_us = 0;
    }
    if (sim.now_us >= run.damage_us) {
        look_for_damage();
    }
    if (sim.was_repaired) {
        restart_readers();
    }
    if (sim.now_us >= run.compare_us) {
        compare();
    }
}

static void fill_report(void)
{
    const struct sim_core_tally *core = sim_core_tally();
    run.report->digest = sim.digest;
    run.report->simulated_us = (uint64_t)sim.now_us;
    run.report->faulty_us = (uint64_t)(sim.options.seconds * SIM_S);
    run.report->commands = check_told();
    run.report->core_starts = core->starts;
    run.report->torn = core->torn;
    run.report->from_snapshot = core->from_snapshot;
    run.report->damages_found += core->refused_damage;
    run.report->readers_stopped = sim_desk_tally()->stopped_by_damage;
    run.report->reader_starts = sim_desk_tally()->starts + sim_gate_starts();
    run.report->intents = check_intents();
    run.report->effects = check_effects();
    run.report->kinds = check_kinds();
    run.report->gate_done = sim_gate_done();
    run.report->unknown = sim_desk_tally()->unknown + sim_gate_unknown();
    run.report->gate_calls = sim_gate_calls();
}

void sim_run(const struct sim_options *options, const struct sim_schedule *schedule,
             struct sim_report *report)
{
    memset(report, 0, sizeof *report);
    run = (struct run){
        .schedule = schedule, .report = report, .damage_us = SIM_NEVER, .replay_us = 20 * SIM_S};
    sim_world_start(options);
    sim_net_start();
    sim_disk_start();
    check_start();
    sim_core_start();
    sim_desks_start(options->clients);
    sim_gate_start(options->has_gate);
    (void)sim_snapshot_process();
    while (go_on(options->seconds * SIM_S)) {
        look_around();
    }
    go_quiet();
    while (go_on(options->seconds * SIM_S + QUIET_US)) {
        look_around();
    }
    finish();
    fill_report();
    sim_gate_end();
    sim_desks_end();
    sim_core_end();
    sim_disk_end();
    check_end();
}
