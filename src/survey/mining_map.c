/* SPDX-License-Identifier: Apache-2.0
 *
 * The mining map of one month.
 *
 * Why here: it is the one public number about a country's mining, and the beginning of the question
 * how much of it nobody declared. So its sample and its bias travel with it.
 * Invariants: shares of all countries add up to 1; every interval lies within the bounds, which need
 * no supposition about the pools that are not in the sample.
 * Read next: map_drawing.h, gray_residual.h.
 */
#include "survey/mining_map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

const char *const mining_map_bias[] = {
    "Addresses are taken for places: VPNs and proxies move miners to other countries "
    "(Ireland and Germany are probably inflated).",
    "The pools of the sample are taken for all pools: pools have more miners near their own "
    "headquarters.",
    "A miner who hides his pool traffic, or mines in a private pool, is nowhere on the map.",
    NULL,
};

/* The rows of one month as a table of pools and countries. */
struct map_table {
    const char *pools[MINING_MAP_POOLS_MAX];
    double pool_ehs[MINING_MAP_POOLS_MAX];
    uint32_t pool_count;
    /* [country * MINING_MAP_POOLS_MAX + pool] */
    double cells[MINING_MAP_COUNTRIES_MAX * MINING_MAP_POOLS_MAX];
};

static bool pool_find(struct map_table *table, const char *name, uint32_t *index)
{
    *index = 0;
    while (*index < table->pool_count && strcmp(table->pools[*index], name) != 0) {
        (*index)++;
    }
    if (*index == table->pool_count && *index < MINING_MAP_POOLS_MAX) {
        table->pools[table->pool_count++] = name;
    }
    return *index < MINING_MAP_POOLS_MAX;
}

static bool country_find(struct mining_map *map, const char *name, size_t *index)
{
    *index = 0;
    while (*index < map->count && strcmp(map->countries[*index].name, name) != 0) {
        (*index)++;
    }
    if (*index == map->count && *index < MINING_MAP_COUNTRIES_MAX) {
        memcpy(map->countries[map->count++].name, name, SURVEY_NAME_SIZE);
    }
    return *index < MINING_MAP_COUNTRIES_MAX;
}

static enum mining_map_result table_fill(struct map_table *table, struct mining_map *map,
                                         const struct map_splits *splits)
{
    for (size_t i = 0; i < splits->count; i++) {
        const struct map_split *row = &splits->rows[i];
        uint32_t pool;
        size_t country;
        if (row->month != map->month) {
            continue;
        }
        if (!pool_find(table, row->pool, &pool)) {
            return MINING_MAP_RESULT_POOLS;
        }
        if (!country_find(map, row->country, &country)) {
            return MINING_MAP_RESULT_COUNTRIES;
        }
        table->cells[country * MINING_MAP_POOLS_MAX + pool] += row->ehs;
        table->pool_ehs[pool] += row->ehs;
        map->countries[country].sample_ehs += row->ehs;
        map->sample_ehs += row->ehs;
    }
    map->pools = table->pool_count;
    if (map->count == 0) {
        return MINING_MAP_RESULT_MONTH;
    }
    return map->sample_ehs > 0 ? MINING_MAP_RESULT_OK : MINING_MAP_RESULT_EMPTY;
}

/* The half-width of the interval of cells[0..pool_count): see the head of mining_map.h. */
static double half_width(const struct map_table *table, const struct mining_map *map,
                         const double *cells, double share)
{
    double k = map->pools;
    double squares = 0;
    for (uint32_t i = 0; i < map->pools; i++) {
        double residual = cells[i] - share * table->pool_ehs[i];
        squares += residual * residual;
    }
    double variance = (1 - map->coverage) * k / (k - 1) * squares;
    return estimate_student(map->pools - 1) * sqrt(variance) / map->sample_ehs;
}

static void country_estimate(const struct map_table *table, const struct mining_map *map,
                             size_t index, struct map_country *country)
{
    double share = country->sample_ehs / map->sample_ehs;
    country->bound_low = share * map->coverage;
    country->bound_high = fmin(1, share * map->coverage + 1 - map->coverage);
    double half = 1;
    if (map->pools >= 2) {
        half = half_width(table, map, &table->cells[index * MINING_MAP_POOLS_MAX], share);
    }
    country->share = (struct estimate){fmax(share - half, fmin(country->bound_low, share)), share,
                                       fmin(share + half, fmax(country->bound_high, share))};
    country->ehs = estimate_multiply(country->share, map->network_ehs);
}

static int country_compare(const void *left, const void *right)
{
    const struct map_country *a = left;
    const struct map_country *b = right;
    bool a_is_other = strcmp(a->name, MINING_MAP_OTHER) == 0;
    bool b_is_other = strcmp(b->name, MINING_MAP_OTHER) == 0;
    if (a_is_other != b_is_other) {
        return a_is_other ? 1 : -1;
    }
    if (a->share.point > b->share.point || a->share.point < b->share.point) {
        return a->share.point > b->share.point ? -1 : 1;
    }
    return strcmp(a->name, b->name);
}

enum mining_map_result mining_map_make(struct mining_map *map, const struct map_splits *splits,
                                       uint32_t month, struct estimate network_ehs)
{
    ENSURE(network_ehs.point > 0 && network_ehs.low >= 0);
    struct map_table *table = calloc(1, sizeof *table);
    ENSURE(table != NULL);
    memset(map, 0, sizeof *map);
    map->month = month;
    map->network_ehs = network_ehs;
    enum mining_map_result result = table_fill(table, map, splits);
    if (result == MINING_MAP_RESULT_OK && map->sample_ehs > network_ehs.high) {
        result = MINING_MAP_RESULT_NETWORK;
    }
    if (result == MINING_MAP_RESULT_OK) {
        map->coverage = fmin(1, map->sample_ehs / network_ehs.point);
        for (size_t i = 0; i < map->count; i++) {
            country_estimate(table, map, i, &map->countries[i]);
        }
        qsort(map->countries, map->count, sizeof map->countries[0], country_compare);
    }
    free(table);
    return result;
}

const struct map_country *mining_map_find(const struct mining_map *map, const char *name)
{
    for (size_t i = 0; i < map->count; i++) {
        if (strcmp(map->countries[i].name, name) == 0) {
            return &map->countries[i];
        }
    }
    return NULL;
}

const char *mining_map_result_text(enum mining_map_result result)
{
    switch (result) {
    case MINING_MAP_RESULT_OK: return "it is good";
    case MINING_MAP_RESULT_MONTH: return "no pool tells anything about this month";
    case MINING_MAP_RESULT_EMPTY: return "the pools tell of no hash rate in this month";
    case MINING_MAP_RESULT_NETWORK: return "the pools together have more than the whole network";
    case MINING_MAP_RESULT_POOLS: return "too many pools";
    case MINING_MAP_RESULT_COUNTRIES: return "too many countries";
    }
    return "unknown";
}
