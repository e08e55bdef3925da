/* SPDX-License-Identifier: Apache-2.0
 *
 * Headers against published blocks, shares against a naive twin, and each way in which a share is refused.
 */
#include "stratum/share.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/hex_text.h"
#include "platform/signature.h"
#include "stratum/job.h"
#include "stratum/seen_shares.h"
#include "support/random_stream.h"

/* The coinbase transaction of Bitcoin's first block. */
static const char genesis_coinbase[] =
    "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d"
    "0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66"
    "207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe55"
    "48271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba"
    "0b8d578a4c702b6bf11d5fac00000000";

static size_t unhex(const char *text, uint8_t *out)
{
    size_t size = strlen(text) / 2;

    assert_true(hex_decode(slice_of_text(text), out, size));
    return size;
}

/* A hash as people write it: turned around. */
static struct hash256 shown_hash(const char *text)
{
    uint8_t bytes[32];
    struct hash256 hash;

    assert_int_equal(unhex(text, bytes), 32);
    for (unsigned i = 0; i < 32; i++) {
        hash.bytes[i] = bytes[31 - i];
    }
    return hash;
}

struct scene {
    struct sha256 *sha;
    struct seen_shares *seen;
    uint8_t coinbase[512];
    struct stratum_job job;
    struct share_terms terms;
    struct stratum_submit submit;
    struct header header;
};

/* The first block as a job: 4 bytes of the newspaper's headline are the pool's extranonce, 4 the miner's. */
static void scene_open(struct scene *scene)
{
    *scene = (struct scene){.sha = sha256_create(), .seen = seen_shares_create(100000)};
    size_t size = unhex(genesis_coinbase, scene->coinbase);

    scene->job = (struct stratum_job){
        .id = "0",
        .coinbase1 = scene->coinbase,
        .coinbase1_size = 60,
        .coinbase2 = scene->coinbase + 68,
        .coinbase2_size = size - 68,
        .version = 1,
        .bits = 0x1d00ffffu,
        .time = 0x495fab29u,
    };
    assert_true(target_of_bits(scene->job.bits, &scene->job.block_target));
    scene->terms = (struct share_terms){
        .job = &scene->job,
        .extranonce1 = scene->coinbase + 60,
        .extranonce1_size = 4,
        .extranonce2_size = 4,
        .assigned = scene->job.block_target,
    };
    scene->submit =
        (struct stratum_submit){.extranonce2_size = 4, .time = 0x495fab29u, .nonce = 0x7c2bac1du};
    memcpy(scene->submit.extranonce2, scene->coinbase + 64, 4);
}

static void scene_close(struct scene *scene)
{
    sha256_destroy(scene->sha);
    seen_shares_destroy(scene->seen);
}

static enum share_verdict scene_verify(struct scene *scene)
{
    return share_verify(scene->sha, scene->seen, &scene->terms, &scene->submit, &scene->header);
}

static void the_first_block_of_bitcoin_is_an_accepted_share(void **state)
{
    struct scene scene;
    struct hash256 hash =
        shown_hash("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
    struct hash256 root =
        shown_hash("4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b");

    scene_open(&scene);
    assert_int_equal(scene_verify(&scene), SHARE_VERDICT_ACCEPTED);
    assert_memory_equal(scene.header.hash.bytes, hash.bytes, 32);
    assert_memory_equal(scene.header.bytes + 36, root.bytes, 32);
    scene_close(&scene);
}

static void block_125552_comes_out_of_its_transactions(void **state)
{
    static const char *const transactions[] = {
        "51d37bdd871c9e1f4d5541be67a6ab625e32028744d7d4609d0c37747b40cd2d",
        "60c25dda8d41f8d3d7d5c6249e2ea1b05a25bf7ae2ad6d904b512b31f997e1a1",
        "01f314cdd8566d3e5dbdd97de2d9fbfbfd6873e916a00d48758282cbb81a45b9",
        "b519286a1040da6ad83c783eb2872659eaf57b1bec088e614776ffe7dc8f6d01",
    };
    struct sha256 *sha = sha256_create();
    struct hash256 others[3];
    struct hash256 branches[STRATUM_BRANCHES_MAX];
    struct hash256 root = shown_hash(transactions[0]);
    struct hash256 previous =
        shown_hash("00000000000008a3a41b85b8b29ad444def299fee21793cd8b9e567eab02cd81");
    struct hash256 merkle =
        shown_hash("2b12fcf1b09288fcaff797d71e950e71ae42b91e8bdb2304758dfcffc2b620e3");
    struct hash256 hash =
        shown_hash("00000000000000001e8d6829a8a21adc5d38d0a473b144b6765798e61f98bd1d");
    uint8_t header[80] = {1};
    struct hash256 found;
    struct target target;

    for (unsigned i = 0; i < 3; i++) {
        others[i] = shown_hash(transactions[i + 1]);
    }
    assert_int_equal(job_branches(sha, others, 3, branches), 2);
    for (unsigned i = 0; i < 2; i++) {
        const struct byte_part pair[] = {{root.bytes, 32}, {branches[i].bytes, 32}};

        hash_twice(sha, pair, 2, &root);
    }
    assert_memory_equal(root.bytes, merkle.bytes, 32);
    memcpy(header + 4, previous.bytes, 32);
    memcpy(header + 36, root.bytes, 32);
    (void)unhex("c7f5d74df2b9441a42a14695", header + 68);
    hash_twice(sha, &(struct byte_part){header, 80}, 1, &found);
    assert_memory_equal(found.bytes, hash.bytes, 32);
    assert_true(target_of_bits(0x1a44b9f2u, &target));
    assert_true(target_is_met(&target, &found));
    sha256_destroy(sha);
}

/* The whole Merkle tree, level by level, as the Bitcoin paper draws it. */
static void naive_root(struct hash256 *level, size_t count)
{
    while (count > 1) {
        size_t above = 0;

        for (size_t i = 0; i < count; i += 2) {
            struct hash256 pair[2] = {level[i], level[i + 1 < count ? i + 1 : i]};
            uint8_t once[32];

            sha256_compute(&(struct byte_part){pair, sizeof pair}, 1, once);
            sha256_compute(&(struct byte_part){once, 32}, 1, level[above++].bytes);
        }
        count = above;
    }
}

static void branches_give_the_root_of_the_naive_tree(void **state)
{
    struct random_stream random = {99};
    struct sha256 *sha = sha256_create();

    for (size_t count = 0; count < 70; count++) {
        struct hash256 hashes[71];
        struct hash256 others[70];
        struct hash256 branches[STRATUM_BRANCHES_MAX];

        random_bytes(&random, hashes, sizeof hashes);
        memcpy(others, hashes + 1, count * sizeof *others);
        struct hash256 root = hashes[0];
        uint32_t branch_count = job_branches(sha, others, count, branches);
        for (uint32_t i = 0; i < branch_count; i++) {
            const struct byte_part pair[] = {{root.bytes, 32}, {branches[i].bytes, 32}};

            hash_twice(sha, pair, 2, &root);
        }
        naive_root(hashes, count + 1);
        assert_memory_equal(root.bytes, hashes[0].bytes, 32);
    }
    sha256_destroy(sha);
}

/* The same header put together in the plainest way. */
static void naive_header(const struct share_terms *terms, const struct stratum_submit *submit,
                         uint32_t version, uint8_t header[80], uint8_t hash[32])
{
    const struct stratum_job *job = terms->job;
    uint8_t coinbase[1024];
    uint8_t *end = coinbase;
    uint8_t once[32];

    memcpy(end, job->coinbase1, job->coinbase1_size);
    end += job->coinbase1_size;
    memcpy(end, terms->extranonce1, terms->extranonce1_size);
    end += terms->extranonce1_size;
    memcpy(end, submit->extranonce2, submit->extranonce2_size);
    end += submit->extranonce2_size;
    memcpy(end, job->coinbase2, job->coinbase2_size);
    end += job->coinbase2_size;
    sha256_compute(&(struct byte_part){coinbase, (size_t)(end - coinbase)}, 1, once);
    sha256_compute(&(struct byte_part){once, 32}, 1, header + 36);
    for (uint32_t i = 0; i < job->branch_count; i++) {
        uint8_t pair[64];

        memcpy(pair, header + 36, 32);
        memcpy(pair + 32, job->branches[i].bytes, 32);
        sha256_compute(&(struct byte_part){pair, 64}, 1, once);
        sha256_compute(&(struct byte_part){once, 32}, 1, header + 36);
    }
    memcpy(header, &version, 4); /* tests run on little-endian machines, as the node does */
    memcpy(header + 4, job->previous, 32);
    memcpy(header + 68, &submit->time, 4);
    memcpy(header + 72, &job->bits, 4);
    memcpy(header + 76, &submit->nonce, 4);
    sha256_compute(&(struct byte_part){header, 80}, 1, once);
    sha256_compute(&(struct byte_part){once, 32}, 1, hash);
}

static void random_shares_are_judged_as_the_naive_twin_does(void **state)
{
    struct random_stream random = {7};
    struct scene scene;
    unsigned accepted = 0;

    scene_open(&scene);
    scene.terms.assigned = (struct target){{0, 0, 0, (uint64_t)1 << 62}}; /* one in four */
    scene.terms.version_mask = SHARE_VERSION_MASK;
    for (int i = 0; i < 4000; i++) {
        uint8_t extranonce1[8];
        uint8_t header[80];
        uint8_t hash[32];

        random_bytes(&random, extranonce1, sizeof extranonce1);
        random_bytes(&random, scene.submit.extranonce2, 8);
        random_bytes(&random, scene.job.branches, sizeof scene.job.branches);
        random_bytes(&random, scene.job.previous, 31);
        scene.job.branch_count = (uint32_t)random_below(&random, 13);
        scene.job.coinbase1_size = random_below(&random, 100);
        scene.job.version = (uint32_t)random_next(&random);
        scene.terms.extranonce1 = extranonce1;
        scene.terms.extranonce1_size = random_below(&random, 9);
        scene.terms.extranonce2_size = scene.submit.extranonce2_size = random_below(&random, 9);
        scene.submit.nonce = (uint32_t)random_next(&random);
        scene.submit.time = scene.job.time + (uint32_t)random_below(&random, 7001);
        scene.submit.has_version_bits = random_once_in(&random, 2);
        scene.submit.version_bits = (uint32_t)random_next(&random) & SHARE_VERSION_MASK;
        uint32_t version =
            scene.submit.has_version_bits
                ? (scene.job.version & ~SHARE_VERSION_MASK) | scene.submit.version_bits
                : scene.job.version;
        naive_header(&scene.terms, &scene.submit, version, header, hash);
        enum share_verdict expected =
            hash[31] < 0x40 ? SHARE_VERDICT_ACCEPTED : SHARE_VERDICT_ABOVE_TARGET;
        assert_int_equal(scene_verify(&scene), expected);
        assert_memory_equal(scene.header.bytes, header, 80);
        assert_memory_equal(scene.header.hash.bytes, hash, 32);
        if (expected == SHARE_VERDICT_ACCEPTED) {
            accepted++;
            assert_int_equal(scene_verify(&scene), SHARE_VERDICT_DUPLICATE);
        }
    }
    assert_in_range(accepted, 900, 1100);
    scene_close(&scene);
}

static void a_share_is_refused_for_its_own_reason(void **state)
{
    struct scene scene;

    scene_open(&scene);
    scene.terms.job = NULL;
    assert_int_equal(scene_verify(&scene), SHARE_VERDICT_STALE);
    scene.terms.job = &scene.job;
    scene.submit.extranonce2_size = 5;
    assert_int_equal(scene_verify(&scene), SHARE_VERDICT_EXTRANONCE_SIZE);
    scene.submit.extranonce2_size = 3;
    assert_int_equal(scene_verify(&scene), SHARE_VERDICT_EXTRANONCE_SIZE);
    scene.submit.extranonce2_size = 4;
    scene.submit.time--;
    assert_int_equal(scene_verify(&scene), SHARE_VERDICT_TIME_RANGE);
    scene.submit.time += 1 + SHARE_TIME_AHEAD_S + 1;
    assert_int_equal(scene_verify(&scene), SHARE_VERDICT_TIME_RANGE);
    scene.submit.time--;
    assert_int_equal(scene_verify(&scene), SHARE_VERDICT_ABOVE_TARGET);
    scene.submit.time = 0;
    assert_int_equal(scene_verify(&scene), SHARE_VERDICT_TIME_RANGE);
    scene.submit.time = scene.job.time;
    scene.submit.has_version_bits = true;
    scene.submit.version_bits = 0x2000;
    assert_int_equal(scene_verify(&scene), SHARE_VERDICT_VERSION_BITS);
    scene.terms.version_mask = SHARE_VERSION_MASK;
    assert_int_equal(scene_verify(&scene), SHARE_VERDICT_ABOVE_TARGET);
    scene.submit.version_bits = 0x20000000;
    assert_int_equal(scene_verify(&scene), SHARE_VERDICT_VERSION_BITS);
    scene.submit.has_version_bits = false;
    scene.submit.nonce++;
    assert_int_equal(scene_verify(&scene), SHARE_VERDICT_ABOVE_TARGET);
    scene.submit.nonce--;
    assert_int_equal(scene_verify(&scene), SHARE_VERDICT_ACCEPTED);
    assert_int_equal(scene_verify(&scene), SHARE_VERDICT_DUPLICATE);
    scene_close(&scene);
}

static void every_verdict_has_its_number_and_words(void **state)
{
    for (int i = SHARE_VERDICT_ACCEPTED; i <= SHARE_VERDICT_NO_ROOM; i++) {
        assert_non_null(share_verdict_text((enum share_verdict)i));
        assert_int_equal(share_verdict_code((enum share_verdict)i) == 0,
                         i == SHARE_VERDICT_ACCEPTED);
    }
}

/* ---- the set of seen shares ---- */

static struct hash256 numbered_hash(uint64_t number)
{
    struct hash256 hash = {{0}};

    memcpy(hash.bytes, &number, sizeof number);
    return hash;
}

static void a_seen_share_stays_seen_while_the_set_grows(void **state)
{
    struct seen_shares *seen = seen_shares_create(50000);
    const uint8_t previous[32] = {1};

    for (uint64_t i = 0; i < 50000; i++) {
        struct hash256 hash = numbered_hash(i);
        assert_int_equal(seen_shares_add(seen, previous, &hash), SEEN_RESULT_NEW);
    }
    for (uint64_t i = 0; i < 50000; i++) {
        struct hash256 hash = numbered_hash(i);
        assert_int_equal(seen_shares_add(seen, previous, &hash), SEEN_RESULT_BEFORE);
    }
    struct hash256 hash = numbered_hash(50000);
    assert_int_equal(seen_shares_add(seen, previous, &hash), SEEN_RESULT_FULL);
    assert_int_equal(seen_shares_count(seen), 50000);
    seen_shares_destroy(seen);
}

static void shares_of_blocks_long_past_make_room(void **state)
{
    struct seen_shares *seen = seen_shares_create(4000);
    uint64_t number = 0;

    for (uint8_t block = 1; block < 100; block++) {
        const uint8_t previous[32] = {block};

        for (int i = 0; i < 900; i++) {
            struct hash256 hash = numbered_hash(number++);
            assert_int_equal(seen_shares_add(seen, previous, &hash), SEEN_RESULT_NEW);
        }
        /* Those of the last SEEN_FAMILIES blocks are all there. */
        for (uint64_t back = 1; back <= 900u * SEEN_FAMILIES && back <= number; back++) {
            struct hash256 hash = numbered_hash(number - back);
            assert_int_equal(seen_shares_add(seen, previous, &hash), SEEN_RESULT_BEFORE);
        }
    }
    seen_shares_destroy(seen);
}

static void a_block_that_comes_back_finds_its_shares(void **state)
{
    struct seen_shares *seen = seen_shares_create(4000);
    const uint8_t one[32] = {1};
    const uint8_t other[32] = {2};
    struct hash256 hash = numbered_hash(1);

    assert_int_equal(seen_shares_add(seen, one, &hash), SEEN_RESULT_NEW);
    for (uint64_t i = 2; i < 3000; i++) {
        struct hash256 more = numbered_hash(i);
        assert_int_equal(seen_shares_add(seen, other, &more), SEEN_RESULT_NEW);
    }
    assert_int_equal(seen_shares_add(seen, one, &hash), SEEN_RESULT_BEFORE);
    seen_shares_destroy(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_block_of_bitcoin_is_an_accepted_share),
        cmocka_unit_test(block_125552_comes_out_of_its_transactions),
        cmocka_unit_test(branches_give_the_root_of_the_naive_tree),
        cmocka_unit_test(random_shares_are_judged_as_the_naive_twin_does),
        cmocka_unit_test(a_share_is_refused_for_its_own_reason),
        cmocka_unit_test(every_verdict_has_its_number_and_words),
        cmocka_unit_test(a_seen_share_stays_seen_while_the_set_grows),
        cmocka_unit_test(shares_of_blocks_long_past_make_room),
        cmocka_unit_test(a_block_that_comes_back_finds_its_shares),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
