/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration file. A file of its own because one process of a node must never read a setting
 * otherwise than another. Invariant: config_read either took the whole file or said what is wrong
 * where. Read next: confuse_fields.h; share/tarazy.conf is the documented sample.
 */
#include "programs/config.h"

#include <confuse.h>
#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/journal_format.h"
#include "programs/confuse_fields.h"
#include "tarazy/engine.h"

enum { CONFIG_MIB = 1 << 20, CONFIG_SEGMENT_MIB = 64 };

/* The names of struct limits, once. */
#define CONFIG_LIMITS(X) \
    X(participants_max)  \
    X(accounts_max)      \
    X(assets_max)        \
    X(instruments_max)   \
    X(orders_max)        \
    X(price_levels_max)  \
    X(order_lists_max)   \
    X(client_ids_max)    \
    X(keys_max)          \
    X(proposals_max)     \
    X(evidence_max)      \
    X(withdrawals_max)

/* Of struct mining_limits: a section of its own; without it a node has no mining. */
#define CONFIG_MINING(X)   \
    X(miners_max)          \
    X(pools_max)           \
    X(sites_max)           \
    X(meters_max)          \
    X(equipment_max)       \
    X(addresses_max)       \
    X(marks_max)           \
    X(share_months_max)    \
    X(energy_quarters_max) \
    X(coin_quarters_max)   \
    X(parameters_max)      \
    X(assessments_max)

#define CONFIG_RATES(X)  \
    X(weight_minute)     \
    X(raw_5_minutes)     \
    X(orders_10_seconds) \
    X(orders_day)        \
    X(connections)       \
    X(connections_address)

static const struct confuse_range config_ranges[] = {
#define CONFIG_RANGE(name) {#name, 1, 1000000000},
    CONFIG_LIMITS(CONFIG_RANGE) CONFIG_MINING(CONFIG_RANGE) CONFIG_RATES(CONFIG_RANGE)
#undef CONFIG_RANGE
        {"records", 0, 1000000000},
    {"minutes", 0, 1000000},
    {"segment_mib", 1, (long)(JOURNAL_SEGMENT_SIZE_MAX / CONFIG_MIB)},
    {NULL, 0, 0},
};

#define CONFIG_NUMBER(name, value) CFG_INT_CB(name, value, CFGF_NONE, confuse_take_number)
#define CONFIG_TEXT(name)          CFG_STR_CB(name, NULL, CFGF_NODEFAULT, confuse_take_text)

void config_set_defaults(struct config *config, bool sandbox)
{
    *config = (struct config){
        .log_level = LOG_LEVEL_INFO,
        .snapshot_records = 1000000,
        .snapshot_minutes = 10,
        .segment_size = (uint64_t)CONFIG_SEGMENT_MIB * CONFIG_MIB,
        .rates = {.weight_minute = 6000,
                  .raw_5_minutes = 61000,
                  .orders_10_seconds = 100,
                  .orders_day = 200000,
                  .connections = 10000,
                  .connections_address = 300},
        .limits = TARAZY_LIMITS_SMALL,
        .sandbox = sandbox,
        .ready_fd = -1,
    };
    if (sandbox) {
        /* Recorded order flow comes as fast as it is answered. */
        config->rates = (struct config_rates){.weight_minute = 100000000,
                                              .raw_5_minutes = 500000000,
                                              .orders_10_seconds = 10000000,
                                              .orders_day = 1000000000,
                                              .connections = 10000,
                                              .connections_address = 10000};
    }
}

static void config_take_limits(cfg_t *section, struct limits *out)
{
#define CONFIG_TAKE(name)                                 \
    if (confuse_was_given(section, #name)) {              \
        out->name = (uint32_t)cfg_getint(section, #name); \
    }
    CONFIG_LIMITS(CONFIG_TAKE)
}

static void config_take_mining(cfg_t *section, struct mining_limits *out)
{
    CONFIG_MINING(CONFIG_TAKE)
}

static void config_take_rates(cfg_t *section, struct config_rates *out)
{
    CONFIG_RATES(CONFIG_TAKE)
#undef CONFIG_TAKE
}

static bool config_take_listener(cfg_t *section, struct config *config)
{
    struct config_listener *listener = &config->listeners[config->listener_count];
    const char *address = cfg_title(section);
    *listener = (struct config_listener){0};
    if (strlen(address) >= sizeof listener->address) {
        cfg_error(section, "the address is too long");
        return false;
    }
    (void)snprintf(listener->address, sizeof listener->address, "%s", address);
    config->listener_count++;
    return confuse_copy_text(section, "certificate", listener->certificate,
                             sizeof listener->certificate) &&
           confuse_copy_text(section, "key", listener->key, sizeof listener->key);
}

static bool config_take_listeners(cfg_t *cfg, struct config *config)
{
    unsigned int count = cfg_size(cfg, "listen");
    if (count > CONFIG_LISTENERS_MAX) {
        cfg_error(cfg, "there can be %d 'listen' sections at the most", CONFIG_LISTENERS_MAX);
        return false;
    }
    config->listener_count = 0;
    for (unsigned int i = 0; i < count; i++) {
        if (!config_take_listener(cfg_getnsec(cfg, "listen", i), config)) {
            return false;
        }
    }
    return true;
}

static bool config_take_level(cfg_t *cfg, struct config *config)
{
    const char *text = cfg_getstr(cfg, "log_level");
    enum log_level level = text == NULL ? config->log_level : log_level_of_text(text);
    if (level == 0) {
        cfg_error(cfg, "'log_level' must be error, warning, info or debug, not '%s'", text);
        return false;
    }
    config->log_level = level;
    return true;
}

static bool config_take_users(cfg_t *section, struct config_users *out)
{
    return confuse_copy_text(section, "core", out->core, sizeof out->core) &&
           confuse_copy_text(section, "gateway", out->gateway, sizeof out->gateway) &&
           confuse_copy_text(section, "history", out->history, sizeof out->history) &&
           confuse_copy_text(section, "notary", out->notary, sizeof out->notary) &&
           confuse_copy_text(section, "group", out->group, sizeof out->group);
}

static bool config_take_relay(cfg_t *section, struct config_relay *out)
{
    return confuse_copy_text(section, "listen", out->listen, sizeof out->listen) &&
           confuse_copy_text(section, "certificate", out->certificate, sizeof out->certificate) &&
           confuse_copy_text(section, "key", out->key, sizeof out->key) &&
           confuse_copy_text(section, "socket", out->socket, sizeof out->socket) &&
           confuse_copy_text(section, "user", out->user, sizeof out->user);
}

static bool config_take(cfg_t *cfg, struct config *config)
{
    cfg_t *snapshot = cfg_getsec(cfg, "snapshot");
    if (confuse_was_given(snapshot, "records")) {
        config->snapshot_records = (uint64_t)cfg_getint(snapshot, "records");
    }
    if (confuse_was_given(snapshot, "minutes")) {
        config->snapshot_minutes = (uint32_t)cfg_getint(snapshot, "minutes");
    }
    if (confuse_was_given(cfg, "segment_mib")) {
        config->segment_size = (uint64_t)cfg_getint(cfg, "segment_mib") * CONFIG_MIB;
    }
    config->has_limits = confuse_was_given(cfg, "limits") || confuse_was_given(cfg, "mining");
    config_take_limits(cfg_getsec(cfg, "limits"), &config->limits);
    config_take_mining(cfg_getsec(cfg, "mining"), &config->limits.mining);
    config_take_rates(cfg_getsec(cfg, "rate_limits"), &config->rates);
    return config_take_users(cfg_getsec(cfg, "users"), &config->users) &&
           config_take_relay(cfg_getsec(cfg, "relay"), &config->relay) &&
           (!confuse_was_given(cfg, "dir") ||
            confuse_copy_text(cfg, "dir", config->directory, sizeof config->directory)) &&
           (!confuse_was_given(cfg, "history") ||
            confuse_copy_text(cfg, "history", config->history, sizeof config->history)) &&
           config_take_level(cfg, config) && config_take_listeners(cfg, config);
}

bool config_read(struct config *config, const char *path)
{
#define CONFIG_OPTION(name) CONFIG_NUMBER(#name, 0),
    cfg_opt_t listen[] = {CONFIG_TEXT("certificate"), CONFIG_TEXT("key"), CFG_END()};
    cfg_opt_t snapshot[] = {CONFIG_NUMBER("records", 0), CONFIG_NUMBER("minutes", 0), CFG_END()};
    cfg_opt_t users[] = {CONFIG_TEXT("core"),   CONFIG_TEXT("gateway"), CONFIG_TEXT("history"),
                         CONFIG_TEXT("notary"), CONFIG_TEXT("group"),   CFG_END()};
    cfg_opt_t relay[] = {CONFIG_TEXT("listen"), CONFIG_TEXT("certificate"), CONFIG_TEXT("key"),
                         CONFIG_TEXT("socket"), CONFIG_TEXT("user"),        CFG_END()};
    cfg_opt_t limits[] = {CONFIG_LIMITS(CONFIG_OPTION) CFG_END()};
    cfg_opt_t mining[] = {CONFIG_MINING(CONFIG_OPTION) CFG_END()};
    cfg_opt_t rates[] = {CONFIG_RATES(CONFIG_OPTION) CFG_END()};
#undef CONFIG_OPTION
    cfg_opt_t options[] = {
        CONFIG_TEXT("dir"),
        CONFIG_TEXT("history"),
        CONFIG_TEXT("log_level"),
        CONFIG_NUMBER("segment_mib", 0),
        CFG_SEC("listen", listen, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
        CFG_SEC("snapshot", snapshot, CFGF_NONE),
        CFG_SEC("users", users, CFGF_NONE),
        CFG_SEC("relay", relay, CFGF_NONE),
        CFG_SEC("limits", limits, CFGF_NONE),
        CFG_SEC("mining", mining, CFGF_NONE),
        CFG_SEC("rate_limits", rates, CFGF_NONE),
        CFG_END(),
    };
    cfg_t *cfg = cfg_init(options, CFGF_NONE);
    if (cfg == NULL) {
        (void)fprintf(stderr, "%s: out of memory\n", path);
        return false;
    }
    confuse_prepare(cfg, config_ranges);
    (void)cfg_set_validate_func(cfg, "snapshot", confuse_check_once);
    (void)cfg_set_validate_func(cfg, "users", confuse_check_once);
    (void)cfg_set_validate_func(cfg, "relay", confuse_check_once);
    (void)cfg_set_validate_func(cfg, "limits", confuse_check_once);
    (void)cfg_set_validate_func(cfg, "mining", confuse_check_once);
    (void)cfg_set_validate_func(cfg, "rate_limits", confuse_check_once);
    bool is_good = confuse_parse_file(cfg, path) && config_take(cfg, config);
    cfg_free(cfg);
    return is_good;
}

/* 127.x.x.x:port, [::1]:port or localhost:port: nobody else can listen in. */
static bool config_is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strncmp(address, "[::1]:", 6) == 0 ||
           strncmp(address, "localhost:", 10) == 0;
}

static bool config_check_listener(const struct config_listener *listener)
{
    bool has_certificate = listener->certificate[0] != '\0';
    bool has_key = listener->key[0] != '\0';
    if (strrchr(listener->address, ':') == NULL) {
        (void)fprintf(stderr, "listen '%s': write ADDRESS:PORT\n", listener->address);
        return false;
    }
    if (has_certificate != has_key) {
        (void)fprintf(stderr,
                      "listen '%s': a certificate needs its key, and a key its certificate\n",
                      listener->address);
        return false;
    }
    if (!has_certificate && !config_is_loopback(listener->address)) {
        (void)fprintf(stderr,
                      "listen '%s': without a certificate only 127.0.0.1 and [::1] are served\n",
                      listener->address);
        return false;
    }
    return true;
}

static bool config_check_users(const struct config_users *users)
{
    int given = (users->core[0] != '\0') + (users->gateway[0] != '\0') +
                (users->history[0] != '\0') + (users->notary[0] != '\0') +
                (users->group[0] != '\0');
    if (given != 0 && given != 5) {
        (void)fprintf(stderr,
                      "users: give core, gateway, history, notary and group, or none of them\n");
        return false;
    }
    return true;
}

/* What the relay itself would refuse later, when nobody looks. */
static bool config_check_relay(const struct config_relay *relay)
{
    bool listens = relay->listen[0] != '\0';
    bool has_certificate = relay->certificate[0] != '\0';
    bool has_key = relay->key[0] != '\0';

    if (listens && strrchr(relay->listen, ':') == NULL) {
        (void)fprintf(stderr, "relay: listen '%s': write ADDRESS:PORT\n", relay->listen);
        return false;
    }
    if (listens != has_certificate || listens != has_key) {
        (void)fprintf(stderr, "relay: listen, certificate and key go together\n");
        return false;
    }
    if (relay->user[0] != '\0' && !listens && relay->socket[0] == '\0') {
        (void)fprintf(stderr, "relay: give listen or socket, or nothing\n");
        return false;
    }
    return true;
}

bool config_check(const struct config *config)
{
    if (config->directory[0] == '\0') {
        (void)fprintf(stderr, "which folder? Give --dir DIR, or 'dir' in the configuration\n");
        return false;
    }
    for (uint32_t i = 0; i < config->listener_count; i++) {
        if (!config_check_listener(&config->listeners[i])) {
            return false;
        }
    }
    if (!config_check_users(&config->users) || !config_check_relay(&config->relay)) {
        return false;
    }
    if (tarazy_engine_size(&config->limits) == 0) {
        (void)fprintf(stderr, "limits: a state of this size cannot be made\n");
        return false;
    }
    return true;
}
