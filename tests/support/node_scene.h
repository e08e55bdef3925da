/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole node in one process, for tests: a core on a disk in memory and a clock of the test's own, its
 * socket in a folder of its own, and a founding with two traders and one market. What a crash or a
 * power cut leaves is decided by the fake disk.
 */
#ifndef SUPPORT_NODE_SCENE_H
#define SUPPORT_NODE_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/recovery.h"
#include "node/core.h"
#include "node/follower.h"
#include "node/founding.h"
#include "node/link_client.h"
#include "support/fake_disk.h"

enum {
    NODE_ALICE = 1, /* traders; key n belongs to participant n */
    NODE_BOB = 2,
    NODE_MARKET = 1
};

#define NODE_START_US     ((int64_t)1790000000 * 1000000)
#define NODE_SEGMENT_SIZE 65536u

struct node_scene {
    struct fake_disk *disk;
    struct clock_source clock;
    int64_t wall_us; /* the test's to move */
    int64_t monotonic_us;
    char folder[64];
    int stop[2]; /* a pipe: write a byte to ask the core to stop */
    bool allows_founding;
    struct snapshot_schedule snapshots;
    struct recovered recovered;
    struct recovery_report report;
    struct journal_error error;
    struct core *core; /* NULL: not running */
    /* What the core is given instead of the recovered log, at every start; NULL: that itself. */
    struct log *(*wrap_log)(struct node_scene *scene, struct log *log);
    uint64_t founded; /* commands of the founding */
};

/* Founded, not running. The second one is not open yet. */
void node_scene_create(struct node_scene *scene);
void node_scene_create_founding(struct node_scene *scene);
void node_scene_destroy(struct node_scene *scene);

/* Recovers and listens. False: scene->error. */
bool node_scene_start(struct node_scene *scene);

/* Lets go of everything without a word, as a killed process does. The disk keeps what it was given. */
void node_scene_kill(struct node_scene *scene);

/* Founds a scene's market into `founding`; `open` false: without NODE_OPEN. */
void node_scene_found(struct founding *founding, bool open);

/* Turns until nothing comes any more. Returns the last turn's answer. */
enum core_turn node_scene_settle(struct node_scene *scene);

/* ---- clients ---- */

/* Connects and takes the WELCOME. */
void node_client_open(struct node_scene *scene, struct link_client *client,
                      struct link_notice *welcome);

/* A limit order; price and quantity in whole units. */
struct command_order_place node_order(uint32_t who, enum side side, int64_t price,
                                      int64_t quantity);

void node_client_send(struct link_client *client, const struct command_header *command);

/* The next notice that has come already; false: none. */
bool node_client_take(struct link_client *client, struct link_notice *notice);

#endif
