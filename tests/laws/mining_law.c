/* SPDX-License-Identifier: Apache-2.0
 *
 * Laws of mining over seeded random commands, sound and unsound ones: every command is checked before and
 * audited after (engine_scene does), and the supervisor's checker, which adds up every reading itself, never
 * complains. One stream's digests are compared with committed ones: they are the same with every compiler.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "inspector/inspector.h"
#include "support/mining_scene.h"
#include "support/random_stream.h"

#define STREAMS  20u
#define COMMANDS 400u

static struct inspector *inspector;
static struct digest events_digest;
static uint32_t accepted[COMMAND_FEE_PAY + 1];

static void watch(const struct command_header *command, const struct event_buffer *events)
{
    const struct inspector_complaint *complaint;
    const uint8_t *last = events->bytes + events->used - sizeof(struct event_outcome);
    struct event_outcome outcome;

    memcpy(&outcome, last, sizeof outcome);
    if (outcome.result == RESULT_OK && command->kind <= COMMAND_FEE_PAY) {
        accepted[command->kind]++;
    }
    digest_update(&events_digest, events->bytes, events->used);
    inspector_on_command(inspector, command, events->bytes, events->used);
    complaint = inspector_complaint(inspector);
    if (complaint != NULL) {
        fail_msg("%s: %s at %s", inspector_rule_name(complaint->rule), complaint->what,
                 tarazy_command_name(complaint->command));
    }
}

/* What the stream itself keeps, to send mostly what is next. */
struct stream {
    struct scene scene;
    struct random_stream random;
    uint64_t shares[2];
    uint64_t meters[3];
    int64_t reached_us[3];
    uint64_t register_wh[3];
    uint64_t coins;
    uint64_t evidence;
};

/* Never twice in one expression or list of initializers: in which order is the compiler's choice. */
static uint64_t below(struct stream *stream, uint64_t bound)
{
    return random_below(&stream->random, bound);
}

/* One in eight: the number, a little off. */
static uint64_t near(struct stream *stream, uint64_t number)
{
    return below(stream, 8) == 0 ? number + below(stream, 3) - 1 : number;
}

static void send_shares(struct stream *stream)
{
    struct scene *scene = &stream->scene;
    uint32_t meter = (uint32_t)below(stream, 2);
    uint64_t sequence = near(stream, stream->shares[meter] + 1);
    struct command_share_reading reading = mining_scene_shares(scene, sequence);

    reading.miner = (uint32_t)below(stream, 4);
    reading.site = (uint32_t)below(stream, 2);
    reading.accepted = below(stream, 5) == 0 ? 0 : below(stream, 1000) + 1;
    reading.effective_milli = reading.accepted * below(stream, 1001);
    reading.work.units = (int128)reading.accepted << below(stream, 60);
    reading.begin_us += (int64_t)below(stream, 1800) * 1000000;
    if (reading.miner == 0) {
        memcpy(reading.name.text, "gray", 4);
    }
    if (scene_send(scene, SCENE_METER + meter, &reading.header) == RESULT_OK) {
        stream->shares[meter] = sequence;
    }
}

static void send_energy(struct stream *stream)
{
    struct scene *scene = &stream->scene;
    uint32_t meter = (uint32_t)below(stream, 3);
    uint64_t begin = near(stream, stream->register_wh[meter]);
    uint64_t end = begin + below(stream, 400000000);
    uint32_t flags = below(stream, 6) == 0 ? (uint32_t)below(stream, 4) : 0;
    uint64_t sequence = near(stream, stream->meters[meter] + 1);
    bool has_gap = below(stream, 6) == 0;
    struct command_energy_reading reading = {
        .header.kind = COMMAND_ENERGY_READING,
        .meter = meter + 1,
        .flags = flags,
        .sequence = sequence,
        .begin_us = stream->reached_us[meter] + (has_gap ? 60000000 : 0),
        .end_us = scene->now_us,
        .register_begin_wh = begin,
        .register_end_wh = meter == 0 ? end % 1000000000 : end,
    };

    reading.energy_wh = (int64_t)near(stream, end - begin);
    if (scene_send(scene, SCENE_METER, &reading.header) == RESULT_OK) {
        stream->meters[meter] = reading.sequence;
        stream->reached_us[meter] = reading.end_us;
        stream->register_wh[meter] = reading.register_end_wh;
    }
}

static void send_coins(struct stream *stream)
{
    struct scene *scene = &stream->scene;
    struct command_pool_distribution given =
        mining_scene_coins(scene, near(stream, stream->coins + 1));

    given.miner = (uint32_t)below(stream, 4);
    given.amount.units = (int128)below(stream, 1000000);
    given.asset = (uint16_t)(SCENE_BTC + below(stream, 2));
    memset(given.evidence.text, 0, sizeof given.evidence.text);
    (void)snprintf(given.evidence.text, sizeof given.evidence.text, "tx:%u",
                   (unsigned)(stream->evidence += below(stream, 8) != 0));
    if (scene_send(scene, SCENE_POOL, &given.header) == RESULT_OK) {
        stream->coins = given.sequence;
    }
}

static void send_sale(struct stream *stream)
{
    struct command_sale_record sale = {.header.kind = COMMAND_SALE_RECORD,
                                       .asset = SCENE_BTC,
                                       .quote_asset = SCENE_KZT,
                                       .sold_us = stream->scene.now_us,
                                       .quote.units = 5,
                                       .exchange.text = "exchange",
                                       .evidence.rail = 4};

    sale.miner = (uint32_t)below(stream, 3);
    sale.record = below(stream, 1000);
    sale.amount.units = (int128)below(stream, 1000);
    (void)snprintf(sale.evidence.text, sizeof sale.evidence.text, "sale:%u",
                   (unsigned)(stream->evidence += below(stream, 8) != 0));
    (void)scene_send(&stream->scene, SCENE_AIGUL, &sale.header);
}

static void send_decision(struct stream *stream)
{
    uint32_t miner = (uint32_t)below(stream, 4);
    struct command_miner_decide decide =
        mining_scene_decide(miner, (enum licence_decision)(1 + below(stream, 4)));

    if (decide.decision == LICENCE_DECISION_SUSPEND) {
        decide.until_day =
            (int32_t)(stream->scene.now_us / SCENE_DAY_US) + 25 + (int32_t)below(stream, 40);
    }
    if (decide.decision != LICENCE_DECISION_REVOKE || below(stream, 8) == 0) {
        (void)mining_scene_two(&stream->scene, &decide.header);
    }
}

static void send_entry(struct stream *stream)
{
    struct command_miner_set miner = mining_scene_miner((uint32_t)(1 + below(stream, 4)), "L-x");
    struct command_meter_set meter = mining_scene_meter("EM-x");
    struct command_miner_address_set address = {
        .header.kind = COMMAND_MINER_ADDRESS_SET, .type = MINING_ADDRESS_PAYOUT, .text = "bc1qx"};

    address.miner = (uint32_t)below(stream, 4);
    address.removed = below(stream, 2) == 0;
    miner.miner = (uint32_t)below(stream, 4);
    miner.licence[2] = (char)('1' + below(stream, 4));
    meter.meter = (uint32_t)below(stream, 4);
    meter.miner = (uint32_t)(1 + below(stream, 3));
    meter.serial[3] = (char)('1' + below(stream, 4));
    address.text[4] = (char)('a' + below(stream, 4));
    if (below(stream, 3) == 0) {
        (void)mining_scene_two(&stream->scene, &address.header);
        (void)scene_send(&stream->scene, SCENE_AIGUL, &address.header);
    } else if (below(stream, 2) == 0) {
        (void)(miner.miner == 0 ? scene_send(&stream->scene, SCENE_AIGUL, &miner.header)
                                : mining_scene_two(&stream->scene, &miner.header));
    } else if (meter.meter != 1) { /* the first stays what the stream believes */
        (void)mining_scene_two(&stream->scene, &meter.header);
    }
}

static void send_fee(struct stream *stream)
{
    struct command_fee_assess assess = {
        .header.kind = COMMAND_FEE_ASSESS,
        .miner = SCENE_ALICE_MINES,
        .quarter = SCENE_QUARTER + (int32_t)below(stream, 2),
        .asset = SCENE_KZT,
    };
    struct command_fee_pay pay = {.header.kind = COMMAND_FEE_PAY,
                                  .miner = SCENE_ALICE_MINES,
                                  .quarter = assess.quarter,
                                  .amount.units = (int128)below(stream, 5000)};

    (void)scene_send(&stream->scene, SCENE_AIGUL, &assess.header);
    if (below(stream, 2) == 0) {
        (void)scene_send(&stream->scene, SCENE_ALICE + (uint32_t)below(stream, 2), &pay.header);
    } else {
        pay.by_bank = 1;
        pay.evidence.rail = 5;
        (void)snprintf(pay.evidence.text, sizeof pay.evidence.text, "bank:%u",
                       (unsigned)(stream->evidence += below(stream, 8) != 0));
        (void)mining_scene_two(&stream->scene, &pay.header);
    }
}

static void send_one(struct stream *stream)
{
    uint64_t which = below(stream, 20);

    stream->scene.now_us += (int64_t)below(stream, 2 * 3600) * 1000000;
    if (which < 6) {
        send_shares(stream);
    } else if (which < 12) {
        send_energy(stream);
    } else if (which < 15) {
        send_coins(stream);
    } else if (which < 16) {
        send_sale(stream);
    } else if (which < 17) {
        send_decision(stream);
    } else if (which < 19) {
        send_entry(stream);
    } else {
        send_fee(stream);
    }
}

static struct limits limits_of_scene(void)
{
    struct scene scene;
    struct node_view view;

    scene_watch = NULL;
    scene_start_mining(&scene);
    tarazy_query_node(scene.engine, &view);
    scene_end(&scene);
    return view.limits;
}

/* Digests of all events and of the state at the end. */
static void run_stream(uint64_t seed, struct digest *state)
{
    const struct limits limits = limits_of_scene();
    size_t inspector_bytes = inspector_size(&limits);
    struct stream stream = {.random = {seed}};
    uint8_t *block = aligned_alloc(64, (inspector_bytes + 63) / 64 * 64);
    size_t size;

    assert_non_null(block);
    memset(block, 0, inspector_bytes);
    inspector = inspector_create(block, inspector_bytes, &limits);
    events_digest = digest_start();
    scene_watch = watch;
    mining_scene_start(&stream.scene);
    for (int meter = 0; meter < 3; meter++) {
        stream.reached_us[meter] = stream.scene.now_us;
    }
    for (uint32_t i = 0; i < COMMANDS; i++) {
        send_one(&stream);
    }
    const void *bytes = tarazy_engine_block(stream.scene.engine, &size);
    *state = digest_start();
    digest_update(state, bytes, size / 16 * 16);
    scene_end(&stream.scene);
    free(block);
    scene_watch = NULL;
}

static void inspector_agrees_with_every_stream_of_mining(void **state)
{
    struct digest end;

    for (uint64_t seed = 1; seed <= STREAMS; seed++) {
        run_stream(seed, &end);
    }
    /* A law over commands that were all refused would say nothing. */
    for (uint16_t kind = COMMAND_SHARE_READING; kind <= COMMAND_ENERGY_READING; kind++) {
        assert_true(accepted[kind] > STREAMS);
    }
    assert_true(accepted[COMMAND_POOL_DISTRIBUTION] > STREAMS);
    assert_true(accepted[COMMAND_SALE_RECORD] > 0 && accepted[COMMAND_FEE_PAY] > 0);
    assert_true(accepted[COMMAND_FEE_ASSESS] > 0 && accepted[COMMAND_MINER_ADDRESS_SET] > 0);
}

static void digests_of_a_stream_are_the_committed_ones(void **state)
{
    static const char committed[] =
        "events 5312603ac952f7140778b016abf953bb state 90454ce6f8fb56b8a77ee5e85852ffbc";
    struct digest end;
    char text[160];

    run_stream(2026, &end);
    (void)snprintf(text, sizeof text, "events %016llx%016llx state %016llx%016llx",
                   (unsigned long long)events_digest.words[0],
                   (unsigned long long)events_digest.words[1], (unsigned long long)end.words[0],
                   (unsigned long long)end.words[1]);
    assert_string_equal(text, committed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inspector_agrees_with_every_stream_of_mining),
        cmocka_unit_test(digests_of_a_stream_are_the_committed_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
