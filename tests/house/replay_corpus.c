/*
 * The stand-in for libFuzzer in ordinary builds.
 *
 * A committed corpus is only worth its bytes if it is replayed on every run of the tests, with every
 * compiler and sanitizer. This main() feeds each file of the named folders to the fuzz target's
 * LLVMFuzzerTestOneInput, in the order of their names, and fails if a folder holds none: an empty
 * corpus would be a check that cannot fail.
 *
 * Read next: the target's own x_fuzz.c.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REPLAY_INPUT_BYTES_MAX = 16 * 1024 * 1024 };

static int skip_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Runs one file; false, with the reason on standard error, when it cannot be read whole. */
static bool replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return false;
    }
    bool done = false;
    struct stat status;
    uint8_t *data = NULL;
    if (fstat(fileno(file), &status) != 0 || status.st_size > REPLAY_INPUT_BYTES_MAX) {
        fprintf(stderr, "%s: not a small regular file\n", path);
        goto out;
    }
    size_t size = (size_t)status.st_size;
    /* Exactly the size of the input, so that a sanitizer sees a read past its end. */
    data = malloc(size == 0 ? 1 : size);
    if (data == NULL || fread(data, 1, size, file) != size) {
        fprintf(stderr, "%s: cannot be read\n", path);
        goto out;
    }
    if (LLVMFuzzerTestOneInput(data, size) != 0) {
        fprintf(stderr, "%s: the target refused it\n", path);
        goto out;
    }
    done = true;
out:
    free(data);
    fclose(file);
    return done;
}

/* Runs every file of a folder; returns how many ran, or -1. */
static int replay_folder(const char *folder)
{
    struct dirent **names = NULL;
    int count = scandir(folder, &names, skip_hidden, alphasort);
    if (count < 0) {
        perror(folder);
        return -1;
    }
    int ran = 0;
    for (int i = 0; i < count; i++) {
        char path[4096];
        int length = snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        if (length < 0 || (size_t)length >= sizeof path || ran < 0 || !replay_file(path)) {
            ran = -1;
        } else {
            ran++;
        }
        free(names[i]);
    }
    free(names);
    return ran;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int ran = replay_folder(argv[i]);
        if (ran <= 0) {
            fprintf(stderr, "%s: nothing replayed\n", argv[i]);
            return 1;
        }
        printf("%s: %d inputs\n", argv[i], ran);
    }
    return argc > 1 ? 0 : 1;
}
