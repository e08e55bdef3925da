/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of two programs, once. Read next: backup_main.c, restore_main.c.
 */
#include "programs/print_backup.h"

#include <inttypes.h>
#include <stdio.h>

#include "codec/hex_text.h"
#include "programs/exit_codes.h"

static void print_hash(const char *name, const struct hash256 *hash)
{
    char hex[2 * sizeof hash->bytes + 1];
    hex_encode(hash->bytes, sizeof hash->bytes, hex);
    hex[sizeof hex - 1] = '\0';
    (void)printf("%-10s %s\n", name, hex);
}

void backup_print(const struct backup_report *report, int64_t duration_us)
{
    const struct backup_head *head = &report->head;
    (void)printf("number     %" PRIu64 "\n", head->number);
    (void)printf("snapshot   %" PRIu64 "\n", head->snapshot);
    print_hash("chain", &head->chain);
    print_hash("state", &head->state);
    (void)printf("copied     %" PRIu64 " bytes\n", report->bytes);
    (void)printf("duration   %" PRId64 ".%03" PRId64 " s\n", duration_us / 1000000,
                 duration_us / 1000 % 1000);
}

int backup_print_failure(const struct journal_error *error)
{
    char text[JOURNAL_ERROR_TEXT_SIZE];
    (void)fprintf(stderr, "%s\n", journal_error_text(error, text));
    return error->error_number != 0 ? EXIT_CODE_DISK : EXIT_CODE_DAMAGED;
}
