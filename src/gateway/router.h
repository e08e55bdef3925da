/* SPDX-License-Identifier: Apache-2.0
 *
 * The static table of operations: path and method for HTTP, name for the WebSocket API, who may,
 * what it weighs, which parameters it takes, what it does. What is not in the table does not exist;
 * /openapi.json is made of it.
 */
#ifndef GATEWAY_ROUTER_H
#define GATEWAY_ROUTER_H

#include <stdint.h>

#include "codec/http_request.h"
#include "gateway/call.h"

enum security {
    SECURITY_NONE = 1,
    SECURITY_KEY,  /* API key, no signature: market data of old, user streams */
    SECURITY_READ, /* signed from here on */
    SECURITY_TRADE,
    SECURITY_WITHDRAW,
    SECURITY_OPERATE,
};

struct route {
    enum http_method method;
    const char *path;          /* "/a/{b}": everything below /a/ */
    const char *socket_method; /* "order.place"; NULL: not in the WebSocket API */
    void (*answer)(struct call *call);
    const struct parameter_rule *parameters;
    uint32_t parameter_count;
    enum security security;
    uint16_t weight; /* at least; call_charge adds what parameters decide */
    uint16_t orders; /* new orders it counts as */
    bool takes_json; /* the body may be a JSON object instead of a form */
    /* May be begun beside earlier requests of its connection, and others beside it: what it does is
     * all in its command, and it asks the replica nothing that such commands change. */
    bool may_follow;
    const char *summary;
};

/* For the two members parameters and parameter_count. */
#define ROUTE_PARAMETERS(rules) \
    .parameters = (rules), .parameter_count = sizeof(rules) / sizeof((rules)[0])

struct route_table {
    const struct route *routes;
    uint32_t count;
};

struct router;

/* NULL: out of memory. ENSUREs that no two routes have the same method and path or socket name. */
struct router *router_create(void);
void router_destroy(struct router *router);

/* The route; NULL: none. *path_exists says whether another method has this path. */
const struct route *router_find(const struct router *router, enum http_method method,
                                struct slice path, bool *path_exists);
const struct route *router_find_socket(const struct router *router, struct slice name);

/* Route number index (0, 1, 2 …) in the order of the tables; NULL: no more. */
const struct route *router_route(const struct router *router, uint32_t index);

/* The scope a key needs for it; 0: any. */
uint8_t security_scope(enum security security);
/* Is the request signed? */
bool security_is_signed(enum security security);

#endif
