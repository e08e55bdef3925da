/* SPDX-License-Identifier: Apache-2.0
 *
 * A throw-away certificate by OpenSSL's own functions, so that no key stands in the project.
 */
#include "support/test_certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void expect(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void extension_add(X509 *certificate, int kind, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);
    expect(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

static X509 *certificate_sign(EVP_PKEY *pair)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    expect(X509_set_version(certificate, X509_VERSION_3) == 1);
    expect(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    expect(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost",
                                      -1, -1, 0) == 1);
    expect(X509_set_issuer_name(certificate, name) == 1);
    expect(X509_set_pubkey(certificate, pair) == 1);
    extension_add(certificate, NID_basic_constraints, "critical,CA:TRUE");
    extension_add(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    expect(X509_sign(certificate, pair, EVP_sha256()) > 0);
    return certificate;
}

void test_certificate_make(struct test_certificate *made)
{
    snprintf(made->folder, sizeof made->folder, "certificate.XXXXXX");
    expect(mkdtemp(made->folder) != NULL);
    snprintf(made->certificate_path, sizeof made->certificate_path, "%s/certificate.pem",
             made->folder);
    snprintf(made->key_path, sizeof made->key_path, "%s/key.pem", made->folder);
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    expect(pair != NULL);
    X509 *certificate = certificate_sign(pair);
    FILE *file = fopen(made->certificate_path, "w");
    expect(file != NULL && PEM_write_X509(file, certificate) == 1 && fclose(file) == 0);
    file = fopen(made->key_path, "w");
    expect(file != NULL && PEM_write_PrivateKey(file, pair, NULL, NULL, 0, NULL, NULL) == 1 &&
           fclose(file) == 0);
    X509_free(certificate);
    EVP_PKEY_free(pair);
}

void test_certificate_remove(const struct test_certificate *certificate)
{
    unlink(certificate->certificate_path);
    unlink(certificate->key_path);
    rmdir(certificate->folder);
}
