/* Tests of the core, without an interpreter. Build with -fsanitize=address,undefined and run; ends non-zero on a fault.
 *
 *   gcc -std=c11 -fsanitize=address,undefined -Icsrc -o test_core csrc/test_core.c csrc/core/[a-z]*.c && ./test_core
 */
#ifdef NDEBUG
#error "with NDEBUG, allocations cannot be made to fail, so a part of the tests would be missing"
#endif

#include "core/frontier.h"
#include "core/shapes.h"
#include "core/visited.h"

#include <stdio.h>
#include <string.h>

static int faults;

#define CHECK(condition)                                                                                             \
    do {                                                                                                             \
        if (!(condition)) {                                                                                          \
            fprintf(stderr, "%s:%d: %s\n", __func__, __LINE__, #condition);                                         \
            faults++;                                                                                                \
        }                                                                                                            \
    } while (0)

static uint32_t intern(stp_shapes *table, const char *text) { return stp_names_intern(&table->names, text, strlen(text)); }

static uint32_t child(stp_shapes *table, uint32_t parent, const char *edge, const char *type)
{
    return stp_shapes_child(table, stp_shapes_step(table, parent, intern(table, edge)), intern(table, type), false);
}

/* ---- visited ------------------------------------------------------------------------------------------------- */

static void test_address_is_new_once(void)
{
    stp_visited seen = {0};
    for (uintptr_t at = 0x7f0000000000; at < 0x7f0000000000 + (3 << STP_CHUNK_BITS); at += 16) {
        CHECK(!stp_visited_has(&seen, (void *)at));
        CHECK(stp_visited_add(&seen, (void *)at));
    }
    CHECK(!stp_visited_add(&seen, (void *)0x7f0000000010));
    CHECK(!stp_visited_has(&seen, (void *)0x7eff00000000));
    stp_visited_free(&seen);
}

static void test_far_addresses_share_no_bit(void)
{
    stp_visited seen = {0};
    for (int bit = 4; bit < 48; bit++)
        CHECK(stp_visited_add(&seen, (void *)((uintptr_t)1 << bit)));
    for (int bit = 4; bit < 48; bit++)
        CHECK(!stp_visited_add(&seen, (void *)((uintptr_t)1 << bit)));
    stp_visited_free(&seen);
}

static void test_address_beyond_the_table_counts_as_seen(void)
{
    stp_visited seen = {0};
    CHECK(!stp_visited_add(&seen, (void *)((uintptr_t)1 << 48)));
    CHECK(stp_visited_has(&seen, (void *)((uintptr_t)1 << 50)));
    CHECK(!seen.out_of_memory);
    stp_visited_free(&seen);
}

/* ---- frontier ------------------------------------------------------------------------------------------------ */

static void test_queue_gives_entries_in_order(void)
{
    stp_frontier queue = {0};
    uintptr_t address, pushed = 0, popped = 0;
    uint32_t step;
    CHECK(!stp_frontier_pop(&queue, &address, &step));
    for (int round = 1; round <= 40; round++) {
        for (int at = 0; at < round * 3000; at++, pushed++)
            stp_frontier_push(&queue, pushed, (uint32_t)pushed * 7);
        for (int at = 0; at < round * 2000; at++, popped++) {
            CHECK(stp_frontier_pop(&queue, &address, &step));
            CHECK(address == popped && step == (uint32_t)popped * 7);
        }
    }
    for (; popped < pushed; popped++)
        CHECK(stp_frontier_pop(&queue, &address, &step) && address == popped);
    CHECK(!stp_frontier_pop(&queue, &address, &step));
    stp_frontier_push(&queue, 5, 6);
    CHECK(stp_frontier_pop(&queue, &address, &step) && address == 5 && step == 6);
    stp_frontier_free(&queue);
}

static void test_queue_shows_what_comes(void)
{
    stp_frontier queue = {0};
    uintptr_t address;
    uint32_t step;
    for (uintptr_t at = 1; at <= 20; at++)
        stp_frontier_push(&queue, at, 0);
    CHECK(stp_frontier_pop(&queue, &address, &step));
    CHECK(stp_frontier_peek(&queue, 0) == 2 && stp_frontier_peek(&queue, 18) == 20);
    CHECK(stp_frontier_peek(&queue, 19) == 0);
    stp_frontier_free(&queue);
}

/* ---- map and names ------------------------------------------------------------------------------------------- */

static void test_map_keeps_all_keys(void)
{
    stp_map map = {0};
    CHECK(stp_map_get(&map, 1) == NULL);
    for (uint64_t key = 0; key < 100000; key++)
        CHECK(stp_map_put(&map, key << 20, (uint32_t)key));
    for (uint64_t key = 0; key < 100000; key++)
        CHECK(*stp_map_get(&map, key << 20) == key);
    CHECK(stp_map_get(&map, 12345) == NULL);
    CHECK(stp_map_put(&map, 7 << 20, 70) && *stp_map_get(&map, 7 << 20) == 70);
    stp_map_clear(&map);
    CHECK(stp_map_get(&map, 7 << 20) == NULL && map.used == 0);
    stp_map_free(&map);
}

static void test_equal_names_get_equal_ids(void)
{
    stp_names names = {0};
    char text[32];
    for (uint32_t at = 0; at < 50000; at++)
        CHECK(stp_names_intern(&names, text, (size_t)sprintf(text, "name %u", at)) == at);
    for (uint32_t at = 0; at < 50000; at++)
        CHECK(stp_names_intern(&names, text, (size_t)sprintf(text, "name %u", at)) == at);
    CHECK(stp_names_intern(&names, "", 0) == 50000 && stp_names_intern(&names, "\0", 1) == 50001);
    stp_names_free(&names);
}

static void test_long_name_is_kept_whole(void)
{
    stp_names names = {0};
    const size_t length = 200000;
    char *text = malloc(length);
    memset(text, 'x', length);
    uint32_t id = stp_names_intern(&names, text, length);
    CHECK(names.names[id].length == length && memcmp(names.names[id].bytes, text, length) == 0);
    free(text);
    stp_names_free(&names);
}

/* ---- shapes -------------------------------------------------------------------------------------------------- */

static void test_same_path_is_same_shape(void)
{
    stp_shapes table;
    stp_shapes_init(&table);
    uint32_t root = child(&table, STP_ROOT, "module a", "module");
    uint32_t list = child(&table, root, ".kept", "list");
    CHECK(root == 0 && list == 1);
    CHECK(child(&table, root, ".kept", "list") == list);
    CHECK(child(&table, root, ".kept", "dict") == 2);
    CHECK(child(&table, root, ".other", "list") == 3);
    CHECK(table.shapes[list].parent == root && table.shapes[list].depth == 1);
    stp_shapes_free(&table);
}

static void test_chain_folds_within_reach(void)
{
    stp_shapes table;
    stp_shapes_init(&table);
    uint32_t root = child(&table, STP_ROOT, "module a", "module");
    uint32_t first = child(&table, root, ".next", "Node");
    CHECK(child(&table, first, ".next", "Node") == first);
    uint32_t shape = first;
    char edge[16];
    for (int at = 0; at < STP_FOLD_REACH; at++) {
        sprintf(edge, "e%d", at);
        shape = child(&table, shape, edge, "Link");
    }
    CHECK(child(&table, shape, ".next", "Node") == first);
    shape = child(&table, shape, "one more", "Link");
    CHECK(child(&table, shape, ".next", "Node") != first);
    stp_shapes_free(&table);
}

static void test_depth_is_bounded(void)
{
    stp_shapes table;
    stp_shapes_init(&table);
    uint32_t shape = child(&table, STP_ROOT, "root", "t");
    char edge[16];
    for (int at = 0; at < 200; at++) {
        sprintf(edge, "e%d", at);
        shape = child(&table, shape, edge, "t");
    }
    CHECK(table.count == STP_MOST_DEPTH + 1 && shape == STP_MOST_DEPTH);
    stp_shapes_free(&table);
}

static void test_sink_keeps_what_is_below(void)
{
    stp_shapes table;
    stp_shapes_init(&table);
    uint32_t root = child(&table, STP_ROOT, "root", "t");
    uint32_t step = stp_shapes_step(&table, root, intern(&table, ".__code__"));
    uint32_t code = stp_shapes_child(&table, step, intern(&table, "code"), true);
    CHECK(child(&table, code, "x", "str") == code && child(&table, code, "y", "tuple") == code);
    CHECK(table.count == 2);
    stp_shapes_free(&table);
}

static void test_number_of_shapes_is_bounded(void)
{
    stp_shapes table;
    stp_shapes_init(&table);
    table.most_shapes = 100;
    uint32_t root = child(&table, STP_ROOT, "root", "t"), last = 0;
    char edge[16];
    for (int at = 0; at < 1000; at++) {
        sprintf(edge, "e%d", at);
        last = child(&table, root, edge, "t");
    }
    CHECK(table.count <= 100 && table.step_count < 1000);
    CHECK(last == table.overflow && child(&table, last, "x", "y") == last);
    CHECK(!table.out_of_memory);
    stp_shapes_free(&table);
}

static void test_tallies_reset_keeps_ids(void)
{
    stp_shapes table;
    stp_shapes_init(&table);
    stp_shapes_reset_tallies(&table);
    uint32_t root = child(&table, STP_ROOT, "root", "t");
    table.tallies[root].count = 5;
    stp_shapes_reset_tallies(&table);
    CHECK(table.tallies[root].count == 0 && child(&table, STP_ROOT, "root", "t") == root);
    stp_shapes_free(&table);
}

/* ---- out of memory ------------------------------------------------------------------------------------------- */

static bool work(stp_shapes *table)
{
    stp_visited seen = {0};
    stp_frontier queue = {0};
    uint32_t shape = STP_ROOT;
    char text[32];
    bool is_fine = true;
    for (uint32_t at = 0; at < 3000 && is_fine; at++) {
        uintptr_t address = (uintptr_t)at << 16;
        uint32_t edge = stp_names_intern(&table->names, text, (size_t)sprintf(text, "edge %u", at % 1500));
        uint32_t step = edge == STP_NONE ? STP_NONE : stp_shapes_step(table, at % 7 ? shape : STP_ROOT, edge);
        shape = step == STP_NONE ? STP_NONE : stp_shapes_child(table, step, edge, at % 5 == 0);
        stp_visited_add(&seen, (void *)address);
        stp_frontier_push(&queue, address, step);
        is_fine = shape != STP_NONE && !seen.out_of_memory && !queue.out_of_memory;
    }
    stp_visited_free(&seen);
    stp_frontier_free(&queue);
    return is_fine;
}

/* Whichever allocation fails, nothing breaks, and afterwards the same work gives the same shapes. */
static void test_failed_allocations_leave_all_usable(void)
{
    stp_shapes expected;
    stp_shapes_init(&expected);
    CHECK(work(&expected));
    bool is_complete = false;
    for (long failing = 0; !is_complete; failing++) {
        stp_shapes table;
        stp_shapes_init(&table);
        stp_allocations_left = failing;
        is_complete = work(&table);
        stp_allocations_left = -1;
        CHECK(work(&table));
        CHECK(table.count == expected.count);
        for (uint32_t at = 0; at < table.count && at < expected.count; at++)
            CHECK(table.shapes[at].parent == expected.shapes[at].parent && table.shapes[at].edge == expected.shapes[at].edge);
        stp_shapes_free(&table);
    }
    stp_shapes_free(&expected);
}

int main(void)
{
    test_address_is_new_once();
    test_far_addresses_share_no_bit();
    test_address_beyond_the_table_counts_as_seen();
    test_queue_gives_entries_in_order();
    test_queue_shows_what_comes();
    test_map_keeps_all_keys();
    test_equal_names_get_equal_ids();
    test_long_name_is_kept_whole();
    test_same_path_is_same_shape();
    test_chain_folds_within_reach();
    test_depth_is_bounded();
    test_sink_keeps_what_is_below();
    test_number_of_shapes_is_bounded();
    test_tallies_reset_keeps_ids();
    test_failed_allocations_leave_all_usable();
    if (faults == 0)
        puts("ok");
    return faults != 0;
}
