/* SPDX-License-Identifier: Apache-2.0
 *
 * Founding and opening a node.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "support/engine_scene.h"

static struct command_node_found licence(void)
{
    return (struct command_node_found){
        .header.kind = COMMAND_NODE_FOUND,
        .sandbox = 1,
        .hash_seed = {3, 4},
        .name.text = "a node",
        .limits = scene_limits,
    };
}

static void a_licence_names_the_limits_the_block_was_made_for(void **state)
{
    struct command_node_found found = licence();
    struct scene scene;
    struct node_view node;

    scene_start_empty(&scene, &scene_limits);
    found.limits.orders_max++;
    assert_int_equal(scene_send(&scene, 0, &found.header), RESULT_FIELD_INVALID);
    found.limits.orders_max--;
    assert_int_equal(scene_send(&scene, 0, &found.header), RESULT_OK);
    tarazy_query_node(scene.engine, &node);
    assert_true(node.founded && node.sandbox && !node.open);
    assert_string_equal(node.name.text, "a node");
    assert_int_equal(scene_event_count(&scene, EVENT_REGISTRY), 1);
    assert_int_equal(scene_send(&scene, 0, &found.header), RESULT_ALREADY_FOUNDED);
    scene_end(&scene);
}

static void a_licence_comes_from_nobody_but_the_node_itself(void **state)
{
    struct command_node_found found = licence();
    struct scene scene;

    scene_start_empty(&scene, &scene_limits);
    assert_int_equal(scene_send(&scene, 1, &found.header), RESULT_NOT_FOUNDED);
    scene_end(&scene);
}

static void a_node_is_opened_once(void **state)
{
    struct command_node_open open = {.header.kind = COMMAND_NODE_OPEN};
    struct scene scene;
    struct node_view node;

    scene_start_founding(&scene);
    assert_int_equal(scene_send(&scene, 0, &open.header), RESULT_OK);
    tarazy_query_node(scene.engine, &node);
    assert_true(node.open);
    assert_int_equal(scene_send(&scene, 0, &open.header), RESULT_ALREADY_FOUNDED);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_licence_names_the_limits_the_block_was_made_for),
        cmocka_unit_test(a_licence_comes_from_nobody_but_the_node_itself),
        cmocka_unit_test(a_node_is_opened_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
