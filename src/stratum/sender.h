/* SPDX-License-Identifier: Apache-2.0
 *
 * The thread that sends readings to the node and sends them again until they are acknowledged. The spool is on the disk; the thread
 * forgets nothing because it remembers nothing.
 */
#ifndef STRATUM_SENDER_H
#define STRATUM_SENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "client/keys_file.h"
#include "client/venue_client.h"
#include "stratum/interval.h"

struct sender;

struct sender_options {
    const char *url;              /* of the node's gateway */
    const struct client_key *key; /* of a participant who is a meter; copied */
    const char *directory;        /* of the spool */
};

/* NULL: no memory, no folder, or no thread. */
struct sender *sender_create(const struct sender_options *options);
/* Stops once the request under way is answered. */
void sender_destroy(struct sender *sender);

/* There may be something new. */
void sender_wake(struct sender *sender);

/* ---- for tests: what decides, without the thread ---- */

enum sender_verdict {
    SENDER_VERDICT_TAKEN = 1, /* on the node's disk, now or since an earlier time */
    SENDER_VERDICT_LATER,     /* no answer, or none that ends it: once more */
};
enum sender_verdict sender_judge(const struct http_answer *answer);

/* The parameters of POST /tarazy/v1/mining/reading/shares. */
void sender_parameters(const struct reading *reading, struct venue_parameters *parameters);

#endif
