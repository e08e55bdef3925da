/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of Stratum V1, written into the caller's buffer with their end. Each returns the bytes of the line, or 0 when it does not fit.
 */
#ifndef STRATUM_STRATUM_WRITE_H
#define STRATUM_STRATUM_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stratum/difficulty.h"
#include "stratum/job.h"
#include "stratum/stratum_line.h"

struct line_buffer {
    char *text;
    size_t capacity;
};

/* ---- to miners; `id` is the request's, as written ---- */

size_t write_yes(struct line_buffer out, struct slice id);
/* "result":null,"error":[code,text,null], as pools answer that miners understand. */
size_t write_refusal(struct line_buffer out, struct slice id, int code, const char *text);
size_t write_subscribed(struct line_buffer out, struct slice id, const char *session,
                        const struct stratum_extranonce *extranonce);
/* mask 0: no version rolling. */
size_t write_configured(struct line_buffer out, struct slice id,
                        const struct stratum_configure *asked, uint32_t mask);
size_t write_set_difficulty(struct line_buffer out, struct difficulty difficulty);
size_t write_set_extranonce(struct line_buffer out, const struct stratum_extranonce *extranonce);
size_t write_version_mask(struct line_buffer out, uint32_t mask);
/* `id`: how the job is called towards miners; it is not job->id. */
size_t write_notify(struct line_buffer out, const char *id, const struct stratum_job *job,
                    bool is_clean);
size_t write_message(struct line_buffer out, const char *text);
/* client.reconnect without an address: to where you came from. */
size_t write_reconnect(struct line_buffer out, uint32_t wait_s);
size_t write_ask_version(struct line_buffer out, uint64_t id);
size_t write_version(struct line_buffer out, struct slice id, const char *agent);

/* ---- to a pool ---- */

/* session: "" for a new one. */
size_t write_subscribe(struct line_buffer out, uint64_t id, const char *agent, const char *session);
size_t write_extranonce_subscribe(struct line_buffer out, uint64_t id);
size_t write_configure(struct line_buffer out, uint64_t id, uint32_t mask);
size_t write_authorize(struct line_buffer out, uint64_t id, const char *worker,
                       const char *password);
size_t write_suggest_difficulty(struct line_buffer out, uint64_t id, struct difficulty difficulty);
/* extranonce2 as the pool gave room for: our own bytes, then the miner's. submit->extranonce2 is not looked at. */
struct pool_share {
    const char *worker;
    const char *job;
    const uint8_t *extranonce2;
    size_t extranonce2_size;
    uint32_t time;
    uint32_t nonce;
    uint32_t version_bits;
    bool has_version_bits;
};
size_t write_submit(struct line_buffer out, uint64_t id, const struct pool_share *share);

#endif
