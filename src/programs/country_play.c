/* SPDX-License-Identifier: Apache-2.0
 *
 * The small country's acts, one signed request each.
 *
 * Why a file of its own: it is a client with three keys and nothing more, so what it can do anybody with
 * such keys can. Invariants: miner i of the country becomes miner, site, meter and equipment i + 1 of the
 * node; every reading is asked for once, and the first refusal ends the play. Read next:
 * survey/country.h for the truth behind it; gateway/rest_mining.c for who takes it.
 */
#include "programs/country_play.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/keys_file.h"
#include "client/venue_client.h"
#include "mining/civil_date.h"
#include "platform/sha256.h"
#include "platform/signature.h"
#include "survey/sealed_random.h"

enum {
    SHARES_PER_DAY = 20000, /* of a miner, on average: what variable difficulty aims at */
    REGIONS = 5,            /* of the country */
    MACHINE_GHS = 100000,   /* one machine of the country */
    REGISTER_DIGITS = 12,   /* of a meter that counts Wh */
    LICENCE_DAYS = 3 * 365,
};

static const int64_t DAY_MS = INT64_C(86400000);

struct play {
    const struct country *country;
    struct venue_client *officer;  /* applies and proposes */
    struct venue_client *approver; /* the second person */
    struct venue_client *meter;
    struct sha256 *sha;
    struct sealed_random random; /* of the shares' chance */
    int32_t first_day;           /* of the month */
    int32_t
        days; /* of it, UTC, but its first and last: in the law's own time they may be another's */
    uint64_t sequence; /* of the meter's share readings */
    uint64_t registers_wh[COUNTRY_LICENSED_MAX];
    struct country_played *played;
};

/* ------------------------------------------------------------------ requests */

static struct venue_client *client_of(const struct country_play_options *options, const char *name)
{
    struct client_key key;
    const char *error;

    if (!keys_file_find(options->keys, name, &key, &error)) {
        (void)fprintf(stderr, "tarazy country: %s\n", error);
        return NULL;
    }
    struct venue_client *client = venue_client_create(options->url, &key);
    secret_wipe(&key, sizeof key);
    return client;
}

static void add_number(struct venue_parameters *parameters, const char *name, uint64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%" PRIu64, number);
    venue_parameters_add(parameters, name, text);
}

static void add_day(struct venue_parameters *parameters, const char *name, int32_t day)
{
    struct civil_date date = civil_date_of_day(day);
    char text[16];

    (void)snprintf(text, sizeof text, "%04d-%02u-%02u", (int)date.year, (unsigned)date.month,
                   (unsigned)date.day);
    venue_parameters_add(parameters, name, text);
}

static bool is_taken(const struct http_answer *answer, const char *path)
{
    struct venue_refusal refusal;

    if (!venue_answer_is_ok(answer, &refusal)) {
        (void)fprintf(stderr, "tarazy country: %s: refused: %" PRId64 " %s\n", path, refusal.code,
                      refusal.text);
        return false;
    }
    return true;
}

/* The second person's part, where the node asks for one. */
static bool approve(const struct play *play, struct slice proposal)
{
    struct venue_parameters parameters;
    char number[24];
    struct slice state;

    venue_parameters_begin(&parameters);
    (void)snprintf(number, sizeof number, "%.*s", (int)proposal.size, proposal.data);
    venue_parameters_add(&parameters, "proposalId", number);
    struct http_answer answer =
        venue_client_signed(play->approver, "POST", "/tarazy/v1/proposal/approve", &parameters);
    if (!is_taken(&answer, "proposal/approve")) {
        return false;
    }
    if (!venue_answer_find(&answer, "state", &state) || !slice_equals_text(state, "EXECUTED")) {
        (void)fprintf(stderr, "tarazy country: approved, and refused: %s\n", answer.body);
        return false;
    }
    return true;
}

/* Done, by one or by two. */
static bool act(const struct play *play, struct venue_client *who, const char *what,
                const struct venue_parameters *parameters)
{
    char path[64];
    struct slice status;
    struct slice proposal;

    (void)snprintf(path, sizeof path, "/tarazy/v1/mining/%s", what);
    struct http_answer answer = venue_client_signed(who, "POST", path, parameters);
    if (!is_taken(&answer, what)) {
        return false;
    }
    bool is_proposed =
        venue_answer_find(&answer, "status", &status) && slice_equals_text(status, "PROPOSED");
    return !is_proposed ||
           (venue_answer_find(&answer, "proposalId", &proposal) && approve(play, proposal));
}

/* ------------------------------------------------------------------ the register */

static uint32_t kilowatts(const struct country_miner *miner)
{
    return (uint32_t)(miner->ehs * miner->j_per_th * miner->pue * 1000) + 1; /* EH/s × J/TH = MW */
}

static bool register_miner(const struct play *play, uint32_t number)
{
    struct venue_parameters parameters;
    char text[32];

    venue_parameters_begin(&parameters);
    (void)snprintf(text, sizeof text, "miner%u", number);
    venue_parameters_add(&parameters, "participant", text);
    venue_parameters_add(&parameters, "subtype", "I");
    add_number(&parameters, "region", 1 + number % REGIONS);
    add_day(&parameters, "validFrom", play->first_day);
    add_day(&parameters, "validTo", play->first_day + LICENCE_DAYS);
    (void)snprintf(text, sizeof text, "KZ-I-%04u", number);
    venue_parameters_add(&parameters, "licence", text);
    return act(play, play->officer, "miner", &parameters);
}

static bool grant(const struct play *play, const char *what, uint32_t number)
{
    struct venue_parameters parameters;
    char path[32];

    venue_parameters_begin(&parameters);
    add_number(&parameters, what, number);
    venue_parameters_add(&parameters, "decision", "GRANT");
    venue_parameters_add(&parameters, "reason", "papers and place were seen");
    (void)snprintf(path, sizeof path, "%s/decision", what);
    return act(play, play->officer, path, &parameters);
}

static bool register_site(const struct play *play, uint32_t number)
{
    struct venue_parameters parameters;
    char text[32];

    venue_parameters_begin(&parameters);
    add_number(&parameters, "miner", number);
    add_number(&parameters, "region", 1 + number % REGIONS);
    add_number(&parameters, "capacityKw", kilowatts(&play->country->licensed[number - 1]) * 2);
    (void)snprintf(text, sizeof text, "centre %u", number);
    venue_parameters_add(&parameters, "name", text);
    return act(play, play->officer, "site", &parameters);
}

static bool register_meter(const struct play *play, uint32_t number)
{
    struct venue_parameters parameters;
    char text[32];

    venue_parameters_begin(&parameters);
    add_number(&parameters, "site", number);
    add_number(&parameters, "miner", number);
    venue_parameters_add(&parameters, "reader", "esep");
    venue_parameters_add(&parameters, "source", number % 4 == 0 ? "RENEWABLE" : "GRID");
    add_number(&parameters, "registerDigits", REGISTER_DIGITS);
    (void)snprintf(text, sizeof text, "E-%06u", 100000 + number);
    venue_parameters_add(&parameters, "serial", text);
    return act(play, play->officer, "meter", &parameters);
}

static bool register_equipment(const struct play *play, uint32_t number)
{
    const struct country_miner *miner = &play->country->licensed[number - 1];
    struct venue_parameters parameters;

    venue_parameters_begin(&parameters);
    add_number(&parameters, "miner", number);
    add_number(&parameters, "site", number);
    add_number(&parameters, "count", (uint64_t)(miner->ehs * 1e9 / MACHINE_GHS) + 1);
    add_number(&parameters, "ghs", MACHINE_GHS);
    add_number(&parameters, "mjPerTh", (uint64_t)(miner->j_per_th * 1000));
    venue_parameters_add(&parameters, "model", "machine of 100 TH/s");
    return act(play, play->officer, "equipment", &parameters);
}

static bool register_pool(const struct play *play, uint32_t number)
{
    struct venue_parameters parameters;
    char text[32];

    venue_parameters_begin(&parameters);
    (void)snprintf(text, sizeof text, "pool%u", number);
    venue_parameters_add(&parameters, "participant", text);
    add_day(&parameters, "validFrom", play->first_day);
    add_day(&parameters, "validTo", play->first_day + LICENCE_DAYS);
    (void)snprintf(text, sizeof text, "KZ-P-%02u", number);
    venue_parameters_add(&parameters, "accreditation", text);
    return act(play, play->officer, "pool", &parameters) && grant(play, "pool", number);
}

static bool play_register(const struct play *play)
{
    for (uint32_t i = 1; i <= COUNTRY_SAMPLE; i++) {
        if (!register_pool(play, i)) {
            return false;
        }
        play->played->pools++;
    }
    for (uint32_t i = 1; i <= play->country->licensed_count; i++) {
        if (!register_miner(play, i) || !grant(play, "miner", i) || !register_site(play, i) ||
            !register_meter(play, i) || !register_equipment(play, i)) {
            return false;
        }
        play->played->miners++;
    }
    return true;
}

/* ------------------------------------------------------------------ a month */

static void add_interval(const struct play *play, struct venue_parameters *parameters, int32_t day)
{
    uint64_t begin_ms = (uint64_t)((play->first_day + 1 + day) * DAY_MS);

    add_number(parameters, "begin", begin_ms);
    add_number(parameters, "end", begin_ms + (uint64_t)DAY_MS);
}

/* Shares come by chance; each stands for a 20,000th of the miner's day. */
static bool read_shares(struct play *play, uint32_t number, int32_t day)
{
    const struct country_miner *miner = &play->country->licensed[number - 1];
    double luck = sealed_random_normal(&play->random) * sqrt(SHARES_PER_DAY);
    uint64_t accepted = (uint64_t)(SHARES_PER_DAY + luck);
    uint64_t hashes = (uint64_t)(miner->ehs * 1e9 * 86400 / SHARES_PER_DAY); /* 10^9 of a share */
    struct venue_parameters parameters;
    struct hash256 log;
    char text[80];

    venue_parameters_begin(&parameters);
    add_number(&parameters, "miner", number);
    add_number(&parameters, "pool", 1 + number % COUNTRY_SAMPLE);
    add_number(&parameters, "site", number);
    add_number(&parameters, "sequence", ++play->sequence);
    add_interval(play, &parameters, day);
    add_number(&parameters, "accepted", accepted);
    add_number(&parameters, "rejected", sealed_random_whole(&play->random, 0, 40));
    add_number(&parameters, "stale", sealed_random_whole(&play->random, 0, 80));
    add_number(&parameters, "effectiveMilli", accepted * 1000);
    (void)snprintf(text, sizeof text, "%" PRIu64 "000000000", hashes * accepted);
    venue_parameters_add(&parameters, "work", text);
    sha256_parts(play->sha, &(struct byte_part){text, strlen(text)}, 1, &log);
    for (size_t i = 0; i < sizeof log.bytes; i++) {
        (void)snprintf(text + 2 * i, 3, "%02x", log.bytes[i]);
    }
    venue_parameters_add(&parameters, "log", text);
    play->played->share_readings++;
    return act(play, play->meter, "reading/shares", &parameters);
}

static bool read_energy(struct play *play, uint32_t number, int32_t day)
{
    const struct country_miner *miner = &play->country->licensed[number - 1];
    uint64_t *reg = &play->registers_wh[number - 1];
    /* EH/s × J/TH = MW, and a day has 24 hours. */
    uint64_t energy_wh = (uint64_t)(miner->ehs * miner->j_per_th * miner->pue * 1e6 * 24);
    struct venue_parameters parameters;

    venue_parameters_begin(&parameters);
    add_number(&parameters, "meter", number);
    add_number(&parameters, "sequence", (uint64_t)day + 1);
    add_interval(play, &parameters, day);
    add_number(&parameters, "registerBeginWh", *reg);
    *reg += energy_wh;
    add_number(&parameters, "registerEndWh", *reg);
    add_number(&parameters, "energyWh", energy_wh);
    play->played->energy_readings++;
    return act(play, play->meter, "reading/energy", &parameters);
}

static bool play_month(struct play *play)
{
    for (int32_t day = 0; day < play->days; day++) {
        for (uint32_t i = 1; i <= play->country->licensed_count; i++) {
            if (!read_shares(play, i, day) || !read_energy(play, i, day)) {
                return false;
            }
        }
    }
    return true;
}

/* What each owes for the quarter that the month ends, in tenge. */
static bool play_fees(const struct play *play)
{
    struct civil_date month = civil_date_of_day(play->first_day);
    struct venue_parameters parameters;
    char quarter[16];

    (void)snprintf(quarter, sizeof quarter, "%04dQ%u", (int)month.year % 10000,
                   (month.month + 2u) / 3u);
    for (uint32_t i = 1; i <= play->country->licensed_count; i++) {
        venue_parameters_begin(&parameters);
        add_number(&parameters, "miner", i);
        venue_parameters_add(&parameters, "quarter", quarter);
        venue_parameters_add(&parameters, "asset", "KZT");
        if (!act(play, play->officer, "fee", &parameters)) {
            return false;
        }
        play->played->fees++;
    }
    return true;
}

bool country_play(const struct country *country, const struct country_play_options *options,
                  struct country_played *played)
{
    struct play *play = calloc(1, sizeof *play);

    if (play == NULL) {
        return false;
    }
    *played = (struct country_played){0};
    *play = (struct play){
        .country = country,
        .officer = client_of(options, "aida"),
        .approver = client_of(options, "adil"),
        .meter = client_of(options, "esep"),
        .sha = sha256_create(),
        .first_day = civil_day_of_date((struct civil_date){options->year, options->month, 1}),
        .days = civil_month_days(options->year, options->month) - 2,
        .played = played,
    };
    bool is_done = play->officer != NULL && play->approver != NULL && play->meter != NULL &&
                   play_register(play) && play_month(play) && play_fees(play);
    venue_client_destroy(play->officer);
    venue_client_destroy(play->approver);
    venue_client_destroy(play->meter);
    sha256_destroy(play->sha);
    free(play);
    return is_done;
}
