/* SPDX-License-Identifier: Apache-2.0
 *
 * What an account withdrew and deposited on one UTC day, for the limits of verification tiers. The
 * counters are no money: they move nothing and are in no sum.
 *
 * Invariant: the counters belong to their day and start at zero on a new day.
 */
#include "ledger/ledger_state.h"

#include "base/ensure.h"

/* The counter after adding amount, if that passes no limit. */
static bool add_within(struct amount *out, struct amount counter, struct amount amount,
                       struct amount day_max)
{
    ENSURE(!amount_is_negative(amount));
    if (!amount_add(out, counter, amount) || !amount_is_bounded(*out)) {
        return false;
    }
    return amount_is_negative(day_max) || amount_compare(*out, day_max) <= 0;
}

/* A day's counter as it stands on that day. Time never goes back, so neither do days. */
static struct amount counter_on(const struct account_day *counted, int32_t day,
                                struct amount counter)
{
    ENSURE(day >= counted->day);
    return day == counted->day ? counter : amount_zero();
}

bool ledger_day_withdraw_fits(const struct ledger *ledger, uint32_t account, int32_t day,
                              struct amount amount, struct amount day_max)
{
    const struct account_day *counted = ledger_account_day(ledger, account);
    struct amount after;

    return add_within(&after, counter_on(counted, day, counted->withdrawn), amount, day_max);
}

bool ledger_day_deposit_fits(const struct ledger *ledger, uint32_t account, int32_t day,
                             struct amount amount, struct amount day_max)
{
    const struct account_day *counted = ledger_account_day(ledger, account);
    struct amount after;

    return add_within(&after, counter_on(counted, day, counted->deposited), amount, day_max);
}

static void turn_day(struct account_day *counted, int32_t day)
{
    if (counted->day != day) {
        counted->withdrawn = amount_zero();
        counted->deposited = amount_zero();
        counted->day = day;
    }
}

bool ledger_day_withdraw(struct ledger *ledger, uint32_t account, int32_t day, struct amount amount,
                         struct amount day_max)
{
    if (!ledger_day_withdraw_fits(ledger, account, day, amount, day_max)) {
        return false;
    }
    struct account_day *counted = ledger_day_at(ledger, account);
    turn_day(counted, day);
    ENSURE(amount_add(&counted->withdrawn, counted->withdrawn, amount));
    return true;
}

bool ledger_day_deposit(struct ledger *ledger, uint32_t account, int32_t day, struct amount amount,
                        struct amount day_max)
{
    if (!ledger_day_deposit_fits(ledger, account, day, amount, day_max)) {
        return false;
    }
    struct account_day *counted = ledger_day_at(ledger, account);
    turn_day(counted, day);
    ENSURE(amount_add(&counted->deposited, counted->deposited, amount));
    return true;
}
