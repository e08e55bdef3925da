/* SPDX-License-Identifier: Apache-2.0
 *
 * What a test may ask of the fake engine beside what it asks of every engine: to stop at a record, and the
 * secrets of the people in its registry, who are always the same.
 */
#ifndef SUPPORT_FAKE_ENGINE_H
#define SUPPORT_FAKE_ENGINE_H

#include <stdint.h>

/* The command at which it fails an assertion; 0: none. */
extern uint64_t fake_engine_poison;

/* Participants; key n belongs to participant n, the others to Adam. */
enum fake_person {
    FAKE_OLGA = 1,   /* operator */
    FAKE_ADAM = 2,   /* approver */
    FAKE_TRADER = 3, /* trader */
    FAKE_BOTH = 4,   /* operator and approver */
    FAKE_FROZEN = 5, /* approver, frozen */
    FAKE_DOUBLE = 6, /* approver with Olga's identity */
};

enum fake_key {
    FAKE_KEY_REVOKED = 7,
    FAKE_KEY_HMAC = 8,
    FAKE_KEY_EXPIRED = 9,
    FAKE_KEY_READS = 10, /* without the scope OPERATE */
    FAKE_KEYS = 10,
};

/* The private part of a key. */
void fake_engine_seed(uint32_t key, uint8_t seed[32]);

#endif
