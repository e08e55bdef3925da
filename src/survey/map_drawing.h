/* SPDX-License-Identifier: Apache-2.0
 *
 * The mining map for people: a table, and a drawing (SVG 1.1, no scripts, no fonts or pictures from
 * elsewhere, text escaped) of ranked bars with their intervals. Both say sample and bias.
 */
#ifndef SURVEY_MAP_DRAWING_H
#define SURVEY_MAP_DRAWING_H

#include <stdio.h>

#include "survey/mining_map.h"

/* How many countries a drawing shows, "Other" among them; what is left is added up as one bar. */
enum { MAP_DRAWING_BARS_MAX = 24 };

void map_drawing_write_table(FILE *out, const struct mining_map *map);

/* month,country,share_pct,low_pct,high_pct,bound_low_pct,bound_high_pct,ehs,ehs_low,ehs_high */
void map_drawing_write_csv(FILE *out, const struct mining_map *map);

void map_drawing_write_svg(FILE *out, const struct mining_map *map);

/* Text between tags or in an attribute: & < > " ' as entities. */
void map_drawing_write_escaped(FILE *out, const char *text);

#endif
