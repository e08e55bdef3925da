/* SPDX-License-Identifier: Apache-2.0
 *
 * What the processes of a node are told: tarazy.conf and the options that override it. One struct for
 * all of them, so that `tarazy serve` and the processes it starts cannot disagree: each reads the
 * same file and the same options. man/tarazy.conf.5.scd documents every field.
 */
#ifndef PROGRAMS_CONFIG_H
#define PROGRAMS_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/log_line.h"
#include "tarazy/limits.h"

enum {
    CONFIG_PATH_MAX = 1024,
    CONFIG_ADDRESS_MAX = 128,
    CONFIG_LISTENERS_MAX = 8,
    CONFIG_NAME_MAX = 64
};

struct config_listener {
    char address[CONFIG_ADDRESS_MAX];  /* "127.0.0.1:8080", "[::1]:8080" */
    char certificate[CONFIG_PATH_MAX]; /* PEM chain; empty: plain, and then only on loopback */
    char key[CONFIG_PATH_MAX];
};

/* How much one client may ask for; the gateway publishes it in exchangeInfo. */
struct config_rates {
    uint32_t weight_minute;     /* request weight per address and minute */
    uint32_t raw_5_minutes;     /* requests per address */
    uint32_t orders_10_seconds; /* new orders per participant */
    uint32_t orders_day;
    uint32_t connections;         /* open at one time, of everybody */
    uint32_t connections_address; /* open at one time per address */
};

/* As whom processes go on that were started as root: names or numbers; all of them or none. */
struct config_users {
    char core[CONFIG_NAME_MAX];
    char gateway[CONFIG_NAME_MAX];
    char history[CONFIG_NAME_MAX];
    char notary[CONFIG_NAME_MAX];
    char group[CONFIG_NAME_MAX]; /* of all of them: may read the journal */
};

/* Serves the journal to supervisors; neither listen nor socket: there is none. */
struct config_relay {
    char
        listen[CONFIG_ADDRESS_MAX]; /* TLS, with certificate and key; empty: not over the network */
    char certificate[CONFIG_PATH_MAX];
    char key[CONFIG_PATH_MAX];
    char socket[CONFIG_PATH_MAX]; /* a Unix socket for this machine; empty: none */
    char user[CONFIG_NAME_MAX];   /* as whom, when started as root; empty: as it is */
};

struct config {
    char file[CONFIG_PATH_MAX];      /* the configuration file; empty: none */
    char directory[CONFIG_PATH_MAX]; /* the node's folder */
    char history
        [CONFIG_PATH_MAX]; /* "sqlite:FILE" or "postgresql://…"; empty: sqlite in the folder */
    struct config_listener listeners[CONFIG_LISTENERS_MAX];
    uint32_t listener_count;
    struct config_relay relay;
    enum log_level log_level;
    uint64_t snapshot_records; /* a snapshot after so many commands; 0: not because of them */
    uint32_t snapshot_minutes; /* or after so much time; 0: not because of it */
    uint64_t segment_size;     /* bytes of a journal segment */
    struct config_rates rates;
    struct config_users users;
    struct limits limits; /* of a node founded now */
    bool has_limits;      /* they were configured */

    /* Only by option. */
    bool sandbox;         /* a throw-away node: founded if the folder has none, generous limits */
    bool mining;          /* --mining: that sandbox is a mining authority's, too */
    bool check_only;      /* --check-config */
    bool self_test;       /* --self-test: only try what this process must not do */
    bool no_gateway;      /* --no-gateway: a core and its history alone */
    bool with_notary;     /* --notary: serve starts one, too */
    bool allows_founding; /* core: the node itself may still act by a link, until it is open */
    int ready_fd;         /* where to say that the process is ready; −1: nowhere */
};

/* Before anything is read. sandbox decides the rate limits. */
void config_set_defaults(struct config *config, bool sandbox);

/* Reads a file over what stands there. False: every fault found was printed to standard error, as
 * FILE:LINE: what. */
bool config_read(struct config *config, const char *path);

/* Do the settings make sense together? False: said on standard error. */
bool config_check(const struct config *config);

#endif
