/* SPDX-License-Identifier: Apache-2.0
 *
 * A supervisor that comes back: from a snapshot and the books beside it, it stands where it would stand had it performed
 * everything; and whatever is wrong with either, it performs everything.
 */
#include "supervision/kept_books.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal/journal_folder.h"
#include "journal/state_digest.h"
#include "supervision/own_tree.h"
#include "supervision/second_books.h"
#include "support/node_scene.h"
#include "support/random_stream.h"

enum { ROUNDS = 30, FLIPS = 300 };

/* A replica of a copy, with its listeners. */
struct life {
    struct second_books books;
    struct own_tree *tree;
    struct replica_listener listeners[2];
    struct replica *replica;
    struct replica_finding finding;
};

struct what_it_knows {
    struct hash256 state;
    struct hash256 books;
    struct hash256 root;
    struct journal_head head;
    uint64_t size;
};

static void live(struct life *life, struct fake_disk *disk, size_t listener_count)
{
    *life = (struct life){.tree = own_tree_create()};
    life->listeners[0] = second_books_listener(&life->books);
    life->listeners[1] = own_tree_listener(life->tree);
    const struct replica_options options = {.storage = fake_disk_storage(disk),
                                            .directory = "copy",
                                            .listeners = life->listeners,
                                            .listener_count = listener_count,
                                            .begins_with_snapshot = true};
    life->replica = replica_open(&options, &life->finding);
    if (life->replica == NULL) {
        fail_msg("%s", life->finding.reason);
    }
    assert_true(replica_sync(life->replica, &life->finding));
}

static void die(struct life *life)
{
    replica_close(life->replica);
    second_books_destroy(&life->books);
    own_tree_destroy(life->tree);
}

static struct hash256 digest_of(const void *bytes, size_t size)
{
    struct state_digest digest;
    struct hash256 out;

    state_digest_create(&digest);
    state_digest_compute(&digest, bytes, size, &out);
    state_digest_destroy(&digest);
    return out;
}

static struct what_it_knows look(const struct life *life)
{
    struct what_it_knows known = {.head = *replica_head(life->replica),
                                  .size = own_tree_size(life->tree)};
    size_t size;
    const void *block = tarazy_engine_block(replica_engine(life->replica), &size);

    known.state = digest_of(block, size);
    /* What a block says does not depend on where it is, but for what points: laid out again where it is now. */
    struct state_block copy = state_block_create(life->books.block.size);
    memcpy(copy.bytes, life->books.block.bytes, copy.size);
    const struct inspector *again = inspector_adopt(copy.bytes, copy.size);
    assert_non_null(again);
    assert_int_equal(inspector_number(again), known.head.number);
    for (uint32_t owner = 0; owner < 8; owner++) {
        for (uint16_t asset = 1; asset < 4; asset++) {
            struct amount owned = inspector_owned(life->books.inspector, owner, asset);
            known.books.bytes[owner * 4 + asset] ^= digest_of(&owned, sizeof owned).bytes[0];
        }
    }
    state_block_destroy(&copy);
    assert_int_equal(own_tree_root(life->tree, known.size, &known.root), OWN_ROOT_KNOWN);
    return known;
}

static void expect_same(const struct what_it_knows *one, const struct what_it_knows *other)
{
    assert_int_equal(one->head.number, other->head.number);
    assert_memory_equal(&one->head.chain, &other->head.chain, sizeof one->head.chain);
    assert_memory_equal(&one->state, &other->state, sizeof one->state);
    assert_memory_equal(&one->books, &other->books, sizeof one->books);
    assert_memory_equal(&one->root, &other->root, sizeof one->root);
    assert_int_equal(one->size, other->size);
}

/* ------------------------------------------------------------------ the play */

struct play {
    struct node_scene node;
    struct fake_disk
        *disk;     /* of the copy: as long as the node's journal, with a snapshot on the way */
    uint64_t kept; /* number of the snapshot */
    char snapshot[STORAGE_NAME_SIZE];
    char books[STORAGE_NAME_SIZE];
    struct what_it_knows all; /* what a replica knows that has performed everything */
};

static void trade(struct node_scene *node, uint64_t seed)
{
    struct random_stream random = {.state = seed};
    struct link_client client;
    struct link_notice notice;

    node_client_open(node, &client, &notice);
    for (int i = 0; i < ROUNDS; i++) {
        struct command_order_place order =
            node_order(random_once_in(&random, 2) ? NODE_ALICE : NODE_BOB,
                       random_once_in(&random, 2) ? SIDE_BUY : SIDE_SELL,
                       (int64_t)(90 + random_below(&random, 20)), 3);
        node_client_send(&client, &order.header);
        assert_int_equal(node_scene_settle(node), CORE_TURN_ON);
        while (node_client_take(&client, &notice)) {
        }
    }
    link_client_destroy(&client);
}

static void carry(struct fake_disk *from, struct fake_disk *to, const char *name)
{
    size_t size;
    uint8_t *bytes = fake_disk_bytes(from, name, &size);

    assert_non_null(bytes);
    fake_disk_put(to, name, bytes, size);
}

/* What stands on a node's disk, opened as a copy; writes a snapshot and gives its number. */
static uint64_t snapshot_of(struct fake_disk *disk)
{
    struct life life;
    struct journal_error error;

    live(&life, disk, 2);
    assert_true(replica_can_keep(life.replica));
    assert_true(replica_write_snapshot(life.replica, &error));
    uint64_t number = replica_head(life.replica)->number;
    die(&life);
    return number;
}

static int setup(void **state)
{
    struct play *play = calloc(1, sizeof *play);
    struct life life;

    assert_non_null(play);
    node_scene_create(&play->node);
    assert_true(node_scene_start(&play->node));
    trade(&play->node, 3);
    struct fake_disk *before = fake_disk_copy(play->node.disk);
    play->kept = snapshot_of(before);
    (void)snprintf(play->snapshot, sizeof play->snapshot, "%s",
                   journal_snapshot_name(play->kept).text);
    (void)snprintf(play->books, sizeof play->books, "books-%020llu.kept",
                   (unsigned long long)play->kept);
    trade(&play->node, 4);
    play->disk = fake_disk_copy(play->node.disk);
    live(&life, play->disk, 2);
    assert_int_equal(replica_began(life.replica), 0);
    play->all = look(&life);
    die(&life);
    carry(before, play->disk, play->snapshot);
    carry(before, play->disk, play->books);
    fake_disk_destroy(before);
    *state = play;
    return 0;
}

static int teardown(void **state)
{
    struct play *play = *state;

    fake_disk_destroy(play->disk);
    node_scene_destroy(&play->node);
    free(play);
    return 0;
}

/* Lives on this disk: begins there, and knows what it must. */
static void expect_begins(const struct play *play, struct fake_disk *disk, uint64_t number)
{
    struct life life;

    live(&life, disk, 2);
    struct what_it_knows known = look(&life);
    assert_int_equal(replica_began(life.replica), number);
    expect_same(&known, &play->all);
    die(&life);
}

/* ------------------------------------------------------------------ */

static void who_comes_back_stands_where_who_performs_everything_does(void **state)
{
    const struct play *play = *state;

    assert_true(play->all.head.number > play->kept);
    expect_begins(play, play->disk, play->kept);
}

static void no_bit_of_the_books_can_be_wrong(void **state)
{
    const struct play *play = *state;
    struct random_stream random = {.state = 8};
    size_t size;

    (void)fake_disk_bytes(play->disk, play->books, &size);
    for (int i = 0; i < FLIPS; i++) {
        struct fake_disk *disk = fake_disk_copy(play->disk);
        uint8_t *bytes = fake_disk_bytes(disk, play->books, &size);
        /* Every byte of the header is tried sooner or later, and then all the rest. */
        size_t at = i < FLIPS / 2 ? (size_t)random_below(&random, 512)
                                  : (size_t)random_below(&random, size);
        uint8_t bit = (uint8_t)(1u << random_below(&random, 8));
        while (bytes[at] == 0) { /* a zero may stand in a page's end, which says nothing */
            at = (at + 1) % size;
        }
        struct life life;

        bytes[at] ^= bit;
        live(&life, disk, 2);
        assert_int_equal(replica_began(life.replica), 0);
        struct what_it_knows known = look(&life);
        expect_same(&known, &play->all);
        die(&life);
        fake_disk_destroy(disk);
    }
}

static void a_snapshot_without_books_and_books_without_a_snapshot_are_nothing(void **state)
{
    const struct play *play = *state;
    struct fake_disk *disk = fake_disk_copy(play->disk);

    fake_disk_remove(disk, play->books);
    expect_begins(play, disk, 0);
    fake_disk_destroy(disk);
    disk = fake_disk_copy(play->disk);
    fake_disk_remove(disk, play->snapshot);
    expect_begins(play, disk, 0);
    fake_disk_destroy(disk);
}

static void a_snapshot_of_another_history_is_passed_over(void **state)
{
    const struct play *play = *state;
    struct node_scene other;
    struct fake_disk *disk = fake_disk_copy(play->disk);

    node_scene_create(&other);
    assert_true(node_scene_start(&other));
    trade(&other, 77);
    struct fake_disk *elsewhere = fake_disk_copy(other.disk);
    assert_int_equal(snapshot_of(elsewhere), play->kept); /* as many commands, other ones */
    carry(elsewhere, disk, play->snapshot);
    carry(elsewhere, disk, play->books);
    fake_disk_destroy(elsewhere);
    node_scene_destroy(&other);
    /* Recovery looks at the newest one only: here a true one, whose books are lost. */
    struct fake_disk *later = fake_disk_copy(play->node.disk);
    assert_int_equal(snapshot_of(later), play->all.head.number);
    carry(later, disk, journal_snapshot_name(play->all.head.number).text);
    fake_disk_destroy(later);
    expect_begins(play, disk, 0);
    fake_disk_destroy(disk);
}

static void other_listeners_begin_at_the_beginning(void **state)
{
    const struct play *play = *state;
    struct life life;

    live(&life, play->disk, 1); /* without the tree */
    assert_int_equal(replica_began(life.replica), 0);
    die(&life);
}

static void who_cannot_be_kept_keeps_everybody_from_it(void **state)
{
    struct life life = {.tree = own_tree_create()};
    struct kept_listeners listeners = {life.listeners, 2};

    life.listeners[0] = own_tree_listener(life.tree);
    life.listeners[1] = (struct replica_listener){.context = NULL};
    assert_false(kept_books_can(&listeners));
    listeners.count = 1;
    assert_true(kept_books_can(&listeners));
    listeners.count = 0;
    assert_false(kept_books_can(&listeners));
    own_tree_destroy(life.tree);
}

static void a_disk_that_fails_at_any_call_leaves_a_copy_that_opens(void **state)
{
    const struct play *play = *state;
    bool has_failed = true;

    for (uint64_t call = 1; has_failed; call += 3) {
        struct fake_disk *disk = fake_disk_copy(play->node.disk);
        struct journal_error error;
        struct life life;

        live(&life, disk, 2);
        fake_disk_plan(disk, FAKE_FAILURE_STICKY, call, EIO);
        bool is_written = replica_write_snapshot(life.replica, &error);
        has_failed = fake_disk_has_failed(disk);
        assert_true(is_written || has_failed);
        fake_disk_plan(disk, FAKE_FAILURE_NONE, 0, 0);
        die(&life);
        live(&life, disk, 2);
        struct what_it_knows known = look(&life);
        expect_same(&known, &play->all);
        die(&life);
        fake_disk_destroy(disk);
    }
}

int main(void)
{
#define PLAYED(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        PLAYED(who_comes_back_stands_where_who_performs_everything_does),
        PLAYED(no_bit_of_the_books_can_be_wrong),
        PLAYED(a_snapshot_without_books_and_books_without_a_snapshot_are_nothing),
        PLAYED(a_snapshot_of_another_history_is_passed_over),
        PLAYED(other_listeners_begin_at_the_beginning),
        cmocka_unit_test(who_cannot_be_kept_keeps_everybody_from_it),
        PLAYED(a_disk_that_fails_at_any_call_leaves_a_copy_that_opens),
    };
#undef PLAYED
    return cmocka_run_group_tests(tests, NULL, NULL);
}
