/* SPDX-License-Identifier: Apache-2.0
 *
 * An invented small country played into a node over its public interface: officers register miners, sites,
 * meters, machines and pools, the second person approves, meters send a month's readings. What it knows
 * of gray miners the node is never told.
 */
#ifndef PROGRAMS_COUNTRY_PLAY_H
#define PROGRAMS_COUNTRY_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "survey/country.h"

struct country_play_options {
    const char *url;  /* of the gateway */
    const char *keys; /* keys.json with aida, adil, esep */
    int32_t year;     /* the month of the readings, UTC, the last of a quarter that is over */
    uint8_t month;
};

/* What the node has taken. */
struct country_played {
    uint32_t miners;
    uint32_t pools;
    uint32_t share_readings;
    uint32_t energy_readings;
    uint32_t fees; /* assessed */
};

/* Plays a country into a node that has registered nothing yet. False: said on standard error. */
bool country_play(const struct country *country, const struct country_play_options *options,
                  struct country_played *played);

#endif
