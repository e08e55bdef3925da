/* SPDX-License-Identifier: Apache-2.0
 *
 * Publishing a root of liabilities.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/engine_scene.h"

static struct command_liabilities_publish publication(uint64_t record, uint64_t epoch)
{
    return (struct command_liabilities_publish){
        .header.kind = COMMAND_LIABILITIES_PUBLISH,
        .record = record,
        .epoch = epoch,
        .root.bytes = {1, 2, 3},
        .totals.bytes = {4, 5, 6},
    };
}

static enum result publish(struct scene *scene, uint64_t record, uint64_t epoch)
{
    struct command_liabilities_publish command = publication(record, epoch);

    return scene_send(scene, SCENE_OLGA, &command.header);
}

static void the_last_published_root_can_be_read(void **state)
{
    struct scene scene;
    struct liabilities_view view;

    scene_start(&scene);
    assert_false(tarazy_query_liabilities(scene.engine, &view));
    uint64_t now = tarazy_engine_number(scene.engine);
    assert_int_equal(publish(&scene, now, 7), RESULT_OK);
    assert_true(tarazy_query_liabilities(scene.engine, &view));
    assert_int_equal(view.record, now);
    assert_int_equal(view.epoch, 7);
    assert_int_equal(view.published, now + 1);
    assert_int_equal(view.root.bytes[0], 1);
    assert_int_equal(view.totals.bytes[0], 4);
    scene_end(&scene);
}

static void a_root_speaks_of_a_record_of_the_past(void **state)
{
    struct scene scene;
    struct liabilities_view view;

    scene_start(&scene);
    uint64_t next = tarazy_engine_number(scene.engine) + 1;
    assert_int_equal(publish(&scene, 0, 1), RESULT_LIABILITIES_RECORD);
    next++;
    assert_int_equal(publish(&scene, next, 1), RESULT_LIABILITIES_RECORD); /* of itself */
    next++;
    assert_int_equal(publish(&scene, next + 1, 1), RESULT_LIABILITIES_RECORD);
    assert_false(tarazy_query_liabilities(scene.engine, &view));
    assert_int_equal(publish(&scene, next - 1, 1), RESULT_OK);
    scene_end(&scene);
}

static void no_root_speaks_of_a_record_before_the_last_ones(void **state)
{
    struct scene scene;

    scene_start(&scene);
    assert_int_equal(publish(&scene, 5, 1), RESULT_OK);
    assert_int_equal(publish(&scene, 4, 2), RESULT_LIABILITIES_RECORD);
    assert_int_equal(publish(&scene, 5, 2), RESULT_OK);
    scene_end(&scene);
}

static void an_epoch_is_published_once_and_epochs_grow(void **state)
{
    struct scene scene;

    scene_start(&scene);
    assert_int_equal(publish(&scene, 5, 0), RESULT_LIABILITIES_EPOCH);
    assert_int_equal(publish(&scene, 5, 3), RESULT_OK);
    assert_int_equal(publish(&scene, 5, 3), RESULT_LIABILITIES_EPOCH);
    assert_int_equal(publish(&scene, 6, 2), RESULT_LIABILITIES_EPOCH);
    assert_int_equal(publish(&scene, 6, 9), RESULT_OK);
    scene_end(&scene);
}

static void nobody_but_an_operator_publishes(void **state)
{
    struct scene scene;

    scene_start(&scene);
    for (uint32_t who = 1; who <= SCENE_PEOPLE; who++) {
        struct command_liabilities_publish command = publication(5, who);
        bool may = who == SCENE_OLGA || who == SCENE_OMAR;

        assert_int_equal(scene_send(&scene, who, &command.header),
                         may ? RESULT_OK : RESULT_NOT_PERMITTED);
    }
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_published_root_can_be_read),
        cmocka_unit_test(a_root_speaks_of_a_record_of_the_past),
        cmocka_unit_test(no_root_speaks_of_a_record_before_the_last_ones),
        cmocka_unit_test(an_epoch_is_published_once_and_epochs_grow),
        cmocka_unit_test(nobody_but_an_operator_publishes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
