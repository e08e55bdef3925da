/* SPDX-License-Identifier: Apache-2.0
 *
 * The sandbox's founding file as bytes of the program: a throw-away node must not depend on where
 * something was installed. SANDBOX_FOUNDING is the path, from CMakeLists.txt, which also knows that
 * this object depends on it. Read next: share/sandbox.founding.
 */
#include "programs/sandbox_founding.h"

__asm__(".section .rodata\n"
        ".global sandbox_founding_text\n"
        ".type sandbox_founding_text, @object\n"
        "sandbox_founding_text:\n"
        ".incbin \"" SANDBOX_FOUNDING "\"\n"
        ".byte 0\n"
        ".size sandbox_founding_text, . - sandbox_founding_text\n"
        ".previous\n");
