/* SPDX-License-Identifier: Apache-2.0
 *
 * Notes, keys, checkpoints: a note of the world (from the documentation of Go's sumdb/note package),
 * round trips, and what strict readers refuse.
 */
#include "proofs/signed_note.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proofs/checkpoint.h"
#include "proofs/note_base64.h"

static const char peter_key[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char peter_note[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

static const uint8_t seed[ED25519_KEY_SIZE] = {1, 2, 3};

static struct note_key key_of(const char *name, enum note_key_kind kind)
{
    uint8_t raw[ED25519_KEY_SIZE];
    struct note_key key;

    assert_true(ed25519_public_key(seed, raw));
    assert_true(note_key_make(&key, name, kind, raw));
    return key;
}

static bool reads(const char *text, size_t size)
{
    struct signed_note note;

    return signed_note_read(&note, text, size);
}

static void a_note_of_the_world_verifies(void **state)
{
    struct note_key key;
    struct signed_note note;
    char text[NOTE_KEY_TEXT_MAX + 1];

    assert_true(note_key_read(&key, peter_key, strlen(peter_key)));
    note_key_write(&key, text);
    assert_string_equal(text, peter_key);
    assert_true(signed_note_read(&note, peter_note, strlen(peter_note)));
    assert_int_equal(note.count, 1);
    assert_int_equal(signed_note_check(&note, &key, NULL), NOTE_CHECK_SIGNED);
}

static void a_note_with_any_bit_flipped_does_not_verify(void **state)
{
    char text[sizeof peter_note];
    struct signed_note note;
    struct note_key key;

    assert_true(note_key_read(&key, peter_key, strlen(peter_key)));
    memcpy(text, peter_note, sizeof text);
    for (size_t bit = 0; bit < strlen(peter_note) * 8; bit++) {
        text[bit / 8] ^= (char)(1 << bit % 8);
        assert_true(!signed_note_read(&note, text, strlen(peter_note)) ||
                    signed_note_check(&note, &key, NULL) != NOTE_CHECK_SIGNED);
        text[bit / 8] ^= (char)(1 << bit % 8);
    }
}

static void a_key_with_any_bit_flipped_is_refused_or_another(void **state)
{
    char text[sizeof peter_key];
    struct signed_note note;
    struct note_key key;

    assert_true(signed_note_read(&note, peter_note, strlen(peter_note)));
    memcpy(text, peter_key, sizeof text);
    for (size_t bit = 0; bit < strlen(peter_key) * 8; bit++) {
        text[bit / 8] ^= (char)(1 << bit % 8);
        assert_false(note_key_read(&key, text, strlen(peter_key)));
        text[bit / 8] ^= (char)(1 << bit % 8);
    }
    for (size_t length = 0; length < strlen(peter_key); length++) {
        assert_false(note_key_read(&key, text, length));
    }
}

static void names_are_visible_and_without_plus(void **state)
{
    char longest[NOTE_NAME_MAX + 2];

    memset(longest, 'a', sizeof longest);
    assert_true(note_name_is_good("log.example/a", 13));
    assert_true(note_name_is_good(longest, NOTE_NAME_MAX));
    assert_false(note_name_is_good(longest, NOTE_NAME_MAX + 1));
    assert_false(note_name_is_good("", 0));
    assert_false(note_name_is_good("a b", 3));
    assert_false(note_name_is_good("a+b", 3));
    assert_false(note_name_is_good("a\nb", 3));
    assert_false(note_name_is_good("a\x7f", 2));
}

/* The longest name there may be, so that no buffer is a byte too small. */
static void the_longest_key_and_line_fit(void **state)
{
    char name[NOTE_NAME_MAX + 1];
    char text[NOTE_KEY_TEXT_MAX + 1];
    char line[NOTE_LINE_MAX + 1];
    char checkpoint[CHECKPOINT_NOTE_MAX + 1];
    struct hash256 root = {{1}};

    memset(name, 'n', sizeof name);
    name[NOTE_NAME_MAX] = '\0';
    struct note_key key = key_of(name, NOTE_KEY_KIND_COSIGNATURE);
    note_key_write(&key, text);
    assert_int_equal(strlen(text), NOTE_KEY_TEXT_MAX);
    size_t size = note_line_write(&key, seed, "x\n", 2, UINT64_C(18446744073709551615), line);
    assert_in_range(size, NOTE_LINE_MAX - 8, NOTE_LINE_MAX);
    key = key_of(name, NOTE_KEY_KIND_ED25519);
    size = checkpoint_sign(MERKLE_SIZE_MAX - 1, &root, &key, seed, checkpoint);
    assert_in_range(size, CHECKPOINT_NOTE_MAX - 40, CHECKPOINT_NOTE_MAX);
}

static void cosignatures_carry_their_time(void **state)
{
    static const char text[] = "log.example/a\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    struct note_key witness = key_of("w.example/1", NOTE_KEY_KIND_COSIGNATURE);
    struct note_key log = key_of("w.example/1", NOTE_KEY_KIND_ED25519);
    char whole[1024];
    struct signed_note note;
    uint64_t time_s = 0;

    (void)snprintf(whole, sizeof whole, "%s\n", text);
    size_t size = strlen(whole);
    size += note_line_write(&witness, seed, text, strlen(text), 1795305600, whole + size);
    size += note_line_write(&witness, seed, text, strlen(text), 1795305500, whole + size);
    assert_true(signed_note_read(&note, whole, size));
    assert_int_equal(signed_note_check(&note, &witness, &time_s), NOTE_CHECK_SIGNED);
    assert_int_equal(time_s, 1795305600);
    /* Neither time nor text may be another: one line alone, each of its bits. */
    size = strlen(text) + 1;
    size_t end =
        size + note_line_write(&witness, seed, text, strlen(text), 1795305600, whole + size);
    for (size_t bit = size * 8; bit < end * 8; bit++) {
        whole[bit / 8] ^= (char)(1 << bit % 8);
        assert_true(!signed_note_read(&note, whole, end) ||
                    signed_note_check(&note, &witness, NULL) != NOTE_CHECK_SIGNED);
        whole[bit / 8] ^= (char)(1 << bit % 8);
    }
    /* The same key as a log's key is another key. */
    assert_true(signed_note_read(&note, whole, end));
    assert_int_equal(signed_note_check(&note, &log, NULL), NOTE_CHECK_MISSING);
}

static void one_forged_line_condemns_the_note(void **state)
{
    static const char text[] = "a text\n";
    static const uint8_t other_seed[ED25519_KEY_SIZE] = {4};
    struct note_key key = key_of("log.example/a", NOTE_KEY_KIND_ED25519);
    char whole[1024];
    struct signed_note note;

    (void)snprintf(whole, sizeof whole, "%s\n", text);
    size_t size = strlen(whole);
    size += note_line_write(&key, seed, text, strlen(text), 0, whole + size);
    size_t good = size;
    size += note_line_write(&key, other_seed, text, strlen(text), 0, whole + size);
    assert_true(signed_note_read(&note, whole, good));
    assert_int_equal(signed_note_check(&note, &key, NULL), NOTE_CHECK_SIGNED);
    assert_true(signed_note_read(&note, whole, size));
    assert_int_equal(signed_note_check(&note, &key, NULL), NOTE_CHECK_FORGED);
}

static void notes_are_read_strictly(void **state)
{
    static const char *const refused[] = {
        "",
        "text\n",
        "text\n\n",
        "text\n\nno signature\n",
        "text\n\n\xE2\x80\x94 name AAAAAAAA",                 /* no newline at the end */
        "text\n\n\xE2\x80\x94 name AAAAAAA\n",                /* no base64 */
        "text\n\n\xE2\x80\x94 name AAAA\n",                   /* no signature behind the id */
        "text\n\n\xE2\x80\x94  AAAAAAAA\n",                   /* no name */
        "text\n\n\xE2\x80\x94 na+me AAAAAAAA\n",              /* a plus in it */
        "text\n\n\xE2\x80\x94 name AAAA AAAA\n",              /* a blank too many */
        "text\n\n- name AAAAAAAA\n",                          /* another dash */
        "te\txt\n\n\xE2\x80\x94 name AAAAAAAA\n",             /* a control character */
        "te\xFFxt\n\n\xE2\x80\x94 name AAAAAAAA\n",           /* no UTF-8 */
        "te\xED\xA0\x80\n\n\xE2\x80\x94 name AAAAAAAA\n",     /* a surrogate */
        "te\xC0\x80\n\n\xE2\x80\x94 name AAAAAAAA\n",         /* too long a spelling */
        "te\xF4\x90\x80\x80\n\n\xE2\x80\x94 name AAAAAAAA\n", /* beyond Unicode */
        "text\n\n\xE2\x80\x94 name AAAAAAAA\n\n\xE2\x80\x94", /* cut off */
    };

    assert_true(reads("text\n\n\xE2\x80\x94 name AAAAAAAA\n", 24));
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_false(reads(refused[i], strlen(refused[i])));
    }
    assert_false(reads("te\0xt\n\n\xE2\x80\x94 name AAAAAAAA\n", 25));
}

static void no_more_lines_are_read_than_there_is_room_for(void **state)
{
    char whole[NOTE_SIZE_MAX];
    size_t size = (size_t)snprintf(whole, sizeof whole, "text\n\n");

    for (uint32_t i = 0; i < NOTE_SIGNATURES_MAX; i++) {
        size += (size_t)snprintf(whole + size, sizeof whole - size, "\xE2\x80\x94 name AAAAAAAA\n");
    }
    assert_true(reads(whole, size));
    size += (size_t)snprintf(whole + size, sizeof whole - size, "\xE2\x80\x94 name AAAAAAAA\n");
    assert_false(reads(whole, size));
}

static void base64_has_one_spelling(void **state)
{
    uint8_t bytes[8];
    size_t size = 0;

    assert_true(note_base64_read("AAEC/w==", 8, bytes, sizeof bytes, &size));
    assert_int_equal(size, 4);
    assert_memory_equal(bytes, "\x00\x01\x02\xff", 4);
    assert_true(note_base64_read("", 0, bytes, sizeof bytes, &size));
    assert_int_equal(size, 0);
    static const char *const refused[] = {"AAEC/x==", "AAEC/w=", "AAEC/w", "AAEC/w==\n", "A===",
                                          "=AAA",     "AA=A",    "AAE-",   "AAE_",       "A AA"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_false(note_base64_read(refused[i], strlen(refused[i]), bytes, sizeof bytes, &size));
    }
    assert_false(note_base64_read("AAAAAAAAAAAA", 12, bytes, 8, &size));
    for (size_t length = 0; length <= sizeof bytes; length++) {
        char text[16] = {0};
        uint8_t back[8];

        memset(bytes, 0xA5, sizeof bytes);
        note_base64_write(bytes, length, text);
        assert_true(note_base64_read_exactly(text, strlen(text), back, length));
        assert_memory_equal(back, bytes, length);
    }
}

static bool is_checkpoint(const char *text)
{
    struct checkpoint checkpoint;

    return checkpoint_read(&checkpoint, text, strlen(text));
}

static void checkpoints_are_read_strictly(void **state)
{
#define ROOT "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    assert_true(is_checkpoint("log.example/a\n0\n" ROOT "\n"));
    assert_true(is_checkpoint("log.example/a\n9223372036854775807\n" ROOT "\n"));
    assert_true(is_checkpoint("log.example/a\n5\n" ROOT "\nan extension\n"));
    assert_false(is_checkpoint("log.example/a\n05\n" ROOT "\n"));
    assert_false(is_checkpoint("log.example/a\n-5\n" ROOT "\n"));
    assert_false(is_checkpoint("log.example/a\n\n" ROOT "\n"));
    assert_false(is_checkpoint("log.example/a\n9223372036854775808\n" ROOT "\n"));
    assert_false(is_checkpoint("log.example/a\n92233720368547758070\n" ROOT "\n"));
    assert_false(is_checkpoint("log.example/a\n5\n" ROOT));
    assert_false(is_checkpoint("log.example/a\n5\n" ROOT "\n\n"));
    assert_false(is_checkpoint("\n5\n" ROOT "\n"));
    assert_false(is_checkpoint("log example\n5\n" ROOT "\n"));
    assert_false(is_checkpoint("log.example/a\n5\nAAAA\n"));
    assert_false(is_checkpoint("log.example/a\n5\n"));
#undef ROOT
}

static void a_signed_checkpoint_opens_for_its_key_alone(void **state)
{
    struct note_key key = key_of("log.example/a", NOTE_KEY_KIND_ED25519);
    struct note_key other = key_of("log.example/b", NOTE_KEY_KIND_ED25519);
    struct hash256 root = {{9, 9}};
    char note[CHECKPOINT_NOTE_MAX + 1];
    struct checkpoint checkpoint;
    struct signed_note parts;
    size_t size = checkpoint_sign(17, &root, &key, seed, note);

    assert_int_equal(checkpoint_open(&checkpoint, &parts, note, size, &key), CHECKPOINT_CHECK_GOOD);
    assert_int_equal(checkpoint.size, 17);
    assert_memory_equal(&checkpoint.root, &root, sizeof root);
    assert_int_equal(checkpoint_open(&checkpoint, &parts, note, size, &other),
                     CHECKPOINT_CHECK_FOREIGN);
    key.id[3] ^= 1;
    assert_int_equal(checkpoint_open(&checkpoint, &parts, note, size, &key),
                     CHECKPOINT_CHECK_UNSIGNED);
    key.id[3] ^= 1;
    key.key[0] ^= 1;
    assert_int_equal(checkpoint_open(&checkpoint, &parts, note, size, &key),
                     CHECKPOINT_CHECK_FORGED);
    assert_int_equal(checkpoint_open(&checkpoint, &parts, note, size - 1, &other),
                     CHECKPOINT_CHECK_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_of_the_world_verifies),
        cmocka_unit_test(a_note_with_any_bit_flipped_does_not_verify),
        cmocka_unit_test(a_key_with_any_bit_flipped_is_refused_or_another),
        cmocka_unit_test(names_are_visible_and_without_plus),
        cmocka_unit_test(the_longest_key_and_line_fit),
        cmocka_unit_test(cosignatures_carry_their_time),
        cmocka_unit_test(one_forged_line_condemns_the_note),
        cmocka_unit_test(notes_are_read_strictly),
        cmocka_unit_test(no_more_lines_are_read_than_there_is_room_for),
        cmocka_unit_test(base64_has_one_spelling),
        cmocka_unit_test(checkpoints_are_read_strictly),
        cmocka_unit_test(a_signed_checkpoint_opens_for_its_key_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
