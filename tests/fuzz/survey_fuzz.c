/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of a survey of any bytes; the first says which reader they are for. A fault has a line within the
 * file and a reason; what is taken holds to the readers' promises and can be reckoned with.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "survey/electricity.h"
#include "survey/load_set.h"
#include "survey/mining_map.h"
#include "survey/network_rate.h"
#include "survey/share_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

static void fault_check(const struct survey_fault *fault, bool is_read, struct slice file)
{
    CHECK(is_read == (fault->reason == NULL));
    CHECK(fault->line <= file.size + 1);
}

static void map_check(struct slice file, struct survey_fault *fault)
{
    static struct map_splits splits;
    static struct mining_map map;
    bool is_read = map_splits_read(&splits, file, fault);
    fault_check(fault, is_read, file);
    if (!is_read || splits.count == 0) {
        return;
    }
    const struct estimate network = {1, 2, 1e13};
    if (mining_map_make(&map, &splits, splits.rows[0].month, network) == MINING_MAP_RESULT_OK) {
        double sum = 0;
        for (size_t i = 0; i < map.count; i++) {
            sum += map.countries[i].share.point;
        }
        CHECK(fabs(sum - 1) < 1e-6);
    }
}

static void shares_check(struct slice file, struct survey_fault *fault)
{
    struct share_table table;
    struct share_group *groups = NULL;
    size_t count = 0;
    bool is_read = share_table_read(&table, file, fault);
    fault_check(fault, is_read, file);
    if (is_read) {
        CHECK(share_table_group(&table, SHARE_LABEL_POOL, &groups, &count) && count > 0);
        free(groups);
    }
    share_table_destroy(&table);
}

static void rate_check(struct slice file)
{
    struct network_rate rate;
    uint64_t place = 0;
    enum network_result result = network_rate_read(file, &rate, &place);
    CHECK(place >= 1 && place <= file.size + 1);
    CHECK(result != NETWORK_RESULT_OK || (rate.blocks > 0 && rate.rate.low < rate.rate.high));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct machine_list machines;
    static struct electricity_days days;
    struct survey_fault fault = {0};
    struct load_set set;
    if (size == 0) {
        return 0;
    }
    struct slice file = slice_of((const char *)data + 1, size - 1);
    bool is_read = true;
    switch (data[0] % 6) {
    case 0: map_check(file, &fault); break;
    case 1: shares_check(file, &fault); break;
    case 2: rate_check(file); break;
    case 3: is_read = machine_list_read(&machines, file, &fault); break;
    case 4: is_read = electricity_days_read(&days, file, &fault); break;
    default: /* not an enum */
        is_read = load_set_read(&set, file, &fault);
        load_set_destroy(&set);
        break;
    }
    if (data[0] % 6 >= 3) {
        fault_check(&fault, is_read, file);
    }
    return 0;
}
