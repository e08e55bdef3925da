/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses of the door and of pools. A file of its own because looking a name up blocks, and must be seen to happen at the start only.
 * Read next: door.c, upstream.c.
 */
#include "stratum/socket_address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

enum { HOST_MAX = 256 };

socklen_t socket_address_read(const char *text, struct sockaddr_storage *address)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    const char *colon = strrchr(text, ':');
    struct addrinfo *found = NULL;
    char host[HOST_MAX];

    *address = (struct sockaddr_storage){0};
    if (colon == NULL || colon == text || colon[1] == '\0' || (size_t)(colon - text) >= HOST_MAX) {
        return 0;
    }
    size_t size = (size_t)(colon - text);
    const char *from = text;
    if (text[0] == '[' && colon[-1] == ']') {
        from++;
        size -= 2;
    }
    memcpy(host, from, size);
    host[size] = '\0';
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0) {
        return 0;
    }
    socklen_t length = found->ai_addrlen;
    memcpy(address, found->ai_addr, length);
    freeaddrinfo(found);
    return length;
}

uint16_t socket_address_port(const struct sockaddr_storage *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (address->ss_family == AF_INET) {
        memcpy(&v4, address, sizeof v4);
        return ntohs(v4.sin_port);
    }
    memcpy(&v6, address, sizeof v6);
    return ntohs(v6.sin6_port);
}
