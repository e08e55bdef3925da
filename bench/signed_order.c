/* SPDX-License-Identifier: Apache-2.0
 *
 * See the header.
 */
#include "signed_order.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "codec/hex_text.h"

void signed_orders_begin(struct signed_orders *orders, const struct sandbox_process *sandbox)
{
    static const char *const names[2] = {"maker", "taker"};

    orders->written = 0;
    for (int i = 0; i < 2; i++) {
        sandbox_process_key(sandbox, names[i], &orders->keys[i]);
        hmac_key_prepare(&orders->signers[i], orders->keys[i].secret,
                         strlen(orders->keys[i].secret));
    }
}

size_t signed_orders_write(struct signed_orders *orders, char *out, size_t capacity)
{
    size_t who = orders->written++ % 2;
    struct timespec now;
    uint8_t code[SHA256_SIZE];
    char body[512];
    char hex[2 * SHA256_SIZE];

    clock_gettime(CLOCK_REALTIME, &now);
    int size =
        snprintf(body, sizeof body,
                 "symbol=BTCUSDT&side=%s&type=LIMIT&timeInForce=GTC&quantity=0.01"
                 "&price=30000&newOrderRespType=ACK&recvWindow=60000&timestamp=%lld",
                 who == 0 ? "BUY" : "SELL", (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000);
    hmac_compute(&orders->signers[who], &(struct byte_part){body, (size_t)size}, 1, code);
    hex_encode(code, sizeof code, hex);
    return (size_t)snprintf(
        out, capacity,
        "POST /api/v3/order HTTP/1.1\r\nHost: localhost\r\nX-MBX-APIKEY: %s\r\nContent-Type: "
        "application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s&signature=%.*s",
        orders->keys[who].api_key, size + 11 + (int)sizeof hex, body, (int)sizeof hex, hex);
}

int sandbox_connect(const struct sandbox_process *sandbox)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)sandbox->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        perror("bench: connect");
        exit(1);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}
