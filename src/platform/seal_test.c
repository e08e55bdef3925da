/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealed secrets open with the right key for the right API key, and with nothing else; the node's key
 * is a file that only its owner may read.
 */
#include "platform/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct node_key key_one = {.bytes = {1, 2, 3}};
static const struct node_key key_two = {.bytes = {1, 2, 4}};
static const struct hash256 id_one = {.bytes = {7}};
static const struct hash256 id_two = {.bytes = {8}};
static const char secret[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static void a_sealed_secret_opens_again(void **state)
{
    uint8_t material[TARAZY_KEY_MATERIAL_MAX];
    uint8_t again[TARAZY_KEY_MATERIAL_MAX];
    uint8_t other[TARAZY_KEY_MATERIAL_MAX];
    size_t size = 0;
    size_t sealed = secret_seal(&key_one, &id_one, secret, sizeof secret, material);
    assert_int_equal(sealed, sizeof secret + SEALED_OVERHEAD);
    assert_true(secret_open(&key_one, &id_one, material, sealed, again, &size));
    assert_int_equal(size, sizeof secret);
    assert_memory_equal(again, secret, sizeof secret);
    /* The secret does not stand in it, and no two sealings look alike. */
    assert_null(memmem(material, sealed, secret, 8));
    assert_int_equal(secret_seal(&key_one, &id_one, secret, sizeof secret, other), sealed);
    assert_memory_not_equal(material, other, sealed);
}

static void another_key_another_id_and_any_flipped_bit_open_nothing(void **state)
{
    uint8_t material[TARAZY_KEY_MATERIAL_MAX];
    uint8_t again[TARAZY_KEY_MATERIAL_MAX];
    size_t size = 0;
    size_t sealed = secret_seal(&key_one, &id_one, secret, sizeof secret, material);
    assert_false(secret_open(&key_two, &id_one, material, sealed, again, &size));
    assert_false(secret_open(&key_one, &id_two, material, sealed, again, &size));
    for (size_t bit = 0; bit < 8 * sealed; bit++) {
        material[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(secret_open(&key_one, &id_one, material, sealed, again, &size));
        material[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t less = 0; less < sealed; less++) {
        assert_false(secret_open(&key_one, &id_one, material, less, again, &size));
    }
    assert_true(secret_open(&key_one, &id_one, material, sealed, again, &size));
}

static void the_nodes_key_is_made_once_and_read_by_its_owner_alone(void **state)
{
    char folder[] = "key-XXXXXX";
    char path[64];
    struct node_key made;
    struct node_key read_again;
    struct stat status;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/%s", folder, NODE_KEY_NAME);
    assert_int_equal(node_key_read(folder, &made), -ENOENT);
    assert_int_equal(node_key_create(folder, &made), 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(node_key_read(folder, &read_again), 0);
    assert_memory_equal(&made, &read_again, sizeof made);
    assert_int_equal(node_key_create(folder, &read_again), -EEXIST);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(node_key_read(folder, &read_again), -EPERM);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(truncate(path, 31), 0);
    assert_int_equal(node_key_read(folder, &read_again), -EBADMSG);
    assert_int_equal(unlink(path), 0);
    /* Never through a link that somebody laid. */
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_true(node_key_create(folder, &made) < 0);
    assert_true(node_key_read(folder, &made) < 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sealed_secret_opens_again),
        cmocka_unit_test(another_key_another_id_and_any_flipped_bit_open_nothing),
        cmocka_unit_test(the_nodes_key_is_made_once_and_read_by_its_owner_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
