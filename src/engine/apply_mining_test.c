/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands about mining on a node that has none: each is refused by name, directly and in a proposal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/apply.h"
#include "support/command_samples.h"
#include "support/engine_scene.h"

static bool is_about_mining(uint16_t kind)
{
    return kind >= COMMAND_MINER_SET;
}

static void node_without_mining_refuses_every_command_about_it_by_name(void **state)
{
    struct scene scene;

    scene_start(&scene);
    for (const uint16_t *kind = command_sample_kinds; *kind != 0; kind++) {
        union command_sample sample;

        if (is_about_mining(*kind)) {
            (void)command_sample_make(&sample, *kind);
            assert_int_equal(check_family(scene.engine, &sample.header), RESULT_MINING_NOT_ENABLED);
        }
    }
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(node_without_mining_refuses_every_command_about_it_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
