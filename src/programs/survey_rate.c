/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy survey map`, `rate` and `shares`: hash rates. Read next: survey/mining_map.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/exit_codes.h"
#include "programs/survey_call.h"
#include "survey/map_drawing.h"
#include "survey/mining_map.h"
#include "survey/network_rate.h"

/* ------------------------------------------------------------------ map */

static bool map_write_svg(const char *path, const struct mining_map *map)
{
    FILE *out = fopen(path, "we");
    if (out == NULL) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    map_drawing_write_svg(out, map);
    return survey_call_close(out, path);
}

static int map_show(const struct survey_call *call, const struct map_splits *splits,
                    struct mining_map *map)
{
    enum mining_map_result result = mining_map_make(map, splits, call->month, call->network_ehs);
    if (result != MINING_MAP_RESULT_OK) {
        (void)fprintf(stderr, "%s: %s\n", call->splits, mining_map_result_text(result));
        return EXIT_CODE_FAILED;
    }
    if (call->is_csv) {
        map_drawing_write_csv(stdout, map);
    } else {
        map_drawing_write_table(stdout, map);
    }
    bool is_drawn = call->svg == NULL || map_write_svg(call->svg, map);
    return is_drawn ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

int survey_ask_map(const struct survey_call *call)
{
    static struct map_splits splits;
    static struct mining_map map;
    struct survey_fault fault;
    struct slice file;
    if (!call->has_month || call->splits == NULL || !call->has_network) {
        return EXIT_CODE_USAGE;
    }
    if (!survey_call_read(call->splits, &file)) {
        return EXIT_CODE_FAILED;
    }
    bool is_read = map_splits_read(&splits, file, &fault);
    free((void *)(uintptr_t)file.data);
    if (!is_read) {
        survey_call_say(call->splits, &fault);
        return EXIT_CODE_FAILED;
    }
    return map_show(call, &splits, &map);
}

/* ------------------------------------------------------------------ rate */

int survey_ask_rate(const struct survey_call *call)
{
    struct network_rate rate;
    struct slice file;
    uint64_t place = 0;
    if (call->headers == NULL) {
        return EXIT_CODE_USAGE;
    }
    if (!survey_call_read(call->headers, &file)) {
        return EXIT_CODE_FAILED;
    }
    enum network_result result = network_rate_read(file, &rate, &place);
    free((void *)(uintptr_t)file.data);
    if (result != NETWORK_RESULT_OK) {
        (void)fprintf(stderr, "%s:%llu: %s\n", call->headers, (unsigned long long)place,
                      network_result_text(result));
        return EXIT_CODE_FAILED;
    }
    (void)printf("The network's hash rate: an estimate\n"
                 "blocks      %llu in %.0f s\n"
                 "work        %.6e hashes; last difficulty %.3f\n"
                 "rate        %.4f EH/s\n"
                 "95 %% interval  %.4f to %.4f EH/s (exact, of so many blocks in chance time)\n"
                 "Not in it: times in headers are the miners' word.\n",
                 (unsigned long long)rate.blocks, rate.seconds, rate.work, rate.difficulty_last,
                 rate.rate.point / 1e18, rate.rate.low / 1e18, rate.rate.high / 1e18);
    return EXIT_CODE_DONE;
}

/* ------------------------------------------------------------------ shares */

static void shares_print(const struct survey_call *call, const struct share_group *groups,
                         size_t count, double seconds)
{
    (void)printf(
        "Hash rate by %s over %.0f s, from counted shares: an estimate\n\n%-32s %14s  %s\n",
        share_label_name(call->by), seconds, share_label_name(call->by), "TH/s",
        call->has_network ? "95 % interval, share of the network" : "95 % interval");
    for (size_t i = 0; i < count; i++) {
        struct estimate rate = groups[i].rate;
        (void)printf("%-32s %14.4f  %.4f to %.4f", groups[i].name, rate.point / 1e12,
                     rate.low / 1e12, rate.high / 1e12);
        if (call->has_network) {
            struct estimate share = hash_rate_share(rate, estimate_scale(call->network_ehs, 1e18));
            (void)printf("  %.6f %% (%.6f to %.6f)", share.point * 100, share.low * 100,
                         share.high * 100);
        }
        (void)printf("\n");
    }
}

int survey_ask_shares(const struct survey_call *call)
{
    struct share_table table;
    struct survey_fault fault;
    struct slice file;
    struct share_group *groups = NULL;
    size_t count = 0;
    if (call->readings == NULL) {
        return EXIT_CODE_USAGE;
    }
    if (!survey_call_read(call->readings, &file)) {
        return EXIT_CODE_FAILED;
    }
    bool is_read = share_table_read(&table, file, &fault);
    free((void *)(uintptr_t)file.data);
    if (!is_read) {
        survey_call_say(call->readings, &fault);
    } else if (share_table_group(&table, call->by, &groups, &count)) {
        shares_print(call, groups, count, table.seconds);
    }
    bool is_shown = groups != NULL;
    free(groups);
    share_table_destroy(&table);
    return is_shown ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}
