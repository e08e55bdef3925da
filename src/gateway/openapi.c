/* SPDX-License-Identifier: Apache-2.0
 *
 * Routes → OpenAPI 3.0.
 *
 * Why a file of its own: a document that is written by hand is wrong within a month. Invariant: an
 * operation is in the document exactly if the router finds it. What REST has not (the methods of a
 * WebSocket session) stands in docs; the WebSocket name of an operation is its x-websocket-method.
 * Read next: router.h.
 */
#include "gateway/openapi.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"

/* ------------------------------------------------------------------ parameters */

/* Type, format and pattern of a kind of parameter; NULL: none. */
struct schema {
    const char *type;
    const char *format;
    const char *pattern;
};

static struct schema schema_of(enum parameter_type type)
{
    switch (type) {
    case PARAMETER_TYPE_TEXT:
    case PARAMETER_TYPE_TEXT_OR_NOTHING: return (struct schema){"string", NULL, NULL};
    case PARAMETER_TYPE_SYMBOL: return (struct schema){"string", NULL, "^[A-Z0-9-_.]{1,20}$"};
    case PARAMETER_TYPE_ARRAY:
    case PARAMETER_TYPE_SYMBOLS: return (struct schema){"string", "json-array", NULL};
    case PARAMETER_TYPE_INTEGER: return (struct schema){"integer", "int64", NULL};
    case PARAMETER_TYPE_DECIMAL:
        return (struct schema){"string", "decimal", "^[0-9]{1,20}(\\.[0-9]{1,20})?$"};
    case PARAMETER_TYPE_TIME: return (struct schema){"integer", "int64", NULL};
    case PARAMETER_TYPE_BOOL: return (struct schema){"boolean", NULL, NULL};
    case PARAMETER_TYPE_CLIENT_ID:
        return (struct schema){"string", NULL, "^[a-zA-Z0-9-_.:/]{1,36}$"};
    case PARAMETER_TYPE_NAME: return (struct schema){"string", NULL, "^[A-Za-z0-9_]{1,32}$"};
    case PARAMETER_TYPE_HEX: return (struct schema){"string", NULL, "^([0-9a-fA-F]{2})+$"};
    }
    return (struct schema){"string", NULL, NULL};
}

static void write_schema(struct json_writer *json, enum parameter_type type)
{
    struct schema schema = schema_of(type);

    json_write_key(json, "schema");
    json_write_object_begin(json);
    json_write_key_text(json, "type", schema.type);
    if (schema.format != NULL) {
        json_write_key_text(json, "format", schema.format);
    }
    if (schema.pattern != NULL) {
        json_write_key_text(json, "pattern", schema.pattern);
    }
    json_write_object_end(json);
}

static void write_parameter(struct json_writer *json, const struct parameter_rule *rule)
{
    json_write_object_begin(json);
    json_write_key_text(json, "name", rule->name);
    json_write_key_text(json, "in", "query");
    json_write_key_bool(json, "required", rule->is_mandatory);
    write_schema(json, rule->type);
    json_write_object_end(json);
}

static void write_reference(struct json_writer *json, const char *target)
{
    json_write_object_begin(json);
    json_write_key_text(json, "$ref", target);
    json_write_object_end(json);
}

static void write_parameters(struct json_writer *json, const struct route *route)
{
    json_write_key(json, "parameters");
    json_write_array_begin(json);
    for (uint32_t i = 0; i < route->parameter_count; i++) {
        write_parameter(json, &route->parameters[i]);
    }
    if (security_is_signed(route->security)) {
        write_reference(json, "#/components/parameters/timestamp");
        write_reference(json, "#/components/parameters/recvWindow");
        write_reference(json, "#/components/parameters/nonce");
        write_reference(json, "#/components/parameters/signature");
    }
    json_write_array_end(json);
}

/* ------------------------------------------------------------------ operations */

static const char *method_key(enum http_method method)
{
    switch (method) {
    case HTTP_METHOD_GET: return "get";
    case HTTP_METHOD_HEAD: return "head";
    case HTTP_METHOD_POST: return "post";
    case HTTP_METHOD_PUT: return "put";
    case HTTP_METHOD_DELETE: return "delete";
    case HTTP_METHOD_OPTIONS: return "options";
    }
    ENSURE(false);
    return "";
}

static const char *security_word(enum security security)
{
    switch (security) {
    case SECURITY_NONE: return "public";
    case SECURITY_KEY: return "key";
    case SECURITY_READ: return "read";
    case SECURITY_TRADE: return "trade";
    case SECURITY_WITHDRAW: return "withdraw";
    case SECURITY_OPERATE: return "operate";
    }
    ENSURE(false);
    return "";
}

/* get_api_v3_order */
static void write_operation_id(struct json_writer *json, const struct route *route)
{
    char text[128];
    int size = snprintf(text, sizeof text, "%s%s", method_key(route->method), route->path);

    ENSURE(size > 0 && (size_t)size < sizeof text);
    for (char *at = text; *at != '\0'; at++) {
        bool is_plain =
            (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9');
        *at = (char)(is_plain ? *at : '_');
    }
    json_write_key_text(json, "operationId", text);
}

static void write_body(struct json_writer *json, const struct route *route)
{
    static const char *const kinds[] = {"application/x-www-form-urlencoded", "application/json"};
    uint32_t count = route->takes_json ? 2 : 1;

    if (route->method == HTTP_METHOD_GET) {
        return;
    }
    json_write_key(json, "requestBody");
    json_write_object_begin(json);
    json_write_key_text(json, "description",
                        "The parameters may stand here instead of in the query");
    json_write_key(json, "content");
    json_write_object_begin(json);
    for (uint32_t i = 0; i < count; i++) {
        json_write_key(json, kinds[i]);
        json_write_object_begin(json);
        json_write_key(json, "schema");
        json_write_object_begin(json);
        json_write_key_text(json, "type", "object");
        json_write_object_end(json);
        json_write_object_end(json);
    }
    json_write_object_end(json);
    json_write_object_end(json);
}

static void write_responses(struct json_writer *json)
{
    json_write_key(json, "responses");
    json_write_object_begin(json);
    json_write_key(json, "200");
    json_write_object_begin(json);
    json_write_key_text(json, "description", "Done");
    json_write_object_end(json);
    json_write_key(json, "default");
    write_reference(json, "#/components/responses/Error");
    json_write_object_end(json);
}

static void write_operation(struct json_writer *json, const struct route *route)
{
    json_write_key(json, method_key(route->method));
    json_write_object_begin(json);
    write_operation_id(json, route);
    json_write_key_text(json, "summary", route->summary == NULL ? "" : route->summary);
    json_write_key(json, "tags");
    json_write_array_begin(json);
    json_write_text(json, security_word(route->security));
    json_write_array_end(json);
    if (route->security != SECURITY_NONE) {
        json_write_key(json, "security");
        json_write_array_begin(json);
        json_write_object_begin(json);
        json_write_key(json, "apiKey");
        json_write_array_begin(json);
        json_write_array_end(json);
        json_write_object_end(json);
        json_write_array_end(json);
    }
    json_write_key_uint64(json, "x-weight", route->weight);
    json_write_key_uint64(json, "x-orders", route->orders);
    if (route->socket_method != NULL) {
        json_write_key_text(json, "x-websocket-method", route->socket_method);
    }
    write_parameters(json, route);
    write_body(json, route);
    write_responses(json);
    json_write_object_end(json);
}

static bool is_first_of_path(const struct router *router, uint32_t index)
{
    const struct route *route = router_route(router, index);

    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(router_route(router, i)->path, route->path) == 0) {
            return false;
        }
    }
    return true;
}

static void write_path(struct json_writer *json, const struct router *router, uint32_t first)
{
    const char *path = router_route(router, first)->path;
    const struct route *route;

    json_write_key(json, path);
    json_write_object_begin(json);
    for (uint32_t i = first; (route = router_route(router, i)) != NULL; i++) {
        if (strcmp(route->path, path) == 0) {
            write_operation(json, route);
        }
    }
    json_write_object_end(json);
}

/* ------------------------------------------------------------------ components */

static void write_common_parameters(struct json_writer *json)
{
    static const struct parameter_rule common[] = {
        {"timestamp", PARAMETER_TYPE_TIME, true},
        {"recvWindow", PARAMETER_TYPE_DECIMAL, false},
        {"nonce", PARAMETER_TYPE_INTEGER, false},
        {"signature", PARAMETER_TYPE_TEXT, true},
    };

    json_write_key(json, "parameters");
    json_write_object_begin(json);
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        json_write_key(json, common[i].name);
        write_parameter(json, &common[i]);
    }
    json_write_object_end(json);
}

static void write_error_response(struct json_writer *json)
{
    json_write_key(json, "responses");
    json_write_object_begin(json);
    json_write_key(json, "Error");
    json_write_object_begin(json);
    json_write_key_text(json, "description", "Refused: the reason as a number and a text");
    json_write_key(json, "content");
    json_write_object_begin(json);
    json_write_key(json, "application/json");
    json_write_object_begin(json);
    json_write_key(json, "schema");
    write_reference(json, "#/components/schemas/Error");
    json_write_object_end(json);
    json_write_object_end(json);
    json_write_object_end(json);
    json_write_object_end(json);
}

static void write_property(struct json_writer *json, const char *name, const char *type)
{
    json_write_key(json, name);
    json_write_object_begin(json);
    json_write_key_text(json, "type", type);
    json_write_object_end(json);
}

static void write_error_schema(struct json_writer *json)
{
    json_write_key(json, "schemas");
    json_write_object_begin(json);
    json_write_key(json, "Error");
    json_write_object_begin(json);
    json_write_key_text(json, "type", "object");
    json_write_key(json, "properties");
    json_write_object_begin(json);
    write_property(json, "code", "integer");
    write_property(json, "msg", "string");
    json_write_object_end(json);
    json_write_object_end(json);
    json_write_object_end(json);
}

static void write_security_schemes(struct json_writer *json)
{
    json_write_key(json, "securitySchemes");
    json_write_object_begin(json);
    json_write_key(json, "apiKey");
    json_write_object_begin(json);
    json_write_key_text(json, "type", "apiKey");
    json_write_key_text(json, "in", "header");
    json_write_key_text(json, "name", "X-MBX-APIKEY");
    json_write_object_end(json);
    json_write_object_end(json);
}

void openapi_write(struct json_writer *json, const struct router *router)
{
    json_write_object_begin(json);
    json_write_key_text(json, "openapi", "3.0.3");
    json_write_key(json, "info");
    json_write_object_begin(json);
    json_write_key_text(json, "title", "Tarazy");
    json_write_key_text(json, "version", GATEWAY_VERSION);
    json_write_object_end(json);
    json_write_key(json, "paths");
    json_write_object_begin(json);
    for (uint32_t i = 0; router_route(router, i) != NULL; i++) {
        if (is_first_of_path(router, i)) {
            write_path(json, router, i);
        }
    }
    json_write_object_end(json);
    json_write_key(json, "components");
    json_write_object_begin(json);
    write_security_schemes(json);
    write_common_parameters(json);
    write_error_response(json);
    write_error_schema(json);
    json_write_object_end(json);
    json_write_object_end(json);
}
