/* SPDX-License-Identifier: Apache-2.0
 *
 * TLS sessions over OpenSSL.
 *
 * Why here: the gateway must not know OpenSSL's many ways to say "later". Five answers are enough.
 * Invariants: only TLS 1.2 and 1.3 with forward secrecy; no renegotiation, no compression; a
 * session that FAILED is never used again; buffers of an idle session are given back.
 * Read next: gateway/connection.c.
 */
#include "platform/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOST_NAME_SIZE_MAX = 253 }; /* RFC 1035 2.3.4, written with dots */

struct tls_context {
    SSL_CTX *context;
    bool is_server;
};

struct tls_session {
    SSL *ssl;
    unsigned long error; /* OpenSSL's code of the failure */
    bool is_failed;
    bool is_shut_down;
};

static const char CIPHERS_OF_TLS_1_2[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
static const unsigned char PROTOCOL_NAMES[] = "\x08http/1.1";

static void error_tell(const char *what, unsigned long code, char *error, size_t size)
{
    const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;
    snprintf(error, size, "%s: %s", what, reason != NULL ? reason : "connection broken");
}

/* ---- contexts ---- */

/* Of the protocols a client offers we take http/1.1; one that offers none of ours goes on without. */
static int protocol_select(SSL *ssl, const unsigned char **out, unsigned char *out_size,
                           const unsigned char *offered, unsigned offered_size, void *context)
{
    unsigned char *chosen = NULL;
    (void)ssl;
    (void)context;
    if (SSL_select_next_proto(&chosen, out_size, PROTOCOL_NAMES, sizeof PROTOCOL_NAMES - 1, offered,
                              offered_size) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static struct tls_context *context_create(const SSL_METHOD *method, bool is_server)
{
    struct tls_context *made = malloc(sizeof *made);
    SSL_CTX *context = SSL_CTX_new(method);
    if (made == NULL || context == NULL ||
        SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(context, CIPHERS_OF_TLS_1_2) != 1) {
        SSL_CTX_free(context);
        free(made);
        return NULL;
    }
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    /* Resumption by tickets: nothing is kept here for clients that never come back. */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    *made = (struct tls_context){.context = context, .is_server = is_server};
    return made;
}

struct tls_context *tls_context_create_server(const char *certificate_path, const char *key_path,
                                              char *error, size_t error_size)
{
    ERR_clear_error();
    struct tls_context *made = context_create(TLS_server_method(), true);
    if (made == NULL) {
        error_tell("TLS", ERR_peek_last_error(), error, error_size);
        return NULL;
    }
    SSL_CTX_set_alpn_select_cb(made->context, protocol_select, NULL);
    SSL_CTX_set_num_tickets(made->context, 1);
    const char *failed = NULL;
    if (SSL_CTX_use_certificate_chain_file(made->context, certificate_path) != 1) {
        failed = certificate_path;
    } else if (SSL_CTX_use_PrivateKey_file(made->context, key_path, SSL_FILETYPE_PEM) != 1 ||
               SSL_CTX_check_private_key(made->context) != 1) {
        failed = key_path;
    }
    if (failed != NULL) {
        error_tell(failed, ERR_peek_last_error(), error, error_size);
        tls_context_destroy(made);
        return NULL;
    }
    return made;
}

struct tls_context *tls_context_create_client(const char *trusted_path, char *error,
                                              size_t error_size)
{
    ERR_clear_error();
    struct tls_context *made = context_create(TLS_client_method(), false);
    if (made == NULL) {
        error_tell("TLS", ERR_peek_last_error(), error, error_size);
        return NULL;
    }
    SSL_CTX_set_verify(made->context, SSL_VERIFY_PEER, NULL);
    int is_trusting = trusted_path != NULL ? SSL_CTX_load_verify_file(made->context, trusted_path)
                                           : SSL_CTX_set_default_verify_paths(made->context);
    if (is_trusting != 1) {
        error_tell(trusted_path != NULL ? trusted_path : "system certificates",
                   ERR_peek_last_error(), error, error_size);
        tls_context_destroy(made);
        return NULL;
    }
    return made;
}

/* Any certificate will do: the key in it is what the caller looks up, and TLS proves its possession. */
static int certificate_take(int is_trusted, X509_STORE_CTX *store)
{
    (void)is_trusted;
    (void)store;
    return 1;
}

bool tls_context_ask_clients(struct tls_context *server, char *error, size_t error_size)
{
    ERR_clear_error();
    SSL_CTX_set_verify(server->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       certificate_take);
    SSL_CTX_set_options(server->context, SSL_OP_NO_TICKET);
    if (SSL_CTX_set_num_tickets(server->context, 0) != 1 ||
        SSL_CTX_set_min_proto_version(server->context, TLS1_3_VERSION) != 1) {
        error_tell("TLS 1.3", ERR_peek_last_error(), error, error_size);
        return false;
    }
    return true;
}

bool tls_context_show_certificate(struct tls_context *client, const char *certificate_path,
                                  const char *key_path, char *error, size_t error_size)
{
    const char *failed = NULL;
    ERR_clear_error();
    if (SSL_CTX_set_min_proto_version(client->context, TLS1_3_VERSION) != 1) {
        failed = "TLS 1.3";
    } else if (SSL_CTX_use_certificate_chain_file(client->context, certificate_path) != 1) {
        failed = certificate_path;
    } else if (SSL_CTX_use_PrivateKey_file(client->context, key_path, SSL_FILETYPE_PEM) != 1 ||
               SSL_CTX_check_private_key(client->context) != 1) {
        failed = key_path;
    }
    if (failed != NULL) {
        error_tell(failed, ERR_peek_last_error(), error, error_size);
    }
    return failed == NULL;
}

void tls_context_destroy(struct tls_context *context)
{
    if (context != NULL) {
        SSL_CTX_free(context->context);
        free(context);
    }
}

/* ---- sessions ---- */

/* A client says whom it wants: a name, or an address literally. */
static bool peer_expect(SSL *ssl, const char *host_name)
{
    struct in6_addr address;
    if (inet_pton(AF_INET, host_name, &address) == 1 ||
        inet_pton(AF_INET6, host_name, &address) == 1) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host_name) == 1;
    }
    char name[HOST_NAME_SIZE_MAX + 1]; /* OpenSSL's macro wants it writable */
    if (strlen(host_name) > HOST_NAME_SIZE_MAX) {
        return false;
    }
    memcpy(name, host_name, strlen(host_name) + 1);
    return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

struct tls_session *tls_session_create(struct tls_context *context, int fd, const char *host_name)
{
    struct tls_session *session = calloc(1, sizeof *session);
    SSL *ssl = SSL_new(context->context);
    if (session == NULL || ssl == NULL || SSL_set_fd(ssl, fd) != 1 ||
        (host_name != NULL && !peer_expect(ssl, host_name))) {
        SSL_free(ssl);
        free(session);
        return NULL;
    }
    if (context->is_server) {
        SSL_set_accept_state(ssl);
    } else {
        SSL_set_connect_state(ssl);
    }
    session->ssl = ssl;
    return session;
}

void tls_session_destroy(struct tls_session *session)
{
    if (session != NULL) {
        SSL_free(session->ssl);
        free(session);
    }
}

/* Reads OpenSSL's mind after a call that did not succeed. */
static enum tls_result result_of(struct tls_session *session, int returned)
{
    switch (SSL_get_error(session->ssl, returned)) {
    case SSL_ERROR_WANT_READ: return TLS_RESULT_WANT_READ;
    case SSL_ERROR_WANT_WRITE: return TLS_RESULT_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN: return TLS_RESULT_CLOSED;
    default: /* not an enum */
        session->error = ERR_peek_last_error();
        session->is_failed = true;
        return TLS_RESULT_FAILED;
    }
}

enum tls_result tls_session_handshake(struct tls_session *session)
{
    if (session->is_failed) {
        return TLS_RESULT_FAILED;
    }
    ERR_clear_error();
    int returned = SSL_do_handshake(session->ssl);
    return returned == 1 ? TLS_RESULT_OK : result_of(session, returned);
}

enum tls_result tls_session_read(struct tls_session *session, void *out, size_t size, size_t *done)
{
    *done = 0;
    if (session->is_failed) {
        return TLS_RESULT_FAILED;
    }
    ERR_clear_error();
    int returned = SSL_read_ex(session->ssl, out, size, done);
    return returned == 1 ? TLS_RESULT_OK : result_of(session, returned);
}

size_t tls_session_peer_key(const struct tls_session *session, uint8_t *der, size_t der_size)
{
    const X509 *certificate = SSL_get0_peer_certificate(session->ssl);
    const X509_PUBKEY *key = certificate != NULL ? X509_get_X509_PUBKEY(certificate) : NULL;
    int size = key != NULL ? i2d_X509_PUBKEY(key, NULL) : 0;
    if (size <= 0 || (size_t)size > der_size) {
        return 0;
    }
    unsigned char *end = der;
    return i2d_X509_PUBKEY(key, &end) == size ? (size_t)size : 0;
}

size_t tls_session_pending(const struct tls_session *session)
{
    int pending = SSL_pending(session->ssl);
    return pending > 0 ? (size_t)pending : 0;
}

enum tls_result tls_session_write(struct tls_session *session, const void *bytes, size_t size,
                                  size_t *done)
{
    *done = 0;
    if (session->is_failed) {
        return TLS_RESULT_FAILED;
    }
    ERR_clear_error();
    int returned = SSL_write_ex(session->ssl, bytes, size, done);
    return returned == 1 ? TLS_RESULT_OK : result_of(session, returned);
}

enum tls_result tls_session_shutdown(struct tls_session *session)
{
    if (session->is_failed || session->is_shut_down || SSL_in_init(session->ssl)) {
        return TLS_RESULT_OK; /* nothing to say, or nobody to say it to */
    }
    ERR_clear_error();
    int returned = SSL_shutdown(session->ssl);
    if (returned >= 0) {
        session->is_shut_down = true;
        return TLS_RESULT_OK;
    }
    return result_of(session, returned);
}

void tls_session_explain(const struct tls_session *session, char *error, size_t error_size)
{
    error_tell("TLS", session->error, error, error_size);
}
