/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may have a record skipped. A room of its own because it is the one rule of four eyes that no engine
 * can enforce: no engine gets that far. Everybody who applies commands from a journal asks here, with the
 * registry as it was before the batch in question.
 *
 * Invariants: nothing is skipped without two good signatures of two people over these very bytes at this
 * very place; whatever is not right is named, with the record.
 *
 * Read next: replayer.c; docs/adr/0013-quarantine.md.
 */
#include "journal/quarantine.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "platform/signature.h"
#include "tarazy/query.h"

#define HEX_SIZE (2 * sizeof(struct hash256) + 1)

static void write_hex(const struct hash256 *hash, char hex[HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < sizeof hash->bytes; i++) {
        hex[2 * i] = digits[hash->bytes[i] >> 4];
        hex[2 * i + 1] = digits[hash->bytes[i] & 15];
    }
    hex[HEX_SIZE - 1] = '\0';
}

size_t quarantine_text(const struct command_quarantine *quarantine, char text[QUARANTINE_TEXT_SIZE])
{
    char record[HEX_SIZE];
    char chain[HEX_SIZE];

    write_hex(&quarantine->record_hash, record);
    write_hex(&quarantine->chain, chain);
    int size =
        snprintf(text, QUARANTINE_TEXT_SIZE,
                 "tarazy quarantine 1\nrecord %llu\nsha256 %s\nchain %s\n"
                 "operator %u key %u\napprover %u key %u\nreason %.*s\n",
                 (unsigned long long)quarantine->record, record, chain, quarantine->operator_id,
                 quarantine->operator_key, quarantine->approver_id, quarantine->approver_key,
                 (int)sizeof quarantine->reason, quarantine->reason);
    ENSURE(size > 0 && (size_t)size < QUARANTINE_TEXT_SIZE);
    return (size_t)size;
}

bool quarantine_is_batch(const struct journal_batch *batch)
{
    const struct command_header *first = (const void *)batch->commands;

    return first->kind == COMMAND_QUARANTINE;
}

const struct command_header *quarantine_find(const struct journal_batch *batch, uint64_t number)
{
    uint32_t at = 0;

    while (at < batch->size) {
        const struct command_header *command = (const void *)(batch->commands + at);
        size_t size = tarazy_command_size(command->kind);

        ENSURE(size > 0 && size <= batch->size - at);
        if (command->number == number) {
            return command;
        }
        at += (uint32_t)size;
    }
    return NULL;
}

struct signer {
    uint32_t person;
    uint32_t key;
    enum role role;
    const uint8_t *signature; /* ED25519_SIGNATURE_SIZE */
};

/* Is this his signature, and may he? NULL: yes. */
static const char *refuse_signer(const struct engine *engine,
                                 const struct command_quarantine *quarantine,
                                 const struct signer *signer, struct participant_view *person)
{
    char text[QUARANTINE_TEXT_SIZE];
    struct key_view key;

    if (!tarazy_query_participant(engine, signer->person, person) ||
        (person->roles & (uint32_t)signer->role) == 0) {
        return "a quarantine is signed by somebody without the role";
    }
    if (person->frozen) {
        return "a quarantine is signed by somebody frozen";
    }
    if (!tarazy_query_key_by_number(engine, signer->key, &key) || key.owner != signer->person ||
        key.type != KEY_TYPE_ED25519) {
        return "a quarantine is signed with a key that is not the signer's";
    }
    if (key.revoked || (key.expires_us != 0 && quarantine->header.time_us >= key.expires_us) ||
        (key.scopes & KEY_SCOPE_OPERATE) == 0) {
        return "a quarantine is signed with a key that may not operate";
    }
    size_t size = quarantine_text(quarantine, text);
    struct public_key *public_key = public_key_create_ed25519(key.material);
    bool is_good =
        public_key != NULL &&
        public_key_verify(public_key, text, size, signer->signature, ED25519_SIGNATURE_SIZE);
    public_key_destroy(public_key);
    return is_good ? NULL : "a quarantine's signature is not of what it says";
}

static bool is_one_person(const struct participant_view *a, const struct participant_view *b)
{
    static const struct hash256 unknown;

    return a->participant == b->participant ||
           (memcmp(&a->identity, &unknown, sizeof unknown) != 0 &&
            memcmp(&a->identity, &b->identity, sizeof unknown) == 0);
}

static const char *refuse_signers(const struct engine *engine,
                                  const struct command_quarantine *quarantine)
{
    const struct signer first = {quarantine->operator_id, quarantine->operator_key, ROLE_OPERATOR,
                                 quarantine->operator_signature};
    const struct signer second = {quarantine->approver_id, quarantine->approver_key, ROLE_APPROVER,
                                  quarantine->approver_signature};
    struct participant_view operator;
    struct participant_view approver;
    const char *wrong = refuse_signer(engine, quarantine, &first, &operator);

    if (wrong == NULL) {
        wrong = refuse_signer(engine, quarantine, &second, &approver);
    }
    if (wrong == NULL && is_one_person(&operator, & approver)) {
        wrong = "a quarantine is signed twice by one person";
    }
    return wrong;
}

/* Is the record named as it stands in the batch? */
static const char *refuse_record(const struct journal_batch *batch,
                                 const struct command_quarantine *quarantine)
{
    const struct command_header *record = quarantine_find(batch, quarantine->record);
    struct hash256 hash = {{0}};

    if (record == NULL || memcmp(&quarantine->chain, &batch->chain, sizeof batch->chain) != 0) {
        return "a quarantine names a record that is not in the batch before it";
    }
    const struct byte_part bytes = {record, tarazy_command_size(record->kind)};
    sha256_compute(&bytes, 1, hash.bytes);
    return memcmp(&hash, &quarantine->record_hash, sizeof hash) == 0
               ? NULL
               : "a quarantine names other bytes than the record has";
}

const char *quarantine_refuse(const struct journal_batch *batch, const struct engine *engine,
                              uint64_t *number)
{
    const struct command_quarantine *quarantines = (const void *)batch->behind;

    for (uint32_t i = 0; i < batch->behind_count; i++) {
        const char *wrong = quarantine_is_batch(batch) ? "a quarantine behind a quarantine"
                                                       : refuse_record(batch, &quarantines[i]);

        *number = quarantines[i].record;
        if (wrong == NULL) {
            wrong = refuse_signers(engine, &quarantines[i]);
        }
        if (wrong != NULL) {
            return wrong;
        }
    }
    return NULL;
}
