/* SPDX-License-Identifier: Apache-2.0
 *
 * The elements of a batch: a JSON array of flat objects, or of plain values, as many sets of
 * parameters. Strict, bounded, without allocation; everything is read before anything is done, so an
 * array that is malformed anywhere changes nothing.
 */
#ifndef GATEWAY_BATCH_ELEMENTS_H
#define GATEWAY_BATCH_ELEMENTS_H

#include "codec/json_reader.h"
#include "gateway/parameters.h"

enum {
    BATCH_ELEMENTS_MAX = 500,
    BATCH_FIELDS_MAX = 16 /* of one element: more than an order has parameters */
};

struct batch_elements {
    uint32_t count;
    uint32_t ends[BATCH_ELEMENTS_MAX];  /* fields of element i lie before it */
    uint64_t marks[BATCH_ELEMENTS_MAX]; /* as in struct parameters */
    struct parameter fields[BATCH_ELEMENTS_MAX * BATCH_FIELDS_MAX];
    size_t text_used;
    char text[PARAMETERS_TEXT_MAX]; /* values that were written with escapes */
};

/* Reads [{"symbol":"BTCKZT","quantity":"1"},…]: values are texts and numbers. name: what the array is
 * called, for failures. false: BATCH_SIZE; DUPLICATE_PARAMETER, TOO_MANY_PARAMETERS (of one element);
 * INVALID (anything else). The slice must outlive the elements. */
bool batch_elements_read_objects(struct batch_elements *elements, struct slice array,
                                 const char *name, struct failure *failure);

/* Reads [1,2] or ["a","b"]: each value becomes a parameter `field`. */
bool batch_elements_read_values(struct batch_elements *elements, struct slice array,
                                enum json_type type, const char *name, const char *field,
                                struct failure *failure);

/* The parameters of one element. */
void batch_elements_get(const struct batch_elements *elements, uint32_t index,
                        struct parameters *parameters);

#endif
