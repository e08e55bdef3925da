/* SPDX-License-Identifier: Apache-2.0
 *
 * Names by number. Everything in the state is named by a small integer that starts at 1;
 * 0 means "none". Text names are fixed-size, zero-padded, and not terminated when full.
 */
#ifndef TARAZY_IDS_H
#define TARAZY_IDS_H

#include <stdint.h>

/* participant: 1 .. participants_max, given in order of creation.
 * asset, instrument: 1 .. 65535, given in order of listing.
 * order, trade, list, withdrawal, proposal: 64-bit counters of the node, strictly increasing,
 * below 2^53 so that JavaScript clients read them exactly. */

#define TARAZY_ID_NONE 0u

/* What a client calls its order: 1..36 characters of A-Z a-z 0-9 . : / _ - ; empty = none. */
struct client_id {
    char text[36];
};

struct asset_code {
    char text[12]; /* "BTC", "KZT" */
};

struct symbol {
    char text[20]; /* "BTCKZT": upper case letters and digits */
};

struct handle {
    char text[32]; /* a participant's name in the journal: never personal data */
};

struct address {
    char text[96]; /* where a withdrawal goes: a rail's own format */
};

struct hash256 {
    uint8_t bytes[32];
};

#endif
