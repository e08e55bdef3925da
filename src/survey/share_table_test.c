/* SPDX-License-Identifier: Apache-2.0
 *
 * Shares added up by any label: no share twice, no order that matters, and parts that make the whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "support/assert_near.h"
#include "survey/share_table.h"

#define HEAD "miner,site,pool,region,country,begin,end,difficulty,shares\n"

static void sums_of_parts_are_the_whole(void **state)
{
    struct share_table table;
    struct survey_fault fault;
    const char *text = HEAD "m1,s1,p1,North,KZ,0,3600,65536,1000\n"
                            "m1,s1,p1,North,KZ,0,3600,32768,500\n"
                            "m2,s1,p2,North,KZ,0,1800,65536,400\n"
                            "m2,s1,p2,North,KZ,1800,3600,65536,410\n"
                            "m3,s2,p1,South,KZ,0,3600,65536,0\n";
    assert_true(share_table_read(&table, slice_of_text(text), &fault));
    assert_near(table.seconds, 3600, 0);
    static const size_t expected[] = {3, 2, 2, 2, 1};
    double whole = 65536.0 * HASH_RATE_PER_DIFFICULTY * (1000 + 250 + 400 + 410) / 3600;
    for (int label = SHARE_LABEL_MINER; label <= SHARE_LABEL_COUNT; label++) {
        struct share_group *groups;
        size_t count;
        double sum = 0;
        assert_true(share_table_group(&table, (enum share_label)label, &groups, &count));
        assert_int_equal(count, expected[label - 1]);
        for (size_t i = 0; i < count; i++) {
            sum += groups[i].rate.point;
        }
        assert_near(sum / whole, 1, 1e-12);
        free(groups);
    }
    struct share_group *groups;
    size_t count;
    assert_true(share_table_group(&table, SHARE_LABEL_MINER, &groups, &count));
    assert_string_equal(groups[0].name, "m1");
    assert_near(share_sum_effective(&groups[0].sum), 1250.0 * 1250 / 1125, 1e-6);
    assert_string_equal(groups[2].name, "m3");
    assert_true(groups[2].rate.point <= 0 && groups[2].rate.high > 0);
    free(groups);
    share_table_destroy(&table);
}

static void the_order_of_rows_does_not_matter(void **state)
{
    struct share_table a;
    struct share_table b;
    struct survey_fault fault;
    struct share_group *x;
    struct share_group *y;
    size_t count;
    assert_true(share_table_read(
        &a, slice_of_text(HEAD "m2,s,p,r,c,10,20,1,7\nm1,s,p,r,c,0,10,4,5\nm1,s,p,r,c,10,20,2,6\n"),
        &fault));
    assert_true(share_table_read(
        &b, slice_of_text(HEAD "m1,s,p,r,c,10,20,2,6\nm1,s,p,r,c,0,10,4,5\nm2,s,p,r,c,10,20,1,7\n"),
        &fault));
    assert_true(share_table_group(&a, SHARE_LABEL_SITE, &x, &count));
    assert_true(share_table_group(&b, SHARE_LABEL_SITE, &y, &count));
    assert_near(x[0].rate.low / y[0].rate.low, 1, 1e-12);
    assert_near(x[0].rate.high / y[0].rate.high, 1, 1e-12);
    free(x);
    free(y);
    share_table_destroy(&a);
    share_table_destroy(&b);
}

static void no_share_is_counted_twice(void **state)
{
    static const struct {
        const char *rows;
        uint64_t line;
        const char *words;
    } CASES[] = {
        {"m,s,p,r,c,0,10,1,5\nm,s,p,r,c,0,10,1,5\n", 3, "before"},
        {"m,s,p,r,c,0,10,1,5\nn,s,p,r,c,0,10,1,5\nm,s,q,r,c,5,15,1,5\n", 4, "overlap"},
        {"m,s,p,r,c,5,15,1,5\nm,s,p,r,c,0,10,1,5\n", 3, "overlap"},
        {"m,s,p,r,c,0,10,1,5\nm,s,p,r,c,0,20,1,5\n", 3, "overlap"},
        {"m,s,p,r,c,10,10,1,5\n", 2, "end"},
        {"m,s,p,r,c,10,9,1,5\n", 2, "end"},
        {"m,s,p,r,c,0,10,0,5\n", 2, "difficulty"},
        {"m,s,p,r,c,0,10,1,-5\n", 2, "number of shares"},
        {"m,s,p,r,c,0,10,1,5.5\n", 2, "number of shares"},
        {"m,,p,r,c,0,10,1,5\n", 2, "name"},
        {"m,s,p,r,c,0,10,1,5", 2, "cut"},
        {"", 1, "no rows"},
    };
    char text[1024];
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct share_table table;
        struct survey_fault fault;
        (void)snprintf(text, sizeof text, HEAD "%s", CASES[i].rows);
        assert_false(share_table_read(&table, slice_of_text(text), &fault));
        assert_int_equal(fault.line, CASES[i].line);
        assert_non_null(strstr(fault.reason, CASES[i].words));
        share_table_destroy(&table);
    }
    struct share_table table;
    struct survey_fault fault;
    /* One interval of several difficulties and pools is what a miner does. */
    assert_true(share_table_read(
        &table, slice_of_text(HEAD "m,s,p,r,c,0,10,1,5\nm,s,p,r,c,0,10,2,5\nm,s,q,r,c,0,10,1,5\n"),
        &fault));
    share_table_destroy(&table);
}

static void labels_have_names(void **state)
{
    enum share_label label;
    for (int i = SHARE_LABEL_MINER; i <= SHARE_LABEL_COUNT; i++) {
        assert_true(share_label_read(share_label_name((enum share_label)i), &label));
        assert_int_equal(label, i);
    }
    assert_false(share_label_read("planet", &label));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_of_parts_are_the_whole),
        cmocka_unit_test(the_order_of_rows_does_not_matter),
        cmocka_unit_test(no_share_is_counted_twice),
        cmocka_unit_test(labels_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
