/* SPDX-License-Identifier: Apache-2.0
 *
 * Hashes, HMAC, signatures and sealing against published vectors, and what must not verify.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "platform/entropy.h"
#include "platform/signature.h"

/* "0a1b..." to bytes; returns how many. */
static size_t hex_read(const char *hex, uint8_t *out)
{
    size_t size = strlen(hex) / 2;
    for (size_t i = 0; i < size; i++) {
        unsigned byte = 0;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        out[i] = (uint8_t)byte;
    }
    return size;
}

static void bytes_are(const uint8_t *bytes, const char *hex)
{
    uint8_t expected[256];
    size_t size = hex_read(hex, expected);
    assert_memory_equal(bytes, expected, size);
}

static void hashes_agree_with_fips_180(void **state)
{
    uint8_t digest[SHA256_SIZE];
    const struct byte_part whole = {"abc", 3};
    const struct byte_part pieces[] = {{"a", 1}, {"", 0}, {"bc", 2}};
    static const char SHA256_OF_ABC[] =
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    sha256_compute(&whole, 1, digest);
    bytes_are(digest, SHA256_OF_ABC);
    sha256_compute(pieces, 3, digest);
    bytes_are(digest, SHA256_OF_ABC);
    sha256_compute(NULL, 0, digest);
    bytes_are(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha1_compute(&whole, 1, digest);
    bytes_are(digest, "a9993e364706816aba3e25717850c26c9cd0d89d");
}

/* RFC 4231, test cases 1, 2, 3, 6 and 7 */
static void hmac_agrees_with_rfc_4231(void **state)
{
    uint8_t key_bytes[131];
    uint8_t message[50];
    uint8_t code[SHA256_SIZE];
    struct hmac_key key;
    memset(key_bytes, 0x0b, 20);
    hmac_key_prepare(&key, key_bytes, 20);
    hmac_compute(&key, &(struct byte_part){"Hi There", 8}, 1, code);
    bytes_are(code, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    hmac_key_prepare(&key, "Jefe", 4);
    const struct byte_part pieces[] = {{"what do ya want ", 16}, {"for nothing?", 12}};
    for (int again = 0; again < 2; again++) { /* a prepared key is not used up */
        hmac_compute(&key, pieces, 2, code);
        bytes_are(code, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
    memset(key_bytes, 0xaa, sizeof key_bytes);
    memset(message, 0xdd, sizeof message);
    hmac_key_prepare(&key, key_bytes, 20);
    hmac_compute(&key, &(struct byte_part){message, 50}, 1, code);
    bytes_are(code, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    hmac_key_prepare(&key, key_bytes, 131);
    hmac_compute(&key,
                 &(struct byte_part){"Test Using Larger Than Block-Size Key - Hash Key First", 54},
                 1, code);
    bytes_are(code, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* RFC 8032 7.1, tests 1 and 2 */
static void ed25519_agrees_with_rfc_8032(void **state)
{
    static const char *const VECTORS[][4] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
         "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
         "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    };
    for (size_t i = 0; i < 2; i++) {
        uint8_t seed[32];
        uint8_t raw[32];
        uint8_t message[8];
        uint8_t signature[64];
        hex_read(VECTORS[i][0], seed);
        size_t size = hex_read(VECTORS[i][2], message);
        assert_true(ed25519_public_key(seed, raw));
        bytes_are(raw, VECTORS[i][1]);
        assert_true(ed25519_sign(seed, message, size, signature));
        bytes_are(signature, VECTORS[i][3]);
        struct public_key *key = public_key_create_ed25519(raw);
        assert_non_null(key);
        assert_int_equal(public_key_kind(key), PUBLIC_KEY_KIND_ED25519);
        assert_true(public_key_verify(key, message, size, signature, 64));
        assert_false(public_key_verify(key, message, size, signature, 63));
        assert_false(public_key_verify(key, "x", 1, signature, 64));
        for (size_t bit = 0; bit < 512; bit++) {
            signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_false(public_key_verify(key, message, size, signature, 64));
            signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        public_key_destroy(key);
    }
}

static size_t spki_encode(EVP_PKEY *pair, uint8_t *out, size_t capacity)
{
    int size = i2d_PUBKEY(pair, NULL);
    assert_true(size > 0 && (size_t)size < capacity);
    assert_int_equal(i2d_PUBKEY(pair, &out), size);
    return (size_t)size;
}

static void rsa_keys_verify_what_they_signed(void **state)
{
    static const char MESSAGE[] = "symbol=BTCKZT&timestamp=1700000000000";
    uint8_t der[1024];
    uint8_t signature[512];
    size_t signature_size = sizeof signature;
    EVP_PKEY *pair = EVP_RSA_gen(2048);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pair), 1);
    assert_int_equal(EVP_DigestSign(context, signature, &signature_size,
                                    (const unsigned char *)MESSAGE, sizeof MESSAGE),
                     1);
    size_t size = spki_encode(pair, der, sizeof der);
    struct public_key *key = public_key_create(der, size);
    assert_non_null(key);
    assert_int_equal(public_key_kind(key), PUBLIC_KEY_KIND_RSA);
    assert_true(public_key_verify(key, MESSAGE, sizeof MESSAGE, signature, signature_size));
    assert_false(public_key_verify(key, MESSAGE, sizeof MESSAGE - 1, signature, signature_size));
    assert_false(public_key_verify(key, MESSAGE, sizeof MESSAGE, signature, signature_size - 1));
    signature[7] ^= 1;
    assert_false(public_key_verify(key, MESSAGE, sizeof MESSAGE, signature, signature_size));
    /* Every cut of the encoding, and a byte too many. */
    for (size_t cut = 0; cut < size; cut++) {
        assert_null(public_key_create(der, cut));
    }
    der[size] = 0;
    assert_null(public_key_create(der, size + 1));
    public_key_destroy(key);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(pair);
}

static void keys_of_other_kinds_and_sizes_are_refused(void **state)
{
    uint8_t der[1024];
    EVP_PKEY *small = EVP_RSA_gen(1024);
    EVP_PKEY *curve = EVP_EC_gen("P-256");
    EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "ED448");
    EVP_PKEY *right = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    assert_null(public_key_create(der, spki_encode(small, der, sizeof der)));
    assert_null(public_key_create(der, spki_encode(curve, der, sizeof der)));
    assert_null(public_key_create(der, spki_encode(other, der, sizeof der)));
    struct public_key *key = public_key_create(der, spki_encode(right, der, sizeof der));
    assert_non_null(key);
    public_key_destroy(key);
    EVP_PKEY_free(small);
    EVP_PKEY_free(curve);
    EVP_PKEY_free(other);
    EVP_PKEY_free(right);
}

/* A key whose exponent is 1 would "verify" the padded hash itself. */
static void an_rsa_key_that_signs_for_anybody_is_refused(void **state)
{
    uint8_t der[1024];
    EVP_PKEY *pair = EVP_RSA_gen(2048);
    size_t size = spki_encode(pair, der, sizeof der);
    /* The exponent 65537 stands last: 02 03 01 00 01. */
    assert_memory_equal(der + size - 5, "\x02\x03\x01\x00\x01", 5);
    der[size - 3] = 0;
    der[size - 2] = 0;
    assert_null(public_key_create(der, size)); /* 1, and not in its shortest form */
    der[size - 3] = 1;
    der[size - 1] = 0;
    assert_null(public_key_create(der, size)); /* even */
    EVP_PKEY_free(pair);
}

/* McGrew and Viega, the GCM specification, test cases 13, 14 and 16 */
static void sealing_agrees_with_the_specification(void **state)
{
    uint8_t key[32] = {0};
    uint8_t nonce[12] = {0};
    uint8_t bound[20];
    uint8_t plain[60] = {0};
    uint8_t sealed[60];
    uint8_t tag[16];
    struct seal seal = {.key = key, .nonce = nonce};
    assert_true(seal_close(&seal, plain, 0, sealed, tag));
    bytes_are(tag, "530f8afbc74536b9a963b4f1c4cb738b");
    assert_true(seal_close(&seal, plain, 16, sealed, tag));
    bytes_are(sealed, "cea7403d4d606b6e074ec5d3baf39d18");
    bytes_are(tag, "d0d1c8a799996bf0265b98b5d48ab919");
    hex_read("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", key);
    hex_read("cafebabefacedbaddecaf888", nonce);
    seal.bound_size = hex_read("feedfacedeadbeeffeedfacedeadbeefabaddad2", bound);
    seal.bound = bound;
    hex_read("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
             "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
             plain);
    assert_true(seal_close(&seal, plain, 60, sealed, tag));
    bytes_are(sealed, "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662");
    bytes_are(tag, "76fc6ece0f4e1768cddf8853bb2d551b");
}

static void a_seal_opens_only_as_it_was_closed(void **state)
{
    static const uint8_t SECRET[] = "the key of an API client, 64 hexadecimal digits or so";
    uint8_t key[SEAL_KEY_SIZE];
    uint8_t nonce[SEAL_NONCE_SIZE];
    uint8_t sealed[sizeof SECRET];
    uint8_t opened[sizeof SECRET];
    uint8_t tag[SEAL_TAG_SIZE];
    entropy_fill(key, sizeof key);
    entropy_fill(nonce, sizeof nonce);
    char owner[] = "alice";
    struct seal seal = {.key = key, .nonce = nonce, .bound = owner, .bound_size = 5};
    assert_true(seal_close(&seal, SECRET, sizeof SECRET, sealed, tag));
    assert_memory_not_equal(sealed, SECRET, sizeof SECRET);
    assert_true(seal_open(&seal, sealed, sizeof sealed, tag, opened));
    assert_memory_equal(opened, SECRET, sizeof SECRET);
    uint8_t *const parts[] = {key, nonce, sealed, tag, (uint8_t *)owner};
    const size_t sizes[] = {sizeof key, sizeof nonce, sizeof sealed, sizeof tag, 5};
    for (size_t part = 0; part < 5; part++) {
        for (size_t bit = 0; bit < 8 * sizes[part]; bit++) {
            parts[part][bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_false(seal_open(&seal, sealed, sizeof sealed, tag, opened));
            for (size_t i = 0; i < sizeof opened; i++) {
                assert_int_equal(opened[i], 0);
            }
            parts[part][bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
    seal.bound_size = 4;
    assert_false(seal_open(&seal, sealed, sizeof sealed, tag, opened));
    seal.bound_size = 5;
    assert_false(seal_open(&seal, sealed, sizeof sealed - 1, tag, opened));
    assert_true(seal_open(&seal, sealed, sizeof sealed, tag, opened));
}

static void secrets_compare_whole_and_are_wiped(void **state)
{
    uint8_t left[32];
    uint8_t right[32];
    entropy_fill(left, sizeof left);
    memcpy(right, left, sizeof right);
    assert_true(secret_equals(left, right, sizeof left));
    for (size_t bit = 0; bit < 256; bit++) {
        right[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(secret_equals(left, right, sizeof left));
        right[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    secret_wipe(left, sizeof left);
    for (size_t i = 0; i < sizeof left; i++) {
        assert_int_equal(left[i], 0);
    }
}

static void entropy_is_not_the_same_twice(void **state)
{
    uint8_t first[64] = {0};
    uint8_t second[64] = {0};
    entropy_fill(first, sizeof first);
    entropy_fill(second, sizeof second);
    assert_memory_not_equal(first, second, sizeof first);
    entropy_fill(first, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_agree_with_fips_180),
        cmocka_unit_test(hmac_agrees_with_rfc_4231),
        cmocka_unit_test(ed25519_agrees_with_rfc_8032),
        cmocka_unit_test(rsa_keys_verify_what_they_signed),
        cmocka_unit_test(keys_of_other_kinds_and_sizes_are_refused),
        cmocka_unit_test(an_rsa_key_that_signs_for_anybody_is_refused),
        cmocka_unit_test(sealing_agrees_with_the_specification),
        cmocka_unit_test(a_seal_opens_only_as_it_was_closed),
        cmocka_unit_test(secrets_compare_whole_and_are_wiped),
        cmocka_unit_test(entropy_is_not_the_same_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
