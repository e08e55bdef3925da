/* SPDX-License-Identifier: Apache-2.0
 *
 * See the header. The body of a batch is made once and signed anew each time.
 */
#include "signed_order.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "codec/hex_text.h"

static const char *const sides[2] = {"BUY", "SELL"};

static void make_batch(struct signed_orders *orders, size_t who, int count)
{
    char *out = orders->batches[who];
    size_t size = (size_t)snprintf(out, SIGNED_BATCH_SIZE_MAX, "{\"batchOrders\":[");

    for (int i = 0; i < count; i++) {
        size += (size_t)snprintf(out + size, SIGNED_BATCH_SIZE_MAX - size,
                                 "%s{\"symbol\":\"BTCUSDT\",\"side\":\"%s\",\"type\":\"LIMIT\","
                                 "\"timeInForce\":\"GTC\",\"quantity\":\"0.01\",\"price\":"
                                 "\"30000\"}",
                                 i > 0 ? "," : "", sides[who]);
    }
    size += (size_t)snprintf(out + size, SIGNED_BATCH_SIZE_MAX - size, "]}");
    orders->batch_sizes[who] = size;
}

void signed_orders_begin(struct signed_orders *orders, const struct sandbox_process *sandbox)
{
    static const char *const names[2] = {"maker", "taker"};

    orders->written = 0;
    for (size_t i = 0; i < 2; i++) {
        sandbox_process_key(sandbox, names[i], &orders->keys[i]);
        hmac_key_prepare(&orders->signers[i], orders->keys[i].secret,
                         strlen(orders->keys[i].secret));
    }
}

void signed_orders_set_batch(struct signed_orders *orders, int count)
{
    for (size_t i = 0; i < 2; i++) {
        make_batch(orders, i, count);
    }
}

static long long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void sign(struct signed_orders *orders, size_t who, const struct byte_part *parts,
                 size_t count, char hex[2 * SHA256_SIZE])
{
    uint8_t code[SHA256_SIZE];

    hmac_compute(&orders->signers[who], parts, count, code);
    hex_encode(code, sizeof code, hex);
}

size_t signed_orders_write(struct signed_orders *orders, char *out, size_t capacity)
{
    size_t who = orders->written++ % 2;
    char body[512];
    char hex[2 * SHA256_SIZE];
    int size = snprintf(body, sizeof body,
                        "symbol=BTCUSDT&side=%s&type=LIMIT&timeInForce=GTC&quantity=0.01"
                        "&price=30000&newOrderRespType=ACK&recvWindow=60000&timestamp=%lld",
                        sides[who], now_ms());

    sign(orders, who, &(struct byte_part){body, (size_t)size}, 1, hex);
    return (size_t)snprintf(
        out, capacity,
        "POST /api/v3/order HTTP/1.1\r\nHost: localhost\r\nX-MBX-APIKEY: %s\r\nContent-Type: "
        "application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s&signature=%.*s",
        orders->keys[who].api_key, size + 11 + (int)sizeof hex, body, (int)sizeof hex, hex);
}

size_t signed_orders_write_batch(struct signed_orders *orders, char *out, size_t capacity)
{
    size_t who = orders->written++ % 2;
    size_t body_size = orders->batch_sizes[who];
    char query[128];
    char hex[2 * SHA256_SIZE];
    int size = snprintf(query, sizeof query, "recvWindow=60000&timestamp=%lld", now_ms());
    const struct byte_part parts[2] = {{query, (size_t)size}, {orders->batches[who], body_size}};

    sign(orders, who, parts, 2, hex);
    size = snprintf(out, capacity,
                    "POST /api/v3/batchOrders?%s&signature=%.*s HTTP/1.1\r\nHost: localhost\r\n"
                    "X-MBX-APIKEY: %s\r\nContent-Type: application/json\r\n"
                    "Content-Length: %zu\r\n\r\n",
                    query, (int)sizeof hex, hex, orders->keys[who].api_key, body_size);
    if (size < 0 || (size_t)size + body_size > capacity) {
        return 0;
    }
    memcpy(out + size, orders->batches[who], body_size);
    return (size_t)size + body_size;
}
