/* SPDX-License-Identifier: Apache-2.0
 *
 * The drawing of the map: well-formed whatever the names are, without scripts, and never without
 * interval, sample and bias.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "survey/map_drawing.h"

static struct mining_map map;

static void map_fill(size_t count, const char *name)
{
    memset(&map, 0, sizeof map);
    map.month = 2021 * 12 + 7;
    map.pools = 4;
    map.coverage = 0.44;
    map.network_ehs = estimate_of_exact(120.7);
    map.count = count;
    for (size_t i = 0; i < count; i++) {
        double share = 1.0 / (double)count;
        (void)snprintf(map.countries[i].name, SURVEY_NAME_SIZE, "%s", name);
        map.countries[i].share =
            (struct estimate){share / 2, share, share * 1.5 > 1 ? 1 : share * 1.5};
        map.countries[i].ehs = estimate_scale(map.countries[i].share, 120.7);
    }
}

/* What was written last. */
static char drawing[1 << 17];

static const char *draw(void (*write)(FILE *out, const struct mining_map *map))
{
    FILE *out = fmemopen(drawing, sizeof drawing, "w");
    assert_non_null(out);
    write(out, &map);
    assert_int_equal(fclose(out), 0);
    assert_true(strlen(drawing) + 1 < sizeof drawing);
    return drawing;
}

/* Every tag is closed in its turn, every entity is one of five, no bare & or <. */
static void assert_well_formed(const char *text)
{
    char open[16][16];
    size_t depth = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '&') {
            assert_true(strncmp(at, "&amp;", 5) == 0 || strncmp(at, "&lt;", 4) == 0 ||
                        strncmp(at, "&gt;", 4) == 0 || strncmp(at, "&quot;", 6) == 0 ||
                        strncmp(at, "&#39;", 5) == 0);
        }
        if (*at != '<') {
            continue;
        }
        const char *end = strchr(at, '>');
        assert_non_null(end);
        size_t name = strcspn(at + 1, " />");
        if (at[1] == '/') {
            assert_true(depth > 0);
            depth--;
            assert_memory_equal(open[depth], at + 2, strlen(open[depth]));
        } else if (end[-1] != '/') {
            assert_true(depth < 16 && name < 16);
            memcpy(open[depth], at + 1, name);
            open[depth++][name] = '\0';
        }
        at = end;
    }
    assert_int_equal(depth, 0);
}

static size_t occurrences(const char *text, const char *word)
{
    size_t count = 0;
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        count++;
    }
    return count;
}

static void the_drawing_is_well_formed_whatever_the_names_are(void **state)
{
    static const char kazakh[] =
        "\xD2\x9A\xD0\xB0\xD0\xB7\xD0\xB0\xD2\x9B\xD1\x81\xD1\x82\xD0\xB0\xD0\xBD "
        "\xD0\xA0\xD0\xB5\xD1\x81\xD0\xBF\xD1\x83\xD0\xB1\xD0\xBB\xD0\xB8\xD0\xBA\xD0\xB0";
    static const char *const names[] = {
        "Kazakhstan", "<script>alert(1)</script>", "\" onload=\"x", "A & B", "'", kazakh, "&lt;",
        "]]>"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        map_fill(3, names[i]);
        const char *text = draw(map_drawing_write_svg);
        assert_well_formed(text);
        assert_null(strstr(text, "<script"));
        assert_null(strstr(text, "onload=\""));
    }
}

static void every_bar_has_its_interval_and_every_map_its_bias(void **state)
{
    map_fill(10, "Norway");
    const char *text = draw(map_drawing_write_svg);
    assert_int_equal(occurrences(text, "class=\"bar\""), 10);
    assert_int_equal(occurrences(text, "class=\"error\""), 10);
    assert_non_null(strstr(text, "VPNs"));
    assert_non_null(strstr(text, "44 % of it"));
    assert_non_null(strstr(text, "2021-08"));
    text = draw(map_drawing_write_table);
    assert_non_null(strstr(text, "VPNs"));
    assert_non_null(strstr(text, "bounds"));
    assert_non_null(strstr(text, "an estimate"));
}

static void many_countries_end_in_one_bar(void **state)
{
    map_fill(MAP_DRAWING_BARS_MAX, "x");
    const char *text = draw(map_drawing_write_svg);
    assert_int_equal(occurrences(text, "class=\"error\""), MAP_DRAWING_BARS_MAX);
    assert_null(strstr(text, "all others"));
    map_fill(200, "x");
    text = draw(map_drawing_write_svg);
    assert_int_equal(occurrences(text, "class=\"error\""), MAP_DRAWING_BARS_MAX);
    assert_non_null(strstr(text, "all others: 88.50 %"));
}

static void the_csv_doubles_quotation_marks(void **state)
{
    map_fill(1, "say \"x\", y");
    const char *text = draw(map_drawing_write_csv);
    assert_non_null(strstr(text, "2021-08,\"say \"\"x\"\", y\",100.0000,"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_drawing_is_well_formed_whatever_the_names_are),
        cmocka_unit_test(every_bar_has_its_interval_and_every_map_its_bias),
        cmocka_unit_test(many_countries_end_in_one_bar),
        cmocka_unit_test(the_csv_doubles_quotation_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
