/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy admin ACT name=value …`: what operators, approvers, custodians and supervisors do. Each act is
 * one signed request to the gateway, checked in the engine like any other command; where the node
 * asks for a second person the answer says PROPOSED, and somebody else approves it.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/keys_file.h"
#include "client/venue_client.h"
#include "platform/signature.h"
#include "programs/commands.h"
#include "programs/exit_codes.h"

enum { VALUE_FILE_MAX = 2048 };

struct admin_act {
    const char *name;
    const char *method;
    const char *path; /* behind /tarazy/v1/ */
    const char *parameters;
};

static const struct admin_act acts[] = {
    {"node", "GET", "node", ""},
    {"self", "GET", "self", ""},
    {"tiers", "GET", "tiers", ""},
    {"proposals", "GET", "proposals", ""},
    {"participants", "GET", "participants", "[fromId= limit=]"},
    {"keys", "GET", "keys", "[owner=]"},
    {"withdrawals", "GET", "withdrawals", ""},
    {"participant", "POST", "participant", "handle= roles= tier= [identity=]"},
    {"participant-update", "PUT", "participant", "participant= roles= tier="},
    {"freeze", "POST", "participant/freeze", "participant= [frozen=true|false]"},
    {"key", "POST", "key", "type= scopes= [owner= publicKey= ranges= nonceRequired= expires=]"},
    {"key-revoke", "DELETE", "key", "apiKey="},
    {"tier", "POST", "tier", "tier= rights= maker=0.001 taker=0.001 [maxOrders=]"},
    {"tier-limit", "POST", "tier/limit", "tier= asset= [withdrawDay= depositDay=]"},
    {"asset", "POST", "asset", "code= name= scale= supplyMax= [withdrawMin= withdrawFee=]"},
    {"instrument", "POST", "instrument", "symbol= base= quote= session= tickSize= stepSize= ..."},
    {"instrument-update", "PUT", "instrument", "symbol= ... (all terms)"},
    {"session", "POST", "session", "symbol= session= [until=]"},
    {"sandbox-deposit", "POST", "sandbox/deposit", "participant= asset= amount= reference="},
    {"deposit", "POST", "deposit", "participant= asset= amount= reference= [rail=]"},
    {"withdrawal-settle", "POST", "withdrawal/settle", "withdrawal= reference= [rail=]"},
    {"withdrawal-reject", "POST", "withdrawal/reject", "withdrawal="},
    {"correction", "POST", "correction", "debit= credit= asset= amount= reason="},
    {"liabilities", "POST", "liabilities", "record= epoch= root= totals="},
    {"miner", "POST", "mining/miner",
     "participant= subtype=I|II region= [miner= validFrom= validTo= licence=]"},
    {"miner-decision", "POST", "mining/miner/decision",
     "miner= decision=GRANT|REFUSE|SUSPEND|REVOKE reason= [until=]"},
    {"pool", "POST", "mining/pool", "participant= [pool= validFrom= validTo= accreditation=]"},
    {"pool-decision", "POST", "mining/pool/decision", "pool= decision= reason= [until=]"},
    {"site", "POST", "mining/site",
     "region= capacityKw= name= [site= miner= host= quotaKw= contract=]"},
    {"meter", "POST", "mining/meter",
     "site= miner= reader= source= serial= [meter= registerDigits=]"},
    {"equipment", "POST", "mining/equipment",
     "miner= site= count= ghs= mjPerTh= model= [equipment= customs=]"},
    {"miner-address", "POST", "mining/address",
     "miner= type=PAYOUT|WORKER|RANGE [text= range= removed=true]"},
    {"share-reading", "POST", "mining/reading/shares",
     "sequence= begin= end= accepted= log= [miner= name= pool= site= ...]"},
    {"energy-reading", "POST", "mining/reading/energy",
     "meter= sequence= begin= end= registerBeginWh= registerEndWh= energyWh= ..."},
    {"distribution", "POST", "mining/distribution",
     "pool= miner= sequence= distributed= asset= amount= address= rail= reference="},
    {"sale", "POST", "mining/sale",
     "miner= exchange= record= proof= sold= asset= amount= quoteAsset= quote= ..."},
    {"parameter", "POST", "mining/parameter",
     "parameter= trust= validFrom= validTo=DAY|open value= source= [key=]"},
    {"fee", "POST", "mining/fee", "miner= quarter=2026Q3 asset= [gridPrice= hasPrice=true]"},
    {"fee-payment", "POST", "mining/fee/payment",
     "miner= quarter= amount= [byBank=true rail= reference=]"},
    {"cancel-orders", "DELETE", "orders", "participant= [symbol=]"},
    {"approve", "POST", "proposal/approve", "proposalId="},
    {"proposal-withdraw", "POST", "proposal/withdraw", "proposalId="},
};

static void admin_usage(FILE *out)
{
    fputs(
        "usage: tarazy admin [--url URL] [--keys FILE] --as NAME ACT [name=value ...]\n"
        "  --url URL    gateway (default http://127.0.0.1:8080)\n"
        "  --keys FILE  keys.json with the HMAC key of NAME (default build/run/keys.json)\n"
        "  --as NAME    who acts\n"
        "A value @FILE is read from a file. Every act also takes propose=true and expiresIn=SECONDS.\n"
        "Acts:\n",
        out);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        fprintf(out, "  %-20s %s\n", acts[i].name, acts[i].parameters);
    }
}

static const struct admin_act *admin_find(const char *name)
{
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        if (strcmp(acts[i].name, name) == 0) {
            return &acts[i];
        }
    }
    return NULL;
}

/* The contents of a file without its last newline. False: said on standard error. */
static bool admin_read_value(const char *path, char out[VALUE_FILE_MAX])
{
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        fprintf(stderr, "tarazy admin: %s: %s\n", path, strerror(errno));
        return false;
    }
    size_t size = fread(out, 1, VALUE_FILE_MAX - 1, file);
    bool is_whole = feof(file) && !ferror(file);
    fclose(file);
    while (size > 0 && (out[size - 1] == '\n' || out[size - 1] == '\r')) {
        size--;
    }
    out[size] = '\0';
    if (!is_whole || strlen(out) != size) {
        fprintf(stderr, "tarazy admin: %s: not a short text\n", path);
        return false;
    }
    return true;
}

/* Adds one name=value. */
static bool admin_add(struct venue_parameters *parameters, char *argument)
{
    char value[VALUE_FILE_MAX];
    char *equals = strchr(argument, '=');

    if (equals == NULL || equals == argument) {
        fprintf(stderr, "tarazy admin: '%s' is not name=value\n", argument);
        return false;
    }
    *equals = '\0';
    if (equals[1] == '@') {
        if (!admin_read_value(equals + 2, value)) {
            return false;
        }
        venue_parameters_add(parameters, argument, value);
        return true;
    }
    venue_parameters_add(parameters, argument, equals + 1);
    return true;
}

static int admin_answer(const struct http_answer *answer)
{
    struct venue_refusal refusal;

    if (!venue_answer_is_ok(answer, &refusal)) {
        fprintf(stderr, "tarazy admin: refused: %" PRId64 " %s\n", refusal.code, refusal.text);
        return EXIT_CODE_FAILED;
    }
    printf("%s\n", answer->body);
    return EXIT_CODE_DONE;
}

struct admin_call {
    const char *url;
    const char *keys;
    const char *as;
};

static int admin_send(const struct admin_call *call, const struct admin_act *act,
                      const struct venue_parameters *parameters)
{
    struct client_key key;
    const char *error;
    char path[128];

    if (!keys_file_find(call->keys, call->as, &key, &error)) {
        fprintf(stderr, "tarazy admin: %s\n", error);
        return EXIT_CODE_USAGE;
    }
    struct venue_client *client = venue_client_create(call->url, &key);
    secret_wipe(&key, sizeof key);
    if (client == NULL) {
        fprintf(stderr, "tarazy admin: cannot make a client for %s\n", call->url);
        return EXIT_CODE_FAILED;
    }
    (void)snprintf(path, sizeof path, "/tarazy/v1/%s", act->path);
    bool is_open = strcmp(act->name, "node") == 0 || strcmp(act->name, "tiers") == 0;
    struct http_answer answer = is_open
                                    ? venue_client_get(client, path, parameters)
                                    : venue_client_signed(client, act->method, path, parameters);
    int code = admin_answer(&answer);
    venue_client_destroy(client);
    return code;
}

int admin_main(int argc, char **argv)
{
    static const struct option options[] = {
        {"url", required_argument, NULL, 'u'},
        {"keys", required_argument, NULL, 'k'},
        {"as", required_argument, NULL, 'a'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct admin_call call = {.url = "http://127.0.0.1:8080", .keys = "build/run/keys.json"};
    struct venue_parameters parameters;
    int option;

    while ((option = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
        if (option == 'u') {
            call.url = optarg;
        } else if (option == 'k') {
            call.keys = optarg;
        } else if (option == 'a') {
            call.as = optarg;
        } else {
            admin_usage(option == 'h' ? stdout : stderr);
            return option == 'h' ? EXIT_CODE_DONE : EXIT_CODE_USAGE;
        }
    }
    const struct admin_act *act = optind < argc ? admin_find(argv[optind]) : NULL;
    if (act == NULL || call.as == NULL) {
        admin_usage(stderr);
        return EXIT_CODE_USAGE;
    }
    venue_parameters_begin(&parameters);
    for (int i = optind + 1; i < argc; i++) {
        if (!admin_add(&parameters, argv[i])) {
            return EXIT_CODE_USAGE;
        }
    }
    return admin_send(&call, act, &parameters);
}
