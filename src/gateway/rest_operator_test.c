/* SPDX-License-Identifier: Apache-2.0
 *
 * Operators over HTTP: people, keys, proposals.
 */
#include "gateway/operator_act.h"
#include "gateway/operator_reply.h"
#include "gateway/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codec/hex_text.h"
#include "platform/signature.h"
#include "support/venue_rig.h"

static void a_participant_is_registered_changed_and_frozen(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_OLGA, "POST /tarazy/v1/participant handle=dana&roles=trader&tier=1", 200,
               "\"status\":\"DONE\",\"id\":7}");
    rig_expect(rig, RIG_OLGA, "POST /tarazy/v1/participant handle=dana&roles=trader&tier=1", 400,
               "{\"code\":-9028,\"msg\":\"a participant with this name exists\"}");
    rig_expect(rig, RIG_OLGA, "POST /tarazy/v1/participant handle=eve&roles=king&tier=1", 400,
               "-1130");
    rig_expect(rig, RIG_OLGA, "POST /tarazy/v1/participant handle=eve&roles=trader&tier=99", 400,
               "-1130");
    rig_expect(rig, RIG_OLGA, "POST /tarazy/v1/participant/freeze participant=dana", 200, "DONE");
    rig_expect(rig, RIG_OLGA, "GET /tarazy/v1/participants fromId=7", 200,
               "[{\"participant\":7,\"handle\":\"dana\",\"roles\":[\"trader\"],\"tier\":1,"
               "\"frozen\":true}]");
    /* To start again takes two. */
    rig_expect(rig, RIG_OLGA, "POST /tarazy/v1/participant/freeze participant=dana&frozen=false",
               200, "\"status\":\"PROPOSED\",\"proposalId\":1,\"expires\":");
    rig_expect(rig, RIG_OLGA, "POST /tarazy/v1/proposal/approve proposalId=1", 401, "-2015");
    rig_expect(rig, RIG_OMAR, "POST /tarazy/v1/proposal/approve proposalId=1", 200,
               "\"act\":\"PARTICIPANT_FREEZE\",\"state\":\"EXECUTED\"");
    rig_expect(rig, RIG_OLGA, "GET /tarazy/v1/participants fromId=7", 200, "\"frozen\":false");
    rig_expect(rig, RIG_OLGA, "PUT /tarazy/v1/participant participant=7&roles=trader&tier=1", 200,
               "PROPOSED");
    rig_expect(rig, RIG_OLGA, "PUT /tarazy/v1/participant participant=77&roles=trader&tier=1", 400,
               "-1130");
}

static void only_staff_reads_about_others(void **state)
{
    rig_expect(*state, RIG_ALICE, "GET /tarazy/v1/participants ", 401, "-2015");
    rig_expect(*state, RIG_ALICE, "GET /tarazy/v1/proposals ", 401, "-2015");
    rig_expect(*state, RIG_ALICE, "GET /tarazy/v1/keys owner=bob", 401, "-2015");
    rig_expect(*state, RIG_ALICE, "GET /tarazy/v1/self ", 200, "\"handle\":\"alice\"");
    rig_expect(*state, RIG_NOBODY, "GET /tarazy/v1/node ", 200,
               "{\"name\":\"Rig\",\"sandbox\":true,\"open\":true,\"number\":");
}

static void a_secret_is_told_once_and_works(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, "POST /tarazy/v1/key type=HMAC&scopes=read,trade", 200,
               "\"secretKey\":\"");
    rig_expect_also("\"apiKey\":\"");
    rig_expect(rig, RIG_ALICE, "GET /tarazy/v1/keys ", 200,
               "\"type\":\"HMAC\",\"scopes\":[\"read\","
               "\"trade\"],\"ranges\":[]");
    rig_expect_also("\"ranges\":[\"127.0.0.0/8\"]");
    rig_expect_not("secretKey");
    rig_expect(rig, RIG_ALICE, "POST /tarazy/v1/key type=DSA&scopes=read", 400, "-1130");
    rig_expect(rig, RIG_ALICE, "POST /tarazy/v1/key type=HMAC&scopes=fly", 400, "-1130");
    rig_expect(rig, RIG_ALICE, "POST /tarazy/v1/key type=HMAC&scopes=read&ranges=1.2.3", 400,
               "-1130");
    rig_expect(rig, RIG_ALICE, "POST /tarazy/v1/key type=ED25519&scopes=read", 400, "'publicKey'");
    rig_expect(rig, RIG_ALICE, "POST /tarazy/v1/key type=ED25519&scopes=read&publicKey=AAAA", 400,
               "-1130");
}

static void a_public_key_is_named_by_its_hash(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE,
               "POST /tarazy/v1/key type=ED25519&scopes=read&"
               "publicKey=MCowBQYDK2VwAyEA24WTqv5pFuKQjDmku2RMIxaiQ3PJgJ7jYl8uzg2Zo5M%3D",
               200, "\"apiKey\":\"");
    rig_expect_not("secretKey");
    rig_expect(rig, RIG_ALICE,
               "POST /tarazy/v1/key type=RSA&scopes=read&"
               "publicKey=MCowBQYDK2VwAyEA24WTqv5pFuKQjDmku2RMIxaiQ3PJgJ7jYl8uzg2Zo5M%3D",
               400, "-1130");
}

static void a_revoked_key_is_dead_at_once(void **state)
{
    struct rig *rig = *state;
    char request[160];

    rig_expect(rig, RIG_BOB, "GET /api/v3/account ", 200, "");
    snprintf(request, sizeof request, "DELETE /tarazy/v1/key apiKey=%s", rig_api_key(RIG_BOB));
    rig_expect(rig, RIG_BOB, request, 200, "DONE");
    rig_expect(rig, RIG_BOB, "GET /api/v3/account ", 401, "-2015");
    rig_expect(rig, RIG_ALICE, "DELETE /tarazy/v1/key apiKey=00", 400, "-1130");
}

static void a_key_for_somebody_else_needs_two_people(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_OLGA, "POST /tarazy/v1/key type=HMAC&scopes=read&owner=alice", 200,
               "\"status\":\"PROPOSED\",\"proposalId\":1");
    rig_expect_also("\"secretKey\":\"");
    rig_expect(rig, RIG_OMAR, "GET /tarazy/v1/proposals ", 200,
               "\"proposalId\":1,\"proposer\":\"olga\"");
    rig_expect_also("\"act\":\"KEY_CREATE\"");
    rig_expect_not("material\":\"");
    rig_expect(rig, RIG_OMAR, "POST /tarazy/v1/proposal/approve proposalId=1", 200, "EXECUTED");
    rig_expect(rig, RIG_OMAR, "POST /tarazy/v1/proposal/approve proposalId=1", 400, "-9034");
}

static void a_proposal_can_be_withdrawn_and_has_an_end(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_OLGA,
               "POST /tarazy/v1/tier tier=2&rights=trade&maker=0.001&taker=0.002&expiresIn=60", 200,
               "\"proposalId\":1");
    rig_expect(rig, RIG_OLGA, "POST /tarazy/v1/proposal/withdraw proposalId=1", 200, "DONE");
    rig_expect(rig, RIG_OMAR, "POST /tarazy/v1/proposal/approve proposalId=1", 400, "-9034");
    rig_expect(rig, RIG_OLGA,
               "POST /tarazy/v1/tier tier=2&rights=trade&maker=0.001&taker=0.002&expiresIn=86401",
               400, "-1130");
    rig_expect(rig, RIG_OLGA,
               "POST /tarazy/v1/tier tier=2&rights=trade&maker=0.001&taker=0.002&expiresIn=60", 200,
               "\"proposalId\":2");
    rig_wait(rig, 61000000);
    rig_expect(rig, RIG_OMAR, "POST /tarazy/v1/proposal/approve proposalId=2", 400, "-9035");
}

static void an_act_that_is_refused_when_approved_says_why(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_OLGA, "POST /tarazy/v1/asset code=BTC&name=Again&scale=8&supplyMax=1", 200,
               "PROPOSED");
    rig_expect(rig, RIG_OMAR, "POST /tarazy/v1/proposal/approve proposalId=1", 200,
               "\"state\":\"REFUSED\",\"code\":-9072,\"msg\":\"an asset with this code exists\"");
}

static void a_body_may_be_json_here(void **state)
{
    struct rig *rig = *state;
    char head[512];
    const char *body = "{\"handle\":\"jay\",\"roles\":\"trader\",\"tier\":1}";
    char query[256];
    struct hmac_key key;
    uint8_t code[SHA256_SIZE];
    char digits[65] = {0};

    snprintf(query, sizeof query, "timestamp=%lld", (long long)(rig->now_us / 1000));
    const struct byte_part parts[] = {{query, strlen(query)}, {body, strlen(body)}};

    hmac_key_prepare(&key, rig_secret(RIG_OLGA), strlen(rig_secret(RIG_OLGA)));
    hmac_compute(&key, parts, 2, code);
    hex_encode(code, sizeof code, digits);
    snprintf(
        head, sizeof head,
        "POST /tarazy/v1/participant?%s&signature=%s HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: %s\r\n"
        "Content-Type: application/json; charset=utf-8\r\n\r\n",
        query, digits, rig_api_key(RIG_OLGA));
    const struct fake_answer *answer = rig_send(rig, head, body);

    assert_non_null(answer);
    rig_expect_also("\"status\":\"DONE\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(a_participant_is_registered_changed_and_frozen),
        RIG_TEST(only_staff_reads_about_others),
        RIG_TEST(a_secret_is_told_once_and_works),
        RIG_TEST(a_public_key_is_named_by_its_hash),
        RIG_TEST(a_revoked_key_is_dead_at_once),
        RIG_TEST(a_key_for_somebody_else_needs_two_people),
        RIG_TEST(a_proposal_can_be_withdrawn_and_has_an_end),
        RIG_TEST(an_act_that_is_refused_when_approved_says_why),
        RIG_TEST(a_body_may_be_json_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
