/* SPDX-License-Identifier: Apache-2.0
 *
 * A few accounts, their tree of liabilities, and proofs out of it by the plainest way: the whole tree is
 * built again for each part, and the nodes beside its way are kept.
 */
#ifndef SUPPORT_LIABILITIES_SCENE_H
#define SUPPORT_LIABILITIES_SCENE_H

#include "proofs/liabilities_build.h"

struct liabilities_scene {
    struct liabilities_account *accounts; /* owners 1, 2, …, called "person-1" … */
    struct liabilities_source source;
    struct hash256 secret;
    struct liabilities_key key;
    struct liabilities_statement statement;
    struct liabilities_claim claim;
};

/* Random balances of at most value_max; about a third are zero. Epoch 5, record 1000. */
void liabilities_scene_start(struct liabilities_scene *scene, uint32_t accounts, unsigned assets,
                             uint64_t value_max, uint64_t seed);
void liabilities_scene_end(struct liabilities_scene *scene);

/* Builds the tree anew: statement and claim. What the builder said. */
enum liabilities_build_result liabilities_scene_build(struct liabilities_scene *scene);

/* The proof of account `index`. */
void liabilities_scene_prove(const struct liabilities_scene *scene, uint32_t index,
                             struct liabilities_proof *proof);

/* Checks a proof as account `index` would, against a claim. */
enum liabilities_verdict liabilities_scene_check(const struct liabilities_scene *scene,
                                                 uint32_t index,
                                                 const struct liabilities_proof *proof,
                                                 const struct liabilities_claim *claim);

#endif
