/* SPDX-License-Identifier: Apache-2.0
 *
 * libcurl behind one file. Tools are clients like any other: they have no private way into a node,
 * so what they can do anybody with the same key can do.
 */
#include "client/http_client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct http_client {
    CURL *curl;
    char *body;
    size_t size;
    size_t capacity;
    char error[CURL_ERROR_SIZE];
};

struct http_client *http_client_create(void)
{
    struct http_client *client = calloc(1, sizeof *client);

    if (client == NULL) {
        return NULL;
    }
    client->curl = curl_easy_init();
    if (client->curl == NULL) {
        free(client);
        return NULL;
    }
    return client;
}

void http_client_destroy(struct http_client *client)
{
    if (client != NULL) {
        curl_easy_cleanup(client->curl);
        free(client->body);
        free(client);
    }
}

/* Keeps one byte more than it holds, for the terminating zero. */
static bool reserve(struct http_client *client, size_t size)
{
    if (size < client->capacity) {
        return true;
    }
    if (size >= HTTP_CLIENT_BODY_MAX) {
        return false;
    }
    size_t capacity = client->capacity == 0 ? 4096 : client->capacity;

    while (capacity <= size) {
        capacity *= 2;
    }
    char *body = realloc(client->body, capacity);
    if (body == NULL) {
        return false;
    }
    client->body = body;
    client->capacity = capacity;
    return true;
}

static size_t take(char *data, size_t size, size_t count, void *context)
{
    struct http_client *client = context;
    size_t bytes = size * count;

    if (!reserve(client, client->size + bytes)) {
        return 0;
    }
    memcpy(client->body + client->size, data, bytes);
    client->size += bytes;
    return bytes;
}

static struct curl_slist *headers_of(const struct http_request_line *request)
{
    /* Without an empty Expect libcurl asks before it sends a body; gateways refuse to be asked. */
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    char line[256];

    if (headers != NULL && request->api_key != NULL) {
        snprintf(line, sizeof line, "X-MBX-APIKEY: %s", request->api_key);
        struct curl_slist *longer = curl_slist_append(headers, line);
        if (longer == NULL) {
            curl_slist_free_all(headers);
        }
        headers = longer;
    }
    return headers;
}

static void set_options(struct http_client *client, const struct http_request_line *request,
                        struct curl_slist *headers)
{
    CURL *curl = client->curl;

    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, client);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->error);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)HTTP_CLIENT_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    if (request->body != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    }
}

struct http_answer http_client_send(struct http_client *client,
                                    const struct http_request_line *request)
{
    struct http_answer answer = {0};
    struct curl_slist *headers = headers_of(request);

    client->size = 0;
    client->error[0] = '\0';
    if (headers == NULL || !reserve(client, 0)) {
        curl_slist_free_all(headers);
        answer.error = "out of memory";
        return answer;
    }
    set_options(client, request, headers);
    CURLcode code = curl_easy_perform(client->curl);
    curl_slist_free_all(headers);
    if (code != CURLE_OK) {
        answer.error = client->error[0] != '\0' ? client->error : curl_easy_strerror(code);
        return answer;
    }
    long status = 0;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    client->body[client->size] = '\0';
    answer.status = (int)status;
    answer.body = client->body;
    answer.size = client->size;
    return answer;
}
