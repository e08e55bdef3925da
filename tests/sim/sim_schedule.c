/* SPDX-License-Identifier: Apache-2.0
 *
 * Drawing, writing and reading what goes wrong. A room of its own because the shrinker takes faults
 * out of the list: nothing here may depend on what the run does.
 *
 * Read next: sim_run.c, which carries them out.
 */
#include "sim/sim_schedule.h"

#include <errno.h>
#include <string.h>

#include "sim/sim_world.h"

static const struct {
    const char *name;
    const char *family;
} kinds[] = {{"", ""},
             {"none", "none"},
#define SIM_FAULT_TEXT(name, text, family) {text, family},
             SIM_FAULTS(SIM_FAULT_TEXT)
#undef SIM_FAULT_TEXT
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const char *const families_known[SIM_FAULT_FAMILIES] = {"process", "power", "disk",
                                                               "net",     "clock", "damage"};

const char *sim_fault_name(enum sim_fault_kind kind)
{
    return kinds[kind].name;
}

static uint32_t family_bit(const char *name, size_t size)
{
    for (uint32_t i = 0; i < SIM_FAULT_FAMILIES; i++) {
        if (strlen(families_known[i]) == size && memcmp(families_known[i], name, size) == 0) {
            return 1u << i;
        }
    }
    return 0;
}

bool sim_schedule_families(const char *text, uint32_t *families)
{
    *families = 0;
    if (strcmp(text, "none") == 0) {
        return true;
    }
    if (strcmp(text, "all") == 0) {
        *families = (1u << SIM_FAULT_FAMILIES) - 1;
        return true;
    }
    while (*text != '\0') {
        size_t size = strcspn(text, ",");
        uint32_t bit = family_bit(text, size);
        if (bit == 0) {
            return false;
        }
        *families |= bit;
        text += size + (text[size] == ',' ? 1 : 0);
    }
    return true;
}

static uint32_t below(struct random_stream *random, uint32_t bound)
{
    return (uint32_t)random_below(random, bound);
}

static void draw_details(struct sim_fault *fault, struct random_stream *random)
{
    fault->a = 1 + below(random, 400);
    fault->b = 1 + below(random, 200);
    switch (fault->kind) {
    case SIM_FAULT_START_KILL: fault->a = 1 + below(random, 300); break;
    case SIM_FAULT_SNAPSHOT: fault->a = random_once_in(random, 3) ? fault->a / 4 + 1 : 0; break;
    case SIM_FAULT_POWER:
        fault->a = 1 + below(random, 300);
        fault->b = 1 + below(random, 4);
        break;
    case SIM_FAULT_DISK_ERROR:
        fault->b = random_once_in(random, 2) ? EIO : ENOSPC;
        fault->c = random_once_in(random, 3) ? 1 : 0;
        break;
    case SIM_FAULT_DISK_SLOW:
        fault->a = 1 + below(random, random_once_in(random, 4) ? 3000 : 100);
        fault->b = 1 + below(random, 5000);
        break;
    case SIM_FAULT_DESK_KILL:
    case SIM_FAULT_READ_ERROR:
    case SIM_FAULT_READ_FLIP: fault->a = below(random, SIM_DESKS); break;
    case SIM_FAULT_PARTITION:
        fault->a = below(random, SIM_DESKS);
        fault->b = 1 + below(random, 8000);
        break;
    case SIM_FAULT_DELAY:
        fault->a = 1 + below(random, 400);
        fault->b = 1 + below(random, 5000);
        break;
    case SIM_FAULT_CLOCK:
        fault->a = below(random, 4000);
        fault->b = below(random, 4000);
        break;
    case SIM_FAULT_NONE:
    case SIM_FAULT_CORE_KILL:
    case SIM_FAULT_GATE_KILL:
    case SIM_FAULT_CORE_STOP:
    case SIM_FAULT_LINK_CUT:
    case SIM_FAULT_FLIP:
    case SIM_FAULT_FLIP_SNAPSHOT:
    case SIM_FAULT_MISDIRECT:
    case SIM_FAULT_LOSE: break;
    }
}

static enum sim_fault_kind draw_kind(struct random_stream *random, uint32_t families)
{
    uint32_t kind;
    do {
        kind = 2 + below(random, KINDS - 2);
    } while ((families & family_bit(kinds[kind].family, strlen(kinds[kind].family))) == 0);
    return (enum sim_fault_kind)kind;
}

void sim_schedule_draw(struct sim_schedule *schedule, uint64_t seed, int64_t seconds,
                       uint32_t families)
{
    struct random_stream random = {.state = seed * 0xbf58476d1ce4e5b9u + 7};
    /* Some lives are calm, some are not. */
    int64_t pause_us = (1 + (int64_t)random_below(&random, 16)) * SIM_S / 2;
    int64_t at_us = (int64_t)random_below(&random, (uint64_t)pause_us);
    memset(schedule, 0, sizeof *schedule);
    while (families != 0 && at_us < seconds * SIM_S && schedule->count < SIM_FAULTS_MAX) {
        struct sim_fault fault = {.at_us = at_us, .kind = draw_kind(&random, families)};
        draw_details(&fault, &random);
        schedule->faults[schedule->count++] = fault;
        at_us += 1000 + (int64_t)random_below(&random, (uint64_t)pause_us * 2);
    }
}

void sim_schedule_print(const struct sim_schedule *schedule, FILE *to)
{
    for (uint32_t i = 0; i < schedule->count; i++) {
        const struct sim_fault *fault = &schedule->faults[i];
        (void)fprintf(to, "%lld %s %u %u %u\n", (long long)fault->at_us,
                      sim_fault_name(fault->kind), fault->a, fault->b, fault->c);
    }
}

bool sim_schedule_read(struct sim_schedule *schedule, FILE *from)
{
    char line[128];
    memset(schedule, 0, sizeof *schedule);
    while (fgets(line, sizeof line, from) != NULL) {
        struct sim_fault fault = {0};
        long long at_us;
        char name[24];
        if (line[0] == '#') {
            continue;
        }
        if (schedule->count == SIM_FAULTS_MAX ||
            sscanf(line, "%lld %23s %u %u %u", &at_us, name, &fault.a, &fault.b, &fault.c) != 5) {
            return false;
        }
        for (uint32_t kind = 2; kind < KINDS; kind++) {
            if (strcmp(kinds[kind].name, name) == 0) {
                fault.kind = (enum sim_fault_kind)kind;
            }
        }
        if (fault.kind == 0) {
            return false;
        }
        fault.at_us = at_us;
        schedule->faults[schedule->count++] = fault;
    }
    return true;
}
