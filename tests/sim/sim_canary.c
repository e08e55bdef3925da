/* SPDX-License-Identifier: Apache-2.0
 *
 * Which planted bug is on. A room of its own because it is the one file that is compiled twice: with
 * the bugs for `sim_canary`, without for `sim`.
 *
 * Read next: sim_canary.h; tests/sim/CMakeLists.txt, where each must be found.
 */
#include "sim/sim_canary.h"

#include <string.h>

#include "sim/sim_world.h"

#ifdef SIM_WITH_CANARIES
static enum sim_canary chosen = SIM_CANARY_NONE;

bool canary_choose(const char *name)
{
    static const struct {
        const char *name;
        enum sim_canary canary;
    } names[] = {
        {"lying-sync", SIM_CANARY_LYING_SYNC},       {"lost-posting", SIM_CANARY_LOST_POSTING},
        {"core-bit", SIM_CANARY_CORE_BIT},           {"follower-skip", SIM_CANARY_FOLLOWER_SKIP},
        {"new-name", SIM_CANARY_NEW_NAME},           {"wall-time", SIM_CANARY_WALL_TIME},
        {"hidden-damage", SIM_CANARY_HIDDEN_DAMAGE}, {"swallow", SIM_CANARY_SWALLOW},
        {"early-answer", SIM_CANARY_EARLY_ANSWER},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].name, name) == 0) {
            chosen = names[i].canary;
            return true;
        }
    }
    return false;
}

enum sim_canary canary_chosen(void)
{
    return chosen;
}

bool canary_is(enum sim_canary canary)
{
    return chosen == canary;
}

bool canary_swallows_message(void)
{
    return chosen == SIM_CANARY_SWALLOW && random_once_in(&sim.random, 500);
}
#else
bool canary_choose(const char *name)
{
    (void)name;
    return false;
}

enum sim_canary canary_chosen(void)
{
    return SIM_CANARY_NONE;
}

bool canary_is(enum sim_canary canary)
{
    (void)canary;
    return false;
}

bool canary_swallows_message(void)
{
    return false;
}
#endif
