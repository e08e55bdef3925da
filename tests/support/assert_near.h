/* SPDX-License-Identifier: Apache-2.0
 *
 * Doubles compared as doubles: cmocka's own assertion turns them into floats first. Include it behind
 * <cmocka.h>.
 */
#ifndef SUPPORT_ASSERT_NEAR_H
#define SUPPORT_ASSERT_NEAR_H

#include <math.h>

/* |found − expected| <= room; a NaN is near to nothing. */
#define assert_near(found, expected, room)                                                   \
    do {                                                                                     \
        double near_found = (found);                                                         \
        double near_expected = (expected);                                                   \
        if (!(fabs(near_found - near_expected) <= (room))) {                                 \
            print_error("%s is %.12g, expected %.12g\n", #found, near_found, near_expected); \
            fail();                                                                          \
        }                                                                                    \
    } while (0)

#endif
