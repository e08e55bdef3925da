/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding operations.
 *
 * Why a file of its own: the tables are written for readers, one per family; looking up is by a hash
 * made of them at the start. Invariant: every route is found under its method and path, and under its
 * socket name if it has one; no two share either (ENSURE at the start). Read next: routes.h.
 */
#include "gateway/router.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "gateway/routes.h"

enum { PLACES = 1024 }; /* a power of two, several times the number of routes */

static const struct route_table *const tables[] = {
    &rest_market_routes,  &rest_ticker_routes,     &rest_order_routes,
    &rest_cancel_routes,  &rest_order_list_routes, &rest_account_routes,
    &rest_wallet_routes,  &rest_stub_routes,       &rest_operator_routes,
    &rest_listing_routes, &user_stream_routes,     &udf_routes,
    &page_routes,         &proof_routes,           &liabilities_routes,
    &rest_batch_routes,   &rest_mining_routes,     &rest_register_routes,
};

enum { FOLDERS_MAX = 4 };

struct router {
    const struct route *by_path[PLACES];
    const struct route *by_name[PLACES];
    const struct route *folders[FOLDERS_MAX]; /* paths that end in {a name} */
    uint32_t folder_count;
};

/* FNV-1a: our own names, not input, decide the crowding. */
static uint32_t hash_of(struct slice text)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < text.size; i++) {
        hash = (hash ^ (uint8_t)text.data[i]) * 16777619u;
    }
    return hash ^ hash >> 15;
}

static void add_path(struct router *router, const struct route *route)
{
    uint32_t at = hash_of(slice_of_text(route->path)) % PLACES;

    if (strchr(route->path, '{') != NULL) {
        ENSURE(router->folder_count < FOLDERS_MAX);
        router->folders[router->folder_count++] = route;
        return;
    }
    while (router->by_path[at] != NULL) {
        ENSURE(router->by_path[at]->method != route->method ||
               strcmp(router->by_path[at]->path, route->path) != 0);
        at = (at + 1) % PLACES;
    }
    router->by_path[at] = route;
}

static void add_name(struct router *router, const struct route *route)
{
    uint32_t at = hash_of(slice_of_text(route->socket_method)) % PLACES;

    while (router->by_name[at] != NULL) {
        ENSURE(strcmp(router->by_name[at]->socket_method, route->socket_method) != 0);
        at = (at + 1) % PLACES;
    }
    router->by_name[at] = route;
}

struct router *router_create(void)
{
    struct router *router = calloc(1, sizeof *router);
    const struct route *route;

    if (router == NULL) {
        return NULL;
    }
    for (uint32_t i = 0; (route = router_route(router, i)) != NULL; i++) {
        ENSURE(i < PLACES / 2);
        add_path(router, route);
        if (route->socket_method != NULL) {
            add_name(router, route);
        }
    }
    return router;
}

void router_destroy(struct router *router)
{
    free(router);
}

/* What stands below a folder, however deep. */
static const struct route *find_in_folder(const struct router *router, enum http_method method,
                                          struct slice path, bool *path_exists)
{
    for (uint32_t i = 0; i < router->folder_count; i++) {
        const struct route *route = router->folders[i];
        size_t length = strcspn(route->path, "{");

        if (path.size > length && memcmp(path.data, route->path, length) == 0) {
            *path_exists = true;
            return route->method == method ? route : NULL;
        }
    }
    return NULL;
}

const struct route *router_find(const struct router *router, enum http_method method,
                                struct slice path, bool *path_exists)
{
    uint32_t at = hash_of(path) % PLACES;

    *path_exists = false;
    for (; router->by_path[at] != NULL; at = (at + 1) % PLACES) {
        const struct route *route = router->by_path[at];

        if (!slice_equals_text(path, route->path)) {
            continue;
        }
        *path_exists = true;
        if (route->method == method) {
            return route;
        }
    }
    return *path_exists ? NULL : find_in_folder(router, method, path, path_exists);
}

const struct route *router_find_socket(const struct router *router, struct slice name)
{
    uint32_t at = hash_of(name) % PLACES;

    for (; router->by_name[at] != NULL; at = (at + 1) % PLACES) {
        if (slice_equals_text(name, router->by_name[at]->socket_method)) {
            return router->by_name[at];
        }
    }
    return NULL;
}

const struct route *router_route(const struct router *router, uint32_t index)
{
    (void)router;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (index < tables[i]->count) {
            return &tables[i]->routes[index];
        }
        index -= tables[i]->count;
    }
    return NULL;
}

uint8_t security_scope(enum security security)
{
    switch (security) {
    case SECURITY_NONE:
    case SECURITY_KEY: return 0;
    case SECURITY_READ: return KEY_SCOPE_READ;
    case SECURITY_TRADE: return KEY_SCOPE_TRADE;
    case SECURITY_WITHDRAW: return KEY_SCOPE_WITHDRAW;
    case SECURITY_OPERATE: return KEY_SCOPE_OPERATE;
    }
    return 0xFF; /* no key has them all */
}

bool security_is_signed(enum security security)
{
    return security != SECURITY_NONE && security != SECURITY_KEY;
}
