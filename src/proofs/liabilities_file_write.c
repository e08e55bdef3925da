/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes the tree of an epoch while it is built. A file of its own because leaves stream to the disk and
 * only the upper nodes are held: the memory does not grow with what is written.
 *
 * Invariants: the header is written last; under its name a file is whole and synced; no file is ever
 * replaced, so that an epoch has one root here, too.
 *
 * Next: liabilities_file.c, which reads it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ensure.h"
#include "proofs/liabilities_file_layout.h"
#include "proofs/liabilities_text.h"

struct tree_writer {
    FILE *file;
    unsigned assets;
    unsigned row_max;
    struct tree_file_header header;
    uint64_t *index; /* leaves below each node of the row, then sums of them */
    uint8_t *nodes;
    bool is_failed;
    int error; /* errno of the first failure */
};

void liabilities_file_name(uint64_t epoch, const char *ending, char name[LIABILITIES_NAME_SIZE])
{
    int size = snprintf(name, LIABILITIES_NAME_SIZE, "liabilities-%020" PRIu64 "%s", epoch, ending);

    ENSURE(size > 0 && size < (int)LIABILITIES_NAME_SIZE);
}

static void writer_fail(struct tree_writer *writer, int error)
{
    if (!writer->is_failed) {
        writer->is_failed = true;
        writer->error = error;
    }
}

static void writer_put(struct tree_writer *writer, const void *bytes, size_t size)
{
    if (!writer->is_failed && fwrite(bytes, 1, size, writer->file) != size) {
        writer_fail(writer, errno);
    }
}

/* Now it is known how many leaves come: the row is chosen. */
static void writer_on_count(void *context, uint64_t leaves)
{
    struct tree_writer *writer = context;
    uint32_t row = 0;

    while (row < TREE_FILE_ROW_MAX && (row < writer->row_max || leaves >> row > TREE_FILE_LEAVES)) {
        row++;
    }
    writer->header.leaves = leaves;
    writer->header.row = row;
    writer->index = calloc(((size_t)1 << row) + 1, sizeof writer->index[0]);
    writer->nodes = calloc((size_t)2 << row, tree_file_node_size(writer->assets));
    if (writer->index == NULL || writer->nodes == NULL) {
        writer_fail(writer, ENOMEM);
    }
}

static void writer_on_leaf(void *context, const struct liabilities_place *place,
                           const struct liabilities_account *account,
                           const struct liabilities_node *leaf)
{
    struct tree_writer *writer = context;
    const struct tree_file_leaf record = {.position = place->position,
                                          .owner = account->owner,
                                          .part = place->part,
                                          .hash = leaf->hash};

    if (writer->is_failed) {
        return;
    }
    uint64_t subtree = (uint64_t)place->position >> (LIABILITIES_DEPTH - writer->header.row);
    writer->index[subtree + 1]++;
    writer_put(writer, &record, sizeof record);
    writer_put(writer, leaf->values, writer->assets * sizeof leaf->values[0]);
}

static void writer_on_node(void *context, unsigned level, uint32_t index,
                           const struct liabilities_node *node)
{
    struct tree_writer *writer = context;
    size_t size = tree_file_node_size(writer->assets);

    if (writer->is_failed || level + writer->header.row < LIABILITIES_DEPTH) {
        return;
    }
    size_t place = ((size_t)1 << (LIABILITIES_DEPTH - level)) + index;
    memcpy(writer->nodes + place * size, &node->hash, sizeof node->hash);
    memcpy(writer->nodes + place * size + sizeof node->hash, node->values,
           writer->assets * sizeof node->values[0]);
}

/* What follows the leaves, and the header. */
static void writer_finish(struct tree_writer *writer, const struct liabilities_plan *plan,
                          const struct liabilities_statement *statement)
{
    struct tree_file_header *header = &writer->header;
    size_t subtrees = (size_t)1 << header->row;
    char *text = malloc(LIABILITIES_TEXT_MAX);

    if (text == NULL) {
        writer_fail(writer, ENOMEM);
        return;
    }
    for (size_t i = 0; i < subtrees; i++) {
        writer->index[i + 1] += writer->index[i];
    }
    header->magic = TREE_FILE_MAGIC;
    header->epoch = statement->epoch;
    header->assets = writer->assets;
    header->root = statement->root;
    header->statement_size = liabilities_statement_write(statement, text, LIABILITIES_TEXT_MAX);
    if (secret_seal(plan->node_key, &header->root, plan->secret, sizeof *plan->secret,
                    header->sealed) != sizeof header->sealed) {
        writer_fail(writer, EIO);
    }
    tree_file_digest(header, &header->digest);
    writer_put(writer, writer->index, (subtrees + 1) * sizeof writer->index[0]);
    writer_put(writer, writer->nodes, 2 * subtrees * tree_file_node_size(writer->assets));
    writer_put(writer, text, header->statement_size);
    if (!writer->is_failed && fseek(writer->file, 0, SEEK_SET) != 0) {
        writer_fail(writer, errno);
    }
    writer_put(writer, header, sizeof *header);
    free(text);
}

/* A new file under a temporary name; one that was never finished makes room. */
static FILE *create_file(int folder, const char *name, mode_t mode)
{
    (void)unlinkat(folder, name, 0);
    int fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w+");

    if (fd >= 0 && file == NULL) {
        (void)close(fd);
    }
    return file;
}

/* On the disk, and then under its name. 0 or an errno. */
static int publish_file(int folder, FILE *file, const char *temporary, const char *name)
{
    int error = 0;

    if (fflush(file) != 0 || fsync(fileno(file)) != 0) {
        error = errno;
    }
    if (fclose(file) != 0 && error == 0) {
        error = errno;
    }
    if (error == 0 && renameat2(folder, temporary, folder, name, RENAME_NOREPLACE) != 0) {
        error = errno;
    }
    if (error != 0) {
        (void)unlinkat(folder, temporary, 0);
    } else if (fsync(folder) != 0) {
        error = errno;
    }
    return error;
}

/* The statement for everybody. 0 or an errno. */
static int write_root(int folder, const struct liabilities_statement *statement)
{
    char name[LIABILITIES_NAME_SIZE];
    char temporary[LIABILITIES_NAME_SIZE];
    char *text = malloc(LIABILITIES_TEXT_MAX);

    liabilities_file_name(statement->epoch, ".root", name);
    liabilities_file_name(statement->epoch, ".root.temp", temporary);
    if (text == NULL) {
        return ENOMEM;
    }
    FILE *file = create_file(folder, temporary, 0644);
    if (file == NULL) {
        free(text);
        return errno;
    }
    size_t size = liabilities_statement_write(statement, text, LIABILITIES_TEXT_MAX);
    bool is_written = fwrite(text, 1, size, file) == size;
    int error = publish_file(folder, file, temporary, name);
    free(text);
    return is_written ? error : EIO;
}

static const char *write_tree(int folder, const struct liabilities_plan *plan,
                              struct liabilities_statement *statement)
{
    struct tree_writer writer = {.assets = plan->source->assets, .row_max = plan->row_max};
    const struct liabilities_watch watch = {&writer, writer_on_count, writer_on_leaf,
                                            writer_on_node};
    char name[LIABILITIES_NAME_SIZE];
    char temporary[LIABILITIES_NAME_SIZE];
    struct liabilities_node top;
    struct liabilities_key key;

    liabilities_file_name(statement->epoch, ".tree", name);
    liabilities_file_name(statement->epoch, ".tree.temp", temporary);
    writer.file = create_file(folder, temporary, 0600);
    if (writer.file == NULL) {
        return strerror(errno);
    }
    writer_put(&writer, &writer.header, sizeof writer.header);
    liabilities_key_prepare(&key, plan->secret, statement->epoch);
    enum liabilities_build_result result =
        liabilities_build(plan->source, &key, LIABILITIES_DEPTH, &watch, &top);
    secret_wipe(&key, sizeof key);
    if (result == LIABILITIES_BUILD_DONE && !writer.is_failed) {
        liabilities_statement_close(statement, &top);
        writer_finish(&writer, plan, statement);
    }
    free(writer.index);
    free(writer.nodes);
    if (result != LIABILITIES_BUILD_DONE || writer.is_failed) {
        (void)fclose(writer.file);
        (void)unlinkat(folder, temporary, 0);
        return writer.is_failed ? strerror(writer.error) : liabilities_build_text(result);
    }
    int error = publish_file(folder, writer.file, temporary, name);
    return error == 0 ? NULL : strerror(error);
}

const char *liabilities_file_write(const struct liabilities_plan *plan,
                                   struct liabilities_statement *statement)
{
    int folder = open(plan->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    ENSURE(plan->source->assets == statement->assets);
    if (folder < 0) {
        return strerror(errno);
    }
    const char *error = write_tree(folder, plan, statement);
    if (error == NULL) {
        int result = write_root(folder, statement);
        error = result == 0 ? NULL : strerror(result);
    }
    (void)close(folder);
    return error;
}
