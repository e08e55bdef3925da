/* SPDX-License-Identifier: Apache-2.0
 *
 * A node's checkpoints, fetched. A file of its own because the supervisor knows no HTTP, and the client no trees.
 * Invariant: what is handed on is bounded; whether it is true is for others to say. Read next:
 * supervision/cosigner.c.
 */
#include "programs/checkpoint_source.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/record_places.h"

enum { SOURCE_URL_MAX = 1200 };

/* ------------------------------------------------------------------ over HTTP */

static struct http_answer source_get(struct checkpoint_place *place, const char *path)
{
    char url[SOURCE_URL_MAX];
    const struct http_request_line line = {.method = "GET", .url = url};

    if (place->client == NULL) {
        place->client = http_client_create();
    }
    if (place->client == NULL) {
        return (struct http_answer){.error = "no memory"};
    }
    (void)snprintf(url, sizeof url, "%s%s", place->address, path);
    return http_client_send(place->client, &line);
}

static size_t source_http_checkpoint(void *context, char out[WITNESS_NOTE_MAX])
{
    struct http_answer answer = source_get(context, "/tlog/checkpoint");

    if (answer.status != 200 || answer.size > WITNESS_NOTE_MAX) {
        return 0;
    }
    memcpy(out, answer.body, answer.size);
    return answer.size;
}

static bool source_http_growth(void *context, uint64_t old_size, uint64_t new_size,
                               struct growth_proof *out)
{
    char path[128];

    (void)snprintf(path, sizeof path, "/tlog/consistency?old=%" PRIu64 "&new=%" PRIu64, old_size,
                   new_size);
    struct http_answer answer = source_get(context, path);
    return answer.status == 200 && growth_text_read(out, answer.body, answer.size);
}

/* ------------------------------------------------------------------ out of a folder */

static size_t source_folder_checkpoint(void *context, char out[WITNESS_NOTE_MAX])
{
    const struct checkpoint_place *place = context;
    int size = record_finder_read(&place->finder, RECORD_CHECKPOINT_NAME, out, WITNESS_NOTE_MAX);

    return size > 0 ? (size_t)size : 0;
}

static bool source_folder_growth(void *context, uint64_t old_size, uint64_t new_size,
                                 struct growth_proof *out)
{
    struct checkpoint_place *place = context;

    return record_finder_growth(&place->finder, old_size, new_size, out) == RECORD_FOUND_YES;
}

/* ------------------------------------------------------------------ which of them */

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

bool checkpoint_place_set(struct checkpoint_place *place, const char *address)
{
    size_t size = strlen(address);

    *place = (struct checkpoint_place){.address = address};
    if (begins_with(address, "http://") || begins_with(address, "https://")) {
        return size < SOURCE_URL_MAX - 128 && address[size - 1] != '/';
    }
    place->is_folder = true;
    return record_finder_set(&place->finder, NULL, address);
}

struct checkpoint_source checkpoint_place_source(struct checkpoint_place *place)
{
    if (place->is_folder) {
        return (struct checkpoint_source){place, source_folder_checkpoint, source_folder_growth};
    }
    return (struct checkpoint_source){place, source_http_checkpoint, source_http_growth};
}
