/* SPDX-License-Identifier: Apache-2.0
 *
 * Two numbers whose hashes agree in the 32 bits a table keeps: with them a test sees that names are
 * compared and not only their hashes. Found by trying: among 300,000 hashes there are about ten pairs.
 */
#ifndef SUPPORT_EQUAL_TAGS_H
#define SUPPORT_EQUAL_TAGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct tagged_number {
    uint32_t tag;
    uint32_t number;
};

static inline int compare_tagged_numbers(const void *a, const void *b)
{
    const struct tagged_number *one = a;
    const struct tagged_number *other = b;

    if (one->tag != other->tag) {
        return one->tag < other->tag ? -1 : 1;
    }
    return (one->number > other->number) - (one->number < other->number);
}

/* Two different numbers of 1 .. 300,000, the smaller first; false if there are none. */
static inline bool equal_tags_find(uint64_t (*hash)(uint32_t number), uint32_t pair[2])
{
    enum { TRIED = 300000 };
    struct tagged_number *numbers = malloc(TRIED * sizeof *numbers);
    bool found = false;

    pair[0] = 0;
    pair[1] = 0;
    if (numbers == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < TRIED; i++) {
        numbers[i] = (struct tagged_number){(uint32_t)hash(i + 1), i + 1};
    }
    qsort(numbers, TRIED, sizeof *numbers, compare_tagged_numbers);
    for (uint32_t i = 1; i < TRIED && !found; i++) {
        if (numbers[i].tag == numbers[i - 1].tag) {
            pair[0] = numbers[i - 1].number;
            pair[1] = numbers[i].number;
            found = true;
        }
    }
    free(numbers);
    return found;
}

#endif
