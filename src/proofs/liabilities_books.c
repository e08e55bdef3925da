/* SPDX-License-Identifier: Apache-2.0
 *
 * From the engine's books to the accounts of the tree. A file of its own because it is the only one of
 * the proof of liabilities that knows the engine, and that only through what everybody may ask.
 *
 * Invariants: each owner who can own anything is one account, with or without money, so that nobody can
 * be left out by looking poor; participants come first, by number, then fees, then rounding.
 *
 * Next: liabilities_check.c.
 */
#include "proofs/liabilities_books.h"

#include <string.h>

#include "base/ensure.h"
#include "tarazy/event.h"

/* Names that no handle can have: handles are printable. */
static const char fees_identity[] = "\1fees";
static const char rounding_identity[] = "\1rounding";

static size_t identity_put(char *identity, const char *text, size_t size)
{
    ENSURE(size <= LIABILITIES_IDENTITY_MAX);
    memcpy(identity, text, size);
    return size;
}

size_t liabilities_books_identity(const struct engine *engine, uint32_t participant,
                                  char identity[LIABILITIES_IDENTITY_MAX])
{
    struct participant_view view;

    if (!tarazy_query_participant(engine, participant, &view)) {
        return 0;
    }
    size_t size = strnlen(view.handle.text, sizeof view.handle.text);
    memcpy(identity, view.handle.text, size);
    return size;
}

/* The value of an account: nothing of it negative, and all of it below 2^127. */
static bool value_of(const struct balance_view *balance, uint128 *value)
{
    int128 available = balance->available.units; /* raw: the tree's values have no sign */
    int128 held = balance->held.units;           /* raw: likewise */

    if (available < 0 || held < 0) {
        return false;
    }
    *value = (uint128)available + (uint128)held; /* below 2^128 */
    return *value <= LIABILITIES_VALUE_MAX;
}

static bool books_read(const void *context, uint32_t index, struct liabilities_account *account)
{
    const struct engine *engine = context;
    struct node_view node;
    struct balance_view balance;

    tarazy_query_node(engine, &node);
    if (index < node.participants) {
        account->owner = index + 1;
        account->identity_size =
            liabilities_books_identity(engine, account->owner, account->identity);
    } else if (index == node.participants) {
        account->owner = TARAZY_OWNER_FEES;
        account->identity_size =
            identity_put(account->identity, fees_identity, sizeof fees_identity - 1);
    } else {
        account->owner = TARAZY_OWNER_ROUNDING;
        account->identity_size =
            identity_put(account->identity, rounding_identity, sizeof rounding_identity - 1);
    }
    for (uint16_t asset = 1; asset <= node.assets; asset++) {
        account->values[asset - 1] = 0;
        if (tarazy_query_balance(engine, account->owner, asset, &balance) &&
            !value_of(&balance, &account->values[asset - 1])) {
            return false;
        }
    }
    return true;
}

bool liabilities_books_source(const struct engine *engine, struct liabilities_source *source)
{
    struct node_view node;

    tarazy_query_node(engine, &node);
    if (node.assets == 0 || node.assets > LIABILITIES_ASSETS_MAX) {
        return false;
    }
    *source = (struct liabilities_source){
        .context = engine,
        .accounts = node.participants + 2,
        .assets = node.assets,
        .read = books_read,
    };
    return true;
}

void liabilities_books_statement(const struct engine *engine, uint64_t epoch,
                                 struct liabilities_statement *out)
{
    struct asset_view asset;

    memset(out, 0, sizeof *out);
    out->record = tarazy_engine_number(engine);
    out->epoch = epoch;
    for (uint16_t i = 1; tarazy_query_asset(engine, i, &asset); i++) {
        struct liabilities_asset *stated = &out->asset[out->assets++];

        ENSURE(out->assets <= LIABILITIES_ASSETS_MAX);
        memcpy(stated->code, asset.code.text, sizeof asset.code.text);
        stated->scale = asset.scale;
    }
}
