/* SPDX-License-Identifier: Apache-2.0
 *
 * The thread beside a Bitcoin node: a template comes through, a node that talks nonsense is borne, a found block waits on the disk.
 */
#include "stratum/node_work.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/canned_server.h"

static const char best[] = "HTTP/1.1 200 OK\r\nContent-Length: 37\r\n\r\n"
                           "{\"result\":\"00ff\",\"error\":null,\"id\":1}";
static const char nonsense[] = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"result\"";

static void has_come(void *context)
{
    *(bool *)context = true;
}

static void a_template_comes_through_after_nonsense(void **state)
{
    static const char block[] =
        "{\"result\":{\"version\":1,\"previousblockhash\":"
        "\"0000000000000000000000000000000000000000000000000000000000000001\",\"coinbasevalue\":5,"
        "\"bits\":\"207fffff\",\"curtime\":1,\"height\":17,\"transactions\":[]},\"error\":null}";
    char whole[1024];
    snprintf(whole, sizeof whole, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
             sizeof block - 1, block);
    const char *const answers[] = {nonsense, best, whole};
    struct canned_server server;
    char folder[] = "node-work-XXXXXX";
    char url[64];
    char asked[8192];
    bool is_there = false;
    struct event_loop *loop;

    assert_non_null(mkdtemp(folder));
    canned_server_start(&server, answers, 3);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", server.port);
    assert_int_equal(event_loop_create(&loop, NULL), 0);
    struct node_work *work = node_work_create(&(struct node_work_options){
        .url = url, .script = {0x51}, .script_size = 1, .directory = folder, .refresh_s = 60});
    assert_non_null(work);
    assert_int_equal(node_work_attach(work, loop, has_come, &is_there), 0);
    while (!is_there) {
        assert_true(event_loop_run_once(loop, 20000) > 0);
    }
    struct block_template *fresh = node_work_take(work);
    assert_non_null(fresh);
    assert_int_equal(fresh->height, 17);
    assert_true(fresh->job.is_clean);
    block_template_destroy(fresh);
    assert_null(node_work_take(work));
    node_work_detach(work);
    node_work_destroy(work);
    event_loop_destroy(loop);
    size_t size = canned_server_stop(&server, asked, sizeof asked);
    assert_non_null(strstr(canned_request(asked, size, 1), "getbestblockhash"));
    assert_non_null(strstr(canned_request(asked, size, 2), "getblocktemplate"));
    assert_int_equal(rmdir(folder), 0);
}

static void a_found_block_waits_on_the_disk_for_a_node_that_is_away(void **state)
{
    char folder[] = "node-work-XXXXXX";
    char path[64];
    char text[8] = "";

    assert_non_null(mkdtemp(folder));
    struct node_work *work = node_work_create(&(struct node_work_options){
        .url = "http://127.0.0.1:1/", .script = {0x51}, .script_size = 1, .directory = folder});
    assert_non_null(work);
    node_work_submit(work, "1-2", "aabb", 4);
    node_work_destroy(work);
    snprintf(path, sizeof path, "%s/block-1-2.hex", folder);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_int_equal(fread(text, 1, sizeof text, file), 4);
    assert_memory_equal(text, "aabb", 4);
    (void)fclose(file);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_template_comes_through_after_nonsense),
        cmocka_unit_test(a_found_block_waits_on_the_disk_for_a_node_that_is_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
