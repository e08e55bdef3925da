/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading and judging a fence statement. A room of its own because it is a parser of what people bring, and a rule of
 * four eyes outside the engine. Invariant: the text is compared with the draft that this program would write, so there is
 * one form and nothing between the lines. Read next: promotion.c; docs/adr/0010-promotion-and-fencing.md.
 */
#include "supervision/fence_statement.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "codec/base64_text.h"
#include "codec/hex_text.h"
#include "platform/signature.h"
#include "tarazy/query.h"

static const char HOW[] = "\nhow ";
static const char SIGNED[] = "signed ";

enum { FENCE_SIGNERS = 2, FENCE_ID_SIZE = 64, FENCE_SIGNATURE_SIZE = 88 };

struct fence_signer {
    struct participant_view person;
    uint32_t owner;
};

size_t fence_statement_draft(const struct journal_head *head, const char *how, char *out,
                             size_t capacity)
{
    char node[2 * sizeof head->node.bytes + 1] = {0};
    char chain[2 * sizeof head->chain.bytes + 1] = {0};

    if (how[0] == '\0' || strchr(how, '\n') != NULL) {
        return 0;
    }
    hex_encode(head->node.bytes, sizeof head->node.bytes, node);
    hex_encode(head->chain.bytes, sizeof head->chain.bytes, chain);
    int size = snprintf(out, capacity, "tarazy fence 1\nnode %s\nnumber %llu\nchain %s%s%s\n", node,
                        (unsigned long long)head->number, chain, HOW, how);
    return size > 0 && (size_t)size < capacity ? (size_t)size : 0;
}

/* Takes one line off the rest. False: there is no whole one. */
static bool take_line(struct slice *rest, struct slice *line)
{
    const char *end = rest->size > 0 ? memchr(rest->data, '\n', rest->size) : NULL;

    if (end == NULL) {
        return false;
    }
    *line = slice_of(rest->data, (size_t)(end - rest->data));
    *rest = slice_of(end + 1, rest->size - line->size - 1);
    return true;
}

/* Is everything before the signatures what the draft would be? Then message is it, and rest what follows. */
static bool take_message(struct slice statement, const struct journal_head *head,
                         struct slice *message, struct slice *rest)
{
    char draft[FENCE_STATEMENT_SIZE_MAX];
    char how[FENCE_STATEMENT_SIZE_MAX];
    struct slice line;

    *rest = statement;
    for (int i = 0; i < 5; i++) {
        if (!take_line(rest, &line)) {
            return false;
        }
    }
    *message = slice_of(statement.data, statement.size - rest->size);
    size_t word = sizeof HOW - 2; /* "how " */
    if (line.size <= word || line.size >= sizeof how ||
        memchr(line.data, '\0', line.size) != NULL) {
        return false;
    }
    memcpy(how, line.data + word, line.size - word);
    how[line.size - word] = '\0';
    size_t size = fence_statement_draft(head, how, draft, sizeof draft);
    return size > 0 && size == message->size && memcmp(draft, message->data, size) == 0;
}

/* "signed ID SIGNATURE": whose, and is it his? NULL: yes. */
static const char *take_signer(struct slice line, struct slice message, const struct engine *engine,
                               int64_t now_us, struct fence_signer *signer)
{
    uint8_t signature[ED25519_SIGNATURE_SIZE + 2];
    size_t size = 0;
    struct hash256 id;
    struct key_view key;
    size_t word = sizeof SIGNED - 1;

    if (line.size != word + FENCE_ID_SIZE + 1 + FENCE_SIGNATURE_SIZE ||
        memcmp(line.data, SIGNED, word) != 0 || line.data[word + FENCE_ID_SIZE] != ' ' ||
        !hex_decode(slice_of(line.data + word, FENCE_ID_SIZE), id.bytes, sizeof id.bytes) ||
        !base64_decode(slice_of(line.data + word + FENCE_ID_SIZE + 1, FENCE_SIGNATURE_SIZE),
                       signature, sizeof signature, &size) ||
        size != ED25519_SIGNATURE_SIZE) {
        return "a signature is not written as it should be";
    }
    if (!tarazy_query_key(engine, &id, &key) || key.type != KEY_TYPE_ED25519 || key.revoked ||
        (key.expires_us != 0 && now_us >= key.expires_us) ||
        (key.scopes & KEY_SCOPE_OPERATE) == 0) {
        return "a signature is by no key that may operate";
    }
    signer->owner = key.owner;
    if (!tarazy_query_participant(engine, key.owner, &signer->person) || signer->person.frozen) {
        return "a signer is frozen";
    }
    struct public_key *public_key = public_key_create_ed25519(key.material);
    bool is_good = public_key != NULL &&
                   public_key_verify(public_key, message.data, message.size, signature, size);
    public_key_destroy(public_key);
    return is_good ? NULL : "a signature is not of this statement";
}

const char *fence_statement_refuse(struct slice statement, const struct journal_head *head,
                                   const struct engine *engine, int64_t now_us)
{
    struct fence_signer signers[FENCE_SIGNERS];
    struct slice message;
    struct slice rest;
    struct slice line;

    if (statement.size > FENCE_STATEMENT_SIZE_MAX ||
        !take_message(statement, head, &message, &rest)) {
        return "the statement is not about this node, this number and this chain hash";
    }
    for (int i = 0; i < FENCE_SIGNERS; i++) {
        if (!take_line(&rest, &line)) {
            return "two people must have signed";
        }
        const char *wrong = take_signer(line, message, engine, now_us, &signers[i]);
        if (wrong != NULL) {
            return wrong;
        }
    }
    if (rest.size != 0) {
        return "something stands behind the signatures";
    }
    if (signers[0].owner == signers[1].owner) {
        return "both signatures are one person's";
    }
    uint32_t first = signers[0].person.roles;
    uint32_t second = signers[1].person.roles;
    bool is_four_eyes = ((first & ROLE_OPERATOR) != 0 && (second & ROLE_APPROVER) != 0) ||
                        ((first & ROLE_APPROVER) != 0 && (second & ROLE_OPERATOR) != 0);
    return is_four_eyes ? NULL : "the signers are not an operator and an approver";
}
