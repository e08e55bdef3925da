/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays of a batch of any bytes. What is taken lies within its bounds, has no name twice in an element,
 * and every field is found by its name; a refusal has a code and a text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/batch_elements.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

static struct batch_elements elements;
static struct parameters element;

static void check_failure(const struct failure *failure)
{
    CHECK(failure->code == -1130 || failure->code == -1101 || failure->code == -4082);
    CHECK(failure->status == 400 && failure->text[0] != '\0');
}

static void check_element(uint32_t index)
{
    batch_elements_get(&elements, index, &element);
    CHECK(element.count <= BATCH_FIELDS_MAX);
    for (size_t i = 0; i < element.count; i++) {
        const struct parameter *item = &element.items[i];
        char name[256];
        struct slice value;

        if (item->name.size >= sizeof name ||
            memchr(item->name.data, '\0', item->name.size) != NULL) {
            continue;
        }
        memcpy(name, item->name.data, item->name.size);
        name[item->name.size] = '\0';
        CHECK(parameters_find(&element, name, &value));
        CHECK(value.data == item->value.data && value.size == item->value.size);
    }
}

static void check_taken(bool is_taken, const struct failure *failure)
{
    if (!is_taken) {
        check_failure(failure);
        return;
    }
    CHECK(elements.count >= 1 && elements.count <= BATCH_ELEMENTS_MAX);
    CHECK(elements.text_used <= sizeof elements.text);
    for (uint32_t i = 0; i < elements.count; i++) {
        check_element(i);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of((const char *)data, size);
    struct failure failure = {0};

    check_taken(batch_elements_read_objects(&elements, text, "batchOrders", &failure), &failure);
    check_taken(batch_elements_read_values(&elements, text, JSON_TYPE_NUMBER, "orderIdList",
                                           "orderId", &failure),
                &failure);
    check_taken(batch_elements_read_values(&elements, text, JSON_TYPE_STRING,
                                           "origClientOrderIdList", "origClientOrderId", &failure),
                &failure);
    return 0;
}
