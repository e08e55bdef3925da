/* SPDX-License-Identifier: Apache-2.0
 *
 * `tarazy watch SYMBOL`: the live book and the last trades in a terminal. The only door to ncurses.
 * With --once, or when the output is no terminal, it prints one picture as plain text and ends.
 */
#include <curses.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/market_picture.h"
#include "client/venue_client.h"
#include "programs/commands.h"

enum { EXIT_USAGE = 2, PAIR_BUY = 1, PAIR_SELL, HEAD_ROWS = 4, ONCE_ROWS = 10, PAUSE_MS = 250 };

static volatile sig_atomic_t stop_asked;

static void ask_stop(int signal_number)
{
    (void)signal_number;
    stop_asked = 1;
}

static void usage(FILE *out)
{
    fputs("usage: tarazy watch [--url URL] [--once] SYMBOL\n"
          "  --url URL   gateway (default http://127.0.0.1:8080)\n"
          "  --once      print one picture and end\n"
          "In the terminal: q ends.\n",
          out);
}

static void clock_text(int64_t time_ms, char *out, size_t size)
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm parts;

    gmtime_r(&seconds, &parts);
    strftime(out, size, "%H:%M:%S", &parts);
}

static void print_once(const char *symbol, const struct market_picture *picture)
{
    printf("%s  last %s  24h high %s  low %s  volume %s\n", symbol, picture->last, picture->high,
           picture->low, picture->volume);
    printf("%20s %20s | %-20s %-20s\n", "quantity", "bid", "ask", "quantity");
    size_t rows = picture->bid_count > picture->ask_count ? picture->bid_count : picture->ask_count;
    for (size_t i = 0; i < rows; i++) {
        printf("%20s %20s | %-20s %-20s\n", picture->bids[i].quantity, picture->bids[i].price,
               picture->asks[i].price, picture->asks[i].quantity);
    }
    for (size_t i = 0; i < picture->trade_count; i++) {
        const struct picture_trade *trade = &picture->trades[i];
        char when[16];

        clock_text(trade->time_ms, when, sizeof when);
        printf("%s  %-4s %s @ %s\n", when, trade->buyer_is_maker ? "sell" : "buy", trade->quantity,
               trade->price);
    }
}

static void draw_book(const struct market_picture *picture, int rows)
{
    for (int i = 0; i < rows; i++) {
        if ((size_t)i < picture->bid_count) {
            attron(COLOR_PAIR(PAIR_BUY));
            mvprintw(HEAD_ROWS + i, 0, "%18s %20s", picture->bids[i].quantity,
                     picture->bids[i].price);
            attroff(COLOR_PAIR(PAIR_BUY));
        }
        if ((size_t)i < picture->ask_count) {
            attron(COLOR_PAIR(PAIR_SELL));
            mvprintw(HEAD_ROWS + i, 40, "%-20s %-18s", picture->asks[i].price,
                     picture->asks[i].quantity);
            attroff(COLOR_PAIR(PAIR_SELL));
        }
    }
}

static void draw_trades(const struct market_picture *picture, int rows)
{
    for (int i = 0; i < rows && (size_t)i < picture->trade_count; i++) {
        const struct picture_trade *trade = &picture->trades[i];
        int pair = trade->buyer_is_maker ? PAIR_SELL : PAIR_BUY;
        char when[16];

        clock_text(trade->time_ms, when, sizeof when);
        attron(COLOR_PAIR(pair));
        mvprintw(HEAD_ROWS + i, 82, "%s %20s %18s", when, trade->price, trade->quantity);
        attroff(COLOR_PAIR(pair));
    }
}

static void draw(const char *symbol, const struct market_picture *picture, const char *trouble)
{
    int rows = LINES - HEAD_ROWS - 1;

    erase();
    attron(A_BOLD);
    mvprintw(0, 0, "%s  %s", symbol, picture->last);
    attroff(A_BOLD);
    mvprintw(1, 0, "24h  high %s  low %s  volume %s", picture->high, picture->low, picture->volume);
    mvprintw(HEAD_ROWS - 1, 0, "%18s %20s %-20s %-18s  %-8s %20s %18s", "quantity", "bid", " ask",
             "quantity", "time", "price", "quantity");
    draw_book(picture, rows);
    draw_trades(picture, rows);
    if (trouble != NULL) {
        mvprintw(LINES - 1, 0, "%s", trouble);
    }
    refresh();
}

static int watch(struct venue_client *client, const char *symbol)
{
    struct market_picture picture = {0};
    struct market_picture fresh;
    struct venue_refusal refusal;

    initscr();
    cbreak();
    noecho();
    curs_set(0);
    timeout(PAUSE_MS);
    if (has_colors()) {
        start_color();
        use_default_colors();
        init_pair(PAIR_BUY, COLOR_GREEN, -1);
        init_pair(PAIR_SELL, COLOR_RED, -1);
    }
    for (int pressed = ERR; !stop_asked && pressed != 'q'; pressed = getch()) {
        bool ok = market_picture_read(client, symbol, PICTURE_ROWS_MAX, &fresh, &refusal);

        if (ok) {
            picture = fresh;
        }
        draw(symbol, &picture, ok ? NULL : refusal.text);
    }
    endwin();
    return EXIT_SUCCESS;
}

static int show_once(struct venue_client *client, const char *symbol)
{
    struct market_picture picture;
    struct venue_refusal refusal;

    if (!market_picture_read(client, symbol, ONCE_ROWS, &picture, &refusal)) {
        fprintf(stderr, "tarazy watch: %s: %s\n", symbol, refusal.text);
        return EXIT_FAILURE;
    }
    print_once(symbol, &picture);
    return EXIT_SUCCESS;
}

int watch_main(int argc, char **argv)
{
    static const struct option options[] = {
        {"url", required_argument, NULL, 'u'},
        {"once", no_argument, NULL, '1'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *url = "http://127.0.0.1:8080";
    bool once = isatty(STDOUT_FILENO) != 1;
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'u') {
            url = optarg;
        } else if (option == '1') {
            once = true;
        } else {
            usage(option == 'h' ? stdout : stderr);
            return option == 'h' ? EXIT_SUCCESS : EXIT_USAGE;
        }
    }
    if (optind + 1 != argc) {
        usage(stderr);
        return EXIT_USAGE;
    }
    struct venue_client *client = venue_client_create(url, NULL);
    if (client == NULL) {
        fprintf(stderr, "tarazy watch: cannot make a client for %s\n", url);
        return EXIT_FAILURE;
    }
    setlocale(LC_ALL, "");
    signal(SIGINT, ask_stop);
    signal(SIGTERM, ask_stop);
    int code = once ? show_once(client, argv[optind]) : watch(client, argv[optind]);
    venue_client_destroy(client);
    return code;
}
