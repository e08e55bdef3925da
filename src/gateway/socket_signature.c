/* SPDX-License-Identifier: Apache-2.0
 *
 * The signed text of the WebSocket API.
 *
 * Why a file of its own: what is signed and what is done must be the same parameters; a text that
 * could be read in two ways would let one pass for the other. Invariant: from a text that is
 * written here the parameters can be told back, name by name.
 * Read next: api_session.c.
 */
#include "gateway/socket_signature.h"

#include <string.h>

/* A text that grows in the caller's room. */
struct text_room {
    char *bytes;
    size_t capacity;
    size_t size;
    bool is_full;
};

static void put(struct text_room *room, const char *bytes, size_t size)
{
    if (size > room->capacity - room->size) {
        room->is_full = true;
        return;
    }
    memcpy(room->bytes + room->size, bytes, size);
    room->size += size;
}

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-_.~", c) != NULL);
}

static void put_encoded(struct text_room *room, struct slice value)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < value.size; i++) {
        unsigned byte = (unsigned char)value.data[i];
        const char code[3] = {'%', digits[byte >> 4], digits[byte & 15]};

        if (is_unreserved(value.data[i])) {
            put(room, &value.data[i], 1);
        } else {
            put(room, code, sizeof code);
        }
    }
}

static bool is_ambiguous(struct slice value)
{
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] == '&' || value.data[i] == '=' || value.data[i] == '%') {
            return true;
        }
    }
    return false;
}

static int compare_names(struct slice a, struct slice b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);

    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static bool is_signature(const struct parameter *item)
{
    return slice_equals_text(item->name, "signature");
}

/* The names in order; there are at most 48, so they are sorted by insertion. */
static size_t sort(const struct parameters *parameters, const struct parameter **sorted)
{
    size_t count = 0;

    for (size_t i = 0; i < parameters->count; i++) {
        const struct parameter *item = &parameters->items[i];
        size_t at = count;

        if (is_signature(item)) {
            continue;
        }
        while (at > 0 && compare_names(item->name, sorted[at - 1]->name) < 0) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = item;
        count++;
    }
    return count;
}

bool socket_signature_text(const struct parameters *parameters, enum socket_signature_form form,
                           char *out, size_t capacity, struct slice *text)
{
    const struct parameter *sorted[PARAMETERS_MAX];
    struct text_room room = {.bytes = out, .capacity = capacity};
    size_t count = sort(parameters, sorted);

    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            put(&room, "&", 1);
        }
        put(&room, sorted[i]->name.data, sorted[i]->name.size);
        put(&room, "=", 1);
        if (form == SOCKET_SIGNATURE_FORM_ENCODED) {
            put_encoded(&room, sorted[i]->value);
        } else if (is_ambiguous(sorted[i]->value)) {
            return false;
        } else {
            put(&room, sorted[i]->value.data, sorted[i]->value.size);
        }
    }
    *text = slice_of(out, room.size);
    return !room.is_full;
}

bool socket_signature_has_forms(const struct parameters *parameters)
{
    for (size_t i = 0; i < parameters->count; i++) {
        const struct parameter *item = &parameters->items[i];

        for (size_t c = 0; !is_signature(item) && c < item->value.size; c++) {
            if (!is_unreserved(item->value.data[c])) {
                return true;
            }
        }
    }
    return false;
}
