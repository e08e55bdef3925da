/* SPDX-License-Identifier: Apache-2.0
 *
 * Syncs that say yes and do nothing. The test-only copy of platform/storage.c that is compiled with
 * -Dfdatasync=mutant_fdatasync, or -Dfsync=mutant_fsync, calls these.
 *
 * Read next: CMakeLists.txt of this folder; crash_driver.c, which must notice.
 */
int mutant_fdatasync(int fd);
int mutant_fsync(int fd);

int mutant_fdatasync(int fd)
{
    (void)fd;
    return 0;
}

int mutant_fsync(int fd)
{
    (void)fd;
    return 0;
}
