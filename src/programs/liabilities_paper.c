/* SPDX-License-Identifier: Apache-2.0
 *
 * Papers of a proof of liabilities. A file of its own because two programs read and show the same ones.
 */
#include "programs/liabilities_paper.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/decimal_text.h"
#include "codec/hex_text.h"
#include "proofs/liabilities_note.h"
#include "proofs/liabilities_text.h"

const char *liabilities_paper_hex(const struct hash256 *hash, char out[LIABILITIES_HEX_SIZE])
{
    hex_encode(hash->bytes, sizeof hash->bytes, out);
    out[LIABILITIES_HEX_SIZE - 1] = '\0';
    return out;
}

static void print_amount(const char *what, const struct liabilities_asset *asset, uint128 units)
{
    char text[DECIMAL_TEXT_SIZE_MAX];
    size_t size = decimal_text_format((int128)units, (uint32_t)asset->scale, text, sizeof text);

    (void)printf("%-10s %s %.*s\n", what, asset->code, (int)size, text);
}

void liabilities_paper_totals(const struct liabilities_statement *statement)
{
    for (unsigned i = 0; i < statement->assets; i++) {
        print_amount("total", &statement->asset[i], statement->asset[i].total);
    }
}

void liabilities_paper_balance(const struct liabilities_statement *statement,
                               const uint128 *balance)
{
    for (unsigned i = 0; i < statement->assets; i++) {
        print_amount("balance", &statement->asset[i], balance[i]);
    }
}

/* All of a file that is at most LIABILITIES_TEXT_MAX long; NULL: said. */
static char *read_file(const char *program, const char *path, size_t *size)
{
    char *text = malloc(LIABILITIES_TEXT_MAX + 1);
    FILE *file = fopen(path, "re");
    bool is_read = false;

    if (text != NULL && file != NULL) {
        *size = fread(text, 1, LIABILITIES_TEXT_MAX + 1, file);
        is_read = !ferror(file) && *size <= LIABILITIES_TEXT_MAX;
    }
    if (!is_read) {
        (void)fprintf(stderr, "%s: %s: %s\n", program, path,
                      file == NULL ? strerror(errno) : "cannot be read, or is too long");
        free(text);
        text = NULL;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return text;
}

static bool say_line(const char *program, const char *path, uint32_t line)
{
    if (line != 0) {
        (void)fprintf(stderr, "%s: %s:%" PRIu32 ": not what stands in such a file\n", program, path,
                      line);
    }
    return line == 0;
}

bool liabilities_paper_statement(const char *program, const char *path,
                                 struct liabilities_statement *out)
{
    size_t size = 0;
    char *text = read_file(program, path, &size);
    bool holds =
        text != NULL && say_line(program, path, liabilities_statement_read(text, size, out));

    free(text);
    return holds;
}

bool liabilities_paper_proof(const char *program, const char *path, struct liabilities_proof *out)
{
    size_t size = 0;
    char *text = read_file(program, path, &size);
    bool holds = text != NULL && say_line(program, path, liabilities_proof_read(text, size, out));

    free(text);
    return holds;
}

bool liabilities_paper_key(const char *program, const char *path, struct hash256 *out)
{
    size_t size = 0;
    char *text = read_file(program, path, &size);

    if (text == NULL) {
        return false;
    }
    if (size > 0 && text[size - 1] == '\n') {
        size--;
    }
    bool holds = hex_decode(slice_of(text, size), out->bytes, sizeof out->bytes);
    if (!holds) {
        (void)fprintf(stderr, "%s: %s: not 64 hexadecimal digits\n", program, path);
    }
    free(text);
    return holds;
}

bool liabilities_paper_note(const char *program, const char *path, const struct note_key *key,
                            const struct liabilities_claim *claim)
{
    size_t size = 0;
    char *text = read_file(program, path, &size);
    bool holds = text != NULL && liabilities_note_check(text, size, key, claim);

    if (text != NULL && !holds) {
        (void)fprintf(stderr, "%s: %s: not signed by this key for what was published\n", program,
                      path);
    }
    free(text);
    return holds;
}
