/* SPDX-License-Identifier: Apache-2.0
 *
 * The mining map for people.
 *
 * Why a file of its own: nothing of how it looks belongs to how it is reckoned.
 * Invariants: whatever stands in a name, the SVG stays well-formed and runs nothing; a bar never
 * stands without its interval, nor the drawing without its sample and bias.
 * Read next: ../programs/survey_main.c.
 */
#include "survey/map_drawing.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "survey/survey_number.h"

enum {
    WIDTH = 960,
    BAR_LEFT = 220,
    BAR_WIDTH = 500,
    ROW_HEIGHT = 26,
    TOP = 96,
    LINE_HEIGHT = 18,
    NAME_SHOWN_MAX = 28, /* bytes of a name that fit left of the bars */
};

/* Round values up to which the axis goes, in percent. */
static const double axis_ends[] = {5, 10, 20, 30, 40, 50, 60, 80, 100};

void map_drawing_write_escaped(FILE *out, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        switch (*c) {
        case '&': (void)fputs("&amp;", out); break;
        case '<': (void)fputs("&lt;", out); break;
        case '>': (void)fputs("&gt;", out); break;
        case '"': (void)fputs("&quot;", out); break;
        case '\'': (void)fputs("&#39;", out); break;
        default: (void)fputc(*c, out); break;
        }
    }
}

void map_drawing_write_table(FILE *out, const struct mining_map *map)
{
    char month[SURVEY_MONTH_SIZE];
    survey_month_write(map->month, month);
    (void)fprintf(
        out,
        "Bitcoin mining map, %s: an estimate\n"
        "network %.1f EH/s (%.1f to %.1f); sample of %u pools %.1f EH/s, %.0f %% of it\n\n"
        "%-28s %9s  %-17s %-17s %8s  %s\n",
        month, map->network_ehs.point, map->network_ehs.low, map->network_ehs.high, map->pools,
        map->sample_ehs, map->coverage * 100, "country", "share", "95 % interval", "bounds", "EH/s",
        "95 % interval");
    for (size_t i = 0; i < map->count; i++) {
        const struct map_country *at = &map->countries[i];
        (void)fprintf(out, "%-28s %7.2f %%  %6.2f to %6.2f  %6.2f to %6.2f  %8.2f  %.2f to %.2f\n",
                      at->name, at->share.point * 100, at->share.low * 100, at->share.high * 100,
                      at->bound_low * 100, at->bound_high * 100, at->ehs.point, at->ehs.low,
                      at->ehs.high);
    }
    (void)fprintf(out,
                  "\nThe interval supposes that pools outside of the sample are like those in it; "
                  "the bounds suppose nothing about them.\nNot in any of these numbers:\n");
    for (size_t i = 0; mining_map_bias[i] != NULL; i++) {
        (void)fprintf(out, "- %s\n", mining_map_bias[i]);
    }
}

void map_drawing_write_csv(FILE *out, const struct mining_map *map)
{
    char month[SURVEY_MONTH_SIZE];
    survey_month_write(map->month, month);
    (void)fputs("month,country,share_pct,low_pct,high_pct,bound_low_pct,bound_high_pct,ehs,ehs_low,"
                "ehs_high\n",
                out);
    for (size_t i = 0; i < map->count; i++) {
        const struct map_country *at = &map->countries[i];
        (void)fprintf(out, "%s,", month);
        survey_csv_write(out, at->name);
        (void)fprintf(out, ",%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f\n", at->share.point * 100,
                      at->share.low * 100, at->share.high * 100, at->bound_low * 100,
                      at->bound_high * 100, at->ehs.point, at->ehs.low, at->ehs.high);
    }
}

/* ------------------------------------------------------------------ SVG */

/* What the drawing shows: all but the smallest, which become one bar. */
static size_t bars_choose(const struct mining_map *map, struct map_country *rest)
{
    if (map->count <= MAP_DRAWING_BARS_MAX) {
        return map->count;
    }
    memset(rest, 0, sizeof *rest);
    memcpy(rest->name, "all others", sizeof "all others");
    for (size_t i = MAP_DRAWING_BARS_MAX - 1; i < map->count; i++) {
        const struct map_country *at = &map->countries[i];
        rest->share =
            i == MAP_DRAWING_BARS_MAX - 1 ? at->share : estimate_add(rest->share, at->share);
        rest->ehs = i == MAP_DRAWING_BARS_MAX - 1 ? at->ehs : estimate_add(rest->ehs, at->ehs);
    }
    return MAP_DRAWING_BARS_MAX;
}

static double axis_end(const struct mining_map *map)
{
    double most = 0;
    size_t i = 0;
    for (size_t k = 0; k < map->count; k++) {
        most = fmax(most, map->countries[k].share.high * 100);
    }
    while (i + 1 < sizeof axis_ends / sizeof axis_ends[0] && axis_ends[i] < most) {
        i++;
    }
    return axis_ends[i];
}

static void write_axis(FILE *out, double end, double bottom)
{
    for (int i = 0; i <= 5; i++) {
        double x = BAR_LEFT + BAR_WIDTH * i / 5.0;
        (void)fprintf(out,
                      "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%.0f\" class=\"grid\"/>\n"
                      "<text x=\"%.1f\" y=\"%d\" class=\"tick\">%g %%</text>\n",
                      x, TOP - 6, x, bottom, x, TOP - 12, end * i / 5);
    }
}

/* A name cut to what fits, never inside of a character. */
static void write_name(FILE *out, const char *name)
{
    char shown[SURVEY_NAME_SIZE + 4];
    size_t size = strlen(name);
    if (size > NAME_SHOWN_MAX) {
        size = NAME_SHOWN_MAX;
        while (size > 0 && ((uint8_t)name[size] & 0xC0) == 0x80) {
            size--;
        }
        (void)snprintf(shown, sizeof shown, "%.*s\xE2\x80\xA6", (int)size, name);
        name = shown;
    }
    map_drawing_write_escaped(out, name);
}

static void write_bar(FILE *out, const struct map_country *at, size_t row, double end)
{
    double y = TOP + (double)row * ROW_HEIGHT;
    double scale = BAR_WIDTH / (end / 100);
    double width = at->share.point * scale;
    double low = BAR_LEFT + at->share.low * scale;
    double high = BAR_LEFT + fmin(at->share.high * scale, BAR_WIDTH);
    bool is_rest = strcmp(at->name, MINING_MAP_OTHER) == 0 || strcmp(at->name, "all others") == 0;
    (void)fprintf(out, "<g><title>");
    map_drawing_write_escaped(out, at->name);
    (void)fprintf(
        out,
        ": %.2f %% (%.2f to %.2f), %.2f EH/s</title>\n<text x=\"%d\" y=\"%.1f\" class=\"name\">",
        at->share.point * 100, at->share.low * 100, at->share.high * 100, at->ehs.point,
        BAR_LEFT - 12, y + 15);
    write_name(out, at->name);
    (void)fprintf(out,
                  "</text>\n<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" class=\"%s\"/>\n"
                  "<path d=\"M%.1f %.1fV%.1fM%.1f %.1fH%.1fM%.1f %.1fV%.1f\" class=\"error\"/>\n",
                  BAR_LEFT, y + 3, width, ROW_HEIGHT - 8, is_rest ? "rest" : "bar", low, y + 7,
                  y + 17, low, y + 12, high, high, y + 7, y + 17);
    (void)fprintf(out,
                  "<text x=\"%d\" y=\"%.1f\" class=\"value\">%.2f %%</text>\n"
                  "<text x=\"%d\" y=\"%.1f\" class=\"rate\">%.1f EH/s</text></g>\n",
                  BAR_LEFT + BAR_WIDTH + 90, y + 15, at->share.point * 100, WIDTH - 24, y + 15,
                  at->ehs.point);
}

static void write_head(FILE *out, const struct mining_map *map, int height)
{
    char month[SURVEY_MONTH_SIZE];
    survey_month_write(map->month, month);
    (void)fprintf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
        "role=\"img\" aria-labelledby=\"title\">\n<title id=\"title\">Bitcoin mining map, %s</title>\n"
        "<style>text{font-family:system-ui,sans-serif;font-size:13px;fill:#1f2933}"
        ".head{font-size:20px;font-weight:600}.note{font-size:12px;fill:#52606d}"
        ".name,.value,.rate{text-anchor:end}.rate{fill:#52606d}.tick{font-size:11px;text-anchor:middle;"
        "fill:#7b8794}.grid{stroke:#e4e7eb}.bar{fill:#2f7d8c}.rest{fill:#b8c2cc}"
        ".error{stroke:#102a43;stroke-width:1.4;fill:none}</style>\n"
        "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n"
        "<text x=\"24\" y=\"34\" class=\"head\">Bitcoin mining map, %s</text>\n"
        "<text x=\"24\" y=\"56\" class=\"note\">Share of the network's hash rate, with 95 %% intervals; "
        "network %.1f EH/s; sample of %u pools, %.0f %% of it</text>\n",
        WIDTH, height, WIDTH, height, month, WIDTH, height, month, map->network_ehs.point,
        map->pools, map->coverage * 100);
}

void map_drawing_write_svg(FILE *out, const struct mining_map *map)
{
    struct map_country rest;
    size_t bars = bars_choose(map, &rest);
    size_t notes = 0;
    double end = axis_end(map);
    while (mining_map_bias[notes] != NULL) {
        notes++;
    }
    double bottom = TOP + (double)bars * ROW_HEIGHT;
    int height = (int)(bottom + 24 + (double)(notes + 1) * LINE_HEIGHT);
    write_head(out, map, height);
    write_axis(out, end, bottom);
    for (size_t i = 0; i < bars; i++) {
        bool is_rest = bars < map->count && i + 1 == bars;
        write_bar(out, is_rest ? &rest : &map->countries[i], i, end);
    }
    for (size_t i = 0; i < notes; i++) {
        (void)fprintf(out, "<text x=\"24\" y=\"%.0f\" class=\"note\">",
                      bottom + 26 + (double)i * LINE_HEIGHT);
        map_drawing_write_escaped(out, mining_map_bias[i]);
        (void)fputs("</text>\n", out);
    }
    (void)fputs("</svg>\n", out);
}
