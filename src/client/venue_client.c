/* SPDX-License-Identifier: Apache-2.0
 *
 * Building and signing requests. The signature is over the very bytes that are sent: they are
 * written once and never parsed back.
 */
#include "client/venue_client.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "codec/decimal_text.h"
#include "codec/hex_text.h"
#include "codec/json_reader.h"
#include "platform/signature.h"

struct venue_client {
    struct http_client *http;
    char base_url[256];
    char api_key[CLIENT_KEY_TEXT_MAX];
    struct hmac_key signer;
    bool has_key;
    char url[VENUE_CLIENT_TEXT_MAX + 512];
    char body[VENUE_CLIENT_TEXT_MAX + 256];
};

struct venue_client *venue_client_create(const char *base_url, const struct client_key *key)
{
    struct venue_client *client = calloc(1, sizeof *client);

    if (client == NULL) {
        return NULL;
    }
    client->http = http_client_create();
    int size = snprintf(client->base_url, sizeof client->base_url, "%s", base_url);
    if (client->http == NULL || size < 0 || (size_t)size >= sizeof client->base_url) {
        venue_client_destroy(client);
        return NULL;
    }
    while (size > 0 && client->base_url[size - 1] == '/') {
        client->base_url[--size] = '\0';
    }
    if (key != NULL) {
        snprintf(client->api_key, sizeof client->api_key, "%s", key->api_key);
        hmac_key_prepare(&client->signer, key->secret, strlen(key->secret));
        client->has_key = true;
    }
    return client;
}

void venue_client_destroy(struct venue_client *client)
{
    if (client != NULL) {
        http_client_destroy(client->http);
        secret_wipe(&client->signer, sizeof client->signer);
        free(client);
    }
}

void venue_parameters_begin(struct venue_parameters *parameters)
{
    parameters->size = 0;
    parameters->text[0] = '\0';
    parameters->is_cut = false;
}

static void put(struct venue_parameters *parameters, char byte)
{
    if (parameters->size + 1 >= sizeof parameters->text) {
        parameters->is_cut = true;
        return;
    }
    parameters->text[parameters->size++] = byte;
    parameters->text[parameters->size] = '\0';
}

/* RFC 3986: everything but unreserved characters is encoded. */
static void put_encoded(struct venue_parameters *parameters, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";

    for (const char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;

        if (isalnum(byte) || strchr("-._~", byte) != NULL) {
            put(parameters, (char)byte);
        } else {
            put(parameters, '%');
            put(parameters, digits[byte >> 4]);
            put(parameters, digits[byte & 15]);
        }
    }
}

void venue_parameters_add(struct venue_parameters *parameters, const char *name, const char *value)
{
    if (parameters->size > 0) {
        put(parameters, '&');
    }
    put_encoded(parameters, name);
    put(parameters, '=');
    put_encoded(parameters, value);
}

void venue_parameters_add_decimal(struct venue_parameters *parameters, const char *name,
                                  int64_t units, uint32_t decimals)
{
    char text[DECIMAL_TEXT_SIZE_MAX + 1];
    size_t size = decimal_text_format(units, decimals, text, DECIMAL_TEXT_SIZE_MAX);

    text[size] = '\0';
    venue_parameters_add(parameters, name, text);
}

static struct http_answer too_long(void)
{
    return (struct http_answer){.error = "the request is too long"};
}

struct http_answer venue_client_get(struct venue_client *client, const char *path,
                                    const struct venue_parameters *parameters)
{
    bool has_query = parameters != NULL && parameters->size > 0;

    if (parameters != NULL && parameters->is_cut) {
        return too_long();
    }
    snprintf(client->url, sizeof client->url, "%s%s%s%s", client->base_url, path,
             has_query ? "?" : "", has_query ? parameters->text : "");
    return http_client_send(client->http,
                            &(struct http_request_line){.method = "GET", .url = client->url});
}

/* Writes the parameters with timestamp and signature into client->body. */
static bool sign(struct venue_client *client, const struct venue_parameters *parameters)
{
    struct timespec now;
    uint8_t code[SHA256_SIZE];
    char hex[2 * SHA256_SIZE + 1];

    clock_gettime(CLOCK_REALTIME, &now);
    int size = snprintf(client->body, sizeof client->body, "%s%srecvWindow=10000&timestamp=%lld",
                        parameters->text, parameters->size > 0 ? "&" : "",
                        (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000);
    if (size < 0 || (size_t)size + sizeof hex + 16 > sizeof client->body) {
        return false;
    }
    hmac_compute(&client->signer, &(struct byte_part){client->body, (size_t)size}, 1, code);
    hex_encode(code, sizeof code, hex);
    hex[2 * SHA256_SIZE] = '\0';
    snprintf(client->body + size, sizeof client->body - (size_t)size, "&signature=%s", hex);
    return true;
}

struct http_answer venue_client_signed(struct venue_client *client, const char *method,
                                       const char *path, const struct venue_parameters *parameters)
{
    bool in_query = strcmp(method, "GET") == 0 || strcmp(method, "DELETE") == 0;

    if (!client->has_key) {
        return (struct http_answer){.error = "this request needs a key"};
    }
    if (parameters->is_cut || !sign(client, parameters)) {
        return too_long();
    }
    snprintf(client->url, sizeof client->url, "%s%s%s%s", client->base_url, path,
             in_query ? "?" : "", in_query ? client->body : "");
    return http_client_send(client->http, &(struct http_request_line){
                                              .method = method,
                                              .url = client->url,
                                              .api_key = client->api_key,
                                              .body = in_query ? NULL : client->body,
                                          });
}

bool venue_answer_find(const struct http_answer *answer, const char *name, struct slice *value)
{
    struct json_reader reader;
    struct json_token token;
    bool is_next = false;

    json_reader_begin(&reader, slice_of(answer->body, answer->size), JSON_DEPTH_MAX);
    while (json_reader_next(&reader, &token) == JSON_RESULT_OK && token.kind != JSON_TOKEN_END) {
        if (is_next && (token.kind == JSON_TOKEN_STRING || token.kind == JSON_TOKEN_NUMBER)) {
            *value = token.text;
            return true;
        }
        is_next = token.kind == JSON_TOKEN_KEY && slice_equals_text(token.text, name);
    }
    return false;
}

bool venue_answer_is_ok(const struct http_answer *answer, struct venue_refusal *refusal)
{
    struct slice text;

    if (answer->error == NULL && answer->status == 200) {
        return true;
    }
    refusal->code = 0;
    snprintf(refusal->text, sizeof refusal->text, "%s",
             answer->error != NULL ? answer->error : "refused without a reason");
    if (answer->error == NULL && venue_answer_find(answer, "msg", &text)) {
        int size =
            text.size < sizeof refusal->text ? (int)text.size : (int)sizeof refusal->text - 1;

        snprintf(refusal->text, sizeof refusal->text, "%.*s", size, text.data);
        if (venue_answer_find(answer, "code", &text)) {
            refusal->code = strtoll(text.data, NULL, 10);
        }
    }
    return false;
}
