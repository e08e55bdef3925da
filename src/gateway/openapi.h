/* SPDX-License-Identifier: Apache-2.0
 *
 * The description of everything that is served, made of the very table it is served from.
 */
#ifndef GATEWAY_OPENAPI_H
#define GATEWAY_OPENAPI_H

#include "codec/json_writer.h"
#include "gateway/router.h"

/* Writes an OpenAPI 3.0 document of all routes. */
void openapi_write(struct json_writer *json, const struct router *router);

#endif
