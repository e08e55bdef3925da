/* SPDX-License-Identifier: Apache-2.0
 *
 * TLS over a non-blocking socket, by OpenSSL. TLS 1.2 and 1.3 only; the calls mirror read() and
 * write() and say what to wait for.
 */
#ifndef PLATFORM_TLS_H
#define PLATFORM_TLS_H

#include <stddef.h>

struct tls_context;
struct tls_session;

enum tls_result {
    TLS_RESULT_OK = 1,
    TLS_RESULT_WANT_READ,  /* nothing done: call again when the socket is readable */
    TLS_RESULT_WANT_WRITE, /* nothing done: call again when the socket is writable */
    TLS_RESULT_CLOSED,     /* the peer said goodbye */
    TLS_RESULT_FAILED      /* the session is unusable */
};

/* A server's certificate chain and private key, PEM files. On failure returns NULL and explains
 * in error[0..error_size). */
struct tls_context *tls_context_create_server(const char *certificate_path, const char *key_path,
                                              char *error, size_t error_size);

/* A client that trusts the certificates in a PEM file (NULL: the system's). */
struct tls_context *tls_context_create_client(const char *trusted_path, char *error,
                                              size_t error_size);
void tls_context_destroy(struct tls_context *context);

/* A session on a connected non-blocking socket, which stays the caller's. host_name: a client
 * names and checks the peer it wants; NULL for a server. NULL when out of memory. */
struct tls_session *tls_session_create(struct tls_context *context, int fd, const char *host_name);
void tls_session_destroy(struct tls_session *session);

/* Moves the handshake on. OK: it is complete. */
enum tls_result tls_session_handshake(struct tls_session *session);

/* Reads up to `size` bytes; *done is how many (> 0 only with OK). */
enum tls_result tls_session_read(struct tls_session *session, void *out, size_t size, size_t *done);

/* Bytes decrypted already that a read would give without the socket becoming readable again. */
size_t tls_session_pending(const struct tls_session *session);

/* Writes a prefix of the bytes; *done is how long. After WANT_* the same bytes must come again,
 * more may follow them, the address may be another. */
enum tls_result tls_session_write(struct tls_session *session, const void *bytes, size_t size,
                                  size_t *done);

/* Says goodbye, once, without waiting for the peer's. */
enum tls_result tls_session_shutdown(struct tls_session *session);

/* Why the last call FAILED, for the log. */
void tls_session_explain(const struct tls_session *session, char *error, size_t error_size);

#endif
