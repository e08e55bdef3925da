/* SPDX-License-Identifier: Apache-2.0
 *
 * A self-signed certificate for "localhost" and 127.0.0.1, made anew for each test run.
 */
#ifndef SUPPORT_TEST_CERTIFICATE_H
#define SUPPORT_TEST_CERTIFICATE_H

struct test_certificate {
    char folder[64];
    char certificate_path[96];
    char key_path[96];
};

/* Makes a folder of its own with the two PEM files. Aborts on failure. */
void test_certificate_make(struct test_certificate *certificate);

/* Removes them. */
void test_certificate_remove(const struct test_certificate *certificate);

#endif
