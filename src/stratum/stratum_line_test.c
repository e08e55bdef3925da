/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of both roles: what is taken, what each hostile line is called, and that what we write we read.
 */
#include "stratum/stratum_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stratum/line_inside.h"
#include "stratum/stratum_write.h"
#include "support/random_stream.h"

static enum line_fault read_text(const char *text, struct stratum_line *line)
{
    return stratum_line_read(slice_of_text(text), line);
}

static void the_methods_have_their_names(void **state)
{
    for (int i = STRATUM_METHOD_SUBSCRIBE; i <= STRATUM_METHOD_PING; i++) {
        char text[128];
        struct stratum_line line;

        snprintf(text, sizeof text, "{\"id\":1,\"method\":\"%s\",\"params\":[]}",
                 stratum_method_name((enum stratum_method)i));
        assert_int_equal(read_text(text, &line), LINE_FAULT_NONE);
        assert_int_equal(line.method, i);
        assert_false(line.is_answer);
    }
}

static void an_envelope_is_taken_or_refused_by_name(void **state)
{
    static const struct {
        const char *text;
        enum line_fault fault;
    } cases[] = {
        {"{\"id\":4,\"method\":\"mining.submit\",\"params\":[]}", LINE_FAULT_NONE},
        {"{\"method\":\"mining.submit\"}", LINE_FAULT_NONE},
        {"{\"id\":\"a\",\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":null}", LINE_FAULT_NONE},
        {"{\"id\":1,\"result\":true,\"error\":null}", LINE_FAULT_NONE},
        {"{\"result\":false,\"error\":null,\"reject-reason\":\"Above target\",\"id\":4}",
         LINE_FAULT_NONE},
        {"", LINE_FAULT_JSON},
        {" ", LINE_FAULT_JSON},
        {"garbage", LINE_FAULT_JSON},
        {"[]", LINE_FAULT_JSON},
        {"{\"id\":1,\"method\":\"x\"", LINE_FAULT_JSON},
        {"{\"id\":1,\"id\":1,\"method\":\"x\"}", LINE_FAULT_JSON},
        {"{\"id\":1,\"method\":\"x\"} {}", LINE_FAULT_JSON},
        {"{\"id\":01,\"method\":\"x\"}", LINE_FAULT_JSON},
        {"{\"method\":\"x\",\"params\":[[[[[[[[[[]]]]]]]]]]}", LINE_FAULT_JSON},
        {"{\"id\":{},\"method\":\"x\"}", LINE_FAULT_ID},
        {"{\"id\":[1],\"method\":\"x\"}", LINE_FAULT_ID},
        {"{\"id\":true,\"method\":\"x\"}", LINE_FAULT_ID},
        {"{\"id\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"method\":"
         "\"x\"}",
         LINE_FAULT_ID},
        {"{\"id\":1}", LINE_FAULT_METHOD},
        {"{}", LINE_FAULT_METHOD},
        {"{\"id\":1,\"method\":7}", LINE_FAULT_METHOD},
        {"{\"id\":1,\"method\":7,\"result\":true}", LINE_FAULT_METHOD},
        {"{\"id\":1,\"method\":\"x\",\"params\":{}}", LINE_FAULT_PARAMS},
        {"{\"id\":1,\"method\":\"x\",\"params\":\"y\"}", LINE_FAULT_PARAMS},
    };
    struct stratum_line line;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(read_text(cases[i].text, &line), cases[i].fault);
        assert_true(line.id.size > 0);
        assert_true(strlen(line_fault_text(cases[i].fault)) > 0);
    }
    assert_int_equal(read_text("{\"id\":\"x y\",\"method\":\"z\"}", &line), LINE_FAULT_NONE);
    assert_true(slice_equals_text(line.id, "\"x y\""));
    assert_int_equal(line.method, STRATUM_METHOD_UNKNOWN);
}

static void an_answer_says_yes_or_no(void **state)
{
    static const struct {
        const char *text;
        bool is_yes;
    } cases[] = {
        {"{\"id\":1,\"result\":true,\"error\":null}", true},
        {"{\"id\":1,\"result\":true}", true},
        {"{\"id\":1,\"result\":[],\"error\":null}", true},
        {"{\"id\":1,\"result\":false,\"error\":null}", false},
        {"{\"id\":1,\"result\":null,\"error\":null}", false},
        {"{\"id\":1,\"result\":true,\"error\":[21,\"Stale\",null]}", false},
        {"{\"id\":1,\"error\":[21,\"Stale\",null]}", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stratum_line line;
        uint64_t id = 0;

        assert_int_equal(read_text(cases[i].text, &line), LINE_FAULT_NONE);
        assert_true(line.is_answer);
        assert_int_equal(stratum_line_is_yes(&line), cases[i].is_yes);
        assert_true(stratum_line_own_id(&line, &id));
        assert_int_equal(id, 1);
    }
}

static void a_submit_is_read_to_the_last_digit(void **state)
{
    struct stratum_submit submit;
    const char *text =
        "[\"almaty.rig-7\",\"5f\",\"00Ff10aB\",\"504e86ed\",\"b2957c02\",\"1fffe000\"]";

    assert_int_equal(stratum_read_submit(slice_of_text(text), &submit), LINE_FAULT_NONE);
    assert_string_equal(submit.worker, "almaty.rig-7");
    assert_string_equal(submit.job, "5f");
    assert_int_equal(submit.extranonce2_size, 4);
    assert_memory_equal(submit.extranonce2, "\x00\xff\x10\xab", 4);
    assert_int_equal(submit.time, 0x504e86edu);
    assert_int_equal(submit.nonce, 0xb2957c02u);
    assert_true(submit.has_version_bits);
    assert_int_equal(submit.version_bits, 0x1fffe000u);
}

static void a_hostile_submit_is_called_by_its_fault(void **state)
{
    static const struct {
        const char *text;
        enum line_fault fault;
    } cases[] = {
        {"[\"w\",\"j\",\"00\",\"504e86ed\",\"b2957c02\"]", LINE_FAULT_NONE},
        {"[\"w\",\"j\",\"\",\"504e86ed\",\"b2957c02\"]", LINE_FAULT_NONE},
        {"[]", LINE_FAULT_COUNT},
        {"[\"w\",\"j\",\"00\",\"504e86ed\"]", LINE_FAULT_COUNT},
        {"[\"w\",\"j\",\"00\",\"504e86ed\",\"b2957c02\",\"0\",\"1\"]", LINE_FAULT_COUNT},
        {"[1,\"j\",\"00\",\"504e86ed\",\"b2957c02\"]", LINE_FAULT_WORKER},
        {"[\"\",\"j\",\"00\",\"504e86ed\",\"b2957c02\"]", LINE_FAULT_WORKER},
        {"[\"a b\",\"j\",\"00\",\"504e86ed\",\"b2957c02\"]", LINE_FAULT_WORKER},
        {"[\"a\\u0000b\",\"j\",\"00\",\"504e86ed\",\"b2957c02\"]", LINE_FAULT_WORKER},
        {"[\"\xd0\xb0\",\"j\",\"00\",\"504e86ed\",\"b2957c02\"]", LINE_FAULT_WORKER},
        {"[\"w\",{},\"00\",\"504e86ed\",\"b2957c02\"]", LINE_FAULT_TYPE},
        {"[\"w\",\"j\",\"0\",\"504e86ed\",\"b2957c02\"]", LINE_FAULT_EXTRANONCE},
        {"[\"w\",\"j\",\"zz\",\"504e86ed\",\"b2957c02\"]", LINE_FAULT_EXTRANONCE},
        {"[\"w\",\"j\",\"000000000000000000000000000000000000\",\"504e86ed\",\"b2957c02\"]",
         LINE_FAULT_EXTRANONCE},
        {"[\"w\",\"j\",7,\"504e86ed\",\"b2957c02\"]", LINE_FAULT_EXTRANONCE},
        {"[\"w\",\"j\",\"00\",\"504e86e\",\"b2957c02\"]", LINE_FAULT_HEX},
        {"[\"w\",\"j\",\"00\",1347323629,\"b2957c02\"]", LINE_FAULT_HEX},
        {"[\"w\",\"j\",\"00\",\"504e86ed\",\"b2957c0200\"]", LINE_FAULT_NONCE},
        {"[\"w\",\"j\",\"00\",\"504e86ed\",\"\"]", LINE_FAULT_NONCE},
        {"[\"w\",\"j\",\"00\",\"504e86ed\",null]", LINE_FAULT_NONCE},
        {"[\"w\",\"j\",\"00\",\"504e86ed\",\"b2957c02\",\"1fff\"]", LINE_FAULT_HEX},
        {"[\"w\",\"j\",\"00\",\"504e86ed\",\"b2957c02\",5]", LINE_FAULT_HEX},
    };
    struct stratum_submit submit;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(stratum_read_submit(slice_of_text(cases[i].text), &submit),
                         cases[i].fault);
    }
    char name[200];
    memset(name, 'a', sizeof name);
    memcpy(name, "[\"", 2);
    memcpy(name + sizeof name - 40, "\",\"j\",\"00\",\"504e86ed\",\"b2957c02\"]  ", 36);
    assert_int_equal(stratum_read_submit(slice_of(name, sizeof name - 4), &submit),
                     LINE_FAULT_WORKER);
}

static void what_miners_ask_is_read(void **state)
{
    struct stratum_subscribe subscribe;
    struct stratum_authorize authorize;
    struct stratum_configure configure;
    struct difficulty difficulty;

    assert_int_equal(
        stratum_read_subscribe(slice_of_text("[\"cpuminer/2.5.1\",\"ab12\"]"), &subscribe),
        LINE_FAULT_NONE);
    assert_string_equal(subscribe.agent, "cpuminer/2.5.1");
    assert_string_equal(subscribe.session, "ab12");
    assert_int_equal(stratum_read_subscribe(slice_of_text("[]"), &subscribe), LINE_FAULT_NONE);
    assert_int_equal(stratum_read_subscribe(slice_of_text("[1,2,3,4,5]"), &subscribe),
                     LINE_FAULT_COUNT);
    assert_int_equal(stratum_read_authorize(slice_of_text("[\"a.b\",\"x\"]"), &authorize),
                     LINE_FAULT_NONE);
    assert_string_equal(authorize.worker, "a.b");
    assert_string_equal(authorize.password, "x");
    assert_int_equal(stratum_read_authorize(slice_of_text("[]"), &authorize), LINE_FAULT_COUNT);
    assert_int_equal(stratum_read_authorize(slice_of_text("[\"\"]"), &authorize),
                     LINE_FAULT_WORKER);
    const char *rolling = "[[\"version-rolling\",\"minimum-difficulty\"],{\"version-rolling.mask\":"
                          "\"1fffe000\",\"version-rolling.min-bit-count\":2}]";
    assert_int_equal(stratum_read_configure(slice_of_text(rolling), &configure), LINE_FAULT_NONE);
    assert_true(configure.wants_version_rolling && configure.wants_minimum_difficulty);
    assert_false(configure.wants_extranonce);
    assert_int_equal(configure.mask, 0x1fffe000u);
    assert_int_equal(stratum_read_configure(slice_of_text("[[\"version-rolling\"]]"), &configure),
                     LINE_FAULT_NONE);
    assert_int_equal(configure.mask, UINT32_MAX);
    assert_int_equal(stratum_read_configure(slice_of_text("[[7]]"), &configure), LINE_FAULT_TYPE);
    assert_int_equal(stratum_read_configure(slice_of_text("[7]"), &configure), LINE_FAULT_PARAMS);
    assert_int_equal(stratum_read_configure(slice_of_text("[]"), &configure), LINE_FAULT_COUNT);
    assert_int_equal(
        stratum_read_configure(slice_of_text("[[],{\"version-rolling.mask\":\"xx\"}]"), &configure),
        LINE_FAULT_HEX);
    assert_int_equal(stratum_read_suggest_difficulty(slice_of_text("[0.25]"), &difficulty),
                     LINE_FAULT_NONE);
    assert_int_equal(difficulty.mantissa, 25);
    assert_int_equal(stratum_read_suggest_difficulty(slice_of_text("[\"1\"]"), &difficulty),
                     LINE_FAULT_TYPE);
    assert_int_equal(stratum_read_suggest_difficulty(slice_of_text("[-1]"), &difficulty),
                     LINE_FAULT_DIFFICULTY);
}

/* ---- what we write, we read ---- */

static char text[2 * STRATUM_POOL_LINE_MAX];
static const struct line_buffer buffer = {text, sizeof text};

static struct stratum_line reread(size_t size)
{
    struct stratum_line line;

    assert_true(size > 0 && text[size - 1] == '\n');
    assert_int_equal(stratum_line_read(slice_of(text, size - 1), &line), LINE_FAULT_NONE);
    return line;
}

static void a_job_comes_back_as_it_was_written(void **state)
{
    static uint8_t coinbase[STRATUM_COINBASE_MAX];
    static uint8_t parts[STRATUM_COINBASE_MAX];
    struct random_stream random = {5};

    random_bytes(&random, coinbase, sizeof coinbase);
    for (int i = 0; i < 200; i++) {
        struct stratum_job job = {.id = "theirs", .bits = 0x1d00ffffu};
        struct stratum_job back;

        job.coinbase1 = coinbase;
        job.coinbase1_size = random_below(&random, 1000);
        job.coinbase2 = coinbase + job.coinbase1_size;
        job.coinbase2_size = 1 + random_below(&random, 1000);
        random_bytes(&random, job.previous, sizeof job.previous);
        random_bytes(&random, job.branches, sizeof job.branches);
        job.branch_count = (uint32_t)random_below(&random, STRATUM_BRANCHES_MAX + 1);
        job.version = (uint32_t)random_next(&random);
        job.time = (uint32_t)random_next(&random);
        job.is_clean = random_once_in(&random, 2);
        struct stratum_line line = reread(write_notify(buffer, "ours", &job, job.is_clean));
        assert_int_equal(line.method, STRATUM_METHOD_NOTIFY);
        assert_int_equal(stratum_read_notify(line.params, parts, &back), LINE_FAULT_NONE);
        assert_string_equal(back.id, "ours");
        assert_int_equal(back.coinbase1_size, job.coinbase1_size);
        assert_memory_equal(back.coinbase1, job.coinbase1, job.coinbase1_size);
        assert_int_equal(back.coinbase2_size, job.coinbase2_size);
        assert_memory_equal(back.coinbase2, job.coinbase2, job.coinbase2_size);
        assert_memory_equal(back.previous, job.previous, 32);
        assert_int_equal(back.branch_count, job.branch_count);
        assert_memory_equal(back.branches, job.branches, 32 * (size_t)job.branch_count);
        assert_int_equal(back.version, job.version);
        assert_int_equal(back.time, job.time);
        assert_int_equal(back.is_clean, job.is_clean);
        size_t whole = write_notify(buffer, "ours", &job, true);
        for (size_t cut = 0; cut < whole; cut += 1 + cut / 8) {
            assert_int_equal(write_notify((struct line_buffer){text, cut}, "ours", &job, true), 0);
        }
    }
}

static void a_hostile_job_is_called_by_its_fault(void **state)
{
    static const struct {
        const char *from;
        const char *to;
        enum line_fault fault;
    } cases[] = {
        {"\"j1\"", "\"\"", LINE_FAULT_JOB},
        {"\"j1\"", "7", LINE_FAULT_JOB},
        {"\"0011\"", "\"001\"", LINE_FAULT_HEX},
        {"\"0011\"", "null", LINE_FAULT_HEX},
        {"\"2233\"", "\"22xx\"", LINE_FAULT_HEX},
        {"[]", "{}", LINE_FAULT_TYPE},
        {"[]", "[\"00\"]", LINE_FAULT_HEX},
        {"[]", "[7]", LINE_FAULT_HEX},
        {"[]", "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]", LINE_FAULT_JOB},
        {"\"1d00ffff\"", "\"1d80ffff\"", LINE_FAULT_JOB},
        {"\"1d00ffff\"", "\"ff00ffff\"", LINE_FAULT_JOB},
        {"\"1d00ffff\"", "\"\"", LINE_FAULT_HEX},
        {"true", "1", LINE_FAULT_TYPE},
        {",true", "", LINE_FAULT_COUNT},
        {"true", "true,1,2", LINE_FAULT_COUNT},
    };
    static const char good[] =
        "[\"j1\",\"0000000000000000000000000000000000000000000000000000000000000000\",\"0011\","
        "\"2233\",[],\"20000000\",\"1d00ffff\",\"504e86ed\",true]";
    static uint8_t parts[STRATUM_COINBASE_MAX];
    struct stratum_job job;

    assert_int_equal(stratum_read_notify(slice_of_text(good), parts, &job), LINE_FAULT_NONE);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bad[512];
        const char *at = strstr(good, cases[i].from);

        assert_non_null(at);
        snprintf(bad, sizeof bad, "%.*s%s%s", (int)(at - good), good, cases[i].to,
                 at + strlen(cases[i].from));
        assert_int_equal(stratum_read_notify(slice_of_text(bad), parts, &job), cases[i].fault);
    }
}

static void what_the_meter_says_is_read_by_the_other_role(void **state)
{
    struct stratum_extranonce given = {{1, 2, 3, 4, 5, 6}, 6, 4};
    struct stratum_extranonce taken;
    struct difficulty difficulty;
    struct stratum_submit submit;
    char session[STRATUM_SESSION_MAX + 1];
    char message[STRATUM_TEXT_MAX + 1];
    uint32_t mask;

    struct stratum_line line = reread(write_subscribed(buffer, slice_of_text("1"), "s1", &given));
    assert_int_equal(stratum_read_subscribed(line.result, &taken, session), LINE_FAULT_NONE);
    assert_string_equal(session, "s1");
    assert_int_equal(taken.extranonce1_size, 6);
    assert_memory_equal(taken.extranonce1, given.extranonce1, 6);
    assert_int_equal(taken.extranonce2_size, 4);
    line = reread(write_set_extranonce(buffer, &given));
    assert_int_equal(stratum_read_set_extranonce(line.params, &taken), LINE_FAULT_NONE);
    assert_int_equal(taken.extranonce2_size, 4);
    line = reread(write_set_difficulty(buffer, (struct difficulty){.mantissa = 1, .decimals = 3}));
    assert_int_equal(stratum_read_set_difficulty(line.params, &difficulty), LINE_FAULT_NONE);
    assert_int_equal(difficulty.decimals, 3);
    line = reread(write_version_mask(buffer, 0x1fffe000u));
    assert_int_equal(stratum_read_version_mask(line.params, &mask), LINE_FAULT_NONE);
    assert_int_equal(mask, 0x1fffe000u);
    struct stratum_configure asked = {.wants_version_rolling = true, .wants_extranonce = true};
    line = reread(write_configured(buffer, slice_of_text("1"), &asked, 0x1fffe000u));
    assert_int_equal(stratum_read_configured(line.result), 0x1fffe000u);
    line = reread(write_configured(buffer, slice_of_text("1"), &asked, 0));
    assert_int_equal(stratum_read_configured(line.result), 0);
    line = reread(write_message(buffer, "salem \"\n"));
    assert_int_equal(stratum_read_message(line.params, message), LINE_FAULT_NONE);
    assert_string_equal(message, "salem \"?");
    assert_false(stratum_line_is_yes(&(struct stratum_line){0}));
    line = reread(write_refusal(buffer, slice_of_text("4"), 23, "Above target"));
    assert_false(stratum_line_is_yes(&line));
    line = reread(write_yes(buffer, slice_of_text("4")));
    assert_true(stratum_line_is_yes(&line));
    const struct pool_share share = {"w", "j", given.extranonce1, 6, 7, 8, 9, true};
    line = reread(write_submit(buffer, 77, &share));
    assert_int_equal(stratum_read_submit(line.params, &submit), LINE_FAULT_NONE);
    assert_int_equal(submit.time, 7);
    assert_int_equal(submit.nonce, 8);
    assert_int_equal(submit.version_bits, 9);
    assert_int_equal(submit.extranonce2_size, 6);
}

static void a_pool_may_not_give_an_impossible_extranonce(void **state)
{
    static const char *const bad[] = {
        "[\"00\"]",    "[\"0\",4]",      "[\"00\",0]",
        "[\"00\",17]", "[\"00\",\"4\"]", "[7,4]",
        "[\"00\",-4]", "[\"00\",4.5]",   "[\"000000000000000000000000000000000000\",4]",
    };
    struct stratum_extranonce taken;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_not_equal(stratum_read_set_extranonce(slice_of_text(bad[i]), &taken),
                             LINE_FAULT_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_methods_have_their_names),
        cmocka_unit_test(an_envelope_is_taken_or_refused_by_name),
        cmocka_unit_test(an_answer_says_yes_or_no),
        cmocka_unit_test(a_submit_is_read_to_the_last_digit),
        cmocka_unit_test(a_hostile_submit_is_called_by_its_fault),
        cmocka_unit_test(what_miners_ask_is_read),
        cmocka_unit_test(a_job_comes_back_as_it_was_written),
        cmocka_unit_test(a_hostile_job_is_called_by_its_fault),
        cmocka_unit_test(what_the_meter_says_is_read_by_the_other_role),
        cmocka_unit_test(a_pool_may_not_give_an_impossible_extranonce),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
