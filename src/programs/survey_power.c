/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy survey electricity`, `residual`, `gray` and `invent`: power, and what nobody declared. Read next:
 * survey/gray_report.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/exit_codes.h"
#include "programs/survey_call.h"
#include "survey/gray_report.h"
#include "survey/gray_residual.h"
#include "survey/mining_map.h"
#include "survey/synthetic_loads.h"

enum { SECONDS_PER_DAY = 86400 };

static void slice_free(struct slice file)
{
    free((void *)(uintptr_t)file.data);
}

/* One of the readers of the room, over a whole file; false: said. */
static bool machines_load(const char *path, struct machine_list *list)
{
    struct survey_fault fault;
    struct slice file;
    if (!survey_call_read(path, &file)) {
        return false;
    }
    bool is_read = machine_list_read(list, file, &fault);
    slice_free(file);
    if (!is_read) {
        survey_call_say(path, &fault);
    }
    return is_read;
}

/* ------------------------------------------------------------------ electricity */

static void electricity_print(const struct electricity *found, double ehs)
{
    (void)printf("Power of %.4f EH/s: an estimate (CBECI's model)\n"
                 "threshold    %.5f J/GH\n"
                 "machines     %zu in; the best is %s%s\n"
                 "             %10s %10s %10s\n"
                 "J/TH         %10.2f %10.2f %10.2f\n"
                 "GW           %10.4f %10.4f %10.4f\n"
                 "TWh a year   %10.3f %10.3f %10.3f\n"
                 "These are bounds and a guess between them, no interval of chance.\n",
                 ehs, found->threshold_j_gh, found->profitable, found->last->name,
                 found->is_fallback ? " (none pays any more: the last that did)" : "", "lower",
                 "best guess", "upper", found->j_per_th.low, found->j_per_th.point,
                 found->j_per_th.high, found->gigawatts.low, found->gigawatts.point,
                 found->gigawatts.high, found->twh_per_year.low, found->twh_per_year.point,
                 found->twh_per_year.high);
}

/* The model after all days of the file: the last machine that paid is known from the days before. */
static int electricity_of_days(const struct survey_call *call, const struct machine_list *list)
{
    static struct electricity_days days;
    struct electricity found = {0};
    struct survey_fault fault;
    struct slice file;
    if (!survey_call_read(call->days, &file)) {
        return EXIT_CODE_FAILED;
    }
    bool is_read = electricity_days_read(&days, file, &fault);
    slice_free(file);
    if (!is_read || days.count == 0) {
        fault = is_read ? (struct survey_fault){1, "no days"} : fault;
        survey_call_say(call->days, &fault);
        return EXIT_CODE_FAILED;
    }
    for (size_t i = 0; i < days.count; i++) {
        const struct electricity_moment moment = {
            .time_s = days.rows[i].day * SECONDS_PER_DAY,
            .threshold_j_gh = electricity_threshold_mean(&days, i, call->rules.price_usd_kwh),
            .ehs = call->hashrate_ehs,
            .before = found.last,
        };
        if (!electricity_estimate(&found, list, &call->rules, &moment)) {
            (void)fprintf(stderr, "%s: no machine had been released by then\n", call->machines);
            return EXIT_CODE_FAILED;
        }
    }
    electricity_print(&found, call->hashrate_ehs);
    return EXIT_CODE_DONE;
}

int survey_ask_electricity(const struct survey_call *call)
{
    static struct machine_list list;
    struct electricity found;
    bool has_day = call->has_day && call->revenue_usd > 0 && call->has_network;
    if (call->machines == NULL || call->hashrate_ehs <= 0 || has_day == (call->days != NULL)) {
        return EXIT_CODE_USAGE;
    }
    if (!machines_load(call->machines, &list)) {
        return EXIT_CODE_FAILED;
    }
    if (call->days != NULL) {
        return electricity_of_days(call, &list);
    }
    const struct electricity_moment moment = {
        .time_s = call->day * SECONDS_PER_DAY,
        .threshold_j_gh = electricity_threshold(call->revenue_usd, call->network_ehs.point,
                                                call->rules.price_usd_kwh),
        .ehs = call->hashrate_ehs,
    };
    if (!electricity_estimate(&found, &list, &call->rules, &moment)) {
        (void)fprintf(stderr, "%s: no machine had been released by then\n", call->machines);
        return EXIT_CODE_FAILED;
    }
    electricity_print(&found, call->hashrate_ehs);
    return EXIT_CODE_DONE;
}

/* ------------------------------------------------------------------ residual */

static void residual_print(const struct survey_call *call, const struct mining_map *map,
                           const struct map_country *country)
{
    struct gray_power gray;
    const struct gray_power_input input = {
        .country_ehs = country->ehs,
        .j_per_th = call->j_per_th,
        .pue = call->rules.pue,
        .declared_gw = estimate_of_exact(call->declared_gw),
        .hidden = call->hidden,
    };
    gray_residual_by_power(&gray, &input);
    (void)printf(
        "What the map implies and nobody declared, %s: an estimate\n"
        "hash rate    %.2f EH/s (%.2f to %.2f); sample of %u pools, %.0f %% of the network\n"
        "power        %.2f GW (%.2f to %.2f) at %g to %g J/TH, PUE %g to %g\n"
        "declared     %.2f GW\n"
        "not declared %.2f GW (%.2f to %.2f), %.0f %% of it (%.0f to %.0f)\n"
        "Supposed: between %.0f and %.0f %% of those who declared nothing are on no map.\n"
        "The limits take the worst of all that is unknown; bias of the map is in none of them:\n",
        country->name, country->ehs.point, country->ehs.low, country->ehs.high, map->pools,
        map->coverage * 100, gray.implied_gw.point, gray.implied_gw.low, gray.implied_gw.high,
        call->j_per_th.low, call->j_per_th.high, call->rules.pue.low, call->rules.pue.high,
        call->declared_gw, gray.gray_gw.point, gray.gray_gw.low, gray.gray_gw.high,
        gray.share.point * 100, gray.share.low * 100, gray.share.high * 100, call->hidden.low * 100,
        call->hidden.high * 100);
    for (size_t i = 0; mining_map_bias[i] != NULL; i++) {
        (void)printf("- %s\n", mining_map_bias[i]);
    }
}

int survey_ask_residual(const struct survey_call *call)
{
    static struct map_splits splits;
    static struct mining_map map;
    struct survey_fault fault;
    struct slice file;
    if (!call->has_month || call->splits == NULL || !call->has_network || call->country == NULL ||
        !call->has_efficiency || !call->has_declared) {
        return EXIT_CODE_USAGE;
    }
    if (!survey_call_read(call->splits, &file)) {
        return EXIT_CODE_FAILED;
    }
    bool is_read = map_splits_read(&splits, file, &fault);
    slice_free(file);
    if (!is_read) {
        survey_call_say(call->splits, &fault);
        return EXIT_CODE_FAILED;
    }
    enum mining_map_result result = mining_map_make(&map, &splits, call->month, call->network_ehs);
    const struct map_country *country =
        result == MINING_MAP_RESULT_OK ? mining_map_find(&map, call->country) : NULL;
    if (country == NULL) {
        (void)fprintf(stderr, "%s: %s\n", call->splits,
                      result == MINING_MAP_RESULT_OK ? "no pool has anybody in this country"
                                                     : mining_map_result_text(result));
        return EXIT_CODE_FAILED;
    }
    residual_print(call, &map, country);
    return EXIT_CODE_DONE;
}

/* ------------------------------------------------------------------ gray */

/* Reads one file into the set by its reader; a file that was not given is no fault. */
static bool gray_load(const char *path, struct load_set *set,
                      bool (*read)(struct load_set *set, struct slice file,
                                   struct survey_fault *fault))
{
    struct survey_fault fault;
    struct slice file;
    if (path == NULL) {
        return true;
    }
    if (!survey_call_read(path, &file)) {
        return false;
    }
    bool is_read = read(set, file, &fault);
    slice_free(file);
    if (!is_read) {
        survey_call_say(path, &fault);
    }
    return is_read;
}

static bool gray_load_devices(const struct survey_call *call, struct load_set *set)
{
    static struct machine_list machines;
    struct survey_fault fault;
    struct slice file;
    if (call->devices == NULL) {
        return true;
    }
    if (!machines_load(call->machines, &machines) || !survey_call_read(call->devices, &file)) {
        return false;
    }
    bool is_read = load_set_read_devices(set, &machines, file, &fault);
    slice_free(file);
    if (!is_read) {
        survey_call_say(call->devices, &fault);
    }
    return is_read;
}

static int gray_show(const struct survey_call *call, const struct load_set *set)
{
    struct gray_report report;
    struct gray_rules rules = gray_rules_default;
    double score_min = call->lists_all ? 0 : GRAY_REPORT_LISTED;
    rules.pue = call->rules.pue;
    rules.technical_loss = call->has_loss ? call->loss : rules.technical_loss;
    bool is_made = gray_report_make(&report, set, &rules);
    if (!is_made) {
        (void)fputs("out of memory\n", stderr);
    } else if (call->is_csv) {
        gray_report_write_csv(stdout, &report, set, score_min);
    } else {
        gray_report_write(stdout, &report, set, &rules, score_min);
    }
    gray_report_destroy(&report);
    return is_made ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

int survey_ask_gray(const struct survey_call *call)
{
    struct load_set set = {0};
    if (call->loads == NULL || (call->devices != NULL && call->machines == NULL)) {
        return EXIT_CODE_USAGE;
    }
    bool is_loaded = gray_load(call->loads, &set, load_set_read) &&
                     gray_load(call->signals, &set, load_set_read_signals) &&
                     gray_load_devices(call, &set) &&
                     gray_load(call->shares, &set, load_set_read_shares);
    int code = is_loaded ? gray_show(call, &set) : EXIT_CODE_FAILED;
    load_set_destroy(&set);
    return code;
}

/* ------------------------------------------------------------------ invent */

int survey_ask_invent(const struct survey_call *call)
{
    static struct synthetic_region region;
    if (!call->has_seed) {
        return EXIT_CODE_USAGE;
    }
    int code = EXIT_CODE_FAILED;
    FILE *signals = call->signals == NULL ? NULL : fopen(call->signals, "we");
    bool is_open = call->signals == NULL || signals != NULL;
    if (!is_open) {
        (void)fprintf(stderr, "%s: %s\n", call->signals, strerror(errno));
    } else if (synthetic_region_make(&region, call->seed)) {
        synthetic_region_write_loads(stdout, &region);
        code = EXIT_CODE_DONE;
    }
    if (signals != NULL && code == EXIT_CODE_DONE) {
        synthetic_region_write_signals(signals, &region);
    }
    if (signals != NULL && !survey_call_close(signals, call->signals)) {
        code = EXIT_CODE_FAILED;
    }
    load_set_destroy(&region.set);
    return code;
}
