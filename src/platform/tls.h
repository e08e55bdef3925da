/* SPDX-License-Identifier: Apache-2.0
 *
 * TLS over a non-blocking socket, by OpenSSL. TLS 1.2 and 1.3 only; the calls mirror read() and
 * write() and say what to wait for.
 */
#ifndef PLATFORM_TLS_H
#define PLATFORM_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* Both sides prove a key (RFC 8446 4.3.2): TLS 1.3 only, and nothing is resumed. A server asks every client for a
 * certificate and takes any, self-signed ones too: who that is, tls_session_peer_key answers and the caller judges.
 * A client shows this certificate. False: explained in error. */
bool tls_context_ask_clients(struct tls_context *server, char *error, size_t error_size);
bool tls_context_show_certificate(struct tls_context *client, const char *certificate_path,
                                  const char *key_path, char *error, size_t error_size);

/* A session on a connected non-blocking socket, which stays the caller's. host_name: a client
 * names and checks the peer it wants; NULL for a server. NULL when out of memory. */
struct tls_session *tls_session_create(struct tls_context *context, int fd, const char *host_name);
void tls_session_destroy(struct tls_session *session);

/* Moves the handshake on. OK: it is complete. */
enum tls_result tls_session_handshake(struct tls_session *session);

/* Reads up to `size` bytes; *done is how many (> 0 only with OK). */
enum tls_result tls_session_read(struct tls_session *session, void *out, size_t size, size_t *done);

/* After the handshake: the public key that the peer has proven, as a SubjectPublicKeyInfo in DER (RFC 5280 4.1).
 * Returns its size; 0: none was shown, or it is longer than that. */
size_t tls_session_peer_key(const struct tls_session *session, uint8_t *der, size_t der_size);

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
