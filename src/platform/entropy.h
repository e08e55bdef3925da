/* SPDX-License-Identifier: Apache-2.0
 *
 * Random bytes from the kernel, for keys, nonces and identifiers that must not be guessed. Never
 * for the engine, which knows no chance.
 */
#ifndef PLATFORM_ENTROPY_H
#define PLATFORM_ENTROPY_H

#include <stddef.h>

/* Fills out[0..size). Aborts when the kernel has none to give: a node without entropy must not
 * make keys. */
void entropy_fill(void *out, size_t size);

#endif
