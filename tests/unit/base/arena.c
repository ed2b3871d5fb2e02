#include "base/arena.h"
#include "test.h"

#include <string.h>

TEST(memory_is_zeroed_aligned_and_apart)
{
    q_arena *a = q_test_arena();
    unsigned char *before = NULL;

    for (size_t size = 0; size < 5000; size += 37) {
        unsigned char *p = q_arena_alloc(a, size);

        CHECK(p && p != before);
        CHECK_EQ((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++)
            CHECK_EQ(p[i], 0);
        memset(p, 0xAA, size);
        before = p;
    }
}

TEST(refuses_past_its_limit)
{
    q_arena *a = q_arena_new(1000);

    CHECK(q_arena_alloc(a, 900) != NULL);
    CHECK(q_arena_alloc(a, 200) == NULL);
    CHECK(q_arena_alloc(a, SIZE_MAX) == NULL);
    CHECK(q_arena_array(a, SIZE_MAX / 2, 3) == NULL);
    CHECK(q_arena_alloc(a, 50) != NULL);
    CHECK(q_arena_used(a) <= 1000);
    q_arena_free(a);
}

static void append(void *arg)
{
    char *text = *(char **)arg;

    text[strlen(text)] = (char)('a' + strlen(text));
}

static void append_z(void *arg)
{
    char *text = *(char **)arg;

    text[strlen(text)] = 'z';
}

TEST(deferred_calls_run_last_first)
{
    char text[8] = "", *p = text;
    q_arena *a = q_arena_new(1 << 16);

    CHECK_EQ(q_arena_defer(a, append_z, &p), Q_OK);
    CHECK_EQ(q_arena_defer(a, append, &p), Q_OK);
    q_arena_free(a);
    CHECK_STR(text, "az");
}

TEST(defer_without_room_runs_at_once)
{
    char text[8] = "", *p = text;
    q_arena *a = q_arena_new(0);

    CHECK_EQ(q_arena_defer(a, append, &p), Q_NOMEM);
    CHECK_STR(text, "a");
    q_arena_free(a);
}

TEST(growing_keeps_the_content)
{
    int *items = NULL, *heap_items = NULL;
    size_t cap = 0, heap_cap = 0;

    for (int i = 0; i < 1000; i++) {
        CHECK_EQ(q_arena_grow(q_test_arena(), &items, &cap, (size_t)i + 1, sizeof *items), Q_OK);
        items[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        CHECK_EQ(items[i], i);
    CHECK_EQ(q_heap_grow(&heap_items, &heap_cap, SIZE_MAX / 2, sizeof *heap_items), Q_NOMEM);
    CHECK(heap_items == NULL);
}

TEST_MAIN("base/arena")
