/* SPDX-License-Identifier: Apache-2.0
 *
 * The supervisor's own invariant checker, written a second time: from commands and events alone it keeps
 * its own books and says whether what the engine did could be right. It shares no code with the engine,
 * the ledger, the market or the registry (layers.txt lets it include base and nothing else of them), so
 * one mistake cannot hide in both.
 *
 *     void *block = zeroed memory of inspector_size(&limits), 64-byte aligned, e.g. by mmap
 *     struct inspector *inspector = inspector_create(block, size, &limits);
 *     inspector_on_command(inspector, &command.header, events, events_size);   for every command from 1 on
 *     const struct inspector_complaint *complaint = inspector_complaint(inspector);
 *
 * What it checks, rule by rule, stands beside each rule below; what it cannot see stands in README.md.
 */
#ifndef INSPECTOR_INSPECTOR_H
#define INSPECTOR_INSPECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "tarazy/command.h"
#include "tarazy/event.h"
#include "tarazy/limits.h"

struct inspector;

/* X(NAME, number, text): the rule that was broken, as a sentence for people. */
#define INSPECTOR_RULES(X)                                                                         \
    X(SHAPE, 1, "the events are not whole, or do not fit their command")                           \
    X(NUMBER, 2, "command numbers follow each other without gaps")                                 \
    X(TIME, 3, "time never goes back")                                                             \
    X(SENDER, 4, "a command comes from a key that exists, is valid and belongs to the sender")     \
    X(ROLE, 5, "a command is carried out only for somebody whose roles permit it")                 \
    X(FOUR_EYES, 6, "what takes two is done by a proposer and another person who approves")        \
    X(PROPOSAL, 7, "a proposal ends once, in time, as what it was")                                \
    X(REFUSAL, 8, "a refused command changes nothing")                                             \
    X(EFFECT, 9, "a command brings about what it says, and nothing else")                          \
    X(POSTING, 10, "value moves only as trades, deposits, withdrawals and corrections say")        \
    X(BALANCE, 11, "a balance is what the postings lead to")                                       \
    X(SUM, 12, "the balances of an asset add up to zero")                                          \
    X(NEGATIVE, 13, "nothing is negative but the mirrors of the outside")                          \
    X(HOLD, 14, "what is held is what open orders and withdrawals hold")                           \
    X(FEE, 15, "fees are those of the published tier, rounded up, the rounding to its account")    \
    X(TRADE, 16, "a trade is one price and quantity for two open orders of opposite sides")        \
    X(LIMIT_PRICE, 17, "no order trades worse than its limit, before its time, or with its owner") \
    X(BAND, 18, "a trade lies on the tick, in its session and within the price bands")             \
    X(ORDER, 19, "an order is opened once, as its command says, and closed once, as it traded")    \
    X(LIST, 20, "a list opens with its orders and is over when the last of them is")               \
    X(SESSION, 21, "sessions change as commands, bands and auctions say")                          \
    X(LEVEL, 22, "the public book is published without gaps and with sense")                       \
    X(EVIDENCE, 23, "evidence is used once")                                                       \
    X(SUPPLY, 24, "the books hold no more of an asset than its supply")                            \
    X(TIER, 25, "rights and daily limits are those of the published tier")                         \
    X(WITHDRAWAL, 26, "a withdrawal is requested once and ends once, as requested")                \
    X(ROOM, 27, "no more of a kind exists than the node's licence has room for")                   \
    X(MINING, 28, "licences, readings and fees of mining go on as they stood, and add up")

enum inspector_rule {
#define INSPECTOR_RULE_ENUM(name, number, text) INSPECTOR_RULE_##name = (number),
    INSPECTOR_RULES(INSPECTOR_RULE_ENUM)
#undef INSPECTOR_RULE_ENUM
};

struct inspector_complaint {
    uint64_t number;   /* of the command */
    uint64_t subject;  /* order, trade, owner … whatever the rule is about; 0 = none */
    const char *what;  /* a text that lives for ever: what exactly is wrong */
    uint32_t sequence; /* of the event at which it was seen */
    uint16_t command;  /* enum command_kind */
    uint8_t rule;      /* enum inspector_rule */
    uint8_t reserved;
};

/* Bytes of the block for a node of these limits; 0 if they are absurd. */
size_t inspector_size(const struct limits *limits);

/* block: zeroed, 64-byte aligned, of inspector_size bytes. */
struct inspector *inspector_create(void *block, size_t size, const struct limits *limits);

/* The books in a block that was copied as bytes, whatever its address: as they were between two commands. NULL: not
 * such a block, of another layout, or of books that complain. What is adopted is believed: whoever stores a block
 * keeps its digest. */
struct inspector *inspector_adopt(void *block, size_t size);

/* The node's limits, as the books were made for. */
const struct limits *inspector_limits(const struct inspector *inspector);

/* Takes in one command of the journal with all its events, EVENT_OUTCOME last; both 16-byte aligned. The
 * first is the journal's first. events may be any bytes: it never reads beyond size. After a complaint
 * nothing more is looked at: books that went wrong judge nothing. */
void inspector_on_command(struct inspector *inspector, const struct command_header *command,
                          const void *events, size_t size);

/* The first complaint; NULL while everything is right. */
const struct inspector_complaint *inspector_complaint(const struct inspector *inspector);

/* The rule in a sentence; NULL for an unknown rule. */
const char *inspector_rule_text(uint8_t rule);

/* Its name, e.g. "FOUR_EYES"; NULL for an unknown rule. */
const char *inspector_rule_name(uint8_t rule);

/* Number of the last command taken in without complaint. */
uint64_t inspector_number(const struct inspector *inspector);

/* The inspector's own figure for an account, to compare with others: what it owns, held part included.
 * 0 for an account it never saw. */
struct amount inspector_owned(const struct inspector *inspector, uint32_t owner, uint16_t asset);

#endif
