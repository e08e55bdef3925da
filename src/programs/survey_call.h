/* SPDX-License-Identifier: Apache-2.0
 *
 * What `tarazy survey` was asked, shared by the files of its questions.
 */
#ifndef PROGRAMS_SURVEY_CALL_H
#define PROGRAMS_SURVEY_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/slice.h"
#include "survey/electricity.h"
#include "survey/estimate.h"
#include "survey/gray_residual.h"
#include "survey/share_table.h"

/* Which files and numbers were given; NULL or 0 when not. */
struct survey_call {
    const char *splits;
    const char *headers;
    const char *readings;
    const char *machines;
    const char *days;
    const char *loads;
    const char *signals;
    const char *devices;
    const char *shares;
    const char *svg;
    const char *country;
    struct estimate network_ehs; /* a point, or LOW:POINT:HIGH */
    struct estimate j_per_th;
    struct electricity_rules rules;
    struct gray_hidden hidden;
    int64_t day;
    uint64_t seed;
    double hashrate_ehs;
    double revenue_usd;
    double declared_gw;
    double loss;
    uint32_t month;
    enum share_label by;
    bool has_month;
    bool has_day;
    bool has_network;
    bool has_efficiency;
    bool has_declared;
    bool has_loss;
    bool has_seed;
    bool is_csv;
    bool lists_all;
};

/* The whole file, freed by the caller with free((void *)slice.data); false: said why not. */
bool survey_call_read(const char *path, struct slice *file);

/* Says "FILE:LINE: reason". */
void survey_call_say(const char *path, const struct survey_fault *fault);

/* Closes what was written; false: the disk or the reader of the output did not take it, and it was said. */
bool survey_call_close(FILE *out, const char *name);

/* The questions; each returns the exit code. */
int survey_ask_map(const struct survey_call *call);
int survey_ask_rate(const struct survey_call *call);
int survey_ask_shares(const struct survey_call *call);
int survey_ask_electricity(const struct survey_call *call);
int survey_ask_residual(const struct survey_call *call);
int survey_ask_gray(const struct survey_call *call);
int survey_ask_invent(const struct survey_call *call);

#endif
