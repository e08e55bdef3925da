/* SPDX-License-Identifier: Apache-2.0
 *
 * Templates into jobs and blocks, heights as BIP 34 wants them, addresses against the vectors of BIP 173 and BIP 350.
 */
#include "stratum/block_template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/hex_text.h"

static const uint8_t script[] = {0x51};

static struct block_template *read_with(const char *height, const char *transactions,
                                        const char *more, const char **why)
{
    char text[4096];

    snprintf(text, sizeof text,
             "{\"version\":536870912,\"previousblockhash\":\"%064x\",\"coinbasevalue\":5000000000,"
             "\"bits\":\"207fffff\",\"curtime\":1700000000,\"height\":%s,\"transactions\":%s%s}",
             1, height, transactions, more);
    return block_template_read(slice_of_text(text), script, sizeof script, why);
}

static void a_height_stands_in_the_coinbase_as_bip_34_wants_it(void **state)
{
    static const struct {
        const char *height;
        const char *push;
    } cases[] = {
        {"1", "51"},
        {"16", "60"},
        {"17", "0111"},
        {"127", "017f"},
        {"128", "028000"},
        {"255", "02ff00"},
        {"256", "020001"},
        {"32767", "02ff7f"},
        {"32768", "03008000"},
        {"840000", "0340d10c"},
        {"8388608", "0400008000"},
    };
    const char *why;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct block_template *block = read_with(cases[i].height, "[]", "", &why);
        uint8_t push[8];
        size_t size = strlen(cases[i].push) / 2;

        assert_non_null(block);
        assert_true(hex_decode(slice_of_text(cases[i].push), push, size));
        assert_memory_equal(block->job.coinbase1 + 42, push, size);
        /* the script's size: height, a push of 12 bytes, 8 letters */
        assert_int_equal(block->job.coinbase1[41], size + 1 + 12 + 8);
        assert_int_equal(block->job.coinbase1_size, 42 + size + 1);
        block_template_destroy(block);
    }
}

static void a_block_has_its_parts_in_order(void **state)
{
    static const char commitment[] = ",\"default_witness_commitment\":\"6a24aa21a9ed\"";
    const char *why;
    struct block_template *block =
        read_with("200",
                  "[{\"data\":\"aabb\",\"txid\":"
                  "\"1111111111111111111111111111111111111111111111111111111111111111\"},"
                  "{\"data\":\"cc\",\"hash\":"
                  "\"2222222222222222222222222222222222222222222222222222222222222222\"}]",
                  commitment, &why);
    uint8_t header[HEADER_SIZE] = {7};
    const uint8_t extranonce[12] = {1, 2, 3};
    size_t size;

    assert_non_null(block);
    assert_int_equal(block->job.branch_count, 2);
    assert_int_equal(block->job.branches[0].bytes[0], 0x11);
    char *text = block_template_block(block, header, extranonce, sizeof extranonce, &size);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(text + 160, "03", 2);            /* three transactions */
    assert_memory_equal(text + 162, "020000000001", 12); /* version, and the mark of a witness */
    assert_non_null(strstr(text, "010203000000000000000000"
                                 "2f746172617a792f"));
    assert_memory_equal(text + size - 6, "aabbcc", 6);
    /* before them: one witness item of 32 zero bytes, lock time zero */
    char witness[2 * 34 + 8 + 1];
    snprintf(witness, sizeof witness, "0120%064d%08d", 0, 0);
    assert_memory_equal(text + size - 6 - strlen(witness), witness, strlen(witness));
    free(text);
    block_template_destroy(block);
}

static void a_template_that_cannot_be_mined_is_refused(void **state)
{
    const char *why;

    assert_null(read_with("-1", "[]", "", &why));
    assert_null(read_with("99999999999", "[]", "", &why));
    assert_null(read_with("1", "{}", "", &why));
    assert_null(read_with("1", "[7]", "", &why));
    assert_null(read_with("1", "[{\"data\":\"aa\"}]", "", &why));
    assert_null(read_with("1", "[{\"data\":\"aa\",\"txid\":\"11\"}]", "", &why));
    assert_null(read_with("1", "[]", ",\"default_witness_commitment\":\"6a2\"", &why));
    assert_null(read_with("1", "[]", ",\"bits\":\"207fffff\"", &why));
    assert_null(block_template_read(slice_of_text("{}"), script, sizeof script, &why));
    assert_non_null(why);
}

static void an_address_is_the_script_that_the_standard_says(void **state)
{
    static const struct {
        const char *address;
        const char *script; /* NULL: refused */
    } cases[] = {
        {"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
         "0014751e76e8199196d454941c45d1b3a323f1433bd6"},
        {"tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
         "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262"},
        {"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
         "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"},
        {"script:76a91488ac", "76a91488ac"},
        {"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", NULL}, /* checksum */
        {"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
         NULL},                                               /* bech32, not bech32m */
        {"BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", NULL},       /* 16 bytes at version 0 */
        {"bc1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", NULL}, /* two cases */
        {"1BoatSLRHtKNngkdXEeobR76b53LETtpyT", NULL},
        {"bc1", NULL},
        {"", NULL},
        {"script:", NULL},
        {"script:7", NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t out[TEMPLATE_SCRIPT_MAX];
        uint8_t expected[TEMPLATE_SCRIPT_MAX];
        size_t size = 0;
        bool is_good = payout_script_read(slice_of_text(cases[i].address), out, &size);

        assert_int_equal(is_good, cases[i].script != NULL);
        if (is_good) {
            assert_int_equal(size, strlen(cases[i].script) / 2);
            assert_true(hex_decode(slice_of_text(cases[i].script), expected, size));
            assert_memory_equal(out, expected, size);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_height_stands_in_the_coinbase_as_bip_34_wants_it),
        cmocka_unit_test(a_block_has_its_parts_in_order),
        cmocka_unit_test(a_template_that_cannot_be_mined_is_refused),
        cmocka_unit_test(an_address_is_the_script_that_the_standard_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
