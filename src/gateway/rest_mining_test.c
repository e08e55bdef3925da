/* SPDX-License-Identifier: Apache-2.0
 *
 * The acts of mining over HTTP: what is read of a request, and what is not let through. Olga is
 * no officer of a mining authority, so whatever is read well the engine does not permit; what becomes of it when
 * officers do it is tests/system/country_test.py's.
 */
#include "gateway/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/venue_rig.h"

#define READING                                                                        \
    "sequence=1&begin=1795000000000&end=1795000060000&accepted=1&effectiveMilli=1000&" \
    "log=0000000000000000000000000000000000000000000000000000000000000000"

struct
try {
    const char *path; /* behind /tarazy/v1/mining/ */
    const char *parameters;
};

static void expect_each(struct rig *rig, const struct try *tries, size_t count, unsigned status,
                        const char *text)
{
    for (size_t i = 0; i < count; i++) {
        char request[700];

        (void)snprintf(request, sizeof request, "POST /tarazy/v1/mining/%s %s", tries[i].path,
                       tries[i].parameters);
        rig_expect(rig, RIG_OLGA, request, status, text);
    }
}

#define EXPECT_EACH(rig, tries, status, text) \
    expect_each(rig, tries, sizeof(tries) / sizeof(tries)[0], status, text)

static void what_is_read_well_reaches_the_engine(void **state)
{
    static const struct try tries[] = {
        {"miner", "participant=alice&subtype=I&region=999&validFrom=2024-02-29&validTo=2027-02-28"},
        {"reading/shares", READING "&work=340282366920938463463374607431768211"},
        {"reading/energy", "meter=1&sequence=1&begin=1795000000000&end=1795000060000&"
                           "registerBeginWh=0&registerEndWh=9223372036854775807&energyWh=5&"
                           "afterGap=true&newRegister=true"},
        {"distribution", "pool=1&miner=1&sequence=1&distributed=1795000000000&asset=BTC&"
                         "amount=0.00000001&address=a&rail=2&reference=r"},
    };

    EXPECT_EACH(*state, tries, 401, "-2015");
}

static void a_value_that_its_field_does_not_hold_is_refused(void **state)
{
    static const struct try tries[] = {
        {"miner", "participant=alice&subtype=I&region=65536"},
        {"miner", "participant=alice&subtype=III&region=1"},
        {"miner", "participant=nobody&subtype=I&region=1"},
        {"miner", "participant=alice&subtype=I&region=1&validFrom=2023-02-29"},
        {"miner", "participant=alice&subtype=I&region=1&validFrom=2023-2-29"},
        {"miner", "participant=alice&subtype=I&region=1&validFrom=0000-01-01"},
        {"miner", "participant=alice&subtype=I&region=1&validFrom=2023-01-0x"},
        {"miner/decision", "miner=1&decision=FORGIVE&reason=r"},
        {"meter", "site=1&miner=1&reader=bob&source=COAL&serial=s"},
        {"meter", "site=1&miner=1&reader=bob&source=GRID&serial=s&registerDigits=256"},
        {"address", "miner=1&type=RANGE&range=10.0.0.1/8"},
        {"address", "miner=1&type=RANGE&range=10.0.0.0/200"},
        {"reading/shares", READING "&work=1234567890123456789012345678901234567"},
        {"reading/shares", READING "&work=-1"},
        {"reading/shares", READING "&miner=4294967296"},
        {"distribution", "pool=1&miner=1&sequence=1&distributed=1795000000000&asset=GOLD&amount=1&"
                         "address=a&rail=2&reference=r"},
        {"fee", "miner=1&quarter=2026Q5&asset=KZT"},
        {"fee", "miner=1&quarter=2026q1&asset=KZT"},
        {"fee", "miner=1&quarter=20261&asset=KZT"},
        {"parameter", "parameter=fee_rate_moon&trust=A&validFrom=2024-01-01&validTo=open&value=1&"
                      "source=s"},
        {"parameter", "parameter=fee_rate_grid&trust=E&validFrom=2024-01-01&validTo=open&value=1&"
                      "source=s"},
        {"parameter", "parameter=fee_rate_grid&trust=A&validFrom=2024-01-01&validTo=open&value=-&"
                      "source=s"},
        {"parameter", "parameter=fee_rate_grid&trust=A&validFrom=2024-01-01&validTo=open&"
                      "value=1234567890123456789&source=s"},
    };

    EXPECT_EACH(*state, tries, 400, "-1130");
}

static void an_amount_finer_than_its_asset_is_refused(void **state)
{
    rig_expect(
        *state, RIG_OLGA,
        "POST /tarazy/v1/mining/distribution pool=1&miner=1&sequence=1&"
        "distributed=1795000000000&asset=BTC&amount=0.000000001&address=a&rail=2&reference=r",
        400, "-1111");
}

static void who_has_no_key_for_it_is_not_heard(void **state)
{
    rig_expect(*state, RIG_NOBODY,
               "POST /tarazy/v1/mining/miner participant=alice&subtype=I&region=1", 401, "-2014");
    rig_expect(*state, RIG_NOBODY, "GET /tarazy/v1/mining/miner miner=1", 401, "-2014");
}

static void a_register_without_anybody_is_empty(void **state)
{
    rig_expect(*state, RIG_NOBODY, "GET /tarazy/v1/mining/register ", 200, "[]");
    rig_expect(*state, RIG_NOBODY, "GET /tarazy/v1/mining/pools ", 200, "[]");
    rig_expect(*state, RIG_NOBODY, "GET /tarazy/v1/mining/register.csv ", 200,
               "miner,licence,subtype,region,status,in_force,valid_from,valid_to,suspended_until");
    rig_expect(*state, RIG_NOBODY, "GET /tarazy/v1/mining/month month=2026-10", 200,
               "\"readings\":0");
    rig_expect(*state, RIG_NOBODY, "GET /tarazy/v1/mining/month month=2026-00", 400, "-1130");
    rig_expect(*state, RIG_ALICE, "GET /tarazy/v1/mining/miner miner=1", 400, "-1130");
}

static void all_of_a_miner_is_seen_by_himself_and_by_staff_alone(void **state)
{
    rig_expect(*state, RIG_AIDA,
               "POST /tarazy/v1/mining/miner participant=alice&subtype=II&region=7", 200,
               "\"status\":\"DONE\",\"id\":1");
    rig_expect(*state, RIG_ALICE, "GET /tarazy/v1/mining/miner miner=1", 200, "\"energy\":[]");
    rig_expect(*state, RIG_AIDA, "GET /tarazy/v1/mining/miner miner=1", 200, "\"region\":7");
    rig_expect(*state, RIG_BOB, "GET /tarazy/v1/mining/miner miner=1", 401, "-2015");
    rig_expect(*state, RIG_NOBODY, "GET /tarazy/v1/mining/register ", 200,
               "\"status\":\"APPLIED\",\"inForce\":false");
    rig_expect(*state, RIG_NOBODY, "GET /tarazy/v1/mining/register.csv ", 200,
               "\n1,\"\",II,7,APPLIED,no,,,\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(what_is_read_well_reaches_the_engine),
        RIG_TEST(a_value_that_its_field_does_not_hold_is_refused),
        RIG_TEST(an_amount_finer_than_its_asset_is_refused),
        RIG_TEST(who_has_no_key_for_it_is_not_heard),
        RIG_TEST(a_register_without_anybody_is_empty),
        RIG_TEST(all_of_a_miner_is_seen_by_himself_and_by_staff_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
