/* SPDX-License-Identifier: Apache-2.0
 *
 * Following one node: connects to its relay, asks from where the replica stands, hands over what comes, connects again
 * when the connection is lost, and raises alarms: the first wrong record, silence, a core that is gone.
 */
#ifndef SUPERVISION_PURSUIT_H
#define SUPERVISION_PURSUIT_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/clock.h"
#include "supervision/channel.h"
#include "supervision/replica.h"

struct pursuit;

enum alarm {
    ALARM_SILENCE = 1, /* nothing was heard for too long; cleared by the next sign of life */
    ALARM_NO_CORE = 2, /* the relay is there, the node's core is not; cleared when it is */
    ALARM_REFUSED = 3, /* the relay does not let us in; cleared when it does */
    ALARM_FINDING = 4, /* what the replica found: final, nothing more is taken from this node */
    /* Not of the pursuit, but of the witness beside it (witnessing.h): */
    ALARM_CHECKPOINT = 5,  /* one that the node shows is refused, or none can be judged */
    ALARM_UNSIGNED = 6,    /* what was proven is under no cosigned checkpoint for too long */
    ALARM_LIABILITIES = 7, /* a root of liabilities does not agree, or cannot be built again */
    /* Of the pursuit, once for each, never cleared: people should know whatever was signed. */
    ALARM_QUARANTINE = 8, /* a record was skipped, as two people have signed */
};
enum { ALARM_COUNT = 9 };

struct pursuit_alarm {
    enum alarm alarm;
    bool is_raised;                        /* false: cleared */
    const struct replica_finding *finding; /* of FINDING, else NULL */
    uint64_t number; /* the record it is about: what is wrong, or the last one that was proven */
    const char *reason;
    /* FINDING: the frame and what was behind it, as they came; CHECKPOINT: the note; size 0: it is not about one. */
    const uint8_t *evidence;
    size_t evidence_size;
};

/* Told each time an alarm is raised or cleared. */
struct pursuit_sink {
    void *context;
    void (*on_alarm)(void *context, const struct pursuit_alarm *alarm);
    /* A statement of the node about its state: to be checked apart, it takes long. May be NULL. */
    void (*on_state)(void *context, uint64_t number, const struct follow_state *state);
};

struct pursuit_options {
    struct channel_address address;
    struct tls_context *tls; /* with our certificate; NULL for a Unix socket */
    struct hash256 key;      /* the API key's id */
    const struct clock_source *clock;
    uint32_t silence_ms;
    struct replica *replica; /* stays the caller's */
};

/* NULL: no memory. Connects in the first turn. */
struct pursuit *pursuit_create(const struct pursuit_options *options,
                               const struct pursuit_sink *sink);
void pursuit_destroy(struct pursuit *pursuit);

/* For poll(): -1 when there is nothing to wait for but time. */
int pursuit_fd(const struct pursuit *pursuit);
short pursuit_events(const struct pursuit *pursuit);

/* Does what can be done now, and looks at the clock: to be called at least every 100 ms. true: there is more to do at
 * once. */
bool pursuit_work(struct pursuit *pursuit);

/* A finding made elsewhere (a state check) ends the pursuit like one of the replica's. */
void pursuit_condemn(struct pursuit *pursuit, const struct replica_finding *finding);

/* For people. */
bool pursuit_has_alarm(const struct pursuit *pursuit, enum alarm alarm);
bool pursuit_is_connected(const struct pursuit *pursuit);
uint64_t pursuit_node_number(const struct pursuit *pursuit); /* what the node last said it has */

#endif
