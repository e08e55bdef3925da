/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of operations, one per file that implements them. A new file adds a line here and one
 * in router.c.
 */
#ifndef GATEWAY_ROUTES_H
#define GATEWAY_ROUTES_H

#include "gateway/router.h"

extern const struct route_table rest_market_routes;
extern const struct route_table rest_ticker_routes;
extern const struct route_table rest_order_routes;
extern const struct route_table rest_cancel_routes;
extern const struct route_table rest_batch_routes;
extern const struct route_table rest_order_list_routes;
extern const struct route_table rest_account_routes;
extern const struct route_table rest_wallet_routes;
extern const struct route_table rest_stub_routes;
extern const struct route_table rest_operator_routes;
extern const struct route_table rest_listing_routes;
extern const struct route_table user_stream_routes;
extern const struct route_table udf_routes;
extern const struct route_table liabilities_routes;
extern const struct route_table page_routes;
extern const struct route_table proof_routes;
extern const struct route_table rest_mining_routes;
extern const struct route_table rest_register_routes;

#endif
