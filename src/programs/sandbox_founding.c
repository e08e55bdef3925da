/* SPDX-License-Identifier: Apache-2.0
 *
 * The sandbox's founding files as bytes of the program: a throw-away node must not depend on where
 * something was installed. SANDBOX_FOUNDING, MINING_FOUNDING and KZ_JURISDICTION are the paths, from CMakeLists.txt, which
 * also knows that this object depends on them. Read next: share/sandbox.founding, share/mining.founding.
 */
#include "programs/sandbox_founding.h"

#define FILE_BYTES(path) ".incbin \"" path "\"\n"
#define TEXT(name, files)                                            \
    __asm__(".section .rodata\n"                                     \
            ".global " name "\n"                                     \
            ".type " name ", @object\n" name ":\n" files ".byte 0\n" \
            ".size " name ", . - " name "\n"                         \
            ".previous\n")

TEXT("sandbox_founding_text", FILE_BYTES(SANDBOX_FOUNDING));
TEXT("kz_jurisdiction_text", FILE_BYTES(KZ_JURISDICTION));
TEXT("mining_founding_text", FILE_BYTES(SANDBOX_FOUNDING) FILE_BYTES(MINING_FOUNDING));
